/*
 * lint_pane.h - the pane of a manifest's findings. The console reads the file and passes the findings (chrome.h). Like
 * the doctor's pane it fills the screen while focused, and is hidden otherwise.
 */
#ifndef RAYDECK_PANES_LINT_PANE_H
#define RAYDECK_PANES_LINT_PANE_H

#include "deploy/finding.h"

#include <stdint.h>

/* A manifest's findings; owned by the console. */
struct linted {
    struct findings found;
    char *file;          /* as given */
    uint64_t generation; /* incremented by each reading; never 0 */
};

#endif
