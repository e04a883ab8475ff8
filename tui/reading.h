/*
 * reading.h - when a question accepts an answer: once it can have been read. Used by the console's dialogs and the
 * command line's questions. Pure; the owner has the clock (milliseconds of loop_now_ms) and the terminal.
 *
 * A question is shown once the terminal has answered the status query (ESC[5n) that followed it, and takes READING_MS
 * to read. A terminal that does not answer counts as having shown it after READING_MUTE_MS. A key that arrives earlier
 * answers nothing and restarts the READING_MS, so a key typed ahead never answers. Before it calls reading_over the
 * owner reads the pending input and passes it to reading_typed.
 */
#ifndef RAYDECK_READING_H
#define RAYDECK_READING_H

#include <stdbool.h>
#include <stdint.h>

enum { READING_MS = 500, READING_MUTE_MS = 2000 };

enum reading_state { READING_NONE, READING_SENT, READING_SHOWN, READING_OVER };
struct reading {
    enum reading_state state;
    uint64_t due_ms; /* SENT, SHOWN: when it ends, if nothing is typed */
};

void reading_sent(struct reading *r, uint64_t now_ms);  /* the question was written to the terminal; restarts */
void reading_shown(struct reading *r, uint64_t now_ms); /* the terminal has answered; counts once */
void reading_typed(struct reading *r, uint64_t now_ms); /* a key, or a paste; nothing happens once it is over */
bool reading_over(struct reading *r, uint64_t now_ms);  /* an answer typed from now on counts */
uint64_t reading_left(const struct reading *r, uint64_t now_ms); /* until reading_over can be true */

#endif
