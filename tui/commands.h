/*
 * commands.h - the console's commands, from commands.def, and their keys.
 */
#ifndef RAYDECK_COMMANDS_H
#define RAYDECK_COMMANDS_H

#include "tui/term/input.h"

#include <stdbool.h>
#include <stddef.h>

enum command_id {
#define CMD(id, name, keys, where, needs, footer, help) CMD_##id,
#include "tui/commands.def"
#undef CMD
    CMD_COUNT
};

enum command_where { ANY, PANES, TABLE, ON_ROWS };

/* What a command requires. */
enum need {
    NEED_PROMPT = 1 << 0,    /* a route to the model */
    NEED_DELETE = 1 << 1,    /* permission and a head pod to delete; offers to arm */
    NEED_ARMABLE = 1 << 2,   /* a context that may be armed */
    NEED_REPLAY = 1 << 4,    /* a recording that is replayed */
    NEED_LIVE = 1 << 5,      /* a cluster: no recording */
    NEED_CHANGE = 1 << 3,    /* Kubernetes, in a context that may be changed; offers to arm */
    NEED_WORKER = 1 << 6,    /* permission to delete pods; offers to arm */
    NEED_KUBE = 1 << 7,      /* the API server itself: objects and logs, which no recording holds */
    NEED_PODS = 1 << 8,      /* pods in which programs run: not the demo's */
    NEED_DEMO = 1 << 9,      /* the simulated cluster */
    NEED_SCRIPT = 1 << 10,   /* a script that was begun */
    NEED_RECORDER = 1 << 11, /* the flight recorder */
    NEED_ARMED = NEED_DELETE | NEED_CHANGE | NEED_WORKER
};

enum { NEED_BITS = 12 };

struct command {
    const char *name, *keys;
    enum command_where where;
    unsigned needs;
    const char *footer, *help;
};
extern const struct command commands[CMD_COUNT];

/* Keys typed so far: one, or a leader and one. */
struct keymap {
    struct input leader;
    bool pending;
};
enum keymap_result { KEYMAP_NONE, KEYMAP_PENDING, KEYMAP_COMMAND };

/* Feeds one key. KEYMAP_COMMAND sets *ret. A key after a leader that is no command is swallowed (KEYMAP_NONE, and
 * *ret_swallowed true), so that a slip never becomes another command. */
enum keymap_result keymap_feed(struct keymap *map, const struct input *in, enum command_id *ret, bool *ret_swallowed);

/* The first of its keys, "?" of "? F1"; with its leader, "x k". "": it has none. */
void command_first_key(enum command_id id, char out[16]);

/* A leader works until another key is typed; the screen shows its keys for as long. */
extern const char command_leader_words[];

/* By palette name; false: no such command. */
bool command_named(const char *name, size_t len, enum command_id *ret);

/* A line as the palette takes it: the command, by its name or an alias, and what follows as args (NUL-terminated,
 * truncated to size; "" where nothing does). False: no such command. */
bool command_parse(const char *line, enum command_id *ret, char *args, size_t size);

/* The name or alias that is most like a mistyped word; NULL: none is like it. */
const char *command_nearest(const char *word);

/* NULL, or a message: two commands have the same keys, or a key is another's leader. */
const char *commands_conflict(void);

#endif
