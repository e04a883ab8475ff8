/*
 * change_fate.h - a change of one object that was sent, and what became of it, by the object as it is read afterwards.
 *
 * The server may still carry out a request whose answer nobody waits for: what is reported is what held when it was
 * read.
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
    char *uid, *version;             /* the object it was made for, and its resourceVersion; NULL: not said */
};

/* Texts are copied. The words of `kind` are the caller's, for as long as the change lives. */
struct object_change *object_change_new(enum change_verb verb, const struct kobject_kind *kind, const char *ns,
                                        const char *name, const char *uid, const char *version);
void object_change_free(struct object_change *change); /* NULL is fine */

/* What holds after it, of a GET of the object: "it is created (UID 1a2b)", "it was deleted". err and why: of that GET;
 * object: NULL on an error. Returns false where the GET does not tell: the words are then why not. */
bool change_fate(const struct object_change *change, enum err err, const char *why, const cJSON *object, char *ret,
                 size_t size);

#endif
