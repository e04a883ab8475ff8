/* kube_actions.c - single requests to the API server: delete, access review, Secret, ingresses, proxy. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/kube/answers_parse.h"
#include "backends/kube/kube_api_priv.h"
#include "backends/kube/kube_parse.h"
#include "backends/kube/request_body.h"
#include "backends/kube/status_parse.h"

#include <stdlib.h>
#include <string.h>

enum { ACTION_MS = 15000, ACTION_BODY_MAX = 4 * 1024 * 1024 };

/* A request in flight with its callback: one of the three. */
struct action {
    struct kube *be;
    struct action *next, **self;
    struct kube_call *call;
    char *ns, *name, *uid, *key;
    int64_t grace_s;
    void (*on_end)(void *arg, enum err err, const char *why);
    void (*on_answer)(void *arg, enum tri answer, const char *why);
    void (*on_value)(void *arg, enum err err, const char *value, size_t len, const char *why);
    void *arg;
};

static struct action *action_new(struct kube *be, void *arg)
{
    struct action *a = mem_zero(1, sizeof *a);
    a->be = be;
    a->arg = arg;
    a->next = be->actions;
    if (a->next) a->next->self = &a->next;
    a->self = &be->actions;
    be->actions = a;
    return a;
}

static void action_free(struct action *a)
{
    *a->self = a->next;
    if (a->next) a->next->self = a->self;
    kube_call_cancel(a->call);
    free(a->ns);
    free(a->name);
    free(a->uid);
    free(a->key);
    free(a);
}

void kube_api_actions_stop(struct kube *be)
{
    while (be->actions) action_free(be->actions);
}

void kube_api_forget(struct kube *be, const void *arg)
{
    for (struct action *a = be->actions, *next; a; a = next) {
        next = a->next;
        if (a->arg == arg) action_free(a);
    }
    kube_api_exec_stop(be, arg);
}

static void action_send(struct action *a, const char *method, const char *path, cJSON *body /* takes */, bool secret,
                        void (*done)(void *arg, const struct http_answer *answer))
{
    char *text = body ? cJSON_PrintUnformatted(body) : NULL;
    struct http_ask ask = {.method = method,
                           .url = path,
                           .body = text,
                           .body_len = text ? strlen(text) : 0,
                           .timeout_ms = ACTION_MS,
                           .body_max = ACTION_BODY_MAX,
                           .secret = secret};
    if (text) ask.header[0] = (struct http_header){"Content-Type", "application/json"};
    a->call = kube_link_send(a->be->link, KUBE_CALLS, &ask, &(struct http_calls){.done = done, .arg = a});
    cJSON_free(text);
    cJSON_Delete(body);
}

enum err kube_api_judge(const struct http_answer *answer, struct why *why)
{
    if (answer->err != ERR_OK) return why_set(why, answer->err, "%s", answer->why);
    if (answer->status >= 200 && answer->status < 300) return ERR_OK;
    status_parse(answer->status, answer->body, answer->body_len, why);
    return why->code;
}

/* ---- delete -------------------------------------------------------------------------------------------------- */

static void on_deleted(void *arg, const struct http_answer *answer)
{
    struct action *a = arg;
    struct why why = {0};
    struct change *c = NULL;
    uint64_t at = loop_now_ms(), wall = loop_wall_ms(a->be->loop);
    struct sink sink = a->be->sink;
    a->call = NULL;
    switch (kube_api_judge(answer, &why)) {
    case ERR_OK:
        c = change_new(CHANGE_DELETED, "kube/pods", WORLD_KUBE);
        c->at_ms = at;
        c->wall_ms = wall;
        c->table = TABLE_POD;
        c->key = mem_str(a->uid);
        c->detail = mem_printf("%s/%s", a->ns, a->name);
        c->number = a->grace_s < 0 ? UINT64_MAX : (uint64_t)a->grace_s;
        break;
    case ERR_CONFLICT:
        why_set(&why, ERR_CONFLICT, "the pod was replaced: its UID is not the one that was confirmed");
        break;
    case ERR_NOT_FOUND: why_set(&why, ERR_NOT_FOUND, "the pod is already deleted"); break;
    default: break;
    }
    void (*done)(void *, enum err, const char *) = a->on_end;
    void *done_arg = a->arg;
    action_free(a);
    done(done_arg, why.code, why.text);
    if (c) sink_put(&sink, c);
}

void kube_api_delete_pod(struct kube *be, const char *ns, const char *name, const char *uid, int64_t grace_s,
                         void (*done)(void *arg, enum err err, const char *why), void *arg)
{
    struct action *a = action_new(be, arg);
    a->ns = mem_str(ns);
    a->name = mem_str(name);
    a->uid = mem_str(uid);
    a->grace_s = grace_s;
    a->on_end = done;
    char *path = request_path("/api/v1", ns, "pods", name);
    const struct delete_options options = {.uid = uid, .grace_s = grace_s};
    action_send(a, "DELETE", path, delete_body(&options), false, on_deleted);
    free(path);
}

/* ---- reads --------------------------------------------------------------------------------------------------- */

static void on_review(void *arg, const struct http_answer *answer)
{
    struct action *a = arg;
    struct why why = {0};
    enum tri may = TRI_UNKNOWN;
    a->call = NULL;
    if (kube_api_judge(answer, &why) == ERR_OK) may = review_parse(answer->body, answer->body_len, &why);
    void (*done)(void *, enum tri, const char *) = a->on_answer;
    void *done_arg = a->arg;
    action_free(a);
    done(done_arg, may, why.text);
}

void kube_api_may(struct kube *be, const char *verb, const char *resource, const char *ns,
                  void (*done)(void *arg, enum tri answer, const char *why), void *arg)
{
    struct action *a = action_new(be, arg);
    a->on_answer = done;
    action_send(a, "POST", REVIEW_PATH, review_body(verb, resource, ns), false, on_review);
}

static void value_finish(struct action *a, enum err err, struct buf *value, const char *why)
{
    void (*done)(void *, enum err, const char *, size_t, const char *) = a->on_value;
    void *done_arg = a->arg;
    action_free(a);
    done(done_arg, err, err == ERR_OK ? buf_text(value) : NULL, err == ERR_OK ? value->len : 0, why);
    buf_wipe(value);
}

static void on_value(void *arg, const struct http_answer *answer)
{
    struct action *a = arg;
    struct why why = {0};
    struct buf value;
    buf_init(&value, SECRET_VALUE_MAX);
    a->call = NULL;
    enum err e = kube_api_judge(answer, &why);
    if (e == ERR_OK && a->key) e = secret_parse(answer->body, answer->body_len, a->key, &value, &why);
    if (e == ERR_OK && !a->key) e = inline_password_parse(answer->body, answer->body_len, &value, &why);
    value_finish(a, e, &value, why.text);
}

/* key NULL: the password that stands in a RayService in clear. */
static void value_get(struct kube *be, char *path /* takes */, const char *key,
                      void (*done)(void *arg, enum err err, const char *value, size_t len, const char *why), void *arg)
{
    struct action *a = action_new(be, arg);
    a->key = mem_str(key);
    a->on_value = done;
    action_send(a, "GET", path, NULL, true, on_value);
    free(path);
}

void kube_api_secret(struct kube *be, const char *ns, const char *name, const char *key,
                     void (*done)(void *arg, enum err err, const char *value, size_t len, const char *why), void *arg)
{
    value_get(be, request_path("/api/v1", ns, "secrets", name), key, done, arg);
}

void kube_api_inline_password(struct kube *be, const char *ns, const char *service,
                              void (*done)(void *arg, enum err err, const char *value, size_t len, const char *why),
                              void *arg)
{
    value_get(be, request_path("/apis/ray.io/v1", ns, "rayservices", service), NULL, done, arg);
}

/* ---- ingresses ----------------------------------------------------------------------------------------------- */

static void emit_ingresses(const struct sink *sink, struct kube_page *page)
{
    sink_put(sink, change_source(KUBE_INGRESSES, WORLD_CONSOLE, SOURCE_LIVE, ERR_OK, NULL, NULL));
    struct change *c = change_new(CHANGE_RELIST, KUBE_INGRESSES, WORLD_CONSOLE);
    c->table = TABLE_INGRESS;
    sink_put(sink, c);
    for (size_t i = 0; i < page->count; i++) {
        sink_put(sink, change_put(KUBE_INGRESSES, WORLD_CONSOLE, page->items[i]));
        page->items[i] = NULL;
    }
    sink_put(sink, change_unread(KUBE_INGRESSES, WORLD_CONSOLE, TABLE_INGRESS, page->skipped, page->skipped_why.text));
    c = change_new(CHANGE_RELISTED, KUBE_INGRESSES, WORLD_CONSOLE);
    c->table = TABLE_INGRESS;
    sink_put(sink, c);
}

static void on_ingresses(void *arg, const struct http_answer *answer)
{
    struct action *a = arg;
    struct why why = {0};
    struct kube_page page = {0};
    struct sink sink = a->be->sink;
    a->call = NULL;
    enum err e = kube_api_judge(answer, &why);
    if (e == ERR_OK) e = kube_parse_page(TABLE_INGRESS, answer->body, answer->body_len, &page, &why);
    void (*done)(void *, enum err, const char *) = a->on_end;
    void *done_arg = a->arg;
    action_free(a);
    if (e == ERR_OK)
        emit_ingresses(&sink, &page);
    else
        sink_put(&sink, change_source(KUBE_INGRESSES, WORLD_CONSOLE,
                                      e == ERR_FORBIDDEN || e == ERR_AUTH ? SOURCE_DENIED
                                      : e == ERR_NOT_FOUND                ? SOURCE_ABSENT
                                                                          : SOURCE_DOWN,
                                      e, why.text, NULL));
    kube_page_done(&page);
    done(done_arg, e, why.text);
}

void kube_api_ingresses(struct kube *be, const char *ns, void (*done)(void *arg, enum err err, const char *why),
                        void *arg)
{
    struct action *a = action_new(be, arg);
    char *path = request_path("/apis/networking.k8s.io/v1", ns, "ingresses", NULL);
    a->on_end = done;
    action_send(a, "GET", path, NULL, false, on_ingresses);
    free(path);
}

struct http_request *kube_api_proxy(struct kube *be, const char *path, const struct http_ask *ask,
                                    const struct http_calls *calls)
{
    return kube_link_direct(be->link, path, ask, calls);
}

struct kube_call *kube_api_request(struct kube *be, const struct http_ask *ask, const struct http_calls *calls)
{
    return kube_link_send(be->link, KUBE_CALLS, ask, calls);
}
