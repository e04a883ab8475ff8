/*
 * pty.h - runs a program in a pseudo-terminal and reads its screen back through libvterm. For tests.
 *
 * The program is a job of a session of its own, in the foreground, so that ^Z works as under a shell. Its environment
 * is clean (LC_ALL=C.UTF-8, TERM=xterm-256color, TZ=UTC, PATH, the sanitizers' options) and `env`. Everything waits on
 * a condition and has an upper bound. Whatever happens, pty_stop leaves no process behind.
 */
#ifndef RAYDECK_TESTS_PTY_H
#define RAYDECK_TESTS_PTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct pty;
/* What a terminal of some kind answers a question; a row of a script that ends with a NULL question. */
struct pty_reply {
    const char *question, *answer;
};
enum { PTY_REPLIES = 8 };
struct pty_conf {
    const char *const *argv; /* NULL-terminated; argv[0] is a path */
    const char *const
        *env;       /* "NAME=value" …, NULL-terminated, or NULL; the last one of a name counts; "NAME" removes */
    int rows, cols; /* 0: 24 x 80 */
    bool mute;      /* does not answer the program's questions (ESC[5n) */
    unsigned bytes_per_s;            /* what it takes: a slow line; 0: everything at once */
    const struct pty_reply *replies; /* of a mute one: it answers these alone, at most PTY_REPLIES; NULL: none */
};
struct pty *pty_start(const struct pty_conf *conf); /* fails the test when it cannot */
void pty_stop(struct pty *p);                       /* kills what is left, reaps, frees; NULL is fine */

/* All of these read what the program writes meanwhile. */
bool pty_wait(struct pty *p, bool (*until)(struct pty *p, void *arg), void *arg, unsigned max_ms);
bool pty_wait_for(struct pty *p, const char *regex, unsigned max_ms);  /* extended; a line of the screen matches */
bool pty_wait_gone(struct pty *p, const char *regex, unsigned max_ms); /* no line matches any more */
void pty_see(struct pty *p, const char *regex);        /* in DEADLINE_MS; fails the test, with the screen, where not */
bool pty_wait_stopped(struct pty *p, unsigned max_ms); /* by job control */
int pty_wait_exit(struct pty *p, unsigned max_ms);     /* status, 128 + signal, or -1: still running */
void pty_pump(struct pty *p, unsigned ms);             /* reads for that long: for measuring only */

void pty_send(struct pty *p, const char *bytes);
/* Sends the bytes together with the answer to the next ESC[5n that the program sends while a line of the screen
 * matches: no sooner, and faster than anybody reads. Borrows both until then; pty_stop fails where it never was. */
void pty_send_with_answer(struct pty *p, const char *regex, const char *bytes);
void pty_resize(struct pty *p, int rows, int cols);
void pty_signal(struct pty *p, int number); /* to the program alone */
void pty_read(struct pty *p, bool reading); /* false: a terminal that takes nothing */
void pty_mute(struct pty *p, bool mute);    /* whether the program's questions are answered from now on */
void pty_hang_up(struct pty *p);            /* the line drops */

struct pty_cell {
    char text[32]; /* UTF-8; "" for the second half of a wide character */
    int width;
    bool bold, dim, underline, reverse, italic;
    bool fg_default, bg_default;
    int32_t fg, bg; /* 0xrrggbb */
};
char *pty_screen(struct pty *p); /* lines, trailing blanks removed; caller frees */
char *pty_line(struct pty *p, int row);
struct pty_cell pty_cell(struct pty *p, int row, int col);
void pty_cursor(struct pty *p, int *ret_row, int *ret_col, bool *ret_shown);
bool pty_alternate(const struct pty *p); /* on the alternate screen */
const char *pty_title(const struct pty *p);
int pty_bells(const struct pty *p);
uint64_t pty_bytes(const struct pty *p);                   /* received so far */
uint64_t pty_frames(const struct pty *p);                  /* questions (ESC[5n) received so far */
const char *pty_raw(const struct pty *p, size_t *ret_len); /* the last 64 KiB of them */
bool pty_modes_restored(const struct pty *p);              /* the terminal's modes are those it began with */
pid_t pty_pid(const struct pty *p);

#endif
