/* app_equivalent.c - the kubectl or redis-cli command that shows the selected row. */
#include "tui/app_priv.h"

#include <stdio.h>

static bool kubectl_get(const struct app *app, const char *kind, const char *ns, const char *name, char *out,
                        size_t size)
{
    const char *context = app_context(app);
    snprintf(out, size, "kubectl%s%s%s%s get %s %s -o yaml", context ? " --context " : "", context ? context : "",
             ns ? " -n " : "", ns ? ns : "", kind, name ? name : "");
    return name != NULL;
}

bool app_equivalent(const struct app *app, const struct selection *selected, char *out, size_t size)
{
    const struct row *row = world_find(session_world(app->at->session), selected->table, selected->key);
    if (!row) return false;
    switch (selected->table) {
    case TABLE_POD: return kubectl_get(app, "pod", ROW(row, pod)->ns, ROW(row, pod)->name, out, size);
    case TABLE_KNODE: return kubectl_get(app, "node", NULL, ROW(row, knode)->name, out, size);
    case TABLE_RAYSERVICE:
        return kubectl_get(app, "rayservice", ROW(row, rayservice)->ns, ROW(row, rayservice)->name, out, size);
    case TABLE_EVENT: {
        const struct event *e = ROW(row, event);
        snprintf(out, size, "kubectl -n %s get events --field-selector involvedObject.name=%s",
                 e->ns ? e->ns : "default", e->about ? e->about : "");
        return e->about != NULL;
    }
    case TABLE_GCSTABLE: {
        const struct gcstable *t = ROW(row, gcstable);
        snprintf(out, size, "redis-cli HLEN 'RAY%s@%s'", t->ns ? t->ns : "", t->table ? t->table : "");
        return t->ns && t->table;
    }
    default: return false;
    }
}
