/* usage.c - generates help, man page and completions from the tables of options, subcommands and console commands. */
#include "tui/cli.h"

#include "backends/base/mem.h"
#include "deploy/variables.h"

#include <string.h>

enum { VARIABLE_WORDS_MAX = 512 };

struct option_help {
    const char *name;
    int letter;
    const char *arg, *help;
};
static const struct option_help options[] = {
#define OPT(name, letter, arg, how, field, help) {name, letter, arg, help},
#include "tui/options.def"
#undef OPT
};

struct command_help {
    const char *name, *keys, *help;
};
static const struct command_help commands[] = {
#define CMD(id, name, keys, where, needs, footer, help) {name, keys, help},
#include "tui/commands.def"
#undef CMD
};

/* "-n, --namespace NS" */
static void option_words(const struct option_help *o, char *out, size_t size)
{
    char letter[8] = "";
    if (o->letter) snprintf(letter, sizeof letter, "-%c, ", o->letter);
    snprintf(out, size, "%s--%s%s%s", letter, o->name, o->arg ? " " : "", o->arg ? o->arg : "");
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
    for (size_t i = 0; i < ARRAY_LEN(options); i++) {
        char words[64];
        option_words(&options[i], words, sizeof words);
        fprintf(out, "  %-26s %s\n", words, options[i].help);
    }
    fprintf(
        out,
        "\nBackends and appearance can also be set in config.yaml and in the environment (RAYDECK_NAMESPACE,\n"
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
    for (size_t i = 0; i < ARRAY_LEN(options); i++) {
        char words[64];
        option_words(&options[i], words, sizeof words);
        fprintf(out, ".TP\n.B ");
        print_roff(out, words);
        fputc('\n', out);
        print_roff(out, options[i].help);
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
    fprintf(
        out,
        ".SH ENVIRONMENT\nRAYDECK_NAMESPACE, RAYDECK_REDIS and so on set the options of the same names.\n"
        ".TP\n.B RAYDECK_CHILD_ENV\nNames, separated by commas, of variables that every child process gets. Without it "
        "a "
        "variable that looks like a secret goes only to the processes that need it: AWS's own to the AWS CLI and to "
        "commands that name aws, kubectl or ssh; a credential plug\\-in of another cloud gets all but those of Redis "
        "and of models.\n.TP\n.B RAYDECK_CORE_DUMPS\n1: a crash may leave a core file, which holds passwords and "
        "tokens. Without it there is none, and no debugger of the same user can attach.\n");
    fprintf(
        out,
        ".SH EXIT STATUS\n0 success, 1 failed, 2 usage, or a configuration or file that cannot be used, 3 a backend "
        "is unreachable, 4 refused by a guard, 70 out of memory or file descriptors, 130 interrupted "
        "(SIGINT), 143 terminated (SIGTERM).\n");
}

void usage_completion_bash(FILE *out)
{
    fprintf(out, "# bash completion for raydeck\n_raydeck() {\n  local words='");
    for (const struct subcommand *s = subcommands; s->name; s++)
        if (*s->name) fprintf(out, "%s ", s->name);
    for (size_t i = 0; i < ARRAY_LEN(options); i++) fprintf(out, "--%s ", options[i].name);
    fprintf(out, "'\n  COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n}\n"
                 "complete -o default -F _raydeck raydeck\n");
}

/* An argument of _arguments: brackets, colons and quotes have a meaning there. */
static void zsh_quoted(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (strchr("[]:\\", *text)) fputc('\\', out);
        if (*text == '\'')
            fputs("'\\''", out);
        else
            fputc(*text, out);
    }
}

void usage_completion_zsh(FILE *out)
{
    fprintf(out, "#compdef raydeck\n_arguments \\\n");
    for (size_t i = 0; i < ARRAY_LEN(options); i++) {
        fprintf(out, "  '--%s%s[", options[i].name, options[i].arg ? "=" : "");
        zsh_quoted(out, options[i].help);
        fprintf(out, "]%s' \\\n", options[i].arg ? ":value:_files" : "");
    }
    fprintf(out, "  '1:command:((");
    for (const struct subcommand *s = subcommands; s->name; s++) {
        if (!*s->name) continue;
        fprintf(out, "%s\\:\"", s->name);
        zsh_quoted(out, s->help);
        fprintf(out, "\" ");
    }
    fprintf(out, "))'\n");
}
