/* usage.c - generates help and man page from the tables of options, subcommands and console commands. */
#include "tui/cli.h"

#include "backends/base/mem.h"
#include "deploy/variables.h"

#include <string.h>

enum { VARIABLE_WORDS_MAX = 512 };

struct command_help {
    const char *name, *keys, *help;
};
static const struct command_help commands[] = {
#define CMD(id, name, keys, where, needs, footer, help) {name, keys, help},
#include "tui/commands.def"
#undef CMD
};

/* "-n, --namespace NS" */
static void option_words(const struct cli_option *o, char *out, size_t size)
{
    char letter[8] = "";
    if (o->letter) snprintf(letter, sizeof letter, "-%c, ", o->letter);
    snprintf(out, size, "%s--%s%s%s", letter, o->name, o->arg ? " " : "", o->arg ? o->arg : "");
}

/* "deploy and doctor: " of an option that only they heed; "" of the others. */
static void option_where(const struct cli_option *o, char *out, size_t size)
{
    char where[CLI_WHERE_MAX] = "";
    if (*o->where != '*') cli_option_where(o, where, sizeof where);
    snprintf(out, size, "%s%s", where, *where ? ": " : "");
}

static void option_print(FILE *out, const struct cli_option *o, bool says_where)
{
    char words[64], where[CLI_WHERE_MAX + 2] = "";
    option_words(o, words, sizeof words);
    if (says_where) option_where(o, where, sizeof where);
    fprintf(out, "  %-26s %s%s\n", words, where, o->help);
}

void usage_subcommand(FILE *out, const struct subcommand *s)
{
    fprintf(out, "raydeck %s - %s\n\nUsage: raydeck %s%s%s [options]\n\nOptions:\n", s->name, s->help, s->name,
            *s->args ? " " : "", s->args);
    for (int general = 0; general < 2; general++) /* its own first */
        for (size_t i = 0; i < cli_option_count; i++) {
            const struct cli_option *o = &cli_options[i];
            const bool is_general = !*o->where || *o->where == '*';
            if (cli_option_is_of(o, s->name) && is_general == (general == 1)) option_print(out, o, false);
        }
    fprintf(out, "\nraydeck --help lists every subcommand and option, and the exit statuses.\n");
}

void usage_help(FILE *out)
{
    fprintf(out, "raydeck " RAYDECK_VERSION " - a console for Ray Serve high availability on Kubernetes\n\nUsage:\n");
    for (const struct subcommand *s = subcommands; s->name; s++) {
        char words[64];
        snprintf(words, sizeof words, "raydeck%s%s%s%s [options]", *s->name ? " " : "", s->name, *s->args ? " " : "",
                 s->args);
        fprintf(out, "  %-34s %s\n", words, s->help);
    }
    fprintf(out, "\nOptions:\n");
    for (size_t i = 0; i < cli_option_count; i++) option_print(out, &cli_options[i], true);
    fprintf(
        out,
        "\nraydeck SUBCOMMAND --help lists the options of that subcommand alone.\n"
        "Backends and appearance can also be set in config.yaml and in the environment (RAYDECK_NAMESPACE,\n"
        "RAYDECK_REDIS …); an option takes precedence over both. Child processes (neuron-monitor, plug-ins) get no\n"
        "secret of the environment that they do not need; RAYDECK_CHILD_ENV=NAME,NAME passes these on. A crash\n"
        "leaves no core file unless RAYDECK_CORE_DUMPS=1.\n"
        "Exit status: 0 success, 1 failed, 2 usage, or a configuration or file that cannot be used, 3 a backend is\n"
        "unreachable (status: or the head is down), 4 refused by a guard, 70 out of memory or file descriptors,\n"
        "130 interrupted (SIGINT), 143 terminated (SIGTERM).\n");
}

/* "a whole number from 1 to 10000; default: 2" */
static void variable_words(const struct variable_help *v, char *out, size_t size)
{
    char otherwise[VARIABLE_WORDS_MAX];
    if (v->of && v->factor != 1)
        snprintf(otherwise, sizeof otherwise, "%llu × %s", (unsigned long long)v->factor, v->of);
    else
        snprintf(otherwise, sizeof otherwise, "%s", v->of ? v->of : v->otherwise ? v->otherwise : "none");
    snprintf(out, size, "%s%s; default: %s", v->secret ? "a secret, " : "", v->words, otherwise);
    if (!v->most) return;
    const size_t len = strlen(out);
    snprintf(out + len, size - len, ", at most %llu", (unsigned long long)v->most);
}

static void print_on_cpu(FILE *out, const struct variable_help *v)
{
    if (v->on_cpu) fprintf(out, "  %-29s with --cpu: %s\n", "", v->on_cpu);
}

void usage_variables(FILE *out)
{
    fprintf(out, "Variables of the shipped manifests, and of any other that holds them. A value is that of --var\n"
                 "NAME=VALUE, else the environment's, else the default. A map or a list is written as in YAML's flow\n"
                 "style or as JSON; of {}, [], 0 devices and default-scheduler the entry is left out.\n\n");
    for (size_t i = 0; i < variables_listed(); i++) {
        char words[2 * VARIABLE_WORDS_MAX];
        const struct variable_help v = variable_help_of(i);
        variable_words(&v, words, sizeof words);
        fprintf(out, "  %-29s %s\n  %-29s %s\n", v.name, v.help, "", words);
        print_on_cpu(out, &v);
    }
}

/* roff treats '-' as a hyphen and a leading '.' as a request. */
static void print_roff(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '-')
            fputs("\\-", out);
        else if (*text == '\\')
            fputs("\\e", out);
        else
            fputc(*text, out);
    }
}

/* config.yaml's keys and the variables of the environment, which say the same. */
static void print_settings(FILE *out)
{
    struct conf_setting set;
    fprintf(out, ".SH CONFIGURATION\nconfig.yaml (see FILES) is a YAML map. An option takes precedence over the "
                 "environment, and that over the file. Its keys:\n");
    for (size_t i = 0; conf_setting(i, &set); i++) {
        fprintf(out, ".TP\n.B ");
        if (set.map) fprintf(out, "%s: {%s: …}", set.map, set.key);
        if (!set.map) fprintf(out, "%s: %s", set.key, set.is_flag ? "true" : "…");
        fputc('\n', out);
        if (set.env) fprintf(out, "In the environment: %s\n", set.env);
    }
    fputs(".TP\n.B neuron: [COMMAND, …]\nIn the environment: RAYDECK_NEURON, one command a line\n"
          ".TP\n.B contexts: [{name: NAME, readonly: true}, {name: NAME, server: URL, ca: HASH, development: true}]\n"
          "Marks a context as read\\-only, or as one of development, whose dialogs take a plain y; the server and the "
          "hash are those that raydeck info prints.\n",
          out);
}

static const char man_end[] =
    ".SH ENVIRONMENT\n"
    "The variables under CONFIGURATION, and:\n"
    ".TP\n.B RAYDECK_CHILD_ENV\n"
    "Names, separated by commas, of variables that every child process gets. Without it a variable that looks like a "
    "secret goes only to the processes that need it: AWS's own to the AWS CLI and to commands that name aws, kubectl "
    "or "
    "ssh; a credential plug\\-in of another cloud gets all but those of Redis and of models.\n"
    ".TP\n.B RAYDECK_CORE_DUMPS\n"
    "1: a crash may leave a core file, which holds passwords and tokens. Without it there is none, and no debugger of "
    "the same user can attach.\n"
    ".TP\n.B KUBECONFIG\nThe kubeconfig, where neither an option nor the configuration names one.\n"
    ".TP\n.B XDG_CONFIG_HOME, XDG_STATE_HOME\nReplace ~/.config and ~/.local/state under FILES.\n"
    ".SH FILES\n"
    ".TP\n.I ~/.config/raydeck/config.yaml\nThe configuration.\n"
    ".TP\n.I ~/.config/raydeck/themes, ~/.config/raydeck/assets\n"
    "Themes, and manifests and walkthroughs, that take precedence over those in the program; so do those in\n"
    ".I " RAYDECK_DATADIR "\n.\n"
    ".TP\n.I ~/.local/state/raydeck/armed.json\nWhich cluster may be changed, and until when.\n"
    ".TP\n.I ~/.local/state/raydeck/texts\nTexts of the console, written by w.\n"
    ".TP\n.I ~/.local/state/raydeck/layouts.json\nThe pane in focus, its zoom, the panes' sizes and the view of the "
    "NeuronCores, for "
    "each size of the "
    "terminal.\n"
    ".TP\n.I ~/.local/state/raydeck/recordings, ~/.local/state/raydeck/drills\n"
    "The recordings of head losses that the console saves, and the reports of drills.\n"
    ".SH EXAMPLES\n"
    ".TP\n.B raydeck demo\nThe console on a simulated cluster.\n"
    ".TP\n.B raydeck \\-\\-context production \\-n mistral \\-s mistral status\nOne service's state, once.\n"
    ".TP\n.B raydeck lint rayservice.yaml\nA manifest against the HA rules.\n"
    ".TP\n.B raydeck drill \\-\\-context kind \\-n mistral \\-s mistral \\-\\-yes \\-\\-report drill.xml\n"
    "A drill of a head's loss under load, for CI.\n"
    ".TP\n.B source <(raydeck \\-\\-completion bash)\nCompletion in this shell; also zsh and fish.\n"
    ".SH EXIT STATUS\n"
    ".TP\n.B 0\nsuccess\n.TP\n.B 1\nfailed\n"
    ".TP\n.B 2\nusage, or a configuration or file that cannot be used\n"
    ".TP\n.B 3\na backend is unreachable; of status also: the head is down\n"
    ".TP\n.B 4\nrefused by a guard\n.TP\n.B 70\nout of memory or file descriptors\n"
    ".TP\n.B 130\ninterrupted (SIGINT)\n.TP\n.B 143\nterminated (SIGTERM)\n";

void usage_man(FILE *out)
{
    fprintf(out, ".TH RAYDECK 1 \"\" \"raydeck " RAYDECK_VERSION "\"\n.SH NAME\n"
                 "raydeck \\- console for Ray Serve high availability on Kubernetes\n.SH SYNOPSIS\n");
    for (const struct subcommand *s = subcommands; s->name; s++) {
        fprintf(out, ".B raydeck ");
        print_roff(out, s->name);
        fprintf(out, " %s\n.RI [ options ]\n.br\n", s->args);
    }
    fprintf(out,
            ".SH DESCRIPTION\nShows the pods of a RayService, its NeuronCores and its GCS in Redis on one screen, "
            "and answers: is it answering, would it survive the loss of its Ray head, and did it.\n.SH COMMANDS\n");
    for (const struct subcommand *s = subcommands; s->name; s++) {
        fprintf(out, ".TP\n.B raydeck ");
        print_roff(out, s->name);
        fputc('\n', out);
        print_roff(out, s->help);
        fputc('\n', out);
    }
    fprintf(out, ".SH OPTIONS\n");
    for (size_t i = 0; i < cli_option_count; i++) {
        char words[64];
        option_words(&cli_options[i], words, sizeof words);
        fprintf(out, ".TP\n.B ");
        print_roff(out, words);
        fputc('\n', out);
        char where[CLI_WHERE_MAX + 2];
        option_where(&cli_options[i], where, sizeof where);
        print_roff(out, where);
        print_roff(out, cli_options[i].help);
        fputc('\n', out);
    }
    fprintf(out, ".SH VARIABLES OF MANIFESTS\n");
    for (size_t i = 0; i < variables_listed(); i++) {
        char words[2 * VARIABLE_WORDS_MAX];
        const struct variable_help v = variable_help_of(i);
        variable_words(&v, words, sizeof words);
        fprintf(out, ".TP\n.B %s\n", v.name);
        print_roff(out, v.help);
        fprintf(out, ":\n");
        print_roff(out, words);
        fputc('\n', out);
    }
    fprintf(out, ".SH KEYS\n");
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        fprintf(out, ".TP\n.B %s%s:", commands[i].keys, *commands[i].keys ? ", " : "");
        print_roff(out, commands[i].name);
        fputc('\n', out);
        print_roff(out, commands[i].help);
        fputc('\n', out);
    }
    print_settings(out);
    fputs(man_end, out);
}
