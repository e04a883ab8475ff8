/* replay_record.c - see replay_record.h. */
#include "tests/support/replay_record.h"

#include "backends/recording/recorder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct making {
    struct recorder *recorder;
    struct buf *file;
};

static void on_piece(void *arg, const struct frame_piece *piece)
{
    const struct making *m = arg;
    assert_int_equal(buf_add(m->file, piece->bytes, piece->len), ERR_OK);
}

static void on_applied(void *arg, const struct replay *p, const struct change *c)
{
    const struct making *m = arg;
    recorder_change(m->recorder, c);
    recorder_turn(m->recorder, p->world, c->at_ms, c->wall_ms);
}

void replay_record(struct replay *p, uint64_t until_wall_ms, struct buf *file)
{
    struct making m = {.file = file};

    recorder_opening(&(struct recorder_opening){.raydeck = "test"}, p->now_ms, p->now_ms, file);
    m.recorder = recorder_new(&(struct frame_calls){on_piece, &m}, NULL, p->now_ms, p->now_ms);
    p->applied = on_applied;
    p->applied_arg = &m;
    replay_until(p, until_wall_ms);
    recorder_cut(m.recorder);
    recorder_free(m.recorder);
    p->applied = NULL;
}
