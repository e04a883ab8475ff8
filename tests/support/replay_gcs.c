/* replay_gcs.c - reads the dumps of the recording ray-mistral; see replay_gcs.h. */
#include "tests/support/replay_gcs.h"

#include "backends/base/mem.h"
#include "backends/redis/gcs_parse.h"
#include "tests/support/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HERE "tests/fixtures/recordings/" REPLAY_GCS_FOLDER "/"
#define GCS_NS "29708251-8738-4230-9aee-0dc7ec94f91b"
#define WALL(seconds) ((uint64_t)((1795440000 + (seconds)) * 1000.0 + 0.5))

static const char first_node[] = "e900f747220ef992d9835f564a1f41d3fa5d922069c4ddf54f228fce";
static const char second_node[] = "f14b54eaeef0ee7d8e80b8bbab2919df126dbba4a69852ed44b7cbbb";
static const char third_node[] = "f63b0e28fc046b414d34aed92022700d7b9f7e1c2dec636678096759";

static size_t from_hex(const char *hex, size_t len, char **ret)
{
    char *bytes = mem_alloc(len / 2 + 1);
    for (size_t i = 0; i < len / 2; i++) {
        char two[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
        bytes[i] = (char)strtoul(two, NULL, 16);
    }
    *ret = bytes;
    return len / 2;
}

/* Where the records of a dump go to: into a replay at a time, or at once into a world. */
struct dump {
    struct replay *replay;
    uint64_t wall_ms;
    struct world *world;
    struct gcstable *table;
};

static void dump_put(struct dump *d, void *record)
{
    struct change *c = change_put("redis", WORLD_REDIS, record);
    if (d->replay) {
        replay_add(d->replay, d->wall_ms, c);
    } else {
        world_apply(d->world, c);
        change_free(c);
    }
}

static void dump_table_end(struct dump *d)
{
    if (!d->table) return;
    d->table->fields = known_u64(d->table->list_count);
    dump_put(d, d->table);
    d->table = NULL;
}

static void dump_line(void *arg, const char *line, size_t len)
{
    struct dump *d = arg;
    const char *field = memchr(line, ' ', len), *bytes = strchr(field + 1, ' '), *value = strchr(bytes + 1, ' ');
    char name[64], key[128], *raw_id, *raw;
    snprintf(name, sizeof name, "%.*s", (int)(field - line), line);
    if (!d->table || strcmp(d->table->table, name) != 0) {
        dump_table_end(d);
        snprintf(key, sizeof key, GCS_NS "/%s", name);
        d->table = record_new(TABLE_GCSTABLE, key);
        record_set(&d->table->ns, GCS_NS);
        record_set(&d->table->table, name);
    }
    enum gcs_table table = gcs_table_of((struct gcs_span){name, strlen(name)});
    struct gcs_span id = {NULL, 0};
    id.len = from_hex(field + 1, (size_t)(bytes - field - 1), &raw_id);
    id.at = raw_id;
    struct field *f = RECORD_APPEND(d->table, list);
    f->name = gcs_field_name(table, id);
    f->bytes = known_u64(strtoull(bytes + 1, NULL, 10));
    if (value) {
        struct gcs_place place = {GCS_NS, GCS_SINCE_PREPARED};
        struct gcs_span span = {NULL, from_hex(value + 1, strlen(value + 1), &raw)};
        struct record *r = NULL;
        struct why why = {0};
        span.at = raw;
        if (gcs_parse(table, &place, id, span, &r, &why) != ERR_OK) fail_msg("%s: %s", name, why.text);
        dump_put(d, r);
        free(raw);
    }
    free(raw_id);
}

static void dump_read(struct dump *d, const char *path)
{
    assert_true(fixture_lines(path, dump_line, d) > 90);
    dump_table_end(d);
}

void replay_add_gcs_end(struct replay *p, uint64_t wall_ms)
{
    struct dump after = {.replay = p, .wall_ms = wall_ms};
    dump_read(&after, HERE "redis-after.txt");
}

static struct raynode *node_after(const struct world *after, const char *id)
{
    char key[128];
    snprintf(key, sizeof key, GCS_NS "/%s", id);
    return record_copy(world_find(after, TABLE_RAYNODE, key)->record);
}

/* NODE has one field more: a new head has registered, and the old one was called DEAD in the same breath. What the
 * records say is in the RDB of the end, where the second head is dead as well: it was alive in between. */
static void add_registration(struct replay *p, double seconds, const struct world *after, const char *old,
                             const char *new)
{
    struct raynode *n = node_after(after, new);
    record_set(&n->state, "ALIVE");
    replay_add(p, WALL(seconds), change_put("redis", WORLD_REDIS, &n->record));
    n = node_after(after, old);
    assert_string_equal(n->state, "DEAD");
    replay_add(p, WALL(seconds), change_put("redis", WORLD_REDIS, &n->record));
}

void replay_add_gcs(struct replay *p)
{
    struct dump before = {.replay = p, .wall_ms = WALL(515)}, after = {.world = world_new()};
    dump_read(&before, HERE "redis-before.txt");
    dump_read(&after, HERE "redis-after.txt");
    add_registration(p, 567.273, after.world, first_node, second_node);
    add_registration(p, 631.822, after.world, second_node, third_node);
    world_free(after.world);
}
