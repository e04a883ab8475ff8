/* recording_fuzz.c - A recording's file: whatever it holds, it is read to its end from any moment, or refused with a
 * reason. */
#include "backends/base/mem.h"
#include "backends/recording/recording_read.h"

#include <stdlib.h>

enum { CHANGES_MAX = 300 }; /* of each look: a run is to be short */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void recording_play(struct recording *r, uint64_t at_ms)
{
    struct recorded next;
    uint64_t ms = 0;
    recording_seek(r, at_ms);
    for (int i = 0; i < CHANGES_MAX && recording_next(r, &next); i++) {
        if (next.ms < ms || (!next.change && !next.anew)) abort();
        ms = next.ms;
        change_free(next.change);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf bytes;
    struct recording *r = NULL;
    struct why why = {0};
    buf_init(&bytes, 1 << 20);
    buf_add(&bytes, data, size);
    if (recording_of_bytes(&bytes, &r, &why) != ERR_OK) {
        if (r || !why.text[0]) abort();
    } else {
        const struct recording_about *a = recording_about(r);
        recording_play(r, 0);
        recording_play(r, a->begin_ms + (a->end_ms - a->begin_ms) / 2);
        recording_play(r, UINT64_MAX);
        recording_close(r);
    }
    buf_done(&bytes);
    return 0;
}
