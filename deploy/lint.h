/*
 * lint.h - checks a manifest against the rules K, L and M of rules.def, but for what comments in
 * it ignore ("# raydeck: ignore L17 reason", beside a line or in the line above). Pure.
 */
#ifndef RAYDECK_DEPLOY_LINT_H
#define RAYDECK_DEPLOY_LINT_H

#include "deploy/finding.h"
#include "deploy/manifest.h"
#include "deploy/variables.h"

/* Limits of a manifest's objects with expanded aliases. Beyond them M1 is the only finding. */
enum { LINT_NODES = 5000000, LINT_BYTES = 50 * 1024 * 1024 };

/* The KubeRay that a manifest is meant for: its minor version of 1, or LINT_KUBERAY_ANY: what any of them takes, as far
 * as the API is concerned, and what the newest refuses. */
enum { LINT_KUBERAY_ANY = 0, LINT_KUBERAY_OLDEST = 3 };
/* "1.4", "v1.4.2". ERR_USAGE: not a version, or older than 1.3. */
enum err lint_kuberay_parse(const char *version, unsigned *ret_kuberay, struct why *why);

/* vars: those last applied to m. Appends to out, unsorted. */
void lint_manifest(const struct manifest *m, const struct variables *vars, unsigned kuberay, struct findings *out);

/* As lint_text, of a file that was found in a folder: where no object in it has apiVersion and kind, or it is
 * kustomize's own, nothing of it is checked, and *ret_other is true. */
void lint_found_text(const char *file, const char *bytes, size_t len, struct variables *vars, unsigned kuberay,
                     struct findings *out, bool *ret_other);
/* Parses, substitutes variables, and checks. A parse error is a finding (M1, or M2 for a template's braces). */
void lint_text(const char *file, const char *bytes, size_t len, struct variables *vars, unsigned kuberay,
               struct findings *out);

#endif
