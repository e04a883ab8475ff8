/*
 * infer.h - the "infer" kind of prompt: the blueprint's GET /infer?sentence=…, which does not stream, so that the time
 * to first token is unknown. Latency counts from the time at which the prompt was due. Never retries.
 */
#ifndef RAYDECK_SERVE_INFER_H
#define RAYDECK_SERVE_INFER_H

#include "backends/backend.h"

enum { INFER_QUESTION_MAX = 16 * 1024 /* a GET's query, encoded; servers refuse longer request lines */ };

extern const struct prompt_ops infer_ops;

#endif
