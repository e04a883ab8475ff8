/* sub_console.c - `raydeck` and `raydeck demo`: the console, on the configured or on a simulated cluster. */
#include "tui/app.h"
#include "tui/cast.h"
#include "tui/demo_cli.h"
#include "tui/linear_run.h"
#include "tui/script_file.h"

#include <unistd.h>

/* Without a terminal, or with --output, the console prints one snapshot, without escape sequences, and exits. */
static int console_or_status(struct cli *cli)
{
    if (cli->check) return script_check(cli);
    const bool screen = !cli->linear && !cli->output && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    struct why why = {0};
    enum err err = cast_check(cli->cast, screen, &why);
    if (!err && !screen && (cli->script || cli->record))
        err = why_set(&why, ERR_USAGE, "--%s: there is no screen: this is not a terminal, or --output is given%s",
                      cli->script ? "script" : "record",
                      cli->script ? "" : "; raydeck record writes a recording without one");
    if (!err && cli->linear) return linear_live(cli);
    if (!err && !screen) return sub_status(cli);
    if (!err) err = cli_configure(cli, &why);
    int status = EXIT_FINE;
    if (!err) err = app_run(cli, &status, &why);
    if (err) cli_say("%s", why.text);
    return err ? cli_exit_of(err) : status;
}

int sub_console(struct cli *cli)
{
    return console_or_status(cli);
}

int sub_demo(struct cli *cli)
{
    struct why why = {0};
    struct demo *demo = NULL;
    cli->conf.demo = true;
    if (cli->check) return script_check(cli); /* needs no simulator */
    const enum err err = demo_cli_start(cli, &demo, &why);
    if (err) {
        cli_say("%s", why.text);
        return cli_exit_of(err);
    }
    const int status = console_or_status(cli);
    demo_stop(demo);
    return status;
}
