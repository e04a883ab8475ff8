/* theme_depth_test.c - Every theme on terminals of few colours, or none: what a role looks like there can be seen, and
 * what must be told apart is. */
#include "tui/term/color.h"

#include "backends/base/mem.h"
#include "tui/term/palette.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const int depths[] = {0, 8, 16, 256};

static void theme_read(const char *path, struct theme *ret)
{
    char text[8192];
    struct why why = {0};
    FILE *f = fopen(path, "r");
    if (!f) fail_msg("%s is not there", path);
    size_t len = fread(text, 1, sizeof text, f);
    fclose(f);
    if (theme_parse(path, text, len, ret, &why)) fail_msg("%s", why.text);
}

static void each_theme(int (*judge)(const struct theme *theme, int depth))
{
    glob_t found;
    int wrong = 0;
    assert_int_equal(glob("themes/*.yaml", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct theme theme;
        theme_read(found.gl_pathv[i], &theme);
        for (size_t d = 0; d < ARRAY_LEN(depths); d++) wrong += judge(&theme, depths[d]);
    }
    globfree(&found);
    assert_int_equal(wrong, 0);
}

static int roles_seen(const struct theme *theme, int depth)
{
    int wrong = 0;
    for (int role = 0; role < ROLE_COUNT; role++) {
        const struct shade s = color_shade(theme, (enum role)role, depth, NULL);
        if (s.fg == COLOR_DEFAULT || s.bg == COLOR_DEFAULT || palette_rgb(s.fg) != palette_rgb(s.bg)) continue;
        print_error("%s, %d colours: %s is %d on %d\n", theme->name, depth, role_name((enum role)role), s.fg, s.bg);
        wrong++;
    }
    return wrong;
}

static void no_role_is_invisible(void **state)
{
    (void)state;
    each_theme(roles_seen);
}

static bool shades_equal(const struct theme *theme, enum role a, enum role b, int depth)
{
    const struct shade x = color_shade(theme, a, depth, NULL), y = color_shade(theme, b, depth, NULL);
    return x.attributes == y.attributes && x.fg == y.fg && x.bg == y.bg;
}

/* Pairs that stand side by side, where the one must not be taken for the other. */
static int roles_told_apart(const struct theme *theme, int depth)
{
    static const enum role apart[][2] = {{ROLE_TEXT, ROLE_SELECTED},
                                         {ROLE_TEXT, ROLE_BAD},
                                         {ROLE_TEXT, ROLE_WARN},
                                         {ROLE_TEXT, ROLE_RELATED},
                                         {ROLE_TEXT, ROLE_TITLE},
                                         {ROLE_TEXT, ROLE_KEY},
                                         {ROLE_TEXT, ROLE_DANGER},
                                         {ROLE_TEXT, ROLE_ACTIVE},
                                         {ROLE_OK, ROLE_WARN},
                                         {ROLE_OK, ROLE_BAD},
                                         {ROLE_WARN, ROLE_BAD},
                                         {ROLE_SELECTED, ROLE_BAD},
                                         {ROLE_SELECTED, ROLE_RELATED},
                                         {ROLE_TEXT, ROLE_MARKED},
                                         {ROLE_SELECTED, ROLE_MARKED},
                                         {ROLE_MARKED, ROLE_RELATED},
                                         {ROLE_DIALOG, ROLE_DANGER},
                                         {ROLE_KEY, ROLE_KEY_OFF},
                                         {ROLE_STRIP, ROLE_ARMED},
                                         {ROLE_STRIP, ROLE_DEMO},
                                         {ROLE_BADGE_OK, ROLE_BADGE_WARN},
                                         {ROLE_BADGE_OK, ROLE_BADGE_BAD},
                                         {ROLE_BADGE_WARN, ROLE_BADGE_BAD},
                                         {ROLE_BADGE_OK, ROLE_BADGE_UNKNOWN},
                                         {ROLE_SELECTED, ROLE_HEAT_1},
                                         {ROLE_SELECTED, ROLE_HEAT_2},
                                         {ROLE_SELECTED, ROLE_HEAT_3},
                                         {ROLE_SELECTED, ROLE_HEAT_4}};
    int wrong = 0;
    for (size_t i = 0; i < ARRAY_LEN(apart); i++) {
        if (!shades_equal(theme, apart[i][0], apart[i][1], depth)) continue;
        print_error("%s, %d colours: %s looks like %s\n", theme->name, depth, role_name(apart[i][0]),
                    role_name(apart[i][1]));
        wrong++;
    }
    return wrong;
}

static void what_must_differ_does(void **state)
{
    (void)state;
    each_theme(roles_told_apart);
}

/* A surface of its own must not fall on the terminal's page, black mostly: the strip was white on black, as any text.
 */
static int surfaces_seen(const struct theme *theme, int depth)
{
    int wrong = 0;
    for (int role = 0; depth && theme->look[ROLE_TEXT].bg == COLOR_DEFAULT && role < ROLE_COUNT; role++) {
        const struct shade s = color_shade(theme, (enum role)role, depth, NULL);
        const int32_t bg = theme->look[role].bg;
        if (bg == COLOR_DEFAULT || bg == 0 || bg == COLOR_RGB || s.attributes & A_REVERSE) continue;
        if (s.bg != COLOR_DEFAULT && palette_rgb(s.bg) != 0) continue;
        print_error("%s, %d colours: the background of %s is that of the page\n", theme->name, depth,
                    role_name((enum role)role));
        wrong++;
    }
    return wrong;
}

static void a_surface_stands_out_from_the_page(void **state)
{
    (void)state;
    each_theme(surfaces_seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_role_is_invisible),
        cmocka_unit_test(what_must_differ_does),
        cmocka_unit_test(a_surface_stands_out_from_the_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
