/* drill_lease.c - reads and writes the drill's Lease; see drill_lease.h. */
#include "deploy/drill_lease.h"

#include "backends/base/mem.h"
#include "backends/base/stamp.h"
#include "backends/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct kobject_kind drill_lease_kind = {"coordination.k8s.io/v1", "Lease", "leases", true, 0};

static void text_copy(char *out, size_t size, const char *text)
{
    char *safe = text ? text_safe(text, strlen(text), TEXT_ONE_LINE, size - 1) : NULL;

    snprintf(out, size, "%s", safe ? safe : "");
    free(safe);
}

static uint64_t time_of(const cJSON *spec, const char *name)
{
    const char *text = json_str(spec, name);
    uint64_t ms = 0;

    return text && stamp_parse(text, &ms) == ERR_OK ? ms : 0;
}

void drill_lease_read(const cJSON *lease, uint64_t wall_ms, struct drill_lease_seen *ret)
{
    const cJSON *spec = json_get(lease, "spec");
    const char *holder = json_str(spec, "holderIdentity");
    const bool held = holder && *holder;
    const uint64_t renewed_ms = time_of(spec, "renewTime");
    const struct known_u64 duration_s = json_u64(spec, "leaseDurationSeconds");

    *ret = (struct drill_lease_seen){.state = LEASE_FREE};
    if (!lease) return;
    snprintf(ret->uid, sizeof ret->uid, "%s", kobject_uid(lease));
    snprintf(ret->version, sizeof ret->version, "%s", kobject_version(lease));
    ret->transitions = json_u64(spec, "leaseTransitions").value;
    ret->since_ms = time_of(spec, held ? "acquireTime" : "renewTime");
    ret->until_ms = renewed_ms && duration_s.known && duration_s.value <= UINT32_MAX
                        ? renewed_ms + duration_s.value * 1000
                    : held ? wall_ms + LEASE_S * 1000
                           : 0;
    if (ret->until_ms <= wall_ms) return;
    ret->state = held ? LEASE_HELD : LEASE_COOLING;
    text_copy(ret->holder, sizeof ret->holder,
              held ? holder : json_str(json_path(lease, "metadata.annotations"), LEASE_LAST));
}

char *drill_lease_words(const struct drill_lease_seen *seen, char out[LEASE_TEXT_MAX])
{
    char since[STAMP_TEXT_MAX], until[STAMP_TEXT_MAX];
    const char *who = *seen->holder ? seen->holder : "unknown";

    *out = '\0';
    stamp_clock(since, seen->since_ms);
    stamp_clock(until, seen->until_ms);
    if (seen->state == LEASE_HELD)
        snprintf(out, LEASE_TEXT_MAX, "another drill is running: %s, since %s; its Lease expires at %s unless renewed",
                 who, seen->since_ms ? since : "an unknown time", until);
    else if (seen->state == LEASE_COOLING)
        snprintf(out, LEASE_TEXT_MAX, "the last drill (%s) ended at %s: the cool-down ends at %s", who, since, until);
    return out;
}

char *drill_lease_holder(const char *user, const char *host, long pid, char out[LEASE_HOLDER_MAX])
{
    char safe[LEASE_HOLDER_MAX / 2];

    text_copy(safe, sizeof safe, user);
    snprintf(out, LEASE_HOLDER_MAX, "%s%s%.60s, pid %ld", safe, *safe ? " on " : "", host, pid);
    return out;
}

char *drill_lease_name(const char *service)
{
    return mem_printf("raydeck-drill-%s", service);
}

/* metav1.MicroTime: RFC 3339 with six digits of a second. */
static void add_time(cJSON *spec, const char *name, uint64_t wall_ms)
{
    char stamp[STAMP_TEXT_MAX], micro[STAMP_TEXT_MAX + 8];

    stamp_iso(stamp, wall_ms);
    snprintf(micro, sizeof micro, "%.*s.%03u000Z", (int)strcspn(stamp, "Z"), stamp, (unsigned)(wall_ms % 1000));
    cJSON_AddStringToObject(spec, name, micro);
}

static cJSON *owner_of(const struct drill_lease_write *w)
{
    cJSON *owners = cJSON_CreateArray(), *one = cJSON_CreateObject();

    cJSON_AddStringToObject(one, "apiVersion", "ray.io/v1");
    cJSON_AddStringToObject(one, "kind", "RayService");
    cJSON_AddStringToObject(one, "name", w->service);
    cJSON_AddStringToObject(one, "uid", w->service_uid);
    cJSON_AddItemToArray(owners, one);
    return owners;
}

cJSON *drill_lease_object(const struct drill_lease_write *w)
{
    cJSON *lease = cJSON_CreateObject(), *meta, *spec;
    char *name = drill_lease_name(w->service);

    cJSON_AddStringToObject(lease, "apiVersion", drill_lease_kind.api_version);
    cJSON_AddStringToObject(lease, "kind", drill_lease_kind.kind);
    meta = cJSON_AddObjectToObject(lease, "metadata");
    cJSON_AddStringToObject(meta, "name", name);
    cJSON_AddStringToObject(meta, "namespace", w->ns);
    cJSON_AddStringToObject(cJSON_AddObjectToObject(meta, "annotations"), LEASE_LAST, w->holder);
    if (w->service_uid) cJSON_AddItemToObject(meta, "ownerReferences", owner_of(w));
    spec = cJSON_AddObjectToObject(lease, "spec");
    cJSON_AddStringToObject(spec, "holderIdentity", w->released ? "" : w->holder);
    cJSON_AddNumberToObject(spec, "leaseDurationSeconds", w->duration_s ? w->duration_s : 1);
    add_time(spec, "acquireTime", w->acquired_ms);
    add_time(spec, "renewTime", w->wall_ms);
    cJSON_AddNumberToObject(spec, "leaseTransitions", (double)w->transitions);
    free(name);
    return lease;
}
