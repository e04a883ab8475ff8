/* cli_test.c - the command line: options, subcommands, what is refused, and the texts made out of the tables. */
#include "backends/base/mem.h"
#include "deploy/variables.h"
#include "tui/cli_modes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { ARGS = 16 };

/* Parses a NULL-terminated list of words after the program's name. */
static enum err parse_words(struct cli *cli, const struct subcommand **sub, struct why *why, const char *const *words)
{
    char *argv[ARGS] = {(char *)"raydeck"};
    int argc = 1;
    while (words[argc - 1] && argc < ARGS - 1) {
        argv[argc] = (char *)words[argc - 1];
        argc++;
    }
    return cli_parse(cli, argc, argv, sub, why);
}
#define PARSE(...) parse_words(&cli, &sub, &why, (const char *const[]){__VA_ARGS__, NULL})

static void no_name_is_the_console(void **state)
{
    (void)state;
    struct cli cli;
    const struct subcommand *sub = NULL;
    struct why why = {0};
    assert_int_equal(parse_words(&cli, &sub, &why, (const char *const[]){NULL}), ERR_OK);
    assert_ptr_equal(sub->run, sub_console);
    assert_int_equal(cli_grace(&cli.conf), -1);
    cli_done(&cli);
}

static void options_may_stand_before_and_after_the_name(void **state)
{
    (void)state;
    struct cli cli;
    const struct subcommand *sub = NULL;
    struct why why = {0};
    assert_int_equal(PARSE("-n", "mistral", "status", "--output=json", "--neuron", "a", "--neuron", "b"), ERR_OK);
    assert_ptr_equal(sub->run, sub_status);
    assert_string_equal(cli.conf.ns, "mistral");
    assert_true(cli_json(&cli));
    assert_int_equal(cli.conf.neurons, 2);
    assert_string_equal(cli.conf.neuron[1], "b");
    cli_done(&cli);
}

static void an_option_given_twice_is_the_last(void **state)
{
    (void)state;
    struct cli cli;
    const struct subcommand *sub = NULL;
    struct why why = {0};
    assert_int_equal(PARSE("kill-head", "--grace", "3", "--grace", "0", "--timeout", "7"), ERR_OK);
    assert_int_equal(cli_grace(&cli.conf), 0);
    assert_int_equal(cli_timeout_ms(&cli, 1), 7000);
    cli_done(&cli);
}

static void cli_refuses(const char *const *words, const char *said)
{
    struct cli cli;
    const struct subcommand *sub = NULL;
    struct why why = {0};
    assert_int_equal(parse_words(&cli, &sub, &why, words), ERR_USAGE);
    assert_null(sub);
    if (!strstr(why.text, said)) fail_msg("\"%s\" does not say %s", why.text, said);
    cli_done(&cli);
}

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    cli_refuses((const char *const[]){"--nonsense", NULL}, "--nonsense");
    cli_refuses((const char *const[]){"fly", NULL}, "fly");
    cli_refuses((const char *const[]){"status", "extra", NULL}, "extra");
    cli_refuses((const char *const[]){"--redis", NULL}, "argument is missing");
    cli_refuses((const char *const[]){"--grace", "-1", NULL}, "--grace -1");
    cli_refuses((const char *const[]){"--grace", "1e9", NULL}, "--grace 1e9");
    cli_refuses((const char *const[]){"status", "-o", "yaml", NULL}, "yaml");
    cli_refuses((const char *const[]){"--color", "blue", NULL}, "blue");
    cli_refuses((const char *const[]){"demo", "--seed", "x", NULL}, "--seed x");
}

static void words_of_ask_are_kept(void **state)
{
    (void)state;
    struct cli cli;
    const struct subcommand *sub = NULL;
    struct why why = {0};
    assert_int_equal(PARSE("ask", "--", "what", "is", "-h"), ERR_OK);
    assert_int_equal(cli.argc, 3);
    assert_string_equal(cli.argv[2], "-h");
    assert_false(cli.help);
    cli_done(&cli);
}

static void exit_statuses_are_those_promised(void **state)
{
    (void)state;
    assert_int_equal(cli_exit_of(ERR_OK), 0);
    assert_int_equal(cli_exit_of(ERR_USAGE), 2);
    assert_int_equal(cli_exit_of(ERR_REFUSED), 3);
    assert_int_equal(cli_exit_of(ERR_TIMEOUT), 3);
    assert_int_equal(cli_exit_of(ERR_GUARD), 4);
    assert_int_equal(cli_exit_of(ERR_FORBIDDEN), 4);
    assert_int_equal(cli_exit_of(ERR_CANCELLED), 130);
}

static void values_of_variables_are_kept_and_hidden(void **state)
{
    (void)state;
    struct cli cli;
    const struct subcommand *sub = NULL;
    struct why why = {0};
    char apart[] = "A=hunter2", together[] = "--var=B=hunter2", file[] = "A=file";
    char *argv[] = {(char *)"raydeck", (char *)"lint", (char *)"--var", apart, together, file};
    assert_int_equal(cli_parse(&cli, 6, argv, &sub, &why), ERR_OK);
    assert_ptr_equal(sub->run, sub_lint);
    cli_hide_values(6, argv); /* getopt may have moved them */
    assert_string_equal(apart, "A=xxxxxxx");
    assert_string_equal(together, "--var=B=xxxxxxx");
    assert_string_equal(file, "A=file");
    assert_int_equal(cli.vars.count, 2);
    assert_string_equal(cli.vars.item[0], "A=hunter2");
    assert_string_equal(cli.vars.item[1], "B=hunter2");
    cli_done(&cli);
}

static void who_and_the_password_of_a_url_are_hidden(void **state)
{
    (void)state;
    struct cli cli;
    const struct subcommand *sub = NULL;
    struct why why = {0};
    char prompt[] = "http://ray:hunter2@10.0.0.3:8000", redis[] = "--redis=redis://:hun?ter/2@h:6379", way[] = "proxy";
    char *argv[] = {(char *)"raydeck", (char *)"ask", (char *)"--prompt", prompt, redis, (char *)"--prompt", way};
    assert_int_equal(cli_parse(&cli, 5, argv, &sub, &why), ERR_OK);
    cli_hide_values(7, argv);
    assert_string_equal(prompt, "http://xxxxxxxxxxx@10.0.0.3:8000");
    assert_string_equal(redis, "--redis=redis://xxxxxxxxxx@h:6379");
    assert_string_equal(way, "proxy");
    assert_string_equal(cli.conf.prompt, "http://ray:hunter2@10.0.0.3:8000");
    cli_done(&cli);
}

/* The query may be a secret: the message does not repeat it. */
static void a_prompt_address_has_no_query(void **state)
{
    (void)state;
    struct cli cli;
    const struct subcommand *sub = NULL;
    struct why why = {0};
    char *query[] = {(char *)"raydeck", (char *)"ask", (char *)"--prompt", (char *)"http://h:1/x?key=hunter2"};
    assert_int_equal(cli_parse(&cli, 4, query, &sub, &why), ERR_USAGE);
    assert_non_null(strstr(why.text, "--prompt"));
    assert_null(strstr(why.text, "hunter2"));
    cli_done(&cli);
    char *kind[] = {(char *)"raydeck", (char *)"ask", (char *)"--prompt-kind", (char *)"telepathy"};
    assert_int_equal(cli_parse(&cli, 4, kind, &sub, &why), ERR_USAGE);
    assert_non_null(strstr(why.text, "telepathy"));
    cli_done(&cli);
}

static void variables_have_a_limit(void **state)
{
    (void)state;
    char *argv[CLI_LIST + 3] = {(char *)"raydeck", (char *)"lint"};
    for (size_t i = 0; i <= CLI_LIST; i++) argv[i + 2] = (char *)"--var=A=b";
    struct cli cli;
    const struct subcommand *sub = NULL;
    struct why why = {0};
    assert_int_equal(cli_parse(&cli, CLI_LIST + 3, argv, &sub, &why), ERR_USAGE);
    assert_string_equal(why.text, "--var: more than 64 of them");
    cli_done(&cli);
}

static char *usage_text(void (*usage)(FILE *out))
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    usage(out);
    fclose(out);
    return text;
}

static void texts_name_every_option_and_subcommand(void **state)
{
    (void)state;
    char *text = usage_text(usage_help);
    for (size_t i = 0; i < cli_option_count; i++) assert_non_null(strstr(text, cli_options[i].name));
    for (const struct subcommand *s = subcommands; s->name; s++) assert_non_null(strstr(text, s->name));
    free(text);
    char *man = usage_text(usage_man), *variables = usage_text(usage_variables);
    for (size_t i = 0; i < variables_listed(); i++) {
        assert_non_null(strstr(variables, variable_help_of(i).name));
        assert_non_null(strstr(man, variable_help_of(i).name));
    }
    assert_non_null(
        strstr(variables, "\n                                a whole number from 1 to 10000; default: 2\n"));
    assert_non_null(strstr(variables, " default: 2 × RAY_WORKER_NEURON_DEVICES\n"));
    assert_non_null(strstr(variables, " default: RAY_WORKER_NEURON_CORES, at most 2\n"));
    assert_non_null(strstr(variables, "a secret, a text of one line that is not null; default: none\n"));
    free(variables);
    assert_non_null(strstr(man, ".TH RAYDECK 1"));
    assert_non_null(strstr(man, "kill\\-head"));
    static const char *const sections[] = {"CONFIGURATION", "ENVIRONMENT", "FILES", "EXAMPLES", "EXIT STATUS"};
    for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
        char *heading = mem_printf("\n.SH %s\n", sections[i]);
        assert_non_null(strstr(man, heading));
        free(heading);
    }
    struct conf_setting set;
    for (size_t i = 0; conf_setting(i, &set); i++) {
        assert_non_null(strstr(man, set.key));
        assert_true(!set.env || strstr(man, set.env));
    }
    free(man);
}

/* Whoever asks for JSON reads which subcommands have it. */
static void help_names_the_subcommands_that_print_json(void **state)
{
    static const char *const with_json[] = {"status", "info", "lint", "doctor", "replay", "report", "load", "drill"};
    static char text[64 * 1024];
    (void)state;
    FILE *out = fmemopen(text, sizeof text, "w");
    usage_help(out);
    fclose(out);
    char *help = strstr(text, "--output"), *next = help ? strstr(help, "\n  -") : NULL;
    assert_non_null(next);
    *next = '\0';
    for (size_t i = 0; i < sizeof with_json / sizeof *with_json; i++)
        if (!strstr(help, with_json[i])) fail_msg("no %s in: %s", with_json[i], help);
    assert_null(strstr(help, "ask"));
    assert_null(strstr(help, "cleanup"));
}

/* "status/doctor", of that subcommand; NULL: all. */
static void modes_exist(const char *option, const char *sub, const char *modes)
{
    while (modes) {
        const size_t len = strcspn(modes, "/");
        const struct cli_mode *m = cli_modes;
        while (m->sub && !(strcmp(m->sub, sub) == 0 && strlen(m->name) == len && strncmp(m->name, modes, len) == 0))
            m++;
        if (!m->sub) fail_msg("--%s: %s has no way to run called %s", option, sub, modes);
        modes = modes[len] ? modes + len + 1 : NULL;
    }
}

/* The column `where` names only subcommands that are there, and each has options of its own. */
static void options_say_which_subcommands_heed_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < cli_option_count; i++)
        for (const char *word = cli_options[i].where; *word;) {
            const size_t len = strcspn(word, " ");
            char *name = mem_strn(word, len), *modes = strchr(name, '/');
            if (modes) *modes++ = '\0';
            modes_exist(cli_options[i].name, name, modes);
            if (strcmp(name, "*") != 0 && strcmp(name, "console") != 0 && !cli_subcommand(name))
                fail_msg("--%s: there is no %s", cli_options[i].name, name);
            free(name);
            word += len + (word[len] == ' ');
        }
    for (const struct subcommand *s = subcommands; s->name; s++) {
        size_t count = 0;
        for (size_t i = 0; i < cli_option_count; i++)
            count += *cli_options[i].where && cli_option_is_of(&cli_options[i], *s->name ? s->name : "console");
        assert_true(count > 0);
    }
    assert_true(cli_option_is_of(cli_option_named("--svg=x"), "timeline"));
    assert_false(cli_option_is_of(cli_option_named("--svg"), "lint"));
    assert_true(cli_option_is_of(cli_option_named("-n"), "kill-head"));
    assert_false(cli_option_is_of(cli_option_named("-n"), "kill"));
    assert_null(cli_option_named("--sv"));
}

/* Each option on each subcommand: taken where the table says that it is heeded, else refused by its name. */
static void what_would_have_no_effect_is_refused(void **state)
{
    (void)state;
    for (const struct subcommand *s = subcommands; s->name; s++)
        for (size_t i = 0; i < cli_option_count; i++) {
            const struct cli_option *o = &cli_options[i];
            const char *name = *s->name ? s->name : "console";
            char *option = mem_printf("--%s", o->name);
            const char *const words[] = {option,
                                         o->arg     ? "1"
                                         : *s->name ? s->name
                                                    : NULL,
                                         o->arg && *s->name ? s->name : NULL, NULL};
            struct cli cli;
            const struct subcommand *sub = NULL;
            struct why why = {0};
            (void)parse_words(&cli, &sub, &why, words); /* 1 may be no value of it: that is reported otherwise */
            const bool refused = strstr(why.text, " has no effect on ") != NULL;
            if (refused == cli_option_is_heeded(&cli, o, s)) fail_msg("%s on %s: \"%s\"", option, name, why.text);
            if (refused && (strncmp(why.text, option, strlen(option)) != 0 || !strstr(why.text, name)))
                fail_msg("%s on %s: \"%s\"", option, name, why.text);
            cli_done(&cli);
            free(option);
        }
    cli_refuses((const char *const[]){"status", "--speed", "3", NULL},
                "--speed has no effect on status: only on demo, replay");
    cli_refuses((const char *const[]){"-n", "mistral", "lint", "x.yaml", NULL},
                "--namespace has no effect on lint: only on the console, status, ask, ");
    cli_refuses((const char *const[]){"--svg", "x.svg", NULL}, "--svg has no effect on the console: only on timeline");
}

/* Nor does one that the same subcommand heeds in another way of running; a value that is none is refused in each. */
static void what_would_have_no_effect_here_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *words[8], *said; /* said NULL: taken */
    } rows[] = {
        {{"--theme", "BAD"}, "there is no theme called BAD"},
        {{"demo", "--theme", "BAD"}, "there is no theme called BAD"},
        {{"replay", "x.rec", "--theme", "BAD"}, "there is no theme called BAD"},
        {{"replay", "x.rec", "--theme", "high-contrast"}, NULL},
        {{"snapshot", "--svg", "o.svg", "--theme", "BAD"}, "there is no theme called BAD"},
        {{"snapshot", "--svg", "o.svg", "--theme", "dark"}, NULL},
        {{"timeline", "x.rec", "--svg", "o.svg", "--theme", "BAD"}, "--theme BAD: an SVG is light or dark"},
        {{"timeline", "x.rec", "--svg", "o.svg", "--theme", "light"}, NULL},
        {{"--linear", "--theme", "BAD"}, "--theme has no effect on the console with --linear: only on the console"},
        {{"replay", "x.rec", "status", "--theme", "default"}, "--theme has no effect on replay FILE status: only on "},
        {{"replay", "x.rec", "report", "--theme", "BAD"}, "--theme has no effect on replay FILE report"},
        {{"replay", "--theme", "BAD"}, "--theme has no effect on replay without a file: only on replay FILE"},
        {{"timeline", "x.rec", "--theme", "dark"},
         "--theme has no effect on timeline without --svg: only on timeline --svg"},
        {{"snapshot", "--theme", "dark"}, "--theme has no effect on snapshot without --svg"},
        {{"replay", "x.rec", "status", "--limit", "failed=1"},
         "--limit has no effect on replay FILE status: only on replay FILE report"},
        {{"replay", "x.rec", "--report", "r.md"}, "--report has no effect on replay FILE: "},
        {{"replay", "x.rec", "report", "--criteria", "c", "--compare", "d"}, NULL},
        {{"replay", "x.rec", "status", "--linear"},
         "--linear has no effect on replay FILE status: only on replay FILE --linear"},
        {{"replay", "x.rec", "report", "--speed", "2"}, "--speed has no effect on replay FILE report"},
        {{"replay", "x.rec", "--speed", "65"}, "--speed 65: a number from 0.25 to 64 is expected"},
        {{"replay", "--at", "+1"}, "--at has no effect on replay without a file"},
        {{"demo", "--speed", "fast"}, "--speed fast: a number from 0.001 to 100000 is expected"},
        {{"demo", "--speed", "nan"}, "--speed nan: "},
        {{"snapshot", "demo", "--speed", "0"}, "--speed 0: "},
        {{"snapshot", "x.rec", "--speed", "2"}, "--speed has no effect on snapshot FILE: only on snapshot demo"},
        {{"snapshot", "x.rec", "--context", "c"},
         "--context has no effect on snapshot FILE: only on snapshot of a cluster"},
        {{"snapshot", "--at", "5"},
         "--at has no effect on snapshot of a cluster: only on snapshot demo, snapshot FILE"},
        {{"snapshot", "demo", "--seed", "3", "--at", "5"}, NULL},
        {{"--fault", "fire"}, "fire"},
        {{"--linear", "--record", "x"}, "--record has no effect on the console with --linear"},
        {{"drill", "--history", "--rate", "3"}, "--rate has no effect on drill --history: only on drill"},
        {{"drill", "--history", "--context", "c"}, NULL},
        {{"lint", "x", "--dry-run"}, "--dry-run has no effect on lint without --fix: only on lint --fix"},
        {{"lint", "x", "--fix", "--dry-run"}, NULL},
        {{"lint", "--explain", "all", "--kuberay", "1.3"}, "--kuberay has no effect on lint --explain: only on lint"},
        {{"--var", "novalue"}, "--var"},
        {{"replay", "--theme", "x", "--help"}, NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct cli cli;
        const struct subcommand *sub = NULL;
        struct why why = {0};
        const enum err err = parse_words(&cli, &sub, &why, rows[i].words);
        if (err != (rows[i].said ? ERR_USAGE : ERR_OK) || (rows[i].said && !strstr(why.text, rows[i].said)))
            fail_msg("%s %s %s: \"%s\"", rows[i].words[0], rows[i].words[1], rows[i].words[2], why.text);
        cli_done(&cli);
    }
}

/* With a configuration file of the test's own and nothing else. */
static void flags_win_over_the_file(void **state)
{
    (void)state;
    struct cli cli;
    const struct subcommand *sub = NULL;
    struct why why = {0};
    char path[] = "/tmp/raydeck-cli-test-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    const char yaml[] = "namespace: from-file\nrayservice: mistral\n";
    assert_int_equal(write(fd, yaml, sizeof yaml - 1), (ssize_t)sizeof yaml - 1);
    close(fd);
    assert_int_equal(PARSE("--config", path, "-n", "from-flag", "status"), ERR_OK);
    enum err err = cli_configure(&cli, &why);
    unlink(path);
    if (err) fail_msg("%s", why.text);
    assert_string_equal(cli.conf.ns, "from-flag");
    assert_string_equal(cli.conf.service, "mistral");
    cli_done(&cli);
}

static bool configure_with(struct cli *cli, const char *yaml, const char *option, const char *value)
{
    const struct subcommand *sub = NULL;
    struct why why = {0};
    char path[] = "/tmp/raydeck-cli-test-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, yaml, strlen(yaml)), (ssize_t)strlen(yaml));
    close(fd);
    char *argv[] = {"raydeck", "--config", path, (char *)(uintptr_t)option, (char *)(uintptr_t)value, NULL};
    assert_int_equal(cli_parse(cli, value ? 5 : option ? 4 : 3, argv, &sub, &why), ERR_OK);
    const enum err err = cli_configure(cli, &why);
    unlink(path);
    return err == ERR_OK;
}

/* No command that needs a namespace takes "*" for one: it is none. */
static void all_namespaces_are_no_namespace(void **state)
{
    (void)state;
    static const struct {
        const char *yaml, *option, *value, *ns;
    } rows[] = {
        {"namespace: \"*\"\n", NULL, NULL, NULL},
        {"namespace: mistral\n", "-A", NULL, NULL},
        {"rayservice: x\n", "-n", "*", NULL},
        {"namespace: \"*\"\n", "-n", "mistral", "mistral"},
        {"namespace: mistral\n", NULL, NULL, "mistral"},
    };
    struct cli cli;
    struct why why = {0};
    const struct subcommand *sub = NULL;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(configure_with(&cli, rows[i].yaml, rows[i].option, rows[i].value));
        assert_int_equal(cli.conf.all_namespaces, rows[i].ns == NULL);
        if (rows[i].ns)
            assert_string_equal(cli.conf.ns, rows[i].ns);
        else
            assert_null(cli.conf.ns);
        cli_done(&cli);
    }
    assert_int_equal(PARSE("-A", "-n", "mistral"), ERR_USAGE);
    cli_done(&cli);
    assert_int_equal(PARSE("-n", "*", "kill-head"), ERR_OK);
    assert_null(cli.conf.ns); /* before --yes is looked at */
    cli_done(&cli);
}

static void a_named_file_must_be_there(void **state)
{
    (void)state;
    struct cli cli;
    const struct subcommand *sub = NULL;
    struct why why = {0};
    assert_int_equal(PARSE("--config", "/nonexistent/raydeck.yaml"), ERR_OK);
    assert_int_equal(cli_configure(&cli, &why), ERR_USAGE);
    assert_non_null(strstr(why.text, "/nonexistent/raydeck.yaml"));
    cli_done(&cli);
}

/* A subcommand of kubectl or k9s is answered with its equivalent here, a wrong value with those that are valid. */
static void what_other_programs_have_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *words[4], *said;
    } lines[] = {
        {{"version"}, "version: no such command; it is raydeck --version"},
        {{"help"}, "help: no such command; it is raydeck --help, or SUBCOMMAND --help"},
        {{"completion", "bash"}, "completion: no such command; it is raydeck --completion bash, zsh or fish"},
        {{"logs", "POD"}, "logs: no such command; it is raydeck without a subcommand, and there L"},
        {{"fly"}, "fly: no such command; see raydeck --help"},
        {{"status", "-o", "yaml"},
         "--output yaml: text, json, lint's sarif, lint's junit or lint's github is expected"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct cli cli;
        const struct subcommand *sub;
        struct why why = {0};
        assert_int_equal(parse_words(&cli, &sub, &why, lines[i].words), ERR_USAGE);
        assert_string_equal(why.text, lines[i].said);
        cli_done(&cli);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_namespaces_are_no_namespace),
        cmocka_unit_test(values_of_variables_are_kept_and_hidden),
        cmocka_unit_test(variables_have_a_limit),
        cmocka_unit_test(who_and_the_password_of_a_url_are_hidden),
        cmocka_unit_test(a_prompt_address_has_no_query),
        cmocka_unit_test(no_name_is_the_console),
        cmocka_unit_test(what_would_have_no_effect_here_is_refused),
        cmocka_unit_test(options_may_stand_before_and_after_the_name),
        cmocka_unit_test(an_option_given_twice_is_the_last),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(words_of_ask_are_kept),
        cmocka_unit_test(exit_statuses_are_those_promised),
        cmocka_unit_test(texts_name_every_option_and_subcommand),
        cmocka_unit_test(help_names_the_subcommands_that_print_json),
        cmocka_unit_test(what_would_have_no_effect_is_refused),
        cmocka_unit_test(options_say_which_subcommands_heed_them),
        cmocka_unit_test(flags_win_over_the_file),
        cmocka_unit_test(a_named_file_must_be_there),
        cmocka_unit_test(what_other_programs_have_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
