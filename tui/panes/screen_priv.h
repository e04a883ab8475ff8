/* screen_priv.h - struct screen; private to screen.c, screen_draw.c and screen_input.c. */
#ifndef RAYDECK_PANES_SCREEN_PRIV_H
#define RAYDECK_PANES_SCREEN_PRIV_H

#include "tui/draw/textbox.h"
#include "tui/panes/detail.h"
#include "tui/panes/layout_split.h"
#include "tui/panes/screen.h"

enum { SCREEN_BRIEF_MAX = 2048, SCREEN_TABS_MAX = 160 };

struct screen {
    int rows, cols;
    struct pane *panes[LAYOUT_PANES];
    enum layout_pane focus, before; /* `before` the recovery took the focus */
    enum layout_pane left;          /* the focus before a full-screen pane */
    bool staged;                    /* the full-screen pane in focus was opened on the stage */
    bool zoomed, opened, typing, recovery;
    struct textbox filter;
    struct detail detail;
    struct layout layout;
    struct layout_ask ask;     /* what it was computed from */
    struct layout_sizes sizes; /* as a person has set them; rows 0: none */
    struct {
        enum layout_split held, clicked; /* with the button down; the last click, and nothing since */
        bool moved;
    } drag;
    struct held_rows {
        int rows, cols, wanted[LAYOUT_PANES], detail_lines;
        enum layout_pane focus;
        bool recovery, alone;
    } held;           /* the most that was wanted since the layout was last another one */
    char subject[64]; /* the RayService whose rows the tables hold, by UID; else its namespace */
    struct selection selection;
    bool selects;
    struct answer answers[ANSWERS];
    struct known_u64 errors, warnings; /* the doctor's, for the answers; computed at: */
    uint64_t counted_generation, counted_ms;
    char briefs[SCREEN_BRIEF_MAX]; /* lines of the panes without focus */
    int brief_lines;
};

bool screen_shows(const struct screen *s, enum layout_pane pane);
/* "[1 Pods]  2 Cores …"; the columns of each pane's word go to at and width (0: not there). */
void screen_tabs(const struct screen *s, char out[SCREEN_TABS_MAX], int at[LAYOUT_PANES], int width[LAYOUT_PANES]);

void screen_sizes_set(struct screen *s, const struct layout_sizes *sizes);

#endif
