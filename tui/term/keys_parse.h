/*
 * keys_parse.h - parses bytes from the terminal into input events. No I/O, no clock.
 *
 * A lone ESC is ambiguous: keys_feed keeps it, keys_pending returns true, and the owner calls keys_timeout after some
 * 50 ms. Supported: UTF-8, C0, CSI and SS3 keys with modifiers (xterm, rxvt, linux console, st, tmux, kitty's basics),
 * ESC prefix as Alt, bracketed paste, SGR mouse, the answers to ESC[5n and
 * ESC[?2026$p. Unknown sequences are dropped whole. Bounded: a
 * sequence longer than KEYS_SEQUENCE_MAX is dropped to its end, a paste is truncated at INPUT_PASTE_MAX.
 */
#ifndef RAYDECK_TERM_KEYS_PARSE_H
#define RAYDECK_TERM_KEYS_PARSE_H

#include "tui/term/input.h"

enum { KEYS_SEQUENCE_MAX = 64 };
struct keys;
struct keys *keys_new(void (*input)(void *arg, const struct input *in), void *arg);
void keys_free(struct keys *k);
void keys_feed(struct keys *k, const char *bytes, size_t len);
bool keys_pending(const struct keys *k);
void keys_timeout(struct keys *k);

#endif
