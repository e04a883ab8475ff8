/* app_object.c - the requests behind `d` and `y`: the object, then its events. */
#include "tui/app_object.h"

#include "backends/base/mem.h"
#include "deploy/object_text.h"
#include "tui/app_priv.h"
#include "tui/object_target.h"

#include <stdlib.h>
#include <string.h>

enum { READ_MS = 10000, READ_EVERY_MS = 5000, BODY_MAX = 8 * 1024 * 1024 };

struct app_object {
    struct context *at;
    struct object_view view;
    struct object_target target;
    struct kube_call *call; /* in flight; NULL: none */
    cJSON *object;          /* read and masked, while its events are; else NULL */
    uint64_t asked_ms;
};

static bool is_open(const struct app_object *o)
{
    return o->view.overlay.ops != NULL;
}

static void call_stop(struct app_object *o)
{
    const struct kube_ops *ops;
    if (o->call && session_kube(o->at->session, &ops)) ops->cancel(o->call);
    o->call = NULL;
    cJSON_Delete(o->object);
    o->object = NULL;
}

void app_object_free(struct app_object *o)
{
    if (!o) return;
    call_stop(o);
    object_target_done(&o->target);
    free(o);
}

static void object_request(struct app_object *o, const char *path, void (*done)(void *, const struct http_answer *))
{
    const struct kube_ops *ops;
    struct kube *kube = session_kube(o->at->session, &ops);
    const struct http_ask ask = {
        .method = "GET", .url = path, .timeout_ms = READ_MS, .body_max = BODY_MAX, .secret = true};
    if (kube)
        o->call = ops->request(kube, &ask, &(struct http_calls){.done = done, .arg = o});
    else
        object_view_failed(&o->view, "there is no Kubernetes");
}

static enum err answer_parse(struct app_object *o, const struct http_answer *answer, cJSON **ret, struct why *why)
{
    const struct kube_ops *ops;
    o->call = NULL;
    if (!session_kube(o->at->session, &ops)) return why_set(why, ERR_UNSUPPORTED, "there is no Kubernetes");
    const enum err err = ops->judge(answer, why);
    return err ? err : json_parse_shown(answer->body, answer->body_len, ret, why);
}

/* ---- the events, and both texts ---- */

static void texts_set(struct app_object *o, const cJSON *events, const char *events_why)
{
    struct buf describe, yaml;
    const uint64_t wall_ms = loop_wall_ms(o->at->app->loop);
    buf_init(&describe, OBJECT_TEXT_MAX + 4096);
    buf_init(&yaml, OBJECT_TEXT_MAX + 4096);
    object_describe(o->object, events, events_why, wall_ms, &describe);
    object_yaml(o->object, 0, &yaml);
    object_view_set(&o->view, buf_take(&describe), buf_take(&yaml), wall_ms);
    buf_done(&describe);
    buf_done(&yaml);
}

static void on_events(void *arg, const struct http_answer *answer)
{
    struct app_object *o = arg;
    struct why why = {0};
    cJSON *list = NULL;
    const enum err err = answer_parse(o, answer, &list, &why);
    if (is_open(o)) texts_set(o, err ? NULL : json_get(list, "items"), err ? why.text : NULL);
    cJSON_Delete(list);
    cJSON_Delete(o->object);
    o->object = NULL;
    app_redraw(o->at->app);
}

/* ---- the object ---- */

/* Another object may have the name by now: its UID says so. */
static enum err object_check(const struct app_object *o, const cJSON *object, struct why *why)
{
    const char *uid = json_str(json_get(object, "metadata"), "uid");
    if (!cJSON_IsObject(object)) return why_set(why, ERR_PARSE, "the API server's answer is no object");
    if (o->target.uid && !text_eq(uid, o->target.uid))
        return why_set(why, ERR_CONFLICT, "another object has this name now, with the UID %.64s", uid ? uid : "–");
    return ERR_OK;
}

static void on_object(void *arg, const struct http_answer *answer)
{
    struct app_object *o = arg;
    struct why why = {0};
    cJSON *object = NULL;
    enum err err = answer_parse(o, answer, &object, &why);
    if (!err) err = object_check(o, object, &why);
    if (!is_open(o) || err) {
        if (is_open(o)) object_view_failed(&o->view, why.text);
        cJSON_Delete(object);
        app_redraw(o->at->app);
        return;
    }
    object_mask(object);
    o->object = object;
    char *path = object_target_events(&o->target, json_str(json_get(object, "metadata"), "uid"));
    object_request(o, path, on_events);
    free(path);
}

static void object_read(struct app_object *o)
{
    if (o->call) return;
    char *path = object_target_path(&o->target);
    o->asked_ms = loop_now_ms();
    object_request(o, path, on_object);
    free(path);
}

/* ---- the view ---- */

static void object_result(void *arg, enum overlay_result result)
{
    struct app *app = arg;
    if (result == OVERLAY_ACTION)
        object_read(app->at->object);
    else
        app_overlay_close(app);
}

static enum err target_find(struct app *app, const char *line, struct object_target *ret, struct why *why)
{
    struct selection selected;
    struct focus focus = session_focus(app->at->session);
    const struct view view = app_view(app, &focus);
    const char *ns = focus.ns ? focus.ns : session_default_ns(app->at->session);
    if (*line) return object_target_of_line(&view, line, ns, ret, why);
    if (!screen_selection(app->at->screen, &selected)) return why_set(why, ERR_NOT_FOUND, "no row is selected");
    return object_target_of_row(view.world, &selected, ret, why);
}

void app_object_open(struct app *app, const char *line, enum object_form form)
{
    struct object_target target;
    struct why why = {0};
    const char *name = form == OBJECT_YAML ? "yaml" : "describe";
    if (target_find(app, line, &target, &why)) {
        app_say(app, true, "%s: %s", name, why.text);
        return;
    }
    if (!app->at->object) app->at->object = mem_zero(1, sizeof *app->at->object);
    struct app_object *o = app->at->object;
    o->at = app->at;
    call_stop(o);
    object_target_done(&o->target);
    o->target = target;
    char *title = object_target_words(&target);
    object_view_open(&o->view, title, form);
    free(title);
    app_overlay_open(app, &o->view.overlay, object_result);
    object_read(o);
}

void app_object_tick(struct app *app)
{
    struct app_object *o = app->at->object;
    if (o && is_open(o) && loop_now_ms() >= o->asked_ms + READ_EVERY_MS) object_read(o);
}
