/*
 * infer.h - the "infer" kind of prompt: the blueprint's GET /infer?sentence=…, whose answer comes in one piece. The
 * time to the first token is therefore never known. Latency counts from when the prompt was due. Nothing is sent twice.
 */
#ifndef RAYDECK_SERVE_INFER_H
#define RAYDECK_SERVE_INFER_H

#include "backends/backend.h"

enum { INFER_QUESTION_MAX = 16 * 1024 /* a GET's query, encoded; servers refuse longer request lines */ };

extern const struct prompt_ops infer_ops;

#endif
