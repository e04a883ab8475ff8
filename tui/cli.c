/* cli.c - parsing of the command line; see cli.h. */
#include "tui/cli.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/base/url.h"
#include "backends/link/file.h"
#include "deploy/deploy_parts.h"
#include "deploy/drill_fault.h"
#include "deploy/redis_from.h"
#include "deploy/variables.h"
#include "tui/cli_modes.h"
#include "tui/themes.h"

#include <getopt.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { CONFIG_MAX = 1024 * 1024, TIMEOUT_MAX_S = 86400, GRACE_MAX_S = 86400, OPTION_BASE = 1000 };

const struct cli_option cli_options[] = {
#define OPT(name, letter, arg, how, field, where, values, help)                                                        \
    {name, letter, arg, HOW_##how, offsetof(struct cli, field), where, values, help},
#include "tui/options.def"
#undef OPT
};
const size_t cli_option_count = ARRAY_LEN(cli_options);

const struct subcommand subcommands[] = {
#define SUB(name, args, run, help) {name, args, run, help},
#include "tui/subcommands.def"
#undef SUB
    {NULL, NULL, NULL, NULL}};

/* One beyond CLI_LIST is only counted: cli_parse refuses it. */
static void list_add(struct cli_list *list, const char *value)
{
    if (list->count < CLI_LIST) list->item[list->count] = mem_str(value);
    list->count++;
}

static void list_done(struct cli_list *list)
{
    for (size_t i = 0; i < list->count && i < CLI_LIST; i++) mem_free_secret(list->item[i]);
}

static enum err list_check(const char *option, const struct cli_list *list, struct why *why)
{
    if (list->count <= CLI_LIST) return ERR_OK;
    return why_set(why, ERR_USAGE, "--%s: more than %d of them", option, CLI_LIST);
}

/* conf_done frees it. */
static bool option_is_of_conf(const struct cli_option *row)
{
    const size_t conf = offsetof(struct cli, conf);
    return row->offset >= conf && row->offset < conf + sizeof(struct conf);
}

static void option_done(struct cli *cli, const struct cli_option *row)
{
    char *field = (char *)cli + row->offset;
    if (row->how == HOW_STR) free(*(char **)(void *)field);
    if (row->how == HOW_LIST) list_done((struct cli_list *)(void *)field);
}

static void option_take(struct cli *cli, const struct cli_option *row, const char *value)
{
    char *field = (char *)cli + row->offset;
    switch (row->how) {
    case HOW_FLAG: *(bool *)(void *)field = true; break;
    case HOW_STR:
        free(*(char **)(void *)field);
        *(char **)(void *)field = mem_str(value);
        break;
    case HOW_ADD:
        if (cli->conf.neurons < CONF_NEURONS) cli->conf.neuron[cli->conf.neurons++] = mem_str(value);
        break;
    case HOW_LIST: list_add((struct cli_list *)(void *)field, value); break;
    }
}

static enum err check_number(const char *option, const char *value, uint64_t max, struct why *why)
{
    uint64_t number;
    if (!value || text_u64(value, strlen(value), max, &number) == ERR_OK) return ERR_OK;
    return why_set(why, ERR_USAGE, "--%s %s: not a whole number up to %llu", option, value, (unsigned long long)max);
}

const char *cli_value_word(const char *word, size_t *len, const char *sub)
{
    const char *colon = memchr(word, ':', *len);
    if (!colon || colon == word) return word;
    const size_t before = (size_t)(colon - word) + 1;
    if (sub && (strlen(sub) != before - 1 || strncmp(word, sub, before - 1) != 0)) return NULL;
    *len -= before;
    return word + before;
}

/* The words of options.def after '='; those of one subcommand alone are named as its own. */
static enum err check_word(const struct cli_option *o, const char *value, struct why *why)
{
    char expected[96] = "";
    for (const char *word = o->values + 1; value && *word;) {
        const size_t whole = strcspn(word, " "), used = strlen(expected);
        size_t len = whole;
        const char *own = cli_value_word(word, &len, NULL), *next = word + whole + (word[whole] == ' ');
        if (strlen(value) == len && strncmp(value, own, len) == 0) return ERR_OK;
        const int of = len < whole ? (int)(whole - len) - 1 : 0; /* "lint" of "lint:sarif" */
        snprintf(expected + used, sizeof expected - used, "%s%.*s%s%.*s",
                 !used   ? ""
                 : *next ? ", "
                         : " or ",
                 of, word, of ? "'s " : "", (int)len, own);
        word = next;
    }
    return value ? why_set(why, ERR_USAGE, "--%s %s: %s is expected", o->name, value, expected) : ERR_OK;
}

static enum err check_words(const struct cli *cli, struct why *why)
{
    enum err err = ERR_OK;
    for (size_t i = 0; i < ARRAY_LEN(cli_options) && !err; i++) {
        const struct cli_option *o = &cli_options[i];
        if (*o->values == '=') err = check_word(o, *(char *const *)(const void *)((const char *)cli + o->offset), why);
    }
    return err;
}

/* A path is appended to the URL, so it must not have a query, which may also be a secret. */
static enum err check_prompt(const char *url, struct why *why)
{
    if (!url || !url_authority(url) || !strpbrk(url, "?#")) return ERR_OK;
    return why_set(why, ERR_USAGE, "--prompt: an address without ? and # is expected");
}

/* Here, and not where a screen is drawn: a theme that is not there is a mistake wherever it is drawn with. */
static enum err check_theme(const struct cli *cli, struct why *why)
{
    const char *name = cli->conf.theme, *sub = cli->sub->name;
    const bool light_or_dark = name && (strcmp(name, "light") == 0 || strcmp(name, "dark") == 0);
    struct theme theme;
    if (!name || !cli_option_is_heeded(cli, cli_option_named("--theme"), cli->sub)) return ERR_OK;
    if (strcmp(sub, "timeline") == 0)
        return light_or_dark ? ERR_OK : why_set(why, ERR_USAGE, "--theme %s: an SVG is light or dark", name);
    if (strcmp(sub, "snapshot") == 0 && light_or_dark) return ERR_OK;
    return cli_usage_of(themes_load(name, &theme, why), why);
}

/* In digits: strtod reads "nan" and "0x1p3" as well. */
static enum err check_speed(const struct cli *cli, struct why *why)
{
    const char *text = cli->speed;
    const bool replay = strcmp(cli->sub->name, "replay") == 0;
    const double speed = text ? strtod(text, NULL) : 1, least = replay ? 0.25 : 0.001, most = replay ? 64 : 100000;
    if (!text || (*text && strspn(text, "0123456789.") == strlen(text) && speed >= least && speed <= most))
        return ERR_OK;
    return why_set(why, ERR_USAGE, "--speed %s: a number from %g to %.0f is expected", text, least, most);
}

static enum err check_fault(const struct cli *cli, struct why *why)
{
    enum drill_fault fault;
    int64_t grace_s;
    return cli->fault ? drill_fault_find(cli->fault, -1, &fault, &grace_s, why) : ERR_OK;
}

static enum err check_variables(const struct cli *cli, struct why *why)
{
    struct variables variables;
    const enum err err = cli->vars.count ? cli_variables(cli, &variables, why) : ERR_NOT_FOUND;
    if (!err) variables_done(&variables);
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static enum err check_lists(const struct cli *cli, struct why *why)
{
    enum err err = list_check("var", &cli->vars, why);
    if (!err) err = list_check("kustomize", &cli->overlays, why);
    if (!err) err = list_check("limit", &cli->limits, why);
    return err ? err : list_check("report", &cli->reports, why);
}

static enum err check_numbers(const struct cli *cli, struct why *why)
{
    enum err err = check_number("timeout", cli->timeout, TIMEOUT_MAX_S, why);
    if (!err) err = check_number("grace", cli->conf.grace, GRACE_MAX_S, why);
    if (!err) err = check_number("port", cli->port, UINT16_MAX, why);
    if (!err && cli->port && !cli_port(cli, 0)) err = why_set(why, ERR_USAGE, "--port %s: not a port", cli->port);
    if (!err) err = check_number("seed", cli->seed, UINT32_MAX, why);
    return err ? err : check_speed(cli, why);
}

static enum err check_values(const struct cli *cli, struct why *why)
{
    enum err err = check_words(cli, why);
    if (!err) err = check_lists(cli, why);
    if (!err) err = check_numbers(cli, why);
    if (!err) err = check_theme(cli, why);
    if (!err) err = check_fault(cli, why);
    if (!err) err = check_prompt(cli->conf.prompt, why);
    if (!err && cli->redis_from) err = redis_from_check(cli->redis_from, why);
    if (!err && cli->check && !cli->script) err = why_set(why, ERR_USAGE, "--check: which --script?");
    return err ? err : check_variables(cli, why);
}

/* --with and --redis-from dev: what is deployed beside the RayService. */
static enum err parts_take(struct cli *cli, struct why *why)
{
    enum err err = parts_parse(cli->with, &cli->parts, why);
    if (err || !cli->redis_from) return err;
    if (strcmp(cli->redis_from, "dev") == 0) {
        cli->parts |= 1U << PART_REDIS;
        free(cli->redis_from);
        cli->redis_from = NULL;
    } else if (cli->parts & 1U << PART_REDIS) {
        err = why_set(why, ERR_USAGE, "--with redis and --redis-from %s: one Redis is needed", cli->redis_from);
    }
    return err;
}

/* Builds getopt_long's table from options.def. */
static void getopt_tables(struct option *table, char *letters)
{
    size_t used = 0;
    letters[used++] = ':'; /* the messages are ours */
    for (size_t i = 0; i < ARRAY_LEN(cli_options); i++) {
        table[i] = (struct option){cli_options[i].name, cli_options[i].arg ? required_argument : no_argument, NULL,
                                   OPTION_BASE + (int)i};
        if (!cli_options[i].letter) continue;
        letters[used++] = (char)cli_options[i].letter;
        if (cli_options[i].arg) letters[used++] = ':';
    }
    letters[used] = '\0';
    table[ARRAY_LEN(cli_options)] = (struct option){0};
}

static const struct cli_option *option_found(int got)
{
    if (got >= OPTION_BASE) return &cli_options[got - OPTION_BASE];
    for (size_t i = 0; i < ARRAY_LEN(cli_options); i++)
        if (cli_options[i].letter && cli_options[i].letter == got) return &cli_options[i];
    return NULL;
}

/* Reports an option that getopt rejected ('?' or ':'), without its value, which may be a secret. */
static enum err option_bad(int got, const char *argument, struct why *why)
{
    if (argument[0] != '-' || argument[1] != '-' || (optopt && optopt < OPTION_BASE))
        return why_set(why, ERR_USAGE,
                       got == ':' ? "-%c: an argument is missing" : "-%c: no such option; see raydeck --help", optopt);
    const int len = (int)strcspn(argument, "=");
    if (got == ':') return why_set(why, ERR_USAGE, "%.*s: an argument is missing", len, argument);
    if (optopt) return why_set(why, ERR_USAGE, "%.*s: takes no argument", len, argument);
    size_t like = 0;
    for (size_t i = 0; i < ARRAY_LEN(cli_options); i++)
        like += strncmp(cli_options[i].name, argument + 2, (size_t)len - 2) == 0;
    return why_set(why, ERR_USAGE,
                   like > 1 ? "%.*s: could be one of several options; see raydeck --help"
                            : "%.*s: no such option; see raydeck --help",
                   len, argument);
}

/* Sets in `given` which rows of the table the command line has. */
static enum err options_parse(struct cli *cli, int argc, char **argv, bool *given, struct why *why)
{
    struct option table[ARRAY_LEN(cli_options) + 1];
    char letters[2 * ARRAY_LEN(cli_options) + 2];
    getopt_tables(table, letters);
    optind = 1;
    for (;;) {
        int got = getopt_long(argc, argv, letters, table, NULL);
        if (got == -1) return ERR_OK;
        const char *what = optind > 0 && optind <= argc ? argv[optind - 1] : "";
        const struct cli_option *row = got == ':' ? NULL : option_found(got);
        if (!row) return option_bad(got, what, why);
        option_take(cli, row, optarg);
        given[row - cli_options] = true;
    }
}

const struct cli_option *cli_option_named(const char *word)
{
    const size_t len = strcspn(word, "=");
    for (size_t i = 0; i < ARRAY_LEN(cli_options); i++) {
        const struct cli_option *o = &cli_options[i];
        if (word[1] == '-' ? len == strlen(o->name) + 2 && strncmp(word + 2, o->name, len - 2) == 0
                           : o->letter && o->letter == word[1])
            return o;
    }
    return NULL;
}

const struct subcommand *cli_subcommand(const char *name)
{
    for (const struct subcommand *s = subcommands; s->name; s++)
        if (strcmp(s->name, name) == 0) return s;
    return NULL;
}

/* The formats of findings are of lint alone. */
static enum err check_output(const struct cli *cli, const struct subcommand *sub, struct why *why)
{
    if (!cli->output || cli_json(cli) || strcmp(cli->output, "text") == 0 || strcmp(sub->name, "lint") == 0)
        return ERR_OK;
    return why_set(why, ERR_USAGE, "--output %s is of lint: text or json is expected", cli->output);
}

/* What kubectl, k9s and others have as a subcommand, and where it is here. */
static enum err subcommand_unknown(const char *name, struct why *why)
{
    static const struct {
        const char *name, *is;
    } elsewhere[] = {
        {"help", "--help, or SUBCOMMAND --help"},
        {"version", "--version"},
        {"completion", "--completion bash, zsh or fish"},
        {"logs", "without a subcommand, and there L"},
        {"describe", "without a subcommand, and there d"},
        {"get", "status, or without a subcommand, and there y"},
        {"top", "status, or without a subcommand, and there 2"},
    };
    for (size_t i = 0; i < ARRAY_LEN(elsewhere); i++)
        if (strcmp(elsewhere[i].name, name) == 0)
            return why_set(why, ERR_USAGE, "%s: no such command; it is raydeck %s", name, elsewhere[i].is);
    return why_set(why, ERR_USAGE, "%s: no such command; see raydeck --help", name);
}

enum err cli_parse(struct cli *cli, int argc, char **argv, const struct subcommand **ret_sub, struct why *why)
{
    *cli = (struct cli){0};
    conf_init(&cli->conf);
    bool given[ARRAY_LEN(cli_options)] = {false};
    enum err err = options_parse(cli, argc, argv, given, why);
    if (err) return err;
    const struct subcommand *sub = &subcommands[0];
    if (optind < argc) {
        sub = argv[optind][0] ? cli_subcommand(argv[optind]) : NULL;
        if (!sub) return subcommand_unknown(argv[optind], why);
        optind++;
    }
    cli->argc = argc - optind;
    cli->argv = argv + optind;
    if (cli->argc > 0 && !*sub->args)
        return why_set(why, ERR_USAGE, "%s: not expected after %s", cli->argv[0], sub->name);
    if (cli->conf.all_namespaces && cli->conf.ns && strcmp(cli->conf.ns, "*") != 0)
        return why_set(why, ERR_USAGE, "--all-namespaces and --namespace %s: which?", cli->conf.ns);
    conf_settle(&cli->conf);
    cli->sub = sub;
    err = cli_options_check(cli, given, sub, why);
    if (!err) err = parts_take(cli, why);
    if (!err) err = check_values(cli, why);
    if (!err) err = check_output(cli, sub, why);
    if (!err) *ret_sub = sub;
    return err;
}

static const char *env_value(const char *name)
{
    return getenv(name);
}

static char *config_default(void)
{
    const char *base = getenv("XDG_CONFIG_HOME");
    if (base && base[0] == '/') return mem_printf("%s/raydeck/config.yaml", base);
    const char *home = getenv("HOME");
    return home ? mem_printf("%s/.config/raydeck/config.yaml", home) : NULL;
}

static enum err configuration_read(struct cli *cli, struct why *why)
{
    /* A demo ignores the environment, which configures real clusters. */
    enum err err = cli->conf.demo ? ERR_OK : conf_from_env(&cli->conf, env_value, why);
    if (err) return err;
    bool named = cli->conf.config_path != NULL;
    if (!named) cli->conf.config_path = config_default();
    if (!cli->conf.config_path) return ERR_OK;
    struct buf file;
    buf_init(&file, CONFIG_MAX);
    err = file_read(cli->conf.config_path, &file, why);
    if (err == ERR_NOT_FOUND && !named) {
        free(cli->conf.config_path);
        cli->conf.config_path = NULL;
        err = ERR_OK;
    } else if (!err) {
        err = conf_from_yaml(&cli->conf, cli->conf.config_path, buf_text(&file), file.len, why);
    }
    buf_wipe(&file);
    return err ? cli_usage_of(err, why) : check_values(cli, why);
}

enum err cli_configure(struct cli *cli, struct why *why)
{
    const enum err err = configuration_read(cli, why);
    conf_settle(&cli->conf);
    return err;
}

void cli_done(struct cli *cli)
{
    conf_done(&cli->conf);
    for (size_t i = 0; i < ARRAY_LEN(cli_options); i++)
        if (!option_is_of_conf(&cli_options[i])) option_done(cli, &cli_options[i]);
    for (size_t i = 0; i < cli->demo_vars_count; i++) mem_free_secret(cli->demo_vars[i]);
}

/* The value of an option in argv, separate or after '='; NULL: another option. */
static char *value_in(int i, char **argv, const char *option)
{
    size_t len = strlen(option);
    if (strcmp(argv[i - 1], option) == 0) return argv[i];
    return strncmp(argv[i], option, len) == 0 && argv[i][len] == '=' ? argv[i] + len + 1 : NULL;
}

static void blank_out(char *from, char *to)
{
    memset(from, 'x', (size_t)(to - from));
}

/* user:password@ of a URL. */
static void hide_userinfo(char *url)
{
    struct url_part secret = url_secret(url, strlen(url));
    if (!secret.at) secret = url_userinfo(url);
    if (secret.at) blank_out(url + (secret.at - url), url + (secret.at - url) + secret.len);
}

void cli_hide_values(int argc, char **argv)
{
    static const char *const urls[] = {"--prompt", "--redis"};
    for (int i = 1; i < argc; i++) {
        char *var = value_in(i, argv, "--var"), *value = var ? strchr(var, '=') : NULL;
        if (value) blank_out(value + 1, value + strlen(value));
        for (size_t u = 0; u < ARRAY_LEN(urls); u++) {
            char *url = value_in(i, argv, urls[u]);
            if (url) hide_userinfo(url);
        }
    }
}

enum err cli_demo_variables(struct cli *cli, const char *path, struct why *why)
{
    struct buf file;
    buf_init(&file, CONFIG_MAX);
    enum err err = file_read(path, &file, why);
    for (const char *line = buf_text(&file); !err && *line && cli->demo_vars_count < CLI_LIST;) {
        size_t len = strcspn(line, "\n");
        if (len) cli->demo_vars[cli->demo_vars_count++] = mem_strn(line, len);
        line += len + (line[len] == '\n');
    }
    buf_wipe(&file);
    return err;
}

enum err cli_variables(const struct cli *cli, struct variables *ret, struct why *why)
{
    struct variables v;
    enum err err = ERR_OK;
    variables_init(&v, cli->conf.demo ? NULL : env_value);
    v.cpu = cli->cpu;
    for (size_t i = 0; i < cli->demo_vars_count && !err; i++) err = variables_give(&v, cli->demo_vars[i], why);
    for (size_t i = 0; i < cli->vars.count && !err; i++) err = variables_give(&v, cli->vars.item[i], why);
    if (err)
        variables_done(&v);
    else
        *ret = v;
    return err;
}

bool cli_json(const struct cli *cli)
{
    return cli->output && strcmp(cli->output, "json") == 0;
}

/* What strtod takes beside digits and a point is a mistake here. */
enum err cli_rate(const struct cli *cli, unsigned max, double *ret, struct why *why)
{
    const char *text = cli->rate;

    if (!text) return ERR_OK;
    if (*text && strspn(text, "0123456789.") == strlen(text)) {
        char *end;
        const double rate = strtod(text, &end);
        if (!*end && rate > 0 && rate <= max) {
            *ret = rate;
            return ERR_OK;
        }
    }
    return why_set(why, ERR_USAGE, "--rate %s: not a number of requests a second, more than 0 and at most %u", text,
                   max);
}

enum err cli_words(const struct cli *cli, size_t max, char **ret, struct why *why)
{
    struct buf text;
    enum err err = ERR_OK;

    buf_init(&text, max);
    for (int i = 0; !err && i < cli->argc; i++) {
        if (i) err = buf_char(&text, ' ');
        if (!err) err = buf_str(&text, cli->argv[i]);
    }
    if (err)
        (void)why_set(why, ERR_USAGE, "the prompt is longer than %zu bytes", max);
    else if (text.len)
        *ret = buf_take(&text);
    buf_done(&text);
    return err ? ERR_USAGE : ERR_OK;
}

enum err cli_for_seconds(const struct cli *cli, uint64_t max_s, uint64_t *ret, struct why *why)
{
    uint64_t seconds;

    if (!cli->for_seconds) return ERR_OK;
    if (text_u64(cli->for_seconds, strlen(cli->for_seconds), max_s, &seconds) != ERR_OK || !seconds)
        return why_set(why, ERR_USAGE, "--for %s: not a whole number of seconds from 1 to %llu", cli->for_seconds,
                       (unsigned long long)max_s);
    *ret = seconds;
    return ERR_OK;
}

void cli_print_json(cJSON *root)
{
    char *text = json_text(root);

    puts(text);
    free(text);
    cJSON_Delete(root);
}

unsigned cli_port(const struct cli *cli, unsigned otherwise)
{
    uint64_t port;
    if (!cli->port || text_u64(cli->port, strlen(cli->port), UINT16_MAX, &port)) return otherwise;
    return (unsigned)port;
}

uint64_t cli_timeout_ms(const struct cli *cli, uint64_t otherwise_ms)
{
    uint64_t seconds;
    if (!cli->timeout || text_u64(cli->timeout, strlen(cli->timeout), TIMEOUT_MAX_S, &seconds)) return otherwise_ms;
    return seconds * 1000;
}

int64_t cli_grace(const struct conf *conf)
{
    uint64_t seconds;
    if (!conf->grace || text_u64(conf->grace, strlen(conf->grace), GRACE_MAX_S, &seconds)) return -1;
    return (int64_t)seconds;
}

enum err cli_usage_of(enum err err, struct why *why)
{
    if (!err || err == ERR_EXHAUSTED || err == ERR_CANCELLED) return err;
    if (why) why->code = ERR_USAGE;
    return ERR_USAGE;
}

int cli_exit_of(enum err err)
{
    switch (err) {
    case ERR_OK: return EXIT_FINE;
    case ERR_USAGE:
    case ERR_PARSE: return EXIT_USAGE;
    case ERR_GUARD:
    case ERR_FORBIDDEN:
    case ERR_CONFLICT: return EXIT_GUARDED;
    case ERR_CANCELLED: return EXIT_INTERRUPTED;
    default: return EXIT_UNREACHED;
    }
}

void cli_say(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char text[2 * ERR_TEXT_MAX];
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    fprintf(stderr, "raydeck: %s\n", text);
}
