/* json_prune_fuzz.c - what is JSON stays JSON, with just the named members' values gone. */
#include "backends/base/json.h"
#include "backends/kube/json_prune.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = {"managedFields", "a", "volumes", NULL};

static bool is_named(const char *name)
{
    for (size_t i = 0; names[i]; i++)
        if (strcmp(names[i], name) == 0) return true;
    return false;
}

/* less is whole without the values of named members; one whose name was written with escapes may have kept its own. */
static void compare_pruned(const cJSON *whole, const cJSON *less)
{
    const cJSON *b = less->child;
    for (const cJSON *a = whole->child; a; a = a->next, b = b->next) {
        if (!b || !a->string != !b->string || (a->string && strcmp(a->string, b->string) != 0)) abort();
        if (a->string && is_named(a->string) && cJSON_IsNull(b)) continue;
        if (a->type != b->type || a->valuedouble < b->valuedouble || a->valuedouble > b->valuedouble) abort();
        if (a->valuestring && strcmp(a->valuestring, b->valuestring) != 0) abort();
        compare_pruned(a, b);
    }
    if (b) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size ? size : 1); /* just the size: a byte read behind it is seen */
    cJSON *whole = NULL, *less = NULL;
    size_t len = 0;
    if (size) memcpy(text, data, size);
    char *pruned = json_prune(text, size, names, &len);
    if (len > 2 * size || pruned[len] != '\0') abort();
    if (json_parse(text, size, &whole, NULL) == ERR_OK) {
        if (json_parse(pruned, len, &less, NULL) != ERR_OK) abort();
        compare_pruned(whole, less);
        cJSON_Delete(less);
        cJSON_Delete(whole);
    }
    free(pruned);
    free(text);
    return 0;
}
