/* gcs_key_parse.c - see gcs_key_parse.h. */
#include "backends/redis/gcs_key_parse.h"

#include "backends/base/mem.h"

#include <string.h>

static const char *const words[GCS_TABLES] = {"NODE", "ACTOR", "JOB", "WORKERS", "PLACEMENT_GROUP", "KV"};

const char *gcs_table_word(enum gcs_table table)
{
    return (size_t)table < ARRAY_LEN(words) ? words[table] : NULL;
}

bool gcs_span_is(struct gcs_span span, const char *text)
{
    return span.len == strlen(text) && memcmp(span.at, text, span.len) == 0;
}

enum gcs_table gcs_table_of(struct gcs_span name)
{
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (gcs_span_is(name, words[i])) return (enum gcs_table)i;
    return GCS_OTHER;
}

bool gcs_table_has_records(enum gcs_table table)
{
    return table < GCS_KV;
}

/* Table names are upper case words; the only other one is JobCounter, a string beside them. */
static bool is_table_name(const char *name, size_t len)
{
    if (len == 0 || len > GCS_NAME_MAX) return false;
    for (size_t i = 0; i < len; i++)
        if (!((name[i] >= 'A' && name[i] <= 'Z') || name[i] == '_')) return false;
    return true;
}

bool gcs_key_split(const char *key, size_t len, struct gcs_span *ret_ns, struct gcs_span *ret_table)
{
    static const char prefix[] = "RAY";
    const size_t skip = sizeof prefix - 1;
    if (len <= skip || memcmp(key, prefix, skip) != 0) return false;
    const char *at = memrchr(key + skip, '@', len - skip);
    if (!at || (size_t)(at - key) == skip || (size_t)(at - key) - skip > GCS_NAME_MAX) return false;
    const size_t table_len = len - (size_t)(at + 1 - key);
    if (!is_table_name(at + 1, table_len)) return false;
    *ret_ns = (struct gcs_span){key + skip, (size_t)(at - key) - skip};
    *ret_table = (struct gcs_span){at + 1, table_len};
    return true;
}

bool gcs_field_split(struct gcs_span ns, const char *field, size_t len, struct gcs_span *ret_table,
                     struct gcs_span *ret_id)
{
    if (len <= ns.len || memcmp(field, ns.at, ns.len) != 0 || field[ns.len] != '@') return false;
    const char *table = field + ns.len + 1;
    const size_t rest = len - ns.len - 1;
    const char *colon = memchr(table, ':', rest);
    if (!colon) return false;
    const size_t table_len = (size_t)(colon - table);
    if (table_len > 0 && !is_table_name(table, table_len)) return false;
    *ret_table = (struct gcs_span){table, table_len};
    *ret_id = (struct gcs_span){colon + 1, rest - table_len - 1};
    return true;
}

void gcs_kv_split(const char *field, size_t len, struct gcs_span *ret_space, struct gcs_span *ret_name)
{
    static const char prefix[] = "@namespace_";
    const size_t skip = sizeof prefix - 1;
    *ret_space = (struct gcs_span){field, 0};
    *ret_name = (struct gcs_span){field, len};
    if (len <= skip || memcmp(field, prefix, skip) != 0) return;
    const char *colon = memchr(field + skip, ':', len - skip);
    if (!colon) return;
    *ret_space = (struct gcs_span){field + skip, (size_t)(colon - field) - skip};
    *ret_name = (struct gcs_span){colon + 1, len - (size_t)(colon + 1 - field)};
}

bool gcs_checkpoint_name(const char *field, size_t len, struct gcs_span *ret_name)
{
    static const char front[] = "ray-serve-", middle[] = "-serve-", back[] = "-checkpoint";
    const size_t front_len = sizeof front - 1, middle_len = sizeof middle - 1, back_len = sizeof back - 1;
    struct gcs_span space, name;
    gcs_kv_split(field, len, &space, &name);
    if (!gcs_span_is(space, "serve") || name.len <= front_len + back_len) return false;
    if (memcmp(name.at, front, front_len) != 0) return false;
    if (memcmp(name.at + name.len - back_len, back, back_len) != 0) return false;
    /* between them: the Serve controller's Ray namespace, then "-serve-", then what we want; the last one counts */
    const char *from = name.at + front_len - 1, *end = name.at + name.len - back_len, *found = NULL;
    for (const char *at = from; (size_t)(end - at) > middle_len; at++) {
        const char *hit = memmem(at, (size_t)(end - at), middle, middle_len);
        if (!hit) break;
        found = at = hit;
    }
    if (!found || found + middle_len >= end) return false;
    *ret_name = (struct gcs_span){found + middle_len, (size_t)(end - found) - middle_len};
    return true;
}
