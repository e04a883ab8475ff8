/* input.c - the names of keys. */
#include "tui/term/input.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *name;
    uint32_t key;
} names[] = {
    {"Up", KEYP_UP},
    {"Down", KEYP_DOWN},
    {"Left", KEYP_LEFT},
    {"Right", KEYP_RIGHT},
    {"Home", KEYP_HOME},
    {"End", KEYP_END},
    {"PgUp", KEYP_PGUP},
    {"PgDn", KEYP_PGDN},
    {"Ins", KEYP_INSERT},
    {"Del", KEYP_DELETE},
    {"Backspace", KEYP_BACKSPACE},
    {"Enter", KEYP_ENTER},
    {"S-Tab", KEYP_BACKTAB},
    {"Tab", KEYP_TAB},
    {"Esc", KEYP_ESC},
    {"F1", KEYP_F1},
    {"F2", KEYP_F2},
    {"F3", KEYP_F3},
    {"F4", KEYP_F4},
    {"F5", KEYP_F5},
    {"F6", KEYP_F6},
    {"F7", KEYP_F7},
    {"F8", KEYP_F8},
    {"F9", KEYP_F9},
    {"F10", KEYP_F10},
    {"F11", KEYP_F11},
    {"F12", KEYP_F12},
    {"Space", ' '},
};

static bool key_named(const char *text, uint32_t *ret)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strcasecmp(names[i].name, text) == 0) {
            *ret = names[i].key;
            return true;
        }
    return false;
}

static bool key_single(const char *text, uint32_t *ret)
{
    size_t len = strlen(text);
    return len > 0 && len <= 4 && text_decode(text, len, ret) == len && *ret != TEXT_INVALID &&
           text_cp_width(*ret) >= 0;
}

bool key_parse(const char *text, struct input *ret)
{
    struct input in = {.type = INPUT_KEY};
    for (;;) {
        if (key_named(text, &in.key) || key_single(text, &in.key)) break;
        if (text[0] == '^' && text[1]) {
            in.mods |= MOD_CTRL;
            text++;
        } else if (text[0] && text[1] == '-' && text[2] && strchr("MSC", text[0])) {
            in.mods |= text[0] == 'M' ? MOD_ALT : text[0] == 'S' ? MOD_SHIFT : MOD_CTRL;
            text += 2;
        } else {
            return false;
        }
    }
    if ((in.mods & MOD_CTRL) && in.key >= 'A' && in.key <= 'Z') in.key += 'a' - 'A';
    *ret = in;
    return true;
}

char *key_text(const struct input *in, char out[16])
{
    char name[10] = " ";
    if (in->key < KEY__FIRST) {
        size_t at = text_cp_width(in->key) == 0; /* a combining mark alone needs something to stand on */
        name[at + text_encode(in->key, name + at)] = '\0';
    }
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (names[i].key == in->key) snprintf(name, sizeof name, "%s", names[i].name);
    bool control = in->mods & MOD_CTRL, letter = in->key >= 'a' && in->key <= 'z';
    if (control && letter) name[0] = (char)(name[0] - 'a' + 'A');
    snprintf(out, 16, "%s%s%s%s", in->mods & MOD_ALT ? "M-" : "", in->mods & MOD_SHIFT ? "S-" : "",
             !control ? ""
             : letter ? "^"
                      : "C-",
             name);
    return out;
}
