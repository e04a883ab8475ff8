/*
 * json_prune.h - removes unused members from a JSON text before it is parsed into a tree.
 *
 * Two thirds of a page of pods are managedFields, volumes and probes, whose tree would cost more than all other
 * processing. The value of every member with a given name, at any depth, becomes null; the other bytes are unchanged.
 * The text is not validated: malformed JSON stays malformed. Names written with escapes are not recognized and stay.
 */
#ifndef RAYDECK_KUBE_JSON_PRUNE_H
#define RAYDECK_KUBE_JSON_PRUNE_H

#include <stddef.h>

/* names ends with NULL. Returns the new text, NUL-terminated (caller frees), and its length. */
char *json_prune(const char *bytes, size_t len, const char *const *names, size_t *ret_len);

#endif
