/* app_deploy.h - deploying and cleaning up from the console: one at a time, its steps over the screen, the question in
 * a dialog. */
#ifndef RAYDECK_APP_DEPLOY_H
#define RAYDECK_APP_DEPLOY_H

#include "tui/panes/steps_view.h"

struct app;
struct app_work; /* the running one, or the last; NULL: none yet */

void app_deploy_ask(struct app *app, const char *file /* "": the shipped manifest */);
void app_cleanup_ask(struct app *app);
bool app_work_runs(const struct app_work *w);        /* NULL: no */
const char *app_work_name(const struct app_work *w); /* "a deployment", "a clean-up" */
void app_work_update(struct app_work *w);            /* whether it can be stopped now */
/* Prints on stderr, when the console exits midway, what was changed and what was sent. NULL is fine. */
void app_work_report_unfinished(const struct app_work *w);
void app_work_free(struct app_work *w); /* before the session goes; NULL is fine */

#endif
