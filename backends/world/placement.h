/*
 * placement.h - on which K8s nodes and in which zones the pods of a RayService are, and so what the loss of the head's
 * takes along. Pure; the answers, the details, the dialogs and the doctor take this one judgement.
 */
#ifndef RAYDECK_WORLD_PLACEMENT_H
#define RAYDECK_WORLD_PLACEMENT_H

#include "backends/world/answers.h"

/* Of the workers those that are ready, for they serve; where none is, of all that are not being deleted. */
struct placement {
    const char *head_node, *head_zone; /* NULL: not known. All borrowed from the world */
    bool ready;                        /* the workers are the ready ones */
    size_t workers;
    size_t placed, zoned; /* with a K8s node; with one whose zone is known */
    size_t with_head;     /* on the head's K8s node */
    const char *zone;     /* the zone of all placed workers, if known and the same; else NULL */
    bool zones_differ;    /* of the workers */
    bool zone_elsewhere;  /* a worker is in another zone than the head */
};
struct placement placement_of(const struct world *w, const struct focus *f);

/* The loss of the head's K8s node, or of its zone. NO: every worker goes with it; WARN: some do, or whether they do is
 * not known; OK: none does. why: in words; "" for OK. */
enum verdict placement_judge(const struct placement *p, char why[ANSWER_TEXT_MAX]);
/* The same where it is NO, in a few words. */
const char *placement_brief(const struct placement *p);

#endif
