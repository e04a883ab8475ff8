/* cleanup_namespace.c - deletes the namespace. Lists its objects again right before, since they are deleted with it: an
 * object that was not shown keeps the namespace. An object created between that list and the DELETE is lost: the API
 * server has no precondition for a namespace's content. */
#include "deploy/cleanup_priv.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <stdlib.h>
#include <string.h>

enum { NAMES_MAX = 1000 };

static void again_next(void *arg);

/* The namespace was to be deleted, but is kept: an error. */
static void namespace_kept(struct cleanup *c, enum err err, const char *why)
{
    step_fail(&c->engine, err, "namespace/%s kept: %s", c->ns, why);
}

/* ---- until it is gone ---- */

static void on_namespace(void *arg, const struct object_answer *a)
{
    struct cleanup *c = arg;
    if (a->err == ERR_NOT_FOUND || (!a->err && strcmp(kobject_uid(a->object), c->namespace_uid) != 0)) {
        step_log(&c->engine, TONE_PLAIN, "namespace/%s is gone", c->ns);
        step_next(&c->engine);
    } else if (a->err) {
        step_unread(&c->engine, a->why);
    } else {
        step_wait_text(&c->engine, "waiting for its content to be deleted");
        step_unmet(&c->engine);
    }
}

static void namespace_read(void *arg)
{
    struct cleanup *c = arg;
    object_get(&c->engine.cluster, kobject_kind_named("v1", "Namespace"), NULL, c->ns, on_namespace, c);
}

static void namespace_late(void *arg)
{
    struct cleanup *c = arg;
    step_fail(&c->engine, ERR_TIMEOUT,
              "namespace/%s is not deleted: %s; an object may have a finalizer (see kubectl describe namespace)", c->ns,
              step_waits_for(&c->engine));
}

static void on_namespace_deleted(void *arg, const struct object_answer *a)
{
    struct cleanup *c = arg;
    if (a->err == ERR_CONFLICT) {
        namespace_kept(c, a->err, "it was just changed");
    } else if (a->err && a->err != ERR_NOT_FOUND) {
        step_fail(&c->engine, a->err, "namespace/%s%s: %s", c->ns, a->unknown ? ": the outcome is unknown" : "",
                  a->why);
    } else {
        step_log(&c->engine, TONE_PLAIN, "namespace/%s deleted", c->ns);
        step_poll(&c->engine, &(struct step_poll){.read = namespace_read,
                                                  .every_ms = c->conf.poll_ms,
                                                  .limit_ms = c->conf.wait_ms,
                                                  .late = namespace_late});
    }
}

/* ---- once more ---- */

/* Just deleted by us, and still existing for its finalizers or dependents. */
static bool is_going(const struct cleanup *c, const cJSON *o)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->objects[i].gone && strcmp(c->objects[i].uid, kobject_uid(o)) == 0) return true;
    return false;
}

static void on_list(void *arg, const struct object_answer *a)
{
    struct cleanup *c = arg;
    const struct kobject_kind *kind = cleanup_kind(c, c->at);
    if (a->err && a->err != ERR_NOT_FOUND) {
        char *why = mem_printf("its %s could not be listed: %s", kind->plural, a->why);
        namespace_kept(c, a->err, why);
        free(why);
        return;
    }
    JSON_EACH (o, json_get(a->object, "items")) {
        if (!cleanup_is_foreign(kind, o) || is_going(c, o)) continue;
        char *words = kobject_words(kind, kobject_name(o));
        buf_printf(&c->unconfirmed, "%s%s", c->unconfirmed.len ? ", " : "", words);
        free(words);
    }
    c->at++;
    step_later(&c->engine, again_next, 0);
}

static void again_next(void *arg)
{
    struct cleanup *c = arg;
    const struct kobject_kind *kind = cleanup_kind(c, c->at);
    if (kind) {
        object_list(&c->engine.cluster, kind, c->ns, NULL, on_list, c);
    } else if (c->unlisted || c->unconfirmed.len) {
        char *why = c->unconfirmed.len ? mem_printf("new since it was shown: %s", buf_text(&c->unconfirmed))
                                       : mem_str(c->unlisted);
        namespace_kept(c, ERR_CONFLICT, why);
        free(why);
    } else {
        const struct object_pin pin = {c->namespace_uid, c->namespace_version};
        object_delete(&c->engine.cluster, kobject_kind_named("v1", "Namespace"), NULL, c->ns, &pin,
                      on_namespace_deleted, c);
    }
}

static void on_again(void *arg, const struct object_answer *a)
{
    struct cleanup *c = arg;
    if (a->err == ERR_NOT_FOUND) {
        step_log(&c->engine, TONE_PLAIN, "namespace/%s is already deleted", c->ns);
        step_next(&c->engine);
    } else if (a->err) {
        namespace_kept(c, a->err, a->why);
    } else if (strcmp(kobject_uid(a->object), c->namespace_uid) != 0) {
        namespace_kept(c, ERR_CONFLICT, "it was replaced since it was shown");
    } else if (!kobject_is_ours(a->object)) {
        namespace_kept(c, ERR_CONFLICT, "it no longer has raydeck's label");
    } else {
        free(c->namespace_version);
        c->namespace_version = mem_str(kobject_version(a->object));
        buf_done(&c->unconfirmed);
        buf_init(&c->unconfirmed, NAMES_MAX);
        cleanup_find_kinds(c, again_next);
    }
}

void cleanup_namespace(void *arg)
{
    struct cleanup *c = arg;
    const char *kept = !c->owns_namespace           ? "raydeck did not create it"
                       : step_first_err(&c->engine) ? "not everything in it was deleted"
                                                    : NULL;
    if (kept || c->foreign || c->beyond) {
        step_log(&c->engine, TONE_PLAIN, "namespace/%s kept: %s%s", c->ns,
                 kept ? kept : "it contains foreign objects: ",
                 kept         ? ""
                 : c->foreign ? c->foreign
                              : "more than raydeck can list");
        step_next(&c->engine);
        return;
    }
    object_get(&c->engine.cluster, kobject_kind_named("v1", "Namespace"), NULL, c->ns, on_again, c);
}
