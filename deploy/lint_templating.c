/* lint_templating.c - L1 variables without a value, L2 what is no variable of ours, L3 Secret data, M2 a template's
 * braces. */
#include "deploy/lint_ray.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_MAX = 60 };

static const char *place_name(const struct yaml_node *n)
{
    return n->key ? n->key : "list item";
}

/* What the text would be with nothing in the variable's place, where that may be shown. Caller frees; NULL: no. */
static char *left_over(const struct yaml_node *n, const struct variable *v)
{
    const char *at = strchr(n->text, '$');
    size_t skip = strlen(v->name) + 1, len = strlen(n->text);
    if (v->secret || !at || len > SHOWN_MAX || text_looks_secret(n->key, n->text) || strstr(n->text, "@")) return NULL;
    if (at[1] == '{') skip += 2;
    if (strchr(at + 1, '$') || skip > strlen(at)) return NULL;
    char *text = text_safe(n->text, len, TEXT_ONE_LINE, SHOWN_MAX + 4);
    char *from = strchr(text, '$');
    if (from && strlen(from) >= skip) memmove(from, from + skip, strlen(from + skip) + 1);
    return text;
}

/* What the lack of that variable costs; NULL: what the lack of any does. */
static const char *cost_of(const struct variable *v)
{
    static const struct {
        const char *name, *why;
    } costs[] = {
        {"EXT_REDIS_ENDPOINT", "an empty Redis host leaves \":6379\", which KubeRay accepts: the GCS is then in no "
                               "external Redis and dies with the head"},
        {"REDIS_PASSWORD", "without the password Redis refuses the GCS: no head starts, neither now nor after one is "
                           "lost"},
        {"HUGGING_FACE_HUB_TOKEN", "without a token a gated model is not downloaded: its replicas do not start, those "
                                   "on a new worker pod neither"},
    };
    for (size_t i = 0; i < ARRAY_LEN(costs); i++)
        if (strcmp(v->name, costs[i].name) == 0) return costs[i].why;
    return NULL;
}

static void say_without_value(struct lint *l, const struct variable_use *use, const struct variable *v)
{
    char problem[FINDING_TEXT_MAX / 2];
    if (v->state == VARIABLE_BAD)
        snprintf(problem, sizeof problem, "has an invalid value: expected %s", variable_type_words(v->type));
    else
        snprintf(problem, sizeof problem, "is %s", v->state == VARIABLE_UNSET ? "not set" : "empty");
    char *rest = left_over(use->node, v);
    if (rest && *rest)
        lint_say_as(l, RULE_L1, FINDING_ERROR, use->at, "$%s %s; \"%s\" is what remains", v->name, problem, rest);
    else
        lint_say_as(l, RULE_L1, FINDING_ERROR, use->at, "$%s %s", v->name, problem);
    if (cost_of(v)) findings_explain(l->out, cost_of(v));
    free(rest);
}

/* A file with a variable of ours is meant for envsubst or its like; without one, $1 and $HOME are a shell's or nginx's
 * own, and nobody blanks them. */
static bool is_filled_in(const struct variables *vars)
{
    for (size_t i = 0; i < vars->uses_count; i++)
        if (!vars->uses[i].left && vars->items[vars->uses[i].variable].state != VARIABLE_IGNORED) return true;
    return false;
}

/* One finding a string, however many variables it holds. */
static void say_ignored(struct lint *l, size_t first, enum finding_severity severity)
{
    const struct variable_use *use = &l->vars->uses[first];
    size_t more = 0;
    for (size_t i = first + 1; i < l->vars->uses_count && l->vars->uses[i].node == use->node; i++)
        more += l->vars->items[l->vars->uses[i].variable].state == VARIABLE_IGNORED && !l->vars->uses[i].left;
    char others[48] = "";
    if (more) snprintf(others, sizeof others, " (and %zu more)", more);
    lint_say_as(l, RULE_L2, severity, use->at, "$%s%s in %s is not on the list of variables: envsubst would blank it",
                l->vars->items[use->variable].name, others, place_name(use->node));
}

static void lint_variables(struct lint *l)
{
    const struct variables *vars = l->vars;
    const struct yaml_node *said = NULL;
    const enum finding_severity ignored = is_filled_in(vars) ? FINDING_ERROR : FINDING_INFO;
    for (size_t i = 0; i < vars->uses_count; i++) {
        const struct variable_use *use = &vars->uses[i];
        const struct variable *v = &vars->items[use->variable];
        l->o = &l->m->objects[use->object];
        if (use->left) continue;
        if (v->state == VARIABLE_IGNORED && use->node != said) {
            say_ignored(l, i, ignored);
            said = use->node;
        } else if (v->state != VARIABLE_IGNORED && !variable_usable(v)) {
            say_without_value(l, use, v);
        }
    }
}

/* As Go's decoder takes it: line breaks do not count, padding is required. */
static bool is_base64(const char *text)
{
    size_t letters = 0, padding = 0;
    for (; *text; text++) {
        if (*text == '\n' || *text == '\r') continue;
        if (*text == '=')
            padding++;
        else if (padding || !strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", *text))
            return false;
        else
            letters++;
    }
    return padding <= 2 && (letters + padding) % 4 == 0;
}

static void lint_secret(struct lint *l)
{
    const struct yaml_node *data = yaml_get(l->o->root, "data");
    for (size_t i = 0; data && data->kind == YAML_MAP && i < data->count; i++) {
        const struct yaml_node *n = data->items[i];
        if (n->kind != YAML_SCALAR || is_base64(n->text) || !yaml_str(data, n->key)) continue;
        if (n->text[0] == '$')
            lint_say(l, RULE_L3, n, "the variable in %s would be put in as it is, and a raw token is not base64",
                     n->key);
        else
            lint_say(l, RULE_L3, n, "the value of %s is not base64", n->key);
    }
}

/* A string of one line, or Serve's configuration: other texts with lines are programs and prompts, whose braces are
 * their own. */
static void lint_braces(struct lint *l, const struct yaml_node *n)
{
    if (n->alias) return;
    if (n->kind == YAML_SCALAR) {
        const char *open = strstr(n->text, "{{");
        if (open && strstr(open, "}}") && (!strchr(n->text, '\n') || text_eq(n->key, "serveConfigV2")))
            lint_say_as(l, RULE_M2, FINDING_ERROR, n->own, "an unrendered template ({{ }}) in %s", place_name(n));
        return;
    }
    for (size_t i = 0; i < n->count; i++) lint_braces(l, n->items[i]);
}

void lint_templating(struct lint *l)
{
    lint_variables(l);
    for (size_t i = 0; i < l->m->count; i++) {
        l->o = &l->m->objects[i];
        if (text_eq(l->o->kind, "Secret")) lint_secret(l);
        if (!text_eq(l->o->kind, "ConfigMap")) lint_braces(l, l->o->root);
    }
}
