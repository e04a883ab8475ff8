/* deploy_prerequisites.c - checks before anything is applied: KubeRay, nodes, scheduler, permissions. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/cluster_parse.h"
#include "deploy/deploy_priv.h"
#include "deploy/lint.h"
#include "deploy/service_parse.h"

#include <stdlib.h>
#include <string.h>

enum check {
    CHECK_RAY,
    CHECK_OPERATOR,
    CHECK_NAMESPACE,
    CHECK_OLDER,
    CHECK_CAPACITY,
    CHECK_SCHEDULER,
    CHECK_SECRETS,
    CHECK_MAY_NAMESPACE,
    CHECK_MAY,
    CHECKS
};

static void check_next(void *arg);

static void check_done(struct deploy *d)
{
    if (step_logged(&d->engine)->worst == TONE_BAD)
        step_fail(&d->engine, ERR_NOT_FOUND, "a prerequisite is missing");
    else
        step_next(&d->engine);
}

/* Ends a check and starts the next. */
void deploy_checked(struct deploy *d, const struct object_answer *a)
{
    if (cluster_is_out_of_reach(a->err)) {
        step_error(&d->engine, a->err, "the API server: %s", a->why);
        check_done(d);
        return;
    }
    d->check++;
    d->at = 0;
    step_later(&d->engine, check_next, 0);
}

/* ---- KubeRay ---- */

static void on_ray(void *arg, const struct object_answer *a)
{
    struct deploy *d = arg;
    bool found = false;
    JSON_EACH (r, json_get(a->object, "resources"))
        if (text_eq(json_str(r, "name"), "rayservices")) found = true;
    if (a->err == ERR_NOT_FOUND || (!a->err && !found))
        step_log(&d->engine, TONE_BAD,
                 "KubeRay is not installed: the API server has no RayService of ray.io/v1 (helm install "
                 "kuberay-operator kuberay/kuberay-operator)");
    else if (!a->err)
        step_log(&d->engine, TONE_PLAIN, "the API server has RayService (ray.io/v1)");
    else if (!cluster_is_out_of_reach(a->err))
        step_log(&d->engine, TONE_WARN, "KubeRay could not be checked: %s", a->why);
    deploy_checked(d, a);
}

static bool uses_options(const struct deploy *d)
{
    const struct item *service = deploy_service_item(d);
    return service && json_path(service->object, "spec.rayClusterConfig.gcsFaultToleranceOptions");
}

static void on_operator(void *arg, const struct object_answer *a)
{
    struct deploy *d = arg;
    struct operator_seen seen;
    d->kuberay = LINT_KUBERAY_ANY;
    if (a->err) {
        if (!cluster_is_out_of_reach(a->err))
            step_log(&d->engine, TONE_WARN, "KubeRay's version is unknown: %s", a->why);
    } else if (operator_parse(a->object, &seen)) {
        step_log(&d->engine, TONE_WARN,
                 "no Deployment of KubeRay's operator was found (label app.kubernetes.io/name=kuberay-operator)");
    } else {
        bool down = seen.ready.known && seen.ready.value == 0;
        step_log(&d->engine, down ? TONE_WARN : TONE_PLAIN, "KubeRay %s in namespace %s%s",
                 seen.version[0] ? seen.version : "of an unknown version", seen.ns,
                 down ? ": no replica is ready, so nothing is reconciled" : "");
        /* Of one that is older than lint knows, or whose image has a tag of its own, nothing is assumed. */
        (void)lint_kuberay_parse(seen.version, &d->kuberay, NULL);
        if (uses_options(d) && operator_is_older(seen.version, 1, 3) == TRI_YES)
            step_log(&d->engine, TONE_BAD,
                     "gcsFaultToleranceOptions needs KubeRay 1.3 or later: use the manifest in the annotation style");
    }
    deploy_checked(d, a);
}

/* ---- where it goes ---- */

static void on_namespace(void *arg, const struct object_answer *a)
{
    struct deploy *d = arg;
    if (a->err == ERR_NOT_FOUND) {
        d->ns_state = NS_MISSING;
        step_log(&d->engine, TONE_PLAIN, "namespace %s does not exist: it will be created", d->ns);
    } else if (a->err && !cluster_is_out_of_reach(a->err)) {
        step_log(&d->engine, TONE_WARN, "namespace %s could not be checked: %s", d->ns, a->why);
    } else if (!a->err) {
        d->ns_state = NS_THERE;
        if (json_str(json_get(a->object, "metadata"), "deletionTimestamp"))
            step_log(&d->engine, TONE_BAD, "namespace %s is being deleted: wait until it is gone", d->ns);
        else
            step_log(&d->engine, TONE_PLAIN, "namespace %s exists", d->ns);
    }
    deploy_checked(d, a);
}

/* The first schedulerName other than the default scheduler; NULL: none. */
static const char *scheduler_of(const struct deploy *d)
{
    const struct item *service = deploy_service_item(d);
    const cJSON *cluster = service ? json_path(service->object, "spec.rayClusterConfig") : NULL;
    const char *name = json_str(json_path(cluster, "headGroupSpec.template.spec"), "schedulerName");
    if (name && strcmp(name, "default-scheduler") != 0) return name;
    JSON_EACH (g, json_get(cluster, "workerGroupSpecs")) {
        name = json_str(json_path(g, "template.spec"), "schedulerName");
        if (name && strcmp(name, "default-scheduler") != 0) return name;
    }
    return NULL;
}

static void on_scheduler(void *arg, const struct object_answer *a)
{
    struct deploy *d = arg;
    const char *name = scheduler_of(d);
    if (!a->err)
        step_log(&d->engine, TONE_PLAIN, "scheduler %s holds its lease", name);
    else if (!cluster_is_out_of_reach(a->err))
        step_log(&d->engine, TONE_WARN, "scheduler %s has no lease in kube-system: without it every pod stays Pending",
                 name);
    deploy_checked(d, a);
}

/* Its RayClusters of now: the pods that are deployed take the place of theirs. */
static void own_clusters_set(struct deploy *d, const cJSON *service)
{
    struct service_seen seen;
    service_parse(service, &seen);
    snprintf(d->own[0], sizeof d->own[0], "%s", seen.active);
    snprintf(d->own[1], sizeof d->own[1], "%s", seen.pending);
}

static void on_older(void *arg, const struct object_answer *a)
{
    struct deploy *d = arg;
    d->own[0][0] = d->own[1][0] = '\0';
    if (a->err && a->err != ERR_NOT_FOUND && !cluster_is_out_of_reach(a->err))
        step_log(&d->engine, TONE_WARN, "RayServices could not be listed: %s", a->why);
    JSON_EACH (service, json_get(a->object, "items")) {
        bool same = strcmp(kobject_name(service), d->service) == 0;
        struct known_u64 devices = kobject_neuron_devices(service);
        if (same) own_clusters_set(d, service);
        if (json_str(json_get(service, "metadata"), "deletionTimestamp"))
            step_log(&d->engine, same ? TONE_BAD : TONE_WARN, "RayService %s is being deleted%s", kobject_name(service),
                     same ? ": wait until it is gone (raydeck cleanup says why it hangs)" : "");
        else if (same)
            step_log(&d->engine, TONE_PLAIN, "RayService %s exists: it will be updated", kobject_name(service));
        else if (devices.known && devices.value)
            step_log(&d->engine, TONE_WARN, "RayService %s exists too, and requests %llu Neuron devices",
                     kobject_name(service), (unsigned long long)devices.value);
    }
    deploy_checked(d, a);
}

/* ---- Secrets ---- */

static void on_secret(void *arg, const struct object_answer *a)
{
    struct deploy *d = arg;
    char *name = text_safe(d->secret[d->at], strlen(d->secret[d->at]), TEXT_ONE_LINE, 260);
    if (a->err == ERR_NOT_FOUND)
        step_log(&d->engine, TONE_BAD,
                 "secret/%s is neither in the manifest nor in namespace %s: pods that refer to it cannot start", name,
                 d->ns);
    else if (a->err && !cluster_is_out_of_reach(a->err))
        step_log(&d->engine, TONE_WARN, "secret/%s could not be checked: %s", name, a->why);
    free(name);
    if (cluster_is_out_of_reach(a->err)) {
        deploy_checked(d, a);
        return;
    }
    d->at++;
    step_later(&d->engine, check_next, 0);
}

static void check_secrets(struct deploy *d)
{
    if (d->at == 0) deploy_secret_refs(d);
    if (d->at < d->secrets) {
        object_get(&d->engine.cluster, kobject_kind_named("v1", "Secret"), d->ns, d->secret[d->at], on_secret, d);
        return;
    }
    d->at = 0;
    d->check++;
    step_later(&d->engine, check_next, 0);
}

/* ---- permissions ---- */

/* The verbs of server-side apply, for existing and new objects. */
static const struct {
    const char *verb, *what;
    enum step_tone refused;
} wanted[] = {{"get", "read (get)", TONE_BAD},
              {"patch", "apply (patch)", TONE_BAD},
              {"create", "create", TONE_WARN /* an existing one can still be changed */}};

static bool same_kind_before(const struct deploy *d, size_t at)
{
    size_t i = 0;
    while (i < at && d->items[i].kind != d->items[at].kind) i++;
    return i < at;
}

static void review_log(struct deploy *d, const struct kobject_kind *kind, const char *what, enum step_tone refused,
                       const struct object_answer *a)
{
    enum tri allowed = json_bool(json_get(a->object, "status"), "allowed");
    char *resource = kobject_resource(kind);
    const char *in = kind->namespaced ? " in namespace " : "", *ns = kind->namespaced ? d->ns : "";
    if (!a->err && allowed == TRI_NO)
        step_log(&d->engine, refused, "you may not %s %s%s%s", what, resource, in, ns);
    else if (!cluster_is_out_of_reach(a->err) && allowed != TRI_YES)
        step_log(&d->engine, TONE_WARN, "it is unknown whether you may %s %s: %s", what, resource,
                 a->err ? a->why : "no status.allowed in the answer");
    free(resource);
}

static void on_review(void *arg, const struct object_answer *a)
{
    struct deploy *d = arg;
    review_log(d, d->items[d->at].kind, wanted[d->verb].what, wanted[d->verb].refused, a);
    if (cluster_is_out_of_reach(a->err)) {
        deploy_checked(d, a);
        return;
    }
    d->verb = (d->verb + 1) % ARRAY_LEN(wanted);
    if (!d->verb) d->at++;
    step_later(&d->engine, check_next, 0);
}

static void on_namespace_review(void *arg, const struct object_answer *a)
{
    struct deploy *d = arg;
    review_log(d, kobject_kind_named("v1", "Namespace"), "create", TONE_BAD, a);
    deploy_checked(d, a);
}

static void check_may(struct deploy *d)
{
    while (!d->verb && d->at < d->count && same_kind_before(d, d->at)) d->at++;
    if (d->at == d->count) {
        d->check = CHECKS;
        step_later(&d->engine, check_next, 0);
        return;
    }
    object_may(&d->engine.cluster, wanted[d->verb].verb, d->items[d->at].kind, d->ns, on_review, d);
}

/* ---- in order ---- */

static void check_skip(struct deploy *d)
{
    d->check++;
    step_later(&d->engine, check_next, 0);
}

static void check_next(void *arg)
{
    struct deploy *d = arg;
    const struct cluster *c = &d->engine.cluster;
    const struct item *service = deploy_service_item(d);
    const char *scheduler = scheduler_of(d);
    char *path = NULL;
    bool waits = true;
    struct buf name;
    buf_init(&name, 1024);
    switch ((enum check)d->check) {
    case CHECK_RAY: waits = service && object_read(c, "/apis/ray.io/v1", on_ray, d); break;
    case CHECK_OPERATOR:
        path = mem_str("/apis/apps/v1/deployments?labelSelector=app.kubernetes.io%2Fname%3Dkuberay-operator");
        waits = service && object_read(c, path, on_operator, d);
        break;
    case CHECK_NAMESPACE:
        waits = d->ns[0] && object_get(c, kobject_kind_named("v1", "Namespace"), NULL, d->ns, on_namespace, d);
        break;
    case CHECK_OLDER: waits = service && object_list(c, service->kind, d->ns, NULL, on_older, d); break;
    case CHECK_CAPACITY:
        waits = service != NULL;
        if (service) deploy_check_capacity(d, service->object);
        break;
    case CHECK_SCHEDULER:
        if (scheduler) text_url_encode(scheduler, strlen(scheduler), &name);
        path = mem_printf("/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/%s", buf_text(&name));
        waits = scheduler && object_read(c, path, on_scheduler, d);
        break;
    case CHECK_SECRETS: check_secrets(d); break;
    case CHECK_MAY_NAMESPACE: /* not in the manifest; created first */
        waits = d->ns_state == NS_MISSING &&
                object_may(c, "create", kobject_kind_named("v1", "Namespace"), NULL, on_namespace_review, d);
        break;
    case CHECK_MAY: check_may(d); break;
    case CHECKS: check_done(d); break;
    }
    if (!waits) check_skip(d);
    free(path);
    buf_done(&name);
}

void deploy_kinds_known(struct deploy *d)
{
    deploy_read(d);
    d->check = d->count ? CHECK_RAY : CHECKS;
    check_next(d);
}

void deploy_prerequisites(void *arg)
{
    deploy_find_kinds(arg);
}
