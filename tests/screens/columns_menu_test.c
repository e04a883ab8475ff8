/* columns_menu_test.c - the menu of columns: its letters, what they do to the table behind it, and how it looks. */
#include "tests/support/fake_console.h"
#include "tests/support/screen_file.h"
#include "tui/panes/columns_menu.h"

#include "backends/base/mem.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct table_view *table_found(void *arg, int *ret_cols)
{
    const struct fake_console *d = arg;
    *ret_cols = screen_pane(d->s)->cols;
    return screen_table(d->s);
}

static enum overlay_result menu_press(struct columns_menu *m, uint32_t key)
{
    return columns_menu_input(m, &(struct input){.type = INPUT_KEY, .key = key});
}

static void menu_check(struct fake_console *d, const struct columns_menu *m, const char *name)
{
    char file[64];
    struct canvas cv;
    canvas_init(&cv, d->s->rows, d->s->cols);
    fake_console_update(d);
    screen_draw(d->s, &d->v, &cv);
    columns_menu_draw(m, &cv);
    snprintf(file, sizeof file, "columns-%s-%dx%d", name, d->s->cols, d->s->rows);
    screen_check(file, &cv, false);
    canvas_done(&cv);
}

static void letters_sort_and_the_same_again_reverses(void **state)
{
    (void)state;
    static const int sizes[][2] = {{40, 120}, {24, 80}, {10, 40}};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct fake_console d;
        struct columns_menu m;
        fake_console_open(&d, sizes[i][0], sizes[i][1]);
        const struct table_view *t = screen_table(d.s);
        columns_menu_open(&m, table_found, &d);
        menu_check(&d, &m, "open");
        assert_int_equal(menu_press(&m, 'n'), OVERLAY_STAYS);
        assert_string_equal(t->columns[t->sort].title, i == 0 ? "NAME" : t->columns[t->sort].title);
        assert_false(t->sort_down);
        menu_press(&m, 'n');
        assert_true(t->sort_down);
        menu_press(&m, 'A'); /* AGE is hidden */
        menu_check(&d, &m, "sorted");
        menu_press(&m, '0');
        assert_int_equal(t->sort, -1);
        assert_int_equal(menu_press(&m, 'o'), OVERLAY_CANCELLED);
        fake_console_close(&d);
    }
}

static void the_cursor_chooses_too(void **state)
{
    (void)state;
    struct fake_console d;
    struct columns_menu m;
    fake_console_open(&d, 40, 120);
    const struct table_view *t = screen_table(d.s);
    columns_menu_open(&m, table_found, &d);
    menu_press(&m, 'j');
    menu_press(&m, KEYP_ENTER);
    assert_int_equal(t->sort, 1);
    menu_press(&m, ' ');
    assert_true(t->hidden[1]);
    menu_press(&m, ' ');
    assert_false(t->hidden[1]);
    menu_press(&m, 'G');
    menu_press(&m, KEYP_ENTER);
    assert_int_equal(t->sort, t->column_count - 1);
    columns_menu_open(&m, table_found, &d); /* it opens at what is sorted by */
    assert_int_equal(m.picked, t->column_count - 1);
    screen_open(d.s); /* a detail hides the table: the menu has nothing to act on */
    assert_int_equal(menu_press(&m, 'n'), OVERLAY_CANCELLED);
    fake_console_close(&d);
}

static void a_click_chooses_and_sorts(void **state)
{
    (void)state;
    struct fake_console d;
    struct columns_menu m;
    struct canvas cv;
    fake_console_open(&d, 40, 120);
    const struct table_view *t = screen_table(d.s);
    columns_menu_open(&m, table_found, &d);
    overlays_update(&(struct overlay_stack){.top = &m.overlay}, &d.v, 40, 120);
    canvas_init(&cv, 40, 120);
    columns_menu_draw(&m, &cv);
    struct input in = {.type = INPUT_MOUSE, .mouse = MOUSE_PRESS};
    while (canvas_cell(&cv, in.row, 119)->cp == ' ') in.row++;
    in.row += 3; /* in the frame, the third column */
    in.col = 100;
    assert_int_equal(columns_menu_input(&m, &in), OVERLAY_STAYS);
    assert_int_equal(m.picked, 2);
    assert_int_equal(t->sort, -1);
    columns_menu_input(&m, &in);
    assert_int_equal(t->sort, 2);
    in.row = 0; /* outside */
    columns_menu_input(&m, &in);
    assert_int_equal(m.picked, 2);
    canvas_done(&cv);
    fake_console_close(&d);
}

/* Of every pane: each titled column has a letter of its own, and none that moves the cursor or closes the menu. */
static void every_column_has_a_letter_of_its_own(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    for (int p = 0; p < LAYOUT_PANES; p++) {
        const struct table_view *t = d.s->panes[p]->table;
        char letters[TABLE_COLUMNS];
        if (!t) continue;
        column_letters(t, letters);
        for (int i = 0; i < t->column_count; i++) {
            assert_int_equal(letters[i] != '\0', t->columns[i].title[0] != '\0');
            assert_true(!letters[i] || (islower(letters[i]) && !strchr("gjkoq", letters[i])));
            for (int k = 0; k < i; k++) assert_true(!letters[i] || letters[i] != letters[k]);
        }
    }
    fake_console_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_sort_and_the_same_again_reverses),
        cmocka_unit_test(the_cursor_chooses_too),
        cmocka_unit_test(a_click_chooses_and_sorts),
        cmocka_unit_test(every_column_has_a_letter_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
