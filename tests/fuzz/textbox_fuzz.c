/* textbox_fuzz.c - Keys and pastes into a text box: the text stays safe and within its room, the cursor between two
 * characters of it, and both can be drawn in any place. */
#include "backends/base/text.h"
#include "tui/draw/textbox.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_box(const struct textbox *tb)
{
    if (tb->len >= TEXTBOX_MAX || tb->cursor > tb->len || tb->text[tb->len] != '\0' || strlen(tb->text) != tb->len)
        abort();
    if (!text_is_safe(tb->text, tb->len, tb->lines ? TEXT_KEEP_LINES : TEXT_ONE_LINE)) abort();
    if (((unsigned char)tb->text[tb->cursor] & 0xC0) == 0x80) abort();
    if (strnlen(tb->cut, TEXTBOX_MAX) == TEXTBOX_MAX) abort();
}

static void check_drawn(const struct textbox *tb, int rows, int cols)
{
    struct canvas cv;
    canvas_init(&cv, rows, cols);
    textbox_draw(tb, &cv, rows / 2, 1, cols - 1, ROLE_TEXT);
    if (cv.cursor->row >= rows || cv.cursor->col > cols) abort();
    textbox_draw_lines(tb, &cv, 0, 0, rows, cols, ROLE_TEXT);
    if (cv.cursor->row >= rows || cv.cursor->col > cols) abort();
    if (textbox_rows(tb, cols) < 1) abort();
    canvas_done(&cv);
}

/* A key of two bytes, or a paste of as many as the second says. Returns how many bytes it took. */
static size_t textbox_feed(struct textbox *tb, const uint8_t *at, size_t left)
{
    static const uint32_t keys[] = {
        KEYP_LEFT,  KEYP_RIGHT, KEYP_HOME, KEYP_END, KEYP_UP, KEYP_DOWN, KEYP_DELETE, 'a', KEYP_BACKSPACE,
        KEYP_ENTER, 'w',        'u',       'k',      'y',     'b',       'f',         'd', 'j',
        0x301,      0x65E5,     0x1F600};
    struct input in = {.type = INPUT_KEY};
    if (left < 2) return left;
    if (at[0] >= 0xF0) {
        size_t len = left - 2 < at[1] ? left - 2 : at[1];
        char *paste = text_safe((const char *)at + 2, len, TEXT_KEEP_LINES, INPUT_PASTE_MAX);
        in = (struct input){.type = INPUT_PASTE, .paste = paste, .paste_len = strlen(paste)};
        (void)textbox_input(tb, &in);
        free(paste);
        return 2 + len;
    }
    in.mods = at[0] % 8;
    in.key = at[0] < 0x80 ? keys[at[1] % (sizeof keys / sizeof keys[0])] : ' ' + at[1] % 95u;
    (void)textbox_input(tb, &in);
    return 2;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct textbox tb;
    if (size < 3) return 0;
    tb.cut[0] = '\0';
    tb.lines = data[0] & 1;
    textbox_clear(&tb);
    for (size_t i = 3; i < size;) {
        i += textbox_feed(&tb, data + i, size - i);
        check_box(&tb);
    }
    check_drawn(&tb, 1 + data[1] % 20, 2 + data[2] % 100);
    return 0;
}
