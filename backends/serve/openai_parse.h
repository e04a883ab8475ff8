/*
 * openai_parse.h - the bodies of the OpenAI API's chat completions, as vLLM, Ray Serve LLM and the like write them:
 * what is asked, the pieces of a stream, a whole answer, an error, the list of models. Bytes in, plain data out; no
 * I/O.
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
    OPENAI_BODY_MAX = 1024 * 1024,  /* of an answer that does not stream, of an error, of the models */
    OPENAI_ANSWER_MAX = 256 * 1024, /* of the model's text */
    OPENAI_WHY_MAX = 384,
    OPENAI_NAME_MAX = 200
};

/* What one piece of a stream, or a whole answer, says; what it does not is NULL or unknown. */
struct openai_piece {
    char *text;   /* of the model, raw: not safe yet */
    char *finish; /* safe */
    char *model;  /* safe */
    char *error;  /* safe; the model's or the server's own complaint: there is nothing else */
    struct known_u64 tokens;
    bool over; /* "[DONE]" */
};
void openai_piece_done(struct openai_piece *p);

/* The data of one event of the stream. */
enum err openai_parse_event(const char *data, size_t len, struct openai_piece *ret, struct why *why);
/* A whole answer that came in one piece. */
enum err openai_parse_answer(const char *body, size_t len, struct openai_piece *ret, struct why *why);

/* The message in the body of an error, safe; NULL where there is none. Caller frees. */
char *openai_parse_error(const char *body, size_t len);

/* The first model of /v1/models, raw, so that it can be asked for; ERR_NOT_FOUND for an empty list. Caller frees. */
enum err openai_parse_models(const char *body, size_t len, char **ret_model, struct why *why);

/* The body of a question, after the turns that were before it; all text is UTF-8. Caller frees. */
char *openai_write_ask(const char *model, const struct prompt_turn *turns, size_t count, const char *question);

#endif
