/* canvas_svg.c - see canvas_svg.h. */
#include "tui/canvas_svg.h"

#include "backends/base/text.h"
#include "backends/base/xml.h"
#include "tui/term/palette.h"

#include <stdio.h>

enum {
    CELL_W = 8,
    CELL_H = 17,
    BASE = 13,
    MARGIN = 8,
    EIGHTHS = 8,
    BAR_H = CELL_H - 3 /* rows of bars do not touch */
};

/* ---- colours ---------------------------------------------------------------------------------------------------- */

struct page {
    int32_t paper, text;
};
static const struct page white = {0xffffff, 0x1f2328}, black = {0x0d1117, 0xf0f6fc};

/* Of the sixteen colours, which every terminal sets up otherwise: what is read well on a dark page. */
static int32_t rgb_of(int32_t color, int32_t otherwise)
{
    static const int32_t first16[16] = {0x484f58, 0xff7b72, 0x3fb950, 0xd29922, 0x58a6ff, 0xbc8cff, 0x39c5cf, 0xb1bac4,
                                        0x6e7681, 0xffa198, 0x56d364, 0xe3b341, 0x79c0ff, 0xd2a8ff, 0x56d4dd, 0xffffff};
    if (color == COLOR_DEFAULT) return otherwise;
    if (color & COLOR_RGB) return color & 0xffffff;
    return color < 16 ? first16[color] : palette_rgb(color);
}

static struct page page_of(const struct theme *t, const struct page *otherwise)
{
    const struct look *look = &t->look[ROLE_TEXT];
    return (struct page){rgb_of(look->bg, otherwise->paper), rgb_of(look->fg, otherwise->text)};
}

/* Of a cell: what is written, and what is behind it. */
static struct page inks_of(const struct look *look, const struct page *page)
{
    const int32_t fg = rgb_of(look->fg, page->text), bg = rgb_of(look->bg, page->paper);
    return look->reverse ? (struct page){.paper = fg, .text = bg} : (struct page){.paper = bg, .text = fg};
}

static void look_add(struct buf *out, enum role role, const struct look *look, const struct page *page)
{
    const struct page inks = inks_of(look, page);
    const char *name = role_name(role);
    buf_printf(out, ".%s{fill:#%06x", name, (unsigned)inks.text);
    if (look->bold) buf_str(out, ";font-weight:bold");
    if (look->italic) buf_str(out, ";font-style:italic");
    if (look->underline) buf_str(out, ";text-decoration:underline");
    if (look->dim) buf_str(out, ";opacity:.7");
    buf_char(out, '}');
    if (inks.paper != page->paper) buf_printf(out, ".on-%s{fill:#%06x}", name, (unsigned)inks.paper);
    buf_char(out, '\n');
}

/* Rules of the roles that are drawn. */
static void theme_add(struct buf *out, const struct theme *t, const struct page *otherwise, const bool used[ROLE_COUNT])
{
    const struct page page = page_of(t, otherwise);
    buf_printf(out, ".page{fill:#%06x}\n", (unsigned)page.paper);
    for (int role = 0; role < ROLE_COUNT; role++)
        if (used[role]) look_add(out, (enum role)role, &t->look[role], &page);
}

static void style_add(struct buf *out, const struct canvas *cv, const struct theme *light, const struct theme *dark)
{
    bool used[ROLE_COUNT] = {false};
    for (int row = 0; row < cv->rows; row++)
        for (int col = 0; col < cv->cols; col++) used[canvas_cell(cv, row, col)->role] = true;
    buf_str(out, "<style>\ntext{font:13px ui-monospace,Menlo,Consolas,monospace}.back{fill:none}\n");
    theme_add(out, light ? light : dark, light ? &white : &black, used);
    if (light && dark) {
        buf_str(out, "@media (prefers-color-scheme: dark){\n");
        theme_add(out, dark, &black, used);
        buf_str(out, "}\n");
    }
    buf_str(out, "</style>\n");
}

static bool has_paper(const struct theme *t, const struct page *otherwise, enum role role)
{
    const struct page page = t ? page_of(t, otherwise) : *otherwise;
    return t && inks_of(&t->look[role], &page).paper != page.paper;
}

/* ---- cells ------------------------------------------------------------------------------------------------------ */

static int left_of(int col)
{
    return MARGIN + col * CELL_W;
}

static int top_of(int row)
{
    return MARGIN + row * CELL_H;
}

static bool is_shape(uint32_t cp)
{
    return cp == 0x2500 || cp == 0x2502 || (cp >= 0x2581 && cp <= 0x258f) || cp == 0x2591;
}

/* Those of which several side by side are one. */
static bool is_wide(uint32_t cp)
{
    return cp != 0x2502 && (cp <= 0x2588 || cp == 0x2591);
}

/* Path data of a line, of the empty part of a bar, or of a bar that grows upwards or to the right, over n cells. */
static void shape_add(struct buf *out, uint32_t cp, int row, int col, int n)
{
    const int x = left_of(col), y = top_of(row), w = n * CELL_W;
    if (cp == 0x2500) {
        buf_printf(out, "M%d %dh%dv1h-%dz", x, y + CELL_H / 2, w, w);
    } else if (cp == 0x2502) {
        buf_printf(out, "M%d %dh1v%dh-1z", x + CELL_W / 2, y, CELL_H);
    } else if (cp == 0x2591) {
        buf_printf(out, "M%d %dh%dv2h-%dz", x, y + CELL_H / 2, w, w);
    } else if (cp <= 0x2588) {
        const int high = (int)(cp - 0x2580) * BAR_H / EIGHTHS;
        buf_printf(out, "M%d %dh%dv%dh-%dz", x, y + CELL_H - 1 - high, w, high, w);
    } else {
        const int wide = (int)(0x2590 - cp) * CELL_W / EIGHTHS;
        buf_printf(out, "M%d %dh%dv%dh-%dz", x, y + CELL_H - 1 - BAR_H, wide, BAR_H, wide);
    }
}

static void papers_add(struct buf *out, const struct canvas *cv, int row, const bool paper[ROLE_COUNT])
{
    for (int col = 0, end; col < cv->cols; col = end) {
        const unsigned char role = canvas_cell(cv, row, col)->role;
        end = canvas_role_end(cv, row, col);
        if (paper[role])
            buf_printf(out, "<rect class=\"back on-%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>",
                       role_name((enum role)role), left_of(col), top_of(row), (end - col) * CELL_W, CELL_H);
    }
}

static void shapes_add(struct buf *out, const struct canvas *cv, int row)
{
    for (int col = 0, end; col < cv->cols; col = end) {
        const int roles = canvas_role_end(cv, row, col);
        bool open = false;
        for (end = col; end < roles;) {
            const uint32_t cp = canvas_cell(cv, row, end)->cp;
            const int from = end++;
            if (!is_shape(cp)) continue;
            while (is_wide(cp) && end < roles && canvas_cell(cv, row, end)->cp == cp) end++;
            if (!open)
                buf_printf(out, "<path class=\"%s\" d=\"", role_name((enum role)canvas_cell(cv, row, col)->role));
            open = true;
            shape_add(out, cp, row, from, end - from);
        }
        if (open) buf_str(out, "\"/>");
    }
}

static bool is_written(const struct cell *cell)
{
    return cell->cp != ' ' && !is_shape(cell->cp);
}

static void cell_add(struct buf *out, const struct cell *cell)
{
    char text[4 * (CELL_MARKS + 1) + 1];
    size_t len = text_encode(cell->cp, text);
    if (cell->cp == 0) return;
    for (int i = 0; i < CELL_MARKS && cell->mark[i]; i++) len += text_encode(cell->mark[i], text + len);
    text[len] = '\0';
    xml_text(out, text);
}

/* Words of one role with single blanks between them are one run. */
static int words_end(const struct canvas *cv, int row, int col, int end)
{
    while (col < end &&
           (is_written(canvas_cell(cv, row, col)) ||
            (canvas_cell(cv, row, col)->cp == ' ' && col + 1 < end && is_written(canvas_cell(cv, row, col + 1)))))
        col++;
    return col;
}

static void words_add(struct buf *out, const struct canvas *cv, int row)
{
    bool open = false;
    for (int col = 0, end; col < cv->cols; col = end) {
        const struct cell *first = canvas_cell(cv, row, col);
        end = col + 1;
        if (!is_written(first) || first->cp == 0) continue;
        end = words_end(cv, row, col, canvas_role_end(cv, row, col));
        if (!open) buf_printf(out, "<text y=\"%d\">", top_of(row) + BASE);
        open = true;
        buf_printf(out, "<tspan class=\"%s\" x=\"%d\" textLength=\"%d\">", role_name((enum role)first->role),
                   left_of(col), (end - col) * CELL_W);
        for (int i = col; i < end; i++) cell_add(out, canvas_cell(cv, row, i));
        buf_str(out, "</tspan>");
    }
    if (open) buf_str(out, "</text>");
}

void canvas_svg(const struct canvas *cv, const char *title, const struct theme *light, const struct theme *dark,
                struct buf *out)
{
    const int width = 2 * MARGIN + cv->cols * CELL_W, height = 2 * MARGIN + cv->rows * CELL_H;
    bool paper[ROLE_COUNT];
    for (int role = 0; role < ROLE_COUNT; role++)
        paper[role] = has_paper(light, &white, (enum role)role) || has_paper(dark, &black, (enum role)role);
    buf_printf(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\">\n",
        width, height, width, height);
    buf_str(out, "<title>");
    xml_text(out, title);
    buf_str(out, "</title>\n");
    style_add(out, cv, light, dark);
    buf_printf(out, "<rect class=\"page\" width=\"%d\" height=\"%d\" rx=\"6\"/>\n", width, height);
    for (int row = 0; row < cv->rows; row++) {
        papers_add(out, cv, row, paper);
        shapes_add(out, cv, row);
        words_add(out, cv, row);
        buf_char(out, '\n');
    }
    buf_str(out, "</svg>\n");
}
