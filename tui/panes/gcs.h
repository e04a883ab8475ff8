/* gcs.h - the state of the GCS pane; shared by gcs.c and gcs_detail.c. */
#ifndef RAYDECK_PANES_GCS_H
#define RAYDECK_PANES_GCS_H

#include "tui/panes/fresh.h"
#include "tui/panes/pane_tools.h"

enum { GCS_TABLE, GCS_FIELDS, GCS_BYTES, GCS_CHANGED, GCS_COLUMNS };
#define GCS_CHECKPOINTS "checkpoints" /* the key of the row of Serve's checkpoints */

struct gcs {
    struct pane pane;
    struct table_view table;
    struct column columns[GCS_COLUMNS];
    struct pane_due due;
    uint64_t fields; /* of all tables shown */
    size_t checkpoints, checkpoints_present;
    const char *warning, *warning_brief; /* what the table cannot say; NULL: nothing */
    enum role warning_role;
    struct known_u64 heartbeat; /* the stamp in Redis, to compute its age */
};

/* Whether it belongs to the displayed GCS (any, if that is unknown). */
bool gcs_shows(const struct view *v, const char *ns);
void gcs_detail(const struct pane *p, const struct view *v, struct buf *out);
/* "3f0c…91" of a long id. */
char *short_id(const char *id, char out[32]);

#endif
