/*
 * cores_heat.h - the heat view of the NeuronCores, for more cores than a bar each has room for: a cell a core with a
 * digit for its load in tenths, on a filling that says the same in colour; a line (or more) a K8s node or pod. Unknown
 * is no zero: it has a glyph of its own, as has a core without a runtime. A place whose monitor is not heard is drawn
 * as stale.
 */
#ifndef RAYDECK_PANES_CORES_HEAT_H
#define RAYDECK_PANES_CORES_HEAT_H

#include "backends/base/text.h"
#include "tui/draw/canvas.h"
#include "tui/panes/fresh.h"

enum { HEAT_NO_RUNTIME = -1, HEAT_UNKNOWN = -2, HEAT_NAME_MAX = 24, HEAT_SOURCE_MAX = 96 };

struct heat_cell {
    int load; /* tenths, 0 to 9, or one of the above */
    double percent;
    unsigned device;
    size_t row; /* of the pane's table, where it is shown too; some share one */
};
struct heat_place {
    char name[HEAT_NAME_MAX], source[HEAT_SOURCE_MAX];
    char stale[FRESH_TEXT_MAX]; /* in words; "": it is heard */
    size_t first, count, held;
    unsigned per_device; /* cores, at most */
};
struct heat {
    struct heat_cell *cell;
    struct heat_place *place;
    size_t cells, places, cell_room, place_room;
};
/* What is selected and what a filter hides, by row of the table. */
struct heat_look {
    size_t selected_row; /* SIZE_MAX: none */
    const bool *hidden;  /* NULL: nothing */
    bool focused;
};

void heat_clear(struct heat *h); /* keeps the room */
void heat_done(struct heat *h);
void heat_place_add(struct heat *h, const char *name, const char *source /* of its monitor; NULL: any */);
void heat_freshen(struct heat *h, const struct world *w, uint64_t now_ms); /* which are heard, as of now */
void heat_cell_add(struct heat *h, const struct heat_cell *cell);          /* to the last place */

int heat_lines(const struct heat *h, int cols); /* of the cores alone, without head and legend */
void heat_draw(const struct heat *h, const struct heat_look *look, struct canvas *cv);
void heat_legend_draw(struct canvas *cv, int row);
/* The table's row of the core at a cell of the content; SIZE_MAX: there is none. */
size_t heat_row_at(const struct heat *h, int rows, int cols, size_t selected_row, int row, int col);

enum role heat_role(int load);
enum role load_role(double percent); /* of a bar: the same scale */

#endif
