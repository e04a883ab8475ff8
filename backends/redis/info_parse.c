/* info_parse.c - parses the reply to INFO. */
#include "backends/redis/info_parse.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <stdlib.h>
#include <string.h>

enum { INFO_TEXT_MAX = 64 };

/* A field of INFO, and the offset of the record's field that it sets. */
struct text_field {
    const char *name;
    size_t at;
};
static const struct text_field texts[] = {
    {"redis_version", offsetof(struct redis, version)},
    {"redis_mode", offsetof(struct redis, mode)},
    {"os", offsetof(struct redis, os)},
    {"role", offsetof(struct redis, role)},
    {"maxmemory_policy", offsetof(struct redis, policy)},
    {"rdb_last_bgsave_status", offsetof(struct redis, rdb_last)},
};
static const struct text_field numbers[] = {
    {"connected_slaves", offsetof(struct redis, replicas)},
    {"used_memory", offsetof(struct redis, used_memory)},
    {"maxmemory", offsetof(struct redis, max_memory)},
    {"connected_clients", offsetof(struct redis, clients)},
    {"uptime_in_seconds", offsetof(struct redis, uptime_s)},
    {"evicted_keys", offsetof(struct redis, evicted)},
    {"loading", offsetof(struct redis, loading)},
};

static void set_text(char **field, const char *value, size_t len)
{
    free(*field);
    *field = text_safe(value, len, TEXT_ONE_LINE, INFO_TEXT_MAX);
}

static bool name_is(const char *line, size_t len, const char *name)
{
    return len == strlen(name) && memcmp(line, name, len) == 0;
}

/* db0:keys=7,expires=0,avg_ttl=0 */
static void add_keys(struct redis *r, const char *value, size_t len)
{
    static const char keys[] = "keys=";
    uint64_t n;
    const char *end = memchr(value, ',', len);
    const size_t number_len = end ? (size_t)(end - value) : len;
    if (number_len < sizeof keys || memcmp(value, keys, sizeof keys - 1) != 0) return;
    if (text_u64(value + sizeof keys - 1, number_len - (sizeof keys - 1), UINT64_MAX / 2, &n) != ERR_OK) return;
    r->keys = known_u64(n + (r->keys.known ? r->keys.value : 0));
}

static bool is_db(const char *name, size_t len)
{
    return len > 2 && name[0] == 'd' && name[1] == 'b' && name[2] >= '0' && name[2] <= '9';
}

static void redis_set_field(struct redis *r, const char *name, size_t name_len, const char *value, size_t len)
{
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (name_is(name, name_len, texts[i].name)) set_text((char **)(void *)((char *)r + texts[i].at), value, len);
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        uint64_t n;
        if (name_is(name, name_len, numbers[i].name) && text_u64(value, len, UINT64_MAX, &n) == ERR_OK)
            *(struct known_u64 *)(void *)((char *)r + numbers[i].at) = known_u64(n);
    }
    if (name_is(name, name_len, "cluster_enabled")) r->cluster = tri_of(len == 1 && *value == '1');
    if (name_is(name, name_len, "aof_enabled")) record_set(&r->aof, len == 1 && *value == '1' ? "on" : "off");
    if (name_is(name, name_len, "valkey_version")) {
        /* Valkey always sends redis_version 7.2.4, then its own version */
        char *safe = text_safe(value, len, TEXT_ONE_LINE, INFO_TEXT_MAX);
        free(r->version);
        r->version = mem_printf("valkey %s", safe);
        free(safe);
    }
    if (is_db(name, name_len)) add_keys(r, value, len);
}

void info_parse(const char *text, size_t len, struct redis *r)
{
    r->keys = UNKNOWN_U64;
    bool keyspace = false;
    for (const char *line = text, *end = text + len; line < end;) {
        const char *eol = memchr(line, '\n', (size_t)(end - line));
        const char *next = eol ? eol + 1 : end;
        size_t line_len = (size_t)((eol ? eol : end) - line);
        if (line_len && line[line_len - 1] == '\r') line_len--;
        const char *colon = memchr(line, ':', line_len);
        if (colon) redis_set_field(r, line, (size_t)(colon - line), colon + 1, line_len - (size_t)(colon + 1 - line));
        if (name_is(line, line_len, "# Keyspace")) keyspace = true;
        line = next;
    }
    /* INFO lists no line for an empty database */
    if (keyspace && !r->keys.known) r->keys = known_u64(0);
}

unsigned info_version_number(const char *version)
{
    unsigned parts[3] = {0};
    if (!version) return 0;
    const char *at = version + strcspn(version, "0123456789");
    for (size_t i = 0; i < ARRAY_LEN(parts) && *at; i++) {
        uint64_t n;
        const size_t digits = strspn(at, "0123456789");
        if (!digits || text_u64(at, digits, 9999, &n) != ERR_OK) break;
        parts[i] = (unsigned)n;
        at += digits;
        if (*at != '.') break;
        at++;
    }
    return parts[0] * 10000 + parts[1] * 100 + parts[2];
}
