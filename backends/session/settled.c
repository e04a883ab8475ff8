/* settled.c - whether every configured source has been listed once or has failed; one-shot commands wait for it. */
#include "backends/base/text.h"
#include "backends/session/session_priv.h"

#include <string.h>

static bool source_has_failed(const struct source *src)
{
    return src->state == SOURCE_OFF || src->state == SOURCE_DOWN || src->state == SOURCE_DENIED ||
           src->state == SOURCE_ABSENT;
}

/* Does not wait for a Redis whose address is not yet known. */
static bool redis_has_no_address(const struct session *s)
{
    const struct redis_discovery *d = s->services->redis;
    return d && !redis_discovery_found(d).address && !redis_discovery_is_pending(d);
}

bool session_world_settled(const struct session *s, enum world_kind kind)
{
    size_t listing = 0, failed = 0;
    bool more_to_come =
        kind == WORLD_KUBE && s->scope.ns &&
        !(world_source_named(s->world, "kube/pods") && world_source_named(s->world, "kube/endpointslices"));

    if (more_to_come) return false; /* the namespace is set, its watches have not started */

    for (size_t i = 0; i < world_sources(s->world); i++) {
        const struct source *src = world_source(s->world, i);
        if (src->world != kind) continue;
        if (source_has_failed(src) || (kind == WORLD_REDIS && redis_has_no_address(s))) {
            failed++;
            continue;
        }
        /* "kube" is only a liveness probe, without a list. */
        if (kind == WORLD_KUBE && !strchr(src->id, '/')) continue;
        if (src->listed_ms == 0) return false;
        listing++;
    }
    return listing + failed > 0;
}

bool session_settled(const struct session *s)
{
    return s->kube_settled && session_services_settled(s) && session_world_settled(s, WORLD_KUBE) &&
           session_world_settled(s, WORLD_REDIS) && session_world_settled(s, WORLD_NEURON);
}
