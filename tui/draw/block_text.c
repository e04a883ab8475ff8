/* block_text.c - big letters out of filled cells. */
#include "tui/draw/block_text.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <string.h>

enum { DOT_ROWS = 5, FULL = 0x2588, UPPER = 0x2580, LOWER = 0x2584 };

struct letter {
    char name;
    const char *row[DOT_ROWS];
};

static const struct letter letters[] = {
#define GLYPH(name, a, b, c, d, e) {name, {a, b, c, d, e}},
#include "tui/draw/block_text.def"
#undef GLYPH
};

static const struct {
    int rows, dot_rows, dot_cols; /* of the whole text; of a dot */
} sizes[] = {[BLOCK_NONE] = {0, 0, 0},
             [BLOCK_HALF] = {3, 0, 1},
             [BLOCK_TALL] = {5, 1, 1},
             [BLOCK_SQUARE] = {5, 1, 2},
             [BLOCK_DOUBLE] = {10, 2, 4}};

static bool is_dash(uint32_t cp)
{
    return cp == '-' || (cp >= 0x2010 && cp <= 0x2015) || cp == 0x2212;
}

static const struct letter *letter_of(uint32_t cp)
{
    if (is_dash(cp)) cp = '-';
    if (cp >= 'a' && cp <= 'z') cp = cp - 'a' + 'A';
    for (size_t i = 0; i < ARRAY_LEN(letters); i++)
        if ((uint32_t)letters[i].name == cp) return &letters[i];
    return letter_of('?');
}

/* The letter at the beginning of the text, and where the next one begins. */
static const struct letter *letter_next(const char **text)
{
    const size_t len = strlen(*text);
    uint32_t cp = '?';
    const size_t used = text_decode(*text, len, &cp);
    *text += used ? used : 1;
    return letter_of(cp);
}

int block_text_rows(enum block_size size)
{
    return sizes[size].rows;
}

int block_text_cols(const char *text, enum block_size size)
{
    int dots = 0;
    while (*text) dots += (int)strlen(letter_next(&text)->row[0]) + (*text != '\0');
    return dots * sizes[size].dot_cols;
}

enum block_size block_text_fit(const char *text, int rows, int cols, enum block_size most, bool ascii)
{
    for (enum block_size size = most; size > BLOCK_NONE; size--)
        if (!(ascii && size == BLOCK_HALF) && block_text_rows(size) <= rows && block_text_cols(text, size) <= cols)
            return size;
    return BLOCK_NONE;
}

static void letter_draw(struct canvas *cv, int row, int col, enum role role, const struct letter *l,
                        enum block_size size)
{
    const int high = sizes[size].dot_rows, wide = sizes[size].dot_cols;
    for (int r = 0; r < DOT_ROWS; r++)
        for (int k = 0; l->row[r][k]; k++)
            if (l->row[r][k] == '#') canvas_fill(cv, row + r * high, col + k * wide, high, wide, role, FULL);
}

static void letter_draw_half(struct canvas *cv, int row, int col, enum role role, const struct letter *l)
{
    for (int r = 0; r < DOT_ROWS; r += 2)
        for (int k = 0; l->row[r][k]; k++) {
            const bool upper = l->row[r][k] == '#', lower = r + 1 < DOT_ROWS && l->row[r + 1][k] == '#';
            if (upper || lower)
                canvas_fill(cv, row + r / 2, col + k, 1, 1, role, upper && lower ? FULL : upper ? UPPER : LOWER);
        }
}

void block_text_draw(struct canvas *cv, int row, int col, enum role role, const char *text, enum block_size size)
{
    while (*text && size != BLOCK_NONE) {
        const struct letter *l = letter_next(&text);
        if (size == BLOCK_HALF)
            letter_draw_half(cv, row, col, role, l);
        else
            letter_draw(cv, row, col, role, l, size);
        col += ((int)strlen(l->row[0]) + 1) * sizes[size].dot_cols;
    }
}
