/*
 * termios.h - sets the terminal's modes and restores them, however the program ends.
 *
 * Has the program's only mutable global: the state with which a fatal signal or exhausted memory restores the terminal.
 */
#ifndef RAYDECK_TERM_TERMIOS_H
#define RAYDECK_TERM_TERMIOS_H

#include "backends/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An answer that has not come after that long is taken for lost; how long an end waits for one that is outstanding. */
enum { TERMIOS_ANSWER_MS = 10 * 1000 };

/* Opens a non-blocking descriptor for the same terminal: O_NONBLOCK on the inherited one would affect the shell. */
enum err termios_reopen(int fd, int *ret_fd, struct why *why);

/* Sets raw mode; saves the previous modes unless already taken. `leave`: the bytes that restore the screen (copied, at
 * most 256). */
enum err termios_take(int fd_in, int fd_out, const char *leave, struct why *why);
/* The same for a question on the command line: non-canonical mode without echo; keeps signal keys and output
 * processing. */
enum err termios_take_keys(int fd_in, int fd_out, const char *leave, struct why *why);
void termios_leave_screen(void); /* sends the bytes at once, as far as the terminal takes them */
void termios_give_back(void);    /* restores the modes; does not send the bytes */
void termios_emergency(void);    /* the bytes, the answers, the modes; async-signal-safe; no-op if not taken */

/* So many questions (ESC[5n) have no answer, the last of which was sent at asked_ms (loop_now_ms). */
void termios_owed(unsigned answers, uint64_t asked_ms);
/* An answer that came after our end would be typed into the shell: reads and drops what comes, `read_already` first,
 * until all have been received, at most until asked_ms + TERMIOS_ANSWER_MS. A wait of more than half a second
 * prints a notice, and from then on ^C ends it. Blocks; async-signal-safe. A second call, from a signal handler too,
 * finds nothing owed. */
void termios_await(const char *read_already, size_t len);

/* Makes every unhandled fatal signal, and exhausted memory, call termios_emergency first. Call it before
 * termios_take. */
void termios_guard(void);

/* The terminal's size; 24 x 80 if unknown. */
void termios_size(int fd, int *ret_rows, int *ret_cols);

#endif
