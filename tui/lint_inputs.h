/* lint_inputs.h - what `raydeck lint` is to check: the files that are named, those of folders, charts and overlays. */
#ifndef RAYDECK_LINT_INPUTS_H
#define RAYDECK_LINT_INPUTS_H

#include "backends/base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { LINT_INPUTS = 20000, LINT_FOLDER_DEPTH = 40 };

enum lint_input_kind {
    LINT_INPUT_FILE,
    LINT_INPUT_STDIN,
    LINT_INPUT_CHART,  /* a folder with Chart.yaml: helm renders it */
    LINT_INPUT_OVERLAY /* of -k, or a folder with a kustomization: kubectl renders it */
};
struct lint_input {
    char *path;
    enum lint_input_kind kind;
    const char
        *folder; /* in which it was found, borrowed from another input's path or the caller's; NULL: it was named */
    char *
        part; /* why it is no manifest by itself, and is not checked ("it is named in patches of …"); NULL: it is one */
};
struct lint_inputs {
    struct lint_input *items;
    size_t count, cap;
    bool only_files; /* a named kustomization.yaml or Chart.yaml does not stand for its folder */
};

/* A file, "-", a chart, a kustomization, or a folder: its *.yaml, *.yml and *.json, and those of the folders in it, by
 * name; charts and kustomizations in it are one input each, whose files are none, but for a base that is a resource of
 * another one there. Hidden entries and linked folders are passed over, so that no loop of links is followed.
 * `path` is borrowed as the folder of what is found. ERR_LIMIT beyond LINT_INPUTS or LINT_FOLDER_DEPTH; ERR_NOT_FOUND
 * and the like where it cannot be read. */
enum err lint_inputs_add(struct lint_inputs *in, const char *path, struct why *why);
void lint_inputs_add_kind(struct lint_inputs *in, const char *path, enum lint_input_kind kind);
void lint_inputs_done(struct lint_inputs *in);

#endif
