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
        focus_set(s, s->only_ns, NULL);
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

/* The one that was asked for, the RayService's, or the context's if there is none. With several RayServices one must be
 * chosen first. */
static const char *namespace_to_read(const struct session *s)
{
    if (s->ns && s->service) return s->ns;
    if (s->only_ns) return s->only_ns;
    if (!services_are_known(s) || world_count(s->world, TABLE_RAYSERVICE) > 0) return NULL;
    return session_where(s)->ns;
}

/* Where the focus is not known (again), the namespace read last goes on being read. */
static void scope_tell(struct session *s, const char *ns)
{
    if (text_unchanged(s->scope.ns, ns) && text_unchanged(s->scope.only, s->only_ns) && s->scope.all == s->all) return;
    record_set(&s->scope.ns, ns);
    record_set(&s->scope.only, s->only_ns);
    s->scope.all = s->all;
    const struct kube_scope scope = {s->scope.only, s->scope.ns, s->scope.all};
    if (s->kube_ops->set_scope) s->kube_ops->set_scope(s->kube, &scope);
}

void session_focus_update(struct session *s)
{
    focus_keep(s);
    const char *ns = s->kube ? namespace_to_read(s) : NULL;
    if (ns) session_permission_set_namespace(s, ns);
    if (s->kube) scope_tell(s, ns ? ns : s->scope.ns);
}

void session_watch(struct session *s, const char *ns)
{
    s->all = !ns;
    record_set(&s->only_ns, ns);
    if (ns && !text_eq(s->ns, ns)) {
        focus_set(s, ns, NULL);
        s->chosen = false;
    } else if (!ns && !s->service) {
        focus_set(s, NULL, NULL);
    }
    session_reconcile_soon(s);
}

bool session_watches_all(const struct session *s)
{
    return s->all;
}

const char *session_only_ns(const struct session *s)
{
    return s->only_ns;
}

const char *session_default_ns(const struct session *s)
{
    const struct focus f = session_focus(s);
    const struct kube_where *where = session_where(s);
    if (s->only_ns) return s->only_ns;
    return s->all && f.rayservice ? f.rayservice->ns : where ? where->ns : NULL;
}

void session_choose(struct session *s, const char *ns, const char *service)
{
    if (ns && s->only_ns && !text_eq(ns, s->only_ns)) record_set(&s->only_ns, ns);
    focus_set(s, ns, service);
    s->chosen = true;
    session_reconcile_soon(s);
}
