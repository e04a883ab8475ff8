/* cleanup_read.c - lists the objects with our label, the namespace, and foreign objects in it. */
#include "deploy/cleanup_priv.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/joins.h"
#include "deploy/deploy_parts.h"

#include <stdlib.h>
#include <string.h>

static void list_next(void *arg);
static void other_list_next(void *arg);

static void fields_log(struct cleanup *c)
{
    if (!c->conf.world || !c->service[0]) return;
    struct focus f = focus_of(c->conf.world, c->ns, c->service);
    c->storage_ns = mem_str(f.gcs_ns);
    if (c->storage_ns) c->fields_before = cleanup_fields_now(c);
    if (c->fields_before.known)
        step_log(&c->engine, TONE_PLAIN, "%llu GCS fields in Redis under storage namespace %s",
                 (unsigned long long)c->fields_before.value, c->storage_ns);
}

void cleanup_confirm_text(const struct cleanup *c, struct buf *out)
{
    size_t lines = 0;
    for (; lines < c->count && lines < CLEANUP_CONFIRM_LINES; lines++)
        buf_printf(out, "%s  uid %s\n", c->objects[lines].words, c->objects[lines].uid);
    if (c->count > lines) buf_printf(out, "… and %zu more\n", c->count - lines);
    if (c->owns_namespace && !c->foreign) buf_printf(out, "namespace/%s, last\n", c->ns);
    if (c->fields_before.known && c->fields_before.value)
        buf_printf(out, "and by KubeRay %llu GCS fields in Redis\n", (unsigned long long)c->fields_before.value);
}

/* ---- the kinds ---- */

/* Objects that the control plane creates in every namespace. */
static bool is_default_object(const struct kobject_kind *kind, const cJSON *o)
{
    const char *name = kobject_name(o);
    if (strcmp(kind->kind, "ConfigMap") == 0) return strcmp(name, "kube-root-ca.crt") == 0;
    if (strcmp(kind->kind, "ServiceAccount") == 0) return strcmp(name, "default") == 0;
    return strcmp(kind->kind, "Secret") == 0 && text_eq(json_str(o, "type"), "kubernetes.io/service-account-token");
}

/* The AWS load balancer controller creates these for an Ingress or a Service, and deletes them afterwards. */
static bool is_of_load_balancer(const struct kobject_kind *kind, const cJSON *o)
{
    if (strcmp(kind->kind, "TargetGroupBinding") != 0) return false;
    JSON_EACH (label, json_path(o, "metadata.labels"))
        if (strncmp(label->string, "ingress.k8s.aws/", 16) == 0 || strncmp(label->string, "service.k8s.aws/", 16) == 0)
            return true;
    return false;
}

bool cleanup_is_foreign(const struct kobject_kind *kind, const cJSON *o)
{
    return !kobject_is_owned(o) && !is_default_object(kind, o) && !is_of_load_balancer(kind, o);
}

const struct kobject_kind *cleanup_kind(const struct cleanup *c, size_t i)
{
    for (const struct kobject_kind *k = kobject_kinds; k->kind; k++)
        if (k->namespaced && i-- == 0) return k;
    return i < c->kinds_count ? &c->kinds[i] : NULL;
}

/* The StatefulSet's volume claim has no owner and no label of ours. */
static bool is_redis_volume(const struct kobject_kind *kind, const cJSON *o)
{
    return strcmp(kind->kind, "PersistentVolumeClaim") == 0 && part_is_redis_dev(o) && !kobject_is_owned(o);
}

static void object_add(struct cleanup *c, const struct kobject_kind *kind, const cJSON *o)
{
    const bool volume = is_redis_volume(kind, o);
    c->services_all += strcmp(kind->kind, "RayService") == 0;
    if (volume && !c->conf.redis_volume) {
        char *words = kobject_words(kind, kobject_name(o));
        step_log(&c->engine, TONE_PLAIN,
                 "%s: kept: the data of the Redis for development; with --redis-volume it is deleted too", words);
        free(words);
    }
    if (!kobject_is_ours(o) && !(volume && c->conf.redis_volume)) {
        if (!c->foreign && cleanup_is_foreign(kind, o)) c->foreign = kobject_words(kind, kobject_name(o));
        return;
    }
    if (c->count == CLEANUP_OBJECTS) {
        c->beyond++;
        return;
    }
    c->objects = mem_grow(c->objects, c->count + 1, sizeof *c->objects);
    struct cleanup_object *t = &c->objects[c->count++];
    *t = (struct cleanup_object){
        .kind = kind,
        .name = mem_str(kobject_name(o)),
        .uid = mem_str(kobject_uid(o)),
        .words = kobject_words(kind, kobject_name(o)),
        .redis = part_is_redis_dev(o),
        .deployed_with = mem_str(strcmp(kind->kind, "RayService") == 0 ? kobject_name(o) : kobject_deployed_with(o))};
    if (!cleanup_is_service(t)) return;
    /* The given one, else the first. */
    const bool meant = !c->wanted || strcmp(c->wanted, t->name) == 0;
    c->services++;
    if (!meant || c->service[0]) return;
    snprintf(c->service, sizeof c->service, "%.*s", OBJECT_NAME_MAX, t->name);
    const char *version = json_str(json_path(o, "spec.rayClusterConfig"), "rayVersion");
    if (version) text_safe_into(c->ray_version, sizeof c->ray_version, version, strlen(version));
}

bool cleanup_takes_redis(const struct cleanup *c)
{
    return !c->services_unread && c->services_all <= (c->service[0] != '\0');
}

/* Keeps objects deployed with another RayService, and a Redis that another one may use. Objects without the annotation
 * belong to the only RayService. */
static void others_remove(struct cleanup *c)
{
    size_t kept = 0;
    const char *meant = c->service[0] ? c->service : c->wanted;
    for (size_t i = 0; i < c->count; i++) {
        struct cleanup_object *t = &c->objects[i];
        const bool mine = t->redis ? cleanup_takes_redis(c)
                                   : !meant || (t->deployed_with ? strcmp(t->deployed_with, meant) == 0
                                                                 : c->services == (c->service[0] != '\0'));
        if (mine) {
            c->objects[kept++] = *t;
            continue;
        }
        if (!c->foreign) c->foreign = mem_str(t->words);
        cleanup_object_done(t);
    }
    c->count = kept;
}

/* False: there are several and none was given; the run has ended. */
static bool one_is_meant(struct cleanup *c)
{
    struct buf names;
    if (c->wanted || c->services <= 1) return true;
    buf_init(&names, STEP_TEXT_MAX);
    for (size_t i = 0; i < c->count; i++)
        if (cleanup_is_service(&c->objects[i])) buf_printf(&names, "%s%s", names.len ? ", " : "", c->objects[i].name);
    step_error(&c->engine, ERR_USAGE, "%zu RayServices created by raydeck in namespace %s: %s", c->services, c->ns,
               buf_text(&names));
    step_fail(&c->engine, ERR_USAGE, "several RayServices (%s): choose one with --service", buf_text(&names));
    buf_done(&names);
    return false;
}

/* Nothing that was seen: of what may not be listed nothing is known. */
static void nothing_finish(struct cleanup *c)
{
    step_log(&c->engine, TONE_PLAIN, "no object %sin namespace %s has raydeck's label%s%s",
             c->unlisted_ours ? "that this user may list " : "", c->ns, c->wanted ? " for RayService " : "",
             c->wanted ? c->wanted : "");
    if (c->unlisted_ours)
        step_fail(&c->engine, ERR_FORBIDDEN, "whether there is anything to clean up is unknown");
    else
        step_finish(&c->engine, ERR_OK, "nothing to clean up");
}

static void read_finish(struct cleanup *c)
{
    if (!one_is_meant(c)) return;
    others_remove(c);
    for (size_t i = 0; i < c->count; i++) step_log(&c->engine, TONE_PLAIN, "%s", c->objects[i].words);
    if (c->beyond) step_log(&c->engine, TONE_WARN, "and %zu more than raydeck can list", c->beyond);
    if (c->owns_namespace)
        step_log(&c->engine, TONE_PLAIN, "namespace/%s%s%s", c->ns, c->foreign ? ", kept: it contains " : "",
                 c->foreign ? c->foreign : "");
    fields_log(c);
    const bool nothing = !c->count && (!c->owns_namespace || c->foreign);
    if (step_first_err(&c->engine))
        step_fail(&c->engine, step_first_err(&c->engine), "the objects could not be listed");
    else if (nothing)
        nothing_finish(c);
    else
        step_next(&c->engine);
}

static void on_list(void *arg, const struct object_answer *a)
{
    struct cleanup *c = arg;
    const struct kobject_kind *kind = &kobject_kinds[c->at];
    if (a->err == ERR_FORBIDDEN) {
        step_log(&c->engine, TONE_WARN, "this user may not list %s: they are kept", kind->plural);
        c->unlisted_ours = true;
        c->services_unread = c->services_unread || strcmp(kind->kind, "RayService") == 0;
        /* Unlisted objects may be foreign. */
        if (!c->foreign) c->foreign = mem_printf("possibly %s, which this user may not list", kind->plural);
    } else if (a->err && a->err != ERR_NOT_FOUND) {
        step_error(&c->engine, a->err, "%s: %s", kind->plural, a->why);
        read_finish(c);
        return;
    }
    JSON_EACH (o, json_get(a->object, "items")) object_add(c, kind, o);
    c->at++;
    step_later(&c->engine, list_next, 0);
}

/* Of a kind that the API server reported: what deploy made of it is ours, and for the rest the namespace stays. */
static void on_other_list(void *arg, const struct object_answer *a)
{
    struct cleanup *c = arg;
    const struct kobject_kind *kind = &c->kinds[c->at];
    if (cluster_is_out_of_reach(a->err)) {
        step_error(&c->engine, a->err, "%s: %s", kind->plural, a->why);
        read_finish(c);
        return;
    }
    if (a->err && a->err != ERR_NOT_FOUND && !c->foreign)
        c->foreign = mem_printf("possibly %s, which could not be listed", kind->plural);
    if (a->err && a->err != ERR_NOT_FOUND) c->unread_kinds++;
    JSON_EACH (o, json_get(a->object, "items")) object_add(c, kind, o);
    c->at++;
    step_later(&c->engine, other_list_next, 0);
}

static void other_list_next(void *arg)
{
    struct cleanup *c = arg;
    if (c->kinds_err) {
        step_error(&c->engine, c->kinds_err, "the API server cannot be asked which kinds it has");
        read_finish(c);
        return;
    }
    if (c->at < c->kinds_count) {
        const bool all = c->owns_namespace && !c->foreign;
        object_list(&c->engine.cluster, &c->kinds[c->at], c->ns, all ? NULL : OWN_LABEL "=" OWN_VALUE, on_other_list,
                    c);
        return;
    }
    if (c->unread_kinds || c->unlisted)
        step_log(&c->engine, TONE_WARN, "objects of other kinds that raydeck created may remain: %s",
                 c->unlisted ? c->unlisted : "not every kind could be listed");
    if (!c->foreign) c->foreign = mem_str(c->unlisted);
    read_finish(c);
}

static void list_next(void *arg)
{
    struct cleanup *c = arg;
    while (kobject_kinds[c->at].kind && !kobject_kinds[c->at].namespaced) c->at++;
    if (!kobject_kinds[c->at].kind) {
        cleanup_find_kinds(c, other_list_next);
        return;
    }
    object_list(&c->engine.cluster, &kobject_kinds[c->at], c->ns, NULL, on_list, c);
}

static void on_namespace(void *arg, const struct object_answer *a)
{
    struct cleanup *c = arg;
    if (a->err == ERR_NOT_FOUND) {
        step_log(&c->engine, TONE_PLAIN, "namespace %s does not exist", c->ns);
        step_finish(&c->engine, ERR_OK, "nothing to clean up");
        return;
    }
    if (a->err && a->err != ERR_FORBIDDEN) {
        step_error(&c->engine, a->err, "the API server: %s", a->why);
        read_finish(c);
        return;
    }
    c->namespace_there = !a->err;
    c->namespace_going = !a->err && json_str(json_get(a->object, "metadata"), "deletionTimestamp");
    if (c->namespace_going)
        step_log(&c->engine, TONE_WARN,
                 "namespace %s is already being deleted: KubeRay cannot create a cleanup Job in it (kuberay #3388)",
                 c->ns);
    c->owns_namespace = !a->err && kobject_is_ours(a->object);
    c->namespace_uid = mem_str(kobject_uid(a->object));
    c->at = 0;
    step_later(&c->engine, list_next, 0);
}

void cleanup_read(void *arg)
{
    struct cleanup *c = arg;
    object_get(&c->engine.cluster, kobject_kind_named("v1", "Namespace"), NULL, c->ns, on_namespace, c);
}
