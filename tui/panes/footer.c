/* footer.c - the keys at the foot of the screen. */
#include "tui/panes/footer.h"

#include "backends/base/text.h"
#include "tui/draw/wrap.h"

#include <string.h>

enum {
    GAP_COLS = 2,
    TAIL_COLS = GAP_COLS + 2 /* "│ " */,
    LEADER_COLS = 8 /* "│ x act:" */,
    LEADER_ALONE_COLS = 7,
    LEADER_ROOM = 60
};

static bool is_led(const struct footer_key *k)
{
    return strchr(k->key, ' ') != NULL;
}

/* Columns of a key; a key whose word does not fit is left out, never truncated. */
static int width_of(const struct footer_key *k)
{
    return (int)(text_width(k->key) + text_width(k->word)) + 1;
}

static int draw_key(struct canvas *cv, int col, const struct footer_key *k)
{
    if (!k->enabled) col = canvas_text(cv, 0, col, ROLE_KEY_OFF, glyph(cv->ascii, GLYPH_CROSS));
    col = canvas_text(cv, 0, col, k->enabled ? ROLE_KEY : ROLE_KEY_OFF, k->key);
    return canvas_text(cv, 0, col + 1, k->enabled ? ROLE_TEXT : ROLE_KEY_OFF, k->word);
}

static int draw_leader(struct canvas *cv, int col, const struct footer_key *k, const char *act)
{
    char leader[8] = "";
    size_t len = strcspn(k->key, " ");
    if (len < sizeof leader) memcpy(leader, k->key, len);
    col = canvas_text(cv, 0, col, ROLE_RULE, glyph(cv->ascii, GLYPH_VLINE)) + 1;
    col = canvas_text(cv, 0, col, ROLE_KEY, leader);
    return canvas_text(cv, 0, col, ROLE_TEXT, act);
}

/* Within a leader: the second key and the word, "k kill"; or "✗kill". */
static int draw_led(struct canvas *cv, int col, const struct footer_key *k)
{
    if (!k->enabled) {
        col = canvas_text(cv, 0, col + 1, ROLE_KEY_OFF, glyph(cv->ascii, GLYPH_CROSS));
        return canvas_text(cv, 0, col, ROLE_KEY_OFF, k->word);
    }
    col = canvas_text(cv, 0, col + 1, ROLE_KEY, k->key + strcspn(k->key, " ") + 1);
    return canvas_text(cv, 0, col + 1, ROLE_TEXT, k->word);
}

static int tail_width(const struct chrome *c)
{
    return c->footer_tail && c->footer_tail[0] ? (int)text_width(c->footer_tail) + TAIL_COLS : 0;
}

/* Columns of the keys from `from` on whose room is kept. */
static int kept_width(const struct chrome *c, size_t from)
{
    int width = 0;
    for (size_t i = from; i < c->key_count; i++)
        if (c->keys[i].word && c->keys[i].kept) width += width_of(&c->keys[i]) + 2;
    return width;
}

/* Of the leader, where there is one. */
static int leader_width(const struct chrome *c)
{
    for (size_t i = 0; i < c->key_count; i++)
        if (c->keys[i].word && is_led(&c->keys[i])) return LEADER_ALONE_COLS;
    return 0;
}

static int draw_plain(const struct chrome *c, struct canvas *cv, int col, int room)
{
    const int leader = room >= LEADER_ROOM ? leader_width(c) : 0;
    for (size_t i = 0; i < c->key_count; i++) {
        const struct footer_key *k = &c->keys[i];
        const int kept = k->kept ? 0 : kept_width(c, i + 1) + leader;
        if (!k->word || is_led(k) || col + width_of(k) + !k->enabled > room - kept) continue;
        col = draw_key(cv, col, k) + 2;
    }
    return col;
}

/* "x act: k kill"; where no key of them has room the leader alone, whose keys are shown once it is pressed. */
static int draw_group(const struct chrome *c, struct canvas *cv, int col, int room)
{
    const struct footer_key *first = NULL;
    bool led_yet = false;
    for (size_t i = 0; i < c->key_count; i++) {
        const struct footer_key *k = &c->keys[i];
        if (!k->word || !is_led(k)) continue;
        if (!first) first = k;
        if (col + width_of(k) + (led_yet ? 0 : LEADER_COLS) > room) continue;
        if (!led_yet) col = draw_leader(cv, col, k, " act:");
        led_yet = true;
        col = draw_led(cv, col, k);
    }
    if (!led_yet && first && col + LEADER_ALONE_COLS <= room) {
        col = draw_leader(cv, col, first, " act");
        led_yet = true;
    }
    return led_yet ? col + 2 : col;
}

void footer_draw(const struct chrome *c, struct canvas *cv)
{
    if (!c) return;
    const int room = cv->cols - tail_width(c);
    int col = draw_group(c, cv, draw_plain(c, cv, 1, room), room);
    if (!tail_width(c)) return;
    if (col > room + GAP_COLS) col = room > 0 ? room + GAP_COLS : 0;
    col = canvas_text(cv, 0, col, ROLE_RULE, glyph(cv->ascii, GLYPH_VLINE)) + 1;
    canvas_field(cv, 0, col, cv->cols - col > 0 ? cv->cols - col : 0, ROLE_STRONG, c->footer_tail);
}

bool footer_offers(const struct chrome *c, const char *key)
{
    if (!c || !c->keys) return true;
    for (size_t i = 0; i < c->key_count; i++)
        if (strcmp(c->keys[i].key, key) == 0) return c->keys[i].enabled;
    return false;
}

void footer_message(const struct chrome *c, struct canvas *cv)
{
    if (!c || !c->message || !c->message[0] || cv->cols < 3) return;
    const enum role role = c->message_bad ? ROLE_WARN : ROLE_DIM;
    const int width = cv->cols - 2, height = wrap_height(c->message, width);
    const char *text = c->message;
    for (int row = height < cv->rows ? cv->rows - height : 0; row < cv->rows; row++) {
        size_t next;
        const size_t len = wrap_line(text, width, &next);
        canvas_fill(cv, row, 0, 1, cv->cols, ROLE_TEXT, ' ');
        if (row + 1 < cv->rows)
            canvas_textn(cv, row, 1, role, text, len);
        else
            canvas_field(cv, row, 1, width, role, text);
        text += next;
    }
}
