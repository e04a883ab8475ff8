/* lint_render.h - a Helm chart or a kustomize overlay as the manifests that it renders to, by helm or kubectl. */
#ifndef RAYDECK_LINT_RENDER_H
#define RAYDECK_LINT_RENDER_H

#include "deploy/finding.h"
#include "tui/lint_inputs.h"
#include "tui/snapshot.h"

enum { LINT_RENDER_MS = 60 * 1000 };

/* Appends what the program prints, bounded by out->max. ERR_NOT_FOUND without the program; ERR_LIMIT beyond out->max,
 * of which nothing is kept; ERR_TIMEOUT after LINT_RENDER_MS; ERR_CHILD with the end of what it printed on stderr;
 * ERR_CANCELLED. The program gets no secret of ours. */
enum err lint_render(struct snapshot *snapshot, const struct lint_input *input, struct buf *out, struct why *why);
/* Findings from index `first` on are of rendered text, in lines that are in no file: their objects get the template
 * that helm names above each ("# Source: …"). */
void lint_render_sources(const struct buf *text, struct findings *f, size_t first);
/* "helm template", as it is named in messages. */
const char *lint_render_words(enum lint_input_kind kind);

#endif
