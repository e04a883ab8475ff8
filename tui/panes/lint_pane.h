/*
 * lint_pane.h - the pane of a manifest's findings. The console reads the file and gives it what was found (chrome.h).
 * Like the doctor's it takes the whole screen while it has the focus, and is not there otherwise.
 */
#ifndef RAYDECK_PANES_LINT_PANE_H
#define RAYDECK_PANES_LINT_PANE_H

#include "deploy/finding.h"

#include <stdint.h>

/* What was found in a manifest. The console's. */
struct linted {
    struct findings found;
    char *file;          /* as it was named */
    uint64_t generation; /* moves with each reading; never 0 */
};

#endif
