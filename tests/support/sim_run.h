/* sim_run.h - a raydeck-sim of the test's own: started, told what should go wrong, and gone without a trace. */
#ifndef RAYDECK_TESTS_SIM_RUN_H
#define RAYDECK_TESTS_SIM_RUN_H

#include <stdbool.h>

struct sim_run;

/* extra: further arguments, NULL-terminated, or NULL. Returns when it serves; fails the test when it does not. */
struct sim_run *sim_run_start(const char *const *extra);
/* Stops it, checks that it left its folder empty, and removes that. NULL is fine. */
void sim_run_stop(struct sim_run *s);

void sim_run_pause(struct sim_run *s, bool paused); /* answers nothing, closes nothing; to be ended before it stops */

const char *sim_run_folder(const struct sim_run *s);
const char *sim_run_config(const struct sim_run *s); /* path of config.yaml */
/* One line to its control socket; returns its answer's line (caller frees). Fails the test after 10 s. */
char *sim_run_say(struct sim_run *s, const char *line);

#endif
