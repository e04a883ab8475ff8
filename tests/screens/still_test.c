/* still_test.c - what nobody touched stays where it is: a head is killed in the simulated cluster, each second is drawn
 * at several sizes, and neither the panes nor the columns of their tables may move while values change, through the
 * whole loss and recovery. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tests/support/sim_play.h"
#include "tui/draw/table_layout.h"
#include "tui/panes/nodes_view.h"
#include "tui/panes/screen_priv.h"

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
                                        "PROMPT ", "SENT",          "TOOK",     "ANSWER ",    "TIME",     "ABOUT",
                                        "T0 = ",   "─      now",    "last time"};
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
        const bool first = strstr(now, head + 1) == line;
        const bool moved = first && column && strtol(column + 1, NULL, 10) != strtol(strchr(at, ':') + 1, NULL, 10);
        free(head);
        free(all);
        if (moved) return true;
    }
    return false;
}

/* ---- the columns of every table, shown or not, by their layout ---- */

struct columns {
    bool known;
    int cols;
    struct table_layout at;
};

/* Of a table that has no rows its heads are not drawn. */
static bool layout_moves(struct columns *was, const struct table_view *t, int cols)
{
    struct columns now = {.known = t->count > 0, .cols = cols};
    if (now.known) table_layout(t, cols, &now.at);
    const bool moved = was->known && now.known && was->cols == cols && memcmp(&was->at, &now.at, sizeof now.at) != 0;
    if (now.known) *was = now;
    return moved;
}

static size_t layouts_move(struct columns was[LAYOUT_PANES], const struct screen *s, const char *when)
{
    size_t moves = 0;
    for (int i = 0; i < LAYOUT_PANES; i++) {
        const struct pane *pane = s->panes[i];
        if (!pane->table || !layout_moves(&was[i], pane->table, pane->cols)) continue;
        moves++;
        print_message("%s: the columns of %s move\n", when, pane->ops->name);
    }
    return moves;
}

/* ---- the losses ---- */

static void kill_at_once(struct sim_play *p)
{
    sim_play_kill_head(p, 0);
}

/* Its containers end within the pod's own grace, while prompts are sent. */
static void kill_with_grace(struct sim_play *p)
{
    sim_play_prompts(p);
    sim_play_kill_head(p, -1);
}

static const struct {
    const char *name;
    void (*lose)(struct sim_play *p);
    bool rows_come; /* later than at once: of pods, prompts and events */
} losses[] = {{"kill", kill_at_once, false},
              {"kill with a grace", kill_with_grace, true},
              {"kill of a worker", sim_play_kill_worker, true}};

/* How often something moved. In the first second of the loss the recovery's pane comes, and later the rows of new pods:
 * rows make room for them, columns stay. */
static size_t moves_of(size_t loss, int rows, int cols, char letter, bool zoomed)
{
    struct sim_play p;
    struct canvas cv;
    struct screen *s = screen_new();
    struct columns layouts[LAYOUT_PANES] = {0};
    char *before = NULL;
    size_t moves = 0;
    canvas_init(&cv, rows, cols);
    screen_size(s, rows, cols);
    sim_play_open(&p, true);
    for (int at = 0; at < CALM_S + AFTER_S; at++) {
        char when[80];
        snprintf(when, sizeof when, "%s %dx%d %c at %+d s", losses[loss].name, cols, rows, letter, at + 1 - CALM_S);
        if (at == CALM_S) losses[loss].lose(&p);
        sim_play_pass(&p, 1000);
        const struct view v = sim_play_view(&p);
        screen_update(s, &v);
        if (at == 0) (void)screen_focus(s, letter);
        if (at == 0 && zoomed) screen_zoom(s);
        screen_update(s, &v);
        screen_draw(s, &v, &cv);
        char *now = places_of(&cv);
        moves += layouts_move(layouts, s, when);
        const bool rows_come = at == CALM_S || losses[loss].rows_come;
        if (before && (rows_come ? columns_move(before, now) : strcmp(before, now) != 0)) {
            moves++;
            print_message("%s:\n--- from\n%s--- to\n%s", when, before, now);
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

static void test_panes(void **state)
{
    size_t moves = 0;
    (void)state;
    for (size_t loss = 0; loss < ARRAY_LEN(losses); loss++)
        for (size_t i = 0; i < ARRAY_LEN(sizes); i++) moves += moves_of(loss, sizes[i].rows, sizes[i].cols, '1', false);
    assert_int_equal(moves, 0);
}

static void test_zoomed(void **state)
{
    size_t moves = 0;
    (void)state;
    for (const char *letter = "12345"; *letter; letter++)
        for (size_t i = 0; i < ARRAY_LEN(sizes); i++) moves += moves_of(1, sizes[i].rows, sizes[i].cols, *letter, true);
    assert_int_equal(moves, 0);
}

/* The nodes are an overlay. */
static void test_nodes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct sim_play p;
        struct canvas cv;
        struct nodes_view n;
        struct columns was = {0};
        canvas_init(&cv, sizes[i].rows, sizes[i].cols);
        nodes_view_open(&n);
        sim_play_open(&p, true);
        for (int at = 0; at < CALM_S + AFTER_S; at++) {
            if (at == CALM_S) sim_play_kill_head(&p, 0);
            sim_play_pass(&p, 1000);
            const struct view v = sim_play_view(&p);
            n.overlay.ops->update(&n.overlay, &v, sizes[i].rows, sizes[i].cols);
            assert_true(n.table.count > 0);
            assert_false(layout_moves(&was, &n.table, sizes[i].cols - 4));
        }
        n.overlay.ops->done(&n.overlay);
        sim_play_close(&p);
        canvas_done(&cv);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_panes), cmocka_unit_test(test_zoomed),
                                       cmocka_unit_test(test_nodes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
