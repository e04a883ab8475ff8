/*
 * overlay.h - what lies over the screen (help, palette, prompt box, chat, picker, losses, dialog, steps): a const
 * struct of functions each, as panes are, and the stack of those that are open.
 *
 * update() computes what depends on the world and the screen's size, once before each frame; draw() takes const data
 * and draws it; input() answers a key and returns what it means. The owner of the stack carries that out: overlays
 * never see the session.
 */
#ifndef RAYDECK_PANES_OVERLAY_H
#define RAYDECK_PANES_OVERLAY_H

#include "tui/panes/pane.h"

enum overlay_result {
    OVERLAY_STAYS,
    OVERLAY_CANCELLED, /* Esc, or q where nothing is typed: closes it, decides nothing */
    OVERLAY_DECLINED,  /* a question is answered with no */
    OVERLAY_DONE,      /* confirmed: the owner reads the result, then closes it */
    OVERLAY_ACTION     /* the owner carries out what the overlay's struct names; it stays open */
};

struct overlay;
struct overlay_ops {
    const char *name;
    bool whole_screen; /* replaces the panes: a walkthrough's caption is drawn over it, not under it */
    bool asks;         /* a question: input counts only once the terminal has shown it (tui/reading.h) */
    bool multiline;    /* ^J breaks a line; elsewhere it is Enter */
    void (*update)(struct overlay *o, const struct view *v, int rows, int cols); /* NULL: nothing to compute */
    void (*draw)(const struct overlay *o, const struct view *v, struct canvas *cv);
    enum overlay_result (*input)(struct overlay *o, const struct view *v, const struct input *in);
    void (*resumed)(struct overlay *o); /* the process continues after a stop. NULL: nothing to do */
    void (*done)(struct overlay *o);    /* it is closed: frees what it held while open. NULL: nothing to free */
};

/* The first member of each overlay's struct; set by its open function. */
struct overlay {
    const struct overlay_ops *ops;
    struct overlay *below; /* in the stack */
    void (*on_result)(void *owner, enum overlay_result result);
    bool unread; /* a question that takes no answer yet; the owner sets it */
};

extern const struct overlay_ops help_overlay, command_palette_overlay, prompt_box_overlay, chat_overlay, picker_overlay,
    losses_overlay, dialog_overlay, steps_overlay, recordings_overlay;

/* The overlays that are open; zeroed: none. They are their owner's and outlive their time in it. */
struct overlay_stack {
    struct overlay *top; /* gets the input */
};

/* Puts o on top. on_result is called with every result but STAYS and closes the overlay itself; NULL: any result but
 * ACTION closes it. o must not be in the stack. */
void overlay_push(struct overlay_stack *s, struct overlay *o,
                  void (*on_result)(void *owner, enum overlay_result result));
void overlay_pop(struct overlay_stack *s); /* closes the top one; nothing where none is open */
void overlay_finish(struct overlay_stack *s, enum overlay_result result, void *owner); /* of the top one */
void overlays_update(struct overlay_stack *s, const struct view *v, int rows, int cols);
void overlays_draw(const struct overlay_stack *s, const struct view *v, struct canvas *cv); /* the lowest first */

/* A framed box in the middle of cv, cleared, at most rows × cols of content; returns the window of the content. */
struct canvas overlay_box(struct canvas *cv, int rows, int cols, enum role frame, const char *title);

#endif
