/* text_page.c - see text_page.h. */
#include "tui/panes/text_page.h"

#include "backends/base/mem.h"
#include "tui/draw/rule.h"
#include "tui/panes/chrome.h"
#include "tui/panes/footer.h"

static void keys_draw(const struct footer_key *keys, size_t count, struct canvas *cv)
{
    static const struct footer_key search = {"/", "search", true, true}, ends[] = {{":", "cmd", true, true},
                                                                                   {"?", "help", true, true},
                                                                                   {"Esc", "back", true, true}};
    struct footer_key all[TEXT_PAGE_KEYS + 1 + ARRAY_LEN(ends)];
    size_t n = 0;
    all[n++] = search;
    for (size_t i = 0; i < count && i < TEXT_PAGE_KEYS; i++) all[n++] = keys[i];
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) all[n++] = ends[i];
    footer_draw(&(struct chrome){.keys = all, .key_count = n}, cv);
}

struct canvas text_page_draw(struct canvas *cv, const struct view *v, const char *title, const char *right,
                             const struct footer_key *keys, size_t count)
{
    canvas_clear(cv, ROLE_TEXT);
    canvas_cursor(cv, -1, -1);
    if (cv->rows < TEXT_PAGE_ROWS + 1) return canvas_sub(cv, 0, 0, cv->rows, cv->cols);
    rule_draw(cv, 0, title, right, true);
    struct canvas foot = canvas_sub(cv, cv->rows - 1, 0, 1, cv->cols);
    if (v->chrome && v->chrome->message)
        footer_message(v->chrome, &foot);
    else
        keys_draw(keys, count, &foot);
    return canvas_sub(cv, 1, 1, cv->rows - TEXT_PAGE_ROWS, cv->cols > 2 ? cv->cols - 2 : cv->cols);
}

enum overlay_result text_page_input(const struct input *in)
{
    /* Esc and a `:` that arrive at once, as on a slow line, look like Alt: the palette closes the page as well. */
    if (in->type == INPUT_KEY && in->mods == MOD_ALT && in->key == ':') return OVERLAY_COMMAND;
    if (in->type != INPUT_KEY) return OVERLAY_STAYS;
    if (in->mods & (MOD_CTRL | MOD_ALT)) return OVERLAY_NO_KEY;
    switch (in->key) {
    case KEYP_ESC:
    case 'q': return OVERLAY_CANCELLED;
    case ':': return OVERLAY_COMMAND;
    default: return OVERLAY_NO_KEY;
    }
}
