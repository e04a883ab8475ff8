/* drill_run.h - `raydeck drill` as a program on a simulated cluster of its own; several side by side, since each
 * watches the workers for a minute and a half. */
#ifndef RAYDECK_TESTS_DRILL_RUN_H
#define RAYDECK_TESTS_DRILL_RUN_H

#include "tests/support/pty.h"
#include "tests/support/sim_run.h"

#include "backends/base/json.h"

#include <stddef.h>

struct drill_run {
    struct sim_run *sim;
    struct pty *pty;
    char *report;   /* the path of the JSON one */
    bool interrupt; /* once the head is deleted */
    int status;     /* -1: it runs */
};

/* folder: for its report NAME.json, and the one it keeps under raydeck/drills. sim and options (of `drill`):
 * NULL-terminated, or NULL. */
struct drill_run drill_run_start(const char *folder, const char *name, const char *const *sim,
                                 const char *const *options);
/* The same on a simulator that runs; takes it. */
struct drill_run drill_run_on(struct sim_run *sim, const char *folder, const char *name, const char *const *options);
void drill_run_all(struct drill_run *run, size_t count); /* until all have ended; fails the test after 10 minutes */
cJSON *drill_run_report(const struct drill_run *r);      /* caller: cJSON_Delete; fails the test where there is none */
const cJSON *drill_run_criterion(const cJSON *report, const char *id);
void drill_run_close(struct drill_run *r);

#endif
