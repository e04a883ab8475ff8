/* object_target.c - see object_target.h. */
#include "tui/object_target.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/object_path.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct object_kind kinds[] = {
    {"Pod", "/api/v1", "pods", "po", true},
    {"Node", "/api/v1", "nodes", "no", false},
    {"RayService", "/apis/ray.io/v1", "rayservices", NULL, true},
    {"RayCluster", "/apis/ray.io/v1", "rayclusters", NULL, true},
    {"RayJob", "/apis/ray.io/v1", "rayjobs", NULL, true},
    {"Service", "/api/v1", "services", "svc", true},
    {"Secret", "/api/v1", "secrets", NULL, true},
    {"ConfigMap", "/api/v1", "configmaps", "cm", true},
    {"ServiceAccount", "/api/v1", "serviceaccounts", "sa", true},
    {"PersistentVolumeClaim", "/api/v1", "persistentvolumeclaims", "pvc", true},
    {"Event", "/api/v1", "events", "ev", true},
    {"Namespace", "/api/v1", "namespaces", "ns", false},
    {"Deployment", "/apis/apps/v1", "deployments", "deploy", true},
    {"StatefulSet", "/apis/apps/v1", "statefulsets", "sts", true},
    {"DaemonSet", "/apis/apps/v1", "daemonsets", "ds", true},
    {"Job", "/apis/batch/v1", "jobs", NULL, true},
    {"Lease", "/apis/coordination.k8s.io/v1", "leases", NULL, true},
    {"Ingress", "/apis/networking.k8s.io/v1", "ingresses", "ing", true},
    {"NetworkPolicy", "/apis/networking.k8s.io/v1", "networkpolicies", "netpol", true},
    {"EndpointSlice", "/apis/discovery.k8s.io/v1", "endpointslices", NULL, true},
    {"PodDisruptionBudget", "/apis/policy/v1", "poddisruptionbudgets", "pdb", true},
};

static bool word_is(const char *word, size_t len, const char *name)
{
    return name && strlen(name) == len && strncasecmp(word, name, len) == 0;
}

const struct object_kind *object_kind_named(const char *word, size_t len)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (word_is(word, len, kinds[i].kind) || word_is(word, len, kinds[i].plural) ||
            word_is(word, len, kinds[i].brief))
            return &kinds[i];
    return NULL;
}

static struct object_target target_of(const char *kind, const char *ns, const char *name, const char *uid)
{
    return (struct object_target){object_kind_named(kind, strlen(kind)), mem_str(ns), mem_str(name), mem_str(uid)};
}

static enum err target_checked(struct object_target t, struct object_target *ret, struct why *why)
{
    if (t.kind && t.name && *t.name) {
        *ret = t;
        return ERR_OK;
    }
    object_target_done(&t);
    return why_set(why, ERR_NOT_FOUND,
                   "this row is no object of Kubernetes; describe KIND NAME and yaml KIND NAME read one");
}

enum err object_target_of_row(const struct world *w, const struct selection *s, struct object_target *ret,
                              struct why *why)
{
    const struct row *row = world_find(w, s->table, s->key), *pod;
    struct object_target t = {NULL, NULL, NULL, NULL};
    if (row && s->table == TABLE_POD)
        t = target_of("Pod", ROW(row, pod)->ns, ROW(row, pod)->name, s->key);
    else if (row && s->table == TABLE_KNODE)
        t = target_of("Node", NULL, ROW(row, knode)->name, s->key);
    else if (row && s->table == TABLE_RAYSERVICE)
        t = target_of("RayService", ROW(row, rayservice)->ns, ROW(row, rayservice)->name, s->key);
    else if (row && s->table == TABLE_RAYCLUSTER)
        t = target_of("RayCluster", ROW(row, raycluster)->ns, ROW(row, raycluster)->name, s->key);
    else if (row && s->table == TABLE_EVENT && ROW(row, event)->about_kind)
        t = target_of(ROW(row, event)->about_kind, ROW(row, event)->ns, ROW(row, event)->about,
                      ROW(row, event)->about_uid);
    else if (s->pod_uid[0] && (pod = world_find(w, TABLE_POD, s->pod_uid)))
        t = target_of("Pod", ROW(pod, pod)->ns, ROW(pod, pod)->name, s->pod_uid);
    return target_checked(t, ret, why);
}

/* The name of a kind that the focus has one of; NULL: it has none. */
static const char *focus_name(const struct view *v, const struct object_kind *kind)
{
    if (strcmp(kind->kind, "RayService") == 0 && v->focus->rayservice) return v->focus->rayservice->name;
    if (strcmp(kind->kind, "RayCluster") == 0 && v->focus->raycluster) return v->focus->raycluster->name;
    return NULL;
}

enum err object_target_of_line(const struct view *v, const char *line, const char *ns, struct object_target *ret,
                               struct why *why)
{
    const size_t first = strcspn(line, " /");
    const struct object_kind *kind = object_kind_named(line, first);
    const char *rest = line + first + strspn(line + first, " /");
    if (!kind && line[first])
        return why_set(why, ERR_USAGE, "%.*s: no such kind; KIND NAME, as pod, node, rayservice or svc", (int)first,
                       line);
    if (!kind) { /* a name alone is a pod's */
        kind = object_kind_named("Pod", 3);
        rest = line;
    }
    if (!*rest) rest = focus_name(v, kind) ? focus_name(v, kind) : "";
    if (!*rest) return why_set(why, ERR_USAGE, "which %s? its name is missing", kind->kind);
    if (kind->namespaced && !ns) return why_set(why, ERR_USAGE, "its namespace is not known yet; :ns NAME sets one");
    const char *slash = strchr(rest, '/');
    char *own = slash ? mem_strn(rest, (size_t)(slash - rest)) : NULL;
    *ret = target_of(kind->kind, kind->namespaced ? own ? own : ns : NULL, slash ? slash + 1 : rest, NULL);
    free(own);
    return ERR_OK;
}

void object_target_done(struct object_target *t)
{
    free(t->ns);
    free(t->name);
    free(t->uid);
    *t = (struct object_target){NULL, NULL, NULL, NULL};
}

char *object_target_path(const struct object_target *t)
{
    return object_path(t->kind->root, t->kind->namespaced ? t->ns : NULL, t->kind->plural, t->name);
}

char *object_target_words(const struct object_target *t)
{
    const bool has_ns = t->kind->namespaced && t->ns;
    return mem_printf("%s %s%s%s", t->kind->kind, has_ns ? t->ns : "", has_ns ? "/" : "", t->name);
}

char *object_target_events(const struct object_target *t, const char *uid)
{
    return object_events_path(t->kind->namespaced ? t->ns : NULL, t->kind->kind, t->name, uid);
}
