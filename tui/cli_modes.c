/* cli_modes.c - see cli_modes.h. */
#include "tui/cli_modes.h"

#include "backends/base/text.h"

#include <string.h>

#define CONSOLE "console"

/* ---- the modes -------------------------------------------------------------------------------------------------- */

static bool is_check(const struct cli *cli)
{
    return cli->check;
}

static bool is_linear(const struct cli *cli)
{
    return cli->linear && !cli->check;
}

static bool is_screen(const struct cli *cli)
{
    return !cli->linear && !cli->check;
}

static bool replay_prints(const struct cli *cli, const char *word)
{
    return cli->argc == 2 && text_eq(cli->argv[1], word);
}

static bool replay_is_list(const struct cli *cli)
{
    return cli->argc == 0;
}

static bool replay_is_play(const struct cli *cli)
{
    return cli->argc == 1 && !cli->linear;
}

static bool replay_is_linear(const struct cli *cli)
{
    return cli->argc == 1 && cli->linear;
}

static bool replay_is_status(const struct cli *cli)
{
    return replay_prints(cli, "status");
}

static bool replay_is_doctor(const struct cli *cli)
{
    return replay_prints(cli, "doctor");
}

static bool replay_is_report(const struct cli *cli)
{
    return replay_prints(cli, "report");
}

static bool is_svg(const struct cli *cli)
{
    return cli->svg != NULL;
}

static bool is_text(const struct cli *cli)
{
    return !cli->svg;
}

static bool snapshot_is_cluster(const struct cli *cli)
{
    return cli->argc == 0;
}

static bool snapshot_is_demo(const struct cli *cli)
{
    return cli->argc == 1 && text_eq(cli->argv[0], "demo");
}

static bool snapshot_is_recording(const struct cli *cli)
{
    return cli->argc == 1 && !snapshot_is_demo(cli);
}

static bool drill_is_history(const struct cli *cli)
{
    return cli->history;
}

static bool drill_is_run(const struct cli *cli)
{
    return !cli->history;
}

static bool lint_is_explain(const struct cli *cli)
{
    return cli->explain != NULL;
}

static bool lint_is_check(const struct cli *cli)
{
    return !cli->explain;
}

static bool lint_is_fix(const struct cli *cli)
{
    return cli->fix && !cli->explain;
}

static bool lint_is_no_fix(const struct cli *cli)
{
    return !lint_is_fix(cli);
}

const struct cli_mode cli_modes[] = {{CONSOLE, "screen", 0, is_screen, "the console"},
                                     {CONSOLE, "linear", 0, is_linear, "the console with --linear"},
                                     {CONSOLE, "check", 0, is_check, "the console with --check"},
                                     {"demo", "screen", 0, is_screen, "demo"},
                                     {"demo", "linear", 0, is_linear, "demo --linear"},
                                     {"demo", "check", 0, is_check, "demo --check"},
                                     {"replay", "list", 0, replay_is_list, "replay without a file"},
                                     {"replay", "play", 0, replay_is_play, "replay FILE"},
                                     {"replay", "linear", 0, replay_is_linear, "replay FILE --linear"},
                                     {"replay", "status", 0, replay_is_status, "replay FILE status"},
                                     {"replay", "doctor", 0, replay_is_doctor, "replay FILE doctor"},
                                     {"replay", "report", 0, replay_is_report, "replay FILE report"},
                                     {"timeline", "svg", 0, is_svg, "timeline --svg"},
                                     {"timeline", "text", 0, is_text, "timeline without --svg"},
                                     {"snapshot", "cluster", 0, snapshot_is_cluster, "snapshot of a cluster"},
                                     {"snapshot", "demo", 0, snapshot_is_demo, "snapshot demo"},
                                     {"snapshot", "recording", 0, snapshot_is_recording, "snapshot FILE"},
                                     {"snapshot", "svg", 1, is_svg, "snapshot --svg"},
                                     {"snapshot", "text", 1, is_text, "snapshot without --svg"},
                                     {"drill", "run", 0, drill_is_run, "drill"},
                                     {"drill", "history", 0, drill_is_history, "drill --history"},
                                     {"lint", "check", 0, lint_is_check, "lint"},
                                     {"lint", "explain", 0, lint_is_explain, "lint --explain"},
                                     {"lint", "fix", 1, lint_is_fix, "lint --fix"},
                                     {"lint", "plain", 1, lint_is_no_fix, "lint without --fix"},
                                     {NULL, NULL, 0, NULL, NULL}};

static const struct cli_mode *mode_named(const char *sub, const char *name, size_t len)
{
    for (const struct cli_mode *m = cli_modes; m->sub; m++)
        if (strcmp(m->sub, sub) == 0 && strlen(m->name) == len && strncmp(m->name, name, len) == 0) return m;
    return NULL;
}

/* NULL: the command line is none of them, which the subcommand reports. */
static const struct cli_mode *mode_now(const struct cli *cli, const char *sub, unsigned kind)
{
    for (const struct cli_mode *m = cli_modes; m->sub; m++)
        if (strcmp(m->sub, sub) == 0 && m->kind == kind && m->holds(cli)) return m;
    return NULL;
}

/* ---- where an option is heeded ---------------------------------------------------------------------------------- */

/* The word of that subcommand in `where`, from `at` on; ret_modes: behind its name: "/status/doctor", "" for all. */
static const char *word_of_sub(const char *at, const char *sub, const char **ret_modes, size_t *ret_len)
{
    const size_t len = strlen(sub);
    while (*at) {
        const size_t word = strcspn(at, " "), name = strcspn(at, " /");
        const char *next = at + word + strspn(at + word, " ");
        if (name == len && strncmp(at, sub, len) == 0) {
            *ret_modes = at + name;
            *ret_len = word - name;
            return next;
        }
        at = next;
    }
    return NULL;
}

bool cli_option_is_of(const struct cli_option *o, const char *sub)
{
    const char *modes;
    size_t len;
    return !*o->where || word_of_sub(o->where, sub, &modes, &len);
}

const char *cli_sub_word(const struct subcommand *sub)
{
    return *sub->name ? sub->name : CONSOLE;
}

/* The next mode of "/status/doctor"; NULL: no more. */
static const struct cli_mode *mode_next(const char *sub, const char **at, size_t *left)
{
    if (!*left) return NULL;
    size_t len = 0;
    while (len + 1 < *left && (*at)[len + 1] != '/') len++;
    const struct cli_mode *m = mode_named(sub, *at + 1, len);
    *at += len + 1;
    *left -= len + 1;
    return m;
}

/* Calls each mode of that subcommand in which the option is heeded; false: it is in all of them. */
static bool modes_each(const struct cli_option *o, const char *sub,
                       void (*each)(void *arg, const struct cli_mode *mode), void *arg)
{
    const char *modes;
    size_t len;
    for (const char *at = o->where; (at = word_of_sub(at, sub, &modes, &len));) {
        if (!len) return false;
        for (const struct cli_mode *m; (m = mode_next(sub, &modes, &len));) each(arg, m);
    }
    return true;
}

struct heeding {
    const struct cli *cli;
    const char *sub;
    bool heeded, known;  /* known: the command line is one of such modes */
    const char *instead; /* what it is */
    char where[CLI_WHERE_MAX];
};

static void mode_look(void *arg, const struct cli_mode *mode)
{
    struct heeding *h = arg;
    const struct cli_mode *now = mode_now(h->cli, h->sub, mode->kind);
    const size_t used = strlen(h->where);
    snprintf(h->where + used, sizeof h->where - used, "%s%s", used ? ", " : "", mode->words);
    h->heeded |= mode->holds(h->cli);
    h->known |= now != NULL;
    if (now) h->instead = now->words;
}

static bool is_heeded(struct heeding *h, const struct cli_option *o)
{
    if (!*o->where || !modes_each(o, h->sub, mode_look, h)) return true;
    return h->heeded || !h->known;
}

bool cli_option_is_heeded(const struct cli *cli, const struct cli_option *o, const struct subcommand *sub)
{
    struct heeding h = {.cli = cli, .sub = cli_sub_word(sub)};
    return cli_option_is_of(o, h.sub) && is_heeded(&h, o);
}

void cli_option_where(const struct cli_option *o, char *out, size_t size)
{
    const char *word = o->where + strspn(o->where, "* ");
    const char *before = "";
    size_t before_len = 0;
    out[0] = '\0';
    while (*word) {
        const size_t len = strcspn(word, " /"), used = strlen(out);
        const char *next = word + strcspn(word, " ");
        next += strspn(next, " ");
        const bool again = len == before_len && strncmp(word, before, len) == 0;
        if (!again)
            snprintf(out + used, size - used, "%s%s%.*s",
                     !used   ? ""
                     : *next ? ", "
                             : " and ",
                     strncmp(word, CONSOLE, len) == 0 ? "the " : "", (int)len, word);
        before = word;
        before_len = len;
        word = next;
    }
}

enum err cli_options_check(const struct cli *cli, const bool *given, const struct subcommand *sub, struct why *why)
{
    const char *name = cli_sub_word(sub);
    for (size_t i = 0; i < cli_option_count; i++) {
        const struct cli_option *o = &cli_options[i];
        if (!given[i]) continue;
        if (!cli_option_is_of(o, name)) {
            char where[CLI_WHERE_MAX];
            cli_option_where(o, where, sizeof where);
            return why_set(why, ERR_USAGE, "--%s has no effect on %s%s: only on %s", o->name, *sub->name ? "" : "the ",
                           name, where);
        }
        struct heeding h = {.cli = cli, .sub = name};
        if (cli->help || cli->version || cli->variables || is_heeded(&h, o)) continue;
        return why_set(why, ERR_USAGE, "--%s has no effect on %s: only on %s", o->name, h.instead, h.where);
    }
    return ERR_OK;
}
