/*
 * openai.h - the "openai" kind of prompt: POST /v1/chat/completions with stream: true, whose answer comes as events.
 * The record grows while it does. A server that answers in one piece is understood too; the first token's time is then
 * unknown. Nothing is sent twice; an answer that breaks off is failed, with what came.
 */
#ifndef RAYDECK_SERVE_OPENAI_H
#define RAYDECK_SERVE_OPENAI_H

#include "backends/backend.h"

enum {
    OPENAI_GROW_MS = 50,    /* between two puts of a record that grows */
    OPENAI_LINGER_MS = 500, /* after the finish or [DONE], for what still comes and for the connection to end */
    OPENAI_MODELS_MS = 10000
};
extern const struct prompt_ops openai_ops;

#endif
