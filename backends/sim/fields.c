/* fields.c - FieldsV1 sets: building, merging, conflicts, dropping. */
#include "backends/sim/fields.h"

#include "backends/base/json.h"
#include "backends/base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS = 2, PATH_LONGEST = 2048 };

/* Associative lists (x-kubernetes-list-type map) and their keys; all others are atomic. */
struct list_key {
    const char *list;
    const char *keys[KEYS];
    const char *fallback; /* default of an absent second key */
};
static const struct list_key keyed[] = {
    {"containers", {"name"}, NULL},
    {"initContainers", {"name"}, NULL},
    {"env", {"name"}, NULL},
    {"volumes", {"name"}, NULL},
    {"volumeMounts", {"mountPath"}, NULL},
    {"ports", {"containerPort", "protocol"}, "TCP"},
    {"ports", {"port", "protocol"}, "TCP"},
    {"imagePullSecrets", {"name"}, NULL},
    {"topologySpreadConstraints", {"topologyKey", "whenUnsatisfiable"}, NULL},
    {"ownerReferences", {"uid"}, NULL},
    {"conditions", {"type"}, NULL},
};
static const char *const sets[] = {"finalizers"};
/* Atomic maps. */
static const char *const atomic[] = {"nodeSelector", "selector", "secretKeyRef", "configMapKeyRef", "fieldRef"};

static bool one_of(const char *const *list, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i], name) == 0) return true;
    return false;
}

static const struct list_key *keys_of(const char *name, const cJSON *list)
{
    for (size_t i = 0; i < ARRAY_LEN(keyed); i++)
        if (strcmp(keyed[i].list, name) == 0 && json_get(list->child, keyed[i].keys[0])) return &keyed[i];
    return NULL;
}

static bool is_set(const char *name, const cJSON *list)
{
    return one_of(sets, ARRAY_LEN(sets), name) && cJSON_IsArray(list);
}

static bool is_whole(const char *name, const cJSON *value)
{
    if (!value->child || one_of(atomic, ARRAY_LEN(atomic), name)) return true;
    if (cJSON_IsObject(value)) return false;
    return !cJSON_IsArray(value) || (!keys_of(name, value) && !is_set(name, value));
}

/* ---- names in a set ---------------------------------------------------------------------------------------------- */

/* "k:{...}" of an item; caller frees. */
static char *item_name(const struct list_key *by, const cJSON *item)
{
    cJSON *key = cJSON_CreateObject();
    for (size_t i = 0; i < KEYS && by->keys[i]; i++) {
        const cJSON *value = json_get(item, by->keys[i]);
        if (value)
            cJSON_AddItemToObject(key, by->keys[i], cJSON_Duplicate(value, 1));
        else if (i && by->fallback)
            cJSON_AddStringToObject(key, by->keys[i], by->fallback);
    }
    char *text = cJSON_PrintUnformatted(key), *name = mem_printf("k:%s", text);
    cJSON_free(text);
    cJSON_Delete(key);
    return name;
}

static char *value_name(const cJSON *value)
{
    char *text = cJSON_PrintUnformatted(value), *name = mem_printf("v:%s", text);
    cJSON_free(text);
    return name;
}

/* The name an element of this list has in a set; caller frees. */
static char *element_name(const char *list_name, const cJSON *list, const cJSON *item)
{
    const struct list_key *by = keys_of(list_name, list);
    return by ? item_name(by, item) : value_name(item);
}

/* The element of a list with that name in a set, or NULL. */
static cJSON *list_element(const char *list_name, const cJSON *list, const char *name)
{
    for (cJSON *item = list ? list->child : NULL; item; item = item->next) {
        char *its = element_name(list_name, list, item);
        bool found = strcmp(its, name) == 0;
        free(its);
        if (found) return item;
    }
    return NULL;
}

/* The value that a set's member refers to; its plain name in *ret_name. */
static cJSON *stands_for(const char *parent, const cJSON *value, const cJSON *field, const char **ret_name)
{
    *ret_name = field->string + (strlen(field->string) > 2 ? 2 : 0);
    if (!value) return NULL;
    if (strncmp(field->string, "f:", 2) == 0) return cJSON_GetObjectItemCaseSensitive(value, field->string + 2);
    return cJSON_IsArray(value) ? list_element(parent, value, field->string) : NULL;
}

/* ---- a set of a configuration ------------------------------------------------------------------------------------ */

static cJSON *set_of(const char *name, const cJSON *value);

static cJSON *set_of_list(const char *name, const cJSON *list)
{
    cJSON *set = cJSON_CreateObject();
    JSON_EACH (item, list) {
        char *its = element_name(name, list, item);
        cJSON *inner = cJSON_IsObject(item) ? set_of("", item) : cJSON_CreateObject();
        if (cJSON_IsObject(item)) cJSON_AddObjectToObject(inner, ".");
        cJSON_AddItemToObject(set, its, inner);
        free(its);
    }
    return set;
}

static cJSON *set_of(const char *name, const cJSON *value)
{
    if (is_whole(name, value)) return cJSON_CreateObject();
    if (cJSON_IsArray(value)) return set_of_list(name, value);
    cJSON *set = cJSON_CreateObject();
    JSON_EACH (member, value) {
        if (cJSON_IsNull(member)) continue;
        char *its = mem_printf("f:%s", member->string);
        cJSON_AddItemToObject(set, its, set_of(member->string, member));
        free(its);
    }
    return set;
}

cJSON *fields_of(const cJSON *config)
{
    static const char *const not_managed[] = {"f:name", "f:namespace", "f:uid", "f:resourceVersion", "f:managedFields"};
    cJSON *set = set_of("", config), *meta = cJSON_GetObjectItemCaseSensitive(set, "f:metadata");
    cJSON_DeleteItemFromObjectCaseSensitive(set, "f:apiVersion");
    cJSON_DeleteItemFromObjectCaseSensitive(set, "f:kind");
    for (size_t i = 0; meta && i < ARRAY_LEN(not_managed); i++)
        cJSON_DeleteItemFromObjectCaseSensitive(meta, not_managed[i]);
    if (meta && !meta->child) cJSON_DeleteItemFromObjectCaseSensitive(set, "f:metadata");
    return set;
}

/* ---- merging ----------------------------------------------------------------------------------------------------- */

static void merge_list(const char *name, cJSON *live, const cJSON *config)
{
    JSON_EACH (item, config) {
        char *its = element_name(name, config, item);
        cJSON *has = list_element(name, live, its);
        free(its);
        if (!has)
            cJSON_AddItemToArray(live, cJSON_Duplicate(item, 1));
        else if (cJSON_IsObject(item))
            fields_merge(has, item);
    }
}

void fields_merge(cJSON *live, const cJSON *config)
{
    JSON_EACH (member, config) {
        if (cJSON_IsNull(member)) continue;
        cJSON *has = cJSON_GetObjectItemCaseSensitive(live, member->string);
        bool both = has && has->child && !is_whole(member->string, member) && !is_whole(member->string, has);
        if (both && cJSON_IsObject(member) && cJSON_IsObject(has))
            fields_merge(has, member);
        else if (both && cJSON_IsArray(member) && cJSON_IsArray(has))
            merge_list(member->string, has, member);
        else
            json_set(live, member->string, cJSON_Duplicate(member, 1));
    }
}

/* ---- conflicts --------------------------------------------------------------------------------------------------- */

struct walk {
    bool take;
    void (*conflict)(void *arg, const char *path);
    void *arg;
};

/* ".name", or "[name=\"head\"]" and "[=\"x\"]" for elements, as structured-merge-diff prints paths. */
static void path_of(char *out, size_t size, const char *path, const cJSON *field)
{
    struct buf text;
    buf_init(&text, PATH_LONGEST);
    if (strncmp(field->string, "f:", 2) == 0) {
        buf_printf(&text, ".%s", field->string + 2);
    } else if (strncmp(field->string, "v:", 2) == 0) {
        buf_printf(&text, "[=%s]", field->string + 2);
    } else {
        cJSON *key = cJSON_Parse(field->string + 2);
        buf_char(&text, '[');
        JSON_EACH (member, key) {
            char *value = cJSON_PrintUnformatted(member);
            buf_printf(&text, "%s%s=%s", member == key->child ? "" : ",", member->string, value);
            cJSON_free(value);
        }
        buf_char(&text, ']');
        cJSON_Delete(key);
    }
    snprintf(out, size, "%s%s", path, buf_text(&text));
    buf_done(&text);
}

static void fields_walk(const struct walk *w, const char *parent, const char *path, const cJSON *mine, cJSON *theirs,
                        const cJSON *live, const cJSON *config)
{
    char below[PATH_LONGEST];
    JSON_EACH (field, mine) {
        cJSON *other = cJSON_GetObjectItemCaseSensitive(theirs, field->string);
        const char *name;
        if (!other || strcmp(field->string, ".") == 0) continue;
        const cJSON *has = stands_for(parent, live, field, &name);
        const cJSON *says = stands_for(parent, config, field, &name);
        path_of(below, sizeof below, path, field);
        if (field->child && other->child) {
            fields_walk(w, name, below, field, other, has, says);
            if (w->take && !other->child) cJSON_DeleteItemFromObjectCaseSensitive(theirs, field->string);
        } else if (!field->child && !other->child && has && !cJSON_Compare(has, says, 1)) {
            w->conflict(w->arg, below);
            if (w->take) cJSON_DeleteItemFromObjectCaseSensitive(theirs, field->string);
        }
    }
}

void fields_conflicts(const cJSON *mine, cJSON *theirs, const cJSON *live, const cJSON *config, bool take,
                      void (*conflict)(void *arg, const char *path), void *arg)
{
    const struct walk w = {take, conflict, arg};
    fields_walk(&w, "", "", mine, theirs, live, config);
}

/* ---- dropping fields --------------------------------------------------------------------------------------------- */

/* The members of that name in each of the sets. Caller frees; the array only refers to them. */
static cJSON *others_member(const cJSON *others, const char *name)
{
    cJSON *list = cJSON_CreateArray();
    JSON_EACH (set, others) {
        cJSON *inner = cJSON_GetObjectItemCaseSensitive(set, name);
        if (inner) cJSON_AddItemReferenceToArray(list, inner);
    }
    return list;
}

static void member_drop(const char *parent, cJSON *live, const cJSON *old, const cJSON *now, const cJSON *others)
{
    JSON_EACH (field, old) {
        const char *name;
        cJSON *value = strcmp(field->string, ".") ? stands_for(parent, live, field, &name) : NULL;
        const cJSON *kept = json_get(now, field->string);
        if (!value) continue;
        cJSON *theirs = others_member(others, field->string);
        bool shared = theirs->child != NULL, has_more = field->child != NULL;
        if (has_more && (cJSON_IsObject(value) || cJSON_IsArray(value))) member_drop(name, value, field, kept, theirs);
        if (!kept && !shared && (!has_more || !value->child)) cJSON_Delete(cJSON_DetachItemViaPointer(live, value));
        cJSON_Delete(theirs);
    }
}

void fields_drop(cJSON *live, const cJSON *old, const cJSON *now, const cJSON *others)
{
    member_drop("", live, old, now, others);
}

void fields_disown(cJSON *set, const char *dotted)
{
    char *name = mem_printf("f:%.*s", (int)strcspn(dotted, "."), dotted);
    const char *rest = dotted + strcspn(dotted, ".");
    cJSON *inner = cJSON_GetObjectItemCaseSensitive(set, name);
    if (inner && *rest) fields_disown(inner, rest + 1);
    if (inner && (!*rest || !inner->child)) cJSON_DeleteItemFromObjectCaseSensitive(set, name);
    free(name);
}
