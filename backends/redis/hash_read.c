/*
 * hash_read.c - HLEN first, which selects the mode; then HSCAN pages, or HKEYS. Fields that come without values become
 * items: a pipelined HSTRLEN for each (stage SIZES), then HGET for those whose value is wanted (stage VALUES).
 */
#include "backends/redis/hash_read.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/redis/command_pace.h"
#include "backends/redis/cursor_guard.h"

#include <stdlib.h>
#include <string.h>

enum mode { BY_KEYS, BY_SCAN, BY_SCAN_KEYS, ONLY_COUNT };
enum stage { SIZES, VALUES };

struct item {
    char *at;
    size_t len;
    struct known_u64 bytes;
};

struct hash_read {
    struct hash_env env;
    struct gcs_hash *hash;
    struct command_pace pace;
    enum mode mode;
    bool unscannable;
    uint64_t total, seen;
    char cursor[24];
    struct cursor_guard guard;
    /* the reply to HKEYS, or to one HSCAN with NOVALUES */
    struct item *items;
    size_t count;
    enum stage stage;
    size_t requested, answered; /* index after the last item of this stage that was sent, and that was answered */
};

static void read_next(void *arg);

static void free_items(struct hash_read *hr)
{
    for (size_t i = 0; i < hr->count; i++) free(hr->items[i].at);
    free(hr->items);
    hr->items = NULL;
    hr->count = 0;
}

void hash_read_free(struct hash_read *hr)
{
    if (!hr) return;
    free_items(hr);
    cursor_guard_done(&hr->guard);
    command_pace_done(&hr->pace);
    free(hr);
}

const struct gcs_hash *hash_read_scanning(const struct hash_read *hr)
{
    return hr && hr->mode == BY_SCAN ? hr->hash : NULL;
}

/* The done callback may free hr. */
static void read_finish(struct hash_read *hr, enum hash_outcome outcome, const struct reply *error)
{
    command_pace_charge(&hr->pace);
    if (outcome == HASH_READ && hr->mode == ONLY_COUNT)
        gcs_view_count(hr->env.view, hr->hash, hr->total, loop_wall_ms(hr->env.loop));
    else if (outcome == HASH_READ)
        gcs_view_end(hr->env.view, hr->hash, loop_wall_ms(hr->env.loop));
    hr->env.done(hr->env.arg, hr->hash, outcome, error);
}

static bool read_refused(struct hash_read *hr, const struct reply *reply)
{
    if (reply->type != REPLY_ERROR) return false;
    read_finish(hr, reply_error_is(reply, "WRONGTYPE") ? HASH_ABSENT : HASH_REFUSED, reply);
    return true;
}

static struct gcs_span key_of(const struct hash_read *hr)
{
    return (struct gcs_span){hr->hash->key, hr->hash->key_len};
}

static struct gcs_span text_of(const char *text)
{
    return (struct gcs_span){text, strlen(text)};
}

/* ---- sizes and values of named fields ---- */

static void add_item(struct hash_read *hr, const struct reply *field)
{
    if (!reply_is_text(field)) return;
    hr->items[hr->count++] = (struct item){mem_strn(field->text, field->len), field->len, UNKNOWN_U64};
}

static void set_items(struct hash_read *hr, const struct reply *fields)
{
    free_items(hr);
    hr->items = mem_zero(fields->count + 1, sizeof *hr->items);
    for (size_t i = 0; i < fields->count; i++) add_item(hr, fields->items[i]);
    hr->stage = SIZES;
    hr->requested = hr->answered = 0;
}

static bool wants_value(const struct hash_read *hr, const struct item *item)
{
    enum gcs_table table;
    struct gcs_span word, id;
    if (!item->bytes.known || item->bytes.value > HASH_VALUE_MAX) return false;
    return gcs_view_place(hr->hash, (struct gcs_span){item->at, item->len}, &table, &word, &id) &&
           gcs_table_has_records(table);
}

static void item_publish(struct hash_read *hr, const struct item *item, const struct gcs_span *value)
{
    gcs_view_field(hr->env.view, hr->hash, (struct gcs_span){item->at, item->len}, item->bytes, value,
                   loop_wall_ms(hr->env.loop));
}

/* The first item from `at` on that this stage requests. */
static size_t next_of_stage(const struct hash_read *hr, size_t at)
{
    while (at < hr->count && hr->stage == VALUES && !wants_value(hr, &hr->items[at])) at++;
    return at;
}

static void on_item(void *arg, const struct reply *reply)
{
    struct hash_read *hr = arg;
    const size_t at = next_of_stage(hr, hr->answered);
    if (at >= hr->count) return;
    struct item *item = &hr->items[at];
    hr->answered = at + 1;
    if (hr->stage == SIZES) {
        if (reply->type == REPLY_INTEGER && reply->number >= 0) item->bytes = known_u64((uint64_t)reply->number);
        if (!wants_value(hr, item)) item_publish(hr, item, NULL);
    } else {
        const struct gcs_span value = {reply->text, reply->len};
        item_publish(hr, item, reply->type == REPLY_STRING ? &value : NULL);
    }
    if (hr->answered == hr->requested) command_pace_next(&hr->pace);
}

static bool send_batch(struct hash_read *hr)
{
    size_t sent = 0;
    for (size_t at; sent < HASH_BATCH && (at = next_of_stage(hr, hr->requested)) < hr->count; sent++) {
        const struct gcs_span args[] = {key_of(hr), {hr->items[at].at, hr->items[at].len}};
        hr->requested = at + 1;
        command_pace_send(&hr->pace, hr->stage == SIZES ? ALLOW_HSTRLEN : ALLOW_HGET, args, 2, on_item);
    }
    return sent > 0;
}

/* ---- cursors ---- */

static void on_keys(void *arg, const struct reply *reply)
{
    struct hash_read *hr = arg;
    if (read_refused(hr, reply)) return;
    if (reply->type != REPLY_ARRAY) {
        read_finish(hr, HASH_REFUSED, reply);
        return;
    }
    set_items(hr, reply);
    command_pace_next(&hr->pace);
}

static void publish_pairs(struct hash_read *hr, const struct reply *pairs)
{
    for (size_t i = 0; i + 1 < pairs->count; i += 2) {
        const struct reply *field = pairs->items[i], *value = pairs->items[i + 1];
        if (!reply_is_text(field) || !reply_is_text(value)) continue;
        const struct gcs_span text = {value->text, value->len};
        gcs_view_field(hr->env.view, hr->hash, (struct gcs_span){field->text, field->len}, known_u64(value->len), &text,
                       loop_wall_ms(hr->env.loop));
    }
}

static void on_scanned(void *arg, const struct reply *reply)
{
    struct hash_read *hr = arg;
    const struct reply *cursor = reply_item(reply, 0), *page = reply_item(reply, 1);
    if (read_refused(hr, reply)) return;
    if (!reply_is_text(cursor) || cursor->len == 0 || cursor->len >= sizeof hr->cursor || !page ||
        page->type != REPLY_ARRAY) {
        read_finish(hr, HASH_REFUSED, reply);
        return;
    }
    memcpy(hr->cursor, cursor->text, cursor->len + 1);
    if (hr->mode == BY_SCAN)
        publish_pairs(hr, page);
    else
        set_items(hr, page);
    hr->seen += hr->mode == BY_SCAN ? page->count / 2 : page->count;
    if (!cursor_guard_check(&hr->guard, hr->cursor, hr->seen, hr->total)) {
        read_finish(hr, HASH_ENDLESS, NULL);
        return;
    }
    if (hr->total > HASH_KEYS_MAX) hr->env.progress(hr->env.arg, hr->hash, hr->seen, hr->total);
    command_pace_next(&hr->pace);
}

static void send_hscan(struct hash_read *hr)
{
    const struct gcs_span args[] = {key_of(hr), text_of(*hr->cursor ? hr->cursor : "0"), text_of("COUNT"),
                                    text_of(HASH_SCAN_COUNT), text_of("NOVALUES")};
    command_pace_send(&hr->pace, ALLOW_HSCAN, args, hr->mode == BY_SCAN ? 4 : 5, on_scanned);
}

/* Sends the next batch, page or stage; finishes when there is none. */
static void read_next(void *arg)
{
    struct hash_read *hr = arg;
    if (hr->items) {
        if (send_batch(hr)) return;
        if (hr->stage == SIZES) {
            hr->stage = VALUES;
            hr->requested = hr->answered = 0;
            if (send_batch(hr)) return;
        }
        free_items(hr);
        if (hr->mode == BY_KEYS) {
            read_finish(hr, HASH_READ, NULL);
            return;
        }
    }
    const struct gcs_span key = key_of(hr);
    if (hr->mode == ONLY_COUNT || strcmp(hr->cursor, "0") == 0)
        read_finish(hr, HASH_READ, NULL);
    else if (hr->mode == BY_KEYS)
        command_pace_send(&hr->pace, ALLOW_HKEYS, &key, 1, on_keys);
    else
        send_hscan(hr);
}

static enum mode mode_of(const struct hash_read *hr)
{
    if (hr->unscannable) return hr->total <= HASH_KEYS_UNSCANNABLE ? BY_KEYS : ONLY_COUNT;
    if (gcs_table_has_records(hr->hash->table)) return BY_SCAN;
    if (hr->total <= HASH_KEYS_MAX) return BY_KEYS;
    return hr->env.scan_novalues ? BY_SCAN_KEYS : BY_SCAN;
}

static void on_length(void *arg, const struct reply *reply)
{
    struct hash_read *hr = arg;
    if (read_refused(hr, reply)) return;
    if (reply->type != REPLY_INTEGER || reply->number <= 0) {
        read_finish(hr, reply->type == REPLY_INTEGER ? HASH_ABSENT : HASH_REFUSED, reply);
        return;
    }
    hr->total = hr->hash->fields = (uint64_t)reply->number;
    hr->mode = mode_of(hr);
    if (hr->mode != ONLY_COUNT) gcs_view_begin(hr->hash);
    command_pace_next(&hr->pace);
}

struct hash_read *hash_read_start(const struct hash_env *env, struct gcs_hash *h, bool unscannable)
{
    struct hash_read *hr = mem_zero(1, sizeof *hr);
    hr->env = *env;
    hr->hash = h;
    hr->mode = ONLY_COUNT;
    hr->unscannable = unscannable;
    command_pace_init(&hr->pace, env->loop, env->conn, env->budget, read_next, hr);
    cursor_guard_init(&hr->guard, HASH_PAGE);
    const struct gcs_span key = key_of(hr);
    command_pace_send(&hr->pace, ALLOW_HLEN, &key, 1, on_length);
    return hr;
}
