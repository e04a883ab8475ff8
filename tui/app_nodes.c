/* app_nodes.c - the list of Kubernetes nodes, and what is read of the selected one. */
#include "backends/base/mem.h"
#include "tui/app_object.h"
#include "tui/app_priv.h"

#include <stdlib.h>

/* The list stays open below the text. */
static void nodes_result(void *arg, enum overlay_result result)
{
    struct app *app = arg;
    const char *name = nodes_view_choice(&app->nodes, session_world(app->at->session));
    if (result != OVERLAY_ACTION) {
        app_overlay_close(app);
    } else if (name) {
        char *line = mem_printf("node %s", name);
        app_object_open(app, line, app->nodes.as_yaml ? OBJECT_YAML : OBJECT_DESCRIBE);
        free(line);
    }
}

void app_nodes_show(struct app *app)
{
    nodes_view_open(&app->nodes);
    app_overlay_open(app, &app->nodes.overlay, nodes_result);
}
