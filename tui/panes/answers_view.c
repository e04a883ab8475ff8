/* answers_view.c - the answers as the panes draw them. */
#include "tui/panes/answers_view.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tui/draw/glyph.h"
#include "tui/draw/wrap.h"

#include <stdio.h>
#include <string.h>

enum { QUESTION_AT = 1, WORD_AT_WIDE = 18, WORD_AT = 16, WORD_WIDTH = 5, WIDE = 110 };

enum role verdict_role(enum verdict v)
{
    return v == VERDICT_OK ? ROLE_OK : v == VERDICT_WARN ? ROLE_WARN : v == VERDICT_NO ? ROLE_BAD : ROLE_DIM;
}

/* Bytes of the leading parts, or clauses of the first, that fit whole; 0: none does. */
static size_t parts_fitting(const char *text, int room)
{
    static const char *const ends[] = {" · ", "; "};
    char part[ANSWER_TEXT_MAX];
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        size_t fitting = 0;
        for (const char *end = strstr(text, ends[i]); end; end = strstr(end + 1, ends[i])) {
            snprintf(part, sizeof part, "%.*s", (int)(end - text), text);
            if ((int)text_width(part) > room) break;
            fitting = (size_t)(end - text);
        }
        if (fitting) return fitting;
    }
    return 0;
}

static void evidence_draw(struct canvas *cv, int row, int col, const char *text)
{
    const int room = cv->cols - col;
    size_t next;
    if (room <= 0) return;
    canvas_fill(cv, row, col, 1, room, ROLE_TEXT, ' ');
    if ((int)text_width(text) <= room) {
        (void)canvas_text(cv, row, col, ROLE_TEXT, text);
        return;
    }
    const size_t parts = parts_fitting(text, room);
    if (parts) {
        (void)canvas_textn(cv, row, col, ROLE_TEXT, text, parts);
        return;
    }
    size_t words = room > 2 ? wrap_line(text, room - 2, &next) : 0;
    if (text[words] != ' ') words = 0;
    const int end = canvas_textn(cv, row, col, ROLE_TEXT, text, words);
    (void)canvas_printf(cv, row, end, ROLE_TEXT, "%s%s", words ? " " : "", glyph(cv->ascii, GLYPH_ELLIPSIS));
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
        evidence_draw(cv, i, at, fits || !a->brief[0] ? a->text : a->brief);
    }
}
