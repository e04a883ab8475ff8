/*
 * lint_run.h - one run of lint, of the command and of the console: finds its inputs, reads or renders them, and checks
 * them.
 *
 * lint_run_add and lint_run_files read files, and may block; they and lint_run_rendered touch nothing but the run, so
 * that a thread can call them. What is to be rendered is rendered by the caller (lint_render.h), one after the other.
 */
#ifndef RAYDECK_LINT_RUN_H
#define RAYDECK_LINT_RUN_H

#include "backends/base/buf.h"
#include "deploy/lint.h"
#include "tui/lint_inputs.h"

struct lint_run {
    unsigned kuberay;
    struct variables vars;
    struct lint_inputs inputs;
    struct findings found, fixed; /* of the inputs as they are; with fix, as they are to be */
    bool fix;
    /* Of a file with fix: adds what it is to be to `fixed`; may take the bytes of `text`. */
    void (*plan)(struct lint_run *run, const struct lint_input *input, struct buf *text);
    void (*failed)(struct lint_run *run, const struct why *why); /* an input cannot be read or rendered; may be NULL */
    struct why failure;                                          /* the first reason, of found.files_failed */
};

/* After variables were set. Nothing is allocated before. */
void lint_run_init(struct lint_run *run);
/* A path that is given. An input that is not there suppresses nothing of the others. */
void lint_run_add(struct lint_run *run, const char *path);
/* Checks the inputs that are files. */
void lint_run_files(struct lint_run *run);
/* The inputs that are to be rendered, in order; after NULL: the first. NULL: no more. */
const struct lint_input *lint_run_next_rendered(const struct lint_run *run, const struct lint_input *after);
bool lint_input_is_rendered(const struct lint_input *input);
/* What one of them was rendered to; text NULL: it was not, for this reason. */
void lint_run_rendered(struct lint_run *run, const struct lint_input *input, struct buf *text, const struct why *why);
bool lint_run_has_findings(const struct lint_run *run); /* something was checked, or said to be nothing */
void lint_run_done(struct lint_run *run);

#endif
