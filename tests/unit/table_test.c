/* table_test.c - the table: which columns stay, the selection's survival, filter, sort, scrolling, clicks. */
#include "tui/draw/table_layout.h"

#include "backends/base/mem.h"

#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct column columns[] = {
    {.title = "ROLE", .min = 4, .max = 8},
    {.title = "NAME", .min = 8, .max = 0, .width = 12},
    {.title = "RESTARTS", .min = 8, .max = 8, .priority = 2, .right = true, .numeric = true},
    {.title = "K8S NODE", .min = 6, .max = 16, .priority = 3},
    {.title = "IP", .min = 12, .max = 15, .priority = 4},
};
enum { ROLE_COL, NAME_COL, RESTARTS_COL, NODE_COL, IP_COL };

static void row_add(struct table_view *t, const char *role, const char *name, double restarts)
{
    char text[32];
    struct table_row *r = table_row_add(t, name);
    table_cell_set(r, ROLE_COL, ROLE_TEXT, role);
    table_cell_set(r, NAME_COL, ROLE_TEXT, name);
    snprintf(text, sizeof text, isnan(restarts) ? "–" : "%.0f", restarts);
    table_cell_num(r, RESTARTS_COL, ROLE_TEXT, restarts, text);
    table_cell_set(r, NODE_COL, ROLE_DIM, "ip-100-64-31-7");
    table_cell_set(r, IP_COL, ROLE_TEXT, "100.64.31.40");
}

static void table_fill(struct table_view *t)
{
    table_begin(t);
    row_add(t, "head", "head-d4544", 10);
    row_add(t, "worker", "worker-x2p7c", NAN);
    row_add(t, "worker", "worker-q5rdw", 9);
    table_end(t);
}

static void assert_table(const struct table_view *t, int rows, int cols, const char *want)
{
    struct canvas cv;
    canvas_init(&cv, rows, cols);
    table_draw(t, &cv, true);
    char *text = canvas_dump(&cv, false);
    assert_string_equal(text, want);
    free(text);
    canvas_done(&cv);
}

static void the_least_important_columns_leave_first(void **state)
{
    (void)state;
    struct table_view t;
    table_init(&t, columns, ARRAY_LEN(columns));
    table_fill(&t);
    assert_table(&t, 4, 62,
                 "  ROLE    NAME          RESTARTS  K8S NODE        IP\n"
                 "> head    head-d4544          10  ip-100-64-31-7  100.64.31.40\n"
                 "  worker  worker-x2p7c         –  ip-100-64-31-7  100.64.31.40\n"
                 "  worker  worker-q5rdw         9  ip-100-64-31-7  100.64.31.40\n");
    assert_table(&t, 2, 60, /* one blank between the columns before anything is cut */
                 "  ROLE   NAME           RESTARTS K8S NODE       IP    2 more\n"
                 "> head   head-d4544           10 ip-100-64-31-7 100.64.31.40\n");
    assert_table(&t, 2, 40, /* IP has left, K8S NODE gave what was too much */
                 "  ROLE   NAME         RESTARTS K8 2 more\n"
                 "> head   head-d4544         10 ip-100-6…\n");
    assert_table(&t, 2, 30, "  ROLE   NAME         R 2 more\n> head   head-d4544         10\n");
    assert_table(&t, 2, 16, "  ROLE  N 2 more\n> head  head-d4…\n");
    assert_table(&t, 2, 9, "  ROLE NA\n> head he\n");
    assert_table(&t, 1, 0, "\n");
    assert_table(&t, 0, 40, "");
    assert_int_equal(table_height(&t), 4);
    table_done(&t);
}

static void the_selection_is_a_key(void **state)
{
    (void)state;
    struct table_view t;
    table_init(&t, columns, ARRAY_LEN(columns));
    assert_null(table_selected(&t));
    assert_false(table_move(&t, 1, 5));
    table_fill(&t);
    assert_string_equal(table_selected(&t), "head-d4544");
    assert_true(table_move(&t, 1, 5));
    assert_string_equal(table_selected(&t), "worker-x2p7c");
    table_begin(&t); /* it moves with its row */
    row_add(&t, "head", "head-new", 0);
    row_add(&t, "head", "head-d4544", 0);
    row_add(&t, "worker", "worker-x2p7c", 0);
    row_add(&t, "worker", "worker-q5rdw", 0);
    table_end(&t);
    assert_string_equal(table_selected(&t), "worker-x2p7c");
    assert_int_equal(t.selected_at, 2);
    table_begin(&t); /* and when that goes, the one in its place has it */
    row_add(&t, "head", "head-new", 0);
    row_add(&t, "head", "head-d4544", 0);
    row_add(&t, "worker", "worker-q5rdw", 0);
    table_end(&t);
    assert_string_equal(table_selected(&t), "worker-q5rdw");
    table_begin(&t); /* the last one */
    row_add(&t, "head", "head-new", 0);
    table_end(&t);
    assert_string_equal(table_selected(&t), "head-new");
    table_begin(&t);
    table_end(&t);
    assert_null(table_selected(&t));
    assert_int_equal(table_height(&t), 1);
    table_fill(&t);
    assert_true(table_select(&t, "worker-q5rdw"));
    assert_false(table_select(&t, "nobody"));
    assert_string_equal(table_selected(&t), "worker-q5rdw");
    table_edge(&t, false);
    assert_string_equal(table_selected(&t), "head-d4544");
    table_edge(&t, true);
    assert_string_equal(table_selected(&t), "worker-q5rdw");
    assert_true(table_move(&t, INT_MIN, 5));
    assert_int_equal(t.selected_at, 0);
    assert_true(table_move(&t, INT_MAX, 5));
    assert_int_equal(t.selected_at, 2);
    assert_false(table_move(&t, 1, 5));
    table_done(&t);
}

static void rows_are_filtered(void **state)
{
    (void)state;
    struct table_view t;
    table_init(&t, columns, ARRAY_LEN(columns));
    table_fill(&t);
    table_select(&t, "head-d4544");
    table_filter(&t, "WORKER-");
    assert_int_equal(t.shown_count, 2);
    assert_string_equal(table_selected(&t), "worker-x2p7c");
    table_filter(&t, "!worker-x");
    assert_int_equal(t.shown_count, 2);
    assert_true(table_select(&t, "head-d4544"));
    assert_false(table_select(&t, "worker-x2p7c"));
    table_fill(&t); /* holds over a rebuilding */
    assert_int_equal(t.shown_count, 2);
    table_filter(&t, "nothing like it");
    assert_null(table_selected(&t));
    assert_int_equal(table_height(&t), 2);
    assert_table(
        &t, 2, 60,
        "  ROLE   NAME           RESTARTS K8S NODE       IP\n  none of 3 rows matches the filter nothing like it\n");
    table_filter(&t, "");
    assert_int_equal(t.shown_count, 3);
    assert_string_equal(table_selected(&t), "head-d4544"); /* it was only out of sight */
    char *longer = mem_zero(300, 1);
    memset(longer, 'x', 299);
    table_filter(&t, longer);
    assert_int_equal(strlen(t.filter), TABLE_FILTER_MAX - 1);
    free(longer);
    table_done(&t);
}

static void assert_order(const struct table_view *t, const char *want)
{
    char got[128] = "";
    for (size_t i = 0; i < t->shown_count; i++) strncat(got, t->rows[t->shown[i]].key, 8), strncat(got, " ", 2);
    assert_string_equal(got, want);
}

static void sorts_unknown_last(void **state)
{
    (void)state;
    struct table_view t;
    table_init(&t, columns, ARRAY_LEN(columns));
    table_fill(&t);
    table_select(&t, "worker-q5rdw");
    table_sort_by(&t, RESTARTS_COL);
    assert_int_equal(t.sort, RESTARTS_COL);
    assert_false(t.sort_down);
    assert_order(&t, "worker-q head-d45 worker-x ");
    assert_string_equal(table_selected(&t), "worker-q5rdw");
    assert_table(&t, 2, 30, "  ROLE   NAME        RE 2 more\n> worker worker-q5r…         9\n");
    table_sort_by(&t, RESTARTS_COL);
    assert_order(&t, "head-d45 worker-q worker-x ");
    table_reset(&t);
    assert_int_equal(t.sort, -1);
    assert_order(&t, "head-d45 worker-x worker-q ");
    table_sort_by(&t, NAME_COL);
    assert_order(&t, "head-d45 worker-q worker-x ");
    table_done(&t);
}

static void hidden_columns_make_room(void **state)
{
    (void)state;
    struct table_view t;
    table_init(&t, columns, ARRAY_LEN(columns));
    table_fill(&t);
    struct table_layout at;
    table_layout(&t, 62, &at);
    assert_int_equal(at.at[NAME_COL], at.at[ROLE_COL] + at.width[ROLE_COL] + 2);
    table_hide(&t, ROLE_COL, true);
    table_layout(&t, 62, &at);
    assert_int_equal(at.width[ROLE_COL], 0);
    assert_int_equal(at.at[NAME_COL], TABLE_LEAD);
    table_fill(&t); /* what a person chose outlives the rows */
    assert_true(t.hidden[ROLE_COL]);
    for (int i = 0; i < t.column_count; i++) table_hide(&t, i, true);
    assert_false(t.hidden[IP_COL]); /* the last one stays */
    table_reset(&t);
    for (int i = 0; i < t.column_count; i++) assert_false(t.hidden[i]);
    table_done(&t);
}

static void fill_many(struct table_view *t, int count)
{
    table_begin(t);
    for (int i = 0; i < count; i++) {
        char name[16];
        snprintf(name, sizeof name, "pod-%03d", i);
        row_add(t, "worker", name, i);
    }
    table_end(t);
}

static void scrolls_so_that_the_selection_is_seen(void **state)
{
    (void)state;
    struct table_view t;
    table_init(&t, columns, 2);
    table_begin(&t);
    for (int i = 0; i < 20; i++) {
        char name[16];
        snprintf(name, sizeof name, "pod-%d", i);
        table_cell_set(table_row_add(&t, name), 1, ROLE_TEXT, name);
    }
    table_end(&t);
    table_move(&t, 4, 3);
    assert_table(&t, 4, 20, "  ROLE  NAME 17 more\n        pod-2\n        pod-3\n>       pod-4\n");
    table_move(&t, -1, 3); /* the view stays as long as it can */
    assert_table(&t, 4, 20, "  ROLE  NAME 17 more\n        pod-2\n>       pod-3\n        pod-4\n");
    table_edge(&t, true);
    assert_table(&t, 4, 20, "  ROLE  NAME 17 more\n        pod-17\n        pod-18\n>       pod-19\n");
    table_move(&t, -1, 3);
    assert_table(&t, 4, 20, "  ROLE  NAME 17 more\n        pod-17\n>       pod-18\n        pod-19\n");
    assert_table(&t, 2, 20, "  ROLE  NAME 19 more\n>       pod-18\n");
    assert_table(&t, 1, 20, "  ROLE  NAME\n");
    t.not_shown = 38211;
    assert_table(&t, 4, 40,
                 "  ROLE  NAME                     18 more\n        pod-17\n>       pod-18\n  first 20 of 38231\n");
    snprintf(t.note, sizeof t.note, "2 pods could not be read: a reason that is long");
    assert_table(&t, 4, 60,
                 "  ROLE  NAME                                         18 more\n        pod-17\n>       pod-18\n  "
                 "first 20 of 38231 · 2 pods could not be read: a reason th…\n");
    t.not_shown = 0;
    assert_table(&t, 4, 40,
                 "  ROLE  NAME                     18 more\n        pod-17\n>       pod-18\n  2 pods could not be "
                 "read: a reason th…\n");
    table_done(&t);
}

static void clicks_select_and_sort(void **state)
{
    (void)state;
    struct table_view t;
    table_init(&t, columns, ARRAY_LEN(columns));
    table_fill(&t);
    assert_int_equal(table_click(&t, 2, 30, 10, 62), TABLE_HIT_ROW);
    assert_string_equal(table_selected(&t), "worker-x2p7c");
    assert_int_equal(table_click(&t, 2, 30, 10, 62), TABLE_HIT_SELECTED);
    assert_int_equal(table_click(&t, 9, 3, 10, 62), TABLE_HIT_NONE);
    assert_int_equal(table_click(&t, -1, 3, 10, 62), TABLE_HIT_NONE);
    assert_int_equal(table_click(&t, 3, 3, 3, 62), TABLE_HIT_NONE);
    assert_int_equal(table_click(&t, 0, 11, 10, 62), TABLE_HIT_HEAD);
    assert_int_equal(t.sort, NAME_COL);
    assert_int_equal(table_click(&t, 0, 11, 10, 62), TABLE_HIT_HEAD);
    assert_true(t.sort_down);
    assert_int_equal(table_click(&t, 0, 0, 10, 62), TABLE_HIT_NONE); /* no column there */
    table_done(&t);
}

static void signs_and_roles(void **state)
{
    (void)state;
    struct table_view t;
    table_init(&t, columns, 2);
    table_begin(&t);
    struct table_row *r = table_row_add(&t, "a");
    table_cell_set(r, 0, ROLE_BAD, "a");
    table_cell_set(r, 1, ROLE_TEXT, "x");
    r->sign = '-';
    r->role = ROLE_GONE;
    r = table_row_add(&t, "b");
    table_cell_set(r, 0, ROLE_TEXT, "b");
    r->sign = '+';
    r->related = true;
    r = table_row_add(&t, "c");
    table_cell_set(r, 0, ROLE_BAD, "c");
    r->sign = '\033'; /* no sign of ours */
    table_end(&t);
    table_select(&t, "b");
    struct canvas cv;
    canvas_init(&cv, 4, 16);
    table_draw(&t, &cv, false);
    assert_int_equal(canvas_cell(&cv, 1, 0)->cp, '-');
    assert_int_equal(canvas_cell(&cv, 1, 0)->role, ROLE_GONE);
    assert_int_equal(canvas_cell(&cv, 1, 2)->role, ROLE_BAD);
    assert_int_equal(canvas_cell(&cv, 1, 15)->role, ROLE_GONE);
    assert_int_equal(canvas_cell(&cv, 2, 0)->cp, '+');
    assert_int_equal(canvas_cell(&cv, 2, 2)->role, ROLE_RELATED);
    assert_int_equal(canvas_cell(&cv, 3, 0)->cp, ' ');
    table_draw(&t, &cv, true);
    assert_int_equal(canvas_cell(&cv, 2, 1)->cp, '>');
    assert_int_equal(canvas_cell(&cv, 2, 2)->role, ROLE_SELECTED);
    canvas_done(&cv);
    table_done(&t);
}

static void long_cells_are_cut_between_characters(void **state)
{
    (void)state;
    struct table_view t;
    char text[301] = "a";
    for (int i = 0; i < 99; i++) memcpy(text + 1 + 3 * i, "日", 4);
    table_init(&t, columns, 2);
    table_begin(&t);
    table_cell_set(table_row_add(&t, "k"), 0, ROLE_TEXT, text);
    table_cell_set(&t.rows[0], 1, ROLE_TEXT, NULL);
    assert_int_equal(strlen(t.rows[0].cell[0].text), 127);
    table_end(&t);
    assert_int_equal(t.widest[0], 1 + 42 * 2);
    table_done(&t);
    table_done(NULL);
}

static void a_rebuilt_table_takes_no_more_memory(void **state)
{
    (void)state;
    struct table_view t;
    table_init(&t, columns, ARRAY_LEN(columns));
    for (int round = 0; round < 50; round++) fill_many(&t, 500);
    assert_int_equal(t.capacity, 512);
    assert_string_equal(t.rows[499].key, "pod-499");
    assert_string_equal(t.rows[499].cell[NAME_COL].text, "pod-499");
    table_done(&t);
}

static const struct column declared[] = {
    {.title = "NAME", .min = 4, .max = 12},
    {.title = "STATUS", .min = 6, .max = 24, .width = 17},
    {.title = "NODE", .min = 4, .max = 8, .priority = 1},
    {.title = "IP", .min = 6, .max = 6, .priority = 2, .extra = true},
    {.title = "WHAT", .min = 5, .max = 0, .width = 10},
};

static void declared_fill(struct table_view *t, const char *name, const char *status, const char *what)
{
    table_begin(t);
    struct table_row *r = table_row_add(t, "a");
    table_cell_set(r, 0, ROLE_TEXT, name);
    table_cell_set(r, 1, ROLE_TEXT, status);
    table_cell_set(r, 2, ROLE_TEXT, "ip-1-2");
    table_cell_set(r, 3, ROLE_TEXT, "1.2.34");
    table_cell_set(r, 4, ROLE_TEXT, what);
    table_end(t);
}

static bool widths_are(const struct table_view *t, int cols, int name, int status, int node, int ip, int what)
{
    struct table_layout at;
    table_layout(t, cols, &at);
    const int want[] = {name, status, node, ip, what};
    return memcmp(at.width, want, sizeof want) == 0;
}

/* Of a declared column its values count nothing, whatever comes and goes; it grows with the table. */
static void values_move_no_column(void **state)
{
    (void)state;
    struct table_view t;
    table_init(&t, declared, ARRAY_LEN(declared));
    for (int cols = 0; cols < 120; cols++) {
        struct table_layout before, now;
        declared_fill(&t, "worker", "Running", "");
        table_layout(&t, cols, &before);
        declared_fill(&t, "worker", "CreateContainerConfigError", "a sentence that is longer than the column is wide");
        table_layout(&t, cols, &now);
        assert_memory_equal(&before, &now, sizeof now);
        declared_fill(&t, "head", "–", "–"); /* a name that is the longest so far keeps its room */
        table_layout(&t, cols, &now);
        assert_memory_equal(&before, &now, sizeof now);
    }
    table_done(&t);
}

static void usual_widths_before_anything_is_cut(void **state)
{
    (void)state;
    struct table_view t;
    table_init(&t, declared, ARRAY_LEN(declared));
    declared_fill(&t, "worker", "Running", "");
    assert_true(widths_are(&t, 70, 6, 24, 6, 6, 18));
    assert_true(widths_are(&t, 58, 6, 24, 6, 6, 10)); /* one blank between the columns */
    assert_true(widths_are(&t, 53, 6, 19, 6, 6, 10));
    assert_true(widths_are(&t, 50, 6, 23, 6, 0, 10)); /* the extra one leaves before a usual width is cut */
    assert_true(widths_are(&t, 44, 6, 17, 6, 0, 10));
    assert_true(widths_are(&t, 42, 6, 17, 4, 0, 10));
    assert_true(widths_are(&t, 38, 6, 17, 4, 0, 6));
    table_done(&t);
}

static void a_name_keeps_its_room_until_it_is_forgotten(void **state)
{
    (void)state;
    struct table_view t;
    table_init(&t, declared, ARRAY_LEN(declared));
    declared_fill(&t, "worker-ab", "Running", "");
    declared_fill(&t, "head", "Running", "");
    assert_true(widths_are(&t, 70, 9, 24, 6, 6, 15));
    table_forget(&t);
    declared_fill(&t, "head", "Running", "");
    assert_true(widths_are(&t, 70, 4, 24, 6, 6, 20));
    table_done(&t);
}

static void a_name_may_lose_its_beginning(void **state)
{
    (void)state;
    static const struct column two[] = {{.title = "ABOUT", .min = 8, .max = 8, .ends = true},
                                        {.title = "NAME", .min = 8, .max = 8}};
    struct table_view t;
    table_init(&t, two, 2);
    table_begin(&t);
    struct table_row *r = table_row_add(&t, "a");
    table_cell_set(r, 0, ROLE_TEXT, "Pod worker-cxpv4");
    table_cell_set(r, 1, ROLE_TEXT, "Pod worker-cxpv4");
    r = table_row_add(&t, "b");
    table_cell_set(r, 0, ROLE_TEXT, "Pod cxp4");
    table_cell_set(r, 1, ROLE_TEXT, "日本語日本語");
    r = table_row_add(&t, "c");
    table_cell_set(r, 0, ROLE_TEXT, "日本語日本語");
    table_end(&t);
    assert_table(&t, 4, 20, "  ABOUT     NAME\n> …r-cxpv4  Pod wor…\n  Pod cxp4  日本語 …\n  …日本語\n");
    table_done(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_move_no_column),
        cmocka_unit_test(usual_widths_before_anything_is_cut),
        cmocka_unit_test(a_name_keeps_its_room_until_it_is_forgotten),
        cmocka_unit_test(a_name_may_lose_its_beginning),
        cmocka_unit_test(the_least_important_columns_leave_first),
        cmocka_unit_test(the_selection_is_a_key),
        cmocka_unit_test(rows_are_filtered),
        cmocka_unit_test(sorts_unknown_last),
        cmocka_unit_test(hidden_columns_make_room),
        cmocka_unit_test(scrolls_so_that_the_selection_is_seen),
        cmocka_unit_test(clicks_select_and_sort),
        cmocka_unit_test(signs_and_roles),
        cmocka_unit_test(long_cells_are_cut_between_characters),
        cmocka_unit_test(a_rebuilt_table_takes_no_more_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
