/* parts_test.c - the parts of the screen that have no pane: strip, answers, footer, message. */
#include "tests/support/screen_file.h"
#include "tests/support/world_fixture.h"
#include "tui/frame.h"
#include "tui/panes/answers_view.h"
#include "tui/panes/footer.h"
#include "tui/panes/screen.h"
#include "tui/panes/strip.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* One line of a canvas as text, without blanks at its end. */
static char *line_of(void (*draw)(struct canvas *cv, void *arg), void *arg, int cols)
{
    struct canvas cv;
    canvas_init(&cv, 1, cols);
    draw(&cv, arg);
    char *text = canvas_dump(&cv, false);
    canvas_done(&cv);
    text[strcspn(text, "\n")] = '\0';
    return text;
}

static void draw_strip(struct canvas *cv, void *arg)
{
    strip_draw(arg, cv);
}

/* Where this is stands on the left; the rest ends one column before the edge. */
static void check_strip(struct view *v, int cols, const char *left, const char *right)
{
    char *text = line_of(draw_strip, v, cols);
    int gap = cols - 1 - (int)text_width(left) - (int)text_width(right);
    char expected[512];
    snprintf(expected, sizeof expected, "%s%*s%s", left, gap, "", right);
    assert_true(gap > 0);
    assert_string_equal(text, expected);
    free(text);
}

/* The name alone would be another's as well. */
static void test_strip_of_all_namespaces_has_the_whole_name(void **state)
{
    (void)state;
    struct fixture f;
    fixture_calm(&f);
    struct view v = fixture_view(&f);
    struct change *c = change_source("kube/pods", WORLD_KUBE, SOURCE_LIVE, ERR_OK, NULL, NULL);
    c->key = mem_str(SCOPE_ALL);
    c->at_ms = v.now_ms;
    world_apply(f.world, c);
    check_strip(&v, 110, " trainium-inferentia › all › RayService mistral/mistral",
                "READ-ONLY kube redis neuron serve    12:42Z");
    check_strip(&v, 60, " all›mistral/mistral", "READ-ONLY k r n s 12:42Z");
    c->err = ERR_FORBIDDEN;
    record_set(&c->key, "mistral");
    world_apply(f.world, c);
    check_strip(&v, 130, " trainium-inferentia › all › RayService mistral/mistral",
                "READ-ONLY kube pods: namespace mistral only redis neuron serve    12:42Z");
    change_free(c);
    fixture_done(&f);
}

static void test_strip_gives_way_piece_by_piece(void **state)
{
    (void)state;
    struct fixture f;
    fixture_calm(&f);
    struct view v = fixture_view(&f);
    check_strip(&v, 96, " trainium-inferentia › mistral › RayService mistral",
                "READ-ONLY kube redis neuron serve 12:42Z");
    check_strip(&v, 80, " trainium-inferentia›mistral›mistral", "READ-ONLY kube redis neuron serve 12:42Z");
    check_strip(&v, 70, " trainium-inferentia›mistral›mistral", "READ-ONLY k r n s 12:42Z");
    check_strip(&v, 60, " mistral›mistral", "READ-ONLY kube redis neuron serve 12:42Z");
    check_strip(&v, 40, " mistral›mist…", "READ-ONLY k r n s 12:42Z");
    fixture_done(&f);
}

static void test_strip_says_what_may_be_done(void **state)
{
    (void)state;
    struct fixture f;
    fixture_calm(&f);
    struct view v = fixture_view(&f);
    f.chrome.armed_left_ms = 80001;
    v.armed = true;
    check_strip(&v, 106, " trainium-inferentia › mistral › RayService mistral",
                "ARMED 1m21s left kube redis neuron serve 12:42Z");
    f.chrome.armed_left_ms = 0;
    v.demo = true;
    check_strip(&v, 100, " trainium-inferentia › mistral › RayService mistral", "DEMO kube redis neuron serve 12:42Z");
    v.demo = false;
    check_strip(&v, 100, " trainium-inferentia › mistral › RayService mistral", "ARMED kube redis neuron serve 12:42Z");
    v.armed = false;
    f.chrome.insecure = true;
    f.chrome.context = NULL;
    check_strip(&v, 110, " no context › mistral › RayService mistral",
                "READ-ONLY TLS NOT VERIFIED kube redis neuron serve    12:42Z");
    fixture_done(&f);
}

/* Nothing of the strip moves as an outage begins; and what is left of an arming is no time of day. */
static void test_strip_stands_still(void **state)
{
    (void)state;
    static const int sizes[] = {80, 100, 120, 160};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct fixture f;
        fixture_calm(&f);
        struct view v = fixture_view(&f);
        v.demo = v.armed = true;
        char *calm = line_of(draw_strip, &v, sizes[i]);
        fixture_kill_head(&f);
        v = fixture_view(&f);
        v.demo = v.armed = true;
        f.chrome.armed_left_ms = 0;
        char *killed = line_of(draw_strip, &v, sizes[i]);
        const char *a = strstr(calm, " n"), *b = strstr(killed, " n");
        assert_non_null(a);
        assert_non_null(b);
        if (a - calm != b - killed) fail_msg("%s\n%s", calm, killed);
        free(calm);
        free(killed);
        fixture_done(&f);
    }
}

/* A word that counts down keeps its width. */
static void test_words_stand_still(void **state)
{
    (void)state;
    struct fixture f;
    fixture_calm(&f);
    const struct row *row = f.focus.head_row;
    struct pod *p = record_copy(row->record);
    p->deleted = known_u64(f.wall_ms + 30000);
    p->grace = known_u64(30);
    fixture_put(&f, "kube/pods", WORLD_KUBE, p);
    for (int i = 0; i < 29; i++) {
        struct answer a[ANSWERS];
        struct view v = fixture_view(&f);
        answers_of(v.world, v.focus, v.outage, v.previous, v.now_ms, v.wall_ms, a);
        assert_string_equal(a[1].question, "HEAD GOING");
        assert_int_equal(text_width(a[1].word), 6);
        fixture_wait(&f, 1000);
    }
    fixture_done(&f);
}

static void test_strip_says_what_is_wrong(void **state)
{
    (void)state;
    struct fixture f;
    fixture_calm(&f);
    fixture_apply(&f, change_source("neuron/q5rdw", WORLD_NEURON, SOURCE_OFF, ERR_OK, NULL, NULL));
    fixture_apply(&f, change_source("neuron/x2p7c", WORLD_NEURON, SOURCE_OFF, ERR_OK, NULL, NULL));
    fixture_apply(&f, change_source("redis", WORLD_REDIS, SOURCE_CONNECTING, ERR_OK, NULL, NULL));
    fixture_apply(&f, change_source("kube/pods", WORLD_KUBE, SOURCE_DENIED, ERR_FORBIDDEN, "no", NULL));
    fixture_sleep(&f, 14000);
    struct view v = fixture_view(&f);
    check_strip(&v, 120, " trainium-inferentia›mistral›mistral",
                "READ-ONLY kube STALE 14s redis connecting neuron off serve STALE 14s    12:42Z");
    fixture_done(&f);
}

/* A kind that may not be read is named: the rest is live. */
static void test_strip_names_what_is_denied(void **state)
{
    (void)state;
    struct fixture f;
    fixture_calm(&f);
    fixture_apply(&f, change_source("kube/nodes", WORLD_KUBE, SOURCE_DENIED, ERR_FORBIDDEN, "no", NULL));
    fixture_wait(&f, 1000);
    struct view v = fixture_view(&f);
    check_strip(&v, 120, " trainium-inferentia › mistral › RayService mistral",
                "READ-ONLY kube nodes: not permitted redis neuron serve    12:42Z");
    check_strip(&v, 60, " mistral›mistral", "READ-ONLY k part denied r n s 12:42Z");
    fixture_done(&f);
}

static void test_answers_at_both_widths(void **state)
{
    static const struct answer answers[ANSWERS] = {
        {"ANSWERING", VERDICT_OK, "YES",
         "proxies 60/60 probes, p95 48 ms · replicas 92 executions/s, 0 errors · 2 endpoints",
         "proxies 60/60 · 92 executions/s"},
        {"LOSE THE HEAD?", VERDICT_WARN, "pod: OK · node: NOT PROVEN", "GCS FT on · Redis ok", "FT on"},
        {"WORKER PODS", VERDICT_UNKNOWN, "–", "", ""},
    };
    (void)state;
    struct canvas cv;
    canvas_init(&cv, 3, 120);
    answers_draw(answers, &cv);
    char *wide = canvas_dump(&cv, false);
    assert_string_equal(
        wide, " ANSWERING        YES   proxies 60/60 probes, p95 48 ms · replicas 92 executions/s, 0 errors · "
              "2 endpoints\n LOSE THE HEAD?   pod: OK · node: NOT PROVEN   GCS FT on · Redis ok\n WORKER PODS    "
              "  –\n");
    assert_int_equal(canvas_cell(&cv, 0, 18)->role, ROLE_OK);
    assert_int_equal(canvas_cell(&cv, 1, 18)->role, ROLE_WARN);
    assert_int_equal(canvas_cell(&cv, 2, 18)->role, ROLE_DIM);
    free(wide);
    canvas_done(&cv);
    canvas_init(&cv, 3, 80);
    answers_draw(answers, &cv);
    char *narrow = canvas_dump(&cv, false);
    assert_string_equal(narrow, " ANSWERING      YES   proxies 60/60 · 92 executions/s\n"
                                " LOSE THE HEAD? pod: OK · node: NOT PROVEN  GCS FT on · Redis ok\n"
                                " WORKER PODS    –\n");
    free(narrow);
    canvas_done(&cv);
}

/* What does not fit is left out by whole parts; within the first it ends at a clause, or else at a word. */
static void test_answers_are_not_cut_in_the_middle(void **state)
{
    struct answer answers[ANSWERS] = {
        {"ANSWERING", VERDICT_WARN, "PARTLY",
         "model: the last prompt failed: timeout · service ok · 2 endpoints · proxies 2/2", ""},
        {"LOSE THE HEAD?", VERDICT_NO, "pod: NO · node: NO",
         "Redis down: gcs.cache:6379: refused; redis runs elsewhere", ""},
        {"LAST HEAD LOSS", VERDICT_OK, "74s ago", "ModuleNotFoundError: No module named ray_serve_mistral anywhere",
         ""},
    };
    (void)state;
    struct canvas cv;
    canvas_init(&cv, 3, 80);
    answers_draw(answers, &cv);
    char *narrow = canvas_dump(&cv, false);
    assert_string_equal(narrow, " ANSWERING      PARTLY  model: the last prompt failed: timeout · service ok\n"
                                " LOSE THE HEAD? pod: NO · node: NO  Redis down: gcs.cache:6379: refused\n"
                                " LAST HEAD LOSS 74s ago  ModuleNotFoundError: No module named …\n");
    free(narrow);
    canvas_done(&cv);
}

static void draw_footer(struct canvas *cv, void *arg)
{
    footer_draw(arg, cv);
}

static void check_footer(struct chrome *c, int cols, const char *expected)
{
    char *text = line_of(draw_footer, c, cols);
    assert_string_equal(text, expected);
    free(text);
}

static void test_footer(void **state)
{
    static const struct footer_key keys[] = {{"Enter", "open", true, false}, {"Tab", "pane", true, false},
                                             {"p", "ask", false, false},     {"?", "help", true, false},
                                             {"Esc", NULL, true, false},     {"x k", "kill", false, false},
                                             {"x d", "deploy", true, false}};
    (void)state;
    struct chrome c = {.keys = keys, .key_count = ARRAY_LEN(keys)};
    check_footer(&c, 80, " Enter open  Tab pane  ✗p ask  ? help  │ x act: ✗kill d deploy");
    check_footer(&c, 40, " Enter open  Tab pane  ✗p ask  ? help");
    check_footer(&c, 24, " Enter open  Tab pane");
    c.footer_tail = "q asks: recovery running";
    check_footer(&c, 80, " Enter open  Tab pane  ✗p ask  ? help  │ x act  │ q asks: recovery running");
    check_footer(&c, 100, " Enter open  Tab pane  ✗p ask  ? help  │ x act: ✗kill d deploy  │ q asks: recovery running");
    check_footer(&c, 65, " Enter open  Tab pane  ✗p ask  ? help  │ q asks: recovery running");
    check_footer(&(struct chrome){0}, 80, "");
}

static bool works_read_only(void *arg, enum command_id id)
{
    (void)arg;
    return !(commands[id].needs & (NEED_ARMED | NEED_REPLAY | NEED_ARMABLE));
}

/* The pane with that letter, as on a screen of so many columns. */
static struct screen *screen_at(struct fixture *f, struct view *v, char letter, int cols)
{
    struct screen *s = screen_new();
    *v = fixture_view(f);
    screen_size(s, 24, cols);
    screen_update(s, v);
    (void)screen_focus(s, letter);
    screen_update(s, v);
    return s;
}

/* Of the table itself: whoever knows k9s finds sorting, search, copy, another namespace (by :) and the way out. */
static void test_footer_of_80_columns(void **state)
{
    (void)state;
    struct fixture f;
    struct view v;
    struct footer_key keys[FRAME_KEYS];
    fixture_calm(&f);
    struct screen *s = screen_at(&f, &v, '1', 80);
    struct chrome c = {.keys = keys, .key_count = frame_keys(s, v.world, 24, false, works_read_only, NULL, keys)};
    static const char *const found[] = {"/ filter", "o sort", "c copy", ": cmd", "? help", "q quit", "x act"};
    for (int cols = 80; cols <= 160; cols += 40) {
        char *text = line_of(draw_footer, &c, cols);
        for (size_t i = 0; i < ARRAY_LEN(found); i++)
            if (!strstr(text, found[i])) fail_msg("%s is not in %s", found[i], text);
        free(text);
    }
    check_footer(&c, 40, " Enter open  : cmd  ? help  q quit");
    screen_free(s);
    fixture_done(&f);
}

static void test_footer_of_the_stage(void **state)
{
    (void)state;
    struct fixture f;
    struct view v;
    struct footer_key keys[FRAME_KEYS];
    fixture_calm(&f);
    struct screen *s = screen_at(&f, &v, stage_pane_ops.letter, 80);
    const size_t count = frame_keys(s, v.world, 24, false, works_read_only, NULL, keys);
    for (size_t i = 0; i < count; i++) {
        static const char *const of_rows[] = {"Enter", "/", "o", "c", "y", "d"};
        for (size_t k = 0; k < ARRAY_LEN(of_rows); k++) assert_string_not_equal(keys[i].key, of_rows[k]);
    }
    assert_true(count > 5);
    screen_free(s);
    fixture_done(&f);
}

static const char *word_of(const struct footer_key *keys, size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(keys[i].key, key) == 0) return keys[i].word;
    return NULL;
}

/* The keys are held against what the screen does with them. */
static void keys_check(struct screen *s, const struct view *v, const struct footer_key *keys, size_t count)
{
    struct selection selection;
    const bool opened = screen_detail_opened(s), row = screen_selection(s, &selection);
    const char *slash = word_of(keys, count, "/");
    assert_int_equal(word_of(keys, count, "o") != NULL, screen_table(s) != NULL);
    assert_int_equal(word_of(keys, count, "Esc") != NULL, opened);
    assert_int_equal(word_of(keys, count, "q") != NULL, !opened);
    if (word_of(keys, count, "c")) assert_true(row);
    if (slash) assert_string_equal(slash, opened ? "search" : "filter");
    if (slash) {
        assert_true(screen_filter(s));
        assert_true(screen_typing(s));
        assert_true(screen_back(s));
        screen_update(s, v);
    }
    assert_int_equal(screen_detail_opened(s), opened);
    if (!word_of(keys, count, "Enter")) return;
    assert_false(opened);
    assert_true(screen_open(s));
    assert_true(screen_back(s));
}

static bool works_all(void *arg, enum command_id id)
{
    (void)arg;
    return !(commands[id].needs & NEED_REPLAY);
}

/* At 80 columns, whatever else is offered: the help and the way out, whole, each key one that works there. */
static void footer_check(struct screen *s, const struct view *v, const char *what)
{
    struct footer_key keys[FRAME_KEYS];
    bool (*const may[])(void *arg, enum command_id id) = {works_all, works_read_only};
    for (size_t i = 0; i < ARRAY_LEN(may); i++)
        for (int tail = 0; tail < 2; tail++) {
            struct chrome c = {.keys = keys, .footer_tail = tail ? "q asks: recovery running" : NULL};
            c.key_count = frame_keys(s, v->world, 24, false, may[i], NULL, keys);
            char *text = line_of(draw_footer, &c, 80);
            const char *out = screen_detail_opened(s) ? "Esc back" : screen_opened(s) ? "q back" : "q quit";
            if (!strstr(text, "? help") || !strstr(text, out) || !strstr(text, ": cmd"))
                fail_msg("%s of %s: %s", screen_pane(s)->ops->name, what, text);
            free(text);
        }
    keys_check(s, v, keys, frame_keys(s, v->world, 24, false, works_all, NULL, keys));
}

static void test_every_footer_has_the_help_and_the_way_out(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        void (*build)(struct fixture *f);
        bool killed;
    } worlds[] = {{"calm", fixture_calm, false}, {"empty", fixture_empty, false}, {"killed", fixture_calm, true}};
    size_t opened = 0;
    for (size_t w = 0; w < ARRAY_LEN(worlds); w++) {
        struct fixture f;
        struct view v;
        worlds[w].build(&f);
        if (worlds[w].killed) fixture_kill_head(&f);
        for (size_t i = 0; pane_kinds[i]; i++) {
            struct screen *s = screen_at(&f, &v, pane_kinds[i]->letter, 80);
            footer_check(s, &v, worlds[w].name);
            if (screen_open(s)) {
                screen_update(s, &v);
                footer_check(s, &v, worlds[w].name);
                opened++;
            }
            screen_free(s);
        }
        fixture_done(&f);
    }
    assert_true(opened > 8);
}

static void draw_message(struct canvas *cv, void *arg)
{
    footer_message(arg, cv);
}

static void test_message(void **state)
{
    (void)state;
    struct chrome c = {.message = "armed: no – this context has never been armed"};
    char *text = line_of(draw_message, &c, 30);
    assert_string_equal(text, " armed: no – this context ha…");
    free(text);
    c.message = NULL;
    text = line_of(draw_message, &c, 30);
    assert_string_equal(text, "");
    free(text);
}

/* What to do next stands at a message's end: it takes the rows above its own, from below, where it has some. */
static void test_a_long_message_takes_more_rows(void **state)
{
    (void)state;
    static const struct {
        const char *message, *screen;
    } cases[] = {{"short", "~~~~~~~~~~~~~~~~~~~~\n~~~~~~~~~~~~~~~~~~~~\n short\n"},
                 {"select a worker pod of this", "~~~~~~~~~~~~~~~~~~~~\n select a worker\n pod of this\n"},
                 {"one two three four five six seven eight nine ten eleven",
                  " one two three four\n five six seven\n eight nine ten el…\n"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct canvas cv;
        const struct chrome c = {.message = cases[i].message};
        canvas_init(&cv, 3, 20);
        canvas_fill(&cv, 0, 0, 3, 20, ROLE_TEXT, '~');
        footer_message(&c, &cv);
        char *text = canvas_dump(&cv, false);
        assert_string_equal(text, cases[i].screen);
        free(text);
        canvas_done(&cv);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strip_of_all_namespaces_has_the_whole_name),
        cmocka_unit_test(test_strip_gives_way_piece_by_piece),
        cmocka_unit_test(test_strip_says_what_may_be_done),
        cmocka_unit_test(test_strip_stands_still),
        cmocka_unit_test(test_words_stand_still),
        cmocka_unit_test(test_strip_says_what_is_wrong),
        cmocka_unit_test(test_strip_names_what_is_denied),
        cmocka_unit_test(test_answers_at_both_widths),
        cmocka_unit_test(test_answers_are_not_cut_in_the_middle),
        cmocka_unit_test(test_footer),
        cmocka_unit_test(test_footer_of_80_columns),
        cmocka_unit_test(test_footer_of_the_stage),
        cmocka_unit_test(test_every_footer_has_the_help_and_the_way_out),
        cmocka_unit_test(test_message),
        cmocka_unit_test(test_a_long_message_takes_more_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
