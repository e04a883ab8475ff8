/*
 * overlay.h - overlays (help, palette, prompt box, chat, picker, losses, explain, dialog, steps): each a const struct
 * of functions, as panes are; and the stack of open ones.
 *
 * update() computes what depends on the world and the screen's size, once before each frame; draw() draws const data;
 * input() handles a key and returns a result, which the owner of the stack acts on: overlays never see the session.
 */
#ifndef RAYDECK_PANES_OVERLAY_H
#define RAYDECK_PANES_OVERLAY_H

#include "tui/panes/pane.h"

enum overlay_result {
    OVERLAY_STAYS,
    OVERLAY_CANCELLED, /* Esc, or q with no text typed: closes it without a decision */
    OVERLAY_DECLINED,  /* a question was answered with no */
    OVERLAY_DONE,      /* confirmed: the owner reads the result, then closes it */
    OVERLAY_SAVE,      /* w: the owner writes its text to a new file; it stays open */
    OVERLAY_COMMAND,   /* `:` in a page of text: the owner opens the palette */
    OVERLAY_NO_KEY,    /* the key has no function in a page of text: the owner says so; it stays open */
    OVERLAY_ACTION     /* the owner performs the action in the overlay's struct; it stays open */
};

enum { OVERLAY_USES_LIST = 1, OVERLAY_USES_TEXT = 2, OVERLAY_USES_FIELD = 4 };

struct overlay;
struct overlay_ops {
    const char *name;
    bool asks;      /* a question: input counts only once the terminal has shown it (tui/reading.h) */
    bool no_text;   /* it takes no text and is not searched: the owner swallows what is typed behind a / */
    bool multiline; /* ^J breaks a line; elsewhere it is Enter */
    void (*update)(struct overlay *o, const struct view *v, int rows, int cols); /* NULL: nothing to compute */
    void (*draw)(const struct overlay *o, const struct view *v, struct canvas *cv);
    enum overlay_result (*input)(struct overlay *o, const struct view *v, const struct input *in);
    void (*text)(const struct overlay *o, struct buf *out);  /* what OVERLAY_SAVE writes. NULL: it never asks for it */
    const char *place;                                       /* "this question", for the title of its help */
    const struct pane_key *(*keys)(const struct overlay *o); /* those that work now, ended by a NULL. NULL: no help */
    unsigned uses;                           /* bits of OVERLAY_USES_…: keys that overlays share, for its help too */
    bool (*typing)(const struct overlay *o); /* keys are text, `?` too: F1 alone opens the help. NULL: never */
    void (*resumed)(struct overlay *o);      /* the process continues after a stop. NULL: nothing to do */
    void (*done)(struct overlay *o);         /* called when it closes: frees its memory. NULL: nothing to free */
};

/* The first member of each overlay's struct; set by its open function. */
struct overlay {
    const struct overlay_ops *ops;
    struct overlay *below; /* in the stack */
    void (*on_result)(void *owner, enum overlay_result result);
    int rows, cols; /* of the screen, as of the last overlays_update */
    bool unread;    /* a question that accepts no answer yet; set by the owner */
};

extern const struct overlay_ops help_overlay, command_palette_overlay, prompt_box_overlay, chat_overlay, picker_overlay,
    losses_overlay, dialog_overlay, steps_overlay, drill_overlay, recordings_overlay, contexts_overlay, explain_overlay,
    forwards_overlay, forward_box_overlay, object_overlay, log_overlay, nodes_overlay;

/* The open overlays; zeroed: none. Their owners keep them allocated while they are open. */
struct overlay_stack {
    struct overlay *top; /* gets the input */
};

/* Pushes o. Calls on_result with every result but STAYS; on_result closes the overlay. NULL: any result but ACTION
 * closes it. o must not be in the stack. */
void overlay_push(struct overlay_stack *s, struct overlay *o,
                  void (*on_result)(void *owner, enum overlay_result result));
/* Whether o is in the stack, be it under its help or another one: its owner keeps it up to date as long. */
bool overlay_is_open(const struct overlay_stack *s, const struct overlay *o);
void overlay_pop(struct overlay_stack *s);                                             /* closes the top one, if any */
void overlay_finish(struct overlay_stack *s, enum overlay_result result, void *owner); /* of the top one */
void overlays_update(struct overlay_stack *s, const struct view *v, int rows, int cols);
void overlays_draw(const struct overlay_stack *s, const struct view *v, struct canvas *cv); /* the lowest first */

/* Whether the input asks for the help of the overlay, which its owner opens over it: F1, and `?` where no text is
 * typed. */
bool overlay_wants_help(const struct overlay *o, const struct input *in);

bool overlay_types_always(const struct overlay *o); /* `typing` of one whose keys are text at any time */

/* The line of its keys, with that of the help at its end where there is room. */
void overlay_keys_draw(const struct overlay *o, struct canvas *in, int row, const char *keys);

/* Draws a centered, cleared box with a frame, at most rows × cols of content; returns the content's window. */
struct canvas overlay_box(struct canvas *cv, int rows, int cols, enum role frame, const char *title);

#endif
