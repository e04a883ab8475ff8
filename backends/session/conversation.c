/* conversation.c - see conversation.h. */
#include "backends/session/conversation.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/request_kind.h"
#include "backends/world/request_words.h"

#include <stdlib.h>
#include <string.h>

static bool is_turn(const struct row *row, const char *id)
{
    const struct request *r = ROW(row, request);
    bool answered = request_is_answered(r);
    return text_eq(r->kind, REQUEST_PROMPT) && text_eq(r->talk, id) && answered && r->question && r->answer &&
           *r->answer;
}

struct prompt_turn *conversation_turns(const struct world *w, const char *id, size_t *ret_count, size_t *ret_dropped)
{
    struct prompt_turn *turns = NULL;
    size_t count = 0, first = 0, bytes = 0;
    WORLD_EACH (row, w, TABLE_REQUEST) count += id && is_turn(row, id);
    *ret_count = *ret_dropped = 0;
    if (!count) return NULL;
    turns = mem_zero(count, sizeof *turns);
    count = 0;
    WORLD_EACH (row, w, TABLE_REQUEST) {
        const struct request *r = ROW(row, request);
        if (is_turn(row, id)) turns[count++] = (struct prompt_turn){r->question, r->answer};
    }
    for (first = count; first > 0; first--) {
        bytes += strlen(turns[first - 1].question) + strlen(turns[first - 1].answer);
        if (bytes > CONVERSATION_BYTES_MAX) break;
    }
    memmove(turns, turns + first, (count - first) * sizeof *turns);
    *ret_count = count - first;
    *ret_dropped = first;
    return turns;
}
