/* text_fuzz.c - Fuzz target: text made safe. */
#include "backends/base/stamp.h"
#include "backends/base/text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_safe(const char *foreign, size_t len, enum text_keep keep, size_t max)
{
    char *safe = text_safe(foreign, len, keep, max);
    size_t n = strlen(safe);

    if (n > max || !text_is_safe(safe, n, keep)) abort();
    if (text_width(safe) > n) abort();
    free(safe);
}

/* The first byte says how much room there is. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    const char *text = (const char *)data + 1;
    size_t len = size - 1;
    struct buf b;

    check_safe(text, len, TEXT_ONE_LINE, data[0]);
    check_safe(text, len, TEXT_KEEP_LINES, data[0]);
    check_safe(text, len, TEXT_KEEP_LINES, 4 * len);
    buf_init(&b, 4096);
    if (text_base64_decode(text, len, &b) == ERR_OK && b.len > len) abort();
    buf_done(&b);

    char *copy = text_safe(text, len, TEXT_ONE_LINE, 4 * len);
    uint64_t ms;
    char out[STAMP_TEXT_MAX];
    if (stamp_parse(copy, &ms) == ERR_OK) stamp_iso(out, ms);
    if (stamp_parse_http(copy, &ms) == ERR_OK) stamp_iso(out, ms);
    (void)text_looks_secret(copy, copy);
    free(copy);
    return 0;
}
