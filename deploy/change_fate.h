/*
 * change_fate.h - determines the outcome of an unanswered change by reading the object again.
 *
 * The server may still carry out the request later: the outcome is that at the time of reading.
 */
#ifndef RAYDECK_DEPLOY_CHANGE_FATE_H
#define RAYDECK_DEPLOY_CHANGE_FATE_H

#include "backends/base/err.h"
#include "deploy/kobject.h"

enum change_verb { CHANGE_CREATES, CHANGE_APPLIES, CHANGE_DELETES };

struct object_change {
    enum change_verb verb;
    const struct kobject_kind *kind; /* borrowed */
    char *ns, *name, *words;         /* words: "configmap/m" */
    char *uid, *version;             /* the object's UID and resourceVersion at the time; NULL: none */
};

/* Copies the texts. `kind` must outlive the change. */
struct object_change *object_change_new(enum change_verb verb, const struct kobject_kind *kind, const char *ns,
                                        const char *name, const char *uid, const char *version);
void object_change_free(struct object_change *change); /* NULL is fine */

/* Writes the outcome, from a GET of the object: "it was created (UID 1a2b)", "it was deleted". err and why: of that
 * GET; object: NULL on an error. Returns false if the GET failed: ret is then the reason. */
bool change_fate(const struct object_change *change, enum err err, const char *why, const cJSON *object, char *ret,
                 size_t size);

#endif
