/* timeline_text_test.c - the timeline as lines of text and as SVG: well-formed, without scripts, of either theme, and
 * unmoved by hostile names. */
#include "backends/aws/xml_walk.h"
#include "backends/base/mem.h"
#include "tests/support/replay.h"
#include "tests/support/screen_file.h"
#include "tests/support/world_fixture.h"
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

static char *svg_of(const struct timeline_scene *s, enum svg_theme theme)
{
    struct buf out;
    buf_init(&out, TIMELINE_SVG_MAX);
    timeline_svg(s, "RayService a<b/&\"c'", theme, &out);
    return buf_take(&out);
}

static void on_element(void *arg, const char *path, const char *text)
{
    size_t *count = arg;
    (void)text;
    assert_false(xml_ends(path, "script") || xml_ends(path, "image") || xml_ends(path, "a") ||
                 xml_ends(path, "foreignObject"));
    ++*count;
}

/* Well-formed, and nothing in it reaches out or runs. */
static void svg_check(const char *text)
{
    static const char *const never[] = {"<script", "href", "onload", "javascript:", "@import", "nan", "inf\"", "data:"};
    struct why why = {0};
    size_t count = 0;
    const struct xml_calls calls = {.close = on_element, .arg = &count};
    if (xml_walk(text, strlen(text), &calls, &why)) fail_msg("%s", why.text);
    assert_true(count > 40);
    for (size_t i = 0; i < ARRAY_LEN(never); i++)
        if (strstr(text, never[i])) fail_msg("it has \"%s\"", never[i]);
    /* The only addresses are the name of the format and our own patterns. */
    const char *http = strstr(text, "http");
    assert_ptr_equal(http, strstr(text, "http://www.w3.org/2000/svg"));
    assert_null(strstr(http + 1, "http"));
    for (const char *url = text; (url = strstr(url, "url(")); url++) assert_int_equal(url[4], '#');
}

static void a_kill_as_text_and_picture(void **state)
{
    (void)state;
    struct replay p;
    struct buf out;
    replay_open(&p, "ray-mistral", REPLAY_PROMPTS);
    replay_until(&p, KILL_MS + 75000);
    const struct timeline_scene s = timeline_scene_of_loss(p.timeline, &p.outage);
    assert_true(s.from_ms < p.outage.t0_ms && s.to_ms > p.outage.t0_ms && s.to_ms <= p.now_ms);
    buf_init(&out, TIMELINE_TEXT_MAX);
    timeline_text(&s, "RayService mistral/mistral", TIMELINE_TEXT_COLS, false, &out);
    screen_check_text("timeline-text", buf_text(&out));
    buf_clear(&out);
    timeline_text(&s, "RayService mistral/mistral", 80, true, &out);
    for (size_t i = 0; i < out.len; i++)
        assert_true((unsigned char)out.data[i] < 0x80 || i < 200); /* the caption's dots */
    buf_done(&out);
    char *text = svg_of(&s, SVG_AUTO), *light = svg_of(&s, SVG_LIGHT), *dark = svg_of(&s, SVG_DARK);
    svg_check(text);
    svg_check(light);
    svg_check(dark);
    assert_non_null(strstr(text, "prefers-color-scheme: dark"));
    assert_null(strstr(light, "prefers-color-scheme"));
    assert_null(strstr(dark, "prefers-color-scheme"));
    assert_string_not_equal(light, dark);
    assert_non_null(strstr(text, "RayService a&lt;b/&amp;&quot;c&apos;"));
    /* What the picture is for: the old head's death, the new one that is not ready, the prompts, the rungs. */
    static const char *const shown[] = {"class=\"died\"",     "class=\"terminating\"", "class=\"starting\"",
                                        "class=\"answered\"", "class=\"rung\"",        "head pod ready",
                                        "class=\"t0\"",       "class=\"cursor\""};
    for (size_t i = 0; i < ARRAY_LEN(shown); i++)
        if (!strstr(text, shown[i])) fail_msg("no %s", shown[i]);
    free(text);
    free(light);
    free(dark);
    replay_close(&p);
}

static void hostile_names_stay_text(void **state)
{
    (void)state;
    struct fixture f;
    fixture_calm(&f);
    struct pod *pod = (struct pod *)record_copy(world_find(f.world, TABLE_POD, "9c1e7a40-head")->record);
    record_set(&pod->status, "<script>\"&'</svg>");
    pod->is_ready = TRI_NO;
    fixture_put(&f, "kube/pods", WORLD_KUBE, pod);
    struct event *e = (struct event *)record_new(TABLE_EVENT, "hostile");
    record_set(&e->ns, "mistral");
    record_set(&e->about, "mistral-44qn2-head-\"><script>");
    record_set(&e->reason, "</title><script>alert(1)</script>");
    e->last = known_u64(f.wall_ms);
    fixture_put(&f, "kube/events", WORLD_KUBE, e);
    fixture_prompt(&f, "failed", 3000, 3000000, "</svg>");
    fixture_wait(&f, 1000);
    const struct timeline_scene s = {
        .timeline = f.timeline, .from_ms = f.now_ms - 60000, .to_ms = f.now_ms, .cursor_ms = f.now_ms};
    char *text = svg_of(&s, SVG_AUTO);
    svg_check(text);
    assert_non_null(strstr(text, "&lt;script&gt;"));
    free(text);
    fixture_done(&f);
}

/* A picture has the label too, and no question mark but that of its symbols. */
static void the_time_before_the_recording_is_quiet(void **state)
{
    (void)state;
    struct replay p;
    replay_open(&p, "ray-mistral", REPLAY_PROMPTS);
    replay_until(&p, KILL_MS - 2000);
    const struct timeline_scene s = {
        .timeline = p.timeline, .from_ms = p.now_ms - 120000, .to_ms = p.now_ms, .cursor_ms = p.now_ms};
    char *text = svg_of(&s, SVG_AUTO);
    svg_check(text);
    const char *label = strstr(text, ">not watched<"), *mark = strstr(text, ">?<");
    assert_non_null(label);
    assert_null(strstr(label + 1, ">not watched<"));
    assert_non_null(mark);
    assert_null(strstr(mark + 1, ">?<"));
    free(text);
    replay_close(&p);
}

static void nothing_watched_is_said(void **state)
{
    (void)state;
    struct timeline *t = timeline_new();
    const struct timeline_scene s = {.timeline = t, .from_ms = 1000, .to_ms = 61000, .cursor_ms = 61000};
    struct buf out;
    buf_init(&out, TIMELINE_TEXT_MAX);
    timeline_text(&s, "", 100, false, &out);
    assert_non_null(strstr(buf_text(&out), "nothing was watched"));
    buf_done(&out);
    char *text = svg_of(&s, SVG_AUTO);
    struct why why = {0};
    size_t count = 0;
    assert_int_equal(xml_walk(text, strlen(text), &(struct xml_calls){.close = on_element, .arg = &count}, &why),
                     ERR_OK);
    assert_null(strstr(text, "nan"));
    free(text);
    timeline_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kill_as_text_and_picture),
        cmocka_unit_test(hostile_names_stay_text),
        cmocka_unit_test(the_time_before_the_recording_is_quiet),
        cmocka_unit_test(nothing_watched_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
