/* app_commands.c - runs the commands of commands.def, or reports why one is not available. */
#include "backends/base/mem.h"
#include "deploy/variable_type.h"
#include "tui/app_priv.h"
#include "tui/needs.h"
#include "tui/page.h"
#include "tui/themes.h"

#include <stdlib.h>
#include <string.h>

/* One of them: what takes no arguments ignores what was typed behind its name. */
struct handler {
    void (*run)(struct app *app);
    void (*run_with)(struct app *app, const char *args); /* the rest of a palette line, "" for a key */
};

static void cmd_open(struct app *app)
{
    if (!screen_open(app->at->screen)) app_say(app, true, "no row is selected");
}

static void cmd_back(struct app *app)
{
    const size_t marks = screen_marks(app->at->screen);
    const bool closed = screen_back(app->at->screen);
    if (!closed) app->message[0] = '\0';
    if (marks && !screen_marks(app->at->screen)) app_say(app, false, "the marks are cleared");
}

static void cmd_next_pane(struct app *app)
{
    screen_next(app->at->screen, 1);
}

static void cmd_prev_pane(struct app *app)
{
    screen_next(app->at->screen, -1);
}

static void cmd_filter(struct app *app)
{
    app->swallows = !screen_filter(app->at->screen);
}

static struct table_view *sorted_table(void *arg, int *ret_cols)
{
    const struct app *app = arg;
    *ret_cols = screen_pane(app->at->screen)->cols;
    return screen_table(app->at->screen);
}

static void cmd_sort(struct app *app)
{
    if (!screen_table(app->at->screen)) {
        app_say(app, true, "no table is shown here whose columns could be sorted");
        return;
    }
    columns_menu_open(&app->columns, sorted_table, app);
    app_overlay_open(app, &app->columns.overlay, NULL);
}

static void cmd_chat(struct app *app)
{
    app_chat_open(app, "");
}

static void cmd_refresh(struct app *app)
{
    if (screen_pane(app->at->screen)->ops == &lint_pane_ops) {
        app_lint_again(app);
        return;
    }
    session_refresh(app->at->session);
    app_aws_refresh(app);
    app_say(app, false, "refreshing every backend");
}

static void stop_result(void *arg, enum overlay_result result)
{
    struct app *app = arg;
    app_overlay_close(app);
    if (result != OVERLAY_DONE) return;
    if (session_stop_asking(app->at->session))
        app_say(app, false, "prompts in flight are cancelled");
    else
        app_say(app, true, "the prompts have ended by themselves");
}

/* After a confirmation: in k9s s is a shell, and an answer that a person waits for would be lost. */
static void cmd_stop(struct app *app)
{
    char key[16];
    command_first_key(CMD_SHELL, key);
    if (!session_asks(app->at->session)) {
        app_say(app, true, "no prompt is in flight that could be cancelled; a shell is on %s", key);
        return;
    }
    dialog_open(&app->dialog, "Cancel the prompts in flight?", "Their answers are not waited for any longer.", NULL,
                false);
    app_overlay_open(app, &app->dialog.overlay, stop_result);
}

struct theme_file {
    struct app_file file;
    struct theme theme;
};

static enum err theme_read(struct app_file *f, struct why *why)
{
    struct theme_file *t = (struct theme_file *)f;
    return themes_load(f->name, &t->theme, why);
}

static void theme_take(struct app *app, struct app_file *f)
{
    const struct theme_file *t = (const struct theme_file *)f;
    term_theme(app->term, &t->theme);
    app_say(app, false, "theme: %s%s", t->theme.name,
            term_has_colors(app->term) ? "" : ", drawn without colours (NO_COLOR, --color or the terminal)");
}

static void theme_free(struct app_file *f)
{
    (void)f;
}

static void cmd_theme(struct app *app, const char *args)
{
    static const struct app_file_ops ops = {theme_read, theme_take, theme_free, ""};
    if (!*args) {
        app->theme++;
        if (!app->themes[app->theme]) app->theme = 0;
        args = app->themes[app->theme];
    }
    struct theme_file *t = mem_zero(1, sizeof *t);
    t->file = (struct app_file){.ops = &ops, .name = mem_str(args)};
    app_read_start(app, &t->file);
}

static void cmd_describe(struct app *app, const char *args)
{
    app_object_open(app, args, OBJECT_DESCRIBE);
}

static void cmd_yaml(struct app *app, const char *args)
{
    app_object_open(app, args, OBJECT_YAML);
}

static void cmd_doctor(struct app *app)
{
    screen_focus(app->at->screen, '6');
}

static void cmd_timeline(struct app *app)
{
    screen_focus(app->at->screen, 'T');
    app_say(app, false, "h l cursor · + - zoom · n N next change · b T0 · Enter opens · G now");
    app->message_of = screen_pane(app->at->screen);
}

static void cmd_heat(struct app *app)
{
    screen_heat(app->at->screen);
}

static void cmd_stage(struct app *app)
{
    if (screen_pane(app->at->screen)->ops == &stage_pane_ops)
        (void)screen_back(app->at->screen);
    else
        screen_focus(app->at->screen, stage_pane_ops.letter);
}

static void cmd_pane(struct app *app, const char *args)
{
    const size_t len = strcspn(args, " ");
    const char *rest = args + len + strspn(args + len, " ");
    char *name = mem_strn(args, len);
    const struct pane_ops *ops = page_pane(name);
    free(name);
    if (ops == &pods_pane_ops && *rest) { /* "pods NAMESPACE", as in k9s */
        screen_focus(app->at->screen, ops->letter);
        app_command(app, CMD_NAMESPACE, rest);
    } else if (!ops)
        app_say(app, true, "pane NAME: pods, cores, gcs, requests, events, doctor, lint, timeline or recovery");
    else if (!screen_focus(app->at->screen, ops->letter))
        app_say(app, true, "%s: not shown now", ops->title);
}

static void cmd_arm(struct app *app)
{
    if (arming_allows(&app->at->arming) && !app->at->arming.until_ms)
        app_say(app, false, "armed already, for as long as this runs");
    else
        app_arm_ask(app, CMD_ARM);
}

static void cmd_service(struct app *app, const char *args)
{
    if (!*args) {
        app_picker_open(app);
        return;
    }
    const char *slash = strchr(args, '/');
    char *ns = slash ? mem_strn(args, (size_t)(slash - args)) : NULL;
    session_choose(app->at->session, ns, slash ? slash + 1 : args);
    free(ns);
}

static void watch_all(struct app *app)
{
    app_say(app, false,
            session_watches_all(app->at->session) ? "all namespaces are watched; :ns NAME watches one"
                                                  : "watching all namespaces");
    session_watch(app->at->session, NULL);
}

static void cmd_namespace(struct app *app, const char *args)
{
    const char *only = session_only_ns(app->at->session);
    if (strcmp(args, "all") == 0 || strcmp(args, "*") == 0) {
        watch_all(app);
    } else if (*args && !variable_type_fits(VARIABLE_NAMESPACE, args)) {
        app_say(app, true, "%s: not the name of a namespace: %s", args, variable_type_words(VARIABLE_NAMESPACE));
    } else if (*args) {
        session_watch(app->at->session, args);
        app->at->picker_offered = false;
        app_say(app, false, "watching namespace %s", args);
    } else {
        app_say(app, false, "watching %s%s; :ns NAME watches one namespace, :ns all or 0 all of them",
                session_watches_all(app->at->session) ? "all namespaces"
                : only                                ? "namespace "
                                                      : "the namespace of the RayService",
                only ? only : "");
        app_palette_choose(app, "ns");
    }
}

static void cmd_all_namespaces(struct app *app)
{
    watch_all(app);
}

static void cmd_losses(struct app *app)
{
    losses_open(&app->at->losses);
    app_overlay_open(app, &app->at->losses.overlay, NULL);
}

static void cmd_explain(struct app *app, const char *args)
{
    uint64_t page = 1;
    const char *word = args ? args : "";
    if (*word && (text_u64(word, strlen(word), explain_pages(), &page) || !page)) {
        app_say(app, true, "explain [PAGE]: a page from 1 to %zu", explain_pages());
        return;
    }
    explain_open(&app->at->explain, (size_t)page - 1);
    app_overlay_open(app, &app->at->explain.overlay, NULL);
}

static void cmd_replay_back(struct app *app)
{
    app_replay_by(app, -REPLAY_LEAP_MS);
}

static void cmd_replay_on(struct app *app)
{
    app_replay_by(app, REPLAY_LEAP_MS);
}

static void cmd_replay_next_loss(struct app *app)
{
    app_replay_loss(app, true);
}

static void cmd_replay_prev_loss(struct app *app)
{
    app_replay_loss(app, false);
}

static void cmd_replay_slower(struct app *app)
{
    app_replay_speed(app, -1);
}

static void cmd_replay_faster(struct app *app)
{
    app_replay_speed(app, 1);
}

/* A command that lacks only arming opens the question to arm. */
static bool command_asks_to_arm(const struct app *app, enum command_id id, enum err may)
{
    return may == ERR_GUARD && commands[id].needs & NEED_ARMED && app->at->arming.state == ARMING_READ_ONLY &&
           app_context(app);
}

static bool help_works(void *arg, const char *name)
{
    enum command_id id;
    if (!command_named(name, strlen(name), &id)) return false;
    const enum err err = app_may(arg, id, NULL);
    return !err || command_asks_to_arm(arg, id, err);
}

static void cmd_help(struct app *app)
{
    const struct help_context about = {.pane = screen_pane(app->at->screen)->ops,
                                       .detail = screen_opened(app->at->screen),
                                       .table = screen_table(app->at->screen) != NULL,
                                       .rows = screen_rows(app->at->screen) != NULL,
                                       .works = help_works,
                                       .arg = app};
    help_open(&app->help, &about);
    app_overlay_open(app, &app->help.overlay, NULL);
}

static void cmd_redraw(struct app *app)
{
    term_redraw(app->term);
}

static void cmd_suspend(struct app *app)
{
    term_suspend(app->term);
}

static void quit_result(void *arg, enum overlay_result result)
{
    struct app *app = arg;
    app_overlay_close(app);
    if (result == OVERLAY_DONE) app_leave(app, EXIT_FINE);
}

static void cmd_quit(struct app *app)
{
    if (screen_opened(app->at->screen) && screen_back(app->at->screen)) return;
    const bool runs = app_contexts_recover(app) || app_drill_is_watched(app);
    if (app->replay || !runs) {
        app_leave(app, EXIT_FINE);
        return;
    }
    dialog_open(
        &app->dialog, "Quit?",
        app_drill_is_watched(app)
            ? "A drill is running.\nIts load ends; the recovery is watched to its end without a screen, and judged."
            : "A head was lost, and the recovery runs.\nQuitting stops watching it, not the recovery itself.",
        NULL, false);
    app_overlay_open(app, &app->dialog.overlay, quit_result);
}

static const struct handler handlers[CMD_COUNT] = {
    [CMD_OPEN] = {.run = cmd_open},
    [CMD_BACK] = {.run = cmd_back},
    [CMD_NEXT_PANE] = {.run = cmd_next_pane},
    [CMD_PREV_PANE] = {.run = cmd_prev_pane},
    [CMD_FILTER] = {.run = cmd_filter},
    [CMD_MARK] = {.run_with = app_mark},
    [CMD_MARK_RANGE] = {.run = app_mark_range},
    [CMD_SORT] = {.run = cmd_sort},
    [CMD_ASK] = {.run = app_prompt_open},
    [CMD_CHAT] = {.run = cmd_chat},
    [CMD_ZOOM] = {.run = app_pane_zoom},
    [CMD_WIDER] = {.run = app_pane_wider},
    [CMD_NARROWER] = {.run = app_pane_narrower},
    [CMD_TALLER] = {.run = app_pane_taller},
    [CMD_SHORTER] = {.run = app_pane_shorter},
    [CMD_EVEN] = {.run = app_pane_even},
    [CMD_REFRESH] = {.run = cmd_refresh},
    [CMD_STOP] = {.run = cmd_stop},
    [CMD_THEME] = {.run_with = cmd_theme},
    [CMD_KILL_HEAD] = {.run = app_kill_ask},
    [CMD_KILL_WORKER] = {.run = app_kill_worker_ask},
    [CMD_DRILL] = {.run_with = app_drill_ask},
    [CMD_LOGS] = {.run_with = app_logs_open},
    [CMD_DESCRIBE] = {.run_with = cmd_describe},
    [CMD_YAML] = {.run_with = cmd_yaml},
    [CMD_DOCTOR] = {.run = cmd_doctor},
    [CMD_TIMELINE] = {.run = cmd_timeline},
    [CMD_HEAT] = {.run = cmd_heat},
    [CMD_STAGE] = {.run = cmd_stage},
    [CMD_LINT] = {.run_with = app_lint},
    [CMD_PANE] = {.run_with = cmd_pane},
    [CMD_DEPLOY] = {.run_with = app_deploy_ask},
    [CMD_CLEANUP] = {.run = app_cleanup_ask},
    [CMD_ARM] = {.run = cmd_arm},
    [CMD_DISARM] = {.run = app_disarm},
    [CMD_SERVICE] = {.run_with = cmd_service},
    [CMD_NAMESPACE] = {.run_with = cmd_namespace},
    [CMD_ALL_NAMESPACES] = {.run = cmd_all_namespaces},
    [CMD_CONTEXT] = {.run_with = app_context_command},
    [CMD_SHELL] = {.run = app_shell_open},
    [CMD_UI] = {.run = app_ui_open},
    [CMD_FORWARD] = {.run = app_forward_ask},
    [CMD_FORWARDS] = {.run = app_forwards_show},
    [CMD_NODES] = {.run = app_nodes_show},
    [CMD_LOSSES] = {.run = cmd_losses},
    [CMD_EXPLAIN] = {.run_with = cmd_explain},
    [CMD_REPLAY_PAUSE] = {.run = app_replay_pause},
    [CMD_REPLAY_STEP] = {.run = app_replay_step},
    [CMD_REPLAY_NEXT_LOSS] = {.run = cmd_replay_next_loss},
    [CMD_REPLAY_PREV_LOSS] = {.run = cmd_replay_prev_loss},
    [CMD_REPLAY_BACK] = {.run = cmd_replay_back},
    [CMD_REPLAY_ON] = {.run = cmd_replay_on},
    [CMD_REPLAY_SLOWER] = {.run = cmd_replay_slower},
    [CMD_REPLAY_FASTER] = {.run = cmd_replay_faster},
    [CMD_REPLAY_SEEK] = {.run_with = app_replay_seek},
    [CMD_SAVE] = {.run_with = app_save},
    [CMD_RECORDINGS] = {.run = app_recordings},
    [CMD_COPY] = {.run = app_copy_command},
    [CMD_SCRIPT] = {.run_with = app_script_command},
    [CMD_RESET] = {.run_with = app_reset},
    [CMD_PALETTE] = {.run_with = app_palette_open},
    [CMD_HELP] = {.run = cmd_help},
    [CMD_REDRAW] = {.run = cmd_redraw},
    [CMD_SUSPEND] = {.run = cmd_suspend},
    [CMD_QUIT] = {.run = cmd_quit},
};

/* Arming would not help one who has no right to. */
static enum err may_delete(const struct app *app, unsigned needs, struct why *why)
{
    const struct session *s = app->at->session;
    const enum err err = needs & NEED_DELETE ? session_may_delete(s, why) : session_may_delete_worker(s, why);
    if (err || arming_allows(&app->at->arming)) return err;
    return why_set(why, ERR_GUARD, "READ-ONLY: %s", app->at->arming.why);
}

enum err app_may(const struct app *app, enum command_id id, struct why *why)
{
    const unsigned needs = commands[id].needs;
    const struct needs_given given = {.session = app->at->session,
                                      .demo = app->at->conf->demo,
                                      .script = app->script != NULL,
                                      .recorder = app->at->recording != NULL};
    enum err err = needs_check(&given, needs, why);
    if (err) return err;
    if ((needs & (NEED_ARMED | NEED_ARMABLE)) && app_too_small(app))
        return why_set(why, ERR_UNSUPPORTED, "the screen is too small to confirm a change");
    if ((needs & NEED_ARMABLE) && (app->at->arming.state == ARMING_FORBIDDEN || !app_context(app)))
        err = why_set(why, ERR_GUARD, "%s", app->at->arming.why);
    if (!err && (needs & NEED_CHANGE) && !arming_allows(&app->at->arming))
        err = why_set(why, ERR_GUARD, "READ-ONLY: %s", app->at->arming.why);
    if (!err && (needs & (NEED_DELETE | NEED_WORKER))) err = may_delete(app, needs, why);
    return err;
}

static void command_run(struct app *app, enum command_id id, const char *args)
{
    struct why why = {0};
    enum err err = app_may(app, id, &why);
    app_overlay_close_all(app);
    if (command_asks_to_arm(app, id, err))
        app_arm_ask(app, id);
    else if (err)
        app_say(app, true, "%s: %s", commands[id].name, why.text);
    else if (handlers[id].run)
        handlers[id].run(app);
    else
        handlers[id].run_with(app, args);
}

static void command_decided(void *arg, enum err err, const char *why)
{
    struct app *app = arg;
    struct app_decided decided = app->decided;
    app->decided.args = NULL;
    if (err)
        app_say(app, true, "%s: %s", commands[decided.id].name, why);
    else
        command_run(app, decided.id, decided.args);
    free(decided.args);
}

void app_command(struct app *app, enum command_id id, const char *args)
{
    if (!(commands[id].needs & (NEED_ARMED | NEED_ARMABLE))) {
        command_run(app, id, args);
        return;
    }
    free(app->decided.args);
    app->decided = (struct app_decided){id, mem_str(args)};
    arming_store_renew(app->at->armed, command_decided, app);
}
