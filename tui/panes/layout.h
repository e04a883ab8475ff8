/*
 * layout.h - the position of everything on a terminal of a given size. Pure arithmetic.
 *
 * Three shapes: all panes (from 100×32 on, in three columns from 160 on); one pane under a row of tabs, with a line of
 * each other pane if there is room; below 40×10 only a message. Every rectangle is inside the screen, and no two
 * overlap.
 */
#ifndef RAYDECK_PANES_LAYOUT_H
#define RAYDECK_PANES_LAYOUT_H

#include <stdbool.h>

/* In the order of pane_kinds. */
enum layout_pane {
    LAYOUT_RECOVERY,
    LAYOUT_PODS,
    LAYOUT_CORES,
    LAYOUT_GCS,
    LAYOUT_REQUESTS,
    LAYOUT_EVENTS,
    LAYOUT_DOCTOR,
    LAYOUT_LINT,
    LAYOUT_TIMELINE,
    LAYOUT_STAGE,
    LAYOUT_PANES
};
enum layout_shape { LAYOUT_TOO_SMALL, LAYOUT_TABS, LAYOUT_ALL };
enum {
    LAYOUT_MIN_ROWS = 10,
    LAYOUT_MIN_COLS = 40,
    LAYOUT_ALL_ROWS = 32,
    LAYOUT_ALL_COLS = 100,
    LAYOUT_THREE_COLS = 160
};

/* The bands of panes that lie over each other: pods, then the detail or the recovery, then NeuronCores beside the GCS,
 * then requests beside events; in three columns the last two are one, and UPPER is the height of the requests. */
enum layout_band { LAYOUT_PODS_BAND, LAYOUT_MIDDLE_BAND, LAYOUT_UPPER_BAND, LAYOUT_LOWER_BAND, LAYOUT_BANDS };
enum { LAYOUT_COLUMN_MIN = 24 };

/* How a person has divided a screen of rows x cols; one of another size ignores it. 0: as computed. */
struct layout_sizes {
    int rows, cols;
    int line[2];            /* the columns of the lines between panes */
    int band[LAYOUT_BANDS]; /* rows without their rule */
};

struct rect {
    int row, col, rows, cols; /* rows 0: not shown */
};
struct layout_ask {
    int rows, cols;
    int wanted[LAYOUT_PANES]; /* content rows of each */
    bool recovery;            /* the recovery pane is shown */
    enum layout_pane focus;
    bool alone;       /* the focused pane is zoomed, or its detail is open: nothing else is shown */
    int brief_lines;  /* of the panes without focus (tabs) */
    int detail_lines; /* of the selected row's detail; 0: none */
    struct layout_sizes sizes;
};
struct layout {
    enum layout_shape shape;
    struct rect strip, answers, message, footer; /* message may be the footer's own row */
    struct rect tabs;                            /* the row of tabs */
    struct rect rule[LAYOUT_PANES];              /* the line over a pane's content (not with tabs) */
    struct rect pane[LAYOUT_PANES];              /* its content */
    struct rect briefs;
    struct rect detail_rule, detail;
    int split_col;             /* of the first line between columns of panes; -1: none */
    struct rect split[2];      /* of the lines: one over the other, or of three columns side by side */
    bool three;                /* columns */
    struct layout_sizes sizes; /* what it is divided by; rows 0: nothing can be moved */
    int least[LAYOUT_BANDS];
};
/* Panes of findings, the timeline and the stage: shown only while focused, and then alone; the stage without the
 * answers, which are what it shows. */
bool layout_whole(enum layout_pane pane);
struct layout layout_of(const struct layout_ask *ask);

#endif
