/* json_text.c - prints JSON that is safe on a terminal, and as a whole is still JSON; see json.h. */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <stdlib.h>
#include <string.h>

enum { SURROGATES = 0x10000, REPLACEMENT = 0xFFFD, PRINT_MAX = 1024 * 1024 * 1024 };

static void escape_add(struct buf *out, uint32_t cp)
{
    if (cp >= SURROGATES) {
        (void)buf_printf(out, "\\u%04x", 0xD7C0u + (cp >> 10));
        cp = 0xDC00u + (cp & 0x3FFu);
    }
    (void)buf_printf(out, "\\u%04x", cp);
}

/* Outside of strings JSON is ASCII, so that an escape always stands in a string. Combining marks stay safe as escapes
 * too: of too many, text_safe would drop some. */
char *json_text(const cJSON *root)
{
    char *text = cJSON_Print(root);
    struct buf out;

    if (!text) mem_exhausted();
    buf_init(&out, PRINT_MAX);
    for (size_t at = 0, len = strlen(text); at < len;) {
        uint32_t cp;
        const size_t n = text_decode(text + at, len - at, &cp);
        if (cp == TEXT_INVALID)
            escape_add(&out, REPLACEMENT);
        else if (cp == '\n' || cp == '\t' || text_cp_width(cp) > 0)
            (void)buf_add(&out, text + at, n);
        else
            escape_add(&out, cp);
        at += n;
    }
    free(text);
    return buf_take(&out);
}
