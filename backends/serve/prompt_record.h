/*
 * prompt_record.h - the REQUEST record of a prompt, which every kind of prompt begins and ends alike.
 */
#ifndef RAYDECK_SERVE_PROMPT_RECORD_H
#define RAYDECK_SERVE_PROMPT_RECORD_H

#include "backends/backend.h"
#include "backends/serve/serve_failure.h"

/* Of the console's own: it only says something when something is asked, and no world is stale for want of that. */
#define PROMPT_SOURCE "prompt"
enum { PROMPT_QUESTION_MAX = 64 * 1024 /* of the record's copy */ };

/* Waiting, sent now. *ret_due_us: when it was due, by loop_now_us. Caller frees. */
struct request *prompt_record_new(const struct loop *l, const struct prompt_ask *ask, const char *target,
                                  uint64_t *ret_due_us);
void prompt_record_put(const struct request *r, const struct sink *sink); /* a copy */
/* Its end. A cancelled one has no latency: how long it would have taken is not known. */
void prompt_record_end(struct request *r, const struct loop *l, uint64_t due_us, enum serve_failure f, const char *why);

#endif
