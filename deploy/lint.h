/*
 * lint.h - the rules L1 to L28 (and M1 to M4) of rules.def on a manifest: what would not survive the loss of a Ray
 * head. Pure: text in, findings out.
 */
#ifndef RAYDECK_DEPLOY_LINT_H
#define RAYDECK_DEPLOY_LINT_H

#include "deploy/finding.h"
#include "deploy/manifest.h"
#include "deploy/variables.h"

/* A manifest's objects written out, aliases and all, may have this many nodes and bytes. Beyond, M1 says so and nothing
 * else is looked at. */
enum { LINT_NODES = 5000000, LINT_BYTES = 50 * 1024 * 1024 };

/* vars: those that were applied to m last. Adds to out and leaves it unsorted. */
void lint_manifest(const struct manifest *m, const struct variables *vars, struct findings *out);

/* Parses, puts the variables in, and checks. What cannot be parsed is a finding (M1, or M2 for a template's braces). */
void lint_text(const char *file, const char *bytes, size_t len, struct variables *vars, struct findings *out);

#endif
