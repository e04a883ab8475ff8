/* sub_lint.c - `raydeck lint FILE…` (-: stdin): checks manifests against the HA rules; findings on stdout. Contacts no
 * cluster. */
#include "tui/cli.h"
#include "tui/manifest_file.h"

#include <stdlib.h>
#include <string.h>

static void print_text(const struct findings *found)
{
    struct buf out;
    buf_init(&out, (size_t)FINDINGS * FINDING_TEXT_MAX * 8);
    findings_text(found, &out);
    fwrite(buf_text(&out), 1, out.len, stdout);
    buf_done(&out);
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
    int unread = 0;
    if (cli->argc == 0) {
        cli_say("lint: no FILE was given");
        return EXIT_USAGE;
    }
    unsigned kuberay = LINT_KUBERAY_ANY;
    enum err err = cli->kuberay ? lint_kuberay_parse(cli->kuberay, &kuberay, &why) : ERR_OK;
    if (!err) err = cli_variables(cli, &vars, &why);
    if (err) {
        cli_say("%s", why.text);
        return EXIT_USAGE;
    }
    findings_init(&found);
    int status = EXIT_FINE;
    /* A file that cannot be read does not suppress the findings of the others. */
    for (int i = 0; i < cli->argc; i++)
        if (lint_one(cli->argv[i], &vars, kuberay, &found, &why)) {
            cli_say("%s", why.text);
            status = EXIT_USAGE;
            unread++;
        }
    if (found.of[FINDING_ERROR] && status == EXIT_FINE) status = EXIT_FAILED;
    findings_sort(&found);
    if (unread < cli->argc) cli_json(cli) ? cli_print_json(findings_json(&found)) : print_text(&found);
    findings_done(&found);
    variables_done(&vars);
    return status;
}
