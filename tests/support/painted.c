/* painted.c - see painted.h. */
#include "tests/support/painted.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/link/file.h"
#include "tui/term/paint.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vterm.h>

#include <cmocka.h>

enum { LOOKS_MAX = 52, LOOK_MAX = 96, THEME_MAX = 64 * 1024, TEXT_MAX = 1 << 20 };

struct looks {
    char look[LOOKS_MAX][LOOK_MAX];
    size_t cells[LOOKS_MAX], count;
};

static void theme_load(const char *name, struct theme *ret)
{
    struct buf text;
    struct why why = {0};
    char *path = mem_printf("themes/%s.yaml", name);
    buf_init(&text, THEME_MAX);
    if (file_read(path, &text, &why) || theme_parse(path, buf_text(&text), text.len, ret, &why))
        fail_msg("%s", why.text);
    buf_done(&text);
    free(path);
}

static void color_words(const VTermColor *c, bool is_default, char out[16])
{
    if (is_default)
        snprintf(out, 16, "default");
    else if (VTERM_COLOR_IS_INDEXED(c))
        snprintf(out, 16, "n%u", (unsigned)c->indexed.idx);
    else
        snprintf(out, 16, "#%02x%02x%02x", (unsigned)c->rgb.red, (unsigned)c->rgb.green, (unsigned)c->rgb.blue);
}

static size_t look_index(struct looks *looks, const VTermScreenCell *cell)
{
    char look[LOOK_MAX], fg[16], bg[16];
    color_words(&cell->fg, VTERM_COLOR_IS_DEFAULT_FG(&cell->fg), fg);
    color_words(&cell->bg, VTERM_COLOR_IS_DEFAULT_BG(&cell->bg), bg);
    snprintf(look, sizeof look, "%s on %s%s%s%s%s", fg, bg, cell->attrs.bold ? ", bold" : "",
             cell->attrs.underline ? ", underline" : "", cell->attrs.reverse ? ", reverse" : "",
             cell->attrs.italic ? ", italic" : "");
    size_t i = 0;
    while (i < looks->count && strcmp(looks->look[i], look) != 0) i++;
    assert_true(i < LOOKS_MAX);
    if (i == looks->count) memcpy(looks->look[looks->count++], look, sizeof look);
    looks->cells[i]++;
    return i;
}

static char look_letter(size_t i)
{
    return (char)(i < 26 ? 'a' + (int)i : 'A' + (int)i - 26);
}

/* That of most cells comes first: it has no letter. */
static void looks_collect(VTermScreen *screen, int rows, int cols, struct looks *looks)
{
    VTermScreenCell cell;
    size_t most = 0;
    for (int at = 0; at < rows * cols; at++)
        if (vterm_screen_get_cell(screen, (VTermPos){at / cols, at % cols}, &cell)) (void)look_index(looks, &cell);
    for (size_t i = 0; i < looks->count; i++)
        if (looks->cells[i] > looks->cells[most]) most = i;
    char first[LOOK_MAX];
    memcpy(first, looks->look[0], LOOK_MAX);
    memcpy(looks->look[0], looks->look[most], LOOK_MAX);
    memcpy(looks->look[most], first, LOOK_MAX);
}

static void line_end(struct buf *out)
{
    while (out->len > 0 && out->data[out->len - 1] == ' ') out->data[--out->len] = '\0';
    (void)buf_char(out, '\n');
}

static void row_add(VTermScreen *screen, int row, int cols, struct looks *looks, struct buf *out)
{
    struct buf letters;
    buf_init(&letters, TEXT_MAX);
    for (int col = 0; col < cols; col++) {
        VTermScreenCell cell;
        char text[8];
        assert_true(vterm_screen_get_cell(screen, (VTermPos){row, col}, &cell));
        const size_t look = look_index(looks, &cell);
        const uint32_t cp = cell.chars[0];
        if (cp == UINT32_MAX) continue; /* the second half of a wide character */
        (void)buf_add(out, text, cp ? text_encode(cp, text) : (size_t)(text[0] = ' ', 1));
        for (int i = 0; i < (cell.width > 1 ? cell.width : 1); i++)
            (void)buf_char(&letters, look ? look_letter(look) : ' ');
    }
    line_end(out);
    line_end(&letters);
    if (letters.len > 1) (void)buf_add(out, letters.data, letters.len);
    buf_done(&letters);
}

static char *screen_text(VTermScreen *screen, int rows, int cols)
{
    struct looks *looks = mem_zero(1, sizeof *looks);
    struct buf out;
    buf_init(&out, TEXT_MAX);
    looks_collect(screen, rows, cols, looks);
    for (int row = 0; row < rows; row++) row_add(screen, row, cols, looks, &out);
    for (size_t i = 0; i < looks->count; i++)
        (void)buf_printf(&out, "%c %s\n", i ? look_letter(i) : ' ', looks->look[i]);
    free(looks);
    return buf_take(&out);
}

char *painted_text(const struct painted_terminal *terminal, const struct canvas *cv)
{
    struct theme theme;
    struct paint *p = NULL;
    struct buf bytes;
    struct why why = {0};
    assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
    VTerm *vt = vterm_new(cv->rows, cv->cols);
    VTermScreen *screen = vterm_obtain_screen(vt);
    vterm_set_utf8(vt, 1);
    vterm_screen_enable_altscreen(screen, 1);
    vterm_screen_reset(screen, 1);
    theme_load(terminal->theme, &theme);
    if (paint_open(&(struct paint_conf){.terminal = terminal->name,
                                        .rows = cv->rows,
                                        .cols = cv->cols,
                                        .mono = terminal->mono,
                                        .direct = terminal->direct,
                                        .theme = &theme},
                   &p, &why))
        fail_msg("%s", why.text);
    assert_int_equal(paint_colors(p), terminal->colors);
    buf_init(&bytes, PAINT_BYTES_MAX);
    paint_frame(p, cv, &bytes);
    vterm_input_write(vt, bytes.data, bytes.len);
    char *text = screen_text(screen, cv->rows, cv->cols);
    paint_free(p);
    buf_done(&bytes);
    vterm_free(vt);
    return text;
}
