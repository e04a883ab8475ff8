/* imds.c - requests credentials from the instance metadata service: token, role, keys. */
#include "backends/aws/imds.h"

#include "backends/aws/aws_keys_parse.h"
#include "backends/aws/settings.h"
#include "backends/base/mem.h"
#include "backends/base/url.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* IMDS is link-local: without a response in a second or two it does not exist. */
enum { IMDS_CONNECT_MS = 1000, IMDS_TIMEOUT_MS = 2000, IMDS_BODY_MAX = 64 * 1024, IMDS_NAME_MAX = 128 };
#define IMDS_ENDPOINT "http://169.254.169.254"
#define IMDS_ROLES "/latest/meta-data/iam/security-credentials/"
#define IMDS_TTL_S "300"

struct imds {
    struct http_client *http;
    struct http_request *sent;
    struct keys_calls calls;
    char *base, *token, *role;
    bool freed;
};

static void on_token(void *arg, const struct http_answer *a);
static void on_role(void *arg, const struct http_answer *a);
static void on_keys(void *arg, const struct http_answer *a);

static void request_send(struct imds *i, const char *method, const char *path, const char *more,
                         void (*done)(void *arg, const struct http_answer *a))
{
    char *url = mem_printf("%s%s%s", i->base, path, more);
    struct http_ask ask = {
        .method = method,
        .url = url,
        .timeout_ms = IMDS_TIMEOUT_MS,
        .connect_timeout_ms = IMDS_CONNECT_MS,
        .body_max = IMDS_BODY_MAX,
        .secret = true,
    };
    if (i->token)
        ask.header[0] = (struct http_header){"X-aws-ec2-metadata-token", i->token};
    else
        ask.header[0] = (struct http_header){"X-aws-ec2-metadata-token-ttl-seconds", IMDS_TTL_S};
    i->sent = http_send(i->http, &ask, &(struct http_calls){.done = done, .arg = i});
    free(url);
}

/* False: the response is an error, and done was called. */
static bool is_fine(struct imds *i, const struct http_answer *a, const char *doing)
{
    struct why why = {0};
    enum err err = a->err ? a->err : http_status_err(a->status);

    i->sent = NULL;
    if (i->freed) return false;
    if (!err) return true;
    if (err == ERR_TIMEOUT)
        why_set(&why, err, "IMDS: no answer to %s (in a pod, the instance's hop limit may be 1)", doing);
    else if (a->err)
        why_set(&why, err, "IMDS: %s: %s", doing, a->why);
    else if (err == ERR_NOT_FOUND)
        why_set(&why, err, "IMDS: %s: HTTP 404: the instance has no role", doing);
    else
        why_set(&why, err, "IMDS: %s: HTTP %ld", doing, a->status);
    i->calls.done(i->calls.arg, err, NULL, &why);
    return false;
}

static void imds_fail(struct imds *i, enum err err, const char *what)
{
    struct why why;

    why_set(&why, err, "IMDS: %s", what);
    i->calls.done(i->calls.arg, err, NULL, &why);
}

/* The first line, when it is a word of printable characters; NULL otherwise. Caller frees. */
static char *first_word(const char *body, size_t max)
{
    size_t len = strcspn(body, "\r\n");

    if (len == 0 || len > max) return NULL;
    for (size_t i = 0; i < len; i++) {
        if (body[i] <= ' ' || body[i] > '~') return NULL;
    }
    return mem_strn(body, len);
}

static void on_token(void *arg, const struct http_answer *a)
{
    struct imds *i = arg;

    if (!is_fine(i, a, "the token")) return;
    i->token = first_word(a->body, AWS_KEY_MAX);
    if (i->token)
        request_send(i, "GET", IMDS_ROLES, "", on_role);
    else
        imds_fail(i, ERR_PROTOCOL, "a token that is none");
}

static void on_role(void *arg, const struct http_answer *a)
{
    struct imds *i = arg;

    if (!is_fine(i, a, "the role")) return;
    i->role = first_word(a->body, IMDS_NAME_MAX);
    if (i->role && !strpbrk(i->role, "/?#%"))
        request_send(i, "GET", IMDS_ROLES, i->role, on_keys);
    else
        imds_fail(i, ERR_PROTOCOL, "a role's name that is none");
}

static void on_keys(void *arg, const struct http_answer *a)
{
    struct imds *i = arg;
    struct aws_keys keys = {0};
    struct why why = {0};

    if (!is_fine(i, a, "the keys")) return;
    enum err err = keys_parse_json(a->body, a->body_len, &keys, &why);
    if (err) why_prefix(&why, "IMDS");
    i->calls.done(i->calls.arg, err, err ? NULL : &keys, &why);
    aws_keys_done(&keys);
}

enum err imds_start(struct http_client *http, const struct keys_calls *calls, struct imds **ret, struct why *why)
{
    const char *disabled = aws_env("AWS_EC2_METADATA_DISABLED"), *base = aws_env("AWS_EC2_METADATA_SERVICE_ENDPOINT");

    if (disabled && strcasecmp(disabled, "true") == 0)
        return why_set(why, ERR_UNSUPPORTED, "IMDS: disabled by AWS_EC2_METADATA_DISABLED");
    if (!base) base = IMDS_ENDPOINT;
    if (!url_is_http(base)) return why_set(why, ERR_USAGE, "AWS_EC2_METADATA_SERVICE_ENDPOINT is not a URL");
    struct imds *i = mem_zero(1, sizeof *i);
    i->base = url_without_slash(base);
    i->http = http;
    i->calls = *calls;
    request_send(i, "PUT", "/latest/api/token", "", on_token);
    *ret = i;
    return ERR_OK;
}

void imds_free(struct imds *i)
{
    if (!i || i->freed) return;
    i->freed = true;
    if (i->sent) http_cancel(i->sent);
    free(i->base);
    mem_free_secret(i->token);
    free(i->role);
    free(i);
}
