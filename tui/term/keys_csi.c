/* keys_csi.c - Control sequences into keys. */
#include "tui/term/keys_csi.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <string.h>

enum { PARAMS = 8, PARAM_MAX = 0x10FFFF, MOUSE_MAX = 10000 };

struct params {
    char prefix; /* one of < = > ? or NUL */
    bool other;  /* intermediate bytes, or what is no number */
    unsigned value[PARAMS], sub[PARAMS];
    int count;
};

static const struct {
    char final;
    uint32_t key;
} letters[] = {
    {'A', KEYP_UP}, {'B', KEYP_DOWN}, {'C', KEYP_RIGHT}, {'D', KEYP_LEFT}, {'H', KEYP_HOME},    {'F', KEYP_END},
    {'P', KEYP_F1}, {'Q', KEYP_F2},   {'R', KEYP_F3},    {'S', KEYP_F4},   {'Z', KEYP_BACKTAB}, {'M', KEYP_ENTER},
};

static uint32_t letter_key(char final)
{
    for (size_t i = 0; i < ARRAY_LEN(letters); i++)
        if (letters[i].final == final) return letters[i].key;
    return 0;
}

static uint32_t numbered_key(unsigned n)
{
    static const uint32_t keys[] = {
        [1] = KEYP_HOME, [2] = KEYP_INSERT, [3] = KEYP_DELETE, [4] = KEYP_END,  [5] = KEYP_PGUP,
        [6] = KEYP_PGDN, [7] = KEYP_HOME,   [8] = KEYP_END,    [11] = KEYP_F1,  [12] = KEYP_F2,
        [13] = KEYP_F3,  [14] = KEYP_F4,    [15] = KEYP_F5,    [17] = KEYP_F6,  [18] = KEYP_F7,
        [19] = KEYP_F8,  [20] = KEYP_F9,    [21] = KEYP_F10,   [23] = KEYP_F11, [24] = KEYP_F12,
    };
    return n < ARRAY_LEN(keys) ? keys[n] : 0;
}

static void params_parse(const char *text, struct params *p)
{
    *p = (struct params){0};
    if (*text && strchr("<=>?", *text)) p->prefix = *text++;
    if (!*text) return;
    unsigned *at = &p->value[0];
    int subs = 0;
    p->count = 1;
    for (; *text; text++) {
        if (*text >= '0' && *text <= '9') {
            unsigned digit = (unsigned)(*text - '0');
            if (at) *at = *at > PARAM_MAX / 10 ? PARAM_MAX : *at * 10 + digit;
        } else if (*text == ';') {
            if (p->count == PARAMS) return;
            at = &p->value[p->count++];
            subs = 0;
        } else if (*text == ':') {
            at = subs++ == 0 ? &p->sub[p->count - 1] : NULL;
        } else {
            p->other = true;
        }
    }
}

/* xterm's and kitty's modifiers: 1 + shift 1, alt 2, control 4; super and the locks are of no use here. */
static unsigned mods_of(unsigned value)
{
    unsigned bits = value > 0 && value <= 256 ? value - 1 : 0;
    return (bits & 1 ? (unsigned)MOD_SHIFT : 0) | (bits & 2 ? (unsigned)MOD_ALT : 0) |
           (bits & 4 ? (unsigned)MOD_CTRL : 0);
}

static enum keys_found key_found(struct input *ret, uint32_t key, unsigned mods)
{
    if (!key) return KEYS_NOTHING;
    *ret = (struct input){.type = INPUT_KEY, .key = key, .mods = mods};
    return KEYS_INPUT;
}

/* A key by its code point, as modifyOtherKeys and kitty report it. */
static enum keys_found key_coded(struct input *ret, unsigned code, unsigned mods)
{
    switch (code) {
    case 8:
    case 127: return key_found(ret, KEYP_BACKSPACE, mods);
    case 9: return key_found(ret, KEYP_TAB, mods);
    case 10:
    case 13:
    case 57414: return key_found(ret, KEYP_ENTER, mods);
    case 27: return key_found(ret, KEYP_ESC, mods);
    default: break;
    }
    /* kitty's functional keys are in the private use area */
    if (code < 0x20 || (code >= 0xE000 && code <= 0xF8FF) || text_cp_width(code) < 0) return KEYS_NOTHING;
    if (code >= 'A' && code <= 'Z' && (mods & MOD_CTRL)) code += 'a' - 'A';
    if (code >= 'a' && code <= 'z' && (mods & MOD_SHIFT) && !(mods & MOD_CTRL)) code -= 'a' - 'A';
    return key_found(ret, code, mods & ~(unsigned)MOD_SHIFT);
}

static enum keys_found parse_mouse(const struct params *p, bool release, struct input *ret)
{
    unsigned button = p->value[0], x = p->value[1], y = p->value[2];
    if (p->count < 3 || x < 1 || y < 1 || x > MOUSE_MAX || y > MOUSE_MAX) return KEYS_NOTHING;
    unsigned mods = (button & 4 ? (unsigned)MOD_SHIFT : 0) | (button & 8 ? (unsigned)MOD_ALT : 0) |
                    (button & 16 ? (unsigned)MOD_CTRL : 0);
    *ret = (struct input){.type = INPUT_MOUSE, .row = (int)y - 1, .col = (int)x - 1, .mods = mods};
    switch (button & ~28u) {
    case 0: ret->mouse = release ? MOUSE_RELEASE : MOUSE_PRESS; return KEYS_INPUT;
    case 32: ret->mouse = MOUSE_DRAG; return KEYS_INPUT;
    case 64: ret->mouse = MOUSE_WHEEL_UP; return KEYS_INPUT;
    case 65: ret->mouse = MOUSE_WHEEL_DOWN; return KEYS_INPUT;
    default: return KEYS_NOTHING; /* other buttons, and movement without one */
    }
}

static enum keys_found parse_tilde(const struct params *p, unsigned rxvt_mods, struct input *ret)
{
    if (p->value[0] == 200) return rxvt_mods ? KEYS_NOTHING : KEYS_PASTE;
    if (p->value[0] == 27 && p->count >= 3) return key_coded(ret, p->value[2], mods_of(p->value[1]));
    if (p->sub[1] == 3) return KEYS_NOTHING; /* kitty: a release */
    return key_found(ret, numbered_key(p->value[0]), mods_of(p->value[1]) | rxvt_mods);
}

/* The answer to ESC[5n: 0 (well) or 3 (not well). */
static enum keys_found parse_reply(const struct params *p, struct input *ret)
{
    if (p->count != 1 || (p->value[0] != 0 && p->value[0] != 3)) return KEYS_NOTHING;
    *ret = (struct input){.type = INPUT_REPLY};
    return KEYS_INPUT;
}

/* "1;modifiers", and a release with kitty. Anything else is a report, such as the cursor's place, which ends in R as F3
 * does. */
static enum keys_found parse_letter(const struct params *p, char final, struct input *ret)
{
    if (p->value[0] > 1 || p->sub[1] == 3 || final == 'M') return KEYS_NOTHING;
    return key_found(ret, letter_key(final), mods_of(p->value[1]));
}

static enum keys_found parse_plain(const struct params *p, char final, struct input *ret)
{
    switch (final) {
    case '~': return parse_tilde(p, 0, ret);
    case '^': return parse_tilde(p, MOD_CTRL, ret);
    case '$': return parse_tilde(p, MOD_SHIFT, ret);
    case '@': return parse_tilde(p, MOD_CTRL | MOD_SHIFT, ret);
    case 'u': return p->sub[1] == 3 ? KEYS_NOTHING : key_coded(ret, p->value[0], mods_of(p->value[1]));
    case 'n': return parse_reply(p, ret);
    case 'a':
    case 'b':
    case 'c':
    case 'd': return key_found(ret, letter_key((char)(final - 'a' + 'A')), MOD_SHIFT);
    default: return parse_letter(p, final, ret);
    }
}

/* DECRPM of mode 2026: 1 (set) or 2 (reset); 0 is not known, 4 never. */
static bool is_sync(const char *parameters, char final)
{
    return final == 'y' && (strcmp(parameters, "?2026;1$") == 0 || strcmp(parameters, "?2026;2$") == 0);
}

enum keys_found keys_csi(const char *parameters, char final, struct input *ret)
{
    struct params p;
    if (is_sync(parameters, final)) {
        *ret = (struct input){.type = INPUT_SYNC};
        return KEYS_INPUT;
    }
    if (final == '[') { /* linux: F1 to F5 */
        bool key = *parameters >= 'A' && *parameters <= 'E';
        return key_found(ret, key ? KEYP_F1 + (uint32_t)(*parameters - 'A') : 0, 0);
    }
    params_parse(parameters, &p);
    if (p.other) return KEYS_NOTHING;
    if (p.prefix == '<' && (final == 'M' || final == 'm')) return parse_mouse(&p, final == 'm', ret);
    return p.prefix ? KEYS_NOTHING : parse_plain(&p, final, ret);
}

enum keys_found keys_ss3(const char *parameters, char final, struct input *ret)
{
    static const char keypad[] = "*+,-./0123456789";
    struct params p;
    params_parse(parameters, &p);
    if (p.other || p.prefix) return KEYS_NOTHING;
    unsigned mods = mods_of(p.count > 1 ? p.value[1] : p.value[0]);
    if (final >= 'a' && final <= 'd') return key_found(ret, letter_key((char)(final - 'a' + 'A')), MOD_CTRL);
    if (final >= 'j' && final <= 'y') return key_found(ret, (uint32_t)keypad[final - 'j'], mods);
    if (final == 'X') return key_found(ret, '=', mods);
    return key_found(ret, letter_key(final), mods);
}
