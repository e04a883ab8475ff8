/* request_record.c - fills REQUEST records, whoever sends the request. */
#include "backends/serve/request_record.h"

struct request *request_record_new(const char *key, const char *kind, const char *target, const struct serve_path *path)
{
    struct request *r = record_new(TABLE_REQUEST, key);
    record_set(&r->kind, kind);
    record_set(&r->target, target);
    record_set(&r->path, path->words);
    record_set(&r->phase, "waiting");
    r->proxied = tri_of(path->proxied);
    return r;
}

void request_record_end(struct request *r, const char *phase, enum serve_failure f, const char *why)
{
    record_set(&r->phase, phase);
    record_set(&r->failure, serve_failure_word(f));
    record_set(&r->why, why && *why ? why : NULL);
}

void request_record_emit(const struct request *r, const struct sink *sink, const char *source, enum world_kind world)
{
    struct request *copy = record_copy(&r->record);
    sink_put(sink, change_put(source, world, &copy->record));
}
