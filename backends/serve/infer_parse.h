/*
 * infer_parse.h - parses the response to the blueprint's GET /infer?sentence=…: a JSON array of one string, in which
 * the model echoes the question: "<s> [INST] question [/INST] answer</s>" (recorded from Ray Serve 2.60 and 2.22).
 */
#ifndef RAYDECK_SERVE_INFER_PARSE_H
#define RAYDECK_SERVE_INFER_PARSE_H

#include "backends/base/err.h"

#include <stddef.h>

enum { INFER_BODY_MAX = 1024 * 1024, INFER_ANSWER_MAX = 256 * 1024 };

/* *ret_answer: safe text, lines kept, trimmed, without the echo, <s> and </s>; "" is an answer too. Caller frees. A
 * bare JSON string is taken as well. ERR_PARSE for anything else: why says what it was. */
enum err infer_parse(const char *body, size_t len, char **ret_answer, struct why *why);

#endif
