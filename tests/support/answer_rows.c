/* answer_rows.c - see answer_rows.h. */
#include "tests/support/answer_rows.h"

#include <assert.h>
#include <string.h>

const struct answer_row *answer_row_find(const struct answer_row *rows, unsigned seen[ANSWER_ROWS_MAX],
                                         const char *request)
{
    const char *last = NULL;
    unsigned count = 0;
    for (unsigned i = 0; rows && rows[i].start; i++) {
        const struct answer_row *row = &rows[i];
        assert(i < ANSWER_ROWS_MAX);
        if (strncmp(request, row->start, strlen(row->start)) != 0) continue;
        if (!last || strcmp(last, row->start) != 0) count = seen[i]++;
        last = row->start;
        if ((!row->from && !row->to) || (count >= row->from && count < row->to)) return row;
    }
    return NULL;
}

struct tiny_reply answer_row_reply(struct kube_fixture *s, const struct answer_row *row)
{
    if (row->status) return kube_fixture_json(s, row->status, row->body);
    return (struct tiny_reply){.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{\"kind\"", .hang_up = true};
}
