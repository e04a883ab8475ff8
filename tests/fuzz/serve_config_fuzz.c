/* serve_config_fuzz.c - Any serveConfigV2: a malformed one changes nothing, and what comes of another is safe text,
 * once each. */
#include "backends/base/text.h"
#include "backends/kube/serve_config_parse.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text)
{
    if (text && !text_is_safe(text, strlen(text), TEXT_ONE_LINE)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rayservice *r = record_new(TABLE_RAYSERVICE, "u");
    struct record *before = record_copy(&r->record);
    struct why why = {0};
    if (serve_config_parse((const char *)data, size, r, &why) != ERR_OK) {
        if (!record_equal(before, &r->record) || !*why.text) abort();
    } else {
        check_text(r->route_prefix);
        size_t count = r->deployments_count;
        for (size_t i = 0; i < count; i++) {
            check_text(r->deployments[i].app);
            check_text(r->deployments[i].name);
        }
        /* Read again, it adds nothing. */
        if (serve_config_parse((const char *)data, size, r, &why) != ERR_OK || r->deployments_count != count) abort();
    }
    record_free(before);
    record_free(&r->record);
    return 0;
}
