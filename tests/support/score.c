/* score.c - see score.h. */
#include "tests/support/score.h"

#include "backends/base/text.h"

enum truth truth_of(const struct replay_users *u)
{
    if (!u->served && !u->failed) return TRUTH_NONE;
    if (!u->failed && !u->proxies_failed) return TRUTH_YES;
    if (!u->served && !u->proxies_ok) return TRUTH_NO;
    if (!u->served && !u->proxies_failed) return TRUTH_NOT_YES;
    return TRUTH_ANY;
}

const char *truth_words(enum truth truth)
{
    static const char *const words[] = {"no request", "YES", "NO", "PARTLY or NO", "any"};
    return words[truth];
}

bool score_is_right(enum truth truth, const char *word)
{
    bool yes = text_eq(word, "YES"), no = text_eq(word, "NO"), partly = text_eq(word, "PARTLY");
    switch (truth) {
    case TRUTH_YES: return yes;
    case TRUTH_NO: return no;
    case TRUTH_NOT_YES: return no || partly;
    default: return true;
    }
}

void score_second(struct score *s, enum truth truth, const char *word, bool blind)
{
    bool unknown = text_eq(word, "–"), right = score_is_right(truth, word) || (blind && unknown);
    s->seconds++;
    s->right += right;
    s->unknown += !right && unknown;
    s->wrong += !right && !unknown;
    s->run = right ? 0 : s->run + 1;
    if (s->run > s->longest) s->longest = s->run;
}
