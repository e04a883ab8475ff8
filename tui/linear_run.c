/* linear_run.c - see linear_run.h. */
#include "tui/linear_run.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tui/commands.h"
#include "tui/frame.h"
#include "tui/kill_head.h"
#include "tui/linear.h"
#include "tui/page.h"
#include "tui/replay_session.h"
#include "tui/snapshot.h"
#include "tui/status.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    SETTLE_MS = 10 * 1000,
    SOON_MS = 50,
    TICK_MS = 1000,
    STEP_MS = 100,
    TYPED_MAX = 4096,
    PAGE_TEXT_MAX = 256 * 1024
};

static void line_print(void *arg, const char *text)
{
    (void)arg;
    puts(text);
    fflush(stdout);
}

static void session_report(struct linear *l, const struct session *s)
{
    struct outage outage;
    const struct focus focus = session_focus(s);
    const struct view view = frame_view(s, &focus, &outage);
    linear_observe(l, &view);
}

/* ---- live ------------------------------------------------------------------------------------------------------- */

struct live {
    struct cli *cli;
    struct snapshot *snapshot;
    struct linear *linear;
    struct alarm *soon, *tick;
    uv_poll_t *input; /* of stdin; NULL: it is no terminal */
    struct buf typed;
    bool quit, reports;
};

static void on_report(void *arg)
{
    const struct live *v = arg;
    if (v->reports) session_report(v->linear, snapshot_session(v->snapshot));
}

static enum err on_begin(void *arg, struct loop *l, struct why *why)
{
    struct live *v = arg;
    (void)why;
    v->soon = alarm_new(l, on_report, v);
    v->tick = alarm_new(l, on_report, v);
    return ERR_OK;
}

static void on_applied(void *arg, const struct change *c)
{
    struct live *v = arg;
    (void)c;
    if (!alarm_is_set(v->soon)) alarm_set(v->soon, SOON_MS, 0);
}

static void on_end(void *arg)
{
    struct live *v = arg;
    alarm_free(v->soon);
    alarm_free(v->tick);
}

/* ---- what is typed ---------------------------------------------------------------------------------------------- */

static void on_typed(uv_poll_t *poll_, int status, int events);

static void input_listen(struct live *v, bool on)
{
    if (v->input && on) uv_poll_start(v->input, UV_READABLE, on_typed);
    if (v->input && !on) uv_poll_stop(v->input);
}

static void on_typed(uv_poll_t *poll_, int status, int events)
{
    struct live *v = poll_->data;
    char bytes[512];
    (void)events;
    const ssize_t got = status < 0 ? 0 : read(STDIN_FILENO, bytes, sizeof bytes);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) { /* ^D, or the terminal is gone */
        v->quit = true;
        input_listen(v, false);
    } else if (buf_add(&v->typed, bytes, (size_t)got)) {
        buf_clear(&v->typed);
    }
    snapshot_wake(v->snapshot);
}

static void on_closed(uv_handle_t *handle)
{
    free(handle);
}

static void input_open(struct live *v)
{
    if (!isatty(STDIN_FILENO)) return;
    v->input = mem_zero(1, sizeof *v->input);
    v->input->data = v;
    if (uv_poll_init(loop_uv(snapshot_loop(v->snapshot)), v->input, STDIN_FILENO)) {
        free(v->input);
        v->input = NULL;
    }
    input_listen(v, true);
}

static void input_close(struct live *v)
{
    if (v->input) uv_close((uv_handle_t *)v->input, on_closed);
    v->input = NULL;
}

static bool line_is_typed(void *arg)
{
    const struct live *v = arg;
    return v->quit || ferror(stdout) || strchr(buf_text(&v->typed), '\n');
}

/* ---- commands --------------------------------------------------------------------------------------------------- */

static void on_answer(void *arg, const struct request *r)
{
    struct live *v = arg;
    (void)r; /* its record is in the world, and is reported from there */
    if (!alarm_is_set(v->soon)) alarm_set(v->soon, 0, 0);
}

static enum err prompt_send(struct live *v, const char *text, struct why *why)
{
    const struct prompt prompt = {.question = text};
    if (!*text) return why_set(why, ERR_USAGE, "ask: which prompt? ask TEXT");
    return session_ask(snapshot_session(v->snapshot), &prompt, on_answer, v, why);
}

static enum err head_kill(struct live *v, const char *text, struct why *why)
{
    (void)text;
    input_listen(v, false); /* the question reads the terminal */
    const enum err err = kill_head_here(v->cli, v->snapshot, why);
    session_allow_changes(snapshot_session(v->snapshot), 0);
    input_listen(v, true);
    return err;
}

static enum err prompts_stop(struct live *v, const char *text, struct why *why)
{
    (void)text;
    if (session_stop_asking(snapshot_session(v->snapshot))) return ERR_OK;
    return why_set(why, ERR_NOT_FOUND, "nothing is in flight");
}

static const char *live_context(const struct live *v)
{
    const struct kube_where *where = session_where(snapshot_session(v->snapshot));
    return where ? where->context : NULL;
}

static enum err doctor_show(struct live *v, const char *text, struct why *why)
{
    (void)text;
    (void)why;
    (void)doctor_print(v->cli, snapshot_session(v->snapshot), NULL);
    fflush(stdout);
    return ERR_OK;
}

static enum err state_show(struct live *v, const char *text, struct why *why)
{
    (void)text;
    (void)why;
    (void)status_print(v->cli, snapshot_session(v->snapshot), live_context(v));
    fflush(stdout);
    return ERR_OK;
}

static enum err page_show(struct live *v, const char *name, struct why *why)
{
    const struct session *s = snapshot_session(v->snapshot);
    const struct focus focus = session_focus(s);
    struct outage outage;
    const struct view view = frame_view(s, &focus, &outage);
    struct buf text;
    buf_init(&text, PAGE_TEXT_MAX);
    const enum err err = page_text(name, &view, &text, why);
    if (!err) fputs(buf_text(&text), stdout);
    fflush(stdout);
    buf_done(&text);
    return err;
}

static enum err nodes_show(struct live *v, const char *text, struct why *why)
{
    (void)text;
    return page_show(v, "nodes", why);
}

static enum err losses_show(struct live *v, const char *text, struct why *why)
{
    (void)text;
    return page_show(v, "losses", why);
}

static enum err explain_show(struct live *v, const char *text, struct why *why)
{
    char *page = mem_printf("explain %s", text);
    const enum err err = page_show(v, page, why);
    free(page);
    return err;
}

static enum err live_quit(struct live *v, const char *text, struct why *why)
{
    (void)text;
    (void)why;
    v->quit = true;
    return ERR_OK;
}

static enum err help_show(struct live *v, const char *text, struct why *why);

/* Those of the console's commands that need no screen, by their names or shorter; help NULL: theirs. */
static const struct word {
    const char *name, *also, *help;
    enum err (*run)(struct live *v, const char *text, struct why *why);
} words[] = {{"status", "", "Print the state", state_show},
             {"ask", "p", NULL, prompt_send},
             {"stop", "s", NULL, prompts_stop},
             {"kill-head", "kill", NULL, head_kill},
             {"doctor", "", NULL, doctor_show},
             {"pane", "", "Print a pane as text: pane pods, cores, gcs, requests, events, timeline …", page_show},
             {"nodes", "no", NULL, nodes_show},
             {"losses", "", NULL, losses_show},
             {"explain", "", NULL, explain_show},
             {"help", "?", NULL, help_show},
             {"quit", "q", "Leave; so does Ctrl-C", live_quit}};

static enum err help_show(struct live *v, const char *text, struct why *why)
{
    (void)v;
    (void)text;
    (void)why;
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        enum command_id id;
        const char *help = words[i].help;
        if (!help && command_named(words[i].name, strlen(words[i].name), &id)) help = commands[id].help;
        printf("%-10s %-5s %s\n", words[i].name, words[i].also, help ? help : "");
    }
    fflush(stdout);
    return ERR_OK;
}

static bool word_is(const char *word, const char *text, size_t len)
{
    return strlen(word) == len && strncmp(word, text, len) == 0;
}

static const struct word *word_named(const char *text, size_t len)
{
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (word_is(words[i].name, text, len) || word_is(words[i].also, text, len)) return &words[i];
    return NULL;
}

static void line_run(struct live *v, char *line)
{
    struct why why = {0};
    const size_t len = strcspn(line, " \t");
    const struct word *word = word_named(line, len);
    const char *rest = line + len + strspn(line + len, " \t");
    enum err err = ERR_OK;
    if (!len) return;
    if (word)
        err = word->run(v, rest, &why);
    else
        err = why_set(&why, ERR_USAGE, "%.40s: no such command; help lists them", line);
    if (err && err != ERR_CANCELLED) cli_say("%s", why.text);
}

static bool line_take(void *arg, char *text, size_t len)
{
    struct live *v = arg;
    char *safe = text_safe(text, len, TEXT_ONE_LINE, TYPED_MAX);
    line_run(v, safe);
    free(safe);
    return !v->quit;
}

/* ---- the run ---------------------------------------------------------------------------------------------------- */

static enum err live_follow(struct live *v)
{
    enum err err = snapshot_until_settled(v->snapshot, SETTLE_MS);
    if (err != ERR_CANCELLED && !v->cli->conf.no_probe) err = snapshot_until_probed(v->snapshot);
    if (err == ERR_CANCELLED) return err;
    (void)status_print(v->cli, snapshot_session(v->snapshot), live_context(v));
    v->reports = true;
    on_report(v);
    input_open(v);
    if (v->input) printf("\nhelp lists the commands; quit, or Ctrl-C, leaves.\n");
    fflush(stdout);
    alarm_set(v->tick, TICK_MS, TICK_MS);
    for (err = ERR_OK; !err && !v->quit && !ferror(stdout);) {
        err = snapshot_until(v->snapshot, line_is_typed, v, SNAPSHOT_NO_LIMIT);
        if (!err) buf_lines(&v->typed, line_take, v);
    }
    return err;
}

int linear_live(struct cli *cli)
{
    struct live v = {.cli = cli};
    struct why why = {0};
    const struct snapshot_hooks hooks = {on_begin, on_applied, on_end, &v};
    buf_init(&v.typed, TYPED_MAX);
    v.linear = linear_new(line_print, NULL);
    enum err err = cli_configure(cli, &why);
    if (!err) err = snapshot_open_with(cli, &hooks, &v.snapshot, &why);
    if (err) {
        cli_say("%s", why.text);
    } else {
        err = live_follow(&v);
        v.reports = false;
        input_close(&v);
    }
    const int status = snapshot_exit_status(v.snapshot, err);
    snapshot_close(v.snapshot);
    linear_free(v.linear);
    buf_done(&v.typed);
    return status;
}

/* ---- of a recording --------------------------------------------------------------------------------------------- */

static void on_due(void *arg)
{
    loop_stop(arg);
}

int linear_replay(const struct cli *cli, struct recording *recording, uint64_t at_ms)
{
    const struct recording_about *about = recording_about(recording);
    const double speed = cli->speed ? strtod(cli->speed, NULL) : 0;
    struct replay_session r;
    replay_session_open(&r, &cli->conf, recording, NULL);
    struct linear *linear = linear_new(line_print, NULL);
    struct alarm *due = alarm_new(r.loop, on_due, r.loop);
    replayer_to(r.replayer, at_ms);
    (void)status_print(cli, r.session, about->context);
    session_report(linear, r.session);
    const uint64_t begun_ms = loop_now_ms();
    for (uint64_t now = at_ms; now < about->end_ms;) {
        now = now + STEP_MS < about->end_ms ? now + STEP_MS : about->end_ms;
        const uint64_t due_ms = speed > 0 ? begun_ms + (uint64_t)((double)(now - at_ms) / speed) : 0;
        if (due_ms > loop_now_ms()) {
            alarm_set(due, due_ms - loop_now_ms(), 0);
            loop_run(r.loop);
        }
        replayer_to(r.replayer, now);
        session_report(linear, r.session);
    }
    puts("the recording is at its end");
    alarm_free(due);
    linear_free(linear);
    replay_session_close(&r);
    return EXIT_FINE;
}
