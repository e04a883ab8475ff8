/* credentials_plan.c - the order of the providers: environment, profile, container, instance. */
#include "backends/aws/credentials_plan.h"

#include "backends/aws/container.h"

#include <string.h>

static enum err environment_keys(struct plan *p, struct why *why)
{
    p->base = PLAN_KEYS;
    if (aws_keys_set(&p->keys, aws_env("AWS_ACCESS_KEY_ID"), aws_env("AWS_SECRET_ACCESS_KEY"),
                     aws_env("AWS_SESSION_TOKEN")))
        return why_set(why, ERR_PARSE, "AWS: the environment's keys: one is missing, or cannot be sent");
    return ERR_OK;
}

static bool has_environment_web(void)
{
    return aws_env("AWS_WEB_IDENTITY_TOKEN_FILE") && aws_env("AWS_ROLE_ARN");
}

static enum err environment_web(struct plan *p)
{
    p->base = PLAN_WEB;
    p->web = (struct web_identity){
        .arn = aws_env("AWS_ROLE_ARN"),
        .session = aws_env("AWS_ROLE_SESSION_NAME"),
        .token_file = aws_env("AWS_WEB_IDENTITY_TOKEN_FILE"),
    };
    return ERR_OK;
}

static enum err profile_keys(struct plan *p, const struct profiles *f, const char *profile, struct why *why)
{
    p->base = PLAN_KEYS;
    if (aws_keys_set(&p->keys, profiles_get(f, profile, "aws_access_key_id"),
                     profiles_get(f, profile, "aws_secret_access_key"), profiles_get(f, profile, "aws_session_token")))
        return why_set(why, ERR_PARSE, "AWS: profile %.64s: a key is missing, or cannot be sent", profile);
    return ERR_OK;
}

static bool has_keys(const struct profiles *f, const char *profile)
{
    return profiles_get(f, profile, "aws_access_key_id") || profiles_get(f, profile, "aws_secret_access_key");
}

/* The profile's setting that needs the AWS CLI; NULL: none. */
static const char *cli_setting(const struct profiles *f, const char *profile)
{
    static const char *const settings[] = {"role_arn",           "sso_session",   "sso_start_url",
                                           "credential_process", "login_session", NULL};

    for (size_t i = 0; settings[i]; i++) {
        if (profiles_get(f, profile, settings[i])) return settings[i];
    }
    return NULL;
}

static enum err profile_plan(struct plan *p, const struct aws_settings *s, bool *ret_found, struct why *why)
{
    const char *web = aws_profile_value(s, "web_identity_token_file"), *arn = aws_profile_value(s, "role_arn");

    *ret_found = true;
    if (web && arn) {
        p->base = PLAN_WEB;
        p->web =
            (struct web_identity){.arn = arn, .session = aws_profile_value(s, "role_session_name"), .token_file = web};
        return ERR_OK;
    }
    /* role_arn precedes keys of the same profile, which are then the source credentials */
    if (!arn && has_keys(&s->files, s->profile)) return profile_keys(p, &s->files, s->profile, why);
    p->why_cli = cli_setting(&s->files, s->profile);
    *ret_found = p->why_cli != NULL;
    if (*ret_found) p->base = PLAN_CLI;
    return ERR_OK;
}

enum err plan_make(struct plan *p, const struct aws_settings *s, struct why *why)
{
    *p = (struct plan){0};
    if (!s->profile_asked && (aws_env("AWS_ACCESS_KEY_ID") || aws_env("AWS_SECRET_ACCESS_KEY")))
        return environment_keys(p, why);
    /* IRSA sets its variables in every pod of the service account: an image's default profile must not override them */
    if (!s->profile_named && has_environment_web() && !aws_profile_value(s, "role_arn")) return environment_web(p);

    bool found;
    enum err err = profile_plan(p, s, &found, why);
    if (err || found) return err;
    if (!s->profile_asked && has_environment_web()) return environment_web(p);
    p->base = container_is_set() ? PLAN_CONTAINER : PLAN_IMDS;
    return ERR_OK;
}

void plan_done(struct plan *p)
{
    aws_keys_done(&p->keys);
}
