/*
 * yaml.h - parses small YAML documents into trees with positions, from libyaml's events.
 *
 * For kubeconfig, config.yaml, themes and manifests. Refused, with line and column (both from 1): more than YAML_DEPTH
 * levels, YAML_NODES nodes or YAML_ANCHORS anchors in a document, YAML_STREAM_NODES nodes in all of them, duplicate
 * keys, undefined aliases, invalid UTF-8, a tab as indentation. Aliases to finished anchors are resolved by sharing the
 * node; a merge key (<<) by aliases to what its map lacks (YAML 1.1, the type merge).
 */
#ifndef RAYDECK_BASE_YAML_H
#define RAYDECK_BASE_YAML_H

#include "backends/base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { YAML_DEPTH = 64, YAML_NODES = 100000, YAML_STREAM_NODES = 1500000, YAML_ANCHORS = 1000 };

struct yaml; /* the documents of a text; owns their nodes */
struct yaml_place {
    unsigned line, column; /* from 1, in lines that end with LF, and in characters; 0: none */
};

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };
struct yaml_node {
    enum yaml_kind kind;
    bool plain;               /* an unquoted scalar */
    bool literal;             /* a literal block scalar ("|"): its lines are lines of the file */
    bool alias;               /* an alias; text and items are its anchor's */
    unsigned line, column;    /* of the key for a map's value, else its own */
    struct yaml_place own;    /* where the value itself begins; for an alias: where its anchor's does */
    char *text;               /* scalar; never NULL for one */
    char *key;                /* of a map's value; else NULL */
    struct yaml_node **items; /* list's or map's children, in order; NULL-terminated */
    size_t count;
};

/* Parses the first document of the bytes; `name` starts every message ("kubeconfig:12:3: …"). An empty text gives a
 * document whose root is NULL. Caller frees with yaml_tree_free. */
enum err yaml_parse(const char *name, const char *bytes, size_t len, struct yaml **ret, struct why *why);

/* A text, and where it is cut: each part is parsed as a stream of its own, whose documents follow those of the part
 * before. All positions are those of the text. */
struct yaml_text {
    const char *name, *bytes;
    size_t len;
    const size_t *cuts; /* offsets into bytes, ascending; may be NULL */
    size_t cuts_count;
};

/* The same for all documents, at most max of them (ERR_LIMIT). ret_at may be NULL; on failure it has the position. */
enum err yaml_parse_all(const struct yaml_text *text, size_t max, struct yaml **ret, struct yaml_place *ret_at,
                        struct why *why);
size_t yaml_documents(const struct yaml *y);
const struct yaml_node *yaml_document(const struct yaml *y, size_t index); /* NULL for an empty one */

/* Each changes a node that is not an alias, and thus its aliases. Invalidates the node's old text or items.
 * - set_text replaces a scalar's text; set_string also makes it a quoted string, whatever the text looks like;
 * - replace puts the root of `with` in the scalar's place and takes `with`; the scalar's key and places stay;
 * - add gives a map a string that it lacks, at the map's own place;
 * - drop removes an item from a list or a map; the removed node lives as long as its document. */
void yaml_set_text(const struct yaml_node *scalar, const char *text);
void yaml_set_string(const struct yaml_node *scalar, const char *text);
void yaml_replace(struct yaml *y, const struct yaml_node *scalar, struct yaml *with);
void yaml_add(struct yaml *y, const struct yaml_node *map, const char *key, const char *text);
void yaml_drop(const struct yaml_node *parent, const struct yaml_node *item);

void yaml_tree_free(struct yaml *y); /* yaml_free is a name of libyaml's own; NULL is fine */
const struct yaml_node *yaml_root(const struct yaml *y);

const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key); /* NULL-safe; NULL where absent */
const char *yaml_str(const struct yaml_node *map,
                     const char *key); /* NULL unless a scalar; plain ~, null and empty are NULL */
bool yaml_bool(const struct yaml_node *map, const char *key, bool otherwise);

#endif
