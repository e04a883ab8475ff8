/* request_words.h - what there is to say of how a prompt's answer ended, in the same words everywhere. Pure. */
#ifndef RAYDECK_WORLD_REQUEST_WORDS_H
#define RAYDECK_WORLD_REQUEST_WORDS_H

#include "backends/world/record.h"

/* Why the model stopped where it was not because it had said all; NULL: nothing to say. */
const char *request_end_words(const struct request *r);

#endif
