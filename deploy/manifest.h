/*
 * manifest.h - the text of a manifest as objects with their places in the file. No I/O.
 *
 * Invariants: at most MANIFEST_BYTES and MANIFEST_DOCS; nothing is half read: one thing wrong and there is no manifest.
 * A document "kind: List" counts as its items. ${NAME} is read where YAML alone would take it for a map, so that a
 * template can be checked before its variables are set (variables.h).
 */
#ifndef RAYDECK_DEPLOY_MANIFEST_H
#define RAYDECK_DEPLOY_MANIFEST_H

#include "backends/base/yaml.h"

#include <cjson/cJSON.h>

enum { MANIFEST_DOCS = 10000, MANIFEST_BYTES = 5 * 1024 * 1024, MANIFEST_OBJECT_VALUES = 200000 };

/* Strings are borrowed from the tree, raw; NULL where the file does not say. */
struct manifest_object {
    const char *api_version, *kind, *ns, *name;
    const struct yaml_node *root; /* never NULL; may be anything where kind is NULL */
    unsigned document;            /* from 1 */
};
struct manifest {
    char *file;                 /* the name it was given */
    char *text;                 /* as it was */
    size_t *lines, lines_count; /* where each line of text begins */
    struct yaml *yaml;
    struct manifest_object *objects;
    size_t count;
};

/* On failure why says "file:line:column: …", and ret_at (may be NULL) where. Caller frees with manifest_free. */
enum err manifest_parse(const char *file, const char *bytes, size_t len, struct manifest **ret,
                        struct yaml_place *ret_at, struct why *why);
void manifest_free(struct manifest *m); /* NULL is fine */

/* Reads api_version, kind, ns and name anew, after texts were changed. */
void manifest_refresh(struct manifest *m);

/* Where line `inner.line`, column `inner.column` of a block ("|") stands in the file; a scalar written otherwise gives
 * its own place. */
struct yaml_place manifest_inner_place(const struct manifest *m, const struct yaml_node *scalar,
                                       struct yaml_place inner);

/* "RayService mistral/mistral", safe; "document 3" where it has no kind. Returns out. */
char *manifest_object_text(const struct manifest_object *o, char *out, size_t size);

/* The object as the API server wants it: plain scalars become null, booleans and numbers as kubectl reads them.
 * ERR_LIMIT beyond MANIFEST_OBJECT_VALUES (aliases expand). Caller: cJSON_Delete. */
enum err manifest_object_json(const struct manifest_object *o, cJSON **ret, struct why *why);

#endif
