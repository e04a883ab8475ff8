/* answers_view.c - the answers as the panes draw them. */
#include "tui/panes/answers_view.h"

#include "backends/base/text.h"

enum { QUESTION_AT = 1, WORD_AT_WIDE = 18, WORD_AT = 16, WORD_WIDTH = 5, WIDE = 110 };

enum role verdict_role(enum verdict v)
{
    return v == VERDICT_OK ? ROLE_OK : v == VERDICT_WARN ? ROLE_WARN : v == VERDICT_NO ? ROLE_BAD : ROLE_DIM;
}

void answers_draw(const struct answer answers[ANSWERS], struct canvas *cv)
{
    int word_at = cv->cols >= WIDE ? WORD_AT_WIDE : WORD_AT;
    for (int i = 0; i < ANSWERS; i++) {
        const struct answer *a = &answers[i];
        int width = (int)text_width(a->word), room = cv->cols;
        canvas_field(cv, i, QUESTION_AT, word_at - QUESTION_AT - 1, ROLE_STRONG, a->question ? a->question : "");
        int gap = width <= WORD_WIDTH ? 1 : cv->cols >= WIDE ? 3 : 2; /* a word that is a clause stands apart */
        int shown = word_at + width > room ? room - word_at : width;
        canvas_field(cv, i, word_at, shown > 0 ? shown : 0, verdict_role(a->verdict), a->word);
        if (width < WORD_WIDTH) width = WORD_WIDTH;
        int at = word_at + (a->word[0] ? width + gap : 0);
        bool fits = (int)text_width(a->text) <= room - at;
        canvas_field(cv, i, at, room > at ? room - at : 0, ROLE_TEXT, fits || !a->brief[0] ? a->text : a->brief);
    }
}
