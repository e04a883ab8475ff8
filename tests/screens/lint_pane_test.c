/* lint_pane_test.c - the pane of a manifest's findings: rows, order, status, detail, and the screens kept beside this
 * file. */
#include "tests/support/fake_console.h"
#include "tests/support/fixture.h"
#include "tests/support/lint_harness.h"
#include "tests/support/screen_file.h"
#include "tui/panes/findings_view.h"
#include "tui/panes/lint_pane.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BLUEPRINT "tests/fixtures/manifests/blueprint-ft.yaml"

static const struct {
    int rows, cols;
} sizes[] = {{40, 120}, {24, 80}};

static void look_into(struct linted *l, const char *text)
{
    struct variables vars;
    variables_init(&vars, NULL);
    if (l->generation) findings_done(&l->found);
    findings_init(&l->found);
    lint_text(BLUEPRINT, text, strlen(text), &vars, LINT_KUBERAY_ANY, &l->found);
    findings_sort(&l->found);
    l->generation++;
    variables_done(&vars);
}

static struct linted blueprint_linted(void)
{
    static char file[] = BLUEPRINT;
    struct linted l = {.file = file};
    char *text = fixture_read(BLUEPRINT, NULL);
    look_into(&l, text);
    free(text);
    return l;
}

static void check_screen(const struct fake_console *d, const char *what)
{
    struct canvas cv;
    char name[64];
    canvas_init(&cv, d->s->rows, d->s->cols);
    screen_draw(d->s, &d->v, &cv);
    snprintf(name, sizeof name, "%s-%dx%d", what, cv.cols, cv.rows);
    screen_check(name, &cv, false);
    canvas_done(&cv);
}

static void test_its_screens(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct linted l = blueprint_linted();
        struct fake_console d;
        fake_console_open(&d, sizes[i].rows, sizes[i].cols);
        assert_true(screen_focus(d.s, '7'));
        fake_console_update(&d);
        check_screen(&d, "lint-none");
        d.f.chrome.linted = &l;
        fake_console_update(&d);
        check_screen(&d, "lint");
        assert_true(table_select(screen_pane(d.s)->table, "L4 45:32 RayService mistral/mistral#0"));
        assert_true(screen_open(d.s));
        fake_console_update(&d);
        check_screen(&d, "lint-detail");
        fake_console_close(&d);
        findings_done(&l.found);
    }
}

static void test_rows_in_words(void **state)
{
    static const char key[] = "L4 45:32 RayService mistral/mistral#0";
    (void)state;
    struct linted l = blueprint_linted();
    struct fake_console d;
    char status[160] = "";
    fake_console_open(&d, 40, 120);
    d.f.chrome.linted = &l;
    screen_focus(d.s, '7');
    fake_console_update(&d);
    const struct table_row *row = fake_console_row(&d, LAYOUT_LINT, key);
    assert_non_null(row);
    assert_string_equal(row->cell[FINDINGS_SEVERITY].text, "error");
    assert_int_equal(row->cell[FINDINGS_SEVERITY].role, ROLE_BAD);
    assert_string_equal(row->cell[FINDINGS_RULE].text, "L4");
    assert_string_equal(row->cell[FINDINGS_WHERE].text, "blueprint-ft.yaml:45:32");
    const struct pane *p = d.s->panes[LAYOUT_LINT];
    p->ops->status(p, &d.v, status, sizeof status);
    assert_string_equal(status, "blueprint-ft.yaml · 6 errors · 17 warnings · 1 info · 0 unknown");
    /* By place, not by text: line 4 comes before line 102. */
    table_sort_by(p->table, FINDINGS_WHERE);
    const struct table_view *t = p->table;
    assert_int_equal(strncmp(t->rows[t->shown[0]].key, "L27 4:", 6), 0);
    assert_int_equal(strncmp(t->rows[t->shown[t->shown_count - 1]].key, "L26 109:", 8), 0);
    table_filter(p->table, "L22");
    assert_int_equal(t->shown_count, 3);
    fake_console_close(&d);
    findings_done(&l.found);
}

/* Read again, the rows are those of now; every key is one row's alone. */
static void test_reading_again_shows_what_is_there_now(void **state)
{
    (void)state;
    struct linted l = blueprint_linted();
    struct fake_console d;
    fake_console_open(&d, 24, 80);
    d.f.chrome.linted = &l;
    screen_focus(d.s, '7');
    fake_console_update(&d);
    const struct table_view *t = d.s->panes[LAYOUT_LINT]->table;
    assert_int_equal(t->count, l.found.count);
    for (size_t i = 0; i < t->count; i++)
        for (size_t k = 0; k < i; k++) assert_string_not_equal(t->rows[i].key, t->rows[k].key);
    look_into(&l, "a: 1\n\tb: 2\n");
    fake_console_update(&d);
    assert_int_equal(t->count, 1);
    assert_string_equal(t->rows[0].cell[FINDINGS_RULE].text, "M1");
    assert_string_equal(t->rows[0].cell[FINDINGS_WHERE].text, "blueprint-ft.yaml:2:1");
    fake_console_close(&d);
    findings_done(&l.found);
}

/* From one pane that has the screen to itself to the other, and back to where a person was before both. */
static void test_it_and_the_doctor_come_and_go(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct fake_console d;
        fake_console_open(&d, sizes[i].rows, sizes[i].cols);
        assert_true(screen_focus(d.s, '3'));
        assert_true(screen_focus(d.s, '6'));
        assert_true(screen_focus(d.s, '7'));
        fake_console_update(&d);
        assert_true(d.s->layout.pane[LAYOUT_LINT].rows > 4);
        assert_int_equal(d.s->layout.pane[LAYOUT_PODS].rows, 0);
        assert_int_equal(d.s->layout.pane[LAYOUT_DOCTOR].rows, 0);
        assert_true(screen_opened(d.s) && screen_back(d.s));
        assert_int_equal(screen_pane(d.s)->ops->letter, '3');
        assert_false(screen_opened(d.s));
        screen_next(d.s, 1);
        screen_next(d.s, 1);
        screen_next(d.s, 1);
        assert_int_equal(screen_pane(d.s)->ops->letter, '1');
        fake_console_close(&d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_its_screens),
        cmocka_unit_test(test_rows_in_words),
        cmocka_unit_test(test_reading_again_shows_what_is_there_now),
        cmocka_unit_test(test_it_and_the_doctor_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
