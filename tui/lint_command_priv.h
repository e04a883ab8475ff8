/* lint_command_priv.h - `raydeck lint`: a run of lint, its options, and the files that --fix rewrites. */
#ifndef RAYDECK_LINT_COMMAND_PRIV_H
#define RAYDECK_LINT_COMMAND_PRIV_H

#include "deploy/finding_formats.h"
#include "tui/lint_run.h"
#include "tui/snapshot.h"

/* A file to be rewritten: its text as it was read, and as it is to be. */
struct lint_rewrite {
    const char *path; /* borrowed from the inputs */
    struct buf was, now;
};
struct lint_command {
    struct lint_run run; /* first: its calls get it */
    struct cli *cli;
    enum findings_format format;
    enum finding_severity fail_on;
    struct cli alone;          /* of the snapshot, which borrows it */
    struct snapshot *snapshot; /* opened when a child or a question needs it: lint_snapshot */
    struct lint_rewrite *rewrites;
    size_t rewrites_count, edits;
    int status;
};

/* A client without Kubernetes, Redis and Neuron, for its loop and its signals. */
enum err lint_snapshot(struct lint_command *lint, struct why *why);

/* ---- lint_rewrite.c ---- */

/* --fix: corrects what has one right answer in a text, in memory, prints the difference, and adds a rewrite where there
 * is one; `fixed` gets the findings of the text that is to be. Takes the bytes of `text`. */
void lint_rewrite_plan(struct lint_run *run, const struct lint_input *input, struct buf *text);
/* Asks unless --yes, and writes the files. ERR_GUARD: the answer is no; ERR_CONFLICT and the like: one was not written.
 */
enum err lint_rewrite_files(struct lint_command *lint, struct why *why);
void lint_rewrites_done(struct lint_command *lint);

#endif
