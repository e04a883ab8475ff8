/* steps_test.c - the steps of a deployment over the screen: how they look, and what scrolls. */
#include "tests/support/screen_file.h"
#include "tui/panes/steps_view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const names[] = {"prerequisites", "lint", "apply", "accepted", "answering"};

static void steps_fill(struct steps *s)
{
    steps_init(s, names, 5);
    steps_begin(s, 0);
    steps_log(s, 0, TONE_PLAIN, "KubeRay v1.7.0 in namespace kuberay-operator");
    steps_end(s, 0);
    steps_begin(s, 1);
    steps_log(s, 1, TONE_WARN, "ft.yaml:78:13: warning L22 head: the image's tag is latest");
    steps_end(s, 1);
    steps_begin(s, 2);
    steps_log(s, 2, TONE_PLAIN, "secret/hf-token serverside-applied");
}

static void steps_show(struct steps_view *v, const struct steps *s, const char *name)
{
    v->steps = s;
    static const int sizes[][2] = {{24, 80}, {10, 40}};
    for (size_t i = 0; i < 2; i++) {
        struct canvas cv;
        char file[64];
        canvas_init(&cv, sizes[i][0], sizes[i][1]);
        canvas_fill(&cv, 0, 0, sizes[i][0], sizes[i][1], ROLE_TEXT, '~');
        steps_view_update(v, sizes[i][0], sizes[i][1]);
        steps_view_draw(v, &cv);
        snprintf(file, sizeof file, "steps-%s-%dx%d", name, sizes[i][1], sizes[i][0]);
        screen_check(file, &cv, false);
        canvas_done(&cv);
    }
}

static void test_going_on(void **state)
{
    (void)state;
    struct steps s;
    struct steps_view v = {.title = "Deploy", .steps = &s};
    steps_view_open(&v);
    steps_fill(&s);
    steps_end(&s, 2);
    steps_begin(&s, 3);
    steps_end(&s, 3);
    steps_begin(&s, 4);
    steps_now(&s, 4,
              "pod mistral-44qn2-inf2-worker-q5rdw is Pending: FailedScheduling: 0/3 nodes are available: 3 "
              "Insufficient aws.amazon.com/neuron");
    steps_show(&v, &s, "going");
    steps_done(&s);
}

/* What waits for AWS can be stopped; a step without a name is none. */
static void test_stops(void **state)
{
    static const char *const aws_names[] = {"Redis in AWS", NULL, "prerequisites"};
    (void)state;
    struct steps s;
    struct steps_view v = {.title = "Deploy", .stops = true};
    steps_view_open(&v);
    steps_init(&s, aws_names, 3);
    steps_begin(&s, 0);
    steps_now(&s, 0, "ElastiCache ray-gcs has no endpoint yet: creating");
    steps_show(&v, &s, "stops");
    steps_done(&s);
}

static void test_failed(void **state)
{
    (void)state;
    struct steps s;
    struct steps_view v = {.title = "Deploy", .bad = true};
    steps_view_open(&v);
    steps_fill(&s);
    steps_log(&s, 2, TONE_BAD, "rayservice.ray.io/mistral: fields owned by kubectl: .spec.serveConfigV2");
    steps_end(&s, 2);
    for (size_t i = 3; i < s.count; i++) steps_skip(&s, i);
    snprintf(v.end, sizeof v.end, "rayservice.ray.io/mistral was not applied");
    steps_show(&v, &s, "failed");
    steps_done(&s);
}

static void test_scrolls(void **state)
{
    (void)state;
    struct steps s;
    struct steps_view v = {.title = "Deploy", .steps = &s};
    struct input up = {.type = INPUT_KEY, .key = KEYP_UP}, down = {.type = INPUT_KEY, .key = KEYP_DOWN};
    struct input esc = {.type = INPUT_KEY, .key = KEYP_ESC};
    steps_fill(&s);
    steps_view_open(&v);
    steps_view_update(&v, 8, 40);
    const uint64_t end = v.text.top;
    for (int i = 0; i < 3; i++) assert_int_equal(steps_view_input(&v, &up), OVERLAY_STAYS);
    assert_true(end > v.text.top && !v.text.follows);
    for (int i = 0; i < 1000; i++) steps_view_input(&v, &up);
    struct canvas cv;
    canvas_init(&cv, 8, 40);
    steps_view_update(&v, 8, 40);
    steps_view_draw(&v, &cv);
    assert_int_equal(v.text.top, 0); /* no further than there is */
    for (int i = 0; i < 1000; i++) steps_view_input(&v, &down);
    assert_true(v.text.follows);
    assert_int_equal(v.text.top, end);
    canvas_done(&cv);
    assert_int_equal(steps_view_input(&v, &esc), OVERLAY_CANCELLED);
    for (int rows = 0; rows < 6; rows++) { /* however small */
        canvas_init(&cv, rows + 1, rows + 1);
        steps_view_update(&v, rows + 1, rows + 1);
        steps_view_draw(&v, &cv);
        canvas_done(&cv);
    }
    steps_done(&s);
}

/* Keys ask for what the steps allow now, and for nothing else. */
static void test_keys(void **state)
{
    (void)state;
    const struct input s = {.type = INPUT_KEY, .key = 's'}, n = {.type = INPUT_KEY, .key = 'n'};
    const struct input enter = {.type = INPUT_KEY, .key = KEYP_ENTER};
    const struct input ctrl_s = {.type = INPUT_KEY, .key = 's', .mods = MOD_CTRL};
    struct steps none;
    steps_init(&none, NULL, 0);
    struct steps_view v = {.title = "Deploy", .steps = &none};
    assert_int_equal(steps_view_input(&v, &s), OVERLAY_STAYS);
    assert_int_equal(steps_view_input(&v, &n), OVERLAY_STAYS);
    assert_int_equal(steps_view_input(&v, &enter), OVERLAY_STAYS);
    v.stops = true;
    assert_int_equal(steps_view_input(&v, &ctrl_s), OVERLAY_STAYS);
    assert_int_equal(steps_view_input(&v, &s), OVERLAY_ACTION);
    assert_int_equal(v.action, STEPS_STOP);
    v = (struct steps_view){.title = "Deploy", .steps = &none, .asks = true};
    assert_int_equal(steps_view_input(&v, &n), OVERLAY_DECLINED);
    assert_int_equal(steps_view_input(&v, &enter), OVERLAY_ACTION);
    assert_int_equal(v.action, STEPS_CONFIRM);
}

static void test_many_lines_have_an_end(void **state)
{
    (void)state;
    struct steps s;
    steps_init(&s, names, 5);
    for (int i = 0; i < STEP_LINES + 5; i++) steps_log(&s, 0, TONE_PLAIN, "line \033 %d", i);
    assert_int_equal(s.item[0].count, STEP_LINES);
    assert_int_equal(s.item[0].beyond, 5);
    assert_string_equal(s.item[0].line[1].text, "line \\x1b 1");
    assert_int_equal(steps_end(&s, 0), STEP_OK);
    steps_done(&s);
}

/* What does not fit is counted, and what was bad in it is not forgotten. */
static void test_beyond(void **state)
{
    (void)state;
    struct steps s;
    struct steps_view v = {.title = "Deploy", .steps = &s};
    steps_init(&s, names, 1);
    steps_begin(&s, 0);
    for (int i = 0; i < STEP_LINES; i++) steps_log(&s, 0, TONE_PLAIN, "line %d", i);
    steps_log(&s, 0, TONE_BAD, "the last straw");
    steps_log(&s, 0, TONE_PLAIN, "and after it");
    assert_int_equal(steps_end(&s, 0), STEP_FAILED);
    struct canvas cv;
    canvas_init(&cv, 24, 80);
    steps_view_open(&v);
    steps_view_update(&v, 24, 80);
    steps_view_draw(&v, &cv);
    char *drawn = canvas_dump(&cv, false);
    assert_non_null(strstr(drawn, "line 999"));
    assert_non_null(strstr(drawn, "… and 2 more"));
    free(drawn);
    canvas_done(&cv);
    steps_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_beyond),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_going_on),
        cmocka_unit_test(test_stops),
        cmocka_unit_test(test_failed),
        cmocka_unit_test(test_scrolls),
        cmocka_unit_test(test_many_lines_have_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
