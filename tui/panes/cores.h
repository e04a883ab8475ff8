/* cores.h - the state of the NeuronCores pane; shared by cores.c, cores_draw.c and cores_detail.c. */
#ifndef RAYDECK_PANES_CORES_H
#define RAYDECK_PANES_CORES_H

#include "tui/panes/cores_heat.h"
#include "tui/panes/fresh.h"
#include "tui/panes/pane_tools.h"

enum { CORES_POD, CORES_CORE, CORES_UTIL, CORES_HISTORY, CORES_REPLICA, CORES_COLUMNS };
/* Bars and histories, at least and at most: they grow with the room. A bar has its number beside it. */
enum {
    CORES_BAR = 10,
    CORES_BAR_MAX = 40,
    CORES_SPARK = 8,
    CORES_SPARK_MAX = 60,
    CORES_NUMBER = 5,
    CORES_SECONDS = 60
};

/* Sums over the monitors; unknown where none reports it. */
struct cores_sum {
    size_t cores, held;
    struct known_f64 p50, p99; /* seconds; the slowest monitor's */
    struct known_u64 errors, ecc_uncorrected;
};
/* AUTO: bars, or the heat view where they do not fit; it stays until they have fitted for some seconds. */
enum cores_view { CORES_AUTO, CORES_BARS, CORES_HEAT };
struct cores {
    struct pane pane;
    struct table_view table;
    struct pane_due due;
    struct cores_sum sum;
    char devices[160]; /* the line of device memory; "" none known */
    struct column columns[CORES_COLUMNS];
    struct heat heat;
    enum cores_view view;
    bool crowded; /* AUTO: the bars did not fit in the size that follows */
    int crowded_rows, crowded_cols;
    uint64_t fits_since_ms; /* the bars would; 0: they do not */
};

/* How a core is used: not held by a runtime; held, and idle in all samples; or held, with a utilisation that may be
 * 0. */
enum core_use { CORE_UNKNOWN, CORE_NO_RUNTIME, CORE_IDLE, CORE_HELD /* utilisation not reported */, CORE_USED };
enum core_use core_use_of(const struct world *w, const struct core *core);
const char *core_use_words(enum core_use use);

/* The utilisation of the last minute in `buckets` averages, oldest first; NAN is unknown. Returns how many. */
size_t core_minute(const struct world *w, const struct core *core, double *out, size_t buckets);

/* Rows of the table, and of the lines under it, in `rows` of content. */
struct cores_fit {
    int table, devices, exec;
};
struct cores_fit cores_fit(const struct cores *s, int rows);

size_t cores_selected_row(const struct cores *s); /* of the table; SIZE_MAX: none */
bool cores_heat(const struct cores *s);           /* the heat view is shown */
void cores_view_next(struct pane *p);             /* from bars to the heat view, and back */

const struct monitor *monitor_of_core(const struct world *w, const struct core *core);
void cores_draw(const struct pane *p, const struct view *v, struct canvas *cv, bool focused);
void cores_detail(const struct pane *p, const struct view *v, struct buf *out);

#endif
