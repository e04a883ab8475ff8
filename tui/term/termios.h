/*
 * termios.h - the terminal's modes: taken over, given back, whatever ends the program.
 *
 * Here is the one mutable global of the program: what a fatal signal or exhausted memory needs to restore the terminal
 * when there is nobody left to ask.
 */
#ifndef RAYDECK_TERM_TERMIOS_H
#define RAYDECK_TERM_TERMIOS_H

#include "backends/base/err.h"

#include <stdbool.h>

/* A descriptor of our own for the same terminal, non-blocking: O_NONBLOCK on the shared one would be the shell's too.
 */
enum err termios_reopen(int fd, int *ret_fd, struct why *why);

/* Raw mode; remembers what was, but not a second time before it is given back. `leave` are the bytes that bring the
 * screen back (copied, cut at 256). */
enum err termios_take(int fd_in, int fd_out, const char *leave, struct why *why);
/* For a question among lines: key after key and no echo; signals from keys, and output, as they were. Else the same. */
enum err termios_take_keys(int fd_in, int fd_out, const char *leave, struct why *why);
void termios_give_back(void); /* the modes as they were; the bytes are not sent; may be taken again */
void termios_emergency(void); /* bytes and modes; async-signal-safe; does nothing when not taken */

/* Every signal whose default ends the process, where nobody else handles it, and exhausted memory go through
 * termios_emergency first. To be called before termios_take. */
void termios_guard(void);

/* rows and cols of the terminal; 24 x 80 where it does not say. */
void termios_size(int fd, int *ret_rows, int *ret_cols);

#endif
