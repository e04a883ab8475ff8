/* app_resize.c - the commands that make the pane in focus larger or smaller; the mouse: panes/screen_input.c. */
#include "tui/app_priv.h"

void app_pane_zoom(struct app *app)
{
    if (screen_is_whole(app->at->screen))
        app_say(app, true, "this pane has the whole screen; Esc leaves it");
    else
        screen_zoom(app->at->screen);
}

/* By two columns, which is seen. */
static void pane_resize(struct app *app, bool (*resize)(struct screen *s, int by), int by)
{
    if (!resize(app->at->screen, by)) app_say(app, true, "nothing is beside this pane here");
}

void app_pane_wider(struct app *app)
{
    pane_resize(app, screen_wider, 2);
}

void app_pane_narrower(struct app *app)
{
    pane_resize(app, screen_wider, -2);
}

void app_pane_taller(struct app *app)
{
    pane_resize(app, screen_taller, 1);
}

void app_pane_shorter(struct app *app)
{
    pane_resize(app, screen_taller, -1);
}

void app_pane_even(struct app *app)
{
    screen_sizes_reset(app->at->screen);
    app_say(app, false, "all panes have their computed sizes");
}
