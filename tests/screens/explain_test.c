/* explain_test.c - the pages that explain GCS fault tolerance: how they look, that each arrow is as the state has it,
 * and that the keys turn the pages. */
#include "backends/base/mem.h"
#include "tests/support/screen_file.h"
#include "tests/support/world_fixture.h"
#include "tui/panes/explain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static enum overlay_result explain_press(struct explain *e, uint32_t key)
{
    const struct input in = {.type = INPUT_KEY, .key = key};
    return e->overlay.ops->input(&e->overlay, NULL, &in);
}

/* What an arrow says is a sentence: its end may be what matters. */
static void explain_is_whole(const struct canvas *cv)
{
    for (int at = 0; at < cv->rows * cv->cols; at++) assert_int_not_equal(cv->cells[at].cp, 0x2026);
}

static void explain_show(struct explain *e, struct fixture *f, const char *name)
{
    static const int sizes[][2] = {{60, 200}, {40, 120}, {24, 80}};
    const struct view v = fixture_view(f);
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct canvas cv;
        char file[64];
        canvas_init(&cv, sizes[i][0], sizes[i][1]);
        e->overlay.ops->update(&e->overlay, &v, cv.rows, cv.cols);
        e->overlay.ops->draw(&e->overlay, &v, &cv);
        snprintf(file, sizeof file, "explain-%s-%dx%d", name, sizes[i][1], sizes[i][0]);
        explain_is_whole(&cv);
        screen_check(file, &cv, true);
        canvas_done(&cv);
    }
}

static void every_page(void **state)
{
    (void)state;
    struct explain e;
    struct fixture f;
    fixture_calm(&f);
    explain_open(&e, 0);
    for (size_t i = 0; i < explain_pages(); i++) {
        char name[32];
        snprintf(name, sizeof name, "page-%zu", i + 1);
        explain_show(&e, &f, name);
        assert_int_equal(explain_press(&e, KEYP_ENTER), OVERLAY_STAYS);
    }
    assert_int_equal(e.page, explain_pages() - 1); /* the last one stays */
    for (size_t i = 0; i < explain_pages() + 1; i++) explain_press(&e, KEYP_BACKSPACE);
    assert_int_equal(e.page, 0);
    assert_int_equal(explain_press(&e, 'w'), OVERLAY_SAVE);
    assert_int_equal(explain_press(&e, KEYP_ESC), OVERLAY_CANCELLED);
    explain_open(&e, 99);
    assert_int_equal(e.page, explain_pages() - 1);
    fixture_done(&f);
}

static struct ft_links links_of(struct fixture *f)
{
    const struct view v = fixture_view(f);
    return ft_links_of(v.world, v.focus, v.now_ms, v.wall_ms);
}

static void the_arrows_are_as_the_state_has_them(void **state)
{
    (void)state;
    struct explain e;
    struct fixture f;
    explain_open(&e, 3);
    fixture_calm(&f);
    struct ft_links l = links_of(&f);
    for (size_t i = 0; i < FT_LINKS; i++)
        if (l.link[i].verdict != VERDICT_OK) fail_msg("%zu: %s", i, l.link[i].why);
    fixture_kill_head(&f);
    l = links_of(&f);
    assert_int_equal(l.link[FT_LINK_REQUESTS].verdict, VERDICT_OK);
    assert_int_equal(l.link[FT_LINK_GCS].verdict, VERDICT_NO);
    assert_int_equal(l.link[FT_LINK_STATE].verdict, VERDICT_NO);
    explain_show(&e, &f, "no-head");
    fixture_done(&f);

    fixture_calm(&f);
    fixture_redis_down(&f);
    l = links_of(&f);
    assert_int_equal(l.link[FT_LINK_STATE].verdict, VERDICT_UNKNOWN); /* the head may still reach it */
    assert_int_equal(l.link[FT_LINK_GCS].verdict, VERDICT_UNKNOWN);
    explain_show(&e, &f, "redis-unread");
    fixture_done(&f);

    fixture_calm(&f);
    struct rayservice *r =
        (struct rayservice *)record_copy(world_find(f.world, TABLE_RAYSERVICE, f.focus.rayservice->record.key)->record);
    r->ft = TRI_NO;
    fixture_put(&f, "kube/rayservices", WORLD_KUBE, r);
    l = links_of(&f);
    assert_int_equal(l.link[FT_LINK_STATE].verdict, VERDICT_NO);
    assert_int_equal(l.link[FT_LINK_GCS].verdict, VERDICT_UNKNOWN);
    explain_show(&e, &f, "no-ft");
    fixture_done(&f);

    fixture_empty(&f);
    l = links_of(&f);
    for (size_t i = 0; i < FT_LINKS; i++) assert_int_equal(l.link[i].verdict, VERDICT_UNKNOWN);
    assert_string_equal(l.workers, "–");
    explain_show(&e, &f, "empty");
    fixture_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_page),
                                       cmocka_unit_test(the_arrows_are_as_the_state_has_them)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
