/* app_copy.c - the commands equivalent to rows, for the terminal's clipboard. */
#include "backends/base/mem.h"
#include "tui/app_priv.h"
#include "tui/equivalent.h"
#include "tui/redact.h"
#include "tui/term/clipboard.h"

#include <stdlib.h>
#include <string.h>

/* Of the marked rows, else of the selected one, or of the pane. */
static enum err commands_of(struct app *app, const struct equivalent_from *from, struct buf *out)
{
    const struct pane_ops *pane = screen_pane(app->at->screen)->ops;
    const size_t marks = screen_marks(app->at->screen);
    struct focus focus = *from->focus;
    const struct view view = app_view(app, &focus);
    struct selection one;
    if (!marks) {
        const bool selects = screen_selection(app->at->screen, &one);
        return equivalent_of(from, pane, selects ? &one : NULL, out) ? ERR_OK : ERR_NOT_FOUND;
    }
    struct selection *all = mem_zero(marks, sizeof *all);
    size_t count = 0;
    for (size_t at = 0; count < marks && screen_mark_next(app->at->screen, &view, &at, &all[count]);) count++;
    const enum err err = equivalent_of_rows(from, pane, all, count, out);
    free(all);
    return err;
}

static enum err rows_commands(struct app *app, struct buf *out)
{
    const struct focus focus = session_focus(app->at->session);
    const struct kube_where *where = session_where(app->at->session);
    const char *given = app->at->conf->kubeconfig;
    const struct equivalent_from from = {
        .world = session_world(app->at->session),
        .focus = &focus,
        .conf = app->at->conf,
        .kubeconfig = given && strcmp(given, "none") != 0 ? given : NULL,
        .context = where && text_eq(where->kubeconfig, "in-cluster") ? NULL : app_context(app),
        .all_namespaces = session_watches_all(app->at->session),
        .routes = session_routes(app->at->session),
        .linted = app->at->linted.file,
    };
    return commands_of(app, &from, out);
}

static const char *env_value(const char *name)
{
    return getenv(name);
}

/* Why it is not sent; NULL: it was. */
static const char *text_send(struct app *app, const char *text)
{
    const char *mode = app->cli->conf.clipboard;
    bool tmux;
    const bool known = clipboard_known(env_value, &tmux);
    if (text_eq(mode, "off")) return "`clipboard: off` is configured.";
    if (!known && !text_eq(mode, "osc52"))
        return "This terminal is not known to take OSC 52. `clipboard: osc52` in config.yaml sends it all the same.";
    switch (term_copy(app->term, text, tmux)) {
    case ERR_OK: return NULL;
    case ERR_LIMIT: return "It is longer than terminals take.";
    default: return "It could not be sent.";
    }
}

static void sent_report(struct app *app, const struct buf *text)
{
    size_t lines = 1;
    for (size_t i = 0; i < text->len; i++) lines += text->data[i] == '\n';
    if (lines == 1)
        app_say(app, false, "sent to the terminal's clipboard: %s", buf_text(text));
    else
        app_say(app, false, "sent to the terminal's clipboard: %zu commands, a line each", lines);
}

void app_copy_command(struct app *app)
{
    struct buf text;
    buf_init(&text, EQUIVALENT_MAX);
    const enum err err = rows_commands(app, &text);
    if (err) {
        app_say(app, true, "%s",
                err == ERR_LIMIT ? "the commands of the marked rows are longer than terminals take: mark fewer"
                                 : "no command shows this: Kubernetes, Redis and the route of prompts are not known");
        buf_done(&text);
        return;
    }
    /* What is shown to others and pasted before them: the same placeholders as on the screen. */
    if (app->redact) redact_text(app->redact, text.data, text.len);
    const char *why = text_send(app, buf_text(&text));
    if (why) {
        select_text_open(&app->select, buf_text(&text), why, app->cli->conf.mouse);
        app_overlay_open(app, &app->select.overlay, NULL);
    } else {
        sent_report(app, &text);
    }
    buf_done(&text);
}
