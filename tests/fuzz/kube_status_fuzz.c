/* kube_status_fuzz.c - the body of a refusal. */
#include "backends/base/text.h"
#include "backends/kube/status_parse.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct why why = {0};
    if (size < 1) return 0;
    status_parse(400 + data[0], (const char *)data + 1, size - 1, &why);
    if (!text_is_safe(why.text, strlen(why.text), TEXT_ONE_LINE)) abort();
    return 0;
}
