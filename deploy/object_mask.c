/* object_mask.c - masks the secrets of an object. */
#include "backends/base/mask.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/object_text.h"

#include <stdlib.h>
#include <string.h>

static const char masked[] = "•••";

/* Names that refer to where a secret is kept, as "secretName" and the "key" of a secretKeyRef do. */
static bool is_reference(const char *name)
{
    static const char *const ends[] = {"name", "key", "path", "ref", "policy", "class"};
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        if (text_ends_nocase(name, ends[i])) return true;
    return false;
}

static void text_mask(cJSON *item, const char *name)
{
    const char *text = item->valuestring;
    if (name && text_looks_secret(name, text)) {
        cJSON_SetValuestring(item, masked);
        return;
    }
    char *safe = mask_text(text, strlen(text), TEXT_KEEP_LINES, OBJECT_TEXT_MAX);
    if (strcmp(safe, text) != 0) cJSON_SetValuestring(item, safe);
    free(safe);
}

static void all_mask(cJSON *map)
{
    for (cJSON *item = map ? map->child : NULL; item; item = item->next)
        if (cJSON_IsString(item)) cJSON_SetValuestring(item, masked);
}

/* of: the tree's own name; NULL: none. */
static void tree_mask(cJSON *tree, const char *of)
{
    /* The value of a pair, as of an environment, is named by the name beside it, else by what it is the value of. */
    const char *pair = json_str(tree, "name") ? json_str(tree, "name") : of;
    for (cJSON *item = tree->child; item; item = item->next) {
        if (item->string && (strcmp(item->string, "secretKeyRef") == 0 || strcmp(item->string, "configMapKeyRef") == 0))
            continue;
        if (!cJSON_IsString(item)) {
            tree_mask(item, item->string ? item->string : of);
            continue;
        }
        const char *name = item->string;
        if (pair && name && strcmp(name, "value") == 0) name = pair;
        text_mask(item, name && name == item->string && is_reference(name) ? NULL : name);
    }
}

void object_mask(cJSON *object)
{
    cJSON *meta = json_member(object, "metadata"), *notes = json_member(meta, "annotations");
    const char *kind = json_str(object, "kind");
    if (meta) cJSON_DeleteItemFromObjectCaseSensitive(meta, "managedFields");
    if (notes) cJSON_DeleteItemFromObjectCaseSensitive(notes, "kubectl.kubernetes.io/last-applied-configuration");
    if (kind && strcmp(kind, "Secret") == 0) {
        all_mask(json_member(object, "data"));
        all_mask(json_member(object, "stringData"));
        return;
    }
    tree_mask(object, NULL);
}
