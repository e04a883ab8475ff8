/* rule.c - a rule with a title in it. */
#include "tui/draw/rule.h"

#include "backends/base/text.h"

enum { RULE_LEFT = 3 /* "── " */, RULE_RIGHT = 2 /* " ─" */, RULE_RIGHT_LEAST = 6 };

static int width_of(const char *text)
{
    size_t width = text ? text_width(text) : 0;
    return width > 100000 ? 100000 : (int)width;
}

void rule_draw(struct canvas *cv, int row, const char *title, const char *right, bool focused)
{
    int title_width = width_of(title), right_width = width_of(right);
    canvas_fill(cv, row, 0, 1, cv->cols, ROLE_RULE, 0x2500);
    int after = 1;
    if (title_width > 0) {
        int room = cv->cols - RULE_LEFT - 1;
        if (title_width > room) title_width = room;
        if (title_width <= 0) return;
        canvas_fill(cv, row, RULE_LEFT - 1, 1, title_width + 2, ROLE_RULE, ' ');
        canvas_field(cv, row, RULE_LEFT, title_width, focused ? ROLE_TITLE : ROLE_STRONG, title);
        after = RULE_LEFT + title_width + 1;
    }
    int room = cv->cols - after - 1 - 1 - RULE_RIGHT;
    if (right_width > room) right_width = room;
    if (right_width <= 0 || (right_width < RULE_RIGHT_LEAST && right_width < width_of(right))) return;
    int col = cv->cols - RULE_RIGHT - right_width;
    canvas_fill(cv, row, col - 1, 1, right_width + 2, ROLE_RULE, ' ');
    canvas_field(cv, row, col, right_width, ROLE_DIM, right);
}
