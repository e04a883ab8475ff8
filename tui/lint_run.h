/*
 * lint_run.h - one run of `raydeck lint`: reads or renders its inputs, checks them and, with --fix, corrects them.
 */
#ifndef RAYDECK_LINT_RUN_H
#define RAYDECK_LINT_RUN_H

#include "backends/base/buf.h"
#include "deploy/finding_formats.h"
#include "deploy/lint.h"
#include "tui/lint_inputs.h"
#include "tui/snapshot.h"

/* A file to be rewritten: its text as it was read, and as it is to be. */
struct lint_rewrite {
    const char *path; /* borrowed from the inputs */
    struct buf was, now;
};
struct lint_run {
    struct cli *cli;
    unsigned kuberay;
    enum findings_format format;
    enum finding_severity fail_on;
    struct variables vars;
    struct lint_inputs inputs;
    struct findings found, fixed; /* of the inputs as they are; with --fix, as they are to be */
    struct cli alone;             /* of the snapshot, which borrows it */
    struct snapshot *snapshot;    /* opened when a child or a question needs it: lint_run_snapshot */
    struct lint_rewrite *rewrites;
    size_t rewrites_count, edits;
    size_t unread; /* inputs that could not be */
    int status;
};

/* A client without Kubernetes, Redis and Neuron, for its loop and its signals. */
enum err lint_run_snapshot(struct lint_run *run, struct why *why);
/* Checks the inputs; a failure is printed, counted in `unread`, and suppresses nothing of the others. */
void lint_run_inputs(struct lint_run *run);
void lint_run_done(struct lint_run *run);

/* ---- lint_rewrite.c ---- */

/* --fix: corrects what has one right answer in a text, in memory, prints the difference, and adds a rewrite where there
 * is one; `fixed` gets the findings of the text that is to be. Takes the bytes of `text`. */
void lint_rewrite_plan(struct lint_run *run, const struct lint_input *input, struct buf *text);
/* Asks unless --yes, and writes the files. ERR_GUARD: the answer is no; ERR_CONFLICT and the like: one was not written.
 */
enum err lint_rewrite_files(struct lint_run *run, struct why *why);

#endif
