/* demo_cli.c - see demo_cli.h. */
#include "tui/demo_cli.h"

#include "backends/base/mem.h"

#include <stdlib.h>

enum err demo_cli_start(struct cli *cli, struct demo **ret, struct why *why)
{
    struct demo *demo = NULL;
    const struct demo_conf conf = {cli->seed, cli->speed, cli->empty, cli->no_ft, cli->openai};
    enum err err = demo_start(&conf, &demo, why);
    if (!err) err = cli_demo_variables(cli, demo_env(demo), why);
    if (err) {
        demo_stop(demo);
        return err;
    }
    cli->conf.demo = true;
    free(cli->conf.config_path);
    cli->conf.config_path = mem_str(demo_config(demo));
    /* The demo kills without a grace period; the strip and the dialog show that this is not the default. */
    if (!cli->conf.grace) cli->conf.grace = mem_str("0");
    cli->sim_control = demo_control(demo);
    *ret = demo;
    return ERR_OK;
}

unsigned demo_cli_speed(const struct cli *cli)
{
    if (!cli->sim_control) return 0;
    const double speed = cli->speed ? strtod(cli->speed, NULL) : 1;
    return speed >= 2 ? (unsigned)speed : 1;
}
