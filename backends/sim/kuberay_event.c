/* kuberay_event.c - Events, as KubeRay and the scheduler write them (eventTime, reportingComponent) and as the kubelet
 * does (the old fields, with a count). */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/sim/kuberay_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVENT_TEXT = 512 };

static void micro_stamp(char *out, size_t size, struct kuberay *k)
{
    char iso[STAMP_TEXT_MAX];
    stamp_iso(iso, kuberay_now(k));
    iso[strlen(iso) - 1] = '\0';
    snprintf(out, size, "%s.%03u%03uZ", iso, (unsigned)(kuberay_now(k) % 1000), (unsigned)rng_below(&k->rng, 1000));
}

static void event_name(struct kuberay *k, char *out, size_t size, const cJSON *about)
{
    char tail[13];
    rng_hex(&k->rng, tail, 12);
    snprintf(out, size, "%s.18ea%s", object_name(about), tail);
}

static void event_of(struct kuberay *k, const char *type, const char *controller, const cJSON *about,
                     const char *reason, const char *action, const char *message)
{
    char name[EVENT_TEXT], uid[RNG_UUID], created[STAMP_TEXT_MAX], precise[48], instance[KUBERAY_NAME];
    event_name(k, name, sizeof name, about);
    rng_uuid(&k->rng, uid);
    stamp_iso(created, kuberay_now(k));
    micro_stamp(precise, sizeof precise, k);
    snprintf(instance, sizeof instance, "%s-7c9d8b6f5-x8k2v", controller);
    const cJSON *meta = json_get(about, "metadata");
    const struct template_value values[] = {{"NAME", name},
                                            {"NS", object_ns(about)},
                                            {"UID", uid},
                                            {"CREATED", created},
                                            {"TIME", precise},
                                            {"REASON", reason},
                                            {"MESSAGE", message},
                                            {"ACTION", action},
                                            {"TYPE", type},
                                            {"BY", controller},
                                            {"INSTANCE", instance},
                                            {"KIND", json_str(about, "kind")},
                                            {"API", json_str(about, "apiVersion")},
                                            {"ABOUT", object_name(about)},
                                            {"ABOUT_UID", json_str(meta, "uid")},
                                            {"ABOUT_VERSION", json_str(meta, "resourceVersion")},
                                            {NULL, NULL}};
    objects_put(k->objects, SIM_EVENT,
                template_text("{'kind':'Event','apiVersion':'v1','metadata':{'name':'${NAME}','namespace':'${NS}"
                              "','uid':'${UID}','creationTimestamp':'${CREATED}'},'involvedObject':{'kind':'${KIND}',"
                              "'namespace':'${NS}','name':'${ABOUT}','uid':'${ABOUT_UID}','apiVersion':'${API}',"
                              "'resourceVersion':'${ABOUT_VERSION}'},'reason':'${REASON}','message':'${MESSAGE}',"
                              "'source':{},'firstTimestamp':null,'lastTimestamp':null,'type':'${TYPE}',"
                              "'eventTime':'${TIME}','action':'${ACTION}','reportingComponent':'${BY}',"
                              "'reportingInstance':'${INSTANCE}'}",
                              values));
}

void event_by_controller(struct kuberay *k, const char *controller, const cJSON *about, const char *reason,
                         const char *action, const char *message)
{
    event_of(k, "Normal", controller, about, reason, action, message);
}

void event_warning(struct kuberay *k, const char *controller, const cJSON *about, const char *reason,
                   const char *action, const char *message)
{
    event_of(k, "Warning", controller, about, reason, action, message);
}

/* The kubelet increments the count of a repeated event. */
static bool event_count_up(struct kuberay *k, const struct sim_pod *p, const char *reason, const char *message)
{
    size_t count;
    cJSON *const *all = objects_all(k->objects, SIM_EVENT, &count);
    for (size_t i = 0; i < count; i++) {
        cJSON *e = all[i];
        const char *said = json_str(e, "message"), *why = json_str(e, "reason");
        const char *uid = json_str(json_get(e, "involvedObject"), "uid");
        cJSON *number = cJSON_GetObjectItemCaseSensitive(e, "count");
        if (!number || !said || !why || !uid || strcmp(said, message) || strcmp(why, reason) || strcmp(uid, p->uid))
            continue;
        char now[STAMP_TEXT_MAX];
        cJSON_SetNumberValue(number, number->valuedouble + 1);
        cJSON_ReplaceItemInObjectCaseSensitive(e, "lastTimestamp", cJSON_CreateString(stamp_iso(now, kuberay_now(k))));
        objects_changed(k->objects, SIM_EVENT, e);
        return true;
    }
    return false;
}

void event_by_kubelet(struct sim_pod *p, const char *container, const char *type, const char *reason,
                      const char *message)
{
    struct kuberay *k = p->owner;
    if (event_count_up(k, p, reason, message)) return;
    char name[EVENT_TEXT], uid[RNG_UUID], now[STAMP_TEXT_MAX], field[KUBERAY_NAME];
    event_name(k, name, sizeof name, p->object);
    rng_uuid(&k->rng, uid);
    stamp_iso(now, kuberay_now(k));
    snprintf(field, sizeof field, "spec.containers{%s}", container);
    const struct template_value values[] = {
        {"NAME", name},       {"NS", k->ns},
        {"UID", uid},         {"NOW", now},
        {"POD", p->name},     {"POD_UID", p->uid},
        {"FIELD", field},     {"NODE", p->node},
        {"TYPE", type},       {"REASON", reason},
        {"MESSAGE", message}, {"VERSION", json_str(json_get(p->object, "metadata"), "resourceVersion")},
        {NULL, NULL}};
    objects_put(k->objects, SIM_EVENT,
                template_text("{'kind':'Event','apiVersion':'v1','metadata':{'name':'${NAME}','namespace':'${NS}"
                              "','uid':'${UID}','creationTimestamp':'${NOW}'},'involvedObject':{'kind':'Pod',"
                              "'namespace':'${NS}','name':'${POD}','uid':'${POD_UID}','apiVersion':'v1',"
                              "'resourceVersion':'${VERSION}','fieldPath':'${FIELD}'},'reason':'${REASON}',"
                              "'message':'${MESSAGE}','source':{'component':'kubelet','host':'${NODE}'},"
                              "'firstTimestamp':'${NOW}','lastTimestamp':'${NOW}','count':1,'type':'${TYPE}',"
                              "'eventTime':null,'reportingComponent':'kubelet','reportingInstance':'${NODE}'}",
                              values));
}
