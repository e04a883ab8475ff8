/*
 * keyframe.h - writes a world as changes that, applied in order to an empty world, reproduce it (rows with their times
 * and order, tombstones, histories, sources): the seek points of a recording. Pure.
 *
 * It can be written in pieces while the world changes: all pieces, followed by the changes applied since the first
 * piece, reproduce the current world (except that a core updated meanwhile has that sample twice). Not included: puts
 * refused beyond WORLD_ROWS, and marks of a relist, so that no keyframe is written during a relist.
 */
#ifndef RAYDECK_WORLD_KEYFRAME_H
#define RAYDECK_WORLD_KEYFRAME_H

#include "backends/world/world.h"

/* A source is within a relist: do not begin a keyframe; abandon a begun one. */
bool world_is_relisting(const struct world *w);

struct keyframe;
struct keyframe *keyframe_new(void);
void keyframe_free(struct keyframe *k); /* NULL is fine */

/* Emits the changes of at most `rows` rows to the sink; true: the keyframe is complete. */
bool keyframe_some(struct keyframe *k, const struct world *w, const struct sink *sink, size_t rows);

#endif
