/*
 * app_logs.h - the logs of a context: those on the screen, and in the background that of the head in focus, so that the
 * last lines of a head that dies can be read although the API server has them no more.
 */
#ifndef RAYDECK_APP_LOGS_H
#define RAYDECK_APP_LOGS_H

struct app;
struct app_logs; /* of a context */

/* args "": of the marked rows' pods, without marks of the selected row's, or of all where it has none; "all", "head",
 * or a pod's name. */
void app_logs_open(struct app *app, const char *args);
void app_logs_update(struct app *app);  /* before each frame */
void app_logs_tick(struct app *app);    /* about once a second: of the context on the screen */
void app_logs_free(struct app_logs *l); /* before the session closes; NULL is fine */

#endif
