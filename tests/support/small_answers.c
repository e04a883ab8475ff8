/* small_answers.c - judges the small cluster; see small_answers.h. */
#include "tests/support/small_answers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct answer small_answer(const struct small *s, int which)
{
    struct answer a[ANSWERS];
    const struct focus f = small_focus(s);
    const struct outage o = small_outage_now(s);
    answers_of(s->w, &f, &o, outage_previous(&s->r), s->now_ms, small_wall(s), a);
    return a[which];
}

void small_answer_is(const struct small *s, int which, const char *question, enum verdict verdict, const char *word,
                     const char *text, const char *brief)
{
    const struct answer a = small_answer(s, which);
    assert_string_equal(a.question, question);
    assert_string_equal(a.word, word);
    assert_string_equal(a.text, text);
    assert_string_equal(a.brief, brief);
    assert_int_equal(a.verdict, verdict);
}

struct service_evidence small_evidence(const struct small *s)
{
    const struct focus f = small_focus(s);
    return evidence_of(s->w, &f, s->now_ms, small_wall(s));
}
