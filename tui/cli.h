/*
 * cli.h - the command line: options and subcommands, from options.def and subcommands.def.
 *
 * Data goes to stdout, messages to stderr. A subcommand returns an exit status (enum exit_status).
 */
#ifndef RAYDECK_CLI_H
#define RAYDECK_CLI_H

#include "backends/base/json.h"
#include "backends/conf.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum exit_status {
    EXIT_FINE = 0,
    EXIT_FAILED = 1, /* a failed verdict, or the model's error */
    EXIT_USAGE = 2,
    EXIT_UNREACHED = 3, /* a backend could not be reached; of `status` also: the head is down */
    EXIT_GUARDED = 4,   /* a guard refused */
    EXIT_EXHAUSTED = 70,
    EXIT_SIGNALLED = 128, /* + the signal's number */
    EXIT_INTERRUPTED = EXIT_SIGNALLED + 2
};

enum { CLI_LIST = 64 };
/* The arguments of an option that may be repeated; cli_parse refuses more than CLI_LIST. */
struct cli_list {
    char *item[CLI_LIST];
    size_t count;
};

struct recording;
struct redactor;
struct subcommand;
struct cli {
    const struct subcommand *sub; /* the one that runs */
    struct conf conf;
    char *file; /* a manifest */
    bool dry_run;
    struct cli_list vars;            /* of --var, "NAME=VALUE"; values may be secrets */
    struct cli_list limits, reports; /* of --limit, CRITERION=LIMIT; of --report, files */
    char *criteria, *compare;        /* --criteria FILE, --compare FILE */
    char *output, *timeout, *seed, *speed, *script;
    char *port;               /* --port, checked by cli_parse */
    char *kuberay;            /* a version, as given */
    char *fail_on, *explain;  /* of lint */
    struct cli_list overlays; /* of -k, folders */
    bool fix, only_manifests;
    struct recording *replay; /* of `raydeck replay FILE`, while the console shows it; NULL: none. Borrowed */
    uint64_t replay_at_ms;
    char *at, *from, *to;      /* of a recording, checked by replay_at_parse */
    char *svg, *cast;          /* --svg FILE, --cast FILE */
    char *size, *page;         /* --size COLSxROWS, --page NAME */
    struct redactor *redactor; /* with --redact, while the subcommand runs; else NULL */
    char *record, *for_seconds, *rate, *fault;
    const char *sim_control; /* of the demo's simulator; borrowed; NULL: none */
    bool yes, fresh, force, no_prompts, history, help, version, variables, check, redact, empty, no_ft, openai, text,
        json, linear;
    char *demo_vars[CLI_LIST]; /* as vars, of the simulated cluster; they replace the environment */
    size_t demo_vars_count;
    char *redis_from; /* "elasticache", "memorydb:NAME" …, checked by cli_parse; "dev" becomes one of `parts` */
    char *with;       /* as given */
    unsigned parts;   /* of --with, as parts_parse has it */
    bool redis_volume, cpu;
    int argc; /* the arguments after the options and the subcommand's name */
    char **argv;
};

struct subcommand {
    const char *name, *args;
    int (*run)(struct cli *cli);
    const char *help;
};
extern const struct subcommand subcommands[]; /* ends with a NULL name */

enum cli_how { HOW_STR, HOW_FLAG, HOW_ADD, HOW_LIST };
/* A row of options.def, which says what each column means. */
struct cli_option {
    const char *name;
    int letter;
    const char *arg;
    enum cli_how how;
    size_t offset; /* of its field in struct cli */
    const char *where, *values, *help;
};
extern const struct cli_option cli_options[];
extern const size_t cli_option_count;
const struct cli_option *cli_option_named(const char *word);        /* "--name", "--name=value" or "-n"; NULL: none */
bool cli_option_is_of(const struct cli_option *o, const char *sub); /* "console": of the one without a name */
/* A word of an option's values, `len` bytes, without the subcommand that it is of alone; NULL: that is another one than
 * `sub` (NULL: any will do). */
const char *cli_value_word(const char *word, size_t *len, const char *sub);
enum { CLI_WHERE_MAX = 256 };
/* "the console, demo and replay": those that heed the option; "" where all do. */
void cli_option_where(const struct cli_option *o, char *out, size_t size);
const struct subcommand *cli_subcommand(const char *name); /* NULL: none */

/* Parses argv. ERR_USAGE with why, also for an option that the subcommand does not heed. ret_sub is the console's when
 * no name was given. Caller: cli_done. */
enum err cli_parse(struct cli *cli, int argc, char **argv, const struct subcommand **ret_sub, struct why *why);
/* Fills what the command line leaves unset from the environment and config.yaml. */
enum err cli_configure(struct cli *cli, struct why *why);
void cli_done(struct cli *cli);
/* Blanks the values of --var, and the user and password in --prompt and --redis, in argv itself, which every user of
 * the machine can read. */
void cli_hide_values(int argc, char **argv);

/* Reads the simulated cluster's manifest variables: lines NAME=VALUE. */
enum err cli_demo_variables(struct cli *cli, const char *path, struct why *why);

/* The variables that a manifest may hold: those of --var, and the environment's, or in a demo those of the simulated
 * cluster. Caller: variables_done. */
struct variables;
enum err cli_variables(const struct cli *cli, struct variables *ret, struct why *why);

bool cli_json(const struct cli *cli);
void cli_print_json(cJSON *root /* takes */);                          /* on stdout, with a newline */
uint64_t cli_timeout_ms(const struct cli *cli, uint64_t otherwise_ms); /* checked by cli_parse */
unsigned cli_port(const struct cli *cli, unsigned otherwise);          /* checked by cli_parse */
/* --for, a whole number of seconds up to max_s; *ret stays where it is not given. */
enum err cli_for_seconds(const struct cli *cli, uint64_t max_s, uint64_t *ret, struct why *why);
/* --rate, a plain number of requests a second, more than 0 and at most max; *ret stays where it is not given. */
enum err cli_rate(const struct cli *cli, unsigned max, double *ret, struct why *why);
/* The remaining arguments with blanks between, caller frees; *ret stays where there is none. ERR_USAGE beyond max
 * bytes. */
enum err cli_words(const struct cli *cli, size_t max, char **ret, struct why *why);
int64_t cli_grace(const struct conf *conf); /* -1: the pod's own; checked by cli_parse */
/* Maps an error of a configuration or a file that the command line names to ERR_USAGE, whether it is missing,
 * unreadable or malformed; ERR_OK, ERR_EXHAUSTED and ERR_CANCELLED stay. */
enum err cli_usage_of(enum err err, struct why *why);
int cli_exit_of(enum err err);                                            /* the exit status for an error */
void cli_say(const char *fmt, ...) __attribute__((format(printf, 1, 2))); /* "raydeck: …" on stderr */

/* Generated from the tables (usage.c). */
void usage_help(FILE *out);
void usage_subcommand(FILE *out, const struct subcommand *s); /* what it is, and the options it heeds */
void usage_variables(FILE *out);                              /* of manifests: names, types, defaults */
void usage_man(FILE *out);

int sub_console(struct cli *cli);
int sub_demo(struct cli *cli);
int sub_status(struct cli *cli);
int sub_lint(struct cli *cli);
int sub_ask(struct cli *cli);
int sub_load(struct cli *cli);
int sub_drill(struct cli *cli);
int sub_kill_head(struct cli *cli);
int sub_deploy(struct cli *cli);
int sub_cleanup(struct cli *cli);
int sub_ui(struct cli *cli);
int sub_info(struct cli *cli);
int sub_doctor(struct cli *cli);
int sub_record(struct cli *cli);
int sub_replay(struct cli *cli);
int sub_timeline(struct cli *cli);
int sub_snapshot(struct cli *cli);

#endif
