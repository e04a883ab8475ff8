/*
 * command_palette.h - a command typed by name, with completion from commands.def: names that begin with the typed text
 * first, then names that contain it. Tab completes, Up and Down select, Enter runs.
 */
#ifndef RAYDECK_PANES_COMMAND_PALETTE_H
#define RAYDECK_PANES_COMMAND_PALETTE_H

#include "tui/draw/textbox.h"
#include "tui/panes/overlay.h"

struct command_palette {
    struct overlay overlay;
    struct textbox typed;
    size_t picked;                            /* of the matches */
    bool (*may)(void *arg, const char *name); /* whether that command is available now; NULL: all are */
    void *may_arg;
};
/* text NULL: empty. `may` is called while it is drawn. */
void command_palette_open(struct command_palette *p, const char *text, bool (*may)(void *arg, const char *name),
                          void *arg);
/* OVERLAY_DONE: p->typed.text is the whole line, "svc mistral/mistral"; its first word is a command's full name, or the
 * typed word if no command matches. */
enum overlay_result command_palette_input(struct command_palette *p, const struct input *in);
void command_palette_draw(const struct command_palette *p, struct canvas *cv);

/* The commands that match the typed text, in order: indices into commands.def. Returns the count. */
size_t command_palette_matches(const struct command_palette *p, size_t *out, size_t max);

#endif
