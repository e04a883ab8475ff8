/* request_words.c - the words of a request's phases. */
#include "backends/world/request_words.h"

#include "backends/base/text.h"

const char *request_end_words(const struct request *r)
{
    bool answered = text_eq(r->phase, "ok") || text_eq(r->phase, "slow");
    if (text_eq(r->finish, "length")) return "cut at the model's maximum";
    if (text_eq(r->finish, "content_filter")) return "stopped by the content filter";
    if (text_eq(r->finish, "tool_calls")) return "the model asks for a tool";
    return answered && (!r->answer || !*r->answer) ? "the answer is empty" : NULL;
}
