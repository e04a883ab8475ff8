/*
 * openai.h - the "openai" kind of prompt: POST /v1/chat/completions with stream: true. The record grows as events
 * arrive. A server that does not stream is supported; the time to first token is unknown then. Never retries; a stream
 * that is cut off fails, and the record keeps the text received.
 */
#ifndef RAYDECK_SERVE_OPENAI_H
#define RAYDECK_SERVE_OPENAI_H

#include "backends/backend.h"

enum {
    OPENAI_GROW_MS = 50,    /* least interval between updates of a growing record */
    OPENAI_LINGER_MS = 500, /* after finish_reason or [DONE]: wait for the token count and the end of the response */
    OPENAI_MODELS_MS = 10000
};
extern const struct prompt_ops openai_ops;

#endif
