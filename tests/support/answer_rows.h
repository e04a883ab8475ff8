/*
 * answer_rows.h - a server's script as a table: which request is answered with what, and when in the row of its like.
 */
#ifndef RAYDECK_TESTS_ANSWER_ROWS_H
#define RAYDECK_TESTS_ANSWER_ROWS_H

#include "tests/support/kube_fixture.h"

enum { ANSWER_ROWS_MAX = 32 };

/* What the server does with one request: the first row whose start is found answers. */
struct answer_row {
    const char *start;
    int status; /* 0: hangs up */
    const char *body;
    unsigned from, to; /* of the requests that begin so, counted from 0; both 0: all */
};

/* NULL: no row answers. rows: ended by one without a start; NULL: none. seen: how many requests of each row there were;
 * rows of one start stand together, and share a counter at the first of them. */
const struct answer_row *answer_row_find(const struct answer_row *rows, unsigned seen[ANSWER_ROWS_MAX],
                                         const char *request);
struct tiny_reply answer_row_reply(struct kube_fixture *s, const struct answer_row *row);

#endif
