/*
 * app_drill.h - the failover drill in the console: one at a time, its phases over the screen, the question in a dialog,
 * the verdict as a report.
 */
#ifndef RAYDECK_APP_DRILL_H
#define RAYDECK_APP_DRILL_H

#include "backends/world/change.h"
#include "tui/panes/drill_view.h"

struct app;
struct app_drill; /* of a context: the running one, or the last; NULL: none yet */

/* words: "[delete|delete-now|gcs] [force]". Shows the one that runs, or the last report, where there is one. */
void app_drill_ask(struct app *app, const char *words);
void app_drill_applied(struct app_drill *d, const struct change *c); /* each change, after world_apply */
bool app_drill_runs(const struct app_drill *d);                      /* NULL: no */
enum view_drill app_drill_view(const struct app_drill *d);           /* NULL: NONE */
void app_drill_update(struct app_drill *d);                          /* before a frame */
/* ^C: true where it ended the load of a drill whose fault was injected, which is watched to its end. In any context. */
bool app_drill_interrupt(struct app *app);
bool app_drill_is_watched(const struct app *app); /* in any context: the fault was injected, and it is not over */
/* Once the terminal is restored: ends the load, watches to the end, prints the report on stdout, with what is left to
 * do by hand, and saves it. A second ^C ends this too. */
void app_drill_finish(struct app *app);
void app_drill_free(struct app_drill *d); /* before the session goes; NULL is fine */

#endif
