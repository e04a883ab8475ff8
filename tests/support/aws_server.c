/* aws_server.c - the AWS services that the tests speak to. */
#include "tests/support/aws_server.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tests/support/tiny_server.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SAYS_MAX = 32, KEYS_MAX = 4, ASKED_MAX = 64, ERROR_MAX = 512, NAME_MAX_ = 64 };

struct aws_server {
    struct tiny_server *tiny;
    struct aws_says says[SAYS_MAX];
    size_t said;
    struct sigv4_keys keys[KEYS_MAX];
    size_t known;
    char asked[ASKED_MAX][NAME_MAX_];
    size_t count;
    unsigned refused;
    char *answer;
};

#define TARGET "AmazonMemoryDB."
#define JSON_TYPE "application/x-amz-json-1.1"

static bool is_json(const char *request)
{
    char *target = sigv4_header(request, "X-Amz-Target");
    const bool json = target != NULL;
    free(target);
    return json;
}

/* The form's action, the target's operation, or "METHOD /path ". */
static void name_of(const char *request, char out[NAME_MAX_])
{
    char *target = sigv4_header(request, "X-Amz-Target");
    if (target) {
        const bool known = strncmp(target, TARGET, strlen(TARGET)) == 0;
        snprintf(out, NAME_MAX_, "%s", known ? target + strlen(TARGET) : target);
        free(target);
        return;
    }
    const char *body = strstr(request, "\r\n\r\n"), *action = strstr(body, "Action=");

    if (strncmp(request, "POST ", 5) == 0 && action)
        snprintf(out, NAME_MAX_, "%.*s", (int)strcspn(action + 7, "&"), action + 7);
    else
        snprintf(out, NAME_MAX_, "%.*s", (int)(strstr(request, "HTTP/") - request), request);
}

static bool has_all(const char *request, const char *needs)
{
    while (needs && *needs) {
        size_t len = strcspn(needs, " ");
        char *piece = mem_strn(needs, len);
        bool there = strstr(request, piece) != NULL;
        free(piece);
        if (!there) return false;
        needs += len + (needs[len] == ' ');
    }
    return true;
}

static struct aws_says *answer_choose(struct aws_server *s, const char *name, const char *request)
{
    for (size_t i = 0; i < s->said; i++) {
        struct aws_says *y = &s->says[i];
        if (strcmp(y->what, name) != 0 || !has_all(request, y->needs)) continue;
        if (y->times == 0) return y;
        if (--y->times == 0) y->what = "";
        return y;
    }
    return NULL;
}

/* "" when it may be answered, else "Code: message". */
static void request_check(struct aws_server *s, const char *name, const char *request, char error[ERROR_MAX])
{
    error[0] = '\0';
    if (strchr(name, ' ')) return;
    if (strcmp(name, "AssumeRoleWithWebIdentity") == 0) {
        char *authorization = sigv4_header(request, "Authorization");
        if (authorization) snprintf(error, ERROR_MAX, "ValidationError: signed, and need not be");
        free(authorization);
        return;
    }
    char *type = is_json(request) ? sigv4_header(request, "Content-Type") : NULL;
    const bool wrong = is_json(request) && !text_eq(type, JSON_TYPE);
    free(type);
    if (wrong) {
        snprintf(error, ERROR_MAX, "SerializationException: another content type");
        return;
    }
    snprintf(error, ERROR_MAX, "InvalidClientTokenId: nobody is known");
    for (size_t i = 0; i < s->known; i++) {
        struct sigv4_keys k = s->keys[i];
        k.service = is_json(request) ? "memorydb" : strcmp(name, "AssumeRole") == 0 ? "sts" : "elasticache";
        if (sigv4_check(request, &k, (long)time(NULL), error, ERROR_MAX)) return;
        if (strncmp(error, "InvalidClientTokenId", 20) != 0) return;
    }
}

static char *response_text(int status, bool json, const char *body, size_t len, size_t *ret_len)
{
    char *head = mem_printf("HTTP/1.1 %d X\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n", status,
                            json ? JSON_TYPE : "text/xml", len);
    size_t n = strlen(head);
    char *all = mem_grow(head, n + len + 1, 1);
    memcpy(all + n, body, len);
    all[n + len] = '\0';
    *ret_len = n + len;
    return all;
}

static struct tiny_reply on_request(void *arg, const char *request)
{
    struct aws_server *s = arg;
    char name[NAME_MAX_], error[ERROR_MAX];
    struct tiny_reply r = {0};
    const bool json = is_json(request);

    name_of(request, name);
    assert(s->count < ASKED_MAX);
    snprintf(s->asked[s->count++], NAME_MAX_, "%s", name);
    request_check(s, name, request, error);
    free(s->answer);
    s->answer = NULL;
    if (*error) {
        size_t code = strcspn(error, ":");
        char *said = mem_printf(json ? "{\"__type\":\"com.amazon.coral.service#%.*s\",\"message\":\"%s\"}"
                                     : "<ErrorResponse><Error><Type>Sender</Type><Code>%.*s</Code>"
                                       "<Message>%s</Message></Error></ErrorResponse>",
                                (int)code, error, error + code + 2);
        s->refused++;
        s->answer = response_text(json ? 400 : 403, json, said, strlen(said), &r.len);
        free(said);
        r.bytes = s->answer;
        return r;
    }
    const struct aws_says *y = answer_choose(s, name, request);
    if (y && y->mute) return r;
    const char *body = y ? y->body : "nothing is there";
    size_t len = y && y->len ? y->len : strlen(body);
    s->answer = response_text(y ? y->status : 404, json, body, len, &r.len);
    r.bytes = s->answer;
    if (y && y->cut) {
        r.len = r.len - len + y->cut;
        r.hang_up = true;
    }
    return r;
}

struct aws_server *aws_server_start(struct loop *l)
{
    struct aws_server *s = mem_zero(1, sizeof *s);
    s->tiny = tiny_start(l, on_request, s);
    return s;
}

void aws_server_stop(struct aws_server *s)
{
    tiny_stop(s->tiny);
    free(s->answer);
    free(s);
}

unsigned aws_server_port(const struct aws_server *s)
{
    return tiny_port(s->tiny);
}

const char *aws_server_url(struct aws_server *s)
{
    return tiny_url(s->tiny, "");
}

void aws_server_knows(struct aws_server *s, const struct sigv4_keys *keys)
{
    assert(s->known < KEYS_MAX);
    s->keys[s->known++] = *keys;
}

void aws_server_says(struct aws_server *s, struct aws_says says)
{
    assert(s->said < SAYS_MAX);
    s->says[s->said++] = says;
}

unsigned aws_server_asked(const struct aws_server *s, const char *what)
{
    unsigned n = 0;
    for (size_t i = 0; i < s->count; i++) n += strcmp(s->asked[i], what) == 0;
    return n;
}

unsigned aws_server_refused(const struct aws_server *s)
{
    return s->refused;
}

const char *aws_server_last(const struct aws_server *s)
{
    return tiny_last(s->tiny);
}
