/* prompt_box.h - the text box of a quick prompt: one line, and the route it will take. Up recalls the last prompt, Down
 * restores the draft. Tab, or a paste of several lines, continues in the chat (chat.h). */
#ifndef RAYDECK_PANES_PROMPT_BOX_H
#define RAYDECK_PANES_PROMPT_BOX_H

#include "tui/draw/textbox.h"
#include "tui/panes/overlay.h"

struct prompt_box {
    struct overlay overlay;
    struct textbox typed;
    char *last;  /* the last prompt; kept while it is closed */
    char *draft; /* the text before Up; NULL: none */
    char path[160];
    bool cut;     /* the last paste was truncated */
    bool to_chat; /* OVERLAY_DONE by Tab or a paste of several lines: continue in the chat, send nothing */
};
void prompt_box_open(struct prompt_box *p, const char *path_words); /* keeps `last`; path_words NULL: not known yet */
void prompt_box_done(struct prompt_box *p);                         /* a zeroed one is fine */
/* OVERLAY_DONE: p->typed.text is the question, never blank unless it is for the chat. */
enum overlay_result prompt_box_input(struct prompt_box *p, const struct input *in);
void prompt_box_draw(const struct prompt_box *p, struct canvas *cv);

#endif
