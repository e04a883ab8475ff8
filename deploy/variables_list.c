/* variables_list.c - the allow-list and what is known of each variable; see variables.h. */
#include "deploy/variables_priv.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/base/url.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VARIABLE_PART_MIN = 8 /* a shorter secret may be part of a value by chance */ };

struct allowed {
    const char *name, *otherwise, *help;
    enum variable_type type;
    bool secret;
    const char *of; /* the variable that its default is made of: `factor` times it, at most `most`; NULL: none */
    uint64_t factor, most;
};
static const struct allowed allow_list[] = {
#define VAR(name, type, secret, otherwise, help) {#name, otherwise, help, VARIABLE_##type, secret, NULL, 0, 0},
#define DERIVED(name, type, of, factor, most, help) {#name, NULL, help, VARIABLE_##type, false, #of, factor, most},
#define ON_CPU(name, otherwise)
#include "deploy/variables.def"
#undef VAR
#undef DERIVED
#undef ON_CPU
};
static const struct {
    const char *name, *otherwise;
} on_cpu[] = {
#define VAR(name, type, secret, otherwise, help)
#define DERIVED(name, type, of, factor, most, help)
#define ON_CPU(name, otherwise) {#name, otherwise},
#include "deploy/variables.def"
#undef VAR
#undef DERIVED
#undef ON_CPU
};

const char *variable_state_word(enum variable_state state)
{
    static const char *const words[] = {"set", "found", "default", "empty", "unset", "unusable", "ignored"};
    return words[state];
}

bool variable_usable(const struct variable *v)
{
    return v->state <= VARIABLE_DEFAULT;
}

static const struct allowed *allowed_named(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(allow_list); i++)
        if (strcmp(allow_list[i].name, name) == 0) return &allow_list[i];
    return NULL;
}

/* Its default with --cpu; NULL: the same as without. */
static const char *otherwise_on_cpu(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(on_cpu); i++)
        if (strcmp(on_cpu[i].name, name) == 0) return on_cpu[i].otherwise;
    return NULL;
}

/* What a value can be used as: a line break would end a string that is put in; "null" is what jq prints for nothing. */
static enum variable_state state_of(const char *value, enum variable_state good)
{
    if (!value) return VARIABLE_UNSET;
    if (!*value) return VARIABLE_EMPTY;
    size_t len = strlen(value);
    if (len > VARIABLE_VALUE_MAX || strcmp(value, "null") == 0 || strcmp(value, "None") == 0) return VARIABLE_BAD;
    return text_is_safe(value, len, TEXT_ONE_LINE) ? good : VARIABLE_BAD;
}

static size_t variable_add(struct variables *v, const char *name)
{
    if (v->count == v->cap) v->items = mem_grow(v->items, v->cap = v->cap ? v->cap * 2 : 16, sizeof *v->items);
    const struct allowed *a = allowed_named(name);
    v->items[v->count] = (struct variable){.name = mem_str(name),
                                           .state = a ? VARIABLE_UNSET : VARIABLE_IGNORED,
                                           .type = a ? a->type : VARIABLE_TEXT,
                                           .listed = a != NULL,
                                           .secret = !a || a->secret, /* what is not known may be one */
                                           .help = a ? a->help : NULL};
    return v->count++;
}

static void variable_value(struct variable *var, const char *value, enum variable_state good)
{
    mem_free_secret(var->value);
    var->value = NULL;
    var->state = state_of(value, good);
    if (variable_usable(var) && !variable_type_fits(var->type, value)) var->state = VARIABLE_BAD;
    if (variable_usable(var)) var->value = mem_str(value);
}

static size_t variable_find(const struct variables *v, const char *name)
{
    size_t i = 0;
    while (i < v->count && strcmp(v->items[i].name, name) != 0) i++;
    return i;
}

static size_t variable_index(struct variables *v, const char *name);

/* The default of one that goes by another's value; "" where that has none. */
static void derived_text(struct variables *v, const struct allowed *a, char out[TEXT_NUM_MAX])
{
    const size_t of = variable_index(v, a->of);
    uint64_t n;
    out[0] = '\0';
    if (of == VARIABLES) return;
    const char *value = v->items[of].value;
    v->items[of].derives = true;
    if (!value || text_u64(value, strlen(value), VARIABLE_COUNT_MAX, &n)) return;
    n *= a->factor;
    snprintf(out, TEXT_NUM_MAX, "%llu", (unsigned long long)(a->most && n > a->most ? a->most : n));
}

/* The index of that name's variable, made when it is met first. VARIABLES: there are too many. */
static size_t variable_index(struct variables *v, const char *name)
{
    char derived[TEXT_NUM_MAX];
    const size_t i = variable_find(v, name);
    if (i < v->count) return i;
    if (v->count == VARIABLES) return VARIABLES;
    (void)variable_add(v, name);
    const struct allowed *a = allowed_named(name);
    const char *found = a && v->environment ? v->environment(name) : NULL;
    const char *cpu = v->cpu ? otherwise_on_cpu(name) : NULL;
    if (found) {
        variable_value(&v->items[i], found, VARIABLE_FOUND);
    } else if (cpu) {
        variable_value(&v->items[i], cpu, VARIABLE_DEFAULT);
    } else if (a && a->of) {
        derived_text(v, a, derived); /* the list may have grown by it */
        if (*derived) variable_value(&v->items[i], derived, VARIABLE_DEFAULT);
    } else if (a && a->otherwise) {
        variable_value(&v->items[i], a->otherwise, VARIABLE_DEFAULT);
    }
    return i;
}

struct variable *variable_get(struct variables *v, const char *name)
{
    const size_t i = variable_index(v, name);
    return i < VARIABLES ? &v->items[i] : NULL;
}

void variables_init(struct variables *v, const char *(*environment)(const char *name))
{
    *v = (struct variables){.environment = environment};
}

void variables_done(struct variables *v)
{
    for (size_t i = 0; i < v->count; i++) {
        free(v->items[i].name);
        mem_free_secret(v->items[i].value);
    }
    free(v->items);
    free(v->uses);
    *v = (struct variables){0};
}

size_t variable_name_len(const char *s)
{
    size_t n = 0;
    if (!isalpha((unsigned char)*s) && *s != '_') return 0;
    while (isalnum((unsigned char)s[n]) || s[n] == '_') n++;
    return n;
}

enum err variables_give(struct variables *v, const char *assignment, struct why *why)
{
    size_t n = variable_name_len(assignment);
    if (!n || assignment[n] != '=') return why_set(why, ERR_USAGE, "--var: expected NAME=VALUE");
    char *name = mem_strn(assignment, n);
    size_t i = variable_find(v, name);
    enum err err = ERR_OK;
    if (i == v->count && v->count == VARIABLES) {
        err = why_set(why, ERR_LIMIT, "--var: more than %d variables", VARIABLES);
    } else {
        if (i == v->count) i = variable_add(v, name);
        variable_value(&v->items[i], assignment + n + 1, VARIABLE_SET);
    }
    free(name);
    return err;
}

/* ---- which values are secrets ---- */

/* The value of a secret of the list, whether the manifest has met it yet or not. */
static bool has_secret_value(const struct variables *v, const char *name, const char *value)
{
    const size_t i = variable_find(v, name);
    const char *secret = i < v->count ? v->items[i].value : v->environment ? v->environment(name) : NULL;
    if (!secret || !*secret) return false;
    return strcmp(value, secret) == 0 || (strlen(secret) >= VARIABLE_PART_MIN && strstr(value, secret));
}

bool variable_is_secret(const struct variables *v, const struct variable *var)
{
    const struct allowed *a = allowed_named(var->name);
    if (a && a->secret) return true;
    if (text_looks_secret(a ? NULL : var->name, var->value)) return true;
    if (!var->value) return false;
    if (url_secret(var->value, strlen(var->value)).at) return true;
    for (size_t i = 0; i < ARRAY_LEN(allow_list); i++)
        if (allow_list[i].secret && has_secret_value(v, allow_list[i].name, var->value)) return true;
    return false;
}

/* ---- printing ---- */

size_t variables_listed(void)
{
    return ARRAY_LEN(allow_list);
}

struct variable_help variable_help_of(size_t i)
{
    const struct allowed *a = &allow_list[i];
    return (struct variable_help){.name = a->name,
                                  .otherwise = a->otherwise,
                                  .on_cpu = otherwise_on_cpu(a->name),
                                  .help = a->help,
                                  .words = variable_type_words(a->type),
                                  .secret = a->secret,
                                  .of = a->of,
                                  .factor = a->factor,
                                  .most = a->most};
}

const char *variable_shown(const struct variables *v, const struct variable *var, char *out, size_t size)
{
    *out = '\0';
    if (var->listed && var->value && !variable_is_secret(v, var))
        text_safe_into(out, size, var->value, strlen(var->value));
    return out;
}

bool variables_hide(const struct variables *v, char *text)
{
    bool found = false;
    for (size_t i = 0; i < v->count; i++) {
        const struct variable *var = &v->items[i];
        size_t len = var->secret && var->value ? strlen(var->value) : 0;
        if (len < VARIABLE_HIDDEN_MIN) continue;
        for (char *p = strstr(text, var->value); p; p = strstr(p, var->value)) {
            memset(p, '*', len);
            found = true;
        }
    }
    return found;
}
