/* keys_parse.c - Bytes into keys, paste and replies. */
#include "tui/term/keys_parse.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tui/term/keys_csi.h"

#include <stdlib.h>
#include <string.h>

enum state { GROUND, ESCAPE, CSI, LINUX_F /* after ESC [ [ */, SS3, STRING, PASTE };

struct keys {
    void (*input)(void *arg, const struct input *in);
    void *arg;
    enum state state;
    char seq[KEYS_SEQUENCE_MAX];
    size_t len;
    bool too_long, alt, string_esc;
    char string_by; /* the byte that opened a STRING */
    char utf8[4];
    size_t utf8_len, utf8_want;
    struct buf paste;
    size_t paste_end; /* bytes of ESC[201~ seen */
    bool paste_cut;
};

struct keys *keys_new(void (*input)(void *arg, const struct input *in), void *arg)
{
    struct keys *k = mem_zero(1, sizeof *k);
    k->input = input;
    k->arg = arg;
    buf_init(&k->paste, INPUT_PASTE_MAX);
    return k;
}

void keys_free(struct keys *k)
{
    if (!k) return;
    buf_done(&k->paste);
    free(k);
}

static void key_emit(struct keys *k, uint32_t key, unsigned mods)
{
    struct input in = {.type = INPUT_KEY, .key = key, .mods = mods | (k->alt ? (unsigned)MOD_ALT : 0)};
    k->alt = false;
    if (key == KEYP_TAB && (in.mods & MOD_SHIFT)) {
        in.key = KEYP_BACKTAB;
        in.mods &= ~(unsigned)MOD_SHIFT;
    }
    k->input(k->arg, &in);
}

static void state_enter(struct keys *k, enum state state)
{
    k->state = state;
    k->len = 0;
    k->too_long = k->string_esc = false;
}

static void emit_control(struct keys *k, unsigned char c)
{
    switch (c) {
    case '\r': key_emit(k, KEYP_ENTER, 0); break;
    case '\t': key_emit(k, KEYP_TAB, 0); break;
    case 0x08:
    case 0x7F: key_emit(k, KEYP_BACKSPACE, 0); break;
    case 0x00: key_emit(k, ' ', MOD_CTRL); break;
    default: key_emit(k, c <= 26 ? (uint32_t)('a' + c - 1) : (uint32_t)(c + '@'), MOD_CTRL);
    }
}

static size_t utf8_length(unsigned char c)
{
    return c >= 0xF0 && c <= 0xF4 ? 4 : c >= 0xE0 ? (c < 0xF0 ? 3 : 0) : c >= 0xC2 ? 2 : 0;
}

static void feed_utf8(struct keys *k, unsigned char c)
{
    if (k->utf8_want == 0) {
        k->utf8_want = utf8_length(c);
        k->utf8_len = 0;
        if (k->utf8_want == 0) {
            k->alt = false;
            return;
        }
    }
    k->utf8[k->utf8_len++] = (char)c;
    if (k->utf8_len < k->utf8_want) return;
    uint32_t cp;
    bool whole = text_decode(k->utf8, k->utf8_len, &cp) == k->utf8_len && cp != TEXT_INVALID;
    k->utf8_want = 0;
    if (whole && text_cp_width(cp) >= 0)
        key_emit(k, cp, 0);
    else
        k->alt = false;
}

static void feed_ground(struct keys *k, unsigned char c)
{
    k->state = GROUND;
    if (k->utf8_want > 0 && (c & 0xC0) != 0x80) {
        k->utf8_want = 0; /* the character is truncated: dropped, and this byte is parsed again */
        k->alt = false;
    }
    if (c == 0x1B)
        state_enter(k, ESCAPE);
    else if (c >= 0x80)
        feed_utf8(k, c);
    else if (c < 0x20 || c == 0x7F)
        emit_control(k, c);
    else
        key_emit(k, c, 0);
}

static void feed_escape(struct keys *k, unsigned char c)
{
    switch (c) {
    case '[': state_enter(k, CSI); break;
    case 'O': state_enter(k, SS3); break;
    case ']': /* OSC, DCS and APC; terminals answer with no other kind of string */
    case 'P':
    case '_':
        state_enter(k, STRING);
        k->string_by = (char)c;
        break;
    case 0x1B: /* some terminals say Alt-Up as ESC ESC [ A */
        if (k->alt) {
            k->alt = false;
            key_emit(k, KEYP_ESC, 0);
        }
        k->alt = true;
        break;
    case 0x03: /* Ctrl-C always works: typed right behind an Esc, it is not Alt */
        if (k->alt) {
            k->alt = false;
            key_emit(k, KEYP_ESC, 0);
        }
        key_emit(k, KEYP_ESC, 0);
        feed_ground(k, c);
        break;
    default: k->alt = true; feed_ground(k, c);
    }
}

static void sequence_add(struct keys *k, unsigned char c)
{
    if (k->len + 1 < KEYS_SEQUENCE_MAX)
        k->seq[k->len++] = (char)c;
    else
        k->too_long = true;
    k->seq[k->len] = '\0';
}

static void sequence_finish(struct keys *k, char final, bool ss3)
{
    struct input in;
    bool alt = k->alt;
    k->alt = false;
    k->state = GROUND;
    k->seq[k->len] = '\0';
    if (k->too_long) return;
    enum keys_found said = ss3 ? keys_ss3(k->seq, final, &in) : keys_csi(k->seq, final, &in);
    /* Alt goes with keys only: before anything else it was an Esc of its own, and the terminal spoke right after it. */
    if (alt && (said == KEYS_PASTE || (said == KEYS_INPUT && in.type != INPUT_KEY))) key_emit(k, KEYP_ESC, 0);
    switch (said) {
    case KEYS_NOTHING: return;
    case KEYS_PASTE:
        state_enter(k, PASTE);
        buf_clear(&k->paste);
        k->paste_end = 0;
        k->paste_cut = false;
        return;
    case KEYS_INPUT:
        if (in.type != INPUT_KEY) {
            k->input(k->arg, &in);
            return;
        }
        k->alt = alt;
        key_emit(k, in.key, in.mods);
    }
}

/* Control characters inside a sequence are carried out at once, as terminals do: ^C works whatever came before it. */
static void feed_sequence(struct keys *k, unsigned char c)
{
    if (c == 0x1B || c >= 0x7F) {
        k->alt = false;
        feed_ground(k, c);
    } else if (c == 0x18 || c == 0x1A) {
        k->alt = false;
        k->state = GROUND;
    } else if (c < 0x20) {
        bool alt = k->alt;
        k->alt = false;
        emit_control(k, c);
        k->alt = alt;
    } else if (k->state == LINUX_F) {
        sequence_add(k, c);
        sequence_finish(k, '[', false);
    } else if (k->state == CSI && c == '[' && k->len == 0) {
        k->state = LINUX_F;
    } else if (k->state == SS3 ? c >= 0x40
                               : c >= 0x40 || (c == '$' && k->len > 0 && k->seq[0] >= '0' && k->seq[0] <= '9')) {
        sequence_finish(k, (char)c, k->state == SS3);
    } else {
        sequence_add(k, c);
    }
}

static void feed_string(struct keys *k, unsigned char c)
{
    if (k->string_esc) {
        k->string_esc = false;
        k->alt = false;
        if (c == '\\') {
            k->state = GROUND;
            return;
        }
        k->state = ESCAPE;
        feed_escape(k, c);
    } else if (c == 0x1B) {
        k->string_esc = true;
    } else if (c == 0x07 || c == 0x18 || c == 0x1A) {
        k->alt = false;
        k->state = GROUND;
    } else if (c < 0x20) {
        k->alt = false;
        feed_ground(k, c);
    } else {
        k->len = 1;
    }
}

/* Lines of a paste end in CR in most terminals. */
static void deliver_paste(struct keys *k)
{
    char *raw = buf_take(&k->paste);
    size_t len = strlen(raw), out = 0;
    for (size_t i = 0; i < len; i++) {
        if (raw[i] == '\n' && i > 0 && raw[i - 1] == '\r') continue;
        raw[out++] = raw[i];
    }
    for (size_t i = 0; i < out; i++)
        if (raw[i] == '\r') raw[i] = '\n';
    char *safe = text_safe(raw, out, TEXT_KEEP_LINES, INPUT_PASTE_MAX);
    struct input in = {.type = INPUT_PASTE, .paste = safe, .paste_len = strlen(safe), .paste_cut = k->paste_cut};
    k->state = GROUND;
    k->input(k->arg, &in);
    free(safe);
    free(raw);
}

static void feed_paste(struct keys *k, unsigned char c)
{
    static const char end[] = "\033[201~";
    if (c == (unsigned char)end[k->paste_end]) {
        if (++k->paste_end == sizeof end - 1) deliver_paste(k);
        return;
    }
    size_t kept = k->paste_end;
    k->paste_end = 0;
    bool full = buf_add(&k->paste, end, kept) != ERR_OK;
    if (!full && c == 0x1B)
        k->paste_end = 1;
    else if (!full && c)
        full = buf_char(&k->paste, (char)c) != ERR_OK;
    k->paste_cut |= full;
}

void keys_feed(struct keys *k, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)bytes[i];
        switch (k->state) {
        case GROUND: feed_ground(k, c); break;
        case ESCAPE: feed_escape(k, c); break;
        case CSI:
        case LINUX_F:
        case SS3: feed_sequence(k, c); break;
        case STRING: feed_string(k, c); break;
        case PASTE: feed_paste(k, c); break;
        }
    }
}

/* A sequence with parameters was not typed: it is waited for without a limit, and any control character still works. */
bool keys_pending(const struct keys *k)
{
    switch (k->state) {
    case ESCAPE:
    case STRING: return true;
    case CSI:
    case SS3: return k->len == 0;
    default: return false;
    }
}

void keys_timeout(struct keys *k)
{
    if (!keys_pending(k)) return;
    enum state was = k->state;
    k->state = GROUND;
    if (was == ESCAPE) {
        bool twice = k->alt;
        k->alt = false;
        key_emit(k, KEYP_ESC, 0);
        if (twice) key_emit(k, KEYP_ESC, 0);
    } else if (was == STRING && k->len > 0) {
        k->alt = false;
    } else {
        k->alt = true;
        key_emit(k, (uint32_t)(was == CSI ? '[' : was == SS3 ? 'O' : k->string_by), 0);
    }
}
