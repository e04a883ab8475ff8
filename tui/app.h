/*
 * app.h - the console: its loop turns input into commands and changes into frames.
 *
 *   key    -> keymap -> command -> app (session, arming) or the screen's own state
 *   change -> session (world, recovery) -> dirty -> at most one frame a tick
 */
#ifndef RAYDECK_APP_H
#define RAYDECK_APP_H

#include "tui/cli.h"

/* Runs until the user quits. ret_status is the exit status. Errors are those that keep it from starting. */
enum err app_run(struct cli *cli, int *ret_status, struct why *why);

#endif
