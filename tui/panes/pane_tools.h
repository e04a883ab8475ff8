/* pane_tools.h - shared by the panes: when to rebuild, input to a table, words for ages and short names. */
#ifndef RAYDECK_PANES_PANE_TOOLS_H
#define RAYDECK_PANES_PANE_TOOLS_H

#include "backends/base/text.h"
#include "tui/panes/pane.h"

/* The inputs from which a pane's cached view was built. */
struct pane_due {
    bool built;
    uint64_t generation, until_ms;
    int cols;
    enum outage_state outage;
    char selected[160];
};
/* True when it must be rebuilt: a generation, another pane's selection, the width or the outage changed, or `every_ms`
 * passed (ages are text). Stores the new inputs. `generation`: the sum over the tables that are read. */
bool pane_due(struct pane_due *d, const struct pane *p, const struct view *v, uint64_t generation, uint64_t every_ms);

struct pane_request pane_no_key(const struct input *in); /* for a key that the pane does not handle */
/* Motion (motion.h), clicks (row and col of the pane's content), Enter. `rows` of its table. */
struct pane_request pane_table_input(struct pane *p, int rows, const struct input *in);

/* A row of a pane's table as a selection. */
struct selection pane_selection(const struct pane *p, const char *key);
/* Of a pane with a table, as in struct pane_ops: the selected row. False when there is none. */
bool pane_table_selected(const struct pane *p, struct selection *ret);

/* The row drawn on a line of the pane's content (1: the first under the heads), NULL for none; *ret_selected may be
 * NULL. For what is drawn over a table's cells: bars, histories, sentences. */
const struct table_row *pane_row_at(const struct table_view *t, int rows, int line, bool *ret_selected);

/* "4d2h" since a wall-clock stamp; "–" where unknown; a stamp in the future is 0s. */
char *age_since(char out[TEXT_NUM_MAX], struct known_u64 stamp_ms, uint64_t wall_ms);

/* The distinguishing suffix of a pod's name: "head-d4544", "inf2-worker-q5rdw" of cluster
 * "mistral-44qn2". Borrowed from name. */
const char *pod_short(const char *name, const char *cluster);
const char *pod_suffix(const char *name); /* "q5rdw" */

/* text, or "–" where NULL or empty. */
const char *or_dash(const char *text);
/* "12", or "–". */
char *count_text(char out[TEXT_NUM_MAX], struct known_u64 n);
/* "48 ms", "1.4 s", or "–". */

/* Draws a sentence in the pane, wrapped, dimmed: why it is empty. */
void pane_say(struct canvas *cv, int row, enum role role, const char *text);
/* Recolours everything drawn so far as stale. */
void pane_stale(struct canvas *cv);

/* "Pulled ×2  Container image …" */
char *event_words(const struct event *e, char *out, size_t size);

/* Bytes of a node's name where there is little room: EC2's have their region after the first dot; others may differ
 * only there. NULL: those of "not known yet". */
int pane_node_length(const char *name);

#endif
