/*
 * keys_csi.h - decodes one complete control sequence, which keys_parse.c has delimited. Pure.
 *
 * Sources: xterm's ctlseqs (PC-style function keys, modifyOtherKeys, SGR mouse, bracketed paste), rxvt's key table,
 * console_codes(4), kitty's keyboard protocol.
 */
#ifndef RAYDECK_TERM_KEYS_CSI_H
#define RAYDECK_TERM_KEYS_CSI_H

#include "tui/term/input.h"

enum keys_found { KEYS_NOTHING, KEYS_INPUT, KEYS_PASTE /* a paste begins */ };

/* `parameters`: the bytes between ESC [ (or ESC O) and the final byte; *ret is set with KEYS_INPUT. Linux' ESC [ [ A is
 * given as parameters "A", final '['. */
enum keys_found keys_csi(const char *parameters, char final, struct input *ret);
enum keys_found keys_ss3(const char *parameters, char final, struct input *ret);

#endif
