/*
 * term.h - the terminal: the only module that knows curses. ncurses writes its differences into a memfd; term writes
 * them to the terminal without blocking, one frame at a time. Each frame ends with ESC[5n, and the next one waits for
 * the answer (at most 1 s): a slow line reduces the frame rate and never queues old frames.
 *
 * term_open changes the terminal's modes; term_close, the exhausted-memory hook and fatal signals restore them. Signals
 * (INT, TERM, HUP, TSTP, CONT, WINCH) become callbacks on the loop.
 */
#ifndef RAYDECK_TERM_TERM_H
#define RAYDECK_TERM_TERM_H

#include "backends/base/err.h"
#include "backends/link/loop.h"
#include "tui/draw/canvas.h"
#include "tui/term/input.h"
#include "tui/term/theme.h"

#include <stdbool.h>

struct term;
struct term_conf {
    int in, out;       /* descriptors; a tty */
    const char *color; /* auto, always, never; NULL is auto */
    bool ascii, slow, mouse, no_bell, no_title;
    const struct theme *theme; /* copied */
};
struct term_calls {
    void (*input)(void *arg, const struct input *in);
    void (*ready)(void *arg);             /* a new frame may be drawn */
    void (*quit)(void *arg, int signal_); /* INT, TERM or HUP; 0: the terminal was closed */
    void (*resumed)(void *arg);           /* after Ctrl-Z and fg */
    /* The bytes of a frame, without our question behind it; borrowed. NULL: nothing. */
    void (*drawn)(void *arg, const char *bytes, size_t len);
    void *arg;
};
enum err term_open(struct loop *l, const struct term_conf *conf, const struct term_calls *calls, struct term **ret,
                   struct why *why);
void term_close(struct term *t); /* restores; NULL is fine */
void term_size(const struct term *t, int *ret_rows, int *ret_cols);
bool term_ascii(const struct term *t);
const char *term_note(const struct term *t);              /* what is to be said of it once, safe text; "": nothing */
bool term_may_draw(const struct term *t);                 /* else `ready` is called later */
bool term_shown(const struct term *t);                    /* the terminal has answered every frame */
void term_read(struct term *t);                           /* processes pending input; not from its own callbacks */
void term_frame(struct term *t, const struct canvas *cv); /* sends the differences, if any */
void term_redraw(struct term *t);                         /* the next frame redraws everything */
void term_theme(struct term *t, const struct theme *theme);
bool term_has_colors(const struct term *t); /* else each theme with colours is drawn as mono: theme_without_colors */
void term_bell(struct term *t);
/* Asks the terminal to put it into its clipboard (clipboard.h); none answers. ERR_LIMIT, ERR_USAGE: not sent. */
enum err term_copy(struct term *t, const char *text, bool tmux);
void term_title(struct term *t, const char *safe);
void term_suspend(struct term *t); /* Ctrl-Z */
/* Leaves the terminal to another program of the same process group, and comes back; meanwhile nothing is read or drawn,
 * and of the signals only TERM and HUP count. `resumed` is called by term_return. */
void term_lend(struct term *t);
void term_return(struct term *t);
uint64_t term_bytes_sent(const struct term *t);

#endif
