/* conflict_fuzz.c - a Status of a refused apply, whatever its bytes. */
#include "deploy/conflict_parse.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct conflicts c;
    struct why why = {0};
    if (conflict_parse((const char *)data, size, &c) == ERR_OK) conflicts_words(&c, &why);
    return 0;
}
