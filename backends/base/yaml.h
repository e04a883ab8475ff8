/*
 * yaml.h - small YAML documents as trees with positions, over libyaml's events.
 *
 * For files people write: kubeconfig, config.yaml, themes, manifests. Refused, with line and column (both from 1): more
 * than YAML_DEPTH levels, YAML_NODES nodes or YAML_ANCHORS anchors in a document, YAML_STREAM_NODES nodes in all of
 * them, duplicate keys, undefined aliases, invalid UTF-8, a tab as indentation. Aliases to finished anchors are
 * resolved by sharing the node.
 */
#ifndef RAYDECK_BASE_YAML_H
#define RAYDECK_BASE_YAML_H

#include "backends/base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { YAML_DEPTH = 64, YAML_NODES = 100000, YAML_STREAM_NODES = 1500000, YAML_ANCHORS = 1000 };

struct yaml; /* the documents of a text; owns their nodes */
struct yaml_place {
    unsigned line, column; /* from 1, in characters; 0: none */
};

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };
struct yaml_node {
    enum yaml_kind kind;
    bool plain;               /* an unquoted scalar */
    bool literal;             /* a scalar written as a block, "|": a line of it is a line of the file */
    bool alias;               /* stands where an alias was; text and items are those of its anchor */
    unsigned line, column;    /* of the key where it is a map's value, else its own */
    struct yaml_place own;    /* where the value itself begins; an alias's: where its anchor's does */
    char *text;               /* scalar; never NULL for one */
    char *key;                /* where it is a map's value; else NULL */
    struct yaml_node **items; /* list's or map's children, in order; NULL-terminated */
    size_t count;
};

/* Parses the first document of the bytes; `name` starts every message ("kubeconfig:12:3: …"). An empty text gives a
 * document whose root is NULL. Caller frees with yaml_tree_free. */
enum err yaml_parse(const char *name, const char *bytes, size_t len, struct yaml **ret, struct why *why);

/* The same for all documents, at most max of them (ERR_LIMIT). ret_at may be NULL; on failure it is where. */
enum err yaml_parse_all(const char *name, const char *bytes, size_t len, size_t max, struct yaml **ret,
                        struct yaml_place *ret_at, struct why *why);
size_t yaml_documents(const struct yaml *y);
const struct yaml_node *yaml_document(const struct yaml *y, size_t index); /* NULL for an empty one */

/* Gives a scalar that is no alias, and with it its aliases, another text. What was borrowed of the old one is gone. */
void yaml_set_text(const struct yaml_node *scalar, const char *text);

void yaml_tree_free(struct yaml *y); /* yaml_free is a name of libyaml's own; NULL is fine */
const struct yaml_node *yaml_root(const struct yaml *y);

const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key); /* NULL-safe; NULL where absent */
const char *yaml_str(const struct yaml_node *map,
                     const char *key); /* NULL unless a scalar; plain ~, null and empty are NULL */
bool yaml_bool(const struct yaml_node *map, const char *key, bool otherwise);

#endif
