/* manifest_priv.h - what the parts of the manifest parser share. */
#ifndef RAYDECK_DEPLOY_MANIFEST_PRIV_H
#define RAYDECK_DEPLOY_MANIFEST_PRIV_H

#include <stddef.h>

/* Where the second and each later value of a stream of JSON values begins, as `kubectl apply` takes it: one after the
 * other, with or without white space between them. The cuts are offsets, ascending; NULL where the text is no such
 * stream or has one value. Caller frees. */
size_t *manifest_json_cuts(const char *bytes, size_t len, size_t *ret_count);

#endif
