/* web_identity.c - sends AssumeRoleWithWebIdentity, which is unsigned: the token authenticates it. */
#include "backends/aws/web_identity.h"

#include "backends/aws/aws_keys_parse.h"
#include "backends/base/mem.h"
#include "backends/link/file.h"

#include <stdlib.h>
#include <string.h>

enum { TOKEN_MAX = 32 * 1024 };

struct web_identity_request {
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

static enum err read_token(const char *path, struct buf *out, struct why *why)
{
    enum err err = file_read(path, out, why);

    while (!err && out->len && strchr(" \r\n", out->data[out->len - 1])) out->data[--out->len] = '\0';
    if (!err && (!out->len || strlen(out->data) != out->len)) err = why_set(why, ERR_PARSE, "%s: not a token", path);
    return err ? why_prefix(why, "the web identity's token"), err : ERR_OK;
}

enum err web_identity_start(struct loop *l, struct http_client *http, const struct aws_settings *settings,
                            const struct web_identity *web, const struct keys_calls *calls,
                            struct web_identity_request **ret, struct why *why)
{
    struct buf token;

    buf_init(&token, TOKEN_MAX);
    enum err err = read_token(web->token_file, &token, why);
    if (!err) {
        const struct aws_field field[] = {
            {"Action", "AssumeRoleWithWebIdentity"},
            {"Version", "2011-06-15"},
            {"RoleArn", web->arn},
            {"RoleSessionName", web->session ? web->session : "raydeck"},
            {"WebIdentityToken", buf_text(&token)},
            {0},
        };
        const struct aws_query query = {.service = "sts", .field = field, .hidden = buf_text(&token)};
        struct web_identity_request *r = mem_zero(1, sizeof *r);
        r->calls = *calls;
        err = aws_request_send(l, http, settings, &query, &(struct aws_calls){on_done, r}, &r->request, why);
        if (err)
            free(r);
        else
            *ret = r;
    }
    if (token.data) mem_wipe(token.data, token.len);
    buf_done(&token);
    return err;
}

void web_identity_free(struct web_identity_request *r)
{
    if (!r) return;
    aws_request_free(r->request);
    free(r);
}
