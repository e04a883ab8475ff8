/* lint_render.h - a Helm chart or a kustomize overlay as the manifests that it renders to, by helm or kubectl. */
#ifndef RAYDECK_LINT_RENDER_H
#define RAYDECK_LINT_RENDER_H

#include "tui/lint_inputs.h"
#include "tui/snapshot.h"

enum { LINT_RENDER_MS = 60 * 1000 };

/* Appends what the program prints, bounded by out->max. ERR_NOT_FOUND without the program; ERR_LIMIT beyond out->max,
 * of which nothing is kept; ERR_TIMEOUT after LINT_RENDER_MS; ERR_CHILD with the end of what it printed on stderr;
 * ERR_CANCELLED. The program gets no secret of ours. */
enum err lint_render(struct snapshot *snapshot, const struct lint_input *input, struct buf *out, struct why *why);
/* "helm template CHART", as it is named in messages. */
const char *lint_render_words(enum lint_input_kind kind);

#endif
