/* sub_lint.c - `raydeck lint FILE…` (-: stdin): checks manifests against the HA rules; findings on stdout. Contacts no
 * cluster. */
#include "deploy/finding_formats.h"
#include "deploy/rule_text.h"
#include "tui/cli.h"
#include "tui/manifest_file.h"

#include <stdlib.h>
#include <string.h>

enum { RULES_PAGE_MAX = 1024 * 1024 };

/* What the command line asks of lint. */
struct lint_run {
    unsigned kuberay;
    enum findings_format format;
    enum finding_severity fail_on;
};

static void buf_print(struct buf *out)
{
    fwrite(buf_text(out), 1, out->len, stdout);
    buf_done(out);
}

static void findings_to_stdout(const struct findings *found, const struct lint_run *run)
{
    struct buf out;
    buf_init(&out, (size_t)FINDINGS * FINDING_TEXT_MAX * 8);
    findings_print(found, run->format, run->fail_on, &out);
    buf_print(&out);
}

static int rule_explain(const char *id)
{
    struct buf out;
    const struct rule *rule = rule_named(id);
    const bool all = strcmp(id, "all") == 0;
    if (!rule && !all) {
        cli_say("--explain %s: no such rule; K1 to K4, L1 to L39, M1 to M7, D1 to D22, or all", id);
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

static enum err run_of(const struct cli *cli, struct lint_run *ret, struct why *why)
{
    *ret = (struct lint_run){.kuberay = LINT_KUBERAY_ANY};
    (void)findings_format_named(cli->output, &ret->format); /* checked by cli_parse */
    ret->fail_on = cli->fail_on && strcmp(cli->fail_on, "warning") == 0 ? FINDING_WARNING : FINDING_ERROR;
    return cli->kuberay ? lint_kuberay_parse(cli->kuberay, &ret->kuberay, why) : ERR_OK;
}

static enum err lint_one(const char *path, struct variables *vars, unsigned kuberay, struct findings *found,
                         struct why *why)
{
    if (strcmp(path, "-") == 0) return manifest_input_lint(vars, kuberay, found, why);
    return manifest_file_lint(path, vars, kuberay, found, NULL, why);
}

int sub_lint(struct cli *cli)
{
    struct why why = {0};
    struct variables vars;
    struct findings found;
    struct lint_run run;
    int unread = 0;
    if (cli->explain) return rule_explain(cli->explain);
    if (cli->argc == 0) {
        cli_say("lint: no FILE was given");
        return EXIT_USAGE;
    }
    enum err err = run_of(cli, &run, &why);
    if (!err) err = cli_variables(cli, &vars, &why);
    if (err) {
        cli_say("%s", why.text);
        return EXIT_USAGE;
    }
    findings_init(&found);
    int status = EXIT_FINE;
    /* A file that cannot be read does not suppress the findings of the others. */
    for (int i = 0; i < cli->argc; i++)
        if (lint_one(cli->argv[i], &vars, run.kuberay, &found, &why)) {
            cli_say("%s", why.text);
            status = EXIT_USAGE;
            unread++;
        }
    if (findings_fail(&found, run.fail_on) && status == EXIT_FINE) status = EXIT_FAILED;
    findings_sort(&found);
    if (unread < cli->argc) findings_to_stdout(&found, &run);
    findings_done(&found);
    variables_done(&vars);
    return status;
}
