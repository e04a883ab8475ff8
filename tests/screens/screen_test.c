/* screen_test.c - the screen's own state: focus, tabs, zoom, detail, filter, clicks; and what the panes make of the
 * world. */
#include "tests/support/fake_console.h"
#include "tests/support/screen_file.h"
#include "tui/panes/cores.h"
#include "tui/panes/gcs.h"
#include "tui/panes/recovery_pane.h"
#include "tui/panes/requests.h"

#include "backends/base/mem.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define EVENTS_OURS "console/delete" /* the key of the row that is our own delete: events.c */

static struct pane_request screen_press(struct fake_console *d, uint32_t key)
{
    struct input in = {.type = INPUT_KEY, .key = key};
    struct pane_request r = screen_input(d->s, &d->v, &in);
    fake_console_update(d);
    return r;
}

static void type_text(struct fake_console *d, const char *text)
{
    for (; *text; text++) screen_press(d, (unsigned char)*text);
}

static char letter_of(const struct fake_console *d)
{
    return screen_pane(d->s)->ops->letter;
}

static const char *selected_key(const struct fake_console *d)
{
    static struct selection sel;
    return screen_selection(d->s, &sel) ? sel.key : NULL;
}

/* ---- focus --------------------------------------------------------------------------------------------------- */

static void test_focus_goes_round(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    for (const char *l = "2345123"; *l; l++) {
        screen_next(d.s, 1);
        assert_int_equal(letter_of(&d), *l);
    }
    screen_next(d.s, -1);
    assert_int_equal(letter_of(&d), '2');
    assert_false(screen_focus(d.s, 'R'));
    assert_int_equal(letter_of(&d), '2');
    screen_press(&d, '4');
    assert_int_equal(letter_of(&d), '4');
    screen_press(&d, 'l');
    assert_int_equal(letter_of(&d), '5');
    screen_press(&d, KEYP_LEFT);
    assert_int_equal(letter_of(&d), '4');
    fake_console_close(&d);
}

static void test_a_head_lost_takes_the_focus_of_tabs(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 24, 80);
    screen_press(&d, '3');
    fixture_kill_head(&d.f);
    fake_console_update(&d);
    assert_int_equal(letter_of(&d), 'R');
    screen_press(&d, '1');
    fake_console_update(&d);
    assert_int_equal(letter_of(&d), '1'); /* once it was left it does not come back by itself */
    screen_press(&d, 'R');
    assert_int_equal(letter_of(&d), 'R');
    fake_console_close(&d);
    fake_console_open(&d, 40, 120);
    fixture_kill_head(&d.f);
    fake_console_update(&d);
    assert_int_equal(letter_of(&d), '1'); /* where everything is seen at once nothing moves */
    assert_true(screen_focus(d.s, 'R'));
    fake_console_close(&d);
}

static void test_focus_comes_back_after_the_recovery(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 24, 80);
    screen_press(&d, '3');
    fixture_kill_head(&d.f);
    fake_console_update(&d);
    d.f.recovery.outage = OUTAGE_OVER;
    d.f.recovery.over_since_ms = known_u64(d.f.now_ms);
    fake_console_update(&d);
    assert_int_equal(letter_of(&d), 'R');
    d.f.now_ms += RECOVERY_SHOWN_MS;
    fake_console_update(&d);
    assert_int_equal(letter_of(&d), '3');
    fake_console_close(&d);
}

/* ---- selection ----------------------------------------------------------------------------------------------- */

static void test_selection_is_a_key(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    assert_string_equal(selected_key(&d), "9c1e7a40-head");
    screen_press(&d, 'j');
    assert_string_equal(selected_key(&d), "11aa-worker");
    fixture_kill_head(&d.f); /* a row comes in above it */
    fake_console_update(&d);
    assert_string_equal(selected_key(&d), "11aa-worker");
    screen_press(&d, 'G');
    assert_string_equal(selected_key(&d), "22bb-worker");
    screen_press(&d, 'g');
    assert_string_equal(selected_key(&d), "9c1e7a40-head");
    fake_console_close(&d);
}

/* An earlier head leaves a minute after it is gone, and whoever looked at it looks at the one that is. */
static void test_selection_moves_on_to_the_new_head(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    assert_string_equal(selected_key(&d), "9c1e7a40-head");
    fixture_kill_head(&d.f);
    fixture_wait(&d.f, 40 * 1000);
    fake_console_update(&d);
    assert_string_equal(selected_key(&d), "9c1e7a40-head");
    assert_non_null(fake_console_row(&d, LAYOUT_PODS, "7f2b-head"));
    fixture_wait(&d.f, 30 * 1000);
    fake_console_update(&d);
    assert_null(fake_console_row(&d, LAYOUT_PODS, "9c1e7a40-head"));
    assert_string_equal(selected_key(&d), "7f2b-head");
    fake_console_close(&d);
}

static void test_selected_pod_is_related_elsewhere(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    screen_press(&d, 'j');
    assert_true(fake_console_row(&d, LAYOUT_CORES, "neuron/q5rdw/0")->related);
    assert_true(fake_console_row(&d, LAYOUT_CORES, "neuron/q5rdw/2")->related);
    assert_false(fake_console_row(&d, LAYOUT_CORES, "neuron/x2p7c/0")->related);
    screen_press(&d, '2');
    screen_press(&d, 'G');
    assert_true(fake_console_row(&d, LAYOUT_PODS, "22bb-worker")->related);
    assert_false(fake_console_row(&d, LAYOUT_PODS, "11aa-worker")->related);
    fake_console_close(&d);
}

static void event_put(struct fake_console *d, const char *key, const char *pod, const char *uid)
{
    struct event *e = record_new(TABLE_EVENT, key);
    record_set(&e->ns, "mistral");
    record_set(&e->reason, "Started");
    record_set(&e->about_kind, "Pod");
    record_set(&e->about, pod);
    record_set(&e->about_uid, uid);
    e->first = e->last = known_u64(d->f.wall_ms);
    fixture_put(&d->f, "kube/events", WORLD_KUBE, e);
}

/* Within a second stamps tell nothing: what the API server wrote first stands first, however it was listed. The title
 * counts the rows that stand there, our own delete among them. */
static void test_events_of_one_second_stand_in_order(void **state)
{
    (void)state;
    static const char *const listed[] = {"started", "created", "scheduled"}; /* by name, as a list has them */
    static const uint64_t version[] = {930, 920, 910};
    struct fake_console d;
    char status[96];
    fake_console_open(&d, 40, 120);
    fixture_kill_head(&d.f);
    fake_console_update(&d);
    const struct table_view *t = d.s->panes[LAYOUT_EVENTS]->table;
    const size_t before = t->count;
    fixture_wait(&d.f, 5000);
    for (size_t i = 0; i < ARRAY_LEN(listed); i++) {
        event_put(&d, listed[i], "mistral-44qn2-head-7rk2m", NULL);
        struct event *e = record_copy(world_find(d.f.world, TABLE_EVENT, listed[i])->record);
        e->first = e->last = known_u64(d.f.wall_ms / 1000 * 1000);
        e->version = known_u64(version[i]);
        fixture_put(&d.f, "kube/events", WORLD_KUBE, e);
    }
    fake_console_update(&d);
    assert_int_equal(t->count, before + 3);
    assert_string_equal(t->rows[t->count - 3].key, "scheduled");
    assert_string_equal(t->rows[t->count - 2].key, "created");
    assert_string_equal(t->rows[t->count - 1].key, "started");
    d.s->panes[LAYOUT_EVENTS]->ops->status(d.s->panes[LAYOUT_EVENTS], &d.v, status, sizeof status);
    char expected[96];
    snprintf(expected, sizeof expected, "%zu in the last hour", t->count);
    assert_string_equal(status, expected);
    fake_console_close(&d);
}

/* A pod of the same name that was there before has another UID: its events are not those of the one selected. */
static void test_events_of_another_uid_are_not_related(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    const struct pod *pod = ROW(world_find(d.f.world, TABLE_POD, "11aa-worker"), pod);
    event_put(&d, "of it", pod->name, "11aa-worker");
    event_put(&d, "of none", pod->name, NULL);
    event_put(&d, "of another", pod->name, "00ff-worker");
    screen_press(&d, 'j');
    fake_console_update(&d);
    assert_true(fake_console_row(&d, LAYOUT_EVENTS, "of it")->related);
    assert_true(fake_console_row(&d, LAYOUT_EVENTS, "of none")->related);
    assert_false(fake_console_row(&d, LAYOUT_EVENTS, "of another")->related);
    fake_console_close(&d);
}

static void test_rows_keep_their_place(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    fixture_kill_head(&d.f);
    fake_console_update(&d);
    const struct table_view *t = d.s->panes[LAYOUT_PODS]->table;
    static const struct {
        const char *key;
        char sign;
    } expected[] = {{"9c1e7a40-head", '-'}, {"7f2b-head", '+'}, {"11aa-worker", ' '}, {"22bb-worker", ' '}};
    assert_int_equal(t->count, ARRAY_LEN(expected));
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        assert_string_equal(t->rows[i].key, expected[i].key);
        assert_int_equal(t->rows[i].sign, expected[i].sign);
    }
    fake_console_close(&d);
}

/* ---- detail, zoom, back -------------------------------------------------------------------------------------- */

static void test_back_closes_one_thing_at_a_time(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    assert_false(screen_back(d.s));
    assert_int_equal(screen_press(&d, KEYP_ENTER).type, REQUEST_OPEN);
    assert_true(screen_filter(d.s));
    type_text(&d, "worker");
    screen_press(&d, KEYP_ENTER);
    screen_zoom(d.s);
    assert_true(screen_open(d.s));
    fake_console_update(&d);
    assert_true(screen_opened(d.s));
    assert_true(screen_filter(d.s)); /* the search in the detail */
    assert_true(screen_typing(d.s));
    type_text(&d, "uid");
    screen_press(&d, KEYP_ENTER);
    assert_false(screen_typing(d.s));
    assert_null(screen_table(d.s));
    assert_true(screen_back(d.s)); /* the search */
    assert_true(screen_opened(d.s));
    assert_true(screen_back(d.s)); /* the detail */
    assert_true(screen_opened(d.s));
    assert_true(screen_back(d.s)); /* the zoom */
    assert_false(screen_opened(d.s));
    fake_console_update(&d);
    assert_int_equal(d.s->panes[LAYOUT_PODS]->table->shown_count, 2);
    assert_true(screen_back(d.s)); /* the filter */
    assert_int_equal(d.s->panes[LAYOUT_PODS]->table->shown_count, 3);
    assert_false(screen_back(d.s));
    fake_console_close(&d);
}

static void test_detail_scrolls_within_its_text(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 16, 60);
    assert_true(screen_open(d.s));
    fake_console_update(&d);
    const struct text_view *v = &d.s->detail.view;
    int height = detail_height(&d.s->detail, 60), rows = d.s->layout.pane[LAYOUT_PODS].rows;
    assert_true(height > rows);
    for (int i = 0; i < 100; i++) screen_press(&d, 'j');
    const uint64_t last = v->top;
    assert_true(last > 0);
    screen_press(&d, 'g');
    assert_int_equal(v->top, 0);
    screen_press(&d, 'G');
    assert_int_equal(v->top, last);
    screen_press(&d, '2'); /* another pane: its detail is not open */
    assert_false(screen_opened(d.s));
    fake_console_close(&d);
}

/* A search in the opened detail: its keys are no commands while it is typed, and its matches are counted. */
static void test_detail_is_searched(void **state)
{
    static const int sizes[][2] = {{40, 120}, {24, 80}, {10, 40}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct fake_console d;
        char file[64];
        fake_console_open(&d, sizes[i][0], sizes[i][1]);
        assert_true(screen_open(d.s));
        fake_console_update(&d);
        screen_press(&d, '/');
        type_text(&d, "ray");
        fake_console_update(&d);
        screen_press(&d, KEYP_ENTER);
        screen_press(&d, 'n');
        fake_console_update(&d);
        snprintf(file, sizeof file, "detail-searched-%dx%d", sizes[i][1], sizes[i][0]);
        struct canvas cv;
        canvas_init(&cv, sizes[i][0], sizes[i][1]);
        screen_draw(d.s, &d.v, &cv);
        screen_check(file, &cv, true);
        canvas_done(&cv);
        fake_console_close(&d);
    }
}

/* What would happen comes first, and only what is known is said. */
static void test_detail_of_a_head(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    const char *text = buf_text(&d.s->detail.text);
    assert_int_equal(strncmp(text, "Runs gcs_server", 15), 0);
    assert_non_null(strstr(text, "Their state is in Redis."));
    assert_non_null(strstr(text, "Its K8s node lost      NOT PROVEN"));
    assert_non_null(strstr(text, "9c1e7a40-head"));
    assert_null(strstr(text, "last time")); /* there was none */
    screen_press(&d, 'j');
    text = buf_text(&d.s->detail.text);
    assert_non_null(strstr(text, "Holds Serve replicas mistral-7b#0s09vcjz (NeuronCores 0,1)."));
    assert_non_null(strstr(text, "1 other worker pod ready"));
    fake_console_close(&d);
}

/* ---- filter and sort ----------------------------------------------------------------------------------------- */

static void test_filter_is_typed(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    const struct table_view *t = d.s->panes[LAYOUT_PODS]->table;
    assert_true(screen_filter(d.s));
    assert_true(screen_typing(d.s));
    type_text(&d, "q5"); /* q is text here, and so is 5 */
    assert_int_equal(letter_of(&d), '1');
    assert_int_equal(t->shown_count, 1);
    assert_string_equal(selected_key(&d), "11aa-worker");
    screen_press(&d, KEYP_ENTER);
    assert_false(screen_typing(d.s));
    assert_int_equal(t->shown_count, 1);
    assert_true(screen_filter(d.s)); /* again: with what it was */
    assert_string_equal(d.s->filter.text, "q5");
    screen_press(&d, KEYP_ESC);
    assert_false(screen_typing(d.s));
    assert_int_equal(t->shown_count, 3);
    screen_filter(d.s);
    type_text(&d, "!worker");
    assert_int_equal(t->shown_count, 1);
    assert_string_equal(selected_key(&d), "9c1e7a40-head");
    screen_press(&d, KEYP_ENTER);
    screen_filter(d.s);
    assert_string_equal(d.s->filter.text, "!worker");
    fake_console_close(&d);
}

static void test_filter_that_matches_nothing(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    screen_filter(d.s);
    type_text(&d, "nothing is called so");
    assert_null(selected_key(&d));
    screen_press(&d, KEYP_ENTER);
    assert_false(screen_open(d.s));
    assert_int_equal(screen_press(&d, KEYP_ENTER).type, REQUEST_NONE);
    assert_true(screen_back(d.s));
    fake_console_update(&d);
    assert_string_equal(selected_key(&d), "9c1e7a40-head");
    fake_console_close(&d);
}

static void test_panes_without_a_table(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    fixture_kill_head(&d.f);
    fake_console_update(&d);
    screen_focus(d.s, 'R');
    fake_console_update(&d);
    assert_false(screen_filter(d.s));
    assert_null(screen_table(d.s));
    assert_false(screen_open(d.s));
    assert_false(screen_back(d.s));
    screen_focus(d.s, '1');
    assert_non_null(screen_table(d.s));
    fake_console_close(&d);
}

/* ---- the mouse ----------------------------------------------------------------------------------------------- */

static void screen_click(struct fake_console *d, int row, int col)
{
    struct input in = {.type = INPUT_MOUSE, .mouse = MOUSE_PRESS, .row = row, .col = col};
    screen_input(d->s, &d->v, &in);
    fake_console_update(d);
}

static void test_clicks(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    struct rect gcs = d.s->layout.pane[LAYOUT_GCS], pods = d.s->layout.pane[LAYOUT_PODS];
    screen_click(&d, gcs.row + 3, gcs.col + 4);
    assert_int_equal(letter_of(&d), '3');
    assert_string_equal(selected_key(&d), "3f0c91aa5d2b4e0791/NODE");
    screen_click(&d, pods.row + 2, 10);
    assert_int_equal(letter_of(&d), '1');
    assert_string_equal(selected_key(&d), "11aa-worker");
    screen_click(&d, d.s->layout.rule[LAYOUT_EVENTS].row, d.s->layout.rule[LAYOUT_EVENTS].col + 5);
    assert_int_equal(letter_of(&d), '5');
    screen_click(&d, 0, 0);
    assert_int_equal(letter_of(&d), '5');
    fake_console_close(&d);
}

static enum request_type click_again(struct fake_console *d, int row, int col, unsigned mods)
{
    struct input in = {.type = INPUT_MOUSE, .mouse = MOUSE_PRESS, .row = row, .col = col, .mods = mods};
    const enum request_type type = screen_input(d->s, &d->v, &in).type;
    if (type == REQUEST_OPEN) screen_open(d->s);
    fake_console_update(d);
    return type;
}

static void test_second_click_opens(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    struct rect pods = d.s->layout.pane[LAYOUT_PODS], gcs = d.s->layout.pane[LAYOUT_GCS];
    assert_int_equal(click_again(&d, gcs.row + 1, gcs.col + 4, 0), REQUEST_NONE); /* its selected row: focuses only */
    assert_int_equal(letter_of(&d), '3');
    assert_int_equal(click_again(&d, pods.row + 2, 10, 0), REQUEST_NONE);
    assert_int_equal(click_again(&d, pods.row + 2, 10, MOD_SHIFT), REQUEST_NONE); /* the terminal's own selection */
    assert_int_equal(click_again(&d, pods.row + 2, 10, 0), REQUEST_OPEN);
    assert_true(screen_opened(d.s));
    assert_string_equal(selected_key(&d), "11aa-worker");
    screen_click(&d, d.s->layout.pane[LAYOUT_PODS].row + 1, 10);
    assert_true(screen_opened(d.s));
    screen_click(&d, d.s->layout.rule[LAYOUT_PODS].row, 10); /* "Esc back" */
    assert_false(screen_opened(d.s));
    fake_console_close(&d);
}

/* One place maps the keys that move: motion.h. */
static void test_keys_of_pagers(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    fixture_many_pods(&d.f, 200);
    fake_console_update(&d);
    const struct table_view *t = d.s->panes[LAYOUT_PODS]->table;
    const size_t page = (size_t)d.s->layout.pane[LAYOUT_PODS].rows - 1;
    const struct {
        uint32_t key;
        unsigned mods;
        size_t at;
    } steps[] = {{'f', MOD_CTRL, page}, {' ', 0, 2 * page},
                 {'b', MOD_CTRL, page}, {'d', MOD_CTRL, page + page / 2},
                 {'u', MOD_CTRL, page}, {KEYP_END, 0, t->shown_count - 1},
                 {KEYP_HOME, 0, 0}};
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        struct input in = {.type = INPUT_KEY, .key = steps[i].key, .mods = steps[i].mods};
        assert_int_equal(screen_input(d.s, &d.v, &in).type, REQUEST_NONE);
        assert_int_equal(t->selected_at, steps[i].at);
    }
    fake_console_close(&d);
}

static void test_clicks_on_tabs(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 24, 80);
    char text[SCREEN_TABS_MAX];
    int at[LAYOUT_PANES], width[LAYOUT_PANES];
    screen_tabs(d.s, text, at, width);
    assert_string_equal(text, "[1 Pods]  2 Cores  3 GCS  4 Requests  5 Events");
    screen_click(&d, d.s->layout.tabs.row, 3 + at[LAYOUT_REQUESTS]);
    assert_int_equal(letter_of(&d), '4');
    screen_tabs(d.s, text, at, width);
    assert_string_equal(text, "1 Pods  2 Cores  3 GCS  [4 Requests]  5 Events");
    screen_click(&d, d.s->layout.tabs.row, 79);
    assert_int_equal(letter_of(&d), '4');
    fake_console_close(&d);
}

static void test_wheel(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    fixture_many_pods(&d.f, 200);
    fake_console_update(&d);
    struct input in = {
        .type = INPUT_MOUSE, .mouse = MOUSE_WHEEL_DOWN, .row = d.s->layout.pane[LAYOUT_PODS].row, .col = 3};
    for (int i = 0; i < 10; i++) screen_input(d.s, &d.v, &in);
    fake_console_update(&d);
    assert_int_equal(d.s->panes[LAYOUT_PODS]->table->selected_at, 30);
    fake_console_close(&d);
}

/* ---- what is timed ------------------------------------------------------------------------------------------- */

static void test_timed(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    assert_false(screen_timed(&d.v));
    d.f.chrome.armed_left_ms = 1000;
    fake_console_update(&d);
    assert_true(screen_timed(&d.v));
    d.f.chrome.armed_left_ms = 0;
    d.v.armed = true; /* a development context: armed for ever, and nothing counts */
    assert_true(
        !screen_timed(&(struct view){.world = d.f.world, .outage = d.v.outage, .armed = true, .chrome = &d.f.chrome}));
    fixture_prompt(&d.f, "waiting", 0, 0, NULL);
    fake_console_update(&d);
    assert_true(screen_timed(&d.v));
    fake_console_close(&d);
}

/* ---- the panes' own judgements ------------------------------------------------------------------------------- */

static const struct core *core_named(const struct fake_console *d, const char *key)
{
    return ROW(world_find(d->f.world, TABLE_CORE, key), core);
}

static void put_core(struct fake_console *d, unsigned index, enum tri held, struct known_f64 util)
{
    char key[64];
    snprintf(key, sizeof key, "neuron/q5rdw/%u", index);
    struct core *c = record_new(TABLE_CORE, key);
    record_set(&c->source, "neuron/q5rdw");
    c->index = known_u64(index);
    c->held = held;
    c->utilisation = util;
    fixture_put(&d->f, "neuron/q5rdw", WORLD_NEURON, c);
    fake_console_update(d);
}

/* No runtime, allocated but idle, and 0 % are three things; not known is a fourth. */
static void test_three_kinds_of_nothing(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    assert_int_equal(core_use_of(d.f.world, core_named(&d, "neuron/q5rdw/5")), CORE_NO_RUNTIME);
    put_core(&d, 0, TRI_YES, known_f64(0));
    assert_int_equal(core_use_of(d.f.world, core_named(&d, "neuron/q5rdw/0")), CORE_USED);
    assert_string_equal(fake_console_row(&d, LAYOUT_CORES, "neuron/q5rdw/0")->cell[CORES_UTIL].text, "0%");
    put_core(&d, 5, TRI_YES, known_f64(0));
    assert_int_equal(core_use_of(d.f.world, core_named(&d, "neuron/q5rdw/5")), CORE_IDLE);
    assert_string_equal(fake_console_row(&d, LAYOUT_CORES, "neuron/q5rdw/5")->cell[CORES_UTIL].text, "allocated, idle");
    put_core(&d, 0, TRI_YES, UNKNOWN_F64);
    assert_int_equal(core_use_of(d.f.world, core_named(&d, "neuron/q5rdw/0")), CORE_HELD);
    put_core(&d, 0, TRI_UNKNOWN, UNKNOWN_F64);
    assert_string_equal(fake_console_row(&d, LAYOUT_CORES, "neuron/q5rdw/0")->cell[CORES_UTIL].text, "–");
    fake_console_close(&d);
}

static void test_ranges_without_runtime(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    const struct table_view *t = d.s->panes[LAYOUT_CORES]->table;
    assert_int_equal(t->count, 6);
    assert_string_equal(fake_console_row(&d, LAYOUT_CORES, "neuron/q5rdw/2")->cell[CORES_CORE].text, "2–11");
    put_core(&d, 5, TRI_YES, known_f64(10));
    assert_int_equal(t->count, 8);
    assert_string_equal(fake_console_row(&d, LAYOUT_CORES, "neuron/q5rdw/2")->cell[CORES_CORE].text, "2–4");
    assert_string_equal(fake_console_row(&d, LAYOUT_CORES, "neuron/q5rdw/6")->cell[CORES_CORE].text, "6–11");
    put_core(&d, 7, TRI_YES, known_f64(10));
    assert_string_equal(fake_console_row(&d, LAYOUT_CORES, "neuron/q5rdw/6")->cell[CORES_CORE].text, "6");
    fake_console_close(&d);
}

static void test_a_minute_of_a_core(void **state)
{
    (void)state;
    struct fake_console d;
    double minute[CORES_SPARK];
    fake_console_open(&d, 40, 120);
    assert_int_equal(core_minute(d.f.world, core_named(&d, "neuron/q5rdw/0"), minute, CORES_SPARK), CORES_SPARK);
    for (int i = 0; i < CORES_SPARK; i++) assert_true(minute[i] > 50 && minute[i] < 80);
    put_core(&d, 11, TRI_YES, known_f64(30));
    size_t n = core_minute(d.f.world, core_named(&d, "neuron/q5rdw/11"), minute, CORES_SPARK);
    assert_true(n >= 1);
    assert_float_equal(minute[n - 1], 30, 0.001);
    fake_console_close(&d);
}

static void test_dots(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    fixture_wait(&d.f, 100);
    fixture_probe(&d.f, "failed", 1000);
    fixture_probe(&d.f, "slow", 1000);
    fixture_probe(&d.f, "waiting", 0);
    fake_console_update(&d);
    const struct requests *r = (const struct requests *)d.s->panes[LAYOUT_REQUESTS];
    assert_string_equal(r->dots + r->dot_count - 4, ".Xs?");
    assert_int_equal(r->sum.failed, 1);
    for (int i = 0; i < REQUESTS_DOTS + 100; i++) fixture_probe(&d.f, "ok", 1000);
    fake_console_update(&d);
    assert_int_equal(r->dot_count, REQUESTS_DOTS);
    fake_console_close(&d);
}

static void test_prompts_are_followed(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    for (int i = 0; i < REQUESTS_PROMPTS + 50; i++) fixture_prompt(&d.f, "ok", 1000, 500000, "an answer");
    screen_press(&d, '4');
    const struct table_view *t = d.s->panes[LAYOUT_REQUESTS]->table;
    assert_int_equal(t->count, REQUESTS_PROMPTS);
    assert_int_equal(t->selected_at, REQUESTS_PROMPTS - 1);
    screen_press(&d, 'k'); /* an older one is looked at: it stays */
    char key[160];
    snprintf(key, sizeof key, "%s", selected_key(&d));
    fixture_prompt(&d.f, "ok", 0, 500000, "the newest");
    fake_console_update(&d);
    assert_string_equal(selected_key(&d), key);
    fake_console_close(&d);
}

static void test_our_delete_is_an_event(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    assert_null(fake_console_row(&d, LAYOUT_EVENTS, EVENTS_OURS));
    fixture_kill_head(&d.f);
    fake_console_update(&d);
    const struct table_view *t = d.s->panes[LAYOUT_EVENTS]->table;
    assert_string_equal(t->rows[0].key, EVENTS_OURS);
    assert_string_equal(t->rows[0].cell[1].text, "Pod …head-d4544");
    assert_string_equal(t->rows[0].cell[2].text, "DELETE by you, uid 9c1e7a40");
    assert_int_equal(t->count, 4);
    assert_string_equal(t->rows[3].key, "e3");
    fake_console_close(&d);
}

static void test_gcs_of_another_namespace_is_not_shown(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    struct gcstable *t = record_new(TABLE_GCSTABLE, "other/ACTOR");
    record_set(&t->ns, "other");
    record_set(&t->table, "ACTOR");
    t->fields = known_u64(1000);
    fixture_put(&d.f, "redis", WORLD_REDIS, t);
    fake_console_update(&d);
    assert_null(fake_console_row(&d, LAYOUT_GCS, "other/ACTOR"));
    assert_int_equal(((const struct gcs *)d.s->panes[LAYOUT_GCS])->fields, 88);
    fake_console_close(&d);
}

static void test_short_ids(void **state)
{
    char out[32];
    (void)state;
    assert_string_equal(short_id("3f0c91aa5d2b4e0791", out), "3f0c…91");
    assert_string_equal(short_id("short", out), "short");
    assert_string_equal(short_id(NULL, out), "–");
    assert_string_equal(pod_short("mistral-44qn2-head-d4544", "mistral-44qn2"), "head-d4544");
    assert_string_equal(pod_short("mistral-44qn2x-head", "mistral-44qn2"), "mistral-44qn2x-head");
    assert_string_equal(pod_short("mistral-44qn2-", "mistral-44qn2"), "mistral-44qn2-");
    assert_string_equal(pod_suffix("mistral-44qn2-inf2-worker-q5rdw"), "q5rdw");
    assert_string_equal(pod_suffix("plain"), "plain");
}

static void check_fresh(enum freshness f, struct known_u64 age, const char *expected)
{
    char out[FRESH_TEXT_MAX];
    assert_string_equal(fresh_words(f, age, out), expected);
}

static void test_ages_are_said_when_they_mean_something(void **state)
{
    (void)state;
    check_fresh(FRESH_LIVE, known_u64(FRESH_SHOWN_MS - 1), "");
    check_fresh(FRESH_LIVE, known_u64(FRESH_SHOWN_MS), "6s");
    check_fresh(FRESH_LIVE, UNKNOWN_U64, "");
    check_fresh(FRESH_STALE, known_u64(14999), "STALE 14s");
    check_fresh(FRESH_DOWN, UNKNOWN_U64, "DOWN");
    check_fresh(FRESH_DENIED, known_u64(99000), "DENIED");
    check_fresh(FRESH_OFF, UNKNOWN_U64, "off");
    check_fresh(FRESH_WAITING, UNKNOWN_U64, "connecting");
}

/* The head takes its Serve API with it: that is no reason to call the requests stale. */
static void test_serve_api_gone_with_the_head(void **state)
{
    (void)state;
    struct fake_console d;
    struct canvas cv;
    fake_console_open(&d, 40, 120);
    fixture_kill_head(&d.f);
    fixture_apply(&d.f, change_source("serve", WORLD_SERVE, SOURCE_DOWN, ERR_RESET, "connection lost", NULL));
    fake_console_update(&d);
    canvas_init(&cv, 40, 120);
    screen_draw(d.s, &d.v, &cv);
    char *text = canvas_dump(&cv, false);
    assert_null(strstr(text, "serve DOWN"));
    assert_null(strstr(text, "proxy · DOWN"));
    free(text);
    canvas_done(&cv);
    fake_console_close(&d);
}

/* A source that is asked less than it would be says so on the strip, and why on its pane's rule. */
static void test_what_is_throttled_is_said(void **state)
{
    (void)state;
    static const char why[] = "throttled: its watches end early; again in 8 s";
    struct fake_console d;
    struct canvas cv;
    fake_console_open(&d, 40, 120);
    fixture_apply(&d.f, change_source("kube/pods", WORLD_KUBE, SOURCE_LIVE, ERR_THROTTLED, why, NULL));
    fake_console_update(&d);
    canvas_init(&cv, 40, 120);
    screen_draw(d.s, &d.v, &cv);
    char *text = canvas_dump(&cv, false);
    assert_non_null(strstr(text, "kube throttled"));
    assert_non_null(strstr(text, "kube/pods throttled: its watches end early; again in 8 s"));
    free(text);
    canvas_done(&cv);
    fake_console_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_focus_goes_round),
        cmocka_unit_test(test_a_head_lost_takes_the_focus_of_tabs),
        cmocka_unit_test(test_focus_comes_back_after_the_recovery),
        cmocka_unit_test(test_selection_is_a_key),
        cmocka_unit_test(test_selection_moves_on_to_the_new_head),
        cmocka_unit_test(test_selected_pod_is_related_elsewhere),
        cmocka_unit_test(test_events_of_another_uid_are_not_related),
        cmocka_unit_test(test_events_of_one_second_stand_in_order),
        cmocka_unit_test(test_rows_keep_their_place),
        cmocka_unit_test(test_back_closes_one_thing_at_a_time),
        cmocka_unit_test(test_detail_scrolls_within_its_text),
        cmocka_unit_test(test_detail_is_searched),
        cmocka_unit_test(test_detail_of_a_head),
        cmocka_unit_test(test_filter_is_typed),
        cmocka_unit_test(test_filter_that_matches_nothing),
        cmocka_unit_test(test_panes_without_a_table),
        cmocka_unit_test(test_clicks),
        cmocka_unit_test(test_second_click_opens),
        cmocka_unit_test(test_keys_of_pagers),
        cmocka_unit_test(test_clicks_on_tabs),
        cmocka_unit_test(test_wheel),
        cmocka_unit_test(test_timed),
        cmocka_unit_test(test_what_is_throttled_is_said),
        cmocka_unit_test(test_three_kinds_of_nothing),
        cmocka_unit_test(test_ranges_without_runtime),
        cmocka_unit_test(test_a_minute_of_a_core),
        cmocka_unit_test(test_dots),
        cmocka_unit_test(test_prompts_are_followed),
        cmocka_unit_test(test_our_delete_is_an_event),
        cmocka_unit_test(test_gcs_of_another_namespace_is_not_shown),
        cmocka_unit_test(test_short_ids),
        cmocka_unit_test(test_ages_are_said_when_they_mean_something),
        cmocka_unit_test(test_serve_api_gone_with_the_head),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
