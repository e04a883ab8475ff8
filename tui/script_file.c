/* script_file.c - see script_file.h. */
#include "tui/script_file.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/link/file.h"
#include "tui/arming_wait.h"
#include "tui/asset.h"
#include "tui/commands.h"
#include "tui/script.h"
#include "tui/snapshot.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SERVICE_WAIT_MS = 10 * 1000 };

/* A name without '/' and '.' that is no file here is that of a shipped script. */
static enum err script_read(const char *name, struct buf *text, char **ret_path, struct why *why)
{
    if (strchr(name, '/') || strchr(name, '.') || access(name, R_OK) == 0) {
        *ret_path = mem_str(name);
        return file_read(name, text, why);
    }
    char *asset = mem_printf("assets/%s.yaml", name);
    const enum err err = asset_read(asset, text, ret_path, why);
    free(asset);
    return err == ERR_NOT_FOUND ? why_set(why, err, "there is no script called %s", name) : err;
}

enum err script_load(const char *name, void (*problem)(void *arg, unsigned line, const char *text), void *arg,
                     struct script **ret, struct why *why)
{
    struct buf text;
    char *path = NULL;
    buf_init(&text, SCRIPT_BYTES + 1);
    enum err err = script_read(name, &text, &path, why);
    if (!err) err = script_parse(path, buf_text(&text), text.len, problem, arg, ret, why);
    buf_done(&text);
    free(path);
    return err;
}

/* ---- the rehearsal ---- */

struct check {
    int status; /* exit status of the error, if any */
    struct cli *cli;
    size_t problems;
    bool deploys_first;                    /* deploys before any command that needs a running service */
    unsigned needs, needs_line[NEED_BITS]; /* needs of the script's commands, and the first line of each */
};

static void on_problem(void *arg, unsigned line, const char *text)
{
    struct check *c = arg;
    c->problems++;
    printf("%s:%u: %s\n", c->cli->script, line, text);
}

static void on_command(void *arg, unsigned line, int command)
{
    struct check *c = arg;
    if (command == CMD_DEPLOY && !(c->needs & (NEED_DELETE | NEED_PROMPT))) c->deploys_first = true;
    for (unsigned i = 0; i < NEED_BITS; i++) {
        unsigned bit = 1u << i;
        if (!(commands[command].needs & bit) || (c->needs & bit)) continue;
        c->needs |= bit;
        c->needs_line[i] = line;
    }
}

static void check_need(struct check *c, enum need which, enum err err, const char *what, const struct why *why)
{
    char text[ERR_TEXT_MAX + 64];
    if (!(c->needs & which) || !err) return;
    unsigned line = 0;
    for (unsigned i = 0; i < NEED_BITS; i++)
        if ((unsigned)which == 1u << i) line = c->needs_line[i];
    snprintf(text, sizeof text, "%s would be refused: %s", what, why->text);
    on_problem(c, line, text);
}

static enum err may_change(const struct check *c, struct snapshot *snapshot, struct why *why)
{
    struct arming arming;
    enum err err = arming_wait_read(snapshot, &c->cli->conf, &arming, why);
    if (err) return err;
    if (!arming_allows(&arming)) return why_set(why, ERR_GUARD, "READ-ONLY: %s", arming.why);
    return ERR_OK;
}

/* Read-only: lists objects and reviews permissions. A script that deploys first needs no running service yet. */
static enum err ask_cluster(struct check *c, struct snapshot *snapshot, struct why *why)
{
    struct why no = {0};
    enum err err = snapshot_find_service(snapshot, cli_timeout_ms(c->cli, SERVICE_WAIT_MS), why);
    const bool none = err == ERR_NOT_FOUND && c->deploys_first;
    if (none) err = ERR_OK;
    if (!err && snapshot_until_settled(snapshot, SERVICE_WAIT_MS) == ERR_CANCELLED)
        err = why_set(why, ERR_CANCELLED, "interrupted");
    if (err) return err;
    enum err change = may_change(c, snapshot, &no);
    check_need(c, NEED_CHANGE, change, "a change", &no);
    if (!change && !none) change = session_may_delete(snapshot_session(snapshot), &no);
    check_need(c, NEED_DELETE, change, "the kill", &no);
    if (!none) check_need(c, NEED_PROMPT, session_may_ask(snapshot_session(snapshot), NULL, &no), "a prompt", &no);
    return ERR_OK;
}

static enum err check_script(struct check *c, const struct script *s, struct why *why)
{
    const struct conf *conf = &c->cli->conf;
    struct script_stage stage = {.demo = conf->demo, .development = conf->demo, .whole_screen = conf->stage};
    struct snapshot *snapshot = NULL;
    enum err err = conf->demo ? ERR_OK : cli_configure(c->cli, why);
    if (!err && !conf->demo) err = snapshot_open(c->cli, &snapshot, why);
    if (snapshot) {
        struct arming arming;
        arming_wait_read(snapshot, conf, &arming, why); /* a signal also ends the next wait */
        stage.development = arming.state == ARMING_DEVELOPMENT;
    }
    script_rehearse(s, &stage, on_problem, on_command, c); /* also without a reachable cluster */
    if (snapshot) err = ask_cluster(c, snapshot, why);
    c->status = snapshot_exit_status(snapshot, err);
    snapshot_close(snapshot);
    return err;
}

int script_check(struct cli *cli)
{
    struct check c = {.cli = cli};
    struct why why = {0};
    struct script *s = NULL;
    enum err err = script_load(cli->script, on_problem, &c, &s, &why);
    if (err) {
        if (!c.problems) cli_say("%s", why.text);
        return c.problems ? EXIT_FAILED : EXIT_USAGE;
    }
    err = check_script(&c, s, &why);
    if (err)
        cli_say("%s", why.text);
    else if (!c.problems)
        printf("%s: %zu step%s; nothing was found that would not work\n", cli->script, s->count, text_plural(s->count));
    script_free(s);
    return err ? c.status : c.problems ? EXIT_FAILED : EXIT_FINE;
}
