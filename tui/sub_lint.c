/* sub_lint.c - `raydeck lint FILE…`: the HA rules on manifests; findings on stdout. No cluster is asked. */
#include "tui/cli.h"

#include "backends/link/file.h"
#include "deploy/lint.h"

#include <stdlib.h>

static enum err lint_file(const char *path, struct variables *vars, struct findings *found, struct why *why)
{
    struct buf text;
    const struct finding_where where = {.file = path};
    /* More than a manifest may have: the parser says where it is too long. */
    buf_init(&text, 8 * (size_t)MANIFEST_BYTES);
    enum err err = file_read(path, &text, why);
    if (!err) lint_text(path, buf_text(&text), text.len, vars, found);
    if (err == ERR_LIMIT) {
        findings_add(found, RULE_M1, FINDING_ERROR, &where, "larger than %d MiB", MANIFEST_BYTES / 1024 / 1024);
        err = ERR_OK;
    }
    buf_done(&text);
    return err;
}

static void print_text(const struct findings *found)
{
    struct buf out;
    buf_init(&out, (size_t)FINDINGS * FINDING_TEXT_MAX * 8);
    findings_text(found, &out);
    fwrite(buf_text(&out), 1, out.len, stdout);
    buf_done(&out);
}

static void print_json(const struct findings *found)
{
    cJSON *root = findings_json(found);
    char *text = cJSON_Print(root);
    puts(text ? text : "{}");
    free(text);
    cJSON_Delete(root);
}

int sub_lint(struct cli *cli)
{
    struct why why = {0};
    struct variables vars;
    struct findings found;
    if (cli->argc == 0) {
        cli_say("lint: which FILE?");
        return EXIT_USAGE;
    }
    enum err err = cli_variables(cli, &vars, &why);
    if (err) {
        cli_say("%s", why.text);
        return EXIT_USAGE;
    }
    findings_init(&found);
    for (int i = 0; i < cli->argc && !err; i++) err = lint_file(cli->argv[i], &vars, &found, &why);
    int status = found.of[FINDING_ERROR] ? EXIT_FAILED : EXIT_FINE;
    if (err) {
        cli_say("%s", why.text);
        status = EXIT_USAGE;
    } else {
        findings_sort(&found);
        cli_json(cli) ? print_json(&found) : print_text(&found);
        if (fflush(stdout) != 0) status = EXIT_FAILED;
    }
    findings_done(&found);
    variables_done(&vars);
    return status;
}
