/* timeline_pane_test.c - the pane of the timeline: how it looks before, in and after a real head kill, without fault
 * tolerance, with a source that is down and with nothing; its keys; what Enter opens. */
#include "backends/base/mem.h"
#include "tests/support/painted.h"
#include "tests/support/replay.h"
#include "tests/support/run.h"
#include "tests/support/screen_file.h"
#include "tests/support/world_fixture.h"
#include "tui/panes/screen_priv.h"
#include "tui/panes/timeline_draw_priv.h"
#include "tui/panes/timeline_pane.h"
#include "tui/panes/timeline_svg.h"
#include "tui/panes/timeline_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KILL_MS UINT64_C(1795440528077) /* marks.txt of ray-mistral */

static const struct footer_key keys[] = {
    {"Enter", "open", true, false}, {"Tab", "pane", true, false}, {"?", "help", true, false}};
static const struct {
    int rows, cols;
} sizes[] = {{60, 200}, {40, 120}, {24, 80}, {10, 40}};

struct shown {
    struct screen *screen;
    struct chrome chrome;
    struct canvas cv;
};

static void shown_open(struct shown *s, int rows, int cols)
{
    *s = (struct shown){.screen = screen_new(), .chrome = {.context = "trainium-inferentia"}};
    s->chrome.keys = keys;
    s->chrome.key_count = ARRAY_LEN(keys);
    canvas_init(&s->cv, rows, cols);
    screen_size(s->screen, rows, cols);
    assert_true(screen_focus(s->screen, 'T'));
}

static void shown_close(struct shown *s)
{
    canvas_done(&s->cv);
    screen_free(s->screen);
}

static void shown_draw(struct shown *s, struct view v)
{
    v.chrome = &s->chrome;
    screen_update(s->screen, &v);
    screen_draw(s->screen, &v, &s->cv);
}

static struct timeline_pane *shown_pane(const struct shown *s)
{
    return (struct timeline_pane *)s->screen->panes[LAYOUT_TIMELINE];
}

static void shown_key(struct shown *s, struct view v, uint32_t key)
{
    const struct input in = {.type = INPUT_KEY, .key = key};
    v.chrome = &s->chrome;
    screen_input(s->screen, &v, &in);
    shown_draw(s, v);
}

/* On each size, after these keys. */
static void screens_check(const char *name, struct view v, const char *typed)
{
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct shown s;
        char file[64];
        shown_open(&s, sizes[i].rows, sizes[i].cols);
        shown_draw(&s, v);
        for (const char *key = typed; *key; key++) shown_key(&s, v, (uint32_t)*key);
        snprintf(file, sizeof file, "timeline-%s-%dx%d", name, sizes[i].cols, sizes[i].rows);
        screen_check(file, &s.cv, false);
        shown_close(&s);
    }
}

static void before_in_and_after_a_kill(void **state)
{
    (void)state;
    struct replay p;
    replay_open(&p, "ray-mistral", REPLAY_PROMPTS);
    replay_until(&p, KILL_MS - 2000);
    screens_check("before", replay_view(&p), "");
    replay_until(&p, KILL_MS + 38000);
    screens_check("outage", replay_view(&p), "hhhhh");
    replay_until(&p, KILL_MS + 75000);
    screens_check("after", replay_view(&p), "bllllllllll");
    replay_until(&p, p.end_ms);
    screens_check("two-kills", replay_view(&p), "-");
    replay_close(&p);
}

/* Each loss has its rungs, counted from its own T0, and b goes from one to the one before. */
static void several_losses_show_the_rungs_of_each(void **state)
{
    (void)state;
    struct replay p;
    struct shown s;
    char words[TIMELINE_WORDS_MAX];
    struct buf text;
    replay_open(&p, "ray-mistral", REPLAY_PROMPTS);
    replay_until(&p, p.end_ms);
    shown_open(&s, 60, 200);
    shown_draw(&s, replay_view(&p));
    shown_key(&s, replay_view(&p), '-');
    struct timeline_pane *t = shown_pane(&s);
    shown_key(&s, replay_view(&p), 'b');
    assert_int_equal(t->scene.cursor_ms, p.outage.t0_ms);
    ladder_words(&t->scene, words);
    assert_string_equal(words, "1 +0.0s: delete accepted");
    shown_key(&s, replay_view(&p), 'b');
    assert_int_equal(outage_past(replay_recovery(&p))->count, 1);
    assert_int_equal(t->scene.cursor_ms, outage_past(replay_recovery(&p))->loss[0]->t0_ms);
    ladder_words(&t->scene, words);
    assert_string_equal(words, "13:28:48Z: 1 +0.0s: delete accepted");
    shown_key(&s, replay_view(&p), 'b'); /* there is none before it */
    assert_int_equal(t->scene.cursor_ms, p.outage.t0_ms);
    buf_init(&text, 1 << 20);
    timeline_text(&t->scene, "two", 160, false, &text);
    const char *first = strstr(buf_text(&text), "T0 13:28:48Z, head pod deleted"),
               *second = strstr(buf_text(&text), "T0 13:30:23Z, head pod deleted");
    assert_true(first && second && first < second);
    assert_non_null(strstr(first, "7   +43.1s"));
    assert_non_null(strstr(second, "7   +13.4s"));
    buf_clear(&text);
    timeline_svg(&t->scene, "two", SVG_LIGHT, &text);
    assert_non_null(strstr(buf_text(&text), "T0 13:28:48Z, head pod deleted"));
    buf_done(&text);
    shown_close(&s);
    replay_close(&p);
}

static void without_fault_tolerance(void **state)
{
    (void)state;
    struct replay p;
    replay_open(&p, "real-noft-kill", REPLAY_PROMPTS);
    replay_until(&p, p.begin_ms + 70000);
    screens_check("no-ft", replay_view(&p), "");
    replay_close(&p);
}

/* A minute of a calm day, watched. */
static void fixture_minute(struct fixture *f)
{
    for (int i = 0; i < 60; i++) {
        fixture_probe(f, "ok", 38000);
        fixture_way(f, "ok");
        if (i % 15 == 5) fixture_prompt(f, "ok", 4000, 4000000, "an answer");
        fixture_wait(f, 1000);
    }
}

static void redis_is_down(void **state)
{
    (void)state;
    struct fixture f;
    fixture_calm(&f);
    fixture_minute(&f);
    fixture_apply(&f, change_source("redis", WORLD_REDIS, SOURCE_DOWN, ERR_REFUSED, "gcs.cache:6379: refused", NULL));
    for (int i = 0; i < 20; i++) {
        fixture_probe(&f, "ok", 38000);
        fixture_way(&f, "ok");
        fixture_wait(&f, 1000);
    }
    screens_check("redis-down", fixture_view(&f), "jjjj");
    fixture_done(&f);
}

static size_t canvas_count(const struct canvas *cv, const char *text)
{
    char *all = canvas_dump(cv, false);
    size_t count = 0;
    for (const char *at = all; (at = strstr(at, text)); at += strlen(text)) count++;
    free(all);
    return count;
}

/* That nobody watched yet is no failure of anything: one label says it; a question mark is a source that was down. */
static void the_time_before_the_console_is_quiet(void **state)
{
    (void)state;
    struct replay p;
    replay_open(&p, "ray-mistral", REPLAY_PROMPTS);
    replay_until(&p, KILL_MS - 2000);
    for (size_t i = 0; i < 3; i++) {
        struct shown s;
        shown_open(&s, sizes[i].rows, sizes[i].cols);
        shown_draw(&s, replay_view(&p));
        assert_int_equal(canvas_count(&s.cv, " not watched "), 1);
        assert_int_equal(canvas_count(&s.cv, "? "), 3); /* "LOSE THE HEAD?", "? unknown", "? help" */
        shown_close(&s);
    }
    replay_close(&p);
}

static void nothing_was_watched(void **state)
{
    (void)state;
    struct fixture f;
    fixture_empty(&f);
    screens_check("empty", fixture_view(&f), "h+-nNbgGj");
    fixture_done(&f);
}

static void in_ascii_and_by_roles(void **state)
{
    (void)state;
    struct replay p;
    struct shown s;
    replay_open(&p, "ray-mistral", REPLAY_PROMPTS);
    replay_until(&p, KILL_MS + 75000);
    shown_open(&s, 40, 120);
    s.cv.ascii = true;
    shown_draw(&s, replay_view(&p));
    screen_check("timeline-ascii-120x40", &s.cv, false);
    s.cv.ascii = false;
    shown_draw(&s, replay_view(&p));
    screen_check("timeline-roles-120x40", &s.cv, true);
    shown_close(&s);
    replay_close(&p);
}

/* A terminal of 16 colours, which no package that is always there describes. */
static char *sixteen_colors_make(void)
{
    char *folder = run_folder();
    char *command =
        mem_printf("printf 'raydeck-16|16 colours,\\n\\tcolors#16, pairs#256, use=xterm-256color,\\n' >%s/ti "
                   "&& tic -x -o %s %s/ti && rm %s/ti",
                   folder, folder, folder, folder);
    assert_int_equal(system(command), 0);
    assert_int_equal(setenv("TERMINFO", folder, 1), 0);
    free(command);
    return folder;
}

/* As the terminal gets it: the cursor, the states and the marks differ in each depth. */
static void in_each_depth_of_colour(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct painted_terminal terminal;
    } depths[] = {{"mono", {"xterm-256color", "default", 0, true, false}},
                  {"16", {"raydeck-16", "default", 16, false, false}},
                  {"256", {"xterm-256color", "default", 256, false, false}},
                  {"direct", {"xterm-256color", "light", 256, false, true}}};
    struct replay p;
    struct shown s;
    char *folder = sixteen_colors_make();
    replay_open(&p, "ray-mistral", REPLAY_PROMPTS);
    replay_until(&p, KILL_MS + 38000);
    shown_open(&s, 40, 120);
    shown_draw(&s, replay_view(&p));
    for (size_t i = 0; i < ARRAY_LEN(depths); i++) {
        char file[64], *text = painted_text(&depths[i].terminal, &s.cv);
        snprintf(file, sizeof file, "timeline-%s-120x40", depths[i].name);
        screen_check_text(file, text);
        free(text);
    }
    shown_close(&s);
    replay_close(&p);
    unsetenv("TERMINFO");
    run_remove(folder);
}

/* As a recording that is sought in begins its timeline anew, while another pane is shown: seen with ASan. */
static void a_timeline_that_is_gone_is_not_read(void **state)
{
    (void)state;
    struct replay p;
    struct shown s;
    struct selection selected;
    replay_open(&p, "ray-mistral", REPLAY_PROMPTS);
    replay_until(&p, KILL_MS);
    shown_open(&s, 40, 120);
    shown_draw(&s, replay_view(&p));
    assert_true(screen_selection(s.screen, &selected));
    assert_true(screen_focus(s.screen, '1'));
    shown_draw(&s, replay_view(&p));
    replay_close(&p);
    assert_true(screen_focus(s.screen, 'T'));
    (void)screen_selection(s.screen, &selected);
    replay_open(&p, "ray-mistral", REPLAY_PROMPTS);
    replay_until(&p, KILL_MS);
    shown_draw(&s, replay_view(&p));
    assert_true(screen_selection(s.screen, &selected));
    replay_close(&p); /* and while it is shown itself */
    assert_true(screen_selection(s.screen, &selected));
    replay_open(&p, "ray-mistral", REPLAY_PROMPTS);
    replay_until(&p, KILL_MS);
    shown_key(&s, replay_view(&p), 'n');
    shown_close(&s);
    replay_close(&p);
}

/* ---- keys -------------------------------------------------------------------------------------------------------- */

/* A key that finds nothing says so: silence would be taken for a key that does not work. */
static void what_is_not_found_is_said(void **state)
{
    (void)state;
    struct replay p;
    struct shown s;
    replay_open(&p, "ray-mistral", REPLAY_PROMPTS);
    replay_until(&p, KILL_MS - 2000);
    shown_open(&s, 40, 120);
    shown_draw(&s, replay_view(&p));
    static const struct {
        uint32_t key;
        const char *words;
        bool may_come;
    } cases[] = {{'b', "no head was lost so far", true}, {'n', "this lane has no change after the cursor", true}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct input in = {.type = INPUT_KEY, .key = cases[i].key};
        const struct view v = replay_view(&p);
        const struct pane_request r = screen_input(s.screen, &v, &in);
        assert_int_equal(r.type, REQUEST_SAY);
        assert_string_equal(r.words, cases[i].words);
        assert_int_equal(r.may_come, cases[i].may_come);
    }
    shown_close(&s);
    replay_close(&p);
}

static void the_cursor_moves_and_follows(void **state)
{
    (void)state;
    struct replay p;
    struct shown s;
    replay_open(&p, "ray-mistral", REPLAY_PROMPTS);
    replay_until(&p, KILL_MS + 60000);
    shown_open(&s, 40, 120);
    shown_draw(&s, replay_view(&p));
    struct timeline_pane *t = shown_pane(&s);
    assert_int_equal(t->scene.cursor_ms, p.now_ms);
    shown_key(&s, replay_view(&p), 'b');
    assert_int_equal(t->scene.cursor_ms, p.outage.t0_ms);
    const uint64_t column = t->plan.col_ms;
    shown_key(&s, replay_view(&p), 'l');
    shown_key(&s, replay_view(&p), 'L');
    shown_key(&s, replay_view(&p), 'h');
    assert_int_equal(t->scene.cursor_ms, p.outage.t0_ms + 10 * column);
    assert_int_equal(screen_pane(s.screen)->ops == &timeline_pane_ops, 1); /* left and right are the timeline's */
    /* Time goes on: the cursor stays where it was, until the window's edge would pass it. */
    const uint64_t cursor = t->scene.cursor_ms;
    for (int i = 0; i < 10; i++) {
        replay_until(&p, p.now_ms + 15000);
        shown_draw(&s, replay_view(&p));
        assert_int_equal(t->scene.cursor_ms, cursor);
        assert_true(cursor >= t->plan.from_ms && cursor <= t->plan.from_ms + (uint64_t)t->plan.plot * t->plan.col_ms);
    }
    shown_key(&s, replay_view(&p), 'G');
    assert_int_equal(t->scene.cursor_ms, p.now_ms);
    assert_int_equal(t->scene.to_ms, p.now_ms);
    /* Zoomed out and in again, all within two minutes and two hours. */
    for (int i = 0; i < 20; i++) shown_key(&s, replay_view(&p), '-');
    assert_int_equal(t->scene.to_ms - t->scene.from_ms, TIMELINE_MS);
    for (int i = 0; i < 20; i++) shown_key(&s, replay_view(&p), '+');
    assert_int_equal(t->scene.to_ms - t->scene.from_ms, 2 * 60 * 1000);
    shown_key(&s, replay_view(&p), KEYP_PGUP);
    assert_true(t->scene.to_ms < p.now_ms);
    for (int i = 0; i < 300; i++) shown_key(&s, replay_view(&p), KEYP_PGUP);
    assert_true(t->scene.to_ms >= p.now_ms - TIMELINE_MS);
    for (int i = 0; i < 300; i++) shown_key(&s, replay_view(&p), KEYP_PGDN);
    assert_int_equal(t->scene.to_ms, p.now_ms);
    shown_close(&s);
    replay_close(&p);
}

static void a_lane_is_walked_by_what_happened_in_it(void **state)
{
    (void)state;
    struct replay p;
    struct shown s;
    char words[TIMELINE_WORDS_MAX];
    replay_open(&p, "ray-mistral", REPLAY_PROMPTS);
    replay_until(&p, KILL_MS + 75000);
    shown_open(&s, 40, 120);
    shown_draw(&s, replay_view(&p));
    struct timeline_pane *t = shown_pane(&s);
    assert_string_equal(t->plan.lane[t->scene.selected].name, "snqps");
    shown_key(&s, replay_view(&p), 'N'); /* from now back to when it was gone */
    timeline_words(p.timeline, &t->plan.lane[t->scene.selected], t->scene.cursor_ms, 1, words);
    assert_non_null(strstr(words, "gone"));
    shown_key(&s, replay_view(&p), 'N');
    timeline_words(p.timeline, &t->plan.lane[t->scene.selected], t->scene.cursor_ms, 1, words);
    assert_non_null(strstr(words, "Terminating"));
    const uint64_t at = t->scene.cursor_ms;
    assert_true(at >= KILL_MS && at < KILL_MS + 3000);
    shown_key(&s, replay_view(&p), 'n');
    assert_true(t->scene.cursor_ms > at);
    shown_close(&s);
    replay_close(&p);
}

static bool canvas_has(const struct canvas *cv, const char *text)
{
    char *all = canvas_dump(cv, false);
    const bool has = strstr(all, text) != NULL;
    free(all);
    return has;
}

static void enter_opens_what_lies_there(void **state)
{
    (void)state;
    static const struct {
        enum timeline_kind kind;
        const char *text;
    } cases[] = {{LANE_HEAD, "earlier                  not watched yet"},
                 {LANE_WORKER, "Running 1/1, 0 restarts"},
                 {LANE_BEAT, "s old"},
                 {LANE_FIELDS, " Redis fields"},
                 {LANE_ROUTE, "History"},
                 {LANE_PROMPTS, "phase"},
                 {LANE_EVENTS, "count"},
                 {LANE_ENDPOINTS, "ready, 2 besides the head"}};
    struct replay p;
    replay_open(&p, "ray-mistral", REPLAY_PROMPTS);
    replay_until(&p, KILL_MS + 60000);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct shown s;
        shown_open(&s, 60, 120);
        shown_draw(&s, replay_view(&p));
        struct timeline_pane *t = shown_pane(&s);
        t->kind = cases[i].kind;
        t->key[0] = '\0';
        shown_key(&s, replay_view(&p), 'b');
        assert_int_equal(t->plan.lane[t->scene.selected].kind, cases[i].kind);
        assert_true(screen_open(s.screen));
        shown_draw(&s, replay_view(&p));
        if (!canvas_has(&s.cv, cases[i].text)) {
            char *all = canvas_dump(&s.cv, false);
            fail_msg("lane %d does not tell \"%s\":\n%s", (int)cases[i].kind, cases[i].text, all);
        }
        assert_true(canvas_has(&s.cv, "Esc back"));
        shown_close(&s);
    }
    replay_close(&p);
}

/* The selected lane is on the screen, however few rows there are and however many lanes. */
static void the_selected_lane_is_always_shown(void **state)
{
    (void)state;
    struct fixture f;
    fixture_calm(&f);
    fixture_many_pods(&f, 30);
    fixture_wait(&f, 1000);
    for (int rows = 10; rows <= 60; rows += 7) {
        struct shown s;
        shown_open(&s, rows, 80);
        shown_draw(&s, fixture_view(&f));
        struct timeline_pane *t = shown_pane(&s);
        for (size_t i = 0; i + 1 < t->plan.lanes; i++) {
            bool found = false;
            shown_key(&s, fixture_view(&f), 'j');
            assert_int_equal(t->scene.selected, i + 1);
            for (int line = 0; line < t->plan.lines; line++) found = found || t->plan.line[line].lane == i + 1;
            assert_true(found || rows <= 10);
        }
        shown_close(&s);
    }
    fixture_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_in_and_after_a_kill),
        cmocka_unit_test(several_losses_show_the_rungs_of_each),
        cmocka_unit_test(without_fault_tolerance),
        cmocka_unit_test(redis_is_down),
        cmocka_unit_test(the_time_before_the_console_is_quiet),
        cmocka_unit_test(nothing_was_watched),
        cmocka_unit_test(in_ascii_and_by_roles),
        cmocka_unit_test(in_each_depth_of_colour),
        cmocka_unit_test(what_is_not_found_is_said),
        cmocka_unit_test(the_cursor_moves_and_follows),
        cmocka_unit_test(a_lane_is_walked_by_what_happened_in_it),
        cmocka_unit_test(enter_opens_what_lies_there),
        cmocka_unit_test(the_selected_lane_is_always_shown),
        cmocka_unit_test(a_timeline_that_is_gone_is_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
