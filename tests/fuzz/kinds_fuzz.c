/* kinds_fuzz.c - Any object as each of Kubernetes' kinds: whatever a parser takes from it is safe text, and can be
 * written and read.
 */
#include "backends/base/text.h"
#include "backends/kube/kinds_parse.h"
#include "backends/kube/kube_parse.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_safe(const cJSON *value)
{
    if (cJSON_IsString(value) && !text_is_safe(value->valuestring, strlen(value->valuestring), TEXT_KEEP_LINES))
        abort();
    JSON_EACH (child, value) check_safe(child);
}

static void check_record(const struct record *r)
{
    cJSON *json = record_to_json(r, RECORD_LEAVE_OUT);
    struct record *again = NULL;
    struct why why = {0};
    check_safe(json);
    if (record_from_json(json, &again, &why) != ERR_OK || !record_equal(r, again)) abort();
    record_free(again);
    cJSON_Delete(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum table kinds[] = {TABLE_POD,   TABLE_RAYSERVICE, TABLE_RAYCLUSTER, TABLE_KNODE,
                                       TABLE_EVENT, TABLE_SLICE,      TABLE_INGRESS};
    cJSON *root = NULL;
    if (json_parse_shown((const char *)data, size, &root, NULL) != ERR_OK) return 0;
    if (cJSON_IsObject(root)) {
        cJSON *meta = cJSON_GetObjectItemCaseSensitive(root, "metadata");
        if (cJSON_IsObject(meta) && !json_get(meta, "uid")) cJSON_AddStringToObject(meta, "uid", "u");
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct record *r = NULL;
        if (kube_parse_object(kinds[i], root, &r, NULL) != ERR_OK) continue;
        check_record(r);
        record_free(r);
    }
    cJSON_Delete(root);
    return 0;
}
