/* clients_parse.c - parses the reply to CLIENT LIST. */
#include "backends/redis/clients_parse.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <stdio.h>
#include <string.h>

struct span {
    const char *at;
    size_t len;
};
struct row {
    struct span id, address, name, flags, command;
};

static bool span_is(struct span s, const char *text)
{
    return s.len == strlen(text) && memcmp(s.at, text, s.len) == 0;
}

/* "10.77.0.1:57074", "[fd00::1]:57074", "/run/redis.sock:0" without the port */
static struct span host_of(struct span address)
{
    const char *colon = address.len ? memrchr(address.at, ':', address.len) : NULL;
    if (!colon) return address;
    struct span host = {address.at, (size_t)(colon - address.at)};
    if (host.len >= 2 && host.at[0] == '[' && host.at[host.len - 1] == ']')
        host = (struct span){host.at + 1, host.len - 2};
    return host;
}

static void row_set_word(struct row *row, const char *word, size_t len)
{
    const char *eq = memchr(word, '=', len);
    if (!eq) return;
    const struct span name = {word, (size_t)(eq - word)}, value = {eq + 1, len - (size_t)(eq + 1 - word)};
    if (span_is(name, "id")) row->id = value;
    if (span_is(name, "addr")) row->address = value;
    if (span_is(name, "name")) row->name = value;
    if (span_is(name, "flags")) row->flags = value;
    if (span_is(name, "cmd")) row->command = value;
}

static struct row row_of(const char *line, size_t len)
{
    struct row row = {0};
    for (size_t i = 0; i < len;) {
        const char *space = memchr(line + i, ' ', len - i);
        const size_t word = space ? (size_t)(space - line) - i : len - i;
        row_set_word(&row, line + i, word);
        i += word + 1;
    }
    return row;
}

static bool is_ours(const struct row *row, const struct clients_ask *ask)
{
    static const char ours[] = CLIENTS_OUR_NAME;
    if (row->name.len >= sizeof ours - 1 && memcmp(row->name.at, ours, sizeof ours - 1) == 0) return true;
    uint64_t id;
    if (text_u64(row->id.at, row->id.len, UINT64_MAX, &id) != ERR_OK) return false;
    for (size_t i = 0; i < ask->own_count; i++)
        if (ask->own_ids[i] == id) return true;
    return false;
}

static bool is_ray(const struct row *row, const struct clients_ask *ask)
{
    /* last commands of the GCS's Redis client; one of its connections only ever sends DEL DUMMY */
    static const char *const commands[] = {"ping",   "del",   "hset", "hget",   "hdel",   "hscan", "hmget", "hexists",
                                           "hsetnx", "hkeys", "incr", "incrby", "exists", "scan",  "unlink"};
    const struct span host = host_of(row->address);
    if (is_ours(row, ask) || row->address.len == 0) return false;
    if (ask->head_count) {
        for (size_t i = 0; i < ask->head_count; i++)
            if (span_is(host, ask->heads[i])) return true;
        return false;
    }
    if (row->name.len || !span_is(row->flags, "N")) return false;
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        if (span_is(row->command, commands[i])) return true;
    return false;
}

/* Appends an address that the list does not hold yet. */
static void add_from(char from[CLIENTS_TEXT_MAX], size_t *count, struct span host)
{
    char safe[64];
    text_safe_into(safe, sizeof safe, host.at, host.len);
    const size_t safe_len = strlen(safe), len = strlen(from);
    if (safe_len == 0) return; /* an address of a port alone; strstr with "" would loop for ever */
    for (const char *at = from; (at = strstr(at, safe)) != NULL; at += safe_len) {
        const bool starts = at == from || at[-1] == ' ', ends = at[safe_len] == '\0' || at[safe_len] == ',';
        if (starts && ends) return;
    }
    if (*count == CLIENTS_FROM_MAX || len + safe_len + 3 > CLIENTS_TEXT_MAX) return;
    snprintf(from + len, CLIENTS_TEXT_MAX - len, "%s%s", len ? ", " : "", safe);
    ++*count;
}

void clients_parse(const char *text, size_t len, const struct clients_ask *ask, struct clients_sum *ret)
{
    struct clients_sum sum = {0};
    size_t count = 0;
    for (size_t i = 0; i < len;) {
        const char *eol = memchr(text + i, '\n', len - i);
        const size_t line = eol ? (size_t)(eol - text) - i : len - i;
        const struct row row = row_of(text + i, line);
        i += line + 1;
        if (row.id.len == 0) continue;
        sum.rows++;
        if (!is_ray(&row, ask)) continue;
        sum.ray++;
        add_from(sum.from, &count, host_of(row.address));
    }
    *ret = sum;
}
