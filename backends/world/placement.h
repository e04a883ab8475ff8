/*
 * placement.h - on which K8s nodes and in which zones the pods of a RayService are, and so what the loss of one takes
 * along. Pure; the answers, the details, the dialogs and the doctor judge by it.
 */
#ifndef RAYDECK_WORLD_PLACEMENT_H
#define RAYDECK_WORLD_PLACEMENT_H

#include "backends/world/joins.h"

struct placement {
    const char *head_node, *head_zone; /* NULL: not known. All borrowed from the world */
    size_t workers;                    /* that are there and not being deleted */
    size_t placed, zoned;              /* of them with a K8s node; with one whose zone is known */
    size_t with_head;                  /* of them on the head's K8s node */
    const char *zone;                  /* of all that are placed, where each is known and they are one; else NULL */
    bool zones_differ;
};
struct placement placement_of(const struct world *w, const struct focus *f);

/* One K8s node's loss takes the head and every worker. */
bool placement_is_one_node(const struct placement *p);
/* One zone's loss does. */
bool placement_is_one_zone(const struct placement *p);

#endif
