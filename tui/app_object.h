/* app_object.h - reads an object of the API server for the screen: at once, on `r`, and every few seconds while it is
 * shown. */
#ifndef RAYDECK_APP_OBJECT_H
#define RAYDECK_APP_OBJECT_H

#include "tui/panes/object_view.h"

struct app;
struct context;
struct app_object; /* of a context */

/* line "": the selected row. Opens the view, or says why not. */
void app_object_open(struct app *app, const char *line, enum object_form form);
void app_object_tick(struct app *app);      /* about once a second */
void app_object_free(struct app_object *o); /* before the session closes; NULL is fine */

#endif
