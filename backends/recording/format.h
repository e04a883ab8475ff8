/*
 * format.h - the format of a recording, version 1: one append-only file of frames.
 *
 * A frame is three parts, all of them frames of Zstandard (RFC 8878), so that `zstd -dc FILE` prints the lines: head a
 * skippable frame (magic 0x184D2A5D) of HEAD_BYTES body one Zstandard frame with a content checksum: lines of JSON,
 * each ended by '\n'. No dictionary; a frame is read without any other. It is flushed about once a second, so that what
 * was cut off in the middle of a body reads up to the last flush tail a skippable frame (magic 0x184D2A5E) of
 * TAIL_BYTES Numbers are little-endian.
 *
 *   head, after the 8 bytes of a skippable frame         tail, the same
 *     0  8  "raydeckF"                                     0  8  "raydeckT"
 *     8  2  version                                        8  4  number of the frame
 *    10  2  kind                                          12  4  lines
 *    12  4  number of the frame, from 0                   16  8  at, of the last line
 *    16  8  at: CLOCK_BOOTTIME of the recorder, ms        24  8  wall, of the last line
 *    24  8  wall: Unix time, ms                           32  4  bytes of the body
 *    32  4  flags                                         36  4  check, as of the head
 *    36  4  check: the first 4 bytes of the SHA-256 of bytes 0 to 35
 *
 * Kinds:
 *   OPENING     one line, {"recording":1,"raydeck":VERSION,...}: the first frame of a file; "loss": the report of the
 *               loss that it was saved for (outage_to_json), once that was over
 *   CHANGES     a change a line (world/change.h), in the order in which the world took them
 *   KEYFRAME    changes that make an empty world the one of that moment (world/keyframe.h); who plays a recording from
 * its start leaves them out. It is written in several frames, KEYFRAME_FIRST to KEYFRAME_LAST, with frames of changes
 * between them; who begins there applies its frames, and then the changes between and behind them. One that is never
 * ended was given up. WORLD_ANEW: what was known is forgotten; the frame is empty
 *
 * A number that is left out means frames that were not written (the disk was too slow) or have left the flight
 * recorder. A reader names and skips what it does not know: a later version adds kinds, flags, types of changes and
 * fields, and changes nothing that is written here.
 */
#ifndef RAYDECK_RECORDING_FORMAT_H
#define RAYDECK_RECORDING_FORMAT_H

#include <stdint.h>

enum {
    RECORDING_VERSION = 1,
    SKIPPABLE_BYTES = 8, /* magic and length of a skippable frame */
    HEAD_BYTES = 40,
    TAIL_BYTES = 40,
    FRAME_RAW_MAX = 64 * 1024 * 1024, /* bytes of lines in a frame that is read; ours end far below */
    FRAME_WINDOW_LOG = 23             /* of the Zstandard frames that are read */
};

enum frame_kind { FRAME_OPENING = 1, FRAME_CHANGES = 2, FRAME_KEYFRAME = 3 };
enum frame_flag { KEYFRAME_FIRST = 1, KEYFRAME_LAST = 2, WORLD_ANEW = 4 };

struct frame_head {
    uint16_t version, kind;
    uint32_t number, flags;
    uint64_t at_ms, wall_ms;
};
struct frame_tail {
    uint32_t number, lines, body_bytes;
    uint64_t at_ms, wall_ms;
};

void frame_head_pack(const struct frame_head *h, unsigned char out[SKIPPABLE_BYTES + HEAD_BYTES]);
void frame_tail_pack(const struct frame_tail *t, unsigned char out[SKIPPABLE_BYTES + TAIL_BYTES]);
/* 0: these bytes are none. */
int frame_head_unpack(const unsigned char in[SKIPPABLE_BYTES + HEAD_BYTES], struct frame_head *ret);
int frame_tail_unpack(const unsigned char in[SKIPPABLE_BYTES + TAIL_BYTES], struct frame_tail *ret);

#endif
