/*
 * pane.h - one pane: a const struct of functions and a state of its own size.
 *
 * update() rebuilds the cached view from the world when a generation moved; draw() is pure and draws the cached view;
 * input() handles the pane's own keys and may return a request, which only app.c carries out. Panes never see backends.
 */
#ifndef RAYDECK_PANES_PANE_H
#define RAYDECK_PANES_PANE_H

#include "backends/world/answers.h"
#include "backends/world/world.h"
#include "tui/draw/canvas.h"
#include "tui/draw/table.h"
#include "tui/term/input.h"

#include <stdbool.h>
#include <stdint.h>

struct timeline; /* backends/world/timeline.h */
struct chrome;   /* tui/panes/chrome.h: the console's own state */

/* The input of update and draw: everything is borrowed for the call. */
/* Of the drill of this console; NONE: there was none. ENDED: without a PASS. */
enum view_drill { VIEW_DRILL_NONE, VIEW_DRILL_RUNS, VIEW_DRILL_ASKS, VIEW_DRILL_PASSED, VIEW_DRILL_ENDED };
struct view {
    const struct world *world;
    const struct outage *outage, *previous; /* the report of the outage (never NULL), and of the one before it */
    const struct outage_list *past;         /* the head losses before it; NULL: none */
    const struct focus *focus;
    uint64_t now_ms, wall_ms;
    const struct timeline *timeline;   /* NULL: none is kept */
    const struct selection *selection; /* the selected row of the focused pane; the screen sets it */
    const struct chrome *chrome;       /* NULL: none */
    enum view_drill drill;
    bool read_only, armed, demo;
    unsigned sim_speed; /* of the demo's cluster: how many times faster than a real one; 0: not simulated */
};
/* The selected row, so that other panes show which rows are related. */
struct selection {
    enum table table;
    char key[160];
    char pod_uid[64]; /* the pod it belongs to, "" when none */
};

enum request_type {
    REQUEST_NONE,
    REQUEST_COMMAND, /* by id */
    REQUEST_OPEN,    /* the selected row's detail */
    REQUEST_SAVE,    /* the opened detail, to a new file */
    REQUEST_NO_KEY,  /* the key has no function here: the console shows a message */
    REQUEST_SAY      /* the key found nothing: the console shows the words */
};
struct pane_request {
    enum request_type type;
    int command;       /* enum command */
    const char *words; /* static; of REQUEST_SAY */
    bool may_come;     /* what was not found may still come as time passes */
};

struct pane_key {
    const char *keys, *help;
};
struct pane;
struct pane_ops {
    const char *name, *title;    /* "gcs", "GCS in Redis" */
    const char *tab;             /* the title of its tab: "GCS" */
    char letter;                 /* '1' … '9', 'R', 'T' */
    size_t state_size;           /* of the pane's struct, whose first member is struct pane */
    int min_rows;                /* below this it is shown as a tab only */
    bool sideways;               /* left and right are the pane's own; else they go to the pane beside */
    const struct pane_key *keys; /* its own, for the help, ended by a NULL; NULL: those of a table */
    enum table rows_of;          /* the world's, whose keys the rows of its table have; without one: any */
    void (*init)(struct pane *p);
    void (*done)(struct pane *p);
    void (*update)(struct pane *p, const struct view *v);
    void (*draw)(const struct pane *p, const struct view *v, struct canvas *cv, bool focused);
    int (*wanted_rows)(const struct pane *p, const struct view *v, int cols);           /* its content rows */
    void (*status)(const struct pane *p, const struct view *v, char *out, size_t size); /* right end of its rule */
    /* Its summary lines while another tab is open, for 80 columns. "- " or "+ " marks those of a deleted or a new
     * row. */
    void (*brief)(const struct pane *p, const struct view *v, char *out, size_t size);
    bool (*selected)(const struct pane *p, struct selection *ret);
    void (*detail)(const struct pane *p, const struct view *v, struct buf *out); /* lines of safe text */
    struct pane_request (*input)(struct pane *p, const struct view *v, const struct input *in);
};
struct pane {
    const struct pane_ops *ops;
    int rows, cols;           /* of its content; the screen sets them before update() */
    struct table_view *table; /* NULL, or the pane's table: filter and sort commands work on it */
};
/* NULL-terminated, in the order in which they are shown: that of enum layout_pane (tui/panes/layout.h). */
extern const struct pane_ops *const pane_kinds[];
extern const struct pane_ops recovery_pane_ops, pods_pane_ops, cores_pane_ops, gcs_pane_ops, requests_pane_ops,
    events_pane_ops, doctor_pane_ops, lint_pane_ops, timeline_pane_ops, stage_pane_ops;

#endif
