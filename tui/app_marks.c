/*
 * app_marks.c - marks rows of the pane in focus. `L` follows the logs of their pods, `c` copies their commands; what
 * changes the cluster never acts on them, and says so (app_kill.c). The cursor stays where it is, as in k9s: what acts
 * on the selected row (d, y, x r …) acts on the one that was just marked. Esc clears the marks before the filter.
 */
#include "backends/base/text.h"
#include "tui/app_priv.h"

#include <string.h>

/* Rows that belong to pods, whose logs can be followed. */
static bool has_logs(const struct app *app)
{
    const enum table table = screen_pane(app->at->screen)->ops->rows_of;
    return !app->replay &&
           (table == TABLE_POD || table == TABLE_CORE || table == TABLE_EVENT || table == TABLE_REQUEST);
}

static struct table_view *rows_to_mark(struct app *app)
{
    struct table_view *t = screen_rows(app->at->screen);
    if (!t) app_say(app, true, "no rows are in sight here that could be marked");
    return t;
}

static void marks_report(struct app *app, const struct table_view *t)
{
    const size_t marks = table_marks(t, NULL);
    if (marks)
        app_say(app, false, "%zu row%s marked: %sc copies %s; Esc clears", marks, marks == 1 ? " is" : "s are",
                has_logs(app) ? "L follows logs, " : "", marks == 1 ? "its command" : "their commands");
    else
        app_say(app, false, "no row is marked");
}

void app_mark(struct app *app, const char *args)
{
    struct table_view *t = rows_to_mark(app);
    if (!t) return;
    if (strcmp(args, "all") == 0) {
        table_marks_all(t);
    } else if (strcmp(args, "none") == 0) {
        table_marks_clear(t);
    } else if (*args) {
        app_say(app, true, "mark [all|none]: the selected row, all that are shown, or none");
        return;
    } else if (!table_mark(t)) {
        app_say(app, true, "no row is selected");
        return;
    }
    marks_report(app, t);
}

void app_mark_range(struct app *app)
{
    struct table_view *t = rows_to_mark(app);
    if (!t) return;
    (void)table_marks_span(t);
    marks_report(app, t);
}
