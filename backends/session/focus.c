/* focus.c - selects the RayService in focus and the namespace to watch. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/session/session_priv.h"

#include <stdlib.h>
#include <string.h>

/* Whether the first full list of the record's source is complete: only then is a single object known to be the only
 * one. */
static bool source_is_listed(const struct session *s, const struct record *r)
{
    const struct row *row = world_find(s->world, r->table, r->key);
    const struct source *source = row ? world_source_named(s->world, row->source) : NULL;
    return source && source->listed_ms > 0;
}

static bool service_exists(const struct session *s)
{
    WORLD_EACH (row, s->world, TABLE_RAYSERVICE) {
        const struct rayservice *r = ROW(row, rayservice);
        if (!row->gone_ms && text_eq(r->name, s->service) && (!s->ns || text_eq(r->ns, s->ns))) return true;
    }
    return false;
}

static void focus_set(struct session *s, const char *ns, const char *service)
{
    char *new_ns = mem_str(ns), *new_service = mem_str(service);

    free(s->ns);
    free(s->service);
    s->ns = new_ns;
    s->service = new_service;
    s->focus_fresh = false;
}

/* A RayService selected as the only one keeps the focus when a second appears, until it is deleted and another
 * exists. */
static void focus_keep(struct session *s)
{
    if (s->service && !s->chosen && !service_exists(s) && world_count(s->world, TABLE_RAYSERVICE) > 0)
        focus_set(s, s->conf->ns, NULL);
    struct focus f = session_focus(s);
    if (!s->service && f.rayservice && source_is_listed(s, &f.rayservice->record))
        focus_set(s, f.rayservice->ns, f.rayservice->name);
}

/* The RayServices were listed, or cannot be. */
static bool services_are_known(const struct session *s)
{
    const struct source *src = world_source_named(s->world, "kube/rayservices");
    return src && (src->listed_ms > 0 || src->state == SOURCE_DENIED || src->state == SOURCE_ABSENT);
}

/* Watches one namespace: the RayService's, or the context's if there is none. With several RayServices one must be
 * chosen first. */
static const char *namespace_to_read(const struct session *s)
{
    if (s->ns && s->service) return s->ns;
    if (!services_are_known(s) || world_count(s->world, TABLE_RAYSERVICE) > 0) return NULL;
    return s->ns ? s->ns : session_where(s)->ns;
}

void session_focus_update(struct session *s)
{
    focus_keep(s);
    const char *ns = s->kube ? namespace_to_read(s) : NULL;
    if (!ns) return;
    session_permission_set_namespace(s, ns);
    if (text_same(s->kube_ns, ns)) return;
    free(s->kube_ns);
    s->kube_ns = mem_str(ns);
    if (s->kube_ops->set_namespace) s->kube_ops->set_namespace(s->kube, s->kube_ns);
}
