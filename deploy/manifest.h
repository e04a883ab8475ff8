/*
 * manifest.h - parses a manifest into objects with their positions. No I/O.
 *
 * Invariants: at most MANIFEST_BYTES and MANIFEST_DOCS; any error rejects the whole manifest. "kind: List" and
 * typed lists (RayServiceList) count as their items, which take kind and apiVersion from a typed one. JSON values one
 * after the other are documents, as kubectl takes them. ${NAME} is accepted where YAML would parse it as a map, so that
 * a template can be checked before substitution (variables.h).
 */
#ifndef RAYDECK_DEPLOY_MANIFEST_H
#define RAYDECK_DEPLOY_MANIFEST_H

#include "backends/base/yaml.h"

#include <cjson/cJSON.h>

enum { MANIFEST_DOCS = 10000, MANIFEST_BYTES = 5 * 1024 * 1024, MANIFEST_OBJECT_VALUES = 200000 };

/* Strings are borrowed from the tree, raw; NULL: absent. */
struct manifest_object {
    const char *api_version, *kind, *ns, *name;
    const struct yaml_node *root; /* never NULL; any node if kind is NULL */
    unsigned document;            /* from 1 */
};
struct manifest {
    char *file;                 /* its name */
    char *text;                 /* its text */
    size_t *lines, lines_count; /* where each line of text begins */
    struct yaml *yaml;
    struct manifest_object *objects;
    size_t count;
};

/* On failure why has "file:line:column: …", and ret_at (may be NULL) the position. Caller frees with manifest_free. */
enum err manifest_parse(const char *file, const char *bytes, size_t len, struct manifest **ret,
                        struct yaml_place *ret_at, struct why *why);
void manifest_free(struct manifest *m); /* NULL is fine */
/* A document that a string of a manifest holds; ${NAME} as in the manifest itself. Caller: yaml_tree_free. */
enum err manifest_parse_inner(const char *name, const char *text, struct yaml **ret, struct yaml_place *ret_at,
                              struct why *why);

/* Updates api_version, kind, ns and name after changes of the tree. */
void manifest_refresh(struct manifest *m);

/* The position in the file of `inner`, a position within a literal block ("|"); of another scalar, its own position. */
struct yaml_place manifest_inner_place(const struct manifest *m, const struct yaml_node *scalar,
                                       struct yaml_place inner);

/* "RayService mistral/mistral", safe; "document 3" without a kind. Returns out. */
char *manifest_object_text(const struct manifest_object *o, char *out, size_t size);

/* What a scalar is in JSON, in kubectl's reading of YAML: an unquoted yes is a boolean. ret: a number's value. One
 * beyond 2^53 would change as a double: it is a string. */
enum manifest_value { MANIFEST_NULL, MANIFEST_TRUE, MANIFEST_FALSE, MANIFEST_NUMBER, MANIFEST_STRING };
enum manifest_value manifest_value_of(const struct yaml_node *scalar, double *ret);

/* The object as JSON: plain scalars become null, booleans and numbers as in kubectl. ERR_LIMIT beyond
 * MANIFEST_OBJECT_VALUES (aliases expand). Caller: cJSON_Delete. */
enum err manifest_object_json(const struct manifest_object *o, cJSON **ret, struct why *why);

#endif
