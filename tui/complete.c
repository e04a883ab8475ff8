/* complete.c - candidates for the word that is being typed, from the tables of options and subcommands; see complete.h.
 */
#include "tui/complete.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tui/snapshot.h"
#include "tui/values.h"

#include <stdlib.h>
#include <string.h>

enum { CLUSTER_WAIT_MS = 2000, WORDS_MAX = 256, WORD_MAX = 256 };

/* The words as typed: bash splits them at ':' and '=', which come as words of their own. */
struct words {
    char *item[WORDS_MAX];
    int count;
    size_t skip; /* bytes of the last one that stand before the part that bash replaces */
};

static void words_join(struct words *w, int count, char **words)
{
    bool joins = false; /* what follows a ':' or '=' without a blank */
    for (int i = 0; i < count && w->count < WORDS_MAX; i++) {
        char *last = w->count ? w->item[w->count - 1] : NULL;
        const size_t len = strlen(words[i]);
        const bool breaks = len && strspn(words[i], ":=") == len;
        w->skip = 0;
        if (last && len && (breaks || joins)) {
            w->skip = strlen(last) + (breaks ? len : 0);
            w->item[w->count - 1] = mem_printf("%s%s", last, words[i]);
            mem_free_secret(last);
        } else {
            w->item[w->count++] = mem_str(words[i]);
        }
        joins = breaks;
    }
}

static void words_done(struct words *w)
{
    for (int i = 0; i < w->count; i++) mem_free_secret(w->item[i]);
}

struct completion {
    FILE *out;
    struct words words;
    const char *typed;  /* what values begin with */
    const char *before; /* "--option=", which precedes each candidate; "" */
    const struct subcommand *sub;
    const struct cli_option *pending; /* the option whose argument is typed */
    int arguments;                    /* of the subcommand, before the typed word */
};

static void candidate_print(const struct completion *c, const char *value, const char *suffix, const char *help)
{
    if (strncmp(value, c->typed, strlen(c->typed)) != 0 || !text_is_safe(value, strlen(value), TEXT_ONE_LINE)) return;
    char *whole = mem_printf("%s%s%s", c->before, value, suffix);
    fprintf(c->out, "%s\t%s\n", whole + c->words.skip, help);
    free(whole);
}

static void value_print(void *arg, const char *value, const char *suffix, const char *about)
{
    candidate_print(arg, value, suffix, about);
}

static bool services_listed(void *arg)
{
    const struct source *source = world_source_named(session_world(snapshot_session(arg)), "kube/rayservices");
    return session_settled(snapshot_session(arg)) || (source && source->state == SOURCE_LIVE);
}

/* Kubernetes only, and by reading only. */
static void cluster_configure(struct cli *cli)
{
    free(cli->conf.redis);
    cli->conf.redis = mem_str("none");
    while (cli->conf.neurons) mem_free_secret(cli->conf.neuron[--cli->conf.neurons]);
    cli->conf.neuron[cli->conf.neurons++] = mem_str("none");
    cli->conf.no_probe = cli->conf.read_only = true;
}

/* With the options that stand before; an option without its argument yet is left out. */
static void cluster_print(struct completion *c, const char *what)
{
    struct cli cli = {0};
    struct why why;
    const struct subcommand *sub = NULL;
    struct snapshot *snapshot = NULL;
    char *argv[WORDS_MAX + 2] = {(char[]){"raydeck"}};
    int argc = 1;
    for (int i = 0; i < c->words.count - (c->pending && !*c->before ? 2 : 1); i++) argv[argc++] = c->words.item[i];
    enum err err = cli_parse(&cli, argc, argv, &sub, &why);
    if (!err) err = cli_configure(&cli, &why);
    if (!err) cluster_configure(&cli);
    if (!err) err = snapshot_open(&cli, &snapshot, &why);
    if (!err && strcmp(what, "CONTEXT") != 0) snapshot_until(snapshot, services_listed, snapshot, CLUSTER_WAIT_MS);
    if (!err) values_of(what, &(struct values_from){.session = snapshot_session(snapshot)}, value_print, c);
    snapshot_close(snapshot);
    cli_done(&cli);
}

static void word_print(struct completion *c, const char *word)
{
    if (strcmp(word, "FILE") == 0)
        fprintf(c->out, ":file\n");
    else if (values_are_of_cluster(word))
        cluster_print(c, word);
    else if (!values_of(word, &(struct values_from){.session = NULL}, value_print, c))
        candidate_print(c, word, "", "");
    if (strcmp(word, "THEME") == 0 && strchr(c->typed, '/')) fprintf(c->out, ":file\n");
}

/* The words of a text between those characters. */
static void words_print(struct completion *c, const char *text, const char *between)
{
    while (*text) {
        char word[WORD_MAX];
        const size_t whole = strcspn(text, between);
        size_t len = whole;
        const char *own = cli_value_word(text, &len, c->sub ? c->sub->name : "");
        snprintf(word, sizeof word, "%.*s", own ? (int)len : 0, own ? own : "");
        if (*word) word_print(c, word);
        text += whole + (text[whole] != '\0');
    }
}

static void values_print(struct completion *c, const struct cli_option *o)
{
    words_print(c, *o->values == '=' || *o->values == '+' ? o->values + 1 : o->values, " ");
}

static void options_print(const struct completion *c)
{
    for (size_t i = 0; i < cli_option_count; i++) {
        const struct cli_option *o = &cli_options[i];
        char name[WORD_MAX];
        snprintf(name, sizeof name, "--%s", o->name);
        if (cli_option_is_of(o, c->sub ? c->sub->name : "console")) candidate_print(c, name, "", o->help);
    }
}

/* "FILE", "FILE...", "[FILE [status|doctor|report]]", "[TEXT]" … */
static void arguments_print(struct completion *c)
{
    const char *args = c->sub->args, *second = strstr(args, " [");
    if (c->arguments == 0 || strstr(args, "..."))
        fputs(strstr(args, "FILE") ? ":file\n" : "", c->out);
    else if (c->arguments == 1 && second)
        words_print(c, second + 2, "|[]");
}

static void subcommands_print(const struct completion *c)
{
    for (const struct subcommand *s = subcommands; s->name; s++)
        if (*s->name) candidate_print(c, s->name, "", s->help);
}

/* false: a word before is no subcommand. */
static bool word_read(struct completion *c, const char *word)
{
    if (c->pending) {
        c->pending = NULL;
    } else if (word[0] == '-' && word[1]) {
        const struct cli_option *o = cli_option_named(word);
        const bool has = word[1] == '-' ? strchr(word, '=') != NULL : word[2] != '\0';
        if (o && o->arg && !has) c->pending = o;
    } else if (!c->sub) {
        c->sub = *word ? cli_subcommand(word) : NULL;
        return c->sub != NULL;
    } else {
        c->arguments++;
    }
    return true;
}

void complete_print(int count, char **words, FILE *out)
{
    struct completion c = {.out = out, .before = ""};
    bool known = count > 0;
    words_join(&c.words, count, words);
    for (int i = 0; known && i + 1 < c.words.count; i++) known = word_read(&c, c.words.item[i]);
    char *before = NULL, *typed = known ? c.words.item[c.words.count - 1] : NULL, *value = NULL;
    if (known && !c.pending && strncmp(typed, "--", 2) == 0) value = strchr(typed, '=');
    if (value) {
        c.pending = cli_option_named(typed);
        before = mem_strn(typed, (size_t)(value + 1 - typed));
        typed = value + 1;
        c.before = before;
        known = c.pending && c.pending->arg;
    }
    c.typed = typed;
    if (!known)
        ;
    else if (c.pending)
        values_print(&c, c.pending);
    else if (typed[0] == '-')
        options_print(&c);
    else if (!c.sub)
        subcommands_print(&c);
    else
        arguments_print(&c);
    free(before);
    words_done(&c.words);
}

static const char bash_script[] =
    "# bash completion for raydeck\n"
    "_raydeck() {\n"
    "  local value\n"
    "  COMPREPLY=()\n"
    "  while IFS=$'\\t' read -r value _; do\n"
    "    if [[ $value == :file ]]; then compopt -o default 2>/dev/null; else COMPREPLY+=(\"$(printf %q \"$value\")\"); "
    "fi\n"
    "  done < <(\"$1\" --complete \"${COMP_WORDS[@]:1:COMP_CWORD}\" 2>/dev/null)\n"
    "  [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null\n"
    "  return 0\n"
    "}\n"
    "complete -F _raydeck raydeck\n";

static const char zsh_script[] =
    "#compdef raydeck\n"
    "_raydeck() {\n"
    "  local line files=\n"
    "  local -a found names\n"
    "  for line in \"${(@f)$(\"$words[1]\" --complete \"${(@)words[2,CURRENT]}\" 2>/dev/null)}\"; do\n"
    "    case $line in\n"
    "      :file) files=1 ;;\n"
    "      *=$'\\t'*) names+=(\"${line%%$'\\t'*}\") ;;\n"
    "      *$'\\t'?*) found+=(\"${${line%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}\") ;;\n"
    "      ?*) found+=(\"${${line%$'\\t'}//:/\\\\:}\") ;;\n"
    "    esac\n"
    "  done\n"
    "  (( ${#found} )) && _describe raydeck found\n"
    "  (( ${#names} )) && compadd -S '' -a names\n"
    "  [[ -n $files ]] && { compset -P '--*='; _files }\n"
    "}\n"
    "if [[ $funcstack[1] == _raydeck ]]; then _raydeck \"$@\"; else compdef _raydeck raydeck; fi\n";

static const char fish_script[] =
    "# fish completion for raydeck\n"
    "function __raydeck_complete\n"
    "    set -l words (commandline -opc)\n"
    "    set -l current (commandline -ct)\n"
    "    for line in ($words[1] --complete $words[2..-1] \"$current\" 2>/dev/null)\n"
    "        if test \"$line\" = :file\n"
    "            __fish_complete_path (string replace -r '^--[^=]*=' '' -- \"$current\")\n"
    "        else\n"
    "            echo $line\n"
    "        end\n"
    "    end\n"
    "end\n"
    "complete -c raydeck -f -a '(__raydeck_complete)'\n";

const char *complete_script(const char *shell)
{
    if (strcmp(shell, "bash") == 0) return bash_script;
    if (strcmp(shell, "zsh") == 0) return zsh_script;
    return strcmp(shell, "fish") == 0 ? fish_script : NULL;
}
