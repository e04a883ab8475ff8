#include "backends/base/text.h"
#include "backends/session/session_priv.h"

#include <string.h>

static bool has_failed(const struct source *src)
{
    return src->state == SOURCE_OFF || src->state == SOURCE_DOWN || src->state == SOURCE_DENIED ||
           src->state == SOURCE_ABSENT;
}

bool session_world_settled(const struct session *s, enum world_kind kind)
{
    size_t listing = 0, failed = 0;
    bool more_to_come =
        kind == WORLD_KUBE && s->kube_ns &&
        !(world_source_named(s->world, "kube/pods") && world_source_named(s->world, "kube/endpointslices"));

    if (more_to_come) return false; /* the namespace was told, what is read from it has not begun */

    for (size_t i = 0; i < world_sources(s->world); i++) {
        const struct source *src = world_source(s->world, i);
        if (src->world != kind) continue;
        if (has_failed(src)) {
            failed++;
            continue;
        }
        /* "kube" only proves that the server lives: it has no list of its own. */
        if (kind == WORLD_KUBE && !strchr(src->id, '/')) continue;
        if (src->listed_ms == 0) return false;
        listing++;
    }
    return listing + failed > 0;
}

/* As many probes have ended as a first round sends at once, or they cannot be sent. */
static bool probes_are_in(const struct session *s, const struct prober *p, const char *source, const char *kind)
{
    const struct source *src = world_source_named(s->world, source);
    size_t ended = 0, wanted = p ? prober_at_once(p) : 0;

    if (wanted == 0 || (src && has_failed(src))) return true;
    WORLD_EACH (row, s->world, TABLE_REQUEST) {
        const struct request *r = ROW(row, request);
        if (text_eq(r->kind, kind) && !text_eq(r->phase, "waiting")) ended++;
        if (ended >= wanted) return true;
    }
    return false;
}

static bool serve_has_answered(const struct session *s)
{
    const struct source *src = world_source_named(s->world, SERVE_SOURCE);
    return !src || has_failed(src) || src->last_alive_ms > 0;
}

bool session_settled(const struct session *s)
{
    return s->looked && !session_services_pending(s) && session_world_settled(s, WORLD_KUBE) &&
           session_world_settled(s, WORLD_REDIS) && session_world_settled(s, WORLD_NEURON) &&
           probes_are_in(s, s->prober, PROBER_SOURCE, "probe") &&
           probes_are_in(s, s->way_prober, PROBER_WAY_SOURCE, "way") && serve_has_answered(s);
}
