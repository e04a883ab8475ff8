/* cleanup_look.c - what there is of ours, whether the namespace is, and who else lives in it. */
#include "deploy/cleanup_priv.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/joins.h"

#include <stdlib.h>
#include <string.h>

#define STEP CLEANUP_LOOK

static void look_next(struct cleanup *c);
static void look_for_strangers(struct cleanup *c);

static void list_next_kind(struct cleanup *c)
{
    c->asked = true;
    c->calls.confirm(c->calls.arg);
}

static void say_fields(struct cleanup *c)
{
    if (!c->conf.world || !c->service[0]) return;
    struct focus f = focus_of(c->conf.world, c->ns, c->service);
    c->storage_ns = mem_str(f.gcs_ns);
    if (c->storage_ns) c->fields_before = cleanup_gcs_fields(c->conf.world, c->storage_ns);
    if (c->fields_before.known)
        steps_say(&c->steps, STEP, TONE_PLAIN, "%llu GCS fields in Redis under storage namespace %s",
                  (unsigned long long)c->fields_before.value, c->storage_ns);
}

void cleanup_ask_words(const struct cleanup *c, struct buf *out)
{
    size_t lines = 0;
    for (; lines < c->count && lines < CLEANUP_ASK_LINES; lines++)
        buf_printf(out, "%s  uid %s\n", c->things[lines].words, c->things[lines].uid);
    if (c->count > lines) buf_printf(out, "… and %zu more\n", c->count - lines);
    if (c->owns_namespace && !c->kept_for) buf_printf(out, "namespace/%s, last\n", c->ns);
    if (c->fields_before.known && c->fields_before.value)
        buf_printf(out, "and by KubeRay %llu GCS fields in Redis\n", (unsigned long long)c->fields_before.value);
}

/* ---- the kinds ---- */

/* What every namespace has by itself. */
static bool is_furniture(const struct kobject_kind *kind, const cJSON *o)
{
    const char *name = kobject_name(o);
    if (strcmp(kind->kind, "ConfigMap") == 0) return strcmp(name, "kube-root-ca.crt") == 0;
    if (strcmp(kind->kind, "ServiceAccount") == 0) return strcmp(name, "default") == 0;
    return strcmp(kind->kind, "Secret") == 0 && text_eq(json_str(o, "type"), "kubernetes.io/service-account-token");
}

/* AWS' load balancer controller makes them for an Ingress or a Service, and takes them away after it. */
static bool is_of_load_balancer(const struct kobject_kind *kind, const cJSON *o)
{
    if (strcmp(kind->kind, "TargetGroupBinding") != 0) return false;
    JSON_EACH (label, json_path(o, "metadata.labels"))
        if (strncmp(label->string, "ingress.k8s.aws/", 16) == 0 || strncmp(label->string, "service.k8s.aws/", 16) == 0)
            return true;
    return false;
}

bool cleanup_is_somebodys(const struct kobject_kind *kind, const cJSON *o)
{
    return !kobject_is_owned(o) && !is_furniture(kind, o) && !is_of_load_balancer(kind, o);
}

const struct kobject_kind *cleanup_kind(const struct cleanup *c, size_t i)
{
    for (const struct kobject_kind *k = kobject_kinds; k->kind; k++)
        if (k->namespaced && i-- == 0) return k;
    return i < c->kinds_count ? &c->kinds[i] : NULL;
}

static void thing_add(struct cleanup *c, const struct kobject_kind *kind, const cJSON *o)
{
    if (!kobject_is_ours(o)) {
        if (!c->kept_for && cleanup_is_somebodys(kind, o)) c->kept_for = kobject_words(kind, kobject_name(o));
        return;
    }
    if (c->count == CLEANUP_OBJECTS) {
        c->beyond++;
        return;
    }
    c->things = mem_grow(c->things, c->count + 1, sizeof *c->things);
    struct thing *t = &c->things[c->count++];
    *t = (struct thing){
        .kind = kind,
        .name = mem_str(kobject_name(o)),
        .uid = mem_str(kobject_uid(o)),
        .words = kobject_words(kind, kobject_name(o)),
        .with = mem_str(strcmp(kind->kind, "RayService") == 0 ? kobject_name(o) : kobject_deployed_with(o))};
    if (!cleanup_is_service(t)) return;
    /* The one that is meant, else the first. */
    const bool meant = !c->wanted || strcmp(c->wanted, t->name) == 0;
    c->services++;
    if (!meant || c->service[0]) return;
    snprintf(c->service, sizeof c->service, "%.*s", OBJECT_NAME_MAX, t->name);
    const char *version = json_str(json_path(o, "spec.rayClusterConfig"), "rayVersion");
    if (version) text_safe_into(c->ray_version, sizeof c->ray_version, version, strlen(version));
}

/* What was deployed with another RayService is kept. What does not say with which one goes with the only one there is.
 */
static void keep_others(struct cleanup *c)
{
    size_t kept = 0;
    const char *meant = c->service[0] ? c->service : c->wanted;
    for (size_t i = 0; i < c->count; i++) {
        struct thing *t = &c->things[i];
        const bool mine = !meant || (t->with ? strcmp(t->with, meant) == 0 : c->services == (c->service[0] != '\0'));
        if (mine) {
            c->things[kept++] = *t;
            continue;
        }
        if (!c->kept_for) c->kept_for = mem_str(t->words);
        cleanup_thing_done(t);
    }
    c->count = kept;
}

/* False, and it has ended, where there are several and none was named. */
static bool one_is_meant(struct cleanup *c)
{
    struct buf names;
    if (c->wanted || c->services <= 1) return true;
    buf_init(&names, STEP_TEXT_MAX);
    for (size_t i = 0; i < c->count; i++)
        if (cleanup_is_service(&c->things[i])) buf_printf(&names, "%s%s", names.len ? ", " : "", c->things[i].name);
    steps_say(&c->steps, STEP, TONE_BAD, "%zu RayServices of ours are in namespace %s: %s", c->services, c->ns,
              buf_text(&names));
    steps_end(&c->steps, STEP);
    cleanup_end(c, ERR_USAGE, "there are several RayServices (%s): say which with --service; nothing was deleted",
                buf_text(&names));
    buf_done(&names);
    return false;
}

static void look_end(struct cleanup *c)
{
    if (!one_is_meant(c)) return;
    keep_others(c);
    for (size_t i = 0; i < c->count; i++) steps_say(&c->steps, STEP, TONE_PLAIN, "%s", c->things[i].words);
    if (c->beyond) steps_say(&c->steps, STEP, TONE_WARN, "and %zu more than can be told", c->beyond);
    if (c->owns_namespace)
        steps_say(&c->steps, STEP, TONE_PLAIN, "namespace/%s%s%s", c->ns, c->kept_for ? ", kept: it holds " : "",
                  c->kept_for ? c->kept_for : "");
    say_fields(c);
    bool nothing = !c->count && (!c->owns_namespace || c->kept_for);
    if (nothing)
        steps_say(&c->steps, STEP, TONE_PLAIN, "nothing in namespace %s carries our label%s%s", c->ns,
                  c->wanted ? " for RayService " : "", c->wanted ? c->wanted : "");
    if (steps_end(&c->steps, STEP) == STEP_FAILED) {
        cleanup_end(c, c->err, "what there is could not be read: nothing was deleted");
    } else if (nothing) {
        cleanup_end(c, ERR_OK, "there is nothing to clean up");
    } else {
        steps_begin(&c->steps, CLEANUP_CONFIRM);
        steps_now(&c->steps, CLEANUP_CONFIRM, "waits for the answer");
        cleanup_soon(c, list_next_kind, 0);
    }
}

static void on_list(void *arg, const struct object_answer *a)
{
    struct cleanup *c = arg;
    const struct kobject_kind *kind = &kobject_kinds[c->at];
    c->call = NULL;
    if (a->err == ERR_FORBIDDEN) {
        steps_say(&c->steps, STEP, TONE_WARN, "%s may not be listed: what there is of them stays", kind->plural);
        /* Who cannot see them cannot say that nobody else has any. */
        if (!c->kept_for) c->kept_for = mem_printf("perhaps %s, which may not be listed", kind->plural);
    } else if (a->err && a->err != ERR_NOT_FOUND) {
        steps_say(&c->steps, STEP, TONE_BAD, "%s: %s", kind->plural, a->why);
        cleanup_failed(c, a->err);
        look_end(c);
        return;
    }
    JSON_EACH (o, json_get(a->object, "items")) thing_add(c, kind, o);
    c->at++;
    cleanup_soon(c, look_next, 0);
}

/* Of a kind that deploy never makes it is somebody's, and the namespace stays for it. */
static void on_strangers(void *arg, const struct object_answer *a)
{
    struct cleanup *c = arg;
    const struct kobject_kind *kind = &c->kinds[c->at];
    c->call = NULL;
    if (a->err && a->err != ERR_NOT_FOUND && !c->kept_for)
        c->kept_for = mem_printf("perhaps %s, which cannot be listed", kind->plural);
    JSON_EACH (o, json_get(a->object, "items"))
        if (cleanup_is_somebodys(kind, o) && !c->kept_for) c->kept_for = kobject_words(kind, kobject_name(o));
    c->at++;
    cleanup_soon(c, look_for_strangers, 0);
}

static void look_for_strangers(struct cleanup *c)
{
    if (c->at < c->kinds_count && !c->kept_for) {
        c->call = object_list(&c->conf.cluster, &c->kinds[c->at], c->ns, NULL, on_strangers, c);
        return;
    }
    if (!c->kept_for) c->kept_for = mem_str(c->blind);
    look_end(c);
}

static void look_next(struct cleanup *c)
{
    while (kobject_kinds[c->at].kind && !kobject_kinds[c->at].namespaced) c->at++;
    if (!kobject_kinds[c->at].kind) {
        if (c->owns_namespace && !c->kept_for)
            cleanup_find_kinds(c, look_for_strangers);
        else
            look_end(c);
        return;
    }
    c->call = object_list(&c->conf.cluster, &kobject_kinds[c->at], c->ns, NULL, on_list, c);
}

static void on_namespace(void *arg, const struct object_answer *a)
{
    struct cleanup *c = arg;
    c->call = NULL;
    if (a->err == ERR_NOT_FOUND) {
        steps_say(&c->steps, STEP, TONE_PLAIN, "namespace %s is not there", c->ns);
        steps_end(&c->steps, STEP);
        cleanup_end(c, ERR_OK, "there is nothing to clean up");
        return;
    }
    if (a->err && a->err != ERR_FORBIDDEN) {
        steps_say(&c->steps, STEP, TONE_BAD, "the API server: %s", a->why);
        cleanup_failed(c, a->err);
        look_end(c);
        return;
    }
    c->namespace_there = !a->err;
    c->namespace_going = !a->err && json_str(json_get(a->object, "metadata"), "deletionTimestamp");
    if (c->namespace_going)
        steps_say(&c->steps, STEP, TONE_WARN,
                  "namespace %s is being deleted already: KubeRay can make no cleanup Job in it (kuberay #3388)",
                  c->ns);
    c->owns_namespace = !a->err && kobject_is_ours(a->object);
    c->namespace_uid = mem_str(kobject_uid(a->object));
    c->at = 0;
    cleanup_soon(c, look_next, 0);
}

void cleanup_look(struct cleanup *c)
{
    steps_begin(&c->steps, STEP);
    c->call = object_get(&c->conf.cluster, kobject_kind_named("v1", "Namespace"), NULL, c->ns, on_namespace, c);
}
