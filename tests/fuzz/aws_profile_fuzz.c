/* aws_profile_fuzz.c - the shared files, as both kinds. */
#include "backends/aws/profile_parse.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct profiles p = {0};
    struct why why = {0};

    (void)profiles_parse(&p, PROFILE_CREDENTIALS, "credentials", (const char *)data, size, &why);
    (void)profiles_parse(&p, PROFILE_CONFIG, "config", (const char *)data, size, &why);
    if (p.count > PROFILE_VALUES) abort();
    const char *region = profiles_get(&p, "default", "region");
    if (region && (!*region || !profiles_has(&p, "default"))) abort();
    profiles_done(&p);
    return 0;
}
