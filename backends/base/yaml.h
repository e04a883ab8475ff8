/*
 * yaml.h - a small YAML document as a tree with positions, over libyaml's events.
 *
 * For files people write: kubeconfig, config.yaml, themes. Refused, with line and column (both from 1): more than
 * YAML_DEPTH levels, YAML_NODES nodes, YAML_ANCHORS anchors, duplicate keys, undefined aliases, invalid UTF-8, a tab as
 * indentation. Aliases to finished anchors are resolved by sharing the node.
 */
#ifndef RAYDECK_BASE_YAML_H
#define RAYDECK_BASE_YAML_H

#include "backends/base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { YAML_DEPTH = 64, YAML_NODES = 100000, YAML_ANCHORS = 1000 };

struct yaml; /* a document; owns its nodes */

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };
struct yaml_node {
    enum yaml_kind kind;
    bool plain; /* an unquoted scalar */
    unsigned line, column;
    char *text;               /* scalar; never NULL for one */
    char *key;                /* where it is a map's value; else NULL */
    struct yaml_node **items; /* list's or map's children, in order; NULL-terminated */
    size_t count;
};

/* Parses the first document of the bytes; `name` starts every message ("kubeconfig:12:3: …"). An empty text gives a
 * document whose root is NULL. Caller frees with yaml_tree_free. */
enum err yaml_parse(const char *name, const char *bytes, size_t len, struct yaml **ret, struct why *why);
void yaml_tree_free(struct yaml *y); /* yaml_free is a name of libyaml's own; NULL is fine */
const struct yaml_node *yaml_root(const struct yaml *y);

const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key); /* NULL-safe; NULL where absent */
const char *yaml_str(const struct yaml_node *map,
                     const char *key); /* NULL unless a scalar; plain ~, null and empty are NULL */
bool yaml_bool(const struct yaml_node *map, const char *key, bool otherwise);

#endif
