/* wrap_fuzz.c - Safe text in lines of any width: nothing but blanks is lost, no line is too long, and what is drawn is
 * what was counted. */
#include "backends/base/text.h"
#include "tui/draw/wrap.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_blank(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!strchr(" \t\n", text[i])) abort();
}

static int text_columns(const char *text, size_t len)
{
    char *line = strndup(text, len);
    size_t tabs = 0;
    for (size_t i = 0; i < len; i++)
        if (line[i] == '\t') line[i] = ' ', tabs++;
    int width = (int)text_width(line);
    free(line);
    return width;
}

static void check_lines(const char *text, int width)
{
    int lines = 0;
    for (size_t next; *text; text += next, lines++) {
        size_t len = wrap_line(text, width, &next);
        if (next == 0 || len > next) abort();
        if (((unsigned char)text[next] & 0xC0) == 0x80) abort();
        check_blank(text + len, next - len);
        if (text_columns(text, len) > (width > 2 ? width : 2)) abort(); /* one character may be wider than its place */
    }
    (void)lines;
}

static void check_drawn(const char *text, int rows, int cols, int skip)
{
    struct canvas cv;
    canvas_init(&cv, rows, cols);
    int all = wrap_height(text, cols), hung = wrap_hang_height(text, cols);
    int left = all > skip ? all - skip : 0, left_hung = hung > skip ? hung - skip : 0;
    if (wrap_draw(&cv, 0, 0, ROLE_TEXT, text, skip) != (left < rows ? left : rows)) abort();
    if (wrap_hang_draw(&cv, 0, 0, ROLE_TEXT, text, skip) != (left_hung < rows ? left_hung : rows)) abort();
    canvas_done(&cv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3) return 0;
    char *text = text_safe((const char *)data + 3, size - 3, TEXT_KEEP_LINES, 4 * size);
    int cols = 1 + data[0] % 120;
    check_lines(text, cols);
    check_drawn(text, 1 + data[1] % 50, cols, data[2] % 8);
    free(text);
    return 0;
}
