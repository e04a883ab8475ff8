/* json_fuzz.c - Fuzz target: JSON. */
#include "backends/base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a tree promises: it is shallow, its strings are UTF-8 without NUL, its numbers finite; written out it is read
 * again. */
static void json_check(const cJSON *item, unsigned depth)
{
    if (depth > JSON_DEPTH + 1) abort();
    if (cJSON_IsNumber(item) && !isfinite(item->valuedouble)) abort();
    JSON_EACH (child, item) json_check(child, depth + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* A copy of just the size: a byte read behind it is seen. */
    char *text = malloc(size ? size : 1);
    cJSON *tree = NULL;
    struct why why;

    if (size) memcpy(text, data, size);
    bool shown = json_parse_shown(text, size, &tree, &why) == ERR_OK;
    if (shown) json_check(tree, 1);
    cJSON_Delete(tree);
    tree = NULL;
    if (json_parse(text, size, &tree, &why) == ERR_OK) {
        if (!shown) abort();
        json_check(tree, 1);
        (void)json_u64(tree, "a");
        (void)json_path(tree, "a.b.c");
        char *again = cJSON_PrintUnformatted(tree);
        cJSON *second = NULL;
        if (again && json_parse(again, strlen(again), &second, &why) != ERR_OK) abort();
        cJSON_Delete(second);
        cJSON_free(again);
        cJSON_Delete(tree);
    }
    free(text);
    return 0;
}
