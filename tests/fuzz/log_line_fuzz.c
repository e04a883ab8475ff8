/* log_line_fuzz.c - any bytes as a log line: what comes out is safe, and of one line. */
#include "backends/base/log_line.h"
#include "backends/base/text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    uint64_t ns;
    size_t at = 0;
    if (log_stamp_parse(bytes, size, &ns, &at) && at > size) abort();
    char *text = log_text_clean(bytes + at, size - at);
    if (!text_is_safe(text, strlen(text), TEXT_ONE_LINE)) abort();
    free(text);
    return 0;
}
