/* server_parse.c - parses the replies to CONFIG GET and SLOWLOG GET. */
#include "backends/redis/server_parse.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/redis/clients_parse.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SETTING_MAX = 256, COMMAND_MAX = 24 };
enum { ENTRY_TIME = 1, ENTRY_US = 2, ENTRY_WORDS = 3, ENTRY_CLIENT = 5 };

/* ---- CONFIG GET ---- */

static void set_safe(char **field, const struct reply *value)
{
    free(*field);
    *field = text_safe(value->text, value->len, TEXT_ONE_LINE, SETTING_MAX);
}

/* slowlog-log-slower-than: microseconds; -1 turns the slow log off. */
static void set_slow_threshold(const struct reply *value, struct redis *r)
{
    uint64_t us;
    r->slow_off = TRI_UNKNOWN;
    r->slow_from_us = UNKNOWN_U64;
    if (value->len && value->text[0] == '-') {
        r->slow_off = TRI_YES;
    } else if (text_u64(value->text, value->len, INT64_MAX, &us) == ERR_OK) {
        r->slow_off = TRI_NO;
        r->slow_from_us = known_u64(us);
    }
}

void config_parse(const char *name, const struct reply *value, struct redis *r)
{
    uint64_t seconds;
    if (!reply_is_text(value)) return;
    if (text_eq(name, "timeout") && text_u64(value->text, value->len, UINT32_MAX, &seconds) == ERR_OK)
        r->timeout_s = known_u64(seconds);
    if (text_eq(name, "maxmemory-policy")) set_safe(&r->policy, value);
    if (text_eq(name, "appendonly")) record_set(&r->aof, text_eq(value->text, "yes") ? "on" : "off");
    if (text_eq(name, "save")) set_safe(&r->save, value);
    if (text_eq(name, "slowlog-log-slower-than")) set_slow_threshold(value, r);
}

/* ---- SLOWLOG GET ---- */

/* The command's name in capitals; NULL where it is no plausible name. */
static char *command_of(const struct reply *words)
{
    const struct reply *first = reply_item(words, 0);
    char name[COMMAND_MAX + 1];
    if (!reply_is_text(first) || first->len == 0 || first->len > COMMAND_MAX) return NULL;
    for (size_t i = 0; i < first->len; i++) {
        const unsigned char c = (unsigned char)first->text[i];
        if (!isalnum(c) && c != '.' && c != '_' && c != '-') return NULL;
        name[i] = (char)toupper(c);
    }
    return mem_strn(name, first->len);
}

static struct known_u64 number_at(const struct reply *entry, size_t at)
{
    const struct reply *n = reply_item(entry, at);
    return n && n->type == REPLY_INTEGER && n->number >= 0 ? known_u64((uint64_t)n->number) : UNKNOWN_U64;
}

/* Redis before 4.0 does not send the client's name. */
static bool is_ours(const struct reply *entry)
{
    static const char ours[] = CLIENTS_OUR_NAME;
    const struct reply *client = reply_item(entry, ENTRY_CLIENT);
    return reply_is_text(client) && client->len >= sizeof ours - 1 && memcmp(client->text, ours, sizeof ours - 1) == 0;
}

static void add_slow_entry(const struct reply *entry, struct redis *r)
{
    const struct known_u64 us = number_at(entry, ENTRY_US), at = number_at(entry, ENTRY_TIME);
    if (!us.known || is_ours(entry)) return;
    char *command = command_of(reply_item(entry, ENTRY_WORDS));
    r->slow_count.value++;
    if (command && strcasecmp(command, "keys") == 0) r->slow_keys.value++;
    if (!r->slow_us.known || us.value > r->slow_us.value) {
        r->slow_us = us;
        r->slow_at = at.known && at.value < UINT64_MAX / 1000 ? known_u64(at.value * 1000) : UNKNOWN_U64;
        record_set(&r->slow_command, command);
    }
    free(command);
}

bool slowlog_parse(const struct reply *reply, struct redis *r)
{
    r->slow_count = r->slow_keys = r->slow_us = r->slow_at = UNKNOWN_U64;
    record_set(&r->slow_command, NULL);
    if (!reply || reply->type != REPLY_ARRAY) return false;
    r->slow_count = r->slow_keys = known_u64(0);
    for (size_t i = 0; i < reply->count; i++) add_slow_entry(reply->items[i], r);
    return true;
}

struct known_u64 cluster_size_parse(const char *text, size_t len)
{
    static const char name[] = "cluster_size:";
    const char *at = memmem(text, len, name, sizeof name - 1);
    uint64_t n;
    if (!at) return UNKNOWN_U64;
    at += sizeof name - 1;
    size_t digits = 0;
    while (at + digits < text + len && at[digits] >= '0' && at[digits] <= '9') digits++;
    return digits && text_u64(at, digits, UINT32_MAX, &n) == ERR_OK ? known_u64(n) : UNKNOWN_U64;
}
