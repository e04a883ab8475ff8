/* random_test.c - Worlds that make no sense, keys pressed at random, terminals of any size: the screen holds, and draws
 * only what may stand in a cell. */
#include "tests/support/random_change.h"
#include "tui/panes/screen.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { STREAMS = 24, CHANGES = 600, DRAW_EVERY = 12 };

static void check_cells(const struct canvas *cv)
{
    for (int row = 0; row < cv->rows; row++)
        for (int col = 0; col < cv->cols; col++) {
            const struct cell *cell = canvas_cell(cv, row, col);
            assert_true(cell->role < ROLE_COUNT);
            assert_true(cell->cp == 0 || (cell->cp >= 0x20 && cell->cp != 0x7F && cell->cp < 0x110000));
            if (cell->cp == 0) assert_true(col > 0 && canvas_cell(cv, row, col - 1)->cp != 0);
            if (cv->ascii) assert_true(cell->cp < 0x7F);
        }
}

static void press_random(struct screen *s, const struct view *v, struct rng *rng)
{
    static const uint32_t keys[] = {'j',       'k',
                                    'g',       'G',
                                    'h',       'l',
                                    '1',       '2',
                                    '3',       '4',
                                    '5',       '6',
                                    'R',       KEYP_UP,
                                    KEYP_DOWN, KEYP_PGUP,
                                    KEYP_PGDN, KEYP_HOME,
                                    KEYP_END,  KEYP_ENTER,
                                    KEYP_ESC,  KEYP_BACKSPACE,
                                    0xE9,      0x6F22};
    struct input in = {.type = INPUT_KEY, .key = keys[random_next(rng) % ARRAY_LEN(keys)]};
    uint32_t what = random_next(rng) % 10;
    if (what == 0) screen_zoom(s);
    if (what == 1) screen_filter(s);
    if (what == 2 && screen_table(s)) {
        struct table_view *t = screen_table(s);
        table_sort_by(t, (int)(random_next(rng) % (uint32_t)t->column_count));
        table_hide(t, (int)(random_next(rng) % (uint32_t)t->column_count), random_next(rng) % 2);
    }
    if (what == 3) screen_back(s);
    if (what == 4) {
        in = (struct input){.type = INPUT_MOUSE,
                            .mouse = (enum mouse)(random_next(rng) % (MOUSE_WHEEL_DOWN + 1)),
                            .row = (int)(random_next(rng) % 50),
                            .col = (int)(random_next(rng) % 150)};
    }
    if (screen_input(s, v, &in).type == REQUEST_OPEN) screen_open(s);
    if (screen_typing(s) && what == 5) screen_back(s);
}

static void draw_somewhere(struct screen *s, const struct view *v, struct rng *rng)
{
    int rows = (int)(random_next(rng) % 60), cols = (int)(random_next(rng) % 180);
    struct canvas cv;
    canvas_init(&cv, rows, cols);
    cv.ascii = random_next(rng) % 2;
    screen_size(s, rows, cols);
    screen_update(s, v);
    screen_draw(s, v, &cv);
    check_cells(&cv);
    canvas_done(&cv);
}

static void run_stream(uint64_t seed)
{
    struct rng rng = {seed};
    struct world *w = world_new();
    struct recovery r;
    struct outage outage;
    struct screen *s = screen_new();
    uint64_t clock = 1000000;
    recovery_init(&r);
    for (int i = 0; i < CHANGES; i++) {
        struct change *c = random_change(&rng, &clock);
        world_apply(w, c);
        struct focus f = focus_of(w, NULL, NULL);
        recovery_observe(&r, w, &f, c);
        change_free(c);
        if (i % DRAW_EVERY) continue;
        recovery_tick(&r, w, &f, clock, 1795440000000 + clock);
        struct chrome chrome = {.context = "c", .armed_left_ms = random_next(&rng) % 2 * 5000};
        outage_of(&r, w, &f, clock, 1795440000000 + clock, &outage);
        struct view v = {.world = w,
                         .outage = &outage,
                         .previous = outage_previous(&r),
                         .focus = &f,
                         .now_ms = clock,
                         .wall_ms = 1795440000000 + clock,
                         .chrome = random_next(&rng) % 4 ? &chrome : NULL,
                         .armed = random_next(&rng) % 2,
                         .demo = random_next(&rng) % 2};
        draw_somewhere(s, &v, &rng);
        for (int k = 0; k < 4; k++) press_random(s, &v, &rng);
    }
    screen_free(s);
    recovery_done(&r);
    world_free(w);
}

static void test_random_worlds(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= STREAMS; seed++) run_stream(seed * 0x9E3779B97F4A7C15u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_worlds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
