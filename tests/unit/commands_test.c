/* commands_test.c - the one table of commands: no two share a key, every key can be typed, leaders lead. */
#include "tui/commands.h"
#include "tui/habits.h"

#include "backends/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct input key_input(const char *text)
{
    struct input in = {0};
    assert_true(key_parse(text, &in));
    return in;
}

static void no_two_commands_share_a_key(void **state)
{
    (void)state;
    const char *conflict = commands_conflict();
    if (conflict) fail_msg("the keys of %s are another command's, or cannot be typed", conflict);
}

static void every_command_has_a_name_and_says_what_it_does(void **state)
{
    (void)state;
    for (int i = 0; i < CMD_COUNT; i++) {
        enum command_id id;
        assert_non_null(commands[i].name);
        assert_true(commands[i].help && commands[i].help[0]);
        assert_true(command_named(commands[i].name, __builtin_strlen(commands[i].name), &id));
        assert_int_equal(id, i);
    }
}

static void a_plain_key_is_its_command(void **state)
{
    (void)state;
    struct keymap map = {0};
    enum command_id id = CMD_COUNT;
    bool swallowed;
    struct input p = key_input("p"), help = key_input("?");
    assert_int_equal(keymap_feed(&map, &p, &id, &swallowed), KEYMAP_COMMAND);
    assert_int_equal(id, CMD_ASK);
    assert_int_equal(keymap_feed(&map, &help, &id, &swallowed), KEYMAP_COMMAND);
    assert_int_equal(id, CMD_HELP);
}

static void x_k_kills_and_x_alone_does_nothing(void **state)
{
    (void)state;
    struct keymap map = {0};
    enum command_id id = CMD_COUNT;
    bool swallowed;
    struct input x = key_input("x"), k = key_input("k");
    assert_int_equal(keymap_feed(&map, &k, &id, &swallowed), KEYMAP_NONE); /* k alone moves in a table */
    assert_false(swallowed);
    assert_int_equal(keymap_feed(&map, &x, &id, &swallowed), KEYMAP_PENDING);
    assert_int_equal(id, CMD_COUNT);
    assert_int_equal(keymap_feed(&map, &k, &id, &swallowed), KEYMAP_COMMAND);
    assert_int_equal(id, CMD_KILL_HEAD);
}

static void a_slip_after_the_leader_is_swallowed(void **state)
{
    (void)state;
    struct keymap map = {0};
    enum command_id id = CMD_COUNT;
    bool swallowed;
    struct input x = key_input("x"), q = key_input("q"), c = key_input("^C");
    assert_int_equal(keymap_feed(&map, &x, &id, &swallowed), KEYMAP_PENDING);
    assert_int_equal(keymap_feed(&map, &q, &id, &swallowed), KEYMAP_NONE);
    assert_true(swallowed);
    assert_false(map.pending);
    assert_int_equal(keymap_feed(&map, &x, &id, &swallowed), KEYMAP_PENDING);
    assert_int_equal(keymap_feed(&map, &c, &id, &swallowed), KEYMAP_COMMAND); /* Ctrl-C always works */
    assert_int_equal(id, CMD_QUIT);
}

static void what_changes_a_cluster_is_behind_a_leader(void **state)
{
    (void)state;
    for (int i = 0; i < CMD_COUNT; i++)
        if (commands[i].needs & (NEED_DELETE | NEED_WORKER)) assert_int_equal(commands[i].keys[1], ' ');
}

static void a_name_is_not_its_beginning(void **state)
{
    (void)state;
    enum command_id id;
    assert_false(command_named("kill", 4, &id));
    assert_false(command_named("", 0, &id));
    assert_true(command_named("kill-head", 9, &id));
}

static void the_footer_shows_the_first_of_several_keys(void **state)
{
    (void)state;
    char key[16];
    command_first_key(CMD_HELP, key);
    assert_string_equal(key, "?");
    command_first_key(CMD_KILL_HEAD, key);
    assert_string_equal(key, "x k");
    command_first_key(CMD_LINT, key);
    assert_string_equal(key, "");
}

static void lines_and_aliases_are_parsed(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        enum command_id id;
        const char *args;
    } lines[] = {
        {"svc mistral/mistral", CMD_SERVICE, "mistral/mistral"},
        {"  ns   all", CMD_NAMESPACE, "all"},
        {"po", CMD_PANE, "pods"},
        {"pods", CMD_PANE, "pods"},
        {"q", CMD_QUIT, ""},
        {"q!", CMD_QUIT, ""},
        {"help", CMD_HELP, ""},
        {"context prod", CMD_CONTEXT, "prod"},
        {"kill", CMD_KILL_HEAD, ""},
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        enum command_id id = CMD_COUNT;
        char args[64] = "";
        assert_true(command_parse(lines[i].line, &id, args, sizeof args));
        assert_int_equal(id, lines[i].id);
        assert_string_equal(args, lines[i].args);
    }
    enum command_id id;
    char args[8];
    assert_false(command_parse("nonsense", &id, args, sizeof args));
    assert_false(command_parse("", &id, args, sizeof args));
}

/* An alias stands for a command, is none itself, and changes no cluster but by a question. */
static void aliases_stand_for_commands(void **state)
{
    (void)state;
#define CMD(id, name, keys, where, needs, word, help)
#define ALIAS(name, line)                                                                                              \
    {                                                                                                                  \
        enum command_id id_;                                                                                           \
        char args_[64];                                                                                                \
        assert_false(command_named(name, strlen(name), &id_));                                                         \
        assert_true(command_parse(line, &id_, args_, sizeof args_));                                                   \
        assert_true(command_parse(name, &id_, args_, sizeof args_));                                                   \
    }
#define ARGS(name, words)                                                                                              \
    {                                                                                                                  \
        enum command_id id_;                                                                                           \
        assert_true(command_named(name, strlen(name), &id_));                                                          \
    }
#include "tui/commands.def"
#undef CMD
}

static void a_slip_of_the_keyboard_is_recognised(void **state)
{
    (void)state;
    assert_string_equal(command_nearest("them"), "theme");
    assert_string_equal(command_nearest("quti"), "quit");
    assert_string_equal(command_nearest("losess"), "losses");
    assert_string_equal(command_nearest("podss"), "pods");
    assert_null(command_nearest("xyzzyxyzzy"));
    assert_null(command_nearest("a-word-that-is-much-too-long-for-any-command"));
}

static void a_leader_shows_all_its_keys(void **state)
{
    (void)state;
    for (int i = 0; i < CMD_COUNT; i++) {
        char key[8];
        if (strncmp(commands[i].keys, "x ", 2) != 0) continue;
        snprintf(key, sizeof key, "  %c ", commands[i].keys[2]);
        if (!strstr(command_leader_words, key)) fail_msg("%s is not in: %s", commands[i].keys, command_leader_words);
    }
    assert_true(text_width(command_leader_words) <= 78);
}

/* What k9s and htop have taught is answered by the key that does it here. */
static void a_key_of_another_tool_names_the_own_one(void **state)
{
    (void)state;
    static const struct {
        const char *key, *words;
    } keys[] = {
        {"e", "nothing is edited here; the YAML is on y"},
        {"a", "a shell is on !"},
        {"A", "columns are sorted with o"},
        {"F6", "columns are sorted with o"},
        {"^K", "the head is killed with x k, a worker pod is deleted with x r"},
        {"F9", "the head is killed with x k, a worker pod is deleted with x r"},
        {"^R", "all is read again with r"},
        {"F4", "rows are filtered and texts searched with /"},
        {"F10", "the way out is q"},
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const struct input in = key_input(keys[i].key);
        char words[128] = "";
        assert_true(habit_words(&in, false, words, sizeof words));
        assert_string_equal(words, keys[i].words);
    }
    const struct input save = key_input("^S"), shell = key_input("a");
    char of_text[64] = "";
    assert_true(habit_words(&save, true, of_text, sizeof of_text));
    assert_string_equal(of_text, "the text is saved with w");
    assert_false(habit_words(&shell, true, of_text, sizeof of_text)); /* nothing of the panes is within reach there */
    const struct input none = key_input("E"), open = key_input("Enter");
    char words[8] = "as was";
    assert_false(habit_words(&none, false, words, sizeof words));
    assert_false(habit_words(&open, false, words, sizeof words));
    assert_string_equal(words, "as was");
    const struct input killed = key_input("^K");
    assert_true(habit_words(&killed, false, words, sizeof words));
    assert_string_equal(words, "the hea");
    if (habits_bound()) fail_msg("of these keys one is a command's: %s", habits_bound());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_two_commands_share_a_key),
        cmocka_unit_test(every_command_has_a_name_and_says_what_it_does),
        cmocka_unit_test(a_plain_key_is_its_command),
        cmocka_unit_test(x_k_kills_and_x_alone_does_nothing),
        cmocka_unit_test(a_slip_after_the_leader_is_swallowed),
        cmocka_unit_test(what_changes_a_cluster_is_behind_a_leader),
        cmocka_unit_test(lines_and_aliases_are_parsed),
        cmocka_unit_test(aliases_stand_for_commands),
        cmocka_unit_test(a_slip_of_the_keyboard_is_recognised),
        cmocka_unit_test(the_footer_shows_the_first_of_several_keys),
        cmocka_unit_test(a_name_is_not_its_beginning),
        cmocka_unit_test(a_leader_shows_all_its_keys),
        cmocka_unit_test(a_key_of_another_tool_names_the_own_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
