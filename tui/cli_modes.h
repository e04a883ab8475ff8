/*
 * cli_modes.h - the ways in which a subcommand runs, by its command line alone, and which options are heeded in which:
 * the column `where` of options.def. An option that would do nothing is refused, by name.
 */
#ifndef RAYDECK_CLI_MODES_H
#define RAYDECK_CLI_MODES_H

#include "tui/cli.h"

/* In options.def "console" is the subcommand without a name. */
const char *cli_sub_word(const struct subcommand *sub);
/* Whether it is heeded as that command line runs. */
bool cli_option_is_heeded(const struct cli *cli, const struct cli_option *o, const struct subcommand *sub);
/* ERR_USAGE: one of the `given` options (of each row of the table) is not. */
enum err cli_options_check(const struct cli *cli, const bool *given, const struct subcommand *sub, struct why *why);

/* A way to run, as options.def names it: "replay/status". For tests; ends with a NULL sub. */
struct cli_mode {
    const char *sub, *name;
    unsigned kind; /* a subcommand has one mode of each kind: of what it draws, and as what */
    bool (*holds)(const struct cli *cli);
    const char *words; /* "replay FILE status" */
};
extern const struct cli_mode cli_modes[];

#endif
