/* evidence_priv.h - the lines of evidence, one function each. Private to evidence*.c. */
#ifndef RAYDECK_WORLD_EVIDENCE_PRIV_H
#define RAYDECK_WORLD_EVIDENCE_PRIV_H

#include "backends/world/evidence.h"

/* The input of the lines. */
struct evidence_view {
    const struct world *world;
    const struct focus *focus;
    uint64_t now_ms, wall_ms;
};

/* Call with e->endpoints set. */
void evidence_judge_route(const struct evidence_view *v, struct service_evidence *e);
void evidence_judge_proxies(const struct evidence_view *v, struct service_evidence *e);
void evidence_judge_model(const struct evidence_view *v, struct service_evidence *e);

/* Records a completed request as the line's sample; the latest one wins. */
void evidence_rest_on(struct evidence *line, const struct request *q, uint64_t wall_ms);
/* Records a response. */
void evidence_answered(struct service_evidence *e, const struct request *q);

#endif
