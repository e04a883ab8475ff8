/* canvas_svg_test.c - a canvas as SVG: well-formed, escaped, small, with each cell at its column. */
#include "tui/canvas_svg.h"

#include "backends/aws/xml_walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void on_element(void *arg, const char *path, const char *text)
{
    (void)arg;
    (void)path;
    (void)text;
}

/* Caller frees. */
static char *svg_drawn(const struct canvas *cv, const struct theme *light, const struct theme *dark)
{
    struct buf out;
    struct why why = {0};
    buf_init(&out, CANVAS_SVG_MAX);
    canvas_svg(cv, "one & two", light, dark, &out);
    if (xml_walk(buf_text(&out), out.len, &(struct xml_calls){.close = on_element}, &why))
        fail_msg("%s:\n%s", why.text, buf_text(&out));
    char *text = buf_take(&out);
    buf_done(&out);
    return text;
}

static void svg_has(const char *text, const char *words)
{
    if (!strstr(text, words)) fail_msg("no \"%s\" in:\n%s", words, text);
}

static void words_stand_at_their_columns(void **state)
{
    (void)state;
    struct canvas cv;
    struct theme dark;
    theme_default(&dark);
    canvas_init(&cv, 3, 40);
    canvas_text(&cv, 0, 0, ROLE_TEXT, "a <b> & \"c\"");
    canvas_text(&cv, 1, 4, ROLE_OK, "YES   日本 e\xCC\x81");
    char *svg = svg_drawn(&cv, NULL, &dark);
    svg_has(svg, "<tspan class=\"text\" x=\"8\" textLength=\"88\">a &lt;b&gt; &amp; &quot;c&quot;</tspan>");
    svg_has(svg, "<tspan class=\"ok\" x=\"40\" textLength=\"24\">YES</tspan>");
    svg_has(svg, "<tspan class=\"ok\" x=\"88\" textLength=\"48\">日本 e\xCC\x81</tspan>");
    assert_null(strstr(svg, "<script"));
    assert_null(strstr(svg, "href"));
    free(svg);
    canvas_done(&cv);
}

static void lines_and_bars_are_shapes(void **state)
{
    (void)state;
    struct canvas cv;
    struct theme dark;
    theme_default(&dark);
    canvas_init(&cv, 2, 20);
    canvas_text(&cv, 0, 0, ROLE_RULE, "───── x │");
    canvas_text(&cv, 1, 0, ROLE_BAR, "███▌▂▁");
    char *svg = svg_drawn(&cv, NULL, &dark);
    svg_has(svg, "<path class=\"rule\" d=\"M8 16h40v1h-40zM76 8h1v17h-1z\"/>");
    assert_null(strstr(svg, "─"));
    assert_null(strstr(svg, "█"));
    svg_has(svg, ">x</tspan>");
    free(svg);
    canvas_done(&cv);
}

static void a_picture_is_light_and_dark(void **state)
{
    (void)state;
    struct canvas cv;
    struct theme light, dark;
    theme_default(&dark);
    theme_default(&light);
    light.look[ROLE_OK].fg = COLOR_RGB | 0x00661a;
    canvas_init(&cv, 1, 20);
    canvas_text(&cv, 0, 0, ROLE_OK, "YES");
    canvas_text(&cv, 0, 5, ROLE_SELECTED, "row");
    char *svg = svg_drawn(&cv, &light, &dark);
    svg_has(svg, ".ok{fill:#00661a}");
    svg_has(strstr(svg, "prefers-color-scheme: dark"), ".ok{fill:#56d364}");
    svg_has(svg, ".selected{fill:#ffffff}.on-selected{fill:#1f2328}");
    svg_has(svg, "<rect class=\"back on-selected\" x=\"48\" y=\"8\" width=\"24\" height=\"17\"/>");
    assert_null(strstr(svg, ".danger"));
    free(svg);
    svg = svg_drawn(&cv, &light, NULL);
    assert_null(strstr(svg, "prefers-color-scheme"));
    free(svg);
    canvas_done(&cv);
}

/* One that sets its own page has it in the picture. */
static void the_page_is_the_themes(void **state)
{
    (void)state;
    struct canvas cv;
    struct theme light;
    theme_default(&light);
    light.look[ROLE_TEXT] = (struct look){.fg = COLOR_RGB | 0x101010, .bg = COLOR_RGB | 0xfafafa};
    canvas_init(&cv, 1, 20);
    canvas_text(&cv, 0, 0, ROLE_TEXT, "text");
    char *svg = svg_drawn(&cv, &light, NULL);
    svg_has(svg, ".page{fill:#fafafa}");
    svg_has(svg, ".text{fill:#101010}");
    assert_null(strstr(svg, "<rect class=\"back"));
    free(svg);
    canvas_done(&cv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_stand_at_their_columns),
        cmocka_unit_test(lines_and_bars_are_shapes),
        cmocka_unit_test(a_picture_is_light_and_dark),
        cmocka_unit_test(the_page_is_the_themes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
