/* gcs_fuzz.c - Keys, fields and values of the GCS. The bytes are a field's name up to the first newline, and its value.
 */
#include "backends/redis/gcs_parse.h"
#include "backends/redis/gcs_text.h"

#include "backends/base/mem.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void parse_value(struct gcs_span value)
{
    const struct gcs_place place = {"ns", GCS_SINCE_PREPARED};
    for (int table = 0; table < GCS_KV; table++) {
        struct record *record = NULL;
        const struct gcs_span id = {"\x01\xff", 2};
        if (gcs_parse((enum gcs_table)table, &place, id, value, &record, NULL) == ERR_OK) record_free(record);
    }
    (void)gcs_heartbeat(value);
    char *version = gcs_ray_version(value);
    (void)gcs_age_of(version);
    free(version);
    char *text = mem_strn(value.at, value.len);
    char *last = gcs_last_line(text);
    free(last);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    const char *end = size ? memchr(bytes, '\n', size) : NULL;
    const size_t len = end ? (size_t)(end - bytes) : size;
    struct gcs_span one, two;
    (void)gcs_key_split(bytes, len, &one, &two);
    (void)gcs_field_split((struct gcs_span){"ns", 2}, bytes, len, &one, &two);
    gcs_kv_split(bytes, len, &one, &two);
    (void)gcs_checkpoint_name(bytes, len, &one);
    free(gcs_field_name(GCS_KV, (struct gcs_span){bytes, len}));
    free(gcs_field_name(GCS_OTHER, (struct gcs_span){bytes, len}));
    parse_value((struct gcs_span){bytes, size});
    return 0;
}
