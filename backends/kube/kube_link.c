/* kube_link.c - queues calls until credentials are available, sends them through the guard, and retries once on 401. */
#include "backends/kube/kube_link.h"

#include "backends/base/mem.h"
#include "backends/kube/kube_auth.h"
#include "backends/kube/kube_guard.h"

#include <stdlib.h>
#include <string.h>

enum { ADDED_HEADERS = 3 }; /* Authorization, Accept, Impersonate-User */

struct kube_link {
    struct loop *loop;
    struct kube_access *access;
    struct kube_guard guard;
    struct kube_auth *auth;
    struct http_client *client[KUBE_LANES];
    struct kube_call *calls; /* queued and in flight, unordered */
    struct alarm *drain;     /* runs on_drain from the loop */
    uint64_t serial;
    enum err cut; /* why client_drop, on the stack, closes a client; ERR_OK: it is not */
    const char *cut_why;
};

struct kube_call {
    struct kube_link *link;
    struct kube_call *next, **self;
    enum kube_lane lane;
    struct http_ask ask; /* strings and body are owned */
    struct http_calls calls;
    struct http_request *request; /* NULL: queued */
    uint64_t serial;
    unsigned generation;
    bool retried;   /* sent for the second time, after a 401 */
    bool cancelled; /* no callback follows */
};

static struct http_client *client_new(struct kube_link *k)
{
    const struct kube_cluster *c = k->access->choice.cluster;
    return http_client_new(k->loop, &(struct http_client_conf){.tls = {.ca_pem = k->access->ca_pem,
                                                                       .cert_pem = kube_auth_cert(k->auth),
                                                                       .key_pem = kube_auth_key(k->auth),
                                                                       .server_name = c->tls_server_name,
                                                                       .insecure = c->insecure},
                                                               .proxy = c->proxy,
                                                               .sync_clock = true,
                                                               .user_agent = "raydeck/" RAYDECK_VERSION});
}

/* Installs the new client before it frees the old one, whose done callbacks may send. */
static void client_drop(struct kube_link *k, enum kube_lane lane, enum err err, const char *why)
{
    struct http_client *old = k->client[lane];
    k->client[lane] = client_new(k);
    k->cut = err;
    k->cut_why = why;
    http_client_free(old);
    k->cut = ERR_OK;
}

static void call_free(struct kube_call *c)
{
    *c->self = c->next;
    if (c->next) c->next->self = c->self;
    for (size_t i = 0; i < HTTP_HEADERS && c->ask.header[i].name; i++) {
        free((char *)(uintptr_t)c->ask.header[i].name);
        free((char *)(uintptr_t)c->ask.header[i].value);
    }
    free((char *)(uintptr_t)c->ask.method);
    free((char *)(uintptr_t)c->ask.url);
    if (c->ask.secret && c->ask.body) mem_wipe((char *)(uintptr_t)c->ask.body, c->ask.body_len);
    free((char *)(uintptr_t)c->ask.body);
    free(c);
}

static void call_finish(struct kube_call *c, const struct http_answer *answer)
{
    struct http_calls calls = c->calls;
    bool cancelled = c->cancelled;
    call_free(c);
    if (!cancelled) calls.done(calls.arg, answer);
}

static void call_fail(struct kube_call *c, enum err err, const char *why)
{
    call_finish(c, &(struct http_answer){.err = err, .why = why, .body = "", .content_type = ""});
}

static bool on_bytes(void *arg, const char *bytes, size_t len)
{
    struct kube_call *c = arg;
    return c->calls.bytes(c->calls.arg, bytes, len);
}

static void on_head(void *arg, long status)
{
    struct kube_call *c = arg;
    if (c->calls.head && status != 401) c->calls.head(c->calls.arg, status);
}

static void on_done(void *arg, const struct http_answer *answer)
{
    struct kube_call *c = arg;
    struct kube_link *k = c->link;
    c->request = NULL;
    if (answer->err == ERR_OK && answer->status == 401 && !c->retried && kube_auth_refused(k->auth, c->generation)) {
        c->retried = true;
        alarm_set(k->drain, 0, 0);
        return;
    }
    if (answer->err == ERR_CANCELLED && k->cut != ERR_OK && !c->cancelled) {
        struct http_answer cut = *answer;
        cut.err = k->cut;
        cut.why = k->cut_why;
        call_finish(c, &cut);
        return;
    }
    call_finish(c, answer);
}

static void add_header(struct http_ask *ask, const char *name, const char *value)
{
    size_t i = 0;
    while (i < HTTP_HEADERS - 1 && ask->header[i].name) i++;
    if (value && i < HTTP_HEADERS - 1) ask->header[i] = (struct http_header){name, value};
}

static bool has_header(const struct http_ask *ask, const char *name)
{
    for (size_t i = 0; i < HTTP_HEADERS && ask->header[i].name; i++)
        if (strcmp(ask->header[i].name, name) == 0) return true;
    return false;
}

static struct http_request *send_now(struct kube_link *k, enum kube_lane lane, const char *path,
                                     const struct http_ask *ask, const struct http_calls *calls)
{
    const struct kube_user *user = k->access->choice.user;
    struct http_ask whole = *ask;
    char *url = mem_printf("%s%s", k->access->server, path);
    whole.url = url;
    add_header(&whole, "Authorization", kube_auth_header(k->auth));
    add_header(&whole, "Impersonate-User", user ? user->as : NULL);
    struct http_request *r = http_send(k->client[lane], &whole, calls);
    free(url);
    return r;
}

static void call_start(struct kube_call *c)
{
    struct kube_link *k = c->link;
    c->generation = kube_auth_generation(k->auth);
    c->request = send_now(
        k, c->lane, c->ask.url, &c->ask,
        &(struct http_calls){.bytes = c->calls.bytes ? on_bytes : NULL, .head = on_head, .done = on_done, .arg = c});
}

static struct kube_call *first_queued(const struct kube_link *k, uint64_t serial)
{
    for (struct kube_call *c = k->calls; c; c = c->next)
        if (!c->request && c->serial <= serial) return c;
    return NULL;
}

/* Sends, or fails, the queued calls. Calls queued meanwhile are processed on the next queue drain. */
static void on_drain(void *arg)
{
    struct kube_link *k = arg;
    struct kube_call *c;
    uint64_t serial = k->serial;
    while ((c = first_queued(k, serial))) {
        struct why why = {0};
        /* checked here, right before sending: it may have been queued for long, or be a retry */
        if (kube_guard_check(&k->guard, c->ask.method, c->ask.url, &why)) {
            call_fail(c, why.code, why.text);
            continue;
        }
        switch (kube_auth_check(k->auth, &why)) {
        case AUTH_READY: call_start(c); break;
        case AUTH_WAITING: return;
        case AUTH_FAILED: call_fail(c, why.code, why.text); break;
        }
    }
    if (first_queued(k, UINT64_MAX)) alarm_set(k->drain, 0, 0);
}

static void on_auth(void *arg, bool certificate)
{
    struct kube_link *k = arg;
    if (certificate) {
        client_drop(k, KUBE_WATCHES, ERR_RESET, "the client certificate was renewed");
        client_drop(k, KUBE_CALLS, ERR_RESET, "the client certificate was renewed");
    }
    alarm_set(k->drain, 0, 0);
}

struct kube_link *kube_link_new(struct loop *l, struct kube_access *access, struct kube_guard guard)
{
    struct kube_link *k = mem_zero(1, sizeof *k);
    k->loop = l;
    k->access = access;
    k->guard = guard;
    k->auth = kube_auth_new(l, access, on_auth, k);
    k->drain = alarm_new(l, on_drain, k);
    for (int i = 0; i < KUBE_LANES; i++) k->client[i] = client_new(k);
    return k;
}

void kube_link_free(struct kube_link *k)
{
    if (!k) return;
    while (k->calls) kube_call_cancel(k->calls);
    for (int i = 0; i < KUBE_LANES; i++) http_client_free(k->client[i]);
    kube_auth_free(k->auth);
    kube_access_free(k->access);
    alarm_free(k->drain);
    free(k);
}

const struct kube_access *kube_link_access(const struct kube_link *k)
{
    return k->access;
}

struct loop *kube_link_loop(const struct kube_link *k)
{
    return k->loop;
}

struct kube_call *kube_link_send(struct kube_link *k, enum kube_lane lane, const struct http_ask *ask,
                                 const struct http_calls *calls)
{
    struct kube_call *c = mem_zero(1, sizeof *c);
    c->link = k;
    c->lane = lane;
    c->calls = *calls;
    c->serial = ++k->serial;
    c->ask = *ask;
    c->ask.method = mem_str(ask->method);
    c->ask.url = mem_str(ask->url);
    c->ask.body = ask->body ? mem_strn(ask->body, ask->body_len) : NULL;
    memset(c->ask.header, 0, sizeof c->ask.header);
    for (size_t i = 0; i < HTTP_HEADERS - 1 - ADDED_HEADERS && ask->header[i].name; i++)
        c->ask.header[i] = (struct http_header){mem_str(ask->header[i].name), mem_str(ask->header[i].value)};
    if (!has_header(ask, "Accept")) add_header(&c->ask, mem_str("Accept"), mem_str("application/json"));
    c->next = k->calls;
    if (c->next) c->next->self = &c->next;
    c->self = &k->calls;
    k->calls = c;
    alarm_set(k->drain, 0, 0);
    return c;
}

void kube_call_cancel(struct kube_call *c)
{
    if (!c) return;
    c->cancelled = true;
    if (c->request)
        http_cancel(c->request);
    else
        call_free(c);
}

struct http_request *kube_link_direct(struct kube_link *k, const char *path, const struct http_ask *ask,
                                      const struct http_calls *calls)
{
    struct why why = {0};
    struct http_ask passed_on = *ask;
    passed_on.proxied = true;
    enum err err = kube_guard_check(&k->guard, ask->method, path, &why);
    if (!err) {
        enum auth_state state = kube_auth_check(k->auth, &why);
        if (state == AUTH_READY) return send_now(k, KUBE_CALLS, path, &passed_on, calls);
        err = ERR_AUTH;
        if (state == AUTH_WAITING) why_set(&why, err, "credentials are being renewed");
    }
    calls->done(calls->arg, &(struct http_answer){.err = err, .why = why.text, .body = "", .content_type = ""});
    return NULL;
}

enum err kube_link_may_change(const struct kube_link *k, struct why *why)
{
    return kube_guard_check(&k->guard, "PATCH", "/", why);
}

void kube_link_reconnect(struct kube_link *k, enum err err, const char *why)
{
    client_drop(k, KUBE_WATCHES, err, why);
}
