/* conf_fuzz.c - Fuzz target: config.yaml. */
#include "backends/conf.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct conf c;
    struct why why;

    conf_init(&c);
    if (conf_from_yaml(&c, "fuzz", (const char *)data, size, &why) != ERR_OK && strncmp(why.text, "fuzz:", 5) != 0)
        abort();
    if (c.neurons > CONF_NEURONS || c.context_count > CONF_CONTEXTS) abort();
    (void)conf_mark_of(&c, &(struct conf_cluster){"demo", "https://demo", "sha256:00"});
    conf_done(&c);
    return 0;
}
