/* evidence_priv.h - the lines of evidence, one function each. Private to evidence*.c. */
#ifndef RAYDECK_WORLD_EVIDENCE_PRIV_H
#define RAYDECK_WORLD_EVIDENCE_PRIV_H

#include "backends/world/evidence.h"

/* What the lines are judged from. */
struct evidence_view {
    const struct world *world;
    const struct focus *focus;
    uint64_t now_ms, wall_ms;
};

/* e->endpoints is set before. */
void evidence_judge_way(const struct evidence_view *v, struct service_evidence *e);
void evidence_judge_proxies(const struct evidence_view *v, struct service_evidence *e);
void evidence_judge_model(const struct evidence_view *v, struct service_evidence *e);

/* Notes that the line rests on a request that ended; a later one wins. */
void evidence_rest_on(struct evidence *line, const struct request *q, uint64_t wall_ms);
/* Notes an answer. */
void evidence_answered(struct service_evidence *e, const struct request *q);

#endif
