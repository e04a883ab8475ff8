/* container.c - requests credentials from the container's agent (ECS, EKS Pod Identity). */
#include "backends/aws/container.h"

#include "backends/aws/aws_keys_parse.h"
#include "backends/aws/settings.h"
#include "backends/base/mem.h"
#include "backends/base/url.h"
#include "backends/link/file_job.h"

#include <stdlib.h>
#include <string.h>

enum { AGENT_TIMEOUT_MS = 5000, AGENT_CONNECT_MS = 2000, AGENT_BODY_MAX = 64 * 1024, AGENT_URL_MAX = 1024 };
#define ECS_AGENT "http://169.254.170.2"

struct container_keys {
    struct http_client *http;
    char *url;
    struct file_job *job; /* reads the authorization token */
    struct http_request *sent;
    struct keys_calls calls;
    bool freed;
};

bool container_is_set(void)
{
    return aws_env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") || aws_env("AWS_CONTAINER_CREDENTIALS_FULL_URI");
}

static bool is_near(const char *host)
{
    static const char *const near[] = {"localhost",     "127.0.0.1",      "::1",
                                       "169.254.170.2", "169.254.170.23", "fd00:ec2::23"};

    for (size_t i = 0; i < ARRAY_LEN(near); i++) {
        if (strcmp(near[i], host) == 0) return true;
    }
    return false;
}

enum err container_url(const char *relative, const char *full, char **ret, struct why *why)
{
    const char *given = relative ? relative : full;

    if (strlen(given) > AGENT_URL_MAX || strpbrk(given, " \r\n@#"))
        return why_set(why, ERR_USAGE, "the container's credentials: not a URI");
    if (relative) {
        if (*relative != '/') return why_set(why, ERR_USAGE, "the container's credentials: a relative URI without /");
        *ret = mem_printf(ECS_AGENT "%s", relative);
        return ERR_OK;
    }
    struct url u = {0};
    enum err err = ERR_OK;
    if (!url_is_http(full))
        err = why_set(why, ERR_USAGE, "the container's credentials: neither http nor https");
    else if (url_parse(full, NULL, &u))
        err = why_set(why, ERR_USAGE, "the container's credentials: not a URI");
    else if (strcmp(u.scheme, "http") == 0 && !is_near(u.host))
        err = why_set(why, ERR_USAGE, "the container's credentials: by http only from this machine or the agents");
    url_done(&u);
    if (err) return err;
    *ret = mem_str(full);
    return ERR_OK;
}

/* The value of the Authorization header, from the environment or the token file; caller frees as a secret. */
static enum err agent_token(const char *given, char **ret, struct why *why)
{
    size_t len = strlen(given);

    while (len && strchr("\r\n", given[len - 1])) len--;
    if (len == 0 || strcspn(given, "\r\n") < len)
        return why_set(why, ERR_PARSE, "the container's authorization token: not one line");
    *ret = mem_strn(given, len);
    return ERR_OK;
}

static void on_done(void *arg, const struct http_answer *a)
{
    struct container_keys *c = arg;
    struct aws_keys keys = {0};
    struct why why = {0};
    enum err err = a->err ? a->err : http_status_err(a->status);

    c->sent = NULL;
    if (c->freed) return;
    if (a->err)
        why_set(&why, err, "the container's credentials: %s", a->why);
    else if (err)
        why_set(&why, err, "the container's credentials: HTTP %ld", a->status);
    else if ((err = keys_parse_json(a->body, a->body_len, &keys, &why)))
        why_prefix(&why, "the container's agent");
    c->calls.done(c->calls.arg, err, err ? NULL : &keys, &why);
    aws_keys_done(&keys);
}

static void request_send(struct container_keys *c, const char *token)
{
    struct http_ask ask = {
        .method = "GET",
        .url = c->url,
        .header = {{"Accept", "application/json"}},
        .timeout_ms = AGENT_TIMEOUT_MS,
        .connect_timeout_ms = AGENT_CONNECT_MS,
        .body_max = AGENT_BODY_MAX,
        .secret = true,
    };

    if (token) ask.header[1] = (struct http_header){"Authorization", token};
    c->sent = http_send(c->http, &ask, &(struct http_calls){.done = on_done, .arg = c});
}

static void on_token(void *arg, enum err err, const char *text, size_t len, const char *reason)
{
    struct container_keys *c = arg;
    char *token = NULL;
    struct why why = {0};

    (void)len;
    c->job = NULL;
    if (err)
        why_set(&why, err, "%s", reason);
    else
        err = agent_token(text, &token, &why);
    if (err)
        c->calls.done(c->calls.arg, err, NULL, &why); /* which may free c */
    else
        request_send(c, token);
    mem_free_secret(token);
}

enum err container_start(struct loop *l, struct http_client *http, const struct keys_calls *calls,
                         struct container_keys **ret, struct why *why)
{
    const char *path = aws_env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    const char *given = path ? NULL : aws_env("AWS_CONTAINER_AUTHORIZATION_TOKEN");
    char *url = NULL, *token = NULL;
    enum err err = container_url(aws_env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
                                 aws_env("AWS_CONTAINER_CREDENTIALS_FULL_URI"), &url, why);

    if (!err && given) err = agent_token(given, &token, why);
    if (err) {
        free(url);
        return err;
    }
    struct container_keys *c = mem_zero(1, sizeof *c);
    *c = (struct container_keys){.http = http, .url = url, .calls = *calls};
    *ret = c;
    if (path)
        c->job = file_job_read(l, path, AWS_KEY_MAX, on_token, c);
    else
        request_send(c, token);
    mem_free_secret(token);
    return ERR_OK;
}

void container_free(struct container_keys *c)
{
    if (!c || c->freed) return;
    c->freed = true;
    file_job_cancel(c->job);
    if (c->sent) http_cancel(c->sent);
    free(c->url);
    free(c);
}
