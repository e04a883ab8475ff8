/*
 * findings_view.h - findings as a table, and the selected one's why, fix and source: shared by the doctor and the lint
 * pane. The findings are the owner's; NULL: none yet.
 */
#ifndef RAYDECK_PANES_FINDINGS_VIEW_H
#define RAYDECK_PANES_FINDINGS_VIEW_H

#include "deploy/finding.h"
#include "tui/panes/pane.h"

enum { FINDINGS_SEVERITY, FINDINGS_RULE, FINDINGS_WHERE, FINDINGS_WHAT, FINDINGS_COLUMNS };
enum { FINDINGS_KEY_MAX = 128, FINDINGS_STATUS_MAX = 96 };

struct findings_view {
    struct pane pane; /* first: the owner's state begins with this */
    struct table_view table;
    char **message; /* of the rows, whole, by their keys; owned */
    char (*key)[FINDINGS_KEY_MAX];
    size_t count, widest; /* columns of the longest message */
};

void findings_view_init(struct findings_view *s, bool of_file /* WHERE is a position in it */);
void findings_view_done(struct findings_view *s);
void findings_view_fill(struct findings_view *s, const struct findings *f);
/* none: the text of an empty table. Where a message is wider than its column, the selected one stands whole below the
 * table, in a band whose height does not depend on the selection. */
void findings_view_draw(const struct findings_view *s, struct canvas *cv, bool focused, enum role role,
                        const char *none);
int findings_view_rows(const struct findings_view *s);
/* "1 error · 2 warnings · 0 infos · 0 unknown". */
void findings_view_status(const struct findings *f, char out[FINDINGS_STATUS_MAX]);
void findings_view_detail(const struct findings_view *s, const struct findings *f, struct buf *out);

/* As in struct pane_ops. */
struct pane_request findings_view_input(struct pane *p, const struct view *v, const struct input *in);

#endif
