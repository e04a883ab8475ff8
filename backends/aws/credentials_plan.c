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
    p->web = (struct role_wanted){
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

static enum err credential_source(struct plan *p, const char *profile, const char *source, struct why *why)
{
    if (strcmp(source, "Environment") == 0) return environment_keys(p, why);
    if (strcmp(source, "EcsContainer") == 0) {
        p->base = PLAN_CONTAINER;
        if (!container_is_set())
            return why_set(why, ERR_NOT_FOUND, "AWS: profile %.64s: no container's credentials here", profile);
        return ERR_OK;
    }
    if (strcmp(source, "Ec2InstanceMetadata") == 0) {
        p->base = PLAN_IMDS;
        return ERR_OK;
    }
    return why_set(why, ERR_UNSUPPORTED, "AWS: profile %.64s: credential_source is none that is known", profile);
}

static enum err add_role(struct plan *p, const struct profiles *f, const char *profile, struct why *why)
{
    if (profiles_get(f, profile, "mfa_serial"))
        return why_set(why, ERR_UNSUPPORTED, "AWS: profile %.64s wants MFA: put a session's keys in the environment",
                       profile);
    if (p->roles == CREDENTIALS_ROLES)
        return why_set(why, ERR_LIMIT, "AWS: profile %.64s: more than %d roles, one by another", profile,
                       CREDENTIALS_ROLES);
    p->role[p->roles++] = (struct role_wanted){
        .arn = profiles_get(f, profile, "role_arn"),
        .session = profiles_get(f, profile, "role_session_name"),
        .external_id = profiles_get(f, profile, "external_id"),
        .duration_s = profiles_get(f, profile, "duration_seconds"),
    };
    return ERR_OK;
}

static bool has_keys(const struct profiles *f, const char *profile)
{
    return profiles_get(f, profile, "aws_access_key_id") || profiles_get(f, profile, "aws_secret_access_key");
}

/* Follows source_profile to where keys come from. A profile that is its own source means its own keys. */
static enum err follow(struct plan *p, const struct profiles *f, const char *profile, struct why *why)
{
    for (;;) {
        const char *arn = profiles_get(f, profile, "role_arn"), *source = profiles_get(f, profile, "source_profile"),
                   *kind = profiles_get(f, profile, "credential_source"),
                   *web = profiles_get(f, profile, "web_identity_token_file");
        if (!arn) return profile_keys(p, f, profile, why);
        if (web) {
            p->base = PLAN_WEB;
            p->web = (struct role_wanted){
                .arn = arn, .session = profiles_get(f, profile, "role_session_name"), .token_file = web};
            return ERR_OK;
        }
        if (!source && !kind)
            return why_set(why, ERR_PARSE,
                           "AWS: profile %.64s: a role, but neither source_profile nor credential_source", profile);
        enum err err = add_role(p, f, profile, why);
        if (err) return err;
        if (!source) return credential_source(p, profile, kind, why);
        if (!profiles_has(f, source))
            return why_set(why, ERR_NOT_FOUND, "AWS: profile %.64s: no source_profile %.64s", profile, source);
        if (strcmp(source, profile) == 0) return profile_keys(p, f, profile, why);
        /* A source with keys of its own is asked for those, whatever role it also names. */
        if (has_keys(f, source) && !profiles_get(f, source, "source_profile")) return profile_keys(p, f, source, why);
        profile = source;
    }
}

static const char *unsupported(const struct profiles *f, const char *profile)
{
    if (profiles_get(f, profile, "credential_process")) return "credential_process";
    if (profiles_get(f, profile, "sso_session") || profiles_get(f, profile, "sso_start_url")) return "SSO";
    return NULL;
}

enum err plan_make(struct plan *p, const struct aws_settings *s, struct why *why)
{
    const struct profiles *f = &s->files;

    *p = (struct plan){0};
    if (!s->profile_asked && (aws_env("AWS_ACCESS_KEY_ID") || aws_env("AWS_SECRET_ACCESS_KEY")))
        return environment_keys(p, why);
    /* IRSA's variables are in every pod of such a service account: the default profile of an image does not hide them.
     */
    if (!s->profile_named && has_environment_web() && !aws_profile_value(s, "role_arn")) return environment_web(p);
    if (aws_profile_value(s, "role_arn") || has_keys(f, s->profile)) return follow(p, f, s->profile, why);

    const char *other = unsupported(f, s->profile);
    if (other)
        return why_set(
            why, ERR_UNSUPPORTED,
            "AWS: profile %.64s: %s is not supported: eval \"$(aws configure export-credentials --format env)\"",
            s->profile, other);
    if (!s->profile_asked && has_environment_web()) return environment_web(p);
    p->base = container_is_set() ? PLAN_CONTAINER : PLAN_IMDS;
    return ERR_OK;
}

void plan_done(struct plan *p)
{
    aws_keys_done(&p->keys);
}
