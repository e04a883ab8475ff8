/* input.h - input events of the terminal: keys, pastes, mouse, resize. */
#ifndef RAYDECK_TERM_INPUT_H
#define RAYDECK_TERM_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum input_type {
    INPUT_KEY,
    INPUT_PASTE,
    INPUT_MOUSE,
    INPUT_RESIZE,
    INPUT_REPLY, /* the terminal answered ESC[5n */
    INPUT_SYNC   /* it answered ESC[?2026$p: it has synchronised output */
};

/* Keys: a Unicode character, or one of these beyond Unicode. */
enum key {
    KEY__FIRST = 0x110000,
    KEYP_UP,
    KEYP_DOWN,
    KEYP_LEFT,
    KEYP_RIGHT,
    KEYP_HOME,
    KEYP_END,
    KEYP_PGUP,
    KEYP_PGDN,
    KEYP_INSERT,
    KEYP_DELETE,
    KEYP_BACKSPACE,
    KEYP_ENTER,
    KEYP_TAB,
    KEYP_BACKTAB,
    KEYP_ESC,
    KEYP_F1,
    KEYP_F2,
    KEYP_F3,
    KEYP_F4,
    KEYP_F5,
    KEYP_F6,
    KEYP_F7,
    KEYP_F8,
    KEYP_F9,
    KEYP_F10,
    KEYP_F11,
    KEYP_F12
};
enum { MOD_CTRL = 1, MOD_ALT = 2, MOD_SHIFT = 4 };
/* DRAG: it moved with the button held; only the screen's lines between panes take it. */
enum mouse { MOUSE_PRESS, MOUSE_RELEASE, MOUSE_DRAG, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN };
enum { INPUT_PASTE_MAX = 65536 };

struct input {
    enum input_type type;
    uint32_t key; /* ^C is 'c' with MOD_CTRL; ^J is 'j', not Enter */
    unsigned mods;
    enum mouse mouse;
    int row, col;      /* mouse, from 0; resize: rows and cols */
    const char *paste; /* safe text, lines kept; borrowed until the handler returns */
    size_t paste_len;
    bool paste_cut; /* it was truncated to INPUT_PASTE_MAX */
};

/* "q", "^C", "Enter", "PgUp", "M-x": as commands.def and the configuration write keys. */
bool key_parse(const char *text, struct input *ret);
char *key_text(const struct input *in, char out[16]);

#endif
