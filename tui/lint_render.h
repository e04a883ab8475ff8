/* lint_render.h - a Helm chart or a kustomize overlay as the manifests that it renders to, by helm or kubectl. */
#ifndef RAYDECK_LINT_RENDER_H
#define RAYDECK_LINT_RENDER_H

#include "backends/link/loop.h"
#include "deploy/finding.h"
#include "tui/lint_inputs.h"

enum { LINT_RENDER_MS = 60 * 1000 };

struct rendering;

/* Starts the program, which gets no secret of ours. done is called once, from the loop, when it has ended or printed
 * more than MANIFEST_BYTES; rendering_free may be called in it. */
struct rendering *rendering_start(struct loop *l, const struct lint_input *input, void (*done)(void *arg), void *arg);
bool rendering_is_over(const struct rendering *r);
/* What it printed: *ret is initialized, and the caller's, on ERR_OK alone. ERR_NOT_FOUND without the program; ERR_LIMIT
 * beyond MANIFEST_BYTES; ERR_TIMEOUT after LINT_RENDER_MS; ERR_CHILD with the end of what it printed on stderr. */
enum err rendering_take(struct rendering *r, struct buf *ret, struct why *why);
void rendering_free(struct rendering *r); /* ends the program; done is not called; NULL is fine */
/* Findings from index `first` on are of rendered text, in lines that are in no file: their objects get the template
 * that helm names above each ("# Source: …"). */
void lint_render_sources(const struct buf *text, struct findings *f, size_t first);
/* "helm template", as it is named in messages. */
const char *lint_render_words(enum lint_input_kind kind);

#endif
