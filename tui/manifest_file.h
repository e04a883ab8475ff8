/* manifest_file.h - the manifest to deploy: the given file, or the one that raydeck ships (asset.h). */
#ifndef RAYDECK_MANIFEST_FILE_H
#define RAYDECK_MANIFEST_FILE_H

#include "deploy/deploy_parts.h"
#include "deploy/lint.h"

#define MANIFEST_DEFAULT "ft-options.yaml"
#define MANIFEST_CPU "serve/rayservice.yaml" /* for K8s nodes without accelerators */
#define MANIFEST_SHIPPED "the manifest that raydeck ships"

/* Of a buffer for lint: more than a manifest may have, so that the parser reports the limit. */
enum { MANIFEST_LINT_BYTES = 8 * MANIFEST_BYTES };

/* path "-": stdin; NULL: the shipped one, with cpu that for K8s nodes without accelerators. Caller: manifest_free. */
enum err manifest_file_load(const char *path, bool cpu, struct manifest **ret, struct why *why);

/* The shipped manifests of a set of parts (parts_parse); NULL for the others. Caller, after a failure too:
 * manifest_parts_free. */
enum err manifest_parts_load(unsigned parts, struct manifest *ret[PARTS], struct why *why);
void manifest_parts_free(struct manifest *parts[PARTS]);

/* Lints that file (lint_text; kuberay as there): adds its findings. The only error is that it cannot be read.
 * *ret_file: the path that was read; caller frees; may be NULL. */
enum err manifest_file_lint(const char *path, struct variables *vars, unsigned kuberay, struct findings *out,
                            char **ret_file, struct why *why);
/* The finding of a file beyond MANIFEST_LINT_BYTES, none of which could be checked. */
void manifest_too_large(const char *path, struct findings *out);

#endif
