/*
 * chat.h - the conversation with the model, over the whole screen but the truth strip: every prompt of this session
 * with how it went, what came of it so far and how the head was meanwhile; and the next one being typed, in several
 * lines.
 *
 * A frame is chat_update, chat_draw. Pure: what a person wishes is returned, and carried out by the console. The turns
 * are the world's REQUEST records; only what is typed and what is looked at is kept here.
 */
#ifndef RAYDECK_PANES_CHAT_H
#define RAYDECK_PANES_CHAT_H

#include "tui/draw/textbox.h"
#include "tui/panes/chrome.h"
#include "tui/panes/overlay.h"
#include "tui/panes/pane.h"

enum {
    CHAT_TURNS = 200, /* the newest that are shown */
    CHAT_KEY_MAX = 32,
    CHAT_SAID_MAX = 200,
    CHAT_TYPED_ROWS = 8 /* at most, of what is being typed */
};

/* How high a turn is, once it was measured. */
struct chat_turn {
    char key[CHAT_KEY_MAX];
    uint64_t generation, wall_s; /* the latter while it is under way: its times move */
    int cols, rows;
};

enum chat_action {
    CHAT_STAYS,
    CHAT_LEAVES,
    CHAT_SENDS, /* c->typed.text, never blank; chat_sent when it was */
    CHAT_STOPS, /* all prompts in flight */
    CHAT_AGAIN, /* the question of chat_again */
    CHAT_ANEW   /* a new conversation was begun: c->talk is another */
};

/* Zeroed is fine; large: not for the stack. */
struct chat {
    struct overlay overlay;
    enum chat_action action; /* of OVERLAY_ACTION: CHAT_SENDS, CHAT_STOPS or CHAT_AGAIN */
    struct textbox typed;
    struct chat_turn turn[CHAT_TURNS];
    int up, up_max;           /* lines between the end of the history and the last one shown; 0 follows */
    int page;                 /* lines of history that are shown */
    size_t recalled;          /* how many prompts back Up has gone; 0: not at all */
    char draft[TEXTBOX_MAX];  /* what was being typed before it went */
    unsigned talk;            /* which conversation: how often one was begun anew */
    char said[CHAT_SAID_MAX]; /* why something could not be done, "" when nothing */
};

void chat_open(struct chat *c);                    /* keeps what is typed */
void chat_begin(struct chat *c, const char *safe); /* with this typed, below what was */
enum chat_action chat_input(struct chat *c, const struct view *v, const struct input *in);
void chat_sent(struct chat *c);                  /* what was typed is on its way */
void chat_say(struct chat *c, const char *text); /* until the next key */
/* The name of the conversation that is being held, for the prompts of it. */
enum { CHAT_TALK_MAX = 24 };
const char *chat_talk(const struct chat *c, char out[CHAT_TALK_MAX]);
/* What is asked again: the newest prompt that failed or was stopped, and was not asked again since; else the newest.
 * NULL: none. Borrowed. */
const char *chat_again(const struct view *v);

void chat_update(struct chat *c, const struct view *v, int rows, int cols);
void chat_draw(const struct chat *c, const struct view *v, const struct chat_route *route, struct canvas *cv);

/* ---- between chat.c and chat_draw.c ---- */

/* The n-th newest prompt; NULL: there are not so many. */
const struct row *chat_prompt(const struct view *v, size_t n);
int chat_turn_rows(const struct request *r, const struct view *v, int cols);
int chat_typed_rows(const struct chat *c, int rows, int cols);

#endif
