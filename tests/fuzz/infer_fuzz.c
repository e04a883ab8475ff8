/* infer_fuzz.c - the body of an answer to /infer; what comes out is safe to draw. */
#include "backends/base/text.h"
#include "backends/serve/infer_parse.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *answer = NULL;
    struct why why = {0};
    if (infer_parse((const char *)data, size, &answer, &why) == ERR_OK) {
        if (!text_is_safe(answer, strlen(answer), TEXT_KEEP_LINES)) abort();
        free(answer);
    }
    return 0;
}
