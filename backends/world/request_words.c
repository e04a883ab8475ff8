/* request_words.c - the words of a request's phases. */
#include "backends/world/request_words.h"

#include "backends/base/text.h"

#include <stdio.h>

bool request_is_answered(const struct request *r)
{
    return text_eq(r->phase, "ok") || text_eq(r->phase, "slow");
}

const char *request_end_words(const struct request *r)
{
    const bool answered = request_is_answered(r);
    if (text_eq(r->finish, "length")) return "cut at the model's maximum";
    if (text_eq(r->finish, "content_filter")) return "stopped by the content filter";
    if (text_eq(r->finish, "tool_calls")) return "the model asks for a tool";
    return answered && (!r->answer || !*r->answer) ? "the answer is empty" : NULL;
}

char *request_answer_words(const struct request *r, char *out, size_t size)
{
    char took[TEXT_NUM_MAX];
    if (request_is_answered(r))
        snprintf(out, size, "answered in %s: %s", text_latency(took, r->latency_us),
                 r->answer && *r->answer ? r->answer : "the answer is empty");
    else if (text_eq(r->phase, "cancelled"))
        snprintf(out, size, "the prompt was cancelled");
    else
        snprintf(out, size, "the prompt failed: %s", r->why ? r->why : r->failure ? r->failure : "no answer");
    return out;
}
