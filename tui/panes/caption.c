/* caption.c - the caption of a walkthrough, over the screen. */
#include "tui/panes/caption.h"

#include "backends/base/text.h"
#include "tui/draw/wrap.h"

#include <string.h>

enum { TALL_ROWS = 30, STAGE_ROWS_MIN = 10 /* what the console needs */, TEXT_ROWS_MAX = 4, MARGIN = 4, GAP = 3 };

/* Centres each line, for readability from a distance. */
static void draw_text(struct canvas *band, int row, int rows, const char *text)
{
    int width = band->cols - 2 * MARGIN;
    for (int end = row + rows; row < end && *text; row++) {
        size_t next, len = wrap_line(text, width > 0 ? width : 1, &next);
        char line[1024];
        size_t kept = len < sizeof line ? len : sizeof line - 1;
        memcpy(line, text, kept);
        line[kept] = '\0';
        int col = (band->cols - (int)text_width(line)) / 2;
        canvas_text(band, row, col > 0 ? col : 0, ROLE_DEMO, line);
        text += next;
    }
}

static void draw_state(const struct caption *c, struct canvas *band)
{
    int row = band->rows - 1, width = (int)text_width(c->state), hint = (int)text_width(c->hint);
    canvas_fill(band, row, 0, 1, band->cols, ROLE_STRIP, ' ');
    canvas_field(band, row, 1, band->cols - 2, c->paused ? ROLE_ARMED : ROLE_STRIP, c->state);
    if (c->paused && width < band->cols - 2) canvas_role(band, row, 1 + width, band->cols - 1 - width, ROLE_STRIP);
    if (width + hint + GAP <= band->cols - 2) canvas_text(band, row, band->cols - 1 - hint, ROLE_STRIP, c->hint);
}

static int text_lines(const struct caption *c, const struct canvas *cv)
{
    const int width = cv->cols - 2 * MARGIN, lines = *c->text ? wrap_height(c->text, width > 0 ? width : 1) : 0;
    return lines < TEXT_ROWS_MAX ? lines : TEXT_ROWS_MAX;
}

static int text_air(int lines, const struct canvas *cv)
{
    return lines && cv->rows >= TALL_ROWS ? 1 : 0;
}

int caption_own_rows(const struct caption *c, const struct canvas *cv)
{
    const int lines = text_lines(c, cv), rows = lines + 2 * text_air(lines, cv) + 1;
    return cv->rows - rows >= STAGE_ROWS_MIN ? rows : 0;
}

/* On a small screen it is over the panes, above the footer. */
void caption_draw(const struct caption *c, struct canvas *cv)
{
    const int lines = text_lines(c, cv), air = text_air(lines, cv), below = caption_own_rows(c, cv) ? 0 : 1;
    int rows = lines + 2 * air + 1;
    if (rows > cv->rows - below) rows = cv->rows - below;
    if (rows <= 0) return;
    struct canvas band = canvas_sub(cv, cv->rows - below - rows, 0, rows, cv->cols);
    canvas_fill(&band, 0, 0, rows, band.cols, ROLE_DEMO, ' ');
    draw_text(&band, air, lines, c->text);
    draw_state(c, &band);
}
