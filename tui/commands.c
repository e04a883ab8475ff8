/* commands.c - see commands.h. */
#include "tui/commands.h"

#include "backends/base/text.h"

#include <stdio.h>
#include <string.h>

const struct command commands[CMD_COUNT] = {
#define CMD(id, name, keys, where, needs, footer, help) {name, keys, where, needs, footer, help},
#include "tui/commands.def"
#undef CMD
};

/* "q ^C" are two keys, "x k" one sequence: a leader is a key that is not bound by itself. The leaders: */
static const char *const leaders[] = {"x", NULL};

struct binding {
    char first[16], second[16]; /* second: "" for a single key */
    enum command_id command;
};

static bool is_leader(const char *key)
{
    for (size_t i = 0; leaders[i]; i++)
        if (strcmp(leaders[i], key) == 0) return true;
    return false;
}

/* The next word of a list of keys; false at its end. */
static bool next_key(const char **keys, char out[16])
{
    while (**keys == ' ') (*keys)++;
    size_t len = strcspn(*keys, " ");
    if (len == 0) return false;
    size_t kept = len < 15 ? len : 15;
    memcpy(out, *keys, kept);
    out[kept] = '\0';
    *keys += len;
    return true;
}

/* The next binding of a command's keys; false at the end. */
static bool next_binding(const char **keys, struct binding *ret)
{
    *ret = (struct binding){.first = ""};
    if (!next_key(keys, ret->first)) return false;
    return !is_leader(ret->first) || next_key(keys, ret->second);
}

void command_first_key(enum command_id id, char out[16])
{
    const char *keys = commands[id].keys;
    struct binding b;
    next_binding(&keys, &b);
    snprintf(out, 16, "%.7s%s%.7s", b.first, b.second[0] ? " " : "", b.second);
}

static bool same_key(const struct input *in, const char *key)
{
    struct input wanted;
    return key_parse(key, &wanted) && wanted.key == in->key && wanted.mods == in->mods;
}

static bool find_command(const struct input *leader, const struct input *in, enum command_id *ret)
{
    for (int id = 0; id < CMD_COUNT; id++) {
        const char *keys = commands[id].keys;
        struct binding b;
        while (next_binding(&keys, &b)) {
            bool hit = leader ? b.second[0] && same_key(leader, b.first) && same_key(in, b.second)
                              : !b.second[0] && same_key(in, b.first);
            if (hit) {
                *ret = (enum command_id)id;
                return true;
            }
        }
    }
    return false;
}

enum keymap_result keymap_feed(struct keymap *map, const struct input *in, enum command_id *ret, bool *ret_swallowed)
{
    *ret_swallowed = false;
    if (map->pending) {
        map->pending = false;
        if (find_command(&map->leader, in, ret)) return KEYMAP_COMMAND;
        *ret_swallowed = true;
        /* Ctrl-C always works. */
        return same_key(in, "^C") && find_command(NULL, in, ret) ? KEYMAP_COMMAND : KEYMAP_NONE;
    }
    for (size_t i = 0; leaders[i]; i++) {
        if (!same_key(in, leaders[i])) continue;
        map->leader = *in;
        map->pending = true;
        return KEYMAP_PENDING;
    }
    return find_command(NULL, in, ret) ? KEYMAP_COMMAND : KEYMAP_NONE;
}

bool command_named(const char *name, size_t len, enum command_id *ret)
{
    for (int id = 0; id < CMD_COUNT; id++) {
        if (strlen(commands[id].name) != len || strncmp(commands[id].name, name, len) != 0) continue;
        *ret = (enum command_id)id;
        return true;
    }
    return false;
}

static bool same_binding(const struct binding *a, const struct binding *b)
{
    return strcmp(a->first, b->first) == 0 && strcmp(a->second, b->second) == 0;
}

const char *commands_conflict(void)
{
    for (int one = 0; one < CMD_COUNT; one++) {
        const char *keys = commands[one].keys;
        struct binding a, b;
        struct input in;
        while (next_binding(&keys, &a)) {
            if (!key_parse(a.first, &in) || (a.second[0] && !key_parse(a.second, &in))) return commands[one].name;
            for (int other = one + 1; other < CMD_COUNT; other++) {
                const char *others = commands[other].keys;
                while (next_binding(&others, &b))
                    if (same_binding(&a, &b)) return commands[other].name;
            }
        }
    }
    return NULL;
}
