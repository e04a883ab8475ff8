/*
 * command_palette.h - a command typed by name, with completion from commands.def: names and aliases that begin with the
 * typed text first, then names that contain it: those Enter takes only where they were selected. Behind the name, the
 * values of its argument.
 *
 * Tab completes as far as is certain, then what is selected; Down and Up select, and beyond the first Up goes back in
 * the lines of before; ^R searches those; Enter runs.
 */
#ifndef RAYDECK_PANES_COMMAND_PALETTE_H
#define RAYDECK_PANES_COMMAND_PALETTE_H

#include "tui/draw/textbox.h"
#include "tui/panes/overlay.h"

/* The lines of this session, the oldest first; each once, where it was typed last. Zeroed: none. */
enum { PALETTE_HISTORY = 64, PALETTE_VALUES = 256, PALETTE_UNKNOWN = 128 };
struct palette_history {
    char *line[PALETTE_HISTORY];
    size_t count;
};
void palette_history_add(struct palette_history *h, const char *line);
void palette_history_done(struct palette_history *h);

struct command_palette;
struct palette_calls {
    bool (*may)(void *arg, const char *name); /* whether that command is available now; NULL: all are */
    /* Offers (palette_offer) what the words stand for that commands.def has for an argument; at once or later, while
     * palette_argument is the same. NULL: nothing is offered. */
    void (*values)(void *arg, struct command_palette *p, const char *words, const char *typed);
    /* Writes the message for a word that is no command: "no such command, the nearest is pods". NULL: without the
     * nearest. */
    void (*unknown)(const char *word, char *out, size_t size);
    void *arg;
};
struct command_palette {
    struct overlay overlay;
    struct textbox typed;
    size_t picked; /* of the matches, or of the values that match */
    bool moved;    /* the selection was moved: Enter takes it */
    struct palette_calls calls;
    struct palette_history *history; /* NULL: none is kept. Borrowed */
    size_t back;                     /* lines back in it; 0: the typed one */
    char *stem;                      /* what was typed before going back, or is searched for; owned */
    char *value[PALETTE_VALUES];     /* offered; owned */
    char *about[PALETTE_VALUES];     /* the help of each value; owned */
    size_t values;
    const char *words; /* what they are of */
};
/* text NULL: empty. calls->may is called while it is drawn. Caller: command_palette_done. */
void command_palette_open(struct command_palette *p, const char *text, const struct palette_calls *calls);
void command_palette_done(struct command_palette *p); /* a zeroed one is fine */
/* OVERLAY_DONE: p->typed.text is the whole line, "svc mistral/mistral"; its first word is a command's full name or
 * alias, or the typed word if no command matches. */
enum overlay_result command_palette_input(struct command_palette *p, const struct input *in);
void command_palette_draw(const struct command_palette *p, struct canvas *cv);

void palette_offer(struct command_palette *p, const char *value, const char *about);
/* The word that is typed as an argument; NULL: the command's name is. Borrowed until the next input. */
const char *palette_argument(const struct command_palette *p);

/* The names that match the typed text, in order: indices into commands.def's commands and, behind them, aliases.
 * Returns the count. */
size_t command_palette_matches(const struct command_palette *p, size_t *out, size_t max);

#endif
