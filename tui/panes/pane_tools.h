/* pane_tools.h - what the panes do alike: when to rebuild, moving in a table, words for ages and short names. */
#ifndef RAYDECK_PANES_PANE_TOOLS_H
#define RAYDECK_PANES_PANE_TOOLS_H

#include "backends/base/text.h"
#include "tui/panes/pane.h"

/* When a pane's cached view was built, and from what. */
struct pane_due {
    bool built;
    uint64_t generation, until_ms;
    int cols;
    enum outage_state outage;
    char selected[160];
};
/* True when it must be built again: a generation, the selection elsewhere, the width or the outage moved, or `every_ms`
 * passed (ages are text). Remembers the new state. `generation`: the sum of those of the tables that are read. */
bool pane_due(struct pane_due *d, const struct pane *p, const struct view *v, uint64_t generation, uint64_t every_ms);

/* Arrows, hjkl, g G, PgUp PgDn, the wheel, clicks (row and col of the pane's content), Enter. `rows` of its table. */
struct pane_request pane_no_key(const struct input *in); /* for a key that a pane has no use for */
struct pane_request pane_table_input(struct pane *p, int rows, const struct input *in);

/* How far a key or the wheel scrolls a text of which `page` lines are visible; 0: not at all. */
int scroll_of(const struct input *in, int page);

/* The selected row of a pane's table as a selection. False when there is none. */
bool pane_table_selected(const struct pane *p, enum table table, struct selection *ret);

/* The row drawn on a line of the pane's content (1: the first under the heads), NULL for none; *ret_selected may be
 * NULL. For what is drawn over a table's cells: bars, histories, sentences. */
const struct table_row *pane_row_at(const struct table_view *t, int rows, int line, bool *ret_selected);

/* "4d2h" since a wall-clock stamp; "–" where unknown; a stamp in the future is 0s. */
char *age_since(char out[TEXT_NUM_MAX], struct known_u64 stamp_ms, uint64_t wall_ms);

/* The end of a pod's name that tells it from its siblings: "head-d4544", "inf2-worker-q5rdw" of cluster
 * "mistral-44qn2". Borrowed from name. */
const char *pod_short(const char *name, const char *cluster);
const char *pod_suffix(const char *name); /* "q5rdw" */

/* text, or "–" where NULL or empty. */
const char *or_dash(const char *text);
/* "12", or "–". */
char *count_text(char out[TEXT_NUM_MAX], struct known_u64 n);
/* "48 ms", "1.4 s", or "–". */
char *latency_text(char out[TEXT_NUM_MAX], struct known_u64 us);

/* Draws a sentence over the pane's content, wrapped, dimmed: why there is nothing. */
void pane_say(struct canvas *cv, int row, enum role role, const char *text);
/* Colours everything drawn so far as old. */
void pane_stale(struct canvas *cv);

#endif
