/* change_fuzz.c - a line of a recording: whatever is read back is written, read and applied again without a difference.
 */
#include "backends/base/mem.h"
#include "backends/world/recovery.h"
#include "backends/world/timeline.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void change_apply(struct world *w, struct recovery *r, struct timeline *t, const struct change *c)
{
    world_apply(w, c);
    struct focus f = focus_of(w, NULL, NULL);
    recovery_observe(r, w, &f, c);
    timeline_observe(t, w, &f, c);
}

static void change_round_trip(const struct change *c)
{
    struct buf line;
    struct change *back = NULL;
    buf_init(&line, 16 << 20);
    if (change_to_json(c, &line) != ERR_OK) abort();
    if (change_from_json(buf_text(&line), line.len, &back, NULL) != ERR_OK) abort();
    if (c->record && !record_equal(c->record, back->record)) abort();
    change_free(back);
    buf_done(&line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world *w = world_new();
    struct recovery r;
    struct timeline *t = timeline_new();
    recovery_init(&r);
    /* A recording is lines. */
    for (const char *at = (const char *)data, *stop = at + size; at < stop;) {
        const char *end = memchr(at, '\n', (size_t)(stop - at));
        struct change *c = NULL;
        if (!end) end = stop;
        if (change_from_json(at, (size_t)(end - at), &c, NULL) == ERR_OK) {
            change_round_trip(c);
            change_apply(w, &r, t, c);
            change_free(c);
        }
        at = end + 1;
    }
    timeline_free(t);
    recovery_done(&r);
    world_free(w);
    return 0;
}
