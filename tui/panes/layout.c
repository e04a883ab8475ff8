/* layout.c - the position of each pane, for a given size. */
#include "tui/panes/layout.h"

#include "tui/draw/canvas.h"
#include "tui/panes/layout_split.h"

#include <string.h>

enum {
    ANSWERS_ROWS = 3,
    CONTENT_MIN = 4,
    RECOVERY_ROWS = 9,
    DETAIL_MAX = 9,
    LOWER_FIRST = 4, /* spare rows that events and prompts get first */
    BRIEF_MIN_BODY = 12,
    MESSAGE_MIN_ROWS = 16
};

static int least_of(int a, int b)
{
    return a < b ? a : b;
}

static int most_of(int a, int b)
{
    return a > b ? a : b;
}

/* One of the stacked bands of panes: its rows, and how many it wants. */
struct band {
    int rows, wanted;
};

/* Distributes the spare rows among the bands in turn, so that none starves. */
static int bands_share(struct band *bands, int count, int left)
{
    bool gave = true;
    while (left > 0 && gave) {
        gave = false;
        for (int i = 0; i < count && left > 0; i++)
            if (bands[i].rows < bands[i].wanted) {
                bands[i].rows++;
                left--;
                gave = true;
            }
    }
    return left;
}

static struct rect rows_of(const struct layout_ask *ask, int row, int rows)
{
    return (struct rect){row, 0, rows, ask->cols};
}

static void pane_place(struct layout *l, enum layout_pane pane, struct rect whole)
{
    l->rule[pane] = (struct rect){whole.row, whole.col, 1, whole.cols};
    l->pane[pane] = (struct rect){whole.row + 1, whole.col, whole.rows - 1, whole.cols};
}

static void place_two(struct layout *l, const struct layout_ask *ask, int which, enum layout_pane left,
                      enum layout_pane right, int row, int rows)
{
    const int set = l->sizes.line[0] ? l->sizes.line[0] : ask->cols / 2;
    const int half = clamp_int(set, LAYOUT_COLUMN_MIN, ask->cols - 1 - LAYOUT_COLUMN_MIN);
    l->sizes.line[0] = half;
    pane_place(l, left, (struct rect){row, 0, rows, half});
    pane_place(l, right, (struct rect){row, half + 1, rows, ask->cols - half - 1});
    l->split_col = half;
    l->split[which] = (struct rect){row, half, rows, 1};
}

static void place_column(struct layout *l, int column, int row, int rows, int col)
{
    l->split[column] = (struct rect){row, col, rows, 1};
    if (column == 0) l->split_col = col;
}

/* NeuronCores and the GCS in columns of their own, requests over events in the third. Its halves are fixed: no rule
 * moves when a prompt is sent. */
static void place_three(struct layout *l, const struct layout_ask *ask, int row, int rows)
{
    const int *set = l->sizes.line, widest = ask->cols - 1 - LAYOUT_COLUMN_MIN;
    const int cores =
        clamp_int(set[0] ? set[0] : ask->cols * 36 / 100, LAYOUT_COLUMN_MIN, widest - 1 - LAYOUT_COLUMN_MIN);
    const int second = cores + 1, computed = ask->cols * 36 / 100 + 1 + ask->cols * 34 / 100;
    const int third = clamp_int(set[1] ? set[1] : computed, second + LAYOUT_COLUMN_MIN, widest) + 1;
    const int gcs = third - 1 - second;
    const int asked = l->sizes.band[LAYOUT_UPPER_BAND];
    const int half = clamp_int(asked ? asked + 1 : rows / 2, CONTENT_MIN + 1, rows - CONTENT_MIN - 1);
    l->sizes.line[0] = cores;
    l->sizes.line[1] = third - 1;
    l->sizes.band[LAYOUT_UPPER_BAND] = half - 1;
    pane_place(l, LAYOUT_CORES, (struct rect){row, 0, rows, cores});
    pane_place(l, LAYOUT_GCS, (struct rect){row, second, rows, gcs});
    pane_place(l, LAYOUT_REQUESTS, (struct rect){row, third, half, ask->cols - third});
    pane_place(l, LAYOUT_EVENTS, (struct rect){row + half, third, rows - half, ask->cols - third});
    place_column(l, 0, row, rows, cores);
    place_column(l, 1, row, rows, third - 1);
}

/* As a person has set them: each keeps its least, and the last ones take what is left or give what is missing. */
static void bands_set(struct layout *l, struct band *b)
{
    int more = 0;
    for (int i = 0; i < LAYOUT_BANDS; i++) {
        const int set = l->three && i == LAYOUT_UPPER_BAND ? 0 : l->sizes.band[i];
        const int rows = set ? most_of(set, l->least[i]) : b[i].rows;
        more += b[i].rows - rows;
        b[i].rows = rows;
    }
    for (int i = LAYOUT_BANDS - 1; i >= 0; i--) {
        const int given = more > 0 ? more : -least_of(-more, b[i].rows - l->least[i]);
        b[i].rows += given;
        more -= given;
    }
    for (int i = 0; i < LAYOUT_BANDS; i++)
        if (!(l->three && i == LAYOUT_UPPER_BAND)) l->sizes.band[i] = b[i].rows;
}

/* Every pane at once: pods, then the detail or the recovery, then two by two, or in three columns. */
static void layout_all(struct layout *l, const struct layout_ask *ask, int top, int bottom)
{
    enum {
        PODS = LAYOUT_PODS_BAND,
        MIDDLE = LAYOUT_MIDDLE_BAND,
        UPPER = LAYOUT_UPPER_BAND,
        LOWER = LAYOUT_LOWER_BAND,
        BANDS = LAYOUT_BANDS
    };
    const bool three = l->three = ask->cols >= LAYOUT_THREE_COLS;
    const int *want = ask->wanted;
    int body = bottom - top, middle = ask->recovery ? want[LAYOUT_RECOVERY] : least_of(ask->detail_lines, DETAIL_MAX);
    struct band b[BANDS] = {
        [PODS] = {CONTENT_MIN, most_of(want[LAYOUT_PODS], CONTENT_MIN)},
        [MIDDLE] = {ask->recovery ? RECOVERY_ROWS : CONTENT_MIN, most_of(middle, CONTENT_MIN)},
        [UPPER] = {CONTENT_MIN, most_of(want[LAYOUT_CORES], want[LAYOUT_GCS])},
        [LOWER] = {CONTENT_MIN, most_of(want[LAYOUT_REQUESTS], want[LAYOUT_EVENTS])},
    };
    /* Three columns are one band: two of its rows are rules in the third. */
    if (three) {
        const int above = most_of(b[UPPER].wanted, 2 * b[LOWER].wanted + 1);
        b[LOWER] = (struct band){2 * CONTENT_MIN + 1, most_of(above, 2 * CONTENT_MIN + 1)};
        b[UPPER] = (struct band){-1, -1};
    }
    int used = BANDS;
    for (int i = 0; i < BANDS; i++) used += l->least[i] = b[i].rows;
    int left = bands_share(b, BANDS, body - used);
    /* Room that nothing above asked for: what is selected may have a share, events and prompts always find a use for
     * the rest. */
    int more = ask->recovery ? 0 : most_of(least_of(ask->detail_lines - b[MIDDLE].rows, (left - LOWER_FIRST) / 2), 0);
    b[MIDDLE].rows += more;
    b[LOWER].rows += left - more;
    if (ask->sizes.rows == ask->rows && ask->sizes.cols == ask->cols) l->sizes = ask->sizes;
    l->sizes.rows = ask->rows;
    l->sizes.cols = ask->cols;
    bands_set(l, b);
    int row = top;
    pane_place(l, LAYOUT_PODS, rows_of(ask, row, b[PODS].rows + 1));
    row += b[PODS].rows + 1;
    if (ask->recovery) {
        pane_place(l, LAYOUT_RECOVERY, rows_of(ask, row, b[MIDDLE].rows + 1));
    } else {
        l->detail_rule = rows_of(ask, row, 1);
        l->detail = rows_of(ask, row + 1, b[MIDDLE].rows);
    }
    row += b[MIDDLE].rows + 1;
    if (three) {
        place_three(l, ask, row, b[LOWER].rows + 1);
        return;
    }
    place_two(l, ask, 0, LAYOUT_CORES, LAYOUT_GCS, row, b[UPPER].rows + 1);
    row += b[UPPER].rows + 1;
    place_two(l, ask, 1, LAYOUT_REQUESTS, LAYOUT_EVENTS, row, b[LOWER].rows + 1);
}

/* One pane under the tabs; below it, where there is room, the others' lines and what is selected. */
static void layout_tabs(struct layout *l, const struct layout_ask *ask, int top, int bottom)
{
    l->tabs = rows_of(ask, top++, 1);
    int body = bottom - top, reserve = 0;
    if (body >= BRIEF_MIN_BODY && ask->brief_lines > 0) reserve = least_of(ask->brief_lines + 1, body / 2);
    int content = most_of(least_of(ask->wanted[ask->focus], body - reserve), least_of(CONTENT_MIN, body));
    int left = body - content;
    int briefs = left > 1 && body >= BRIEF_MIN_BODY ? least_of(ask->brief_lines, left - 1) : 0;
    if (briefs) left -= briefs + 1;
    int detail = left > 2 ? least_of(ask->detail_lines, left - 1) : 0;
    if (!briefs && !detail) content = body;
    l->pane[ask->focus] = rows_of(ask, top, content);
    int row = top + content;
    if (briefs) {
        l->briefs = rows_of(ask, row + 1, briefs);
        row += briefs + 1;
    }
    if (!detail) return;
    l->detail_rule = rows_of(ask, row, 1);
    l->detail = rows_of(ask, row + 1, detail);
}

static void layout_alone(struct layout *l, const struct layout_ask *ask, int top, int bottom)
{
    if (l->shape == LAYOUT_TABS) {
        l->tabs = rows_of(ask, top, 1);
        l->pane[ask->focus] = rows_of(ask, top + 1, bottom - top - 1);
    } else {
        pane_place(l, ask->focus, rows_of(ask, top, bottom - top));
    }
}

bool layout_whole(enum layout_pane pane)
{
    return pane == LAYOUT_DOCTOR || pane == LAYOUT_LINT || pane == LAYOUT_TIMELINE || pane == LAYOUT_STAGE;
}

struct layout layout_of(const struct layout_ask *ask)
{
    struct layout l;
    memset(&l, 0, sizeof l);
    l.split_col = -1;
    if (ask->rows < LAYOUT_MIN_ROWS || ask->cols < LAYOUT_MIN_COLS) return l;
    bool every = ask->rows >= LAYOUT_ALL_ROWS && ask->cols >= LAYOUT_ALL_COLS;
    int blank = every ? 1 : 0, bottom = ask->rows - 1;
    l.shape = every ? LAYOUT_ALL : LAYOUT_TABS;
    l.strip = rows_of(ask, 0, 1);
    l.answers = rows_of(ask, 1 + blank, ANSWERS_ROWS);
    l.footer = rows_of(ask, bottom, 1);
    if (ask->rows >= MESSAGE_MIN_ROWS) bottom--;
    l.message = rows_of(ask, bottom, 1);
    int top = 1 + blank + ANSWERS_ROWS;
    if (ask->focus == LAYOUT_STAGE) {
        l.answers = (struct rect){0};
        l.pane[LAYOUT_STAGE] = rows_of(ask, 1, bottom - 1);
    } else if (ask->alone || layout_whole(ask->focus))
        layout_alone(&l, ask, top, bottom);
    else if (every)
        layout_all(&l, ask, top, bottom);
    else
        layout_tabs(&l, ask, top, bottom);
    return l;
}
