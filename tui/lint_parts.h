/*
 * lint_parts.h - which files are parts of a kustomization or of a Helm chart, and no manifests by themselves: a patch
 * has the kind of what it patches, and a few of its fields.
 */
#ifndef RAYDECK_LINT_PARTS_H
#define RAYDECK_LINT_PARTS_H

#include "backends/base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* How many folders above a file are searched for the kustomization that names it. */
enum { LINT_PARTS_ABOVE = 16 };

/* One file or folder that a kustomization names. */
struct lint_part {
    char *path;        /* without links and ".." */
    const char *field; /* static: "patches"; NULL: a resource, rendered with the kustomization that names it */
    char *of;          /* the file that names it */
};
struct lint_parts {
    struct lint_part *items;
    size_t count, cap;
};

bool lint_is_kustomization(const char *folder); /* it has a kustomization file, by one of the three names */
bool lint_is_chart(const char *folder);         /* it has a Chart.yaml */
/* A file that stands for its folder: kustomization.yaml, Chart.yaml. */
bool lint_is_of_folder(const char *file);

/* Adds what the kustomization of that folder names; *ret_component: it is a component, rendered only with an overlay.
 * One that cannot be read or parsed names nothing: rendering it gives the reason. */
void lint_parts_add(struct lint_parts *parts, const char *folder, bool *ret_component);
/* Adds what the kustomizations of the folder and of those above it name, up to a repository's root. */
void lint_parts_add_above(struct lint_parts *parts, const char *folder);
/* The part that is this file or folder; a resource only where `resource`. NULL: none. */
const struct lint_part *lint_parts_find(const struct lint_parts *parts, const char *path, bool resource);
void lint_parts_done(struct lint_parts *parts);

#endif
