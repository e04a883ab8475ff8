/* request.c - sends one signed request, and retries transient failures. */
#include "backends/aws/request.h"

#include "backends/aws/error_parse.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/link/backoff.h"

#include <stdlib.h>
#include <string.h>

enum { FORM_MAX = 128 * 1024, AGAIN_MS = 150, AGAIN_MOST_MS = 2000 };

struct aws_request {
    struct http_client *http;
    struct http_request *sent;
    struct alarm *again;
    struct backoff backoff;
    struct aws_calls calls;
    char *url, *service, *region, *target; /* target NULL: the query protocol */
    struct aws_keys keys;
    char *hidden;    /* the form's secret field */
    struct buf form; /* or the JSON; may hold a secret: a web identity's token */
    bool freed;
};

static void on_done(void *arg, const struct http_answer *a);

static void send_now(void *arg)
{
    struct aws_request *r = arg;
    static const char form[] = "application/x-www-form-urlencoded; charset=utf-8",
                      json[] = "application/x-amz-json-1.1";
    size_t headers = 2;
    struct http_ask ask = {
        .method = "POST",
        .url = r->url,
        .header = {{"Content-Type", r->target ? json : form}, {"Accept", r->target ? json : "text/xml"}},
        .body = buf_text(&r->form),
        .body_len = r->form.len,
        .timeout_ms = AWS_TIMEOUT_MS,
        .body_max = AWS_BODY_MAX,
        .secret = true,
        .sigv4 = {r->region, r->service, r->keys.id, r->keys.secret},
    };
    if (r->target) ask.header[headers++] = (struct http_header){"X-Amz-Target", r->target};
    if (r->keys.token) ask.header[headers++] = (struct http_header){"X-Amz-Security-Token", r->keys.token};
    r->sent = http_send(r->http, &ask, &(struct http_calls){.done = on_done, .arg = r});
}

/* Does a message echo a secret of the request? */
static bool holds_secret(const struct aws_request *r, const char *text)
{
    const char *const secret[] = {r->keys.secret, r->keys.token, r->hidden};

    for (size_t i = 0; i < ARRAY_LEN(secret); i++) {
        if (secret[i] && *secret[i] && strstr(text, secret[i])) return true;
    }
    return false;
}

/* Parses the error of a complete response. */
static enum err parse_error(const struct aws_request *r, const struct http_answer *a, struct aws_error *e,
                            struct why *why)
{
    if (aws_error_parse(a->body, a->body_len, e))
        return why_set(why, aws_error_err("", a->status), "AWS %s: HTTP %ld, and no reason that can be read",
                       r->service, a->status);
    if (holds_secret(r, e->message)) e->message[0] = '\0';
    return why_set(why, aws_error_err(e->code, a->status), "AWS %s: %s%s%s", r->service, e->code,
                   *e->message ? ": " : "", e->message);
}

static void on_done(void *arg, const struct http_answer *a)
{
    struct aws_request *r = arg;
    struct aws_error e = {0};
    struct why why = {0};
    enum err err = a->err;

    r->sent = NULL;
    if (r->freed) return;
    if (err)
        why_set(&why, err, "AWS %s: %s", r->service, *a->why ? a->why : err_word(err));
    else if (a->status < 200 || a->status >= 300)
        err = parse_error(r, a, &e, &why);
    bool passes = a->err == ERR_RESET || (!a->err && err && aws_error_is_transient(e.code, a->status));
    if (passes && r->backoff.tries + 1 < AWS_TRIES) {
        alarm_set(r->again, backoff_next(&r->backoff, loop_now_ms()), 0);
        return;
    }
    r->calls.done(r->calls.arg, err, err ? "" : a->body, err ? 0 : a->body_len, e.code, &why);
}

static enum err add_form(struct buf *form, const struct aws_field *f)
{
    enum err err = ERR_OK;

    for (; f->name && !err; f++) {
        if (!f->value) continue;
        if (form->len) err = buf_char(form, '&');
        if (!err) err = text_url_encode(f->name, strlen(f->name), form);
        if (!err) err = buf_char(form, '=');
        if (!err) err = text_url_encode(f->value, strlen(f->value), form);
    }
    return err;
}

enum err aws_request_send(struct loop *l, struct http_client *http, const struct aws_settings *settings,
                          const struct aws_query *query, const struct aws_calls *calls, struct aws_request **ret,
                          struct why *why)
{
    char *url = NULL;
    enum err err = aws_endpoint(settings, query->service, &url, why);

    if (err) return err;
    struct aws_request *r = mem_zero(1, sizeof *r);
    r->http = http;
    r->calls = *calls;
    r->url = url;
    r->service = mem_str(query->service);
    r->region = mem_str(settings->region);
    r->hidden = mem_str(query->hidden);
    r->again = alarm_new(l, send_now, r);
    backoff_init(&r->backoff, AGAIN_MS, AGAIN_MOST_MS, loop_random(l));
    r->target = mem_str(query->target);
    buf_init(&r->form, FORM_MAX);
    if (query->target ? buf_add(&r->form, query->json, strlen(query->json)) : add_form(&r->form, query->field)) {
        aws_request_free(r);
        return why_set(why, ERR_LIMIT, "AWS %s: more than %d bytes to ask", query->service, FORM_MAX);
    }
    /* Keys that cannot be sent were refused where they were read. */
    if (query->keys) (void)aws_keys_set(&r->keys, query->keys->id, query->keys->secret, query->keys->token);
    send_now(r);
    *ret = r;
    return ERR_OK;
}

void aws_request_free(struct aws_request *r)
{
    if (!r || r->freed) return;
    r->freed = true;
    if (r->sent) http_cancel(r->sent);
    alarm_free(r->again);
    free(r->url);
    free(r->service);
    free(r->region);
    free(r->target);
    aws_keys_done(&r->keys);
    mem_free_secret(r->hidden);
    buf_wipe(&r->form);
    free(r);
}
