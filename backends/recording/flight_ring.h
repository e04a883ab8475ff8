/*
 * flight_ring.h - the last quarter of an hour of a recording, in memory: whole frames; the oldest are dropped.
 *
 * The ring begins with a keyframe, so that it is readable by itself. It holds at most FLIGHT_BYTES: if the last
 * keyframe and the frames after it exceed that, it is cleared, and a save covers less than a quarter of an hour.
 */
#ifndef RAYDECK_RECORDING_FLIGHT_RING_H
#define RAYDECK_RECORDING_FLIGHT_RING_H

#include "backends/base/buf.h"
#include "backends/recording/frame_writer.h"

enum { FLIGHT_MS = 15 * 60 * 1000, FLIGHT_BYTES = 32 * 1024 * 1024 };

struct flight_ring;
struct flight_ring *flight_ring_new(void);
void flight_ring_free(struct flight_ring *f); /* NULL is fine */

void flight_ring_piece(struct flight_ring *f, const struct frame_piece *piece);
size_t flight_ring_bytes(const struct flight_ring *f);
/* Appends all whole frames to out. */
void flight_ring_save(const struct flight_ring *f, struct buf *out);

#endif
