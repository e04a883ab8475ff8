/*
 * keyframe.h - a world as changes: applied to an empty one in order, they make it equal to this (rows with their
 * times and their order, tombstones, histories, sources), so that a recording can be entered in its middle. Pure.
 *
 * It can be taken piece by piece while the world goes on: all the pieces, and then the changes that the world took
 * since the first of them, make the world that it is. (Only a core that was put meanwhile has that sample twice.) Two
 * things are not kept: puts that were refused beyond WORLD_ROWS, and what is marked by a relist, for which reason none
 * is taken while one runs.
 */
#ifndef RAYDECK_WORLD_KEYFRAME_H
#define RAYDECK_WORLD_KEYFRAME_H

#include "backends/world/world.h"

/* A source has begun a full list and not ended it: a keyframe waits, and one that was begun is given up. */
bool world_is_relisting(const struct world *w);

struct keyframe;
struct keyframe *keyframe_new(void);
void keyframe_free(struct keyframe *k); /* NULL is fine */

/* Puts the changes of at most so many rows more into the sink, which owns them; true: that was the last of them. */
bool keyframe_some(struct keyframe *k, const struct world *w, const struct sink *sink, size_t rows);

#endif
