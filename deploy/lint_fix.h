/*
 * lint_fix.h - what lint can correct: the edits of its findings, made in the manifest's text, and shown as a diff.
 * Pure.
 *
 * An edit changes what stands at its place and nothing else: comments, layout and line ends stay. One whose place does
 * not hold what the finding names (a flow map that would have to be rewritten, an alias) is not made.
 */
#ifndef RAYDECK_DEPLOY_LINT_FIX_H
#define RAYDECK_DEPLOY_LINT_FIX_H

#include "deploy/finding.h"

/* The lines of a text, with what becomes of each. */
struct fix_line {
    char *was; /* with its end of line; borrowed from fix.text */
    size_t len;
    char *now;    /* NULL: unchanged */
    char *before; /* a new line above it; NULL: none */
    bool removed;
};
struct fix {
    char *text;
    struct fix_line *lines;
    size_t count;
    size_t edits; /* findings that are corrected */
};

/* The edits of the findings of `file`. Caller: fix_done. */
void fix_of(const char *file, const char *text, size_t len, const struct findings *f, struct fix *ret);
void fix_done(struct fix *fix);
void fix_text(const struct fix *fix, struct buf *out); /* the text after it */
/* A unified diff (diff -u), safe to show; what looks like a secret is masked. Nothing where there is no edit. */
void fix_diff(const struct fix *fix, const char *file, struct buf *out);

#endif
