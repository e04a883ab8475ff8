/* change_fate.c - see change_fate.h. */
#include "deploy/change_fate.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct object_change *object_change_new(enum change_verb verb, const struct kobject_kind *kind, const char *ns,
                                        const char *name, const char *uid, const char *version)
{
    struct object_change *c = mem_zero(1, sizeof *c);
    *c = (struct object_change){
        verb, kind, mem_str(ns), mem_str(name), kobject_words(kind, name), mem_str(uid), mem_str(version)};
    return c;
}

void object_change_free(struct object_change *change)
{
    if (!change) return;
    free(change->ns);
    free(change->name);
    free(change->words);
    free(change->uid);
    free(change->version);
    free(change);
}

static const char *fate_of_none(enum change_verb verb)
{
    return verb == CHANGE_CREATES ? "it does not exist" : "it was deleted";
}

/* For the same object, existing and not being deleted. */
static const char *fate_of_same(const struct object_change *change, const cJSON *object)
{
    switch (change->verb) {
    case CHANGE_CREATES: return kobject_created_entry(object) != SIZE_MAX ? "it was created" : "it exists";
    case CHANGE_DELETES: return "it exists and is not being deleted";
    case CHANGE_APPLIES: break;
    }
    if (!change->version) return "it exists";
    return strcmp(change->version, kobject_version(object)) == 0 ? "it is unchanged" : "it was changed";
}

bool change_fate(const struct object_change *change, enum err err, const char *why, const cJSON *object, char *ret,
                 size_t size)
{
    const char *uid = kobject_uid(object), *version = kobject_version(object);
    if (err == ERR_NOT_FOUND) {
        snprintf(ret, size, "%s", fate_of_none(change->verb));
        return true;
    }
    if (err || !*uid) {
        snprintf(ret, size, "%s", err ? why : "the object has no UID");
        return false;
    }
    char *safe_uid = text_safe(uid, strlen(uid), TEXT_ONE_LINE, OBJECT_NAME_MAX);
    char *safe_version = text_safe(version, strlen(version), TEXT_ONE_LINE, OBJECT_NAME_MAX);
    if (change->uid && strcmp(change->uid, uid) != 0)
        snprintf(ret, size, "it was replaced by another object of that name (UID %s)", safe_uid);
    else if (json_str(json_get(object, "metadata"), "deletionTimestamp"))
        snprintf(ret, size, "it is being deleted (UID %s)", safe_uid);
    else if (change->verb == CHANGE_APPLIES)
        snprintf(ret, size, "%s (resourceVersion %s)", fate_of_same(change, object), safe_version);
    else
        snprintf(ret, size, "%s (UID %s)", fate_of_same(change, object), safe_uid);
    free(safe_version);
    free(safe_uid);
    return true;
}
