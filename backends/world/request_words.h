/* request_words.h - what there is to say of how a prompt's answer ended, in the same words everywhere. Pure. */
#ifndef RAYDECK_WORLD_REQUEST_WORDS_H
#define RAYDECK_WORLD_REQUEST_WORDS_H

#include "backends/world/record.h"

#include <stdbool.h>
#include <stddef.h>

/* Why the model stopped where it was not because it had said all; NULL: nothing to say. */
const char *request_end_words(const struct request *r);

/* How a prompt that is over ended: "answered in 1.5 s: …", "the prompt failed: …", "the prompt was cancelled". */
char *request_answer_words(const struct request *r, char *out, size_t size);
bool request_is_answered(const struct request *r); /* ok or slow */

#endif
