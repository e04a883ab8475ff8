/*
 * replay_screens_test.c - the screen of a replay at any time is the one that a console drew live at that time: whole
 * canvases, each pane among them, second by second along both head kills of ray-mistral.
 */
#include "tests/support/replay.h"
#include "tests/support/replay_record.h"

#include "backends/base/mem.h"
#include "backends/session/replayer.h"
#include "backends/world/outage.h"
#include "tui/panes/screen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct size {
    int rows, cols;
} sizes[] = {{40, 120}, {24, 80}};
enum { SECOND_MS = 1000, PANES_MAX = 16 };

/* A console's screens: the main one of each size, and each pane alone. */
struct screens {
    struct screen *main[ARRAY_LEN(sizes)], *pane[PANES_MAX];
    size_t panes;
};

static void screens_open(struct screens *s)
{
    *s = (struct screens){.panes = 0};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        s->main[i] = screen_new();
        screen_size(s->main[i], sizes[i].rows, sizes[i].cols);
    }
    while (pane_kinds[s->panes]) {
        struct screen *pane = s->pane[s->panes] = screen_new();
        screen_size(pane, sizes[0].rows, sizes[0].cols);
        if (screen_focus(pane, pane_kinds[s->panes++]->letter)) screen_zoom(pane);
    }
}

static void screens_close(struct screens *s)
{
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) screen_free(s->main[i]);
    for (size_t i = 0; i < s->panes; i++) screen_free(s->pane[i]);
}

static void screen_add(struct screen *s, const struct view *v, struct size size, struct buf *out)
{
    struct canvas cv;
    screen_update(s, v);
    canvas_init(&cv, size.rows, size.cols);
    screen_draw(s, v, &cv);
    char *text = canvas_dump(&cv, true);
    assert_int_equal(buf_printf(out, "%s\n", text), ERR_OK);
    free(text);
    canvas_done(&cv);
}

/* All of them at one moment, with their roles. Caller frees. */
static char *screens_text(struct screens *s, const struct view *v)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) screen_add(s->main[i], v, sizes[i], &out);
    for (size_t i = 0; i < s->panes; i++) screen_add(s->pane[i], v, sizes[0], &out);
    return buf_take(&out);
}

static void screens_compare(uint64_t second, const char *live, const char *again)
{
    size_t line = 0, at = 0;
    if (strcmp(live, again) == 0) return;
    for (; live[at] && live[at] == again[at]; at++)
        if (live[at] == '\n') line = at + 1;
    fail_msg("+%llu s: live\n%.400s\nreplay\n%.400s", (unsigned long long)second, live + line, again + line);
}

/* ---- the recorded console, and the one that replays it ---------------------------------------------------------- */

/* opened: by a console that is opened at that second, of those that are sought; else by one that was open all the
 * while, in which the selected row is that of before. */
struct drawn {
    char *followed, *opened;
};

static char *opened_text(const struct view *v)
{
    struct screens screens;
    screens_open(&screens);
    char *text = screens_text(&screens, v);
    screens_close(&screens);
    return text;
}

/* From the end back. */
static bool is_sought(size_t second, size_t seconds)
{
    enum { BACK_BY = 7 };
    return (seconds - 1 - second) % BACK_BY == 0;
}

static struct drawn *live_screens(struct replay *p, size_t seconds)
{
    struct screens screens;
    struct drawn *drawn = mem_zero(seconds, sizeof *drawn);
    screens_open(&screens);
    for (size_t s = 0; s < seconds; s++) {
        replay_until(p, p->begin_ms + s * SECOND_MS);
        const struct view v = replay_view(p);
        drawn[s].followed = screens_text(&screens, &v);
        if (is_sought(s, seconds)) drawn[s].opened = opened_text(&v);
    }
    screens_close(&screens);
    return drawn;
}

/* screens NULL: those of a console that is opened now. */
static char *replayed_screens(struct screens *screens, struct session *s)
{
    struct outage outage;
    const struct focus focus = session_focus(s);
    const struct recovery *r = session_recovery(s);
    const struct view v = {.world = session_world(s),
                           .outage = &outage,
                           .previous = outage_previous(r),
                           .past = outage_past(r),
                           .focus = &focus,
                           .timeline = session_timeline(s),
                           .now_ms = clock_now_ms(session_clock(s)),
                           .wall_ms = clock_wall_ms(session_clock(s))};
    outage_of(r, v.world, &focus, v.now_ms, v.wall_ms, &outage);
    return screens ? screens_text(screens, &v) : opened_text(&v);
}

static void a_replay_draws_what_was_drawn(void **state)
{
    (void)state;
    struct replay p;
    struct buf file;
    struct recording *recording = NULL;
    struct screens screens;
    struct conf conf;
    const struct session_calls calls = {.arg = NULL};
    buf_init(&file, REPLAY_RECORD_MAX);
    replay_open(&p, "ray-mistral", REPLAY_PROMPTS);
    const uint64_t begin_ms = p.begin_ms;
    const size_t seconds = (size_t)((p.end_ms - begin_ms) / SECOND_MS);
    replay_record(&p, p.end_ms, &file);
    replay_close(&p);
    replay_open(&p, "ray-mistral", REPLAY_PROMPTS);
    struct drawn *live = live_screens(&p, seconds);
    replay_close(&p);

    assert_int_equal(recording_of_bytes(&file, &recording, NULL), ERR_OK);
    assert_int_equal(recording_about(recording)->problems, 0);
    conf_init(&conf);
    struct loop *loop = loop_new();
    struct session *session = session_open_replay(loop, &conf, &calls);
    struct replayer *replayer = replayer_new(loop, recording, session);
    screens_open(&screens);
    for (size_t s = 0; s < seconds; s++) {
        replayer_to(replayer, begin_ms + s * SECOND_MS);
        char *again = replayed_screens(&screens, session);
        screens_compare(s, live[s].followed, again);
        free(again);
    }
    for (size_t s = seconds; s-- > 1;) {
        if (!is_sought(s, seconds)) continue;
        replayer_to(replayer, begin_ms + s * SECOND_MS);
        char *again = replayed_screens(NULL, session);
        screens_compare(s, live[s].opened, again);
        free(again);
    }
    screens_close(&screens);
    replayer_free(replayer);
    session_close(session);
    recording_close(recording);
    conf_done(&conf);
    loop_free(loop);
    for (size_t s = 0; s < seconds; s++) {
        free(live[s].followed);
        free(live[s].opened);
    }
    free(live);
    buf_done(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_replay_draws_what_was_drawn)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
