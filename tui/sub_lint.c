/* sub_lint.c - `raydeck lint FILE…` (-: stdin): checks manifests against the HA rules; findings on stdout. Contacts no
 * cluster. */
#include "deploy/rule_text.h"
#include "tui/lint_command_priv.h"
#include "tui/lint_render.h"

#include <string.h>

enum { RULES_PAGE_MAX = 1024 * 1024 };

static void buf_print(struct buf *out)
{
    fwrite(buf_text(out), 1, out->len, stdout);
    buf_done(out);
}

static int rule_explain(const char *id)
{
    struct buf out;
    const struct rule *rule = rule_named(id);
    const bool all = strcmp(id, "all") == 0;
    if (!rule && !all) {
        cli_say("--explain %s: no such rule; --explain all has every one", id);
        return EXIT_USAGE;
    }
    buf_init(&out, RULES_PAGE_MAX);
    if (all)
        rules_markdown(&out);
    else
        rule_text(rule, &out);
    buf_print(&out);
    return EXIT_FINE;
}

static enum err options_take(struct lint_command *lint, struct why *why)
{
    const struct cli *cli = lint->cli;
    (void)findings_format_named(cli->output, &lint->format); /* checked by cli_parse */
    lint->fail_on = cli->fail_on && strcmp(cli->fail_on, "warning") == 0 ? FINDING_WARNING : FINDING_ERROR;
    lint->run.fix = cli->fix;
    lint->run.inputs.only_files = cli->only_manifests;
    if (cli->fix && lint->format != FINDINGS_TEXT)
        return why_set(why, ERR_USAGE, "--fix prints the difference: no --output but text goes with it");
    if (cli->argc == 0 && !cli->overlays.count) return why_set(why, ERR_USAGE, "lint: no FILE was given");
    return cli->kuberay ? lint_kuberay_parse(cli->kuberay, &lint->run.kuberay, why) : ERR_OK;
}

static void input_failed(struct lint_run *run, const struct why *why)
{
    struct lint_command *lint = (struct lint_command *)run;
    cli_say("%s", why->text);
    lint->status = EXIT_USAGE;
}

static void inputs_find(struct lint_command *lint)
{
    struct lint_run *run = &lint->run;
    for (int i = 0; i < lint->cli->argc; i++) lint_run_add(run, lint->cli->argv[i]);
    for (size_t i = 0; lint->cli->only_manifests && i < run->inputs.count; i++)
        if (!run->inputs.items[i].folder) run->inputs.items[i].folder = ".";
    for (size_t i = 0; i < lint->cli->overlays.count; i++)
        lint_inputs_add_kind(&run->inputs, lint->cli->overlays.item[i], LINT_INPUT_OVERLAY);
}

enum err lint_snapshot(struct lint_command *lint, struct why *why)
{
    if (lint->snapshot) return ERR_OK;
    struct conf *conf = &lint->alone.conf;
    *conf = (struct conf){.kubeconfig = (char *)"none", .redis = (char *)"none", .no_recorder = true};
    conf->neuron[conf->neurons++] = (char *)"none";
    return snapshot_open(&lint->alone, &lint->snapshot, why);
}

static void on_rendered(void *arg)
{
    snapshot_wake(arg);
}

static bool is_rendered(void *arg)
{
    return rendering_is_over(arg);
}

static void input_render(struct lint_command *lint, const struct lint_input *input)
{
    struct why why = {0};
    struct buf text;
    enum err err = lint_snapshot(lint, &why);
    if (!err) {
        struct rendering *r = rendering_start(snapshot_loop(lint->snapshot), input, on_rendered, lint->snapshot);
        err = snapshot_until(lint->snapshot, is_rendered, r, SNAPSHOT_NO_LIMIT);
        if (err)
            why_set(&why, err, "%s: cancelled", input->path);
        else
            err = rendering_take(r, &text, &why);
        rendering_free(r);
    }
    lint_run_rendered(&lint->run, input, err ? NULL : &text, &why);
    if (err == ERR_CANCELLED) lint->status = snapshot_exit_status(lint->snapshot, err);
    if (err) return;
    buf_wipe(&text);
}

static void inputs_check(struct lint_command *lint)
{
    const struct lint_input *input = NULL;
    lint_run_files(&lint->run);
    while (lint->status < EXIT_SIGNALLED && (input = lint_run_next_rendered(&lint->run, input)))
        input_render(lint, input);
}

/* Writes what --fix has planned. False: the findings are those of the files as they are. */
static bool corrections_write(struct lint_command *lint)
{
    struct why why = {0};
    if (!lint->rewrites_count || lint->cli->dry_run) return false;
    const enum err err = lint_rewrite_files(lint, &why);
    if (!err) return true;
    cli_say("%s", why.text);
    lint->status = snapshot_exit_status(lint->snapshot, err);
    return false;
}

static void findings_to_stdout(struct lint_command *lint, struct findings *found)
{
    struct buf out;
    if (findings_fail(found, lint->fail_on) && lint->status == EXIT_FINE) lint->status = EXIT_FAILED;
    findings_sort(found);
    buf_init(&out, (size_t)FINDINGS * FINDING_TEXT_MAX * 8);
    findings_print(found, lint->format, lint->fail_on, &out);
    buf_print(&out);
}

int sub_lint(struct cli *cli)
{
    struct why why = {0};
    struct lint_command lint = {
        .cli = cli, .run = {.kuberay = LINT_KUBERAY_ANY, .plan = lint_rewrite_plan, .failed = input_failed}};
    if (cli->explain) return rule_explain(cli->explain);
    enum err err = options_take(&lint, &why);
    if (!err) err = cli_variables(cli, &lint.run.vars, &why);
    if (err) {
        cli_say("%s", why.text);
        return EXIT_USAGE;
    }
    lint_run_init(&lint.run);
    inputs_find(&lint);
    inputs_check(&lint);
    const bool fixed = cli->fix && corrections_write(&lint);
    /* Of a text that is all of it: stderr has the reason. Programs that read stdout get a whole document. */
    if (lint_run_has_findings(&lint.run) || lint.format != FINDINGS_TEXT)
        findings_to_stdout(&lint, fixed ? &lint.run.fixed : &lint.run.found);
    lint_rewrites_done(&lint);
    snapshot_close(lint.snapshot);
    lint_run_done(&lint.run);
    return lint.status;
}
