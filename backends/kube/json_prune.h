/*
 * json_prune.h - JSON without what is not looked at, before a tree is built of it.
 *
 * Two thirds of a page of pods are managed fields, volumes and probes; a tree of them costs more than all else that is
 * done with the page. The value of every member with a given name becomes null, wherever it stands; what is left is
 * byte for byte as it was. The text is not checked: a malformed one comes out malformed. A name that is written with
 * escapes is not recognized, and stays.
 */
#ifndef RAYDECK_KUBE_JSON_PRUNE_H
#define RAYDECK_KUBE_JSON_PRUNE_H

#include <stddef.h>

/* names ends with NULL. Returns the new text, NUL-terminated (caller frees), and its length. */
char *json_prune(const char *bytes, size_t len, const char *const *names, size_t *ret_len);

#endif
