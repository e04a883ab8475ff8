/* redis_reply_fuzz.c - RESP as it comes from a socket: the first byte says how large the pieces are. */
#include "backends/redis/reply.h"
#include "backends/redis/server_parse.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    struct reply_reader *rr = reply_reader_new();
    const size_t piece = (size_t)data[0] * 16 + 1;
    enum err err = ERR_OK;
    for (size_t at = 1; at < size && !err; at += piece) {
        err = reply_feed(rr, (const char *)data + at, size - at < piece ? size - at : piece, NULL);
        for (struct reply *r = NULL; !err; reply_free(r)) {
            r = NULL;
            err = reply_next(rr, &r, NULL);
            if (!r) break;
            (void)reply_error_is(r, "NOAUTH");
            struct redis *record = record_new(TABLE_REDIS, "redis");
            config_parse("save", reply_item(r, 1), record);
            config_parse("slowlog-log-slower-than", reply_item(r, 1), record);
            (void)slowlog_parse(r, record);
            record_free(&record->record);
        }
    }
    reply_reader_free(rr);
    return 0;
}
