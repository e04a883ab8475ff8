/* text_folds_test.c - what a folded line hides, and how a search and another text undo that. */
#include "tui/panes/text_folds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char yaml[] = "kind: Pod\n"     /* 0 */
                           "metadata:\n"     /* 1 */
                           "  labels:\n"     /* 2 */
                           "    a: b\n"      /* 3 */
                           "spec:\n"         /* 4 */
                           "  list:\n"       /* 5 */
                           "  - name: one\n" /* 6 */
                           "    x: y\n"      /* 7 */
                           "  - name: two\n" /* 8 */
                           "end: 1\n";       /* 9 */

static void assert_drawn(struct text_folds *f, struct text_view *v, const char *want)
{
    struct canvas cv;
    const struct text_source source = text_folds_source(f);
    canvas_init(&cv, 10, 30);
    text_view_update(v, &source, 10, 30);
    text_view_draw(v, &source, &cv);
    char *text = canvas_dump(&cv, false);
    size_t len = strlen(text);
    while (len > 1 && text[len - 2] == '\n') text[--len] = '\0'; /* empty rows below */
    assert_string_equal(text, want);
    free(text);
    canvas_done(&cv);
}

static void test_folds(void **state)
{
    (void)state;
    struct text_folds f = {.fold = NULL};
    struct text_view v = {0};
    text_folds_set(&f, yaml, strlen(yaml));
    text_view_open(&v, true, false);
    assert_int_equal(text_folds_set_folded(&f, 5, true), 5);
    assert_drawn(&f, &v, "kind: Pod\nmetadata:\n  labels:\n    a: b\nspec:\n  list: … 3 lines\nend: 1\n");
    assert_int_equal(text_folds_set_folded(&f, 3, true), 2); /* what holds it */
    assert_drawn(&f, &v, "kind: Pod\nmetadata:\n  labels: … 1 line\nspec:\n  list: … 3 lines\nend: 1\n");
    assert_int_equal(text_folds_set_folded(&f, 2, true), 1); /* folded already: one level up */
    assert_drawn(&f, &v, "kind: Pod\nmetadata: … 2 lines\nspec:\n  list: … 3 lines\nend: 1\n");
    assert_int_equal(text_folds_set_folded(&f, 1, false), 1);
    assert_drawn(&f, &v, "kind: Pod\nmetadata:\n  labels: … 1 line\nspec:\n  list: … 3 lines\nend: 1\n");
    assert_int_equal(text_folds_set_folded(&f, 9, true), 9); /* nothing to fold */
    assert_int_equal(text_folds_set_folded(&f, 99, true), 99);
    text_folds_all(&f); /* any folded: unfolds all */
    assert_drawn(&f, &v, yaml);
    text_folds_all(&f);
    assert_drawn(&f, &v, "kind: Pod\nmetadata: … 2 lines\nspec: … 4 lines\nend: 1\n");
    /* A match in what is hidden unfolds just what hides it. */
    const struct text_source source = text_folds_source(&f);
    source.reveal(source.arg, 7);
    assert_drawn(&f, &v,
                 "kind: Pod\nmetadata: … 2 lines\nspec:\n  list:\n  - name: one\n    x: y\n  - name: two\nend: 1\n");
    text_view_done(&v);
    text_folds_done(&f);
}

static void test_another_text(void **state)
{
    (void)state;
    static const char shorter[] = "kind: Pod\nmetadata:\nspec:\n  a: 1\n";
    struct text_folds f = {.fold = NULL};
    struct text_view v = {0};
    text_folds_set(&f, yaml, strlen(yaml));
    text_view_open(&v, true, false);
    text_folds_all(&f);
    text_folds_set(&f, yaml, strlen(yaml)); /* read anew: what was folded stays so */
    assert_drawn(&f, &v, "kind: Pod\nmetadata: … 2 lines\nspec: … 4 lines\nend: 1\n");
    v.cursor = 9;
    text_folds_set(&f, shorter, strlen(shorter));
    assert_drawn(&f, &v, "kind: Pod\nmetadata:\nspec: … 1 line\n");
    assert_int_equal(v.cursor, 2);
    text_folds_set(&f, "", 0);
    assert_drawn(&f, &v, "\n");
    text_view_done(&v);
    text_folds_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_folds), cmocka_unit_test(test_another_text)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
