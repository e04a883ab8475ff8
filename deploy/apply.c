/* apply.c - single requests of a deployment or clean-up; see apply.h. */
#include "deploy/apply.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/kube/request_body.h"
#include "deploy/secrets.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct object_call {
    const struct kube_ops *ops;
    struct kube_call *call;
    struct object_call **in_flight; /* tracks the call until it ends; NULL: not tracked */
    struct object_change *change;   /* NULL: no change */
    cJSON *sent;                    /* the object sent, whose secrets no message may contain; NULL: none */
    object_done *done;
    void *arg;
};

static void call_free(struct object_call *c)
{
    if (c->in_flight) *c->in_flight = NULL;
    json_wipe(c->sent);
    object_change_free(c->change);
    free(c);
}

static void call_finish(struct object_call *c, const struct object_answer *answer)
{
    object_done *done = c->done;
    void *arg = c->arg;
    char *why = secrets_text(c->sent, answer->why);
    struct object_answer masked = *answer;
    masked.why = why;
    call_free(c);
    done(arg, &masked);
    free(why);
}

static void on_answer(void *arg, const struct http_answer *http)
{
    struct object_call *c = arg;
    struct why why = {0};
    struct conflicts conflicts;
    struct object_answer answer = {.made = http->status == 201};
    cJSON *object = NULL;
    c->call = NULL;
    answer.err = c->ops->judge(http, &why);
    if (answer.err == ERR_CONFLICT && conflict_parse(http->body, http->body_len, &conflicts) == ERR_OK) {
        answer.conflicts = &conflicts;
        conflicts_words(&conflicts, &why);
    }
    if (!answer.err) answer.err = json_parse_shown(http->body, http->body_len, &object, &why);
    answer.object = object;
    answer.unknown = c->change && err_is_unanswered(answer.err);
    answer.why = why.text;
    call_finish(c, &answer);
    json_wipe(object);
}

static struct object_call *object_send(const struct cluster *to, const char *method, const char *path, const char *type,
                                       const cJSON *body, object_done *done, void *arg)
{
    struct object_call *c = mem_zero(1, sizeof *c);
    char *text = body ? cJSON_PrintUnformatted(body) : NULL;
    *c = (struct object_call){.ops = to->ops, .in_flight = to->in_flight, .done = done, .arg = arg};
    if (c->in_flight) {
        assert(!*c->in_flight);
        *c->in_flight = c;
    }
    if (body) c->sent = cJSON_Duplicate(body, 1);
    struct http_ask ask = {.method = method,
                           .url = path,
                           .body = text,
                           .body_len = text ? strlen(text) : 0,
                           .timeout_ms = OBJECT_MS,
                           .body_max = OBJECT_BODY_MAX,
                           .secret = true};
    if (text) ask.header[0] = (struct http_header){"Content-Type", type};
    c->call = to->ops->request(to->kube, &ask, &(struct http_calls){.done = on_answer, .arg = c});
    if (text) mem_wipe(text, strlen(text));
    cJSON_free(text);
    return c;
}

struct object_call *object_apply(const struct cluster *c, const struct kobject_kind *kind, const cJSON *object,
                                 const struct object_pin *pin, unsigned how, object_done *done, void *arg)
{
    char *path = kobject_path(kind, kobject_ns(object), kobject_name(object));
    char *whole = mem_printf("%s?fieldManager=" FIELD_MANAGER "%s%s", path, how & APPLY_FORCE ? "&force=true" : "",
                             how & APPLY_DRY ? "&dryRun=All" : "");
    cJSON *body = cJSON_Duplicate(object, 1);
    assert(pin || how & APPLY_DRY);
    if (pin) kobject_pin(body, pin->uid, pin->version);
    struct object_call *call = object_send(c, "PATCH", whole, "application/apply-patch+yaml", body, done, arg);
    if (!(how & APPLY_DRY))
        call->change =
            object_change_new(CHANGE_APPLIES, kind, kobject_ns(object), kobject_name(object), pin->uid, pin->version);
    json_wipe(body);
    free(path);
    free(whole);
    return call;
}

struct object_call *object_create(const struct cluster *c, const struct kobject_kind *kind, const cJSON *object,
                                  object_done *done, void *arg)
{
    char *path = kobject_path(kind, kobject_ns(object), NULL);
    char *whole = mem_printf("%s?fieldManager=" FIELD_MANAGER "&fieldValidation=Strict", path);
    struct object_call *call = object_send(c, "POST", whole, "application/json", object, done, arg);
    call->change = object_change_new(CHANGE_CREATES, kind, kobject_ns(object), kobject_name(object), NULL, NULL);
    free(path);
    free(whole);
    return call;
}

static void patch_add(cJSON *ops, const char *op, const char *path, const char *value)
{
    cJSON *one = cJSON_CreateObject();
    cJSON_AddStringToObject(one, "op", op);
    cJSON_AddStringToObject(one, "path", path);
    cJSON_AddStringToObject(one, "value", value);
    cJSON_AddItemToArray(ops, one);
}

struct object_call *object_own_fields(const struct cluster *c, const cJSON *object, const struct kobject_kind *kind,
                                      size_t entry, object_done *done, void *arg)
{
    char *path = kobject_path(kind, kobject_ns(object), kobject_name(object));
    char *whole = mem_printf("%s?fieldManager=" FIELD_MANAGER, path);
    char *manager = mem_printf("/metadata/managedFields/%zu/manager", entry);
    char *operation = mem_printf("/metadata/managedFields/%zu/operation", entry);
    cJSON *ops = cJSON_CreateArray();
    patch_add(ops, "test", "/metadata/uid", kobject_uid(object));
    patch_add(ops, "test", manager, FIELD_MANAGER);
    patch_add(ops, "test", operation, "Update");
    patch_add(ops, "replace", operation, "Apply");
    struct object_call *call = object_send(c, "PATCH", whole, "application/json-patch+json", ops, done, arg);
    call->change = object_change_new(CHANGE_APPLIES, kind, kobject_ns(object), kobject_name(object),
                                     kobject_uid(object), kobject_version(object));
    cJSON_Delete(ops);
    free(operation);
    free(manager);
    free(whole);
    free(path);
    return call;
}

struct object_call *object_read(const struct cluster *c, const char *path, object_done *done, void *arg)
{
    return object_send(c, "GET", path, NULL, NULL, done, arg);
}

struct object_call *object_get(const struct cluster *c, const struct kobject_kind *kind, const char *ns,
                               const char *name, object_done *done, void *arg)
{
    char *path = kobject_path(kind, ns, name);
    struct object_call *call = object_read(c, path, done, arg);
    free(path);
    return call;
}

struct object_call *object_list(const struct cluster *c, const struct kobject_kind *kind, const char *ns,
                                const char *selector, object_done *done, void *arg)
{
    struct buf b;
    char *path = kobject_path(kind, ns, NULL);
    buf_init(&b, (size_t)8 * 1024);
    buf_str(&b, path);
    if (selector) {
        buf_str(&b, "?labelSelector=");
        text_url_encode(selector, strlen(selector), &b);
    }
    struct object_call *call = object_read(c, buf_text(&b), done, arg);
    buf_done(&b);
    free(path);
    return call;
}

struct object_call *object_delete(const struct cluster *c, const struct kobject_kind *kind, const char *ns,
                                  const char *name, const struct object_pin *pin, object_done *done, void *arg)
{
    char *path = kobject_path(kind, ns, name);
    const struct delete_options options = {pin->uid, pin->version, -1, "Background"};
    cJSON *body = delete_body(&options);
    struct object_call *call = object_send(c, "DELETE", path, "application/json", body, done, arg);
    call->change = object_change_new(CHANGE_DELETES, kind, ns, name, pin->uid, pin->version);
    cJSON_Delete(body);
    free(path);
    return call;
}

/* Like kube_ops->may, but can be cancelled. */
struct object_call *object_may(const struct cluster *c, const char *verb, const struct kobject_kind *kind,
                               const char *ns, object_done *done, void *arg)
{
    char *resource = kobject_resource(kind);
    cJSON *body = review_body(verb, resource, kind->namespaced ? ns : NULL);
    struct object_call *call = object_send(c, "POST", REVIEW_PATH, "application/json", body, done, arg);
    cJSON_Delete(body);
    free(resource);
    return call;
}

enum err cluster_may_change(const struct cluster *c, struct why *why)
{
    return c->ops->may_change(c->kube, why);
}

bool cluster_is_out_of_reach(enum err err)
{
    switch (err) {
    case ERR_OK:
    case ERR_NOT_FOUND:
    case ERR_FORBIDDEN:
    case ERR_PARSE:
    case ERR_LIMIT:
    case ERR_SERVER:
    case ERR_UNSUPPORTED: return false;
    default: return true;
    }
}

const struct object_change *object_change_of(const struct object_call *call)
{
    return call ? call->change : NULL;
}

struct object_change *object_give_up(struct object_call *call)
{
    struct object_change *change = call->change;
    call->change = NULL;
    object_cancel(call);
    return change;
}

void object_cancel(struct object_call *call)
{
    if (!call) return;
    call->ops->cancel(call->call);
    call_free(call);
}
