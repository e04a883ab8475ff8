/*
 * conversation.h - what was said so far in a conversation, for the next prompt of it. Pure.
 */
#ifndef RAYDECK_SESSION_CONVERSATION_H
#define RAYDECK_SESSION_CONVERSATION_H

#include "backends/backend.h"
#include "backends/world/world.h"

enum { CONVERSATION_BYTES_MAX = 8 * 1024 }; /* some 2,000 tokens: the least that a model is served with */

/* The answered turns, oldest first, as many of the newest as CONVERSATION_BYTES_MAX takes; *ret_dropped: how many there
 * are before them. Their text is borrowed from the world until its next change; caller frees the array. id NULL: none.
 */
struct prompt_turn *conversation_turns(const struct world *w, const char *id, size_t *ret_count, size_t *ret_dropped);

#endif
