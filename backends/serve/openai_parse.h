/*
 * openai_parse.h - builds and parses the bodies of the OpenAI chat completions API, as vLLM and Ray Serve LLM implement
 * it: request, stream chunk, complete response, error, list of models. No I/O.
 *
 * Sources: the OpenAI API reference, "Chat Completions" (object, streaming object, errors) and "Models"; vLLM's errors,
 * which are either {"error": {message, code}} or {"object": "error", message}; FastAPI's {"detail": …}.
 */
#ifndef RAYDECK_SERVE_OPENAI_PARSE_H
#define RAYDECK_SERVE_OPENAI_PARSE_H

#include "backends/backend.h"
#include "backends/base/err.h"
#include "backends/base/known.h"

#include <stddef.h>

enum {
    OPENAI_BODY_MAX = 1024 * 1024,  /* of a response that does not stream, an error, the list of models */
    OPENAI_ANSWER_MAX = 256 * 1024, /* of the model's text */
    OPENAI_WHY_MAX = 384,
    OPENAI_NAME_MAX = 200
};

/* The content of one chunk of a stream, or of a complete response; absent fields are NULL or unknown. */
struct openai_piece {
    char *text;   /* the model's, raw: not safe text */
    char *finish; /* safe */
    char *model;  /* safe */
    char *error;  /* safe; an error object: the other fields are unset then */
    struct known_u64 tokens;
    bool over; /* "[DONE]" */
};
void openai_piece_done(struct openai_piece *p);

/* The data of one event of the stream. */
enum err openai_parse_event(const char *data, size_t len, struct openai_piece *ret, struct why *why);
/* A response that does not stream. */
enum err openai_parse_answer(const char *body, size_t len, struct openai_piece *ret, struct why *why);

/* The message in an error body, safe; NULL where there is none. Caller frees. */
char *openai_parse_error(const char *body, size_t len);

/* The id of the first model of /v1/models, raw, as a request needs it; ERR_NOT_FOUND for an empty list. Caller frees.
 */
enum err openai_parse_models(const char *body, size_t len, char **ret_model, struct why *why);

/* The body of a request: the earlier turns, then the question; all text is UTF-8. Caller frees. */
char *openai_build_request(const char *model, const struct prompt_turn *turns, size_t count, const char *question);

#endif
