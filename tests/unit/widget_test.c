/* widget_test.c - Bars, sparklines, rules, wrapped text and the text box. */
#include "backends/base/text.h"
#include "tui/draw/bar.h"
#include "tui/draw/rule.h"
#include "tui/draw/spark.h"
#include "tui/draw/textbox.h"
#include "tui/draw/wrap.h"

#include "backends/base/mem.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_drawn(struct canvas *cv, const char *want)
{
    char *text = canvas_dump(cv, false);
    assert_string_equal(text, want);
    free(text);
    canvas_clear(cv, ROLE_TEXT);
}

static void bars_are_drawn(void **state)
{
    (void)state;
    static const struct {
        double share;
        const char *utf8, *ascii;
    } bars[] = {
        {0.68, "|██████▊░░░|\n", "|#######...|\n"},   {0, "|░░░░░░░░░░|\n", "|..........|\n"},
        {1, "|██████████|\n", "|##########|\n"},      {0.5, "|█████░░░░░|\n", "|#####.....|\n"},
        {7, "|██████████|\n", "|##########|\n"},      {-1, "|░░░░░░░░░░|\n", "|..........|\n"},
        {0.0125, "|▏░░░░░░░░░|\n", "|..........|\n"}, {0.9875, "|█████████▉|\n", "|##########|\n"},
        {NAN, "|–         |\n", "|-         |\n"},
    };
    struct canvas cv;
    canvas_init(&cv, 1, 12);
    for (size_t i = 0; i < ARRAY_LEN(bars) * 2; i++) {
        cv.ascii = i % 2;
        canvas_text(&cv, 0, 0, ROLE_TEXT, "|          |");
        bar_draw(&cv, 0, 1, 10, ROLE_BAR, known_f64(bars[i / 2].share));
        assert_drawn(&cv, cv.ascii ? bars[i / 2].ascii : bars[i / 2].utf8);
    }
    cv.ascii = false;
    bar_draw(&cv, 0, 1, 10, ROLE_BAR, UNKNOWN_F64); /* unknown is not empty */
    assert_int_equal(canvas_cell(&cv, 0, 1)->cp, 0x2013);
    bar_draw(&cv, 0, 0, 10, ROLE_BAD, known_f64(0.45));
    assert_int_equal(canvas_cell(&cv, 0, 4)->role, ROLE_BAD);
    assert_int_equal(canvas_cell(&cv, 0, 5)->role, ROLE_BAR_EMPTY);
    canvas_clear(&cv, ROLE_TEXT);
    bar_draw(&cv, 0, 0, 0, ROLE_BAR, known_f64(1));
    bar_draw(&cv, 0, 0, -5, ROLE_BAR, known_f64(1));
    assert_drawn(&cv, "\n");
    bar_draw(&cv, 0, 8, 10, ROLE_BAR, known_f64(1)); /* clipped */
    assert_drawn(&cv, "        ████\n");
    canvas_done(&cv);
}

static void sparklines_are_drawn(void **state)
{
    (void)state;
    static const double samples[] = {0, 1, 2, 3, 4, 5, 6, 7};
    static const double holes[] = {100, NAN, 0, 50, INFINITY, -5};
    struct canvas cv;
    canvas_init(&cv, 1, 10);
    spark_draw(&cv, 0, 0, 8, ROLE_SPARK, samples, 8, 0);
    assert_drawn(&cv, "▁▂▃▄▅▆▇█\n");
    spark_draw(&cv, 0, 0, 4, ROLE_SPARK, samples, 8, 7); /* the last four */
    assert_drawn(&cv, "▅▆▇█\n");
    spark_draw(&cv, 0, 0, 10, ROLE_SPARK, samples, 3, 7); /* newest on the right */
    assert_drawn(&cv, "       ▁▂▃\n");
    spark_draw(&cv, 0, 0, 6, ROLE_SPARK, holes, 6, 100);
    assert_int_equal(canvas_cell(&cv, 0, 1)->role, ROLE_DIM);
    assert_drawn(&cv, "█·▁▅█▁\n");
    spark_draw(&cv, 0, 0, 5, ROLE_SPARK, samples, 0, 0);
    assert_drawn(&cv, "\n");
    spark_draw(&cv, 0, 0, 3, ROLE_SPARK, (const double[]){0, 0, 0}, 3, 0); /* no largest */
    assert_drawn(&cv, "▁▁▁\n");
    cv.ascii = true;
    spark_draw(&cv, 0, 0, 8, ROLE_SPARK, samples, 8, 0);
    assert_drawn(&cv, "_.-=+*%#\n");
    spark_draw(&cv, 0, 0, 6, ROLE_SPARK, holes, 6, 100);
    assert_drawn(&cv, "#?_+#_\n");
    canvas_done(&cv);
}

static void rules_are_drawn(void **state)
{
    (void)state;
    static const struct {
        int cols;
        const char *title, *right, *want;
    } rules[] = {
        {30, "1 Pods", "Ray 2.60.0", "── 1 Pods ─────── Ray 2.60.0 ─\n"},
        {30, "1 Pods", NULL, "── 1 Pods ────────────────────\n"},
        {16, "1 Pods", "mistral-44qn2", "── 1 Pods ──────\n"}, /* nothing worth showing is left of it */
        {9, "NeuronCores", "x", "── Neur…\n"},
        {3, "1 Pods", "x", "───\n"},
        {0, "1 Pods", "x", "\n"},
        {14, "", "", "──────────────\n"},
        {14, "日本語", NULL, "── 日本語 ────\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        struct canvas cv;
        canvas_init(&cv, 1, rules[i].cols);
        rule_draw(&cv, 0, rules[i].title, rules[i].right, true);
        char *text = canvas_dump(&cv, false);
        assert_string_equal(text, rules[i].want);
        free(text);
        canvas_done(&cv);
    }
    struct canvas cv;
    canvas_init(&cv, 1, 24);
    rule_draw(&cv, 0, "Pods", "now", true);
    assert_int_equal(canvas_cell(&cv, 0, 3)->role, ROLE_TITLE);
    assert_int_equal(canvas_cell(&cv, 0, 0)->role, ROLE_RULE);
    rule_draw(&cv, 0, "Pods", "now", false);
    assert_int_equal(canvas_cell(&cv, 0, 3)->role, ROLE_STRONG);
    assert_drawn(&cv, "── Pods ────────── now ─\n");
    rule_draw(&cv, 0, NULL, "now", false);
    assert_drawn(&cv, "────────────────── now ─\n");
    rule_draw(&cv, 0, "1 Pods", "mistral-44qn2 · Ray 2.60.0", false);
    assert_drawn(&cv, "── 1 Pods ─ mistral-4… ─\n");
    canvas_done(&cv);
}

typedef int drawing(struct canvas *cv, int row, int col, enum role role, const char *text, int skip);
typedef int measuring(const char *text, int width);

static void assert_broken(drawing *draw, measuring *height, const char *text, int width, const char *want)
{
    struct canvas cv;
    canvas_init(&cv, 8, width);
    int rows = draw(&cv, 0, 0, ROLE_TEXT, text, 0);
    assert_int_equal(rows, height(text, width));
    cv.rows = rows;
    char *drawn = canvas_dump(&cv, false);
    assert_string_equal(drawn, want);
    free(drawn);
    canvas_done(&cv);
}

static void assert_wrapped(const char *text, int width, const char *want)
{
    assert_broken(wrap_draw, wrap_height, text, width, want);
}

static void assert_hangs(const char *text, int width, const char *want)
{
    assert_broken(wrap_hang_draw, wrap_hang_height, text, width, want);
}

static void wrapped_values_hang_under_their_keys(void **state)
{
    (void)state;
    assert_hangs("uid   one two three", 12, "uid   one\n      two\n      three\n");
    assert_hangs("uid   one\nplain words here", 12, "uid   one\nplain words\nhere\n");
    assert_hangs("  indented text", 12, "  indented\n  text\n");
    assert_hangs("a long key that is   too far", 16, "a long key that\nis   too far\n"); /* no room under it */
    assert_hangs("uid   longer-than-it", 12, "uid   longer\n      -than-\n      it\n");  /* no key stands alone */
    assert_hangs("日本  one two three", 12, "日本  one\n      two\n      three\n");
}

static void text_is_wrapped(void **state)
{
    (void)state;
    assert_wrapped("the head is gone", 8, "the head\nis gone\n");
    assert_wrapped("the head is gone", 7, "the\nhead is\ngone\n");
    assert_wrapped("the  head", 5, "the\nhead\n"); /* blanks at a break go */
    size_t next;
    assert_int_equal(wrap_line("        head", 4, &next), 0); /* and at the beginning, where they fill a line */
    assert_int_equal(next, 8);
    assert_wrapped("a  b", 10, "a  b\n");
    assert_wrapped("abcdefgh ij", 4, "abcd\nefgh\nij\n");
    assert_wrapped("one\n\ntwo\n", 10, "one\n\ntwo\n");
    assert_wrapped("  indented text", 10, "  indented\ntext\n");
    assert_wrapped("", 5, "");
    assert_wrapped("日本語", 4, "日本\n語\n");
    assert_wrapped("日本語", 5, "日本\n語\n");
    assert_wrapped("abe\xCC\x81x", 3, "abe\xCC\x81\nx\n"); /* the mark stays with its letter */
    assert_int_equal(wrap_height("日本", 1), 2);           /* too narrow for any of it, and still it ends */
    assert_int_equal(wrap_height("abc", 0), 3);
    assert_int_equal(wrap_height("abc", -4), 3);
    struct canvas cv;
    canvas_init(&cv, 2, 5);
    assert_int_equal(wrap_draw(&cv, 0, 0, ROLE_TEXT, "a b c\nd\ne\nf", 1), 2);
    assert_drawn(&cv, "d\ne\n");
    canvas_done(&cv);
}

static void textbox_type(struct textbox *tb, const char *keys)
{
    struct input in;
    char word[24];
    while (*keys) {
        size_t len = strcspn(keys, " ");
        snprintf(word, sizeof word, "%.*s", (int)len, keys);
        assert_true(key_parse(word, &in));
        assert_true(textbox_input(tb, &in));
        keys += len + (keys[len] == ' ');
    }
}

static void textbox_is_edited(void **state)
{
    (void)state;
    static const struct {
        const char *start, *keys, *want;
        size_t cursor;
    } edits[] = {
        {"", "a b c", "abc", 3},
        {"abc", "Left x", "abxc", 3},
        {"abc", "^A x", "xabc", 1},
        {"abc", "Home Right x End y", "axbcy", 5},
        {"abc", "Backspace Backspace Backspace Backspace", "", 0},
        {"abc", "^A Del ^D", "c", 0},
        {"abc", "Del", "abc", 3},
        {"one two  three", "^W", "one two  ", 9},
        {"one two  ", "^W", "one ", 4},
        {"one two", "Left Left ^U", "wo", 0},
        {"one two", "Left Left ^K", "one t", 5},
        {"one two", "^W ^A ^Y", "twoone ", 3}, /* what was cut comes back, as often as it is asked for */
        {"one two", "^U ^Y ^Y", "one twoone two", 14},
        {"one two", "^A M-f ^K ^K ^Y", "one two", 7}, /* nothing cut leaves what was */
        {"abc", "Backspace ^Y", "ab", 2},
        {"one two", "M-b M-b x", "xone two", 1},
        {"one two", "^A M-f x", "onex two", 4},
        {"one two", "M-Backspace", "one ", 4},
        {"héé", "Backspace", "hé", 3},
        {"日本語", "Left Backspace", "日語", 3},
        {"ae\xCC\x81", "Backspace", "a", 1}, /* a letter and its mark are one */
        {"ae\xCC\x81", "Left x", "axe\xCC\x81", 2},
        {"ae\xCC\x81", "^A Right Right x", "ae\xCC\x81x", 5},
        {"abc", "^B ^B ^F x Space é", "abx éc", 6},
        {"", "\xCC\x81 a \xCC\x81", "a\xCC\x81", 3}, /* a mark needs something to stand on */
    };
    for (size_t i = 0; i < ARRAY_LEN(edits); i++) {
        struct textbox tb = {.len = 0};
        textbox_set(&tb, edits[i].start);
        textbox_type(&tb, edits[i].keys);
        assert_string_equal(tb.text, edits[i].want);
        assert_int_equal(tb.len, strlen(edits[i].want));
        assert_int_equal(tb.cursor, edits[i].cursor);
    }
}

static void leaves_keys_to_its_owner(void **state)
{
    (void)state;
    static const char *const keys[] = {"Enter", "Esc", "Tab", "S-Tab", "^C", "Up", "Down", "F1", "M-x", "^L", "PgUp"};
    struct textbox tb = {.len = 0};
    textbox_set(&tb, "abc");
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        struct input in;
        assert_true(key_parse(keys[i], &in));
        assert_false(textbox_input(&tb, &in));
    }
    assert_false(textbox_input(&tb, &(struct input){.type = INPUT_MOUSE}));
    assert_false(textbox_input(&tb, &(struct input){.type = INPUT_KEY, .key = 0x202E})); /* not for the screen */
    assert_string_equal(tb.text, "abc");
}

static void pastes_in_one_line(void **state)
{
    (void)state;
    struct textbox tb = {.len = 0};
    textbox_clear(&tb);
    const char *paste = "one\ntwo\tthree é\033[2J";
    assert_true(textbox_input(&tb, &(struct input){.type = INPUT_PASTE, .paste = paste, .paste_len = strlen(paste)}));
    assert_string_equal(tb.text, "one two three é[2J");
    char *big = mem_zero(INPUT_PASTE_MAX + 1, 1);
    for (int i = 0; i + 3 <= INPUT_PASTE_MAX; i += 3) memcpy(big + i, "日", 3);
    assert_true(textbox_input(&tb, &(struct input){.type = INPUT_PASTE, .paste = big, .paste_len = strlen(big)}));
    assert_in_range(tb.len, TEXTBOX_MAX - 4, TEXTBOX_MAX - 1);
    assert_memory_equal(tb.text + tb.len - 3, "日", 3); /* what did not fit was dropped whole */
    assert_int_equal(tb.lost, strlen(big) - (tb.len - strlen("one two three é[2J")));
    assert_true(textbox_input(&tb, &(struct input){.type = INPUT_KEY, .key = KEYP_LEFT}));
    assert_int_equal(tb.lost, 0);
    textbox_set(&tb, big);
    assert_in_range(tb.len, TEXTBOX_MAX - 4, TEXTBOX_MAX - 1);
    assert_memory_equal(tb.text + tb.len - 3, "日", 3);
    free(big);
}

/* What an edit leaves of combining marks is safe text: on no character, or more than a cell holds, they go. */
static void marks_lose_their_character(void **state)
{
    (void)state;
    struct textbox tb = {.len = 0};
    textbox_set(&tb, "a\u0301\u0301\u0301 \u0302\u0302b");
    for (int i = 0; i < 2; i++) assert_true(textbox_input(&tb, &(struct input){.type = INPUT_KEY, .key = KEYP_LEFT}));
    /* The blank goes with its marks. */
    assert_true(textbox_input(&tb, &(struct input){.type = INPUT_KEY, .key = KEYP_DELETE}));
    assert_string_equal(tb.text, "a\u0301\u0301\u0301b");
    /* To the word's end: what stood on the blank stands on nothing now, or on a character that is full. */
    textbox_set(&tb, "a\u0301\u0301\u0301\u0301 b \u0302\u0302c");
    assert_true(textbox_input(&tb, &(struct input){.type = INPUT_KEY, .key = KEYP_HOME}));
    assert_true(textbox_input(&tb, &(struct input){.type = INPUT_KEY, .key = KEYP_RIGHT}));
    assert_true(textbox_input(&tb, &(struct input){.type = INPUT_KEY, .key = 'd', .mods = MOD_ALT}));
    assert_true(textbox_input(&tb, &(struct input){.type = INPUT_KEY, .key = 'd', .mods = MOD_ALT}));
    assert_true(text_is_safe(tb.text, tb.len, TEXT_ONE_LINE));
    assert_true(tb.cursor <= tb.len);
    textbox_set(&tb, "a \u0302\u0302c");
    assert_true(textbox_input(&tb, &(struct input){.type = INPUT_KEY, .key = KEYP_HOME}));
    assert_true(textbox_input(&tb, &(struct input){.type = INPUT_KEY, .key = 'f', .mods = MOD_ALT}));
    assert_true(textbox_input(&tb, &(struct input){.type = INPUT_KEY, .key = 'f', .mods = MOD_ALT}));
    assert_true(textbox_input(&tb, &(struct input){.type = INPUT_KEY, .key = 'u', .mods = MOD_CTRL}));
    assert_true(text_is_safe(tb.text, tb.len, TEXT_ONE_LINE));
}

static void assert_box(struct textbox *tb, int width, const char *want, int cursor)
{
    struct canvas cv;
    canvas_init(&cv, 1, width + 2);
    textbox_draw(tb, &cv, 0, 1, width, ROLE_TEXT);
    assert_int_equal(cv.cursor->col, cursor);
    assert_drawn(&cv, want);
    canvas_done(&cv);
}

static void scrolls_sideways(void **state)
{
    (void)state;
    struct textbox tb = {.len = 0};
    textbox_set(&tb, "abcdefghij");
    assert_box(&tb, 12, " abcdefghij\n", 11);
    assert_box(&tb, 6, " …ghij\n", 6);
    textbox_type(&tb, "^A");
    assert_box(&tb, 6, " abcde…\n", 1);
    textbox_type(&tb, "Right Right Right Right Right");
    assert_box(&tb, 6, " abcde…\n", 6);
    textbox_type(&tb, "Right Right");
    assert_box(&tb, 6, " …defg…\n", 6);
    assert_box(&tb, 1, " h\n", 1);
    textbox_set(&tb, "日本語");
    assert_box(&tb, 5, " …語\n", 4);
    struct canvas cv;
    canvas_init(&cv, 1, 4);
    textbox_draw(&tb, &cv, 0, 0, 0, ROLE_TEXT);
    assert_int_equal(cv.cursor->row, -1);
    canvas_done(&cv);
}

static void edits_lines(void **state)
{
    (void)state;
    static const struct {
        const char *start, *keys, *want;
        size_t cursor;
    } edits[] = {
        {"ab", "M-Enter c", "ab\nc", 4},
        {"ab", "^A ^J", "\nab", 1},
        {"one\ntwo", "Up x", "onex\ntwo", 4},
        {"one\ntwo", "^P ^A x", "xone\ntwo", 1},
        {"one\ntwo", "Up Down x", "one\ntwox", 8},
        {"long line\nx\nlast one", "Left Left ^P ^P y", "lyong line\nx\nlast one", 2},
        {"one\ntwo", "Home x", "one\nxtwo", 5},
        {"one\ntwo", "Up End ^K", "onetwo", 3},
        {"one\ntwo", "Up ^A ^K", "\ntwo", 0},
        {"one\ntwo", "^U", "one\n", 4},
        {"one\ntwo", "^U Backspace", "one", 3},
        {"one\ntwo", "M-b M-b M-d", "\ntwo", 0},
        {"one\ntwo", "^W ^W", "", 0},
        {"日本\nab", "Up x", "日x本\nab", 4},
    };
    for (size_t i = 0; i < ARRAY_LEN(edits); i++) {
        struct textbox tb = {.lines = true};
        textbox_set(&tb, edits[i].start);
        textbox_type(&tb, edits[i].keys);
        assert_string_equal(tb.text, edits[i].want);
        assert_int_equal(tb.cursor, edits[i].cursor);
    }
    struct textbox tb = {.lines = true};
    assert_false(textbox_input(&tb, &(struct input){.type = INPUT_KEY, .key = KEYP_UP})); /* no line there */
    assert_false(textbox_input(&tb, &(struct input){.type = INPUT_KEY, .key = 'n', .mods = MOD_CTRL}));
    const char *paste = "one\ntwo\tthree\n";
    assert_true(textbox_input(&tb, &(struct input){.type = INPUT_PASTE, .paste = paste, .paste_len = strlen(paste)}));
    assert_string_equal(tb.text, "one\ntwo three\n");
}

static void lines_are(const char *text, size_t cursor, int rows, const char *want, int row, int col)
{
    struct textbox tb = {.lines = true};
    struct canvas cv;
    canvas_init(&cv, rows, 8);
    textbox_set(&tb, text);
    tb.cursor = cursor;
    textbox_draw_lines(&tb, &cv, 0, 0, rows, 8, ROLE_TEXT);
    assert_int_equal(cv.cursor->row, row);
    assert_int_equal(cv.cursor->col, col);
    assert_drawn(&cv, want);
    canvas_done(&cv);
}

static void draws_lines(void **state)
{
    (void)state;
    lines_are("", 0, 2, "\n\n", 0, 0);
    lines_are("one\ntwo", 7, 2, "one\ntwo\n", 1, 3);
    lines_are("one\ntwo", 3, 2, "one\ntwo\n", 0, 3);
    lines_are("one\ntwo", 4, 2, "one\ntwo\n", 1, 0);
    lines_are("one\n", 4, 2, "one\n\n", 1, 0); /* a break at the end begins a line */
    lines_are("a longer line", 13, 2, "longer\nline\n", 1, 4);
    lines_are("a longer line", 0, 2, "a\nlonger\n", 0, 0);
    lines_are("abcdefghij", 10, 2, "abcdefg\nhij\n", 1, 3);
    lines_are("word   ", 7, 1, "word\n", 0, 7);
    struct textbox tb = {.lines = true};
    assert_int_equal(textbox_rows(&tb, 8), 1);
    textbox_set(&tb, "a longer line\n");
    assert_int_equal(textbox_rows(&tb, 8), 4);
    assert_int_equal(textbox_rows(&tb, 0), 12);
}

static void parts_drawn(const char *text, int cols, int lines, const char *want)
{
    struct canvas cv;
    canvas_init(&cv, 4, cols);
    wrap_parts_draw(&cv, 0, 0, lines, ROLE_TEXT, text);
    char *drawn = canvas_dump(&cv, false);
    assert_string_equal(drawn, want);
    free(drawn);
    canvas_done(&cv);
}

/* Half a sentence may say the opposite: what does not fit is left out in whole parts. */
static void parts_are_whole(void **state)
{
    (void)state;
    parts_drawn("2 failed, 31 answered · slowest 1.4 s", 40, 1, "2 failed, 31 answered · slowest 1.4 s\n\n\n\n");
    parts_drawn("2 failed, 31 answered · slowest 1.4 s", 30, 1, "2 failed, 31 answered\n\n\n\n");
    parts_drawn("2 failed, 31 answered · slowest 1.4 s", 12, 1, "2 failed\n\n\n\n");
    parts_drawn("2 failed, 31 answered · slowest 1.4 s", 12, 2, "2 failed, 31\nanswered\n\n\n");
    parts_drawn("2 failed, 31 answered", 6, 1, "2 fai…\n\n\n\n");
    parts_drawn("", 6, 1, "\n\n\n\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_whole),
        cmocka_unit_test(bars_are_drawn),
        cmocka_unit_test(sparklines_are_drawn),
        cmocka_unit_test(rules_are_drawn),
        cmocka_unit_test(text_is_wrapped),
        cmocka_unit_test(wrapped_values_hang_under_their_keys),
        cmocka_unit_test(textbox_is_edited),
        cmocka_unit_test(marks_lose_their_character),
        cmocka_unit_test(edits_lines),
        cmocka_unit_test(draws_lines),
        cmocka_unit_test(leaves_keys_to_its_owner),
        cmocka_unit_test(pastes_in_one_line),
        cmocka_unit_test(scrolls_sideways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
