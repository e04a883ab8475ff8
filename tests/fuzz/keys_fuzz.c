/* keys_fuzz.c - Bytes from a terminal: in any pieces they give only keys that exist and pastes of safe text. */
#include "tui/term/keys_parse.h"

#include "backends/base/text.h"

#include <stdlib.h>

static void input_check(void *arg, const struct input *in)
{
    char name[16];
    (void)arg;
    if (in->type == INPUT_PASTE &&
        (in->paste_len > INPUT_PASTE_MAX || !text_is_safe(in->paste, in->paste_len, TEXT_KEEP_LINES)))
        abort();
    if (in->type == INPUT_MOUSE && (in->row < 0 || in->col < 0 || in->row > 10000 || in->col > 10000)) abort();
    if (in->type != INPUT_KEY) return;
    if (in->key > KEYP_F12 || in->key == KEY__FIRST || (in->key < KEY__FIRST && text_cp_width(in->key) < 0)) abort();
    key_text(in, name);
    if (!text_is_safe(name, __builtin_strlen(name), TEXT_ONE_LINE)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct keys *k = keys_new(input_check, NULL);
    size_t step = size > 0 ? data[0] % 16 + 1u : 1;
    for (size_t i = 0; i < size; i += step) {
        keys_feed(k, (const char *)data + i, size - i < step ? size - i : step);
        if (data[i] & 1) keys_timeout(k);
    }
    keys_free(k);
    return 0;
}
