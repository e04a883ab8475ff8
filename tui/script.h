/*
 * script.h - runs a walkthrough: the next action, the condition it waits for, and whether that is met. Pure: no I/O, no
 * clock; conditions are evaluated on the world and the recovery, never on the screen.
 *
 * The owner calls script_next until it returns false, performs each action, and calls again some ten times a second. A
 * key press pauses the script (script_pause); script_resume continues it.
 */
#ifndef RAYDECK_SCRIPT_H
#define RAYDECK_SCRIPT_H

#include "tui/panes/caption.h"
#include "tui/panes/pane.h"
#include "tui/script_parse.h"

enum { SCRIPT_KEY_GAP_MS = 250, SCRIPT_TYPE_GAP_MS = 40, SCRIPT_WORDS = 160 };

/* Evaluates the condition. out: the progress, "2 of 3", or empty. since_wall_ms: start of the step. NEVER: it can no
 * longer be met; out is the reason. */
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

/* The caption to show; borrowed until the next call. False: none. */
bool script_caption(struct script_run *run, const struct view *v, struct caption *ret);

/* Validates a script without running it: keys that are no command, conditions that cannot be met, and which commands
 * it uses. */
struct script_stage {
    bool demo;         /* with a simulator, whose speed can be set and which can be reset */
    bool development;  /* dialogs take a plain y; else the name has to be typed */
    bool whole_screen; /* it runs on the stage (--stage), which keys of a pane would leave */
};
void script_rehearse(const struct script *s, const struct script_stage *stage,
                     void (*problem)(void *arg, unsigned line, const char *text),
                     void (*uses)(void *arg, unsigned line, int command), void *arg);

#endif
