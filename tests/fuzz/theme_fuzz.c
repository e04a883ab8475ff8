/* theme_fuzz.c - Theme files: whatever they hold, colours are in range and names are safe. */
#include "tui/term/theme.h"

#include "backends/base/text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct theme t;
    struct why why = {0};
    if (theme_parse("theme", (const char *)data, size, &t, &why)) {
        if (!text_is_safe(why.text, strlen(why.text), TEXT_ONE_LINE)) abort();
        return 0;
    }
    if (!text_is_safe(t.name, strlen(t.name), TEXT_ONE_LINE)) abort();
    for (int i = 0; i < ROLE_COUNT; i++)
        for (int colors = 8; colors <= 256; colors *= colors == 8 ? 2 : 16) {
            int fg = theme_nearest(t.look[i].fg, colors), bg = theme_nearest(t.look[i].bg, colors);
            if (fg < -1 || fg >= colors || bg < -1 || bg >= colors) abort();
        }
    return 0;
}
