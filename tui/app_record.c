/* app_record.c - the console's recordings: --record FILE, the flight recorder and the saved recordings. */
#include "tui/app_priv.h"

#include "backends/base/mem.h"
#include "backends/base/stamp.h"
#include "backends/base/text.h"
#include "backends/link/blocking.h"
#include "backends/recording/recordings_folder.h"

#include <stdlib.h>

static void on_said(void *arg, bool bad, const char *words)
{
    struct context *at = arg;
    struct app *app = at->app;
    if (app->term)
        app_say(app, bad, "%s", words);
    else if (bad)
        cli_say("%s", words);
}

enum err context_record_open(struct context *at, const char *file, struct why *why)
{
    struct app *app = at->app;
    if (app->cli->replay) return ERR_OK;
    at->record = (struct record_conf){
        .file = file, .flight = !at->conf->no_recorder, .redact = app->redact, .say = on_said, .arg = at};
    return record_open(app->loop, app->cli, &at->record, &at->recording, why);
}

void context_record_change(void *arg, const struct change *c)
{
    struct context *at = arg;
    if (at->recording) live_change(at->recording, c);
    app_drill_applied(at->drill, c);
}

void context_record_session(struct context *at)
{
    const struct kube_where *where = session_where(at->session);
    if (!at->recording) return;
    live_world(at->recording, session_world(at->session));
    live_opening(at->recording, where ? where->context : NULL, at->conf->ns, at->conf->service);
}

void context_record_anew(struct context *at)
{
    if (at->recording) live_anew(at->recording);
}

void context_record_look(struct context *at)
{
    if (!at->recording) return;
    const struct focus f = session_focus(at->session);
    live_loss(at->recording, &at->outage);
    live_look(at->recording, session_recovery(at->session), f.service);
}

void context_record_close(struct context *at)
{
    struct why why = {0};
    if (live_close(at->recording, NULL, &why) && why.text[0]) cli_say("%s", why.text);
    at->recording = NULL;
}

void app_listing_stop(struct app *app)
{
    blocking_abandon(app->listing);
    app->listing = NULL;
}

void app_save(struct app *app, const char *path)
{
    live_save(app->at->recording, *path ? path : NULL);
}

/* ---- the list of what was saved --------------------------------------------------------------------------------- */

struct listing {
    char *folder;
    struct recordings_list list;
    enum err err;
    struct why why;
};

static void listing_run(void *data)
{
    struct listing *l = data;
    l->err = recordings_list(l->folder, &l->list, &l->why);
}

static void listing_free(void *data)
{
    struct listing *l = data;
    recordings_list_done(&l->list);
    free(l->folder);
    free(l);
}

static void listing_done(void *arg, void *data)
{
    struct app *app = arg;
    const struct listing *l = data;
    app->listing = NULL;
    if (l->err) {
        app_say(app, true, "%s", l->why.text);
        return;
    }
    recordings_view_open(&app->recordings, l->folder);
    for (size_t i = 0; i < l->list.count; i++)
        recordings_view_add(&app->recordings, l->list.item[i].name, l->list.item[i].bytes,
                            l->list.item[i].saved_wall_ms);
    recordings_view_ready(&app->recordings);
    app_overlay_open(app, &app->recordings.overlay, NULL);
    app_redraw(app);
}

void app_recordings(struct app *app)
{
    static const struct blocking_ops ops = {listing_run, listing_done, listing_free};
    char *folder = recordings_folder();
    if (!folder || app->listing) {
        if (!folder) app_say(app, true, "no recordings: neither XDG_STATE_HOME nor HOME is set");
        free(folder);
        return;
    }
    struct listing *l = mem_zero(1, sizeof *l);
    l->folder = folder;
    if (blocking_start(app->loop, &ops, l, app, &app->listing)) {
        app->listing = NULL;
        app_say(app, true, "the recordings cannot be listed: no thread to read on");
    }
}
