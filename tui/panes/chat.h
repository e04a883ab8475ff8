/*
 * chat.h - the chat with the model, on the whole screen below the strip: every prompt of this session with its outcome,
 * its answer so far and the state of the head meanwhile; and the multi-line text box of the next one.
 *
 * A frame is chat_update, chat_draw. Pure: actions are returned and carried out by the console. The turns are the
 * world's REQUEST records; only the text box and the scroll position are kept here.
 */
#ifndef RAYDECK_PANES_CHAT_H
#define RAYDECK_PANES_CHAT_H

#include "tui/draw/textbox.h"
#include "tui/panes/chrome.h"
#include "tui/panes/overlay.h"
#include "tui/panes/pane.h"

enum {
    CHAT_TURNS = 200, /* the newest ones are shown */
    CHAT_KEY_MAX = 32,
    CHAT_NOTICE_MAX = 200,
    CHAT_TYPED_ROWS = 8 /* at most, of the text box */
};

/* The cached height of a turn. */
struct chat_turn {
    char key[CHAT_KEY_MAX];
    uint64_t generation, wall_s; /* wall_s while it is in flight: its times change */
    int cols, rows;
};

enum chat_action {
    CHAT_STAYS,
    CHAT_LEAVES,
    CHAT_SENDS, /* c->typed.text, never blank; chat_sent when it was */
    CHAT_STOPS, /* all prompts in flight */
    CHAT_AGAIN, /* the question of chat_again */
    CHAT_ANEW   /* a new conversation has begun: c->talk has changed */
};

/* Zeroed is fine; large: not for the stack. */
struct chat {
    struct overlay overlay;
    enum chat_action action; /* of OVERLAY_ACTION: CHAT_SENDS, CHAT_STOPS or CHAT_AGAIN */
    struct textbox typed;
    struct chat_turn turn[CHAT_TURNS];
    int up, up_max;               /* lines between the end of the history and the last one shown; 0 follows */
    int page;                     /* lines of history that are shown */
    size_t recalled;              /* how many prompts back Up went; 0: none */
    char draft[TEXTBOX_MAX];      /* the text before Up */
    unsigned talk;                /* the number of the conversation, counted from 0 */
    char notice[CHAT_NOTICE_MAX]; /* why an action was refused; "": none */
};

void chat_open(struct chat *c);                    /* keeps the text */
void chat_begin(struct chat *c, const char *safe); /* appends this text to the text box */
enum chat_action chat_input(struct chat *c, const struct view *v, const struct input *in);
void chat_sent(struct chat *c);                     /* clears the text box */
void chat_notice(struct chat *c, const char *text); /* until the next key */
/* The name of the current conversation, for its prompts. */
enum { CHAT_TALK_MAX = 24 };
const char *chat_talk(const struct chat *c, char out[CHAT_TALK_MAX]);
/* The prompt to retry: the newest that failed or was cancelled and was not sent again since; else the newest. NULL:
 * none. Borrowed. */
const char *chat_again(const struct view *v);

void chat_update(struct chat *c, const struct view *v, int rows, int cols);
void chat_draw(const struct chat *c, const struct view *v, const struct chat_route *route, struct canvas *cv);

/* ---- between chat.c and chat_draw.c ---- */

/* The n-th newest prompt; NULL: there are fewer. */
const struct row *chat_prompt(const struct view *v, size_t n);
int chat_turn_rows(const struct request *r, const struct view *v, int cols);
int chat_typed_rows(const struct chat *c, int rows, int cols);

#endif
