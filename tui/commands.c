/* commands.c - see commands.h. */
#include "tui/commands.h"

#include "backends/base/mem.h"
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

const char command_leader_words[] = "x …  d deploy  k kill the head  f drill  r delete worker  c clean up  Esc no";

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

static const struct {
    const char *name, *line;
} aliases[] = {
#define CMD(id, name, keys, where, needs, footer, help)
#define ALIAS(name, line) {name, line},
#include "tui/commands.def"
#undef CMD
};

/* The line that an alias stands for; NULL: the word is none. */
static const char *alias_line(const char *word, size_t len)
{
    for (size_t i = 0; i < ARRAY_LEN(aliases); i++)
        if (strlen(aliases[i].name) == len && strncmp(aliases[i].name, word, len) == 0) return aliases[i].line;
    return NULL;
}

bool command_parse(const char *line, enum command_id *ret, char *args, size_t size)
{
    line += strspn(line, " ");
    const size_t len = strcspn(line, " ");
    const char *rest = line + len + strspn(line + len, " "), *own = "";
    if (!command_named(line, len, ret)) {
        const char *stands = alias_line(line, len);
        const size_t name = stands ? strcspn(stands, " ") : 0;
        if (!stands || !command_named(stands, name, ret)) return false;
        own = stands + name + strspn(stands + name, " ");
    }
    snprintf(args, size, "%s%s%s", own, *own && *rest ? " " : "", rest);
    return true;
}

enum { NEAREST_LETTERS = 32 };

/* How many letters must be inserted, deleted, replaced or (neighbours) exchanged to make one of the other. */
static size_t edit_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t d[NEAREST_LETTERS + 1][NEAREST_LETTERS + 1];
    for (size_t i = 0; i <= a_len; i++) d[i][0] = i;
    for (size_t k = 0; k <= b_len; k++) d[0][k] = k;
    for (size_t i = 1; i <= a_len; i++)
        for (size_t k = 1; k <= b_len; k++) {
            const bool same = a[i - 1] == b[k - 1];
            size_t least = d[i - 1][k - 1] + !same;
            if (d[i - 1][k] + 1 < least) least = d[i - 1][k] + 1;
            if (d[i][k - 1] + 1 < least) least = d[i][k - 1] + 1;
            const bool exchanged = i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1];
            if (exchanged && d[i - 2][k - 2] + 1 < least) least = d[i - 2][k - 2] + 1;
            d[i][k] = least;
        }
    return d[a_len][b_len];
}

static void nearer_take(const char *word, const char *name, size_t *least, const char **ret)
{
    const size_t len = strlen(word), name_len = strlen(name);
    if (len > NEAREST_LETTERS || name_len > NEAREST_LETTERS) return;
    const size_t distance = edit_distance(word, len, name, name_len);
    if (distance >= *least || distance * 2 > name_len + 1) return; /* half of it is another word */
    *least = distance;
    *ret = name;
}

const char *command_nearest(const char *word)
{
    size_t least = NEAREST_LETTERS;
    const char *nearest = NULL;
    for (int id = 0; id < CMD_COUNT; id++) nearer_take(word, commands[id].name, &least, &nearest);
    for (size_t i = 0; i < ARRAY_LEN(aliases); i++) nearer_take(word, aliases[i].name, &least, &nearest);
    return nearest;
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
