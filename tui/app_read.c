/* app_read.c - reads one file at a time on a thread, and reports how that ended; see app_read.h. */
#include "tui/app_read.h"

#include "backends/base/mem.h"
#include "tui/app_priv.h"

#include <stdlib.h>

static void work_run(void *data)
{
    struct app_file *f = data;
    f->err = f->ops->read(f, &f->why);
}

static void work_free(void *data)
{
    struct app_file *f = data;
    f->ops->free_data(f);
    free(f->name);
    free(f);
}

static void work_done(void *arg, void *data)
{
    struct app *app = arg;
    struct app_file *f = data;
    app->reading_file = NULL;
    alarm_stop(app->reading_late);
    if (f->err)
        app_say(app, true, "%s%s", f->ops->prefix, f->why.text);
    else
        f->ops->done(app, f);
}

static void on_late(void *arg)
{
    struct app *app = arg;
    app_say(app, false, "%s is being read, and its file system does not answer yet", app->reading_name);
}

void app_read_start(struct app *app, struct app_file *f)
{
    static const struct blocking_ops ops = {work_run, work_done, work_free};
    const char *prefix = f->ops->prefix;
    app_read_stop(app);
    snprintf(app->reading_name, sizeof app->reading_name, "%s", f->name);
    if (!app->reading_late) app->reading_late = alarm_new(app->loop, on_late, app);
    if (blocking_start(app->loop, &ops, f, app, &app->reading_file)) {
        app_say(app, true, "%stoo many files are being read, and none of their file systems answers", prefix);
        return;
    }
    alarm_set(app->reading_late, APP_READ_LATE_MS, 0);
}

void app_read_stop(struct app *app)
{
    app_lint_stop(app);
    blocking_abandon(app->reading_file);
    app->reading_file = NULL;
    if (app->reading_late) alarm_stop(app->reading_late);
}
