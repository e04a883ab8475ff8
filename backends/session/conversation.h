/*
 * conversation.h - the earlier turns of a conversation, for its next prompt. Pure.
 */
#ifndef RAYDECK_SESSION_CONVERSATION_H
#define RAYDECK_SESSION_CONVERSATION_H

#include "backends/backend.h"
#include "backends/world/world.h"

enum { CONVERSATION_BYTES_MAX = 8 * 1024 }; /* some 2,000 tokens: the smallest usual context */

/* The newest answered turns that fit into CONVERSATION_BYTES_MAX, oldest first; *ret_dropped: the number of older ones.
 * Their text is borrowed from the world until its next change; caller frees the array. id NULL: none. */
struct prompt_turn *conversation_turns(const struct world *w, const char *id, size_t *ret_count, size_t *ret_dropped);

#endif
