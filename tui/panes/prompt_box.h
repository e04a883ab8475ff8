/* prompt_box.h - where a quick prompt for the model is typed: one line, the path it will take, the last one again by
 * Up, and by Down back to what was being typed. Tab, or a paste of several lines, goes on in the conversation (chat.h)
 * with what was typed. */
#ifndef RAYDECK_PANES_PROMPT_BOX_H
#define RAYDECK_PANES_PROMPT_BOX_H

#include "tui/draw/textbox.h"
#include "tui/panes/overlay.h"

struct prompt_box {
    struct overlay overlay;
    struct textbox typed;
    char *last;  /* what was asked before; kept from one opening to the next */
    char *draft; /* what was being typed when Up went to the last one; NULL: it did not */
    char path[160];
    bool cut;     /* the last paste did not fit whole */
    bool to_chat; /* OVERLAY_DONE by Tab, or by a paste of several lines: nothing is to be sent */
};
void prompt_box_open(struct prompt_box *p, const char *path_words); /* keeps `last`; NULL: path not known yet */
void prompt_box_done(struct prompt_box *p);                         /* a zeroed one is fine */
/* OVERLAY_DONE: p->typed.text is the question, never blank unless it is for the chat. */
enum overlay_result prompt_box_input(struct prompt_box *p, const struct input *in);
void prompt_box_draw(const struct prompt_box *p, struct canvas *cv);

#endif
