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
    struct app *app = arg;
    if (app->term)
        app_say(app, bad, "%s", words);
    else if (bad)
        cli_say("%s", words);
}

enum err app_record_open(struct app *app, struct why *why)
{
    const struct cli *cli = app->cli;
    if (cli->replay) return ERR_OK;
    app->record = (struct record_conf){
        .file = cli->record, .flight = !cli->conf.no_recorder, .redact = app->redact, .say = on_said, .arg = app};
    return record_open(app->loop, cli, &app->record, &app->recording, why);
}

void app_record_change(void *arg, const struct change *c)
{
    struct app *app = arg;
    if (app->recording) live_change(app->recording, c);
}

void app_record_session(struct app *app)
{
    if (!app->recording) return;
    const struct conf *conf = &app->cli->conf;
    live_world(app->recording, session_world(app->session));
    live_opening(app->recording, app_context(app), conf->ns, conf->service);
}

void app_record_anew(struct app *app)
{
    if (app->recording) live_anew(app->recording);
}

void app_record_look(struct app *app)
{
    if (!app->recording) return;
    const struct focus f = session_focus(app->session);
    live_look(app->recording, session_recovery(app->session), f.service);
}

void app_record_close(struct app *app)
{
    struct why why = {0};
    if (live_close(app->recording, NULL, &why) && why.text[0]) cli_say("%s", why.text);
    app->recording = NULL;
    blocking_abandon(app->listing);
    app->listing = NULL;
}

void app_save(struct app *app, const char *path)
{
    if (!app->recording)
        app_say(app, true, "the flight recorder is off (--no-recorder)");
    else
        live_save(app->recording, *path ? path : NULL);
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
