/* web_identity.c - sends AssumeRoleWithWebIdentity, which is unsigned: the token authenticates it. */
#include "backends/aws/web_identity.h"

#include "backends/aws/aws_keys_parse.h"
#include "backends/base/mem.h"
#include "backends/link/file_job.h"

#include <stdlib.h>
#include <string.h>

enum { TOKEN_MAX = 32 * 1024 };

struct web_identity_request {
    struct loop *loop;
    struct http_client *http;
    const struct aws_settings *settings;
    const struct web_identity *web;
    struct file_job *job; /* reads the token */
    struct aws_request *request;
    struct keys_calls calls;
};

static void on_done(void *arg, enum err err, const char *body, size_t len, const char *code, const struct why *said)
{
    struct web_identity_request *r = arg;
    struct aws_keys keys = {0};
    struct why why = *said;

    (void)code;
    aws_request_free(r->request);
    r->request = NULL;
    if (!err) err = keys_parse_sts(body, len, &keys, &why);
    r->calls.done(r->calls.arg, err, err ? NULL : &keys, &why);
    aws_keys_done(&keys);
}

static enum err request_send(struct web_identity_request *r, const char *token, struct why *why)
{
    const struct aws_field field[] = {
        {"Action", "AssumeRoleWithWebIdentity"},
        {"Version", "2011-06-15"},
        {"RoleArn", r->web->arn},
        {"RoleSessionName", r->web->session ? r->web->session : "raydeck"},
        {"WebIdentityToken", token},
        {0},
    };
    const struct aws_query query = {.service = "sts", .field = field, .hidden = token};

    return aws_request_send(r->loop, r->http, r->settings, &query, &(struct aws_calls){on_done, r}, &r->request, why);
}

static void on_token(void *arg, enum err err, const char *text, size_t len, const char *reason)
{
    struct web_identity_request *r = arg;
    char *token = NULL;
    struct why why = {0};

    r->job = NULL;
    while (!err && len && strchr(" \r\n", text[len - 1])) len--;
    if (err)
        why_set(&why, err, "%s", reason);
    else if (!len || memchr(text, '\0', len))
        err = why_set(&why, ERR_PARSE, "%s: not a token", r->web->token_file);
    if (err) {
        why_prefix(&why, "the web identity's token");
    } else {
        token = mem_strn(text, len);
        err = request_send(r, token, &why);
    }
    mem_free_secret(token);
    if (err) r->calls.done(r->calls.arg, err, NULL, &why); /* which may free r */
}

struct web_identity_request *web_identity_start(struct loop *l, struct http_client *http,
                                                const struct aws_settings *settings, const struct web_identity *web,
                                                const struct keys_calls *calls)
{
    struct web_identity_request *r = mem_zero(1, sizeof *r);

    *r = (struct web_identity_request){.loop = l, .http = http, .settings = settings, .web = web, .calls = *calls};
    r->job = file_job_read(l, web->token_file, TOKEN_MAX, on_token, r);
    return r;
}

void web_identity_free(struct web_identity_request *r)
{
    if (!r) return;
    file_job_cancel(r->job);
    aws_request_free(r->request);
    free(r);
}
