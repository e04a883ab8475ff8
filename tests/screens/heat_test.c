/* heat_test.c - the heat view of the NeuronCores: ten and more nodes of Trainium and Inferentia, unknown and stale
 * cores, any width, mono and ASCII; when it is chosen, and how the bars beside it grow. */
#include "backends/base/mem.h"
#include "tests/support/screen_file.h"
#include "tests/support/world_fixture.h"
#include "tui/panes/cores.h"
#include "tui/panes/screen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Trainium: 16 devices of 2 cores; Inferentia: 12 of 2; Trainium 2: 16 of 8. */
struct instance {
    const char *type;
    unsigned devices, each;
};
static const struct instance trn1 = {"trn1.32xlarge", 16, 2}, inf2 = {"inf2.48xlarge", 12, 2},
                             trn2 = {"trn2.48xlarge", 16, 8};

static void core_put(struct fixture *f, const char *source, const struct instance *of, unsigned index, enum tri held,
                     struct known_f64 load)
{
    char key[64];
    snprintf(key, sizeof key, "%s/%u", source, index);
    struct core *c = record_new(TABLE_CORE, key);
    record_set(&c->source, source);
    c->index = known_u64(index);
    c->device = known_u64(index / of->each);
    c->held = held;
    c->utilisation = load;
    fixture_put(f, source, WORLD_NEURON, c);
}

/* Every core of it with a load of its own; the last two devices are not held, and one core reports nothing. */
static void node_put(struct fixture *f, unsigned n, const struct instance *of)
{
    char source[32], pod[32];
    snprintf(source, sizeof source, "neuron/node%u", n);
    snprintf(pod, sizeof pod, "mistral-inf2-worker-%c%c%u", 'a' + (int)(n % 26), 'k' + (int)(n % 7), 100 + n);
    fixture_apply(f, change_source(source, WORLD_NEURON, SOURCE_LIVE, ERR_OK, NULL, NULL));
    struct monitor *m = record_new(TABLE_MONITOR, source);
    record_set(&m->pod, pod);
    record_set(&m->instance_type, of->type);
    m->devices = known_u64(of->devices);
    m->cores_per_device = known_u64(of->each);
    m->period_ms = known_u64(1000);
    m->errors = known_u64(0);
    fixture_put(f, source, WORLD_NEURON, m);
    const unsigned cores = of->devices * of->each;
    for (unsigned i = 0; i < cores; i++) {
        const bool idle = i + 2 * of->each >= cores;
        const struct known_f64 load = i == 5 ? UNKNOWN_F64 : known_f64((i * 37 + n * 11) % 101);
        core_put(f, source, of, i, idle ? TRI_NO : TRI_YES, idle ? UNKNOWN_F64 : load);
    }
}

static void twelve_nodes(struct fixture *f)
{
    fixture_empty(f);
    for (unsigned i = 0; i < 12; i++) node_put(f, i, i % 3 == 2 ? &inf2 : &trn1);
}

static void big_nodes(struct fixture *f)
{
    fixture_empty(f);
    for (unsigned i = 0; i < 10; i++) node_put(f, i, &trn2);
}

/* Fourteen seconds later only two are heard. */
static void two_are_heard(struct fixture *f)
{
    twelve_nodes(f);
    fixture_sleep(f, 14000);
    node_put(f, 3, &trn1);
    node_put(f, 5, &inf2);
}

static const struct {
    const char *name;
    void (*begin)(struct fixture *f);
} worlds[] = {{"twelve", twelve_nodes}, {"trn2", big_nodes}, {"stale", two_are_heard}};
static const struct {
    int rows, cols;
} sizes[] = {{60, 200}, {45, 160}, {40, 120}, {24, 80}, {10, 40}};

static void heat_show(struct screen *s, struct fixture *f, struct canvas *cv)
{
    const struct view v = fixture_view(f);
    screen_update(s, &v);
    screen_draw(s, &v, cv);
}

static struct screen *heat_open(struct fixture *f, int rows, int cols, bool zoomed, struct canvas *cv)
{
    struct screen *s = screen_new();
    screen_size(s, rows, cols);
    canvas_init(cv, rows, cols);
    heat_show(s, f, cv);
    assert_true(screen_focus(s, '2'));
    if (zoomed) screen_zoom(s);
    heat_show(s, f, cv);
    return s;
}

static void heat_close(struct screen *s, struct canvas *cv)
{
    screen_free(s);
    canvas_done(cv);
}

static void test_screens(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(worlds); i++)
        for (size_t k = 0; k < ARRAY_LEN(sizes); k++) {
            struct fixture f;
            struct canvas cv;
            char name[64];
            worlds[i].begin(&f);
            struct screen *s = heat_open(&f, sizes[k].rows, sizes[k].cols, true, &cv);
            snprintf(name, sizeof name, "heat-%s-%dx%d", worlds[i].name, sizes[k].cols, sizes[k].rows);
            screen_check(name, &cv, false);
            heat_close(s, &cv);
            fixture_done(&f);
        }
}

/* Beside the other panes, and its colours. */
static void test_among_the_panes(void **state)
{
    (void)state;
    struct fixture f;
    struct canvas cv;
    twelve_nodes(&f);
    for (size_t k = 0; k < 4; k++) {
        char name[64];
        struct screen *s = heat_open(&f, sizes[k].rows, sizes[k].cols, false, &cv);
        snprintf(name, sizeof name, "heat-pane-%dx%d", sizes[k].cols, sizes[k].rows);
        screen_check(name, &cv, false);
        heat_close(s, &cv);
    }
    struct screen *s = heat_open(&f, 24, 80, true, &cv);
    screen_check("heat-roles-80x24", &cv, true);
    cv.ascii = true;
    heat_show(s, &f, &cv);
    screen_check("heat-ascii-80x24", &cv, false);
    heat_close(s, &cv);
    fixture_done(&f);
}

static bool canvas_has(const struct canvas *cv, const char *words)
{
    char *text = canvas_dump(cv, false);
    const bool found = strstr(text, words) != NULL;
    free(text);
    return found;
}

/* Bars while they fit; the heat view where they do not, and it stays until they have for ten seconds; v is a person's
 * choice. */
static void test_when_it_is_chosen(void **state)
{
    (void)state;
    struct fixture f;
    struct canvas cv;
    fixture_calm(&f);
    struct screen *s = heat_open(&f, 40, 120, true, &cv);
    assert_true(canvas_has(&cv, "SERVE REPLICA"));
    assert_false(canvas_has(&cv, "no runtime   – unknown"));
    screen_heat(s);
    heat_show(s, &f, &cv);
    assert_true(canvas_has(&cv, "load 0123456789"));
    screen_heat(s);
    heat_show(s, &f, &cv);
    assert_true(canvas_has(&cv, "SERVE REPLICA"));
    heat_close(s, &cv);
    node_put(&f, 1, &trn1);
    node_put(&f, 2, &trn1);
    s = heat_open(&f, 40, 120, true, &cv);
    assert_true(canvas_has(&cv, "load 0123456789"));
    for (unsigned i = 0; i < 32; i++) { /* all but two of its rows go */
        core_put(&f, "neuron/node1", &trn1, i, TRI_NO, UNKNOWN_F64);
        core_put(&f, "neuron/node2", &trn1, i, TRI_NO, UNKNOWN_F64);
    }
    heat_show(s, &f, &cv);
    assert_true(canvas_has(&cv, "load 0123456789"));
    fixture_wait(&f, 9000);
    heat_show(s, &f, &cv);
    assert_true(canvas_has(&cv, "load 0123456789"));
    fixture_wait(&f, 2000);
    heat_show(s, &f, &cv);
    assert_true(canvas_has(&cv, "SERVE REPLICA"));
    heat_close(s, &cv);
    fixture_done(&f);
}

/* No cell of one node moves while loads change and others are lost. */
static void test_nothing_moves(void **state)
{
    (void)state;
    struct fixture f;
    struct canvas cv;
    twelve_nodes(&f);
    struct screen *s = heat_open(&f, 40, 120, true, &cv);
    int rows[12], before[12];
    for (int frame = 0; frame < 60; frame++) {
        fixture_wait(&f, 1000);
        for (unsigned n = 0; n < 12; n++)
            if (frame < 30 || n % 2) node_put(&f, n, n % 3 == 2 ? &inf2 : &trn1);
        core_put(&f, "neuron/node3", &trn1, (unsigned)frame % 32, frame % 2 ? TRI_YES : TRI_NO, known_f64(frame));
        heat_show(s, &f, &cv);
        size_t found = 0;
        for (int row = 0; row < cv.rows; row++)
            if (canvas_cell(&cv, row, 2)->role == ROLE_TEXT || canvas_cell(&cv, row, 2)->role == ROLE_STALE)
                if (canvas_cell(&cv, row, 4)->cp == '1' && found < 12) rows[found++] = row;
        assert_int_equal(found, 12);
        if (frame) assert_memory_equal(rows, before, sizeof rows);
        memcpy(before, rows, sizeof rows);
    }
    heat_close(s, &cv);
    fixture_done(&f);
}

/* A click selects the core under it, at every size; its row opens as that of a bar does. */
static void test_a_click_selects(void **state)
{
    (void)state;
    struct fixture f;
    struct canvas cv;
    twelve_nodes(&f);
    struct screen *s = heat_open(&f, 24, 80, true, &cv);
    for (int col = 0; col < 80; col++) {
        const struct view v = fixture_view(&f);
        const struct input click = {.type = INPUT_MOUSE, .mouse = MOUSE_PRESS, .row = 8, .col = col};
        struct selection before = {0}, after = {0};
        assert_true(screen_selection(s, &before));
        const bool cell =
            canvas_cell(&cv, 8, col)->role >= ROLE_HEAT_1 && canvas_cell(&cv, 8, col)->role <= ROLE_HEAT_4;
        (void)screen_input(s, &v, &click);
        heat_show(s, &f, &cv);
        assert_true(screen_selection(s, &after));
        if (cell) {
            assert_string_not_equal(before.key, after.key);
            assert_int_equal(canvas_cell(&cv, 8, col)->role, ROLE_SELECTED);
        }
    }
    assert_true(screen_open(s));
    heat_close(s, &cv);
    fixture_done(&f);
}

/* Any size: no cell falls out of the pane, and the legend is there. */
static void test_any_size(void **state)
{
    (void)state;
    struct fixture f;
    big_nodes(&f);
    for (int rows = 10; rows <= 60; rows += 10)
        for (int cols = 40; cols <= 240; cols += 25) {
            struct canvas cv;
            struct screen *s = heat_open(&f, rows, cols, true, &cv);
            cv.ascii = true;
            heat_show(s, &f, &cv);
            assert_true(canvas_has(&cv, "0123456789"));
            char *text = canvas_dump(&cv, false);
            for (const char *c = text; *c; c++) assert_true((unsigned char)*c < 0x80);
            free(text);
            heat_close(s, &cv);
        }
    fixture_done(&f);
}

/* Bars and histories grow with the room, and a bar has the colour of its load. */
static void test_bars_grow(void **state)
{
    (void)state;
    static const int cols[] = {80, 120, 160, 200};
    struct fixture f;
    int before = 0;
    fixture_calm(&f);
    for (size_t i = 0; i < ARRAY_LEN(cols); i++) {
        struct canvas cv;
        char name[64];
        int bar = 0, coloured = 0;
        struct screen *s = heat_open(&f, 24, cols[i], true, &cv);
        for (int row = 0; row < cv.rows; row++) {
            int here = 0;
            for (int col = 0; col < cv.cols; col++) {
                const struct cell *cell = canvas_cell(&cv, row, col);
                here += cell->cp == 0x2588 || cell->cp == 0x2591;
                coloured += cell->role >= ROLE_LOAD_1 && cell->role <= ROLE_LOAD_4; /* but in the selected row */
            }
            if (!bar) bar = here;
        }
        assert_true(bar > before);
        assert_true(coloured > 0);
        before = bar;
        snprintf(name, sizeof name, "cores-bars-%dx24", cols[i]);
        screen_check(name, &cv, false);
        heat_close(s, &cv);
    }
    fixture_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_screens),           cmocka_unit_test(test_among_the_panes),
        cmocka_unit_test(test_when_it_is_chosen), cmocka_unit_test(test_nothing_moves),
        cmocka_unit_test(test_a_click_selects),   cmocka_unit_test(test_any_size),
        cmocka_unit_test(test_bars_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
