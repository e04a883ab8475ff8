/*
 * script.h - a walkthrough as it runs: what is to be done now, what it waits for, and whether that has come. Pure: no
 * I/O, no clock; conditions are looked up in the world and the recovery alone, never on the screen.
 *
 * The owner asks script_next until it says there is nothing to do, carries out each act in turn, and asks again some
 * ten times a second. A person's key pauses it (script_pause); script_resume goes on where it stopped.
 */
#ifndef RAYDECK_SCRIPT_H
#define RAYDECK_SCRIPT_H

#include "tui/panes/caption.h"
#include "tui/panes/pane.h"
#include "tui/script_parse.h"

enum { SCRIPT_KEY_GAP_MS = 250, SCRIPT_TYPE_GAP_MS = 40, SCRIPT_WORDS = 160 };

/* Has it come? out: how it is now, in words, "2 of 3"; may be left empty. since_wall_ms: of the step. NEVER: it cannot
 * come any more, and out says why. */
enum script_met { SCRIPT_NOT_YET, SCRIPT_MET, SCRIPT_NEVER };
enum script_met script_met(enum script_wait_kind wait, unsigned number, const struct view *v, uint64_t since_ms,
                           uint64_t since_wall_ms, char out[SCRIPT_WORDS]);

enum script_act_type { SCRIPT_ACT_KEY, SCRIPT_ACT_ZOOM, SCRIPT_ACT_PANE, SCRIPT_ACT_SPEED };
struct script_act {
    enum script_act_type type;
    struct input key;
    char pane; /* or, of a zoom, SCRIPT_ZOOM_NONE */
    unsigned speed;
};

enum script_state { SCRIPT_RUNNING, SCRIPT_PAUSED, SCRIPT_OVER };
struct script_run;
struct script_run *script_run_new(struct script *script /* takes */);
void script_run_free(struct script_run *run); /* NULL is fine */
enum script_state script_state(const struct script_run *run);

bool script_next(struct script_run *run, const struct view *v, struct script_act *ret);
void script_pause(struct script_run *run, const char *why);
void script_resume(struct script_run *run, const struct view *v);
void script_skip(struct script_run *run);  /* to the next step */
void script_again(struct script_run *run); /* from the first step */

/* What to show now; borrowed until the next call. False: nothing. */
bool script_caption(struct script_run *run, const struct view *v, struct caption *ret);

/* Follows the keys of a script without doing anything: what is no command here, what is waited for and cannot come, and
 * which commands it uses. */
struct script_stage {
    bool demo;        /* there is a simulator: it has a speed, and a start to go back to */
    bool development; /* dialogs take a plain y; else the name has to be typed */
};
void script_rehearse(const struct script *s, const struct script_stage *stage,
                     void (*problem)(void *arg, unsigned line, const char *text),
                     void (*uses)(void *arg, unsigned line, int command), void *arg);

#endif
