/* footer.c - the keys at the foot of the screen. */
#include "tui/panes/footer.h"

#include "backends/base/text.h"

#include <string.h>

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

static int draw_leader(struct canvas *cv, int col, const struct footer_key *k)
{
    char leader[8] = "";
    size_t len = strcspn(k->key, " ");
    if (len < sizeof leader) memcpy(leader, k->key, len);
    col = canvas_text(cv, 0, col, ROLE_RULE, glyph(cv->ascii, GLYPH_VLINE)) + 1;
    col = canvas_text(cv, 0, col, ROLE_KEY, leader);
    return canvas_text(cv, 0, col, ROLE_TEXT, " act:");
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
    return c->footer_tail && c->footer_tail[0] ? (int)text_width(c->footer_tail) + 4 : 0;
}

void footer_draw(const struct chrome *c, struct canvas *cv)
{
    bool led_yet = false;
    int col = 1;
    if (!c) return;
    int room = cv->cols - tail_width(c);
    for (size_t i = 0; i < c->key_count; i++) {
        const struct footer_key *k = &c->keys[i];
        if (!k->word || is_led(k) || col + width_of(k) + !k->enabled > room) continue;
        col = draw_key(cv, col, k) + 2;
    }
    for (size_t i = 0; i < c->key_count; i++) {
        const struct footer_key *k = &c->keys[i];
        if (!k->word || !is_led(k) || col + width_of(k) + (led_yet ? 0 : 8) > room) continue;
        if (!led_yet) col = draw_leader(cv, col, k);
        led_yet = true;
        col = draw_led(cv, col, k);
    }
    if (!tail_width(c)) return;
    if (led_yet) col += 2;
    if (col > room) col = room > 0 ? room : 0;
    col = canvas_text(cv, 0, col, ROLE_RULE, glyph(cv->ascii, GLYPH_VLINE)) + 1;
    canvas_field(cv, 0, col, cv->cols - col > 0 ? cv->cols - col : 0, ROLE_STRONG, c->footer_tail);
}

void footer_message(const struct chrome *c, struct canvas *cv)
{
    if (!c || !c->message || !c->message[0] || cv->cols < 3) return;
    canvas_fill(cv, 0, 0, 1, cv->cols, ROLE_TEXT, ' ');
    canvas_field(cv, 0, 1, cv->cols - 2, c->message_bad ? ROLE_WARN : ROLE_DIM, c->message);
}
