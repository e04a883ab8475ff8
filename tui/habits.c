/* habits.c - what the keys of k9s and htop are called here. See habits.h. */
#include "tui/habits.h"

#include "backends/base/mem.h"
#include "tui/commands.h"

#include <stdio.h>
#include <string.h>

enum { HABIT_WORDS = 2 };

/* The commands' own keys are put behind the words, so that the two cannot disagree. */
struct habit {
    const char *keys; /* separated by blanks */
    struct {
        const char *words; /* NULL: there are no more */
        enum command_id command;
    } is[HABIT_WORDS];
};
static const struct habit text_habits[] = {
    {"^S", {{"the text is saved with w", CMD_COUNT}}},
    {"f", {{"the text has the whole screen already", CMD_COUNT}}},
};
static const struct habit habits[] = {
    {"A N C M I R O F6", {{"columns are sorted with", CMD_SORT}}},
    {"a", {{"a shell is on", CMD_SHELL}}},
    {"e", {{"nothing is edited here; the YAML is on", CMD_YAML}}},
    {"F", {{"a port is forwarded with", CMD_FORWARD}}},
    {"^K Del F9", {{"the head is killed with", CMD_KILL_HEAD}, {"a worker pod is deleted with", CMD_KILL_WORKER}}},
    {"^R F5", {{"all is read again with", CMD_REFRESH}}},
    {"^S w", {{"a text (Enter, y, d, L) is saved with w; the last 15 minutes with :save", CMD_COUNT}}},
    {"^E ^W", {{"a pane is zoomed with", CMD_ZOOM}, {"columns are hidden with", CMD_SORT}}},
    {"^A", {{"every command is listed with", CMD_HELP}}},
    {"F3 F4 \\", {{"rows are filtered and texts searched with", CMD_FILTER}}},
    {"n", {{"a namespace is chosen with :ns, all of them with", CMD_ALL_NAMESPACES}}},
    {"Backspace", {{"the way back is", CMD_BACK}}},
    {"Q F10 ^Q", {{"the way out is", CMD_QUIT}}},
};

static bool habit_key_next(const char **keys, char out[16], struct input *ret)
{
    *keys += strspn(*keys, " ");
    const size_t len = strcspn(*keys, " ");
    if (!len || len >= 16) return false;
    memcpy(out, *keys, len);
    out[len] = '\0';
    *keys += len;
    return key_parse(out, ret);
}

static const struct habit *habit_of(const struct habit *list, size_t count, const struct input *in)
{
    for (size_t i = 0; i < count; i++) {
        const char *keys = list[i].keys;
        char name[16];
        struct input key;
        while (habit_key_next(&keys, name, &key))
            if (key.key == in->key && key.mods == in->mods) return &list[i];
    }
    return NULL;
}

bool habit_words(const struct input *in, bool in_text, char *out, size_t size)
{
    const struct habit *h = in->type != INPUT_KEY ? NULL
                            : in_text             ? habit_of(text_habits, ARRAY_LEN(text_habits), in)
                                                  : habit_of(habits, ARRAY_LEN(habits), in);
    size_t len = 0;
    for (size_t i = 0; h && i < HABIT_WORDS && h->is[i].words && len < size; i++) {
        char key[16] = "";
        if (h->is[i].command < CMD_COUNT) command_first_key(h->is[i].command, key);
        const int n =
            snprintf(out + len, size - len, "%s%s%s%s", i ? ", " : "", h->is[i].words, key[0] ? " " : "", key);
        len += n > 0 ? (size_t)n : 0;
    }
    return h != NULL;
}

const char *habits_bound(void)
{
    for (size_t i = 0; i < ARRAY_LEN(habits); i++) {
        const char *keys = habits[i].keys;
        char name[16];
        struct input key;
        enum command_id id;
        bool swallowed;
        while (habit_key_next(&keys, name, &key))
            if (keymap_feed(&(struct keymap){.pending = false}, &key, &id, &swallowed) != KEYMAP_NONE)
                return habits[i].keys;
    }
    return NULL;
}
