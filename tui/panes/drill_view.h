/*
 * drill_view.h - an overlay with a drill: its phases, what the running one waits for and until when, the load as it
 * stands by series, the log; and, once it is judged, the whole report. Pure.
 */
#ifndef RAYDECK_PANES_DRILL_VIEW_H
#define RAYDECK_PANES_DRILL_VIEW_H

#include "deploy/steps.h"
#include "tui/panes/overlay.h"
#include "tui/term/input.h"

#include <stdint.h>

enum { DRILL_VIEW_SERIES = 4 };

enum drill_action {
    DRILL_VIEW_CONFIRM, /* open the question */
    DRILL_VIEW_STOP,    /* before the fault: end it; after it: end the load, and go on observing */
    DRILL_VIEW_SAVE     /* the reports */
};

/* The requests of a series so far. */
struct drill_view_series {
    const char *name; /* borrowed */
    double per_s;
    uint64_t due, answered, failed, in_flight;
    uint64_t unknown; /* say nothing of Serve: a column of its own where there are any */
};

struct drill_view {
    struct overlay overlay;
    const struct steps *steps; /* borrowed while it is open */
    char title[96];
    char end[STEP_TEXT_MAX]; /* the outcome; "" while it is running */
    char note[256];          /* what was done at last, over the keys; "": nothing */
    bool bad;                /* it is no PASS */
    bool asks;               /* waits for confirmation: Enter opens the question, n declines */
    bool injected;           /* the fault was injected: nothing is undone by stopping */
    bool load_runs;
    bool load_ended;               /* what is in flight of a series was cancelled by that */
    uint64_t elapsed_ms, limit_ms; /* of the running phase; limit 0: it has none */
    struct drill_view_series series[DRILL_VIEW_SERIES];
    size_t series_count;
    char *report;             /* owned; NULL: not judged */
    bool shows_report;        /* instead of the phases */
    int back;                 /* lines of the log scrolled back from its end */
    int top;                  /* lines of the report above the window */
    enum drill_action action; /* of OVERLAY_ACTION */
};

void drill_view_open(struct drill_view *v);
void drill_view_done(struct drill_view *v); /* frees the report */
/* Clamps the scroll positions; call it before each frame. */
void drill_view_update(struct drill_view *v, int rows, int cols);
/* CANCELLED: it is hidden. DECLINED: n. ACTION: v->action. */
enum overlay_result drill_view_input(struct drill_view *v, const struct input *in);
void drill_view_draw(const struct drill_view *v, struct canvas *cv);

#endif
