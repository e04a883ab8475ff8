/* demo_cli.h - starts the simulated cluster that a command line asks for, and configures the command line for it. */
#ifndef RAYDECK_DEMO_CLI_H
#define RAYDECK_DEMO_CLI_H

#include "tui/cli.h"
#include "tui/demo.h"

/* *ret: NULL after an error. Caller: demo_stop, after the last use of cli. */
enum err demo_cli_start(struct cli *cli, struct demo **ret, struct why *why);
unsigned demo_cli_speed(const struct cli *cli); /* of the simulated cluster; 0: it is none */

#endif
