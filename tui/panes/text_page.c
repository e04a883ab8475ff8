/* text_page.c - see text_page.h. */
#include "tui/panes/text_page.h"

#include "tui/draw/rule.h"
#include "tui/panes/chrome.h"
#include "tui/panes/footer.h"

struct canvas text_page_draw(struct canvas *cv, const struct view *v, const char *title, const char *right,
                             const char *keys)
{
    canvas_clear(cv, ROLE_TEXT);
    canvas_cursor(cv, -1, -1);
    if (cv->rows < TEXT_PAGE_ROWS + 1) return canvas_sub(cv, 0, 0, cv->rows, cv->cols);
    rule_draw(cv, 0, title, right, true);
    struct canvas foot = canvas_sub(cv, cv->rows - 1, 0, 1, cv->cols);
    if (v->chrome && v->chrome->message)
        footer_message(v->chrome, &foot);
    else
        canvas_field(&foot, 0, 1, foot.cols > 2 ? foot.cols - 2 : 0, ROLE_DIM, keys);
    return canvas_sub(cv, 1, 1, cv->rows - TEXT_PAGE_ROWS, cv->cols > 2 ? cv->cols - 2 : cv->cols);
}

enum overlay_result text_page_input(const struct input *in)
{
    if (in->type != INPUT_KEY || in->mods & (MOD_CTRL | MOD_ALT)) return OVERLAY_STAYS;
    switch (in->key) {
    case KEYP_ESC:
    case 'q': return OVERLAY_CANCELLED;
    case ':':
    case '?':
    case KEYP_F1: return OVERLAY_COMMAND;
    default: return OVERLAY_STAYS;
    }
}
