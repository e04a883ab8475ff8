/* log_view_test.c - lines of logs and their ring; logs of one pod and of several, followed, searched, of a pod that is
 * gone. */
#include "tests/support/screen_file.h"
#include "tui/panes/log_view.h"

#include "backends/base/log_line.h"
#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint64_t start_ns = UINT64_C(1795523592000000000); /* 2026-11-24T12:33:12Z */

/* ---- lines --------------------------------------------------------------------------------------------------------
 */

static void test_stamps(void **state)
{
    (void)state;
    uint64_t ns = 0;
    size_t at = 0;
    char text[STAMP_TEXT_MAX];
    static const char good[] = "2026-11-24T12:33:12.123456789Z text";
    assert_true(log_stamp_parse(good, strlen(good), &ns, &at));
    assert_int_equal(ns, start_ns + 123456789);
    assert_string_equal(good + at, "text");
    assert_string_equal(log_stamp_text(text, ns), "12:33:12.123Z");
    assert_true(log_stamp_parse("2026-11-24T13:33:12+01:00 x", 27, &ns, &at));
    assert_int_equal(ns, start_ns);
    assert_true(log_stamp_parse("2026-11-24T12:33:12Z", 20, &ns, &at)); /* an empty line */
    assert_int_equal(at, 20);
    static const char *const bad[] = {"", " ", "text", "2026-11-24 x",
                                      "99999999999999999999999999999999999999999999999999"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) assert_false(log_stamp_parse(bad[i], strlen(bad[i]), &ns, &at));
    assert_false(log_stamp_parse("2026-11-24T12:33:12Z\0 x", 23, &ns, &at));
}

static void test_texts(void **state)
{
    static const struct {
        const char *raw, *want;
    } cases[] = {
        {"plain", "plain"},
        {"\x1b[1;31mred\x1b[0m", "red"},
        {"a\x1b]8;;http://x\x1b\\b", "ab"},
        {"a\x1b]0;t\x07"
         "b",
         "ab"},
        {"a\x1bPq\x1b\\b", "ab"},
        {"cut \x1b[3", "cut "},
        {"cut \x1b]0;never ended", "cut "},
        {"cut \x1b", "cut "},
        {"\x1b(Ba", "a"},
        {"\tx\ty", "        x       y"},
        {"bell\x07", "bell\\x07"},
        {"end\r", "end"},
        {"50%\r60%", "50%\\x0d60%"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *text = log_text_clean(cases[i].raw, strlen(cases[i].raw));
        assert_string_equal(text, cases[i].want);
        free(text);
    }
}

static void test_ring_is_bounded(void **state)
{
    (void)state;
    struct log_ring r;
    log_ring_init(&r);
    for (int i = 0; i < LOG_RING_LINES + 5; i++) log_ring_add(&r, (uint64_t)i, mem_printf("%d", i), false);
    assert_int_equal(r.first, 5);
    assert_int_equal(log_ring_end(&r), LOG_RING_LINES + 5);
    assert_string_equal(log_ring_at(&r, 5)->text, "5");
    assert_string_equal(log_ring_at(&r, log_ring_end(&r) - 1)->text, "10004");
    for (int i = 0; i < 600; i++) {
        char *big = mem_zero(1, LOG_LINE_MAX + 1);
        memset(big, 'x', LOG_LINE_MAX);
        log_ring_add(&r, 1, big, false);
        assert_true(r.bytes <= LOG_RING_BYTES);
    }
    assert_true(r.entries.count < 600);
    log_ring_done(&r);
}

/* ---- the view -----------------------------------------------------------------------------------------------------
 */

static void view_check(struct log_view *v, const char *name)
{
    static const int sizes[][2] = {{40, 120}, {24, 80}, {10, 40}};
    const struct view view = {.now_ms = 1, .wall_ms = start_ns / 1000000};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct canvas cv;
        char file[64];
        canvas_init(&cv, sizes[i][0], sizes[i][1]);
        canvas_fill(&cv, 0, 0, sizes[i][0], sizes[i][1], ROLE_TEXT, '~');
        v->overlay.ops->update(&v->overlay, &view, sizes[i][0], sizes[i][1]);
        v->overlay.ops->draw(&v->overlay, &view, &cv);
        snprintf(file, sizeof file, "logs-%s-%dx%d", name, sizes[i][1], sizes[i][0]);
        screen_check(file, &cv, true);
        canvas_done(&cv);
    }
}

static enum overlay_result view_press(struct log_view *v, uint32_t key)
{
    const struct view view = {.now_ms = 1};
    const struct input in = {.type = INPUT_KEY, .key = key};
    v->overlay.ops->update(&v->overlay, &view, 24, 80);
    return v->overlay.ops->input(&v->overlay, &view, &in);
}

static void ring_fill(struct log_ring *r, int lines, uint64_t step_ms, const char *what)
{
    log_ring_init(r);
    for (int i = 0; i < lines; i++)
        log_ring_add(
            r, start_ns + (uint64_t)i * step_ms * 1000000,
            mem_printf("INFO %s line %d of a log that is as wide as those of Serve are: POST /infer 200 1534.2ms "
                       "with 64 tokens",
                       what, i),
            false);
}

static void test_one_pod(void **state)
{
    (void)state;
    struct log_ring head;
    struct log_view v = {.streams = 0};
    ring_fill(&head, 60, 1500, "gcs");
    log_view_open(&v);
    snprintf(v.title, sizeof v.title, "mistral-44qn2-head-d4544 · ray-head");
    v.stream[0] = (struct log_stream){.ring = &head, .name = "head-d4544", .state = "following"};
    v.streams = 1;
    log_view_reset(&v);
    view_check(&v, "one");
    view_press(&v, 't');
    view_press(&v, 'W');
    for (const char *key = "/line 4"; *key; key++) view_press(&v, (unsigned char)*key);
    view_press(&v, KEYP_ENTER);
    view_check(&v, "searched");
    static const struct {
        uint32_t key;
        enum log_action action;
    } actions[] = {{'p', LOG_TOGGLE_PREVIOUS}, {'s', LOG_NEXT_SINCE}, {'c', LOG_NEXT_CONTAINER}, {'a', LOG_TOGGLE_ALL}};
    for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
        assert_int_equal(view_press(&v, actions[i].key), OVERLAY_ACTION);
        assert_int_equal(v.action, actions[i].action);
    }
    assert_int_equal(view_press(&v, 'w'), OVERLAY_SAVE);
    struct buf text;
    buf_init(&text, 1024 * 1024);
    v.overlay.ops->text(&v.overlay, &text);
    assert_int_equal(strncmp(buf_text(&text), "12:33:12.000Z INFO gcs line 0 of", 32), 0);
    buf_done(&text);
    assert_int_equal(view_press(&v, KEYP_ESC), OVERLAY_STAYS);
    assert_int_equal(view_press(&v, 'q'), OVERLAY_CANCELLED);
    v.overlay.ops->done(&v.overlay);
    log_ring_done(&head);
}

static void test_a_pod_that_is_gone(void **state)
{
    (void)state;
    struct log_ring head;
    struct log_view v = {.streams = 0};
    ring_fill(&head, 3, 1500, "gcs");
    log_ring_add(&head, start_ns + UINT64_C(5000000000),
                 mem_str("── pod deleted 12:33:17Z, UID 9c1e7a40-head: the lines above are the last of its log ──"),
                 true);
    log_view_open(&v);
    snprintf(v.title, sizeof v.title, "mistral-44qn2-head-d4544 · ray-head");
    v.stream[0] = (struct log_stream){.ring = &head,
                                      .name = "head-d4544",
                                      .state = "deleted 12:33:17Z, UID 9c1e7a40-head: its last lines",
                                      .bad = true};
    v.streams = 1;
    log_view_reset(&v);
    view_check(&v, "gone");
    v.overlay.ops->done(&v.overlay);
    log_ring_done(&head);
}

static void test_refused(void **state)
{
    (void)state;
    struct log_ring head;
    struct log_view v = {.streams = 0};
    log_ring_init(&head);
    log_view_open(&v);
    snprintf(v.title, sizeof v.title, "mistral-44qn2-head-d4544 · ray-head");
    v.previous = true;
    v.since = LOG_SINCE_5M;
    v.stream[0] = (struct log_stream){.ring = &head,
                                      .name = "head-d4544",
                                      .state = "previous terminated container \"ray-head\" in pod "
                                               "\"mistral-44qn2-head-d4544\" not found",
                                      .bad = true};
    v.streams = 1;
    log_view_reset(&v);
    view_check(&v, "refused");
    v.overlay.ops->done(&v.overlay);
    log_ring_done(&head);
}

static char *shown_of(struct log_view *v)
{
    const struct view view = {.now_ms = 1};
    struct buf text;
    buf_init(&text, 64 * 1024 * 1024);
    v->overlay.ops->update(&v->overlay, &view, 24, 80);
    v->overlay.ops->text(&v->overlay, &text);
    return buf_take(&text);
}

/* Merged by time; a position stays on its line while lines come before and behind it. */
static void test_several_pods(void **state)
{
    (void)state;
    struct log_ring head, one, two;
    struct log_view v = {.streams = 0};
    ring_fill(&head, 20, 2000, "gcs");
    ring_fill(&one, 30, 1500, "proxy");
    ring_fill(&two, 40, 1100, "replica");
    log_view_open(&v);
    snprintf(v.title, sizeof v.title, "of 3 pods of mistral-44qn2");
    v.all = true;
    v.stream[0] = (struct log_stream){.ring = &head, .name = "head-d4544", .state = "following"};
    v.stream[1] = (struct log_stream){.ring = &one, .name = "inf2-worker-q5rdw", .state = "following"};
    v.stream[2] = (struct log_stream){
        .ring = &two, .name = "inf2-worker-x2p7c", .state = "waiting for its log: connection refused", .bad = true};
    v.streams = 3;
    log_view_reset(&v);
    view_check(&v, "several");
    const struct view view = {.now_ms = 1};
    for (size_t i = 1; i < v.merged_end; i++) {
        const struct log_line_at *a = &v.merged[i - 1], *b = &v.merged[i];
        assert_true(log_ring_at(v.stream[a->stream].ring, a->n)->ns <= log_ring_at(v.stream[b->stream].ring, b->n)->ns);
    }
    view_press(&v, 'k');
    view_press(&v, 'k');
    const struct log_line_at top = v.merged[v.view.top - v.merged_first];
    log_ring_add(&head, start_ns + 1, mem_str("late"), false);
    log_ring_add(&one, start_ns + UINT64_C(90000000000), mem_str("newest"), false);
    v.overlay.ops->update(&v.overlay, &view, 24, 80);
    assert_int_equal(v.merged[v.view.top - v.merged_first].stream, top.stream);
    assert_int_equal(v.merged[v.view.top - v.merged_first].n, top.n);
    assert_int_equal(v.merged_end - v.merged_from, 92);
    /* What is new is appended; what was dropped goes, between others too. */
    const uint64_t generation = v.generation;
    log_ring_add(&two, start_ns + UINT64_C(90000000001), mem_str("newer"), false);
    v.overlay.ops->update(&v.overlay, &view, 24, 80);
    assert_int_equal(v.generation, generation);
    assert_int_equal(v.merged_end - v.merged_from, 93);
    for (int i = 0; i < 3 * LOG_RING_LINES; i++) {
        log_ring_add(&one, start_ns + UINT64_C(90000000002) + (uint64_t)i, mem_printf("flood %d", i), false);
        if (i % 500 == 0) v.overlay.ops->update(&v.overlay, &view, 24, 80);
        assert_true(v.merged_end - v.merged_from <= 2 * (LOG_RING_LINES + 100) + 2048);
    }
    char *shown = shown_of(&v);
    assert_null(strstr(shown, "proxy line"));
    assert_non_null(strstr(shown, "gcs line"));
    assert_non_null(strstr(shown, "flood 29999\n"));
    free(shown);
    v.overlay.ops->done(&v.overlay);
    log_ring_done(&head);
    log_ring_done(&one);
    log_ring_done(&two);
}

/* A flood: a frame costs what is visible, not what was received; the view shows how many lines were dropped. */
static void test_a_flood(void **state)
{
    (void)state;
    struct log_ring head;
    struct log_view v = {.streams = 0};
    ring_fill(&head, 3 * LOG_RING_LINES, 1, "flood");
    log_view_open(&v);
    snprintf(v.title, sizeof v.title, "mistral-44qn2-head-d4544 · ray-head");
    v.stream[0] = (struct log_stream){.ring = &head, .name = "head-d4544", .state = "following"};
    v.streams = 1;
    log_view_reset(&v);
    view_check(&v, "flood");
    v.overlay.ops->done(&v.overlay);
    log_ring_done(&head);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stamps),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_ring_is_bounded),
        cmocka_unit_test(test_one_pod),
        cmocka_unit_test(test_a_pod_that_is_gone),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_several_pods),
        cmocka_unit_test(test_a_flood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
