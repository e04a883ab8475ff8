/*
 * console_pty.h - the console in a terminal, showing a recording that stands still: for tests of what keys do, which
 * need no cluster.
 */
#ifndef RAYDECK_TESTS_CONSOLE_PTY_H
#define RAYDECK_TESTS_CONSOLE_PTY_H

#include "tests/support/pty.h"

#define HEAD_KILL "tests/fixtures/recordings/head-kill.rec"

/* HEAD_KILL at that moment ("+5"), paused, at 80x24. env: "NAME=VALUE", or NULL; option, value: NULL: none. */
struct pty *console_replay(const char *at, const char *env, const char *option, const char *value);
/* By q; the status is 0, and the terminal's modes are restored. */
void console_quit(struct pty *p);
/* The text that OSC 52 has sent last, decoded; NULL: none was sent. Caller frees. */
char *console_clipboard(struct pty *p);

#endif
