/*
 * linear_run.h - the console without a screen (--linear): the state once as `status` prints it, then a line for each
 * thing that happens (tui/linear.h), on stdout.
 *
 * Where stdin is a terminal, words typed there are commands: the console's, by the names of its table. What changes the
 * cluster asks as the subcommands do.
 */
#ifndef RAYDECK_LINEAR_RUN_H
#define RAYDECK_LINEAR_RUN_H

#include "backends/recording/recording_read.h"
#include "tui/cli.h"

/* Of a cluster, until quit, the end of stdin at a terminal, or a signal. Returns the exit status. */
int linear_live(struct cli *cli);
/* Of a recording, from at_ms to its end: at once, or with --speed in its time. */
int linear_replay(const struct cli *cli, struct recording *recording, uint64_t at_ms);

#endif
