/* redis_text_fuzz.c - URL, INFO and CLIENT LIST: what a person and a server may say in text. */
#include "backends/base/mem.h"
#include "backends/base/redis_url.h"
#include "backends/redis/clients_parse.h"
#include "backends/redis/info_parse.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    char *text = mem_strn(bytes, size);
    struct redis_url url;
    if (redis_url_parse(text, &url, NULL) == ERR_OK) redis_url_done(&url);
    free(text);

    struct redis *r = record_new(TABLE_REDIS, "redis");
    info_parse(bytes, size, r);
    (void)info_version_number(r->version);
    record_free(&r->record);

    static const char *const heads[] = {"10.77.0.1"};
    static const uint64_t own[] = {44};
    struct clients_sum sum;
    clients_parse(bytes, size, &(struct clients_ask){.heads = heads, .head_count = 1, .own_ids = own, .own_count = 1},
                  &sum);
    clients_parse(bytes, size, &(struct clients_ask){0}, &sum);
    return 0;
}
