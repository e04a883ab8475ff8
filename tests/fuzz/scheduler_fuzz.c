/* scheduler_fuzz.c - the scheduler's sentence, as any event or condition may word it. */
#include "backends/base/mem.h"
#include "deploy/scheduler_parse.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct scheduler_words words;
    char *text = mem_strn((const char *)data, size);
    (void)scheduler_parse(text, &words);
    free(text);
    return 0;
}
