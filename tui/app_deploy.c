/* app_deploy.c - runs a deployment or a clean-up from the console. */
#include "tui/app_deploy.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/cleanup.h"
#include "deploy/deploy.h"
#include "tui/answering.h"
#include "tui/app_priv.h"
#include "tui/manifest_file.h"
#include "tui/steps_print.h"

#include <stdlib.h>
#include <string.h>

enum { QUESTION_MAX = 16 * 1024 };

struct app_work {
    struct app *app;
    struct context *at;    /* where it runs, whichever is on the screen */
    struct deploy *deploy; /* one of these two */
    struct cleanup *cleanup;
    struct manifest *manifest;
    struct manifest *parts[PARTS];
    struct variables vars;
    struct steps_view view;
    char *ns;
    char *file; /* of the manifest; NULL: the shipped one */
};

void app_work_free(struct app_work *w)
{
    if (!w) return;
    deploy_free(w->deploy);
    cleanup_free(w->cleanup);
    manifest_free(w->manifest);
    manifest_parts_free(w->parts);
    variables_done(&w->vars);
    free(w->ns);
    free(w->file);
    free(w);
}

static struct step_engine *engine_of(const struct app_work *w)
{
    return w->deploy ? deploy_engine(w->deploy) : cleanup_engine(w->cleanup);
}

static const char *service_of(const struct app_work *w)
{
    return w->deploy ? deploy_service(w->deploy) : cleanup_service(w->cleanup);
}

/* ---- callbacks ---- */

static void on_changed(void *arg, const struct step *step, const struct step_line *line)
{
    struct app_work *w = arg;
    (void)step;
    (void)line;
    w->app->dirty = true;
}

static void say_option(struct buf *out, const char *option, const char *value)
{
    buf_str(out, option);
    text_shell_word(out, value);
}

/* The equivalent subcommand; of variables only the names. */
static void equivalent_command(const struct app_work *w, const char *ns, struct buf *out)
{
    const struct cli *cli = w->app->cli;
    buf_str(out, "raydeck");
    if (context_name(w->at)) say_option(out, " --context ", context_name(w->at));
    say_option(out, " -n ", ns);
    if (*service_of(w)) say_option(out, " -s ", service_of(w));
    buf_str(out, w->deploy ? " deploy" : " cleanup");
    if (w->deploy && w->file) say_option(out, " -f ", w->file);
    if (w->deploy && cli->cpu) buf_str(out, " --cpu");
    if (w->deploy && cli->redis_from) say_option(out, " --redis-from ", cli->redis_from);
    for (size_t i = 0, said = 0; w->deploy && i < PARTS; i++)
        if (w->parts[i]) buf_printf(out, "%s%s", said++ ? "," : " --with ", part_word((enum part)i));
    if (!w->deploy && cli->redis_volume) buf_str(out, " --redis-volume");
    for (size_t i = 0; w->deploy && i < cli->vars.count; i++)
        buf_printf(out, " --var %.*s=…", (int)strcspn(cli->vars.item[i], "="), cli->vars.item[i]);
}

static void on_confirm(void *arg)
{
    struct app_work *w = arg;
    w->view.asks = true;
    w->app->dirty = true;
    if (w->app->overlays.top != &w->view.overlay)
        context_say(w->at, false, "%s waits for confirmation: %s shows it", w->deploy ? "deploy" : "cleanup",
                    w->deploy ? "x d" : "x c");
}

static void on_applied(void *arg, const char *ns, const char *service)
{
    struct app_work *w = arg;
    session_choose(w->at->session, ns, service);
}

static enum tri on_answering(void *arg, char *ret, size_t size)
{
    const struct app_work *w = arg;
    if (w->at->conf->no_probe) return TRI_UNKNOWN;
    return answering_now(w->at->session, ret, size);
}

static void on_done(void *arg, enum err err, const char *why)
{
    struct app_work *w = arg;
    snprintf(w->view.end, sizeof w->view.end, "%s", why);
    w->view.bad = err != ERR_OK;
    w->view.asks = false;
    if (w->app->overlays.top != &w->view.overlay) context_say(w->at, err != ERR_OK, "%s", why);
    w->app->dirty = true;
}

/* ---- answers ---- */

static void work_decided(void *arg, enum err err, const char *ignored_why)
{
    struct app *app = arg;
    struct why why = {0};
    (void)ignored_why; /* where armed.json cannot be read the state is READ-ONLY, with its reason */
    (void)err;
    if (!app->at->work) return;
    const bool refused = app_may(app, app->at->work->deploy ? CMD_DEPLOY : CMD_CLEANUP, &why) != ERR_OK;
    if (refused) app_say(app, true, "%s", why.text);
    step_engine_confirm(engine_of(app->at->work), !refused);
}

static void work_decline(struct app_work *w)
{
    w->view.asks = false;
    step_engine_confirm(engine_of(w), false);
}

/* Of the dialog. Esc goes back to the steps and the question stays open; only n declines. */
static void question_result(void *arg, enum overlay_result result)
{
    struct app *app = arg;
    app_overlay_close(app);
    if (result == OVERLAY_DECLINED) work_decline(app->at->work);
    if (result != OVERLAY_DONE) return;
    app->at->work->view.asks = false;
    /* The arming may have expired while the name was typed. */
    arming_store_renew(app->at->armed, work_decided, app);
}

static void show_question(struct app_work *w)
{
    struct app *app = w->app;
    const char *service = service_of(w);
    const char *ns = w->deploy ? deploy_ns(w->deploy) : w->ns;
    const char *word = app->at->arming.state == ARMING_DEVELOPMENT ? NULL : *service ? service : ns;
    struct buf body;
    buf_init(&body, QUESTION_MAX);
    buf_printf(&body, "context    %s\nnamespace  %s\nRayService %s\n\n", app_context(app) ? app_context(app) : "–", ns,
               *service ? service : "–");
    if (w->deploy)
        deploy_confirm_text(w->deploy, &body);
    else
        cleanup_confirm_text(w->cleanup, &body);
    if (!w->deploy) buf_str(&body, "\nThis cannot be undone.\n");
    buf_str(&body, "\nThe same:  ");
    equivalent_command(w, ns, &body);
    dialog_open(&app->dialog, w->deploy ? "Apply this?" : "Delete all of this?", buf_text(&body), word, !w->deploy);
    buf_done(&body);
    app_overlay_open(app, &app->dialog.overlay, question_result);
}

/* ---- the steps over the screen ---- */

void app_work_update(struct app_work *w)
{
    w->view.stops = step_engine_may_stop(engine_of(w));
}

static void steps_result(void *arg, enum overlay_result result)
{
    struct app *app = arg;
    struct app_work *w = app->at->work;
    if (result == OVERLAY_DECLINED)
        work_decline(w);
    else if (result != OVERLAY_ACTION)
        app_overlay_close(app);
    else if (w->view.action == STEPS_CONFIRM)
        show_question(w);
    else
        step_engine_stop(engine_of(w));
}

static void work_show(struct app_work *w)
{
    steps_view_open(&w->view);
    app_overlay_open(w->app, &w->view.overlay, steps_result);
}

/* ---- start ---- */

bool app_work_runs(const struct app_work *w)
{
    return w && !w->view.end[0];
}

const char *app_work_name(const struct app_work *w)
{
    return w->deploy ? "a deployment" : "a clean-up";
}

void app_work_report_unfinished(const struct app_work *w)
{
    if (!app_work_runs(w)) return;
    const size_t first = w->deploy ? DEPLOY_APPLY : CLEANUP_UI;
    const struct steps *s = step_engine_steps(engine_of(w));
    struct why left;
    if (s->item[first].state == STEP_WAITING) return; /* nothing was changed */
    step_engine_left(engine_of(w), w->deploy ? "deploy was interrupted" : "cleanup was interrupted", &left);
    cli_say("%s", left.text);
    for (size_t i = first; i < s->count; i++)
        for (size_t l = 0; l < s->item[i].count; l++) steps_print(stderr, &s->item[i], &s->item[i].line[l]);
}

/* True when one is running already: that one is shown, no new one starts. */
static bool shown_instead(struct app *app, bool deploying)
{
    struct app_work *w = app->at->work;
    if (!app_work_runs(w)) return false;
    if ((w->deploy != NULL) != deploying) {
        app_say(app, true, "%s is still running: one at a time", deploying ? "the clean-up" : "the deployment");
        return true;
    }
    work_show(w);
    return true;
}

static struct app_work *work_new(struct app *app, const char *title)
{
    struct app_work *w = mem_zero(1, sizeof *w);
    w->app = app;
    w->at = app->at;
    snprintf(w->view.title, sizeof w->view.title, "%s", title);
    return w;
}

static void work_take(struct app *app, struct app_work *w)
{
    app_work_free(app->at->work);
    app->at->work = w;
    w->view.steps = step_engine_steps(engine_of(w));
    if (!app->overlays.top) work_show(w); /* else a person reads something that was opened meanwhile */
}

/* ---- deploying ---- */

struct deploy_file {
    struct app_file file;
    char *path; /* NULL: the shipped one */
    bool cpu;
    unsigned set;              /* of parts, to be read */
    struct manifest *manifest; /* moved out by deploy_take, as the parts */
    struct manifest *parts[PARTS];
};

static enum err deploy_read(struct app_file *f, struct why *why)
{
    struct deploy_file *d = (struct deploy_file *)f;
    const enum err err = manifest_file_load(d->path, d->cpu, &d->manifest, why);
    return err ? err : manifest_parts_load(d->set, d->parts, why);
}

static void deploy_file_free(struct app_file *f)
{
    struct deploy_file *d = (struct deploy_file *)f;
    manifest_free(d->manifest);
    manifest_parts_free(d->parts);
    free(d->path);
}

/* Takes the manifests. */
static void deploy_begin(struct app *app, struct deploy_file *f)
{
    struct why why = {0};
    const struct kube_ops *ops = NULL;
    struct kube *kube = session_kube(app->at->session, &ops);
    struct app_work *w = work_new(app, "Deploy");
    w->file = mem_str(f->path);
    w->manifest = f->manifest;
    memcpy(w->parts, f->parts, sizeof w->parts);
    f->manifest = NULL;
    memset(f->parts, 0, sizeof f->parts);
    if (cli_variables(app->cli, &w->vars, &why)) {
        app_say(app, true, "%s", why.text);
        app_work_free(w);
        return;
    }
    struct deploy_conf conf = {.loop = app->loop,
                               .cluster = {.ops = ops, .kube = kube},
                               .world = session_world(app->at->session),
                               .ns = session_only_ns(app->at->session),
                               .context_ns = session_default_ns(app->at->session),
                               .manifest = w->manifest,
                               .variables = &w->vars,
                               .redis_from = app->cli->redis_from,
                               .hooks = {on_applied, on_answering, w}};
    memcpy(conf.parts, w->parts, sizeof conf.parts);
    const struct step_observer observer = {on_changed, on_confirm, on_done, w};
    w->deploy = deploy_start(&conf, &observer);
    work_take(app, w);
}

static void deploy_take(struct app *app, struct app_file *f)
{
    struct deploy_file *d = (struct deploy_file *)f;
    if (shown_instead(app, true)) return; /* a clean-up may have begun meanwhile */
    deploy_begin(app, d);
}

void app_deploy_ask(struct app *app, const char *file)
{
    static const struct app_file_ops ops = {deploy_read, deploy_take, deploy_file_free, ""};
    const char *path = file && *file ? file : app->cli->file;
    const struct kube_ops *kube_ops = NULL;
    if (shown_instead(app, true)) return;
    if (!session_kube(app->at->session, &kube_ops)) {
        app_say(app, true, "there is no Kubernetes to deploy to");
        return;
    }
    if ((app->cli->redis_from || app->cli->parts & 1U << PART_REDIS) && app->cli->conf.demo) {
        app_say(app, true, "%s: the demo has a Redis of its own",
                app->cli->redis_from ? "--redis-from" : "--with redis");
        return;
    }
    struct deploy_file *d = mem_zero(1, sizeof *d);
    d->file = (struct app_file){.ops = &ops, .name = mem_str(path ? path : MANIFEST_SHIPPED)};
    d->path = mem_str(path);
    d->set = app->cli->parts;
    d->cpu = app->cli->cpu;
    app_read_start(app, &d->file);
}

void app_cleanup_ask(struct app *app)
{
    const struct kube_ops *ops = NULL;
    struct kube *kube = session_kube(app->at->session, &ops);
    struct focus f = session_focus(app->at->session);
    if (shown_instead(app, false)) return;
    const char *ns = f.rayservice ? f.rayservice->ns : session_default_ns(app->at->session);
    if (!kube) {
        app_say(app, true, "there is no Kubernetes to clean up");
        return;
    }
    struct app_work *w = work_new(app, "Clean up");
    w->ns = mem_str(ns ? ns : "default");
    const struct cleanup_conf conf = {.loop = app->loop,
                                      .cluster = {.ops = ops, .kube = kube},
                                      .world = session_world(app->at->session),
                                      .ns = w->ns,
                                      .service = f.rayservice ? f.rayservice->name : app->at->conf->service,
                                      .redis_volume = app->cli->redis_volume};
    const struct step_observer observer = {on_changed, on_confirm, on_done, w};
    w->cleanup = cleanup_start(&conf, &observer);
    work_take(app, w);
}
