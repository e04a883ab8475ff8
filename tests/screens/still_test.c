/* still_test.c - what nobody touched stays where it is: a head is killed in the simulated cluster, each second is drawn
 * at several sizes, and neither the panes nor the columns of their tables may move while values change. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tests/support/sim_play.h"
#include "tui/panes/screen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CALM_S = 10, AFTER_S = 110 };

static const struct {
    int rows, cols;
} sizes[] = {{60, 200}, {45, 160}, {40, 120}, {24, 80}};

/* A frame's lines of heads: of panes and of their tables, with where they begin. */
static char *places_of(const struct canvas *cv)
{
    static const char *const words[] = {"1 Pods",  "2 NeuronCores", "3 GCS",    "4 Requests", "5 Events", "Recovery",
                                        " READY ", "STATUS",        "RESTARTS", "AGE",        "K8S NODE", "RAY NODE",
                                        "SERVE",   "CORE ",         "UTIL",     "TABLE",      "FIELDS",   "BYTES",
                                        "PROMPT ", "ASKED",         "TOOK",     "ANSWER ",    "TIME",     "ABOUT"};
    char *text = canvas_dump(cv, false), *out = mem_str("");
    int row = 0;
    for (char *line = text, *end; *line; line = end + 1, row++) {
        end = line + strcspn(line, "\n");
        const bool last = !*end;
        *end = '\0';
        for (size_t i = 0; row > 4 && i < ARRAY_LEN(words); i++) {
            const char *at = strstr(line, words[i]);
            if (!at) continue;
            char *before = mem_printf("%.*s", (int)(at - line), line);
            char *more = mem_printf("%s%s %d:%zu\n", out, words[i], row, text_width(before));
            free(before);
            free(out);
            out = more;
        }
        if (last) break;
    }
    free(text);
    return out;
}

/* Does a head that both have stand in another column? Of a head that is there twice the first one counts. */
static bool columns_move(const char *before, const char *now)
{
    for (const char *line = now, *end; *line; line = end + 1) {
        end = line + strcspn(line, "\n");
        const char *at = end;
        while (at > line && at[-1] != ' ') at--; /* "row:column" */
        char *head = mem_printf("\n%.*s", (int)(at - line), line), *all = mem_printf("\n%s", before);
        const char *was = strstr(all, head), *column = was ? strchr(was + strlen(head), ':') : NULL;
        const bool moved = column && strtol(column + 1, NULL, 10) != strtol(strchr(at, ':') + 1, NULL, 10);
        free(head);
        free(all);
        if (moved) return true;
    }
    return false;
}

/* How often something moved. In the first second of the loss the recovery's pane comes: rows make room for it, columns
 * stay. */
static size_t moves_of(int rows, int cols, char letter, bool zoomed)
{
    struct sim_play p;
    struct canvas cv;
    struct screen *s = screen_new();
    char *before = NULL;
    size_t moves = 0;
    canvas_init(&cv, rows, cols);
    screen_size(s, rows, cols);
    sim_play_open(&p, true);
    for (int at = 0; at < CALM_S + AFTER_S; at++) {
        if (at == CALM_S) sim_play_kill_head(&p, 0);
        sim_play_pass(&p, 1000);
        const struct view v = sim_play_view(&p);
        screen_update(s, &v);
        if (at == 0) (void)screen_focus(s, letter);
        if (at == 0 && zoomed) screen_zoom(s);
        screen_update(s, &v);
        screen_draw(s, &v, &cv);
        char *now = places_of(&cv);
        if (before && (at == CALM_S ? columns_move(before, now) : strcmp(before, now) != 0)) {
            moves++;
            print_message("%dx%d %c at %+d s:\n--- from\n%s--- to\n%s", cols, rows, letter, at + 1 - CALM_S, before,
                          now);
        }
        free(before);
        before = now;
    }
    free(before);
    screen_free(s);
    canvas_done(&cv);
    sim_play_close(&p);
    return moves;
}

/* Where a table has no spare column its columns make room once for a longer word: at 160 columns the GCS's for "SINCE
 * DELETE"; at 120 the Pods' STATUS for "ContainerCreating", which else would cut the names of the K8s nodes on every
 * day without a loss, and the GCS's for "kept 80/83 +3 -3 expected". */
static size_t moves_allowed(int cols, char letter)
{
    if (letter == '1' && cols == 120) return 1;
    return letter == '3' && (cols == 160 || cols == 120);
}

static void test_panes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
        assert_true(moves_of(sizes[i].rows, sizes[i].cols, '1', false) <=
                    moves_allowed(sizes[i].cols, '1') + moves_allowed(sizes[i].cols, '3'));
}

static void test_zoomed(void **state)
{
    (void)state;
    for (const char *letter = "12345"; *letter; letter++)
        for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
            assert_true(moves_of(sizes[i].rows, sizes[i].cols, *letter, true) <=
                        (*letter == '1' ? moves_allowed(sizes[i].cols, '1') : 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_panes), cmocka_unit_test(test_zoomed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
