/* openai_fuzz.c - a stream of any bytes: split anywhere its events are the same, and what comes out of them is bounded.
 */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/serve/openai_parse.h"
#include "backends/serve/sse_parse.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static bool on_event(void *arg, const char *name, const char *data, size_t len)
{
    struct openai_piece p;
    struct buf *told = arg;
    assert(len <= SSE_EVENT_MAX && strlen(name) < SSE_NAME_MAX && data[len] == '\0');
    (void)buf_printf(told, "%s|%zu;", name, len);
    if (openai_parse_event(data, len, &p, NULL) == ERR_OK) {
        if (p.error) assert(text_is_safe(p.error, strlen(p.error), TEXT_ONE_LINE));
        if (p.finish) assert(text_is_safe(p.finish, strlen(p.finish), TEXT_ONE_LINE));
        openai_piece_done(&p);
    }
    return true;
}

static void feed_stream(const uint8_t *bytes, size_t len, size_t piece, struct buf *told)
{
    struct sse s;
    enum err err = ERR_OK;
    sse_init(&s);
    for (size_t at = 0; !err && at < len; at += piece)
        err = sse_feed(&s, (const char *)bytes + at, piece < len - at ? piece : len - at, on_event, told);
    sse_done(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct buf once, apart;
    struct openai_piece p;
    char *model = NULL;
    buf_init(&once, 1 << 20);
    buf_init(&apart, 1 << 20);
    feed_stream(bytes, len, len ? len : 1, &once);
    feed_stream(bytes, len, len ? 1 + bytes[0] % 7 : 1, &apart);
    assert(strcmp(buf_text(&once), buf_text(&apart)) == 0);
    buf_done(&once);
    buf_done(&apart);
    if (openai_parse_answer((const char *)bytes, len, &p, NULL) == ERR_OK) openai_piece_done(&p);
    if (openai_parse_models((const char *)bytes, len, &model, NULL) == ERR_OK) free(model);
    char *why = openai_parse_error((const char *)bytes, len);
    if (why) assert(text_is_safe(why, strlen(why), TEXT_ONE_LINE) && strlen(why) <= OPENAI_WHY_MAX);
    free(why);
    return 0;
}
