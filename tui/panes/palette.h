/*
 * palette.h - a command typed by name, with completion over commands.def: what begins with the typed text first, then
 * what contains it. Tab completes, Up and Down choose, Enter takes.
 */
#ifndef RAYDECK_PANES_PALETTE_H
#define RAYDECK_PANES_PALETTE_H

#include "tui/draw/textbox.h"
#include "tui/panes/overlay.h"

struct palette {
    struct textbox typed;
    size_t picked; /* of the matches */
};
void palette_open(struct palette *p, const char *text); /* text NULL: empty */
/* OVERLAY_DONE: p->typed.text is the whole line, "svc mistral/mistral"; its first word is a command's full name, or
 * what was typed where no command matches. */
enum overlay palette_input(struct palette *p, const struct input *in);
/* `may` says of a command's name whether it works now (NULL: all do). */
void palette_draw(const struct palette *p, struct canvas *cv, bool (*may)(void *arg, const char *name), void *arg);

/* The commands that match what is typed so far, in order: indices into commands.def. Returns how many. */
size_t palette_matches(const struct palette *p, size_t *out, size_t max);

#endif
