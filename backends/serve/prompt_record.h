/*
 * prompt_record.h - creates and completes the REQUEST record of a prompt, for all kinds of prompts.
 */
#ifndef RAYDECK_SERVE_PROMPT_RECORD_H
#define RAYDECK_SERVE_PROMPT_RECORD_H

#include "backends/backend.h"
#include "backends/serve/serve_failure.h"

/* The source belongs to WORLD_CONSOLE: it is silent unless a prompt is sent, which must not make a world stale. */
#define PROMPT_SOURCE "prompt"
enum { PROMPT_QUESTION_MAX = 64 * 1024 /* of the record's copy */ };

/* A record in phase "waiting", sent now. *ret_due_us: its due time, by loop_now_us. Caller frees. */
struct request *prompt_record_new(const struct loop *l, const struct prompt_ask *ask, const char *target,
                                  uint64_t *ret_due_us);
void prompt_record_emit(const struct request *r, const struct sink *sink); /* a copy */
/* Sets the outcome. A cancelled prompt has no latency. */
void prompt_record_end(struct request *r, const struct loop *l, uint64_t due_us, enum serve_failure f, const char *why);

#endif
