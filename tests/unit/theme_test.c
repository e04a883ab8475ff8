/* theme_test.c - Themes: the files we ship, what a broken file is told, and the nearest colours. */
#include "tui/term/theme.h"

#include "backends/base/mem.h"
#include "tui/term/palette.h"

#include <glob.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void theme_read(const char *name, struct theme *ret)
{
    char *path = mem_printf("themes/%s.yaml", name), text[8192];
    struct why why = {0};
    FILE *f = fopen(path, "r");
    if (!f) fail_msg("%s is not there", path);
    size_t len = fread(text, 1, sizeof text, f);
    fclose(f);
    if (theme_parse(path, text, len, ret, &why)) fail_msg("%s", why.text);
    free(path);
}

static bool looks_same(const struct look *a, const struct look *b)
{
    return a->fg == b->fg && a->bg == b->bg && a->bold == b->bold && a->dim == b->dim && a->underline == b->underline &&
           a->reverse == b->reverse && a->italic == b->italic;
}

static int32_t rgb_of(int32_t color, int32_t otherwise)
{
    return color == COLOR_DEFAULT ? otherwise : color & COLOR_RGB ? color & 0xFFFFFF : palette_rgb(color);
}

struct light {
    double r, g, b;
};

static struct light light_of(int32_t rgb)
{
    double c[3];
    for (int i = 0; i < 3; i++) {
        double v = (rgb >> (16 - 8 * i) & 255) / 255.0;
        c[i] = v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
    }
    return (struct light){c[0], c[1], c[2]};
}

static double light_luminance(struct light c)
{
    return 0.2126 * c.r + 0.7152 * c.g + 0.0722 * c.b;
}

/* WCAG 2.1's contrast ratio. */
static double colour_contrast(int32_t a, int32_t b)
{
    double la = light_luminance(light_of(a)), lb = light_luminance(light_of(b));
    return la > lb ? (la + 0.05) / (lb + 0.05) : (lb + 0.05) / (la + 0.05);
}

enum sight { NORMAL, DEUTERANOPIA, TRITANOPIA };

/* Machado, Oliveira and Fernandes 2009, severity 1.0. */
static struct light light_seen(struct light c, enum sight sight)
{
    static const double matrix[3][9] = {
        {1, 0, 0, 0, 1, 0, 0, 0, 1},
        {0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881},
        {1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900},
    };
    const double *m = matrix[sight];
    return (struct light){m[0] * c.r + m[1] * c.g + m[2] * c.b, m[3] * c.r + m[4] * c.g + m[5] * c.b,
                          m[6] * c.r + m[7] * c.g + m[8] * c.b};
}

static double cube_root(double v)
{
    return v > 0.008856 ? cbrt(v) : 7.787 * v + 16.0 / 116;
}

/* CIE 1976 difference: 2.3 is just noticeable, 20 is plain at a glance. */
static double colour_difference(int32_t a, int32_t b, enum sight sight)
{
    double lab[2][3];
    for (int i = 0; i < 2; i++) {
        struct light c = light_seen(light_of(i ? b : a), sight);
        double x = cube_root((0.4124 * c.r + 0.3576 * c.g + 0.1805 * c.b) / 0.95047);
        double y = cube_root(light_luminance(c)), z = cube_root((0.0193 * c.r + 0.1192 * c.g + 0.9505 * c.b) / 1.08883);
        lab[i][0] = 116 * y - 16, lab[i][1] = 500 * (x - y), lab[i][2] = 200 * (y - z);
    }
    return sqrt(pow(lab[0][0] - lab[1][0], 2) + pow(lab[0][1] - lab[1][1], 2) + pow(lab[0][2] - lab[1][2], 2));
}

/* The themes with colours, what the terminal's own background is taken to be in each, for whose eyes it is, and the
 * contrast that its states keep. A theme of sources that is not here fails every_theme_is_judged. */
static const struct {
    const char *name;
    int32_t background;
    enum sight sight;
    double contrast;
} shipped[] = {{"default", 0x101010, NORMAL, 4.5},        {"light", 0xffffff, NORMAL, 4.5},
               {"high-contrast", 0x000000, NORMAL, 7},    {"deuteranopia", 0x101010, DEUTERANOPIA, 4.5},
               {"tritanopia", 0x101010, TRITANOPIA, 4.5}, {"projector", 0xffffff, NORMAL, 7}};

static void every_theme_is_judged(void **state)
{
    (void)state;
    glob_t found;
    assert_int_equal(glob("themes/*.yaml", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *name = strrchr(found.gl_pathv[i], '/') + 1;
        const size_t len = strlen(name) - strlen(".yaml");
        bool judged =
            len == strlen("mono") && strncmp(name, "mono", len) == 0; /* has no colours, and a test of its own */
        for (size_t k = 0; k < ARRAY_LEN(shipped); k++)
            judged = judged || (strlen(shipped[k].name) == len && strncmp(name, shipped[k].name, len) == 0);
        if (!judged) fail_msg("%s: the table of themes does not say what it is for", found.gl_pathv[i]);
    }
    globfree(&found);
}

static void states_are_told_apart(void **state)
{
    (void)state;
    static const enum role told[] = {ROLE_OK, ROLE_WARN, ROLE_BAD};
    for (size_t i = 0; i < ARRAY_LEN(shipped); i++) {
        struct theme t;
        theme_read(shipped[i].name, &t);
        assert_string_equal(t.name, shipped[i].name);
        int32_t ground = shipped[i].background, ink = ground ? 0 : 0xffffff;
        for (size_t a = 0; a < ARRAY_LEN(told); a++) {
            const struct look *la = &t.look[told[a]];
            double ratio = colour_contrast(rgb_of(la->fg, ink), rgb_of(la->bg, ground));
            if (ratio < shipped[i].contrast)
                fail_msg("%s: %s has a contrast of %.1f", shipped[i].name, role_name(told[a]), ratio);
            for (size_t b = a + 1; b < ARRAY_LEN(told); b++) {
                double far = colour_difference(rgb_of(la->fg, ink), rgb_of(t.look[told[b]].fg, ink), shipped[i].sight);
                if (far < 20)
                    fail_msg("%s: %s and %s differ by %.1f", shipped[i].name, role_name(told[a]), role_name(told[b]),
                             far);
            }
        }
    }
}

static void grey_text_can_be_read(void **state)
{
    (void)state;
    static const enum role roles[] = {ROLE_DIM, ROLE_STRIP, ROLE_HEADER, ROLE_STALE, ROLE_GONE, ROLE_ARMED, ROLE_DEMO};
    for (size_t i = 0; i < ARRAY_LEN(shipped); i++) {
        struct theme t;
        theme_read(shipped[i].name, &t);
        for (size_t k = 0; k < ARRAY_LEN(roles); k++) {
            const struct look *look = &t.look[roles[k]];
            double ratio = colour_contrast(rgb_of(look->fg, 0x808080), rgb_of(look->bg, shipped[i].background));
            if (ratio < 3) fail_msg("%s: %s has a contrast of %.1f", shipped[i].name, role_name(roles[k]), ratio);
        }
    }
}

/* What stands on a filled badge or on a cell of the heat view can be read, and no two fillings look alike. */
static void fillings_can_be_read_and_told_apart(void **state)
{
    (void)state;
    static const enum role filled[][5] = {
        {ROLE_BADGE_OK, ROLE_BADGE_WARN, ROLE_BADGE_BAD, ROLE_BADGE_UNKNOWN, ROLE_COUNT},
        {ROLE_HEAT_1, ROLE_HEAT_2, ROLE_HEAT_3, ROLE_HEAT_4, ROLE_COUNT}};
    for (size_t i = 0; i < ARRAY_LEN(shipped); i++) {
        struct theme t;
        theme_read(shipped[i].name, &t);
        for (size_t set = 0; set < ARRAY_LEN(filled); set++)
            for (size_t a = 0; filled[set][a] != ROLE_COUNT; a++) {
                const enum role role = filled[set][a], next = filled[set][a + 1];
                const struct look *look = &t.look[role];
                const double ratio = colour_contrast(rgb_of(look->fg, 0x808080), rgb_of(look->bg, 0x808080));
                if (ratio < 4.5) fail_msg("%s: %s has a contrast of %.1f", t.name, role_name(role), ratio);
                if (next == ROLE_COUNT) continue;
                const double far = colour_difference(rgb_of(look->bg, 0), rgb_of(t.look[next].bg, 0), shipped[i].sight);
                if (far < 15) fail_msg("%s: %s and %s differ by %.1f", t.name, role_name(role), role_name(next), far);
            }
    }
}

/* A bar is of the colour that the heat view gives the same load. */
static void bars_and_heat_are_of_one_scale(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(shipped); i++) {
        struct theme t;
        theme_read(shipped[i].name, &t);
        for (int quarter = 0; quarter < 4; quarter++)
            assert_int_equal(t.look[ROLE_LOAD_1 + quarter].fg, t.look[ROLE_HEAT_1 + quarter].bg);
    }
}

static void mono_has_no_colour_and_three_states(void **state)
{
    (void)state;
    struct theme t;
    theme_read("mono", &t);
    for (int role = 0; role < ROLE_COUNT; role++) {
        assert_int_equal(t.look[role].fg, COLOR_DEFAULT);
        assert_int_equal(t.look[role].bg, COLOR_DEFAULT);
    }
    assert_false(looks_same(&t.look[ROLE_OK], &t.look[ROLE_WARN]));
    assert_false(looks_same(&t.look[ROLE_WARN], &t.look[ROLE_BAD]));
    assert_false(looks_same(&t.look[ROLE_OK], &t.look[ROLE_BAD]));
    assert_true(t.look[ROLE_BAD].reverse);
}

/* By its colour where there are some, else by its weight; the gutter says it too. */
static void a_marked_row_is_seen(void **state)
{
    (void)state;
    struct theme t;
    theme_read("mono", &t);
    assert_false(looks_same(&t.look[ROLE_MARKED], &t.look[ROLE_TEXT]));
    assert_false(looks_same(&t.look[ROLE_MARKED], &t.look[ROLE_SELECTED]));
    for (size_t i = 0; i < ARRAY_LEN(shipped); i++) {
        theme_read(shipped[i].name, &t);
        const int32_t ground = shipped[i].background, ink = ground == 0xffffff ? 0 : 0xe0e0e0;
        const struct look *look = &t.look[ROLE_MARKED];
        const double ratio = colour_contrast(rgb_of(look->fg, ink), rgb_of(look->bg, ground)),
                     far =
                         colour_difference(rgb_of(look->fg, ink), rgb_of(t.look[ROLE_TEXT].fg, ink), shipped[i].sight);
        if (ratio < shipped[i].contrast) fail_msg("%s: a contrast of %.1f", shipped[i].name, ratio);
        if (far < 20) fail_msg("%s: it differs from text by %.1f", shipped[i].name, far);
    }
}

static void the_default_file_is_what_is_built_in(void **state)
{
    (void)state;
    struct theme file, built_in;
    theme_read("default", &file);
    theme_default(&built_in);
    assert_string_equal(file.name, built_in.name);
    for (int role = 0; role < ROLE_COUNT; role++)
        if (!looks_same(&file.look[role], &built_in.look[role]))
            fail_msg("they differ in %s", role_name((enum role)role));
}

static void a_theme_with_colours_is_mono_without(void **state)
{
    (void)state;
    struct theme file, t;
    theme_read("mono", &file);
    assert_ptr_equal(theme_without_colors(&file), &file);
    theme_default(&t);
    const struct theme *mono = theme_without_colors(&t);
    assert_string_equal(mono->name, file.name);
    for (int role = 0; role < ROLE_COUNT; role++)
        if (!looks_same(&file.look[role], &mono->look[role]))
            fail_msg("the file and what is built in differ in %s", role_name((enum role)role));
}

static void what_is_left_out_stays(void **state)
{
    (void)state;
    static const char text[] = "name: mine\nroles:\n  bad: {fg: 201, bg: '#0a0B0c', bold: false, italic: true}\n";
    struct theme t, standard;
    theme_default(&standard);
    assert_int_equal(theme_parse("mine.yaml", text, strlen(text), &t, NULL), ERR_OK);
    assert_string_equal(t.name, "mine");
    assert_int_equal(t.look[ROLE_BAD].fg, 201);
    assert_int_equal(t.look[ROLE_BAD].bg, COLOR_RGB | 0x0a0b0c);
    assert_false(t.look[ROLE_BAD].bold);
    assert_true(t.look[ROLE_BAD].italic);
    assert_true(looks_same(&t.look[ROLE_OK], &standard.look[ROLE_OK]));
}

static void mistakes_name_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {"", "x.yaml:1:1: the theme is empty"},
        {"- a\n", "x.yaml:1:1: a theme is a map"},
        {"name: n\nroles:\n  bod: {fg: red}\n", "x.yaml:3:3: there is no such role: bod"},
        {"roles:\n  bad: {fg: rde}\n", "x.yaml:2:9: no colour (a name, 0-255 or \"#rrggbb\"): rde"},
        {"roles:\n  bad: {fg: 256}\n", "x.yaml:2:9: no colour (a name, 0-255 or \"#rrggbb\"): 256"},
        {"roles:\n  bad: {fg: '#12345'}\n", "x.yaml:2:9: no colour"},
        {"roles:\n  bad: {fg: '#12345g'}\n", "x.yaml:2:9: no colour"},
        {"roles:\n  bad: {fg: [1]}\n", "x.yaml:2:9: a colour is one word"},
        {"roles:\n  bad: {bold: 1}\n", "x.yaml:2:9: true or false is wanted: bold"},
        {"roles:\n  bad: {blink: true}\n", "x.yaml:2:9: a role has no such property: blink"},
        {"roles:\n  bad: red\n", "x.yaml:2:3: a role is a map"},
        {"roles: [bad]\n", "x.yaml:1:1: roles is a map"},
        {"role: {}\n", "x.yaml:1:1: a theme has no such property: role"},
        {"name: [a]\n", "x.yaml:1:1: the name is one word"},
        {"roles:\n\tbad: {}\n", "x.yaml:2"},
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct theme t, before;
        struct why why = {0};
        memset(&t, 0x5A, sizeof t);
        memcpy(&before, &t, sizeof t);
        assert_int_equal(theme_parse("x.yaml", wrong[i].text, strlen(wrong[i].text), &t, &why), ERR_PARSE);
        if (!strstr(why.text, wrong[i].says)) fail_msg("wanted: %s\nsaid: %s", wrong[i].says, why.text);
        assert_memory_equal(&t, &before, sizeof t); /* untouched */
    }
}

static void nearest_colours(void **state)
{
    (void)state;
    assert_int_equal(theme_nearest(COLOR_DEFAULT, 256), COLOR_DEFAULT);
    assert_int_equal(theme_nearest(201, 256), 201);
    assert_int_equal(theme_nearest(COLOR_RGB | 0xff0000, 256), 196);
    assert_int_equal(theme_nearest(COLOR_RGB | 0x080808, 256), 232);
    assert_int_equal(theme_nearest(COLOR_RGB | 0x5fafff, 256), 75);
    assert_int_equal(theme_nearest(COLOR_RGB | 0xff0000, 16), 9);
    assert_int_equal(theme_nearest(COLOR_RGB | 0xff0000, 8), 1);
    assert_int_equal(theme_nearest(9, 8), 1);
    assert_int_equal(theme_nearest(9, 16), 9);
    assert_int_equal(theme_nearest(245, 16), 8);
    assert_int_equal(theme_nearest(196, 8), 1);
    assert_int_equal(theme_nearest(9, 0), COLOR_DEFAULT);
    for (int i = 232; i < 256; i++) { /* greys stay grey */
        int eight = theme_nearest(i, 8), sixteen = theme_nearest(i, 16);
        assert_true(eight == 0 || eight == 7);
        assert_true(sixteen == 0 || sixteen == 7 || sixteen == 8 || sixteen == 15);
    }
    for (int i = 16; i < 256; i++) {
        int nearest = theme_nearest(COLOR_RGB | palette_rgb(i), 256);
        assert_int_equal(palette_rgb(nearest), palette_rgb(i));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_theme_is_judged),
        cmocka_unit_test(states_are_told_apart),
        cmocka_unit_test(grey_text_can_be_read),
        cmocka_unit_test(fillings_can_be_read_and_told_apart),
        cmocka_unit_test(bars_and_heat_are_of_one_scale),
        cmocka_unit_test(mono_has_no_colour_and_three_states),
        cmocka_unit_test(a_marked_row_is_seen),
        cmocka_unit_test(the_default_file_is_what_is_built_in),
        cmocka_unit_test(a_theme_with_colours_is_mono_without),
        cmocka_unit_test(what_is_left_out_stays),
        cmocka_unit_test(mistakes_name_their_place),
        cmocka_unit_test(nearest_colours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
