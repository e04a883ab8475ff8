/* variables.c - the allow-listed substitution; see variables.h. */
#include "deploy/variables_priv.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/base/url.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { VARIABLE_PART_MIN = 8 /* a shorter secret may be part of a value by chance */ };

struct allowed {
    const char *name, *otherwise, *help;
    bool secret;
};
static const struct allowed allow_list[] = {
#define VAR(name, secret, otherwise, help) {#name, otherwise, help, secret},
#include "deploy/variables.def"
#undef VAR
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

/* What a value can be used as: a line break would end a string that is put in; "null" is what jq prints for nothing. */
static enum variable_state state_of(const char *value, enum variable_state good)
{
    if (!value) return VARIABLE_UNSET;
    if (!*value) return VARIABLE_EMPTY;
    size_t len = strlen(value);
    if (len > VARIABLE_VALUE_MAX || strcmp(value, "null") == 0 || strcmp(value, "None") == 0) return VARIABLE_BAD;
    return text_is_safe(value, len, TEXT_ONE_LINE) ? good : VARIABLE_BAD;
}

static bool is_host(const char *s)
{
    static const char name[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    const size_t len = strlen(s);
    const char *colon = strchr(s, ':');
    if (!colon) return strspn(s, name) == len;
    return strchr(colon + 1, ':') &&
           strspn(s, "0123456789abcdefABCDEF:.") == len; /* IPv6; else it has a port behind it */
}

/* A value that the API server would take, and that no client could use. */
static bool value_fits(const char *name, const char *value)
{
    uint64_t port;
    if (strcmp(name, "EXT_REDIS_ENDPOINT") == 0) return is_host(value);
    if (strcmp(name, "REDIS_PORT") == 0) return text_u64(value, strlen(value), 65535, &port) == ERR_OK && port > 0;
    if (strcmp(name, "REDIS_SCHEME") == 0) return strcmp(value, "redis") == 0 || strcmp(value, "rediss") == 0;
    return true;
}

static size_t variable_add(struct variables *v, const char *name)
{
    if (v->count == v->cap) v->items = mem_grow(v->items, v->cap = v->cap ? v->cap * 2 : 16, sizeof *v->items);
    const struct allowed *a = allowed_named(name);
    v->items[v->count] = (struct variable){.name = mem_str(name),
                                           .state = a ? VARIABLE_UNSET : VARIABLE_IGNORED,
                                           .secret = !a || a->secret, /* what is not known may be one */
                                           .help = a ? a->help : NULL};
    return v->count++;
}

static void variable_value(struct variable *var, const char *value, enum variable_state good)
{
    mem_free_secret(var->value);
    var->value = NULL;
    var->state = state_of(value, good);
    if (variable_usable(var) && !value_fits(var->name, value)) var->state = VARIABLE_BAD;
    if (variable_usable(var)) var->value = mem_str(value);
}

static size_t variable_find(const struct variables *v, const char *name)
{
    size_t i = 0;
    while (i < v->count && strcmp(v->items[i].name, name) != 0) i++;
    return i;
}

/* The variable of that name, made when it is met first. NULL where there are too many. */
static struct variable *variable_get(struct variables *v, const char *name)
{
    size_t i = variable_find(v, name);
    if (i < v->count) return &v->items[i];
    if (v->count == VARIABLES) return NULL;
    i = variable_add(v, name);
    struct variable *var = &v->items[i];
    const struct allowed *a = allowed_named(name);
    const char *found = a && v->environment ? v->environment(name) : NULL;
    if (found)
        variable_value(var, found, VARIABLE_FOUND);
    else if (a && a->otherwise)
        variable_value(var, a->otherwise, VARIABLE_DEFAULT);
    return var;
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

static size_t name_len(const char *s)
{
    size_t n = 0;
    if (!isalpha((unsigned char)*s) && *s != '_') return 0;
    while (isalnum((unsigned char)s[n]) || s[n] == '_') n++;
    return n;
}

enum err variables_give(struct variables *v, const char *assignment, struct why *why)
{
    size_t n = name_len(assignment);
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

/* By its name where that is on the list, by what it looks like, and by being another one's: whatever it is called. */
static bool is_secret(const struct variables *v, const struct variable *var)
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

/* ---- the walk ---- */

/* A scalar that a secret was put into. */
struct filled {
    const struct yaml_node *node;
    size_t variable;
};

/* A walk through one manifest. */
struct walk {
    struct variables *v;
    struct manifest *m;
    size_t object;
    struct variable_scope scope;
    size_t grown; /* bytes put in */
    struct filled *filled;
    size_t filled_count;
    size_t looked_at; /* scalars, at the end */
};

/* A reference at s ("$NAME", "${NAME}", "$1"): its bytes, and the name within. 0: none. */
static size_t reference_len(const char *s, const char **ret_name, size_t *ret_name_len)
{
    bool braced = s[1] == '{';
    const char *name = s + 1 + braced;
    size_t n = name_len(name);
    if (!n) n = strspn(name, "0123456789");
    if (!n || n > VARIABLE_NAME_MAX || (braced && name[n] != '}' && name[n] != ':')) return 0;
    *ret_name = name;
    *ret_name_len = n;
    if (!braced) return 1 + n;
    const char *end = strchr(name + n, '}'); /* ${NAME:-otherwise}: envsubst has no such thing */
    return end ? (size_t)(end + 1 - s) : 0;
}

/* Moves a place within a text from one byte of it to a later one. */
static void place_move(struct yaml_place *place, const char *from, const char *to)
{
    for (; from < to; from++) {
        if (*from == '\n')
            *place = (struct yaml_place){place->line + 1, 1};
        else if (((unsigned char)*from & 0xC0) != 0x80)
            place->column++; /* characters, not bytes */
    }
}

static struct variable_use *use_add(struct walk *w, const struct variable *var, const struct yaml_node *node,
                                    struct yaml_place inner)
{
    struct variables *v = w->v;
    if (v->uses_count == VARIABLE_USES) {
        v->uses_dropped++;
        return NULL;
    }
    if (v->uses_count == v->uses_cap)
        v->uses = mem_grow(v->uses, v->uses_cap = v->uses_cap ? v->uses_cap * 2 : 16, sizeof *v->uses);
    struct variable_use *use = &v->uses[v->uses_count++];
    *use = (struct variable_use){.variable = (size_t)(var - v->items),
                                 .object = w->object,
                                 .node = node,
                                 .at = manifest_inner_place(w->m, node, inner)};
    return use;
}

/* True for base64 of a printable text: what a person has encoded already. A raw token may be base64 by its letters, but
 * then not of a text. */
static bool is_encoded_text(const char *value)
{
    struct buf plain;
    buf_init(&plain, VARIABLE_VALUE_MAX);
    bool ok = text_base64_decode(value, strlen(value), &plain) == ERR_OK && plain.len > 0;
    for (size_t i = 0; ok && i < plain.len; i++)
        ok = isprint((unsigned char)plain.data[i]) || (plain.data[i] == '\n' && i + 1 == plain.len);
    if (plain.data) mem_wipe(plain.data, plain.len);
    buf_done(&plain);
    return ok;
}

static void value_write(const struct variable *var, bool encode, struct buf *out)
{
    if (encode)
        text_base64_encode(var->value, strlen(var->value), out);
    else
        buf_str(out, var->value);
}

/* One text on its way through: what is done of it is in out. */
struct text_walk {
    const struct yaml_node *node;
    const char *done, *counted;
    struct yaml_place at; /* of `counted` */
    struct buf out;
    bool changed;
};

static void reference_apply(struct walk *w, struct text_walk *t, const char *p, size_t len, struct variable *var,
                            bool plain_form)
{
    var->uses++;
    place_move(&t->at, t->counted, p);
    t->counted = p;
    struct variable_use *use = use_add(w, var, t->node, t->at);
    const bool secret = is_secret(w->v, var);
    const enum tri own = variable_scope_sets(&w->scope, w->m, var->name);
    if (var->state != VARIABLE_IGNORED && (own == TRI_YES || (own == TRI_UNKNOWN && secret))) {
        var->left++;
        if (use) use->left = true;
        return;
    }
    if (!variable_usable(var) || !plain_form) return;
    if (secret && !w->scope.in_secret) {
        w->v->misplaced++;
        if (use) use->misplaced = true;
        return;
    }
    if (secret) {
        w->filled = mem_grow(w->filled, w->filled_count + 1, sizeof *w->filled);
        w->filled[w->filled_count++] = (struct filled){t->node, (size_t)(var - w->v->items)};
    }
    w->grown += strlen(var->value);
    if (w->grown > MANIFEST_BYTES) return;
    bool whole = len == strlen(t->node->text);
    bool encode = whole && w->scope.in_data && !is_encoded_text(var->value);
    if (use) use->encoded = encode;
    buf_add(&t->out, t->done, (size_t)(p - t->done));
    value_write(var, encode, &t->out);
    t->done = p + len;
    t->changed = true;
}

static void scalar_apply(struct walk *w, const struct yaml_node *node)
{
    struct text_walk t = {.node = node, .done = node->text, .counted = node->text, .at = {1, 1}};

    buf_init(&t.out, 3 * (size_t)MANIFEST_BYTES);
    for (const char *p = strchr(node->text, '$'); p; p = strchr(p, '$')) {
        const char *name;
        size_t name_bytes, n = reference_len(p, &name, &name_bytes);
        if (!n) {
            p++;
            continue;
        }
        char *word = mem_strn(name, name_bytes);
        struct variable *var = variable_get(w->v, word);
        free(word);
        if (var) reference_apply(w, &t, p, n, var, n == name_bytes + 1 + 2 * (size_t)(p[1] == '{'));
        p += n;
    }
    if (t.changed) {
        buf_str(&t.out, t.done);
        yaml_set_text(node, buf_text(&t.out));
        mem_wipe(t.out.data, t.out.len);
    }
    buf_done(&t.out);
}

/* Not o->kind: an object before may have changed what they share. */
static bool is_of_secret(const struct manifest_object *o)
{
    return text_eq(yaml_str(o->root, "kind"), "Secret");
}

static void node_apply(struct walk *w, const struct yaml_node *node, const struct yaml_node *of)
{
    const struct variable_scope up = w->scope;
    if (node->alias) return; /* what it shares is met where its anchor is */
    w->scope = variable_scope_in(&up, node, of && is_of_secret(&w->m->objects[w->object]));
    if (node->kind == YAML_SCALAR) scalar_apply(w, node);
    const bool root = node == w->m->objects[w->object].root;
    for (size_t i = 0; i < node->count; i++) node_apply(w, node->items[i], root ? node : NULL);
    w->scope = up;
}

/* What a Secret's value is shared with by an alias elsewhere would have it too. */
static void node_check(struct walk *w, const struct yaml_node *node, const struct yaml_node *of)
{
    const struct variable_scope up = w->scope;
    if (w->looked_at++ > MANIFEST_OBJECT_VALUES) return; /* then it cannot be sent either */
    w->scope = variable_scope_in(&up, node, of && is_of_secret(&w->m->objects[w->object]));
    for (size_t i = 0; node->kind == YAML_SCALAR && !w->scope.in_secret && i < w->filled_count; i++) {
        if (w->filled[i].node->text != node->text) continue;
        struct variable_use *use = use_add(w, &w->v->items[w->filled[i].variable], node, (struct yaml_place){1, 1});
        w->v->misplaced++;
        if (use) use->misplaced = true;
        break;
    }
    const bool root = node == w->m->objects[w->object].root;
    for (size_t i = 0; i < node->count; i++) node_check(w, node->items[i], root ? node : NULL);
    w->scope = up;
}

enum err variables_apply(struct variables *v, struct manifest *m, struct why *why)
{
    struct walk w = {.v = v, .m = m, .scope = variable_scope_root()};
    v->uses_count = v->uses_dropped = v->misplaced = 0;
    for (w.object = 0; w.object < m->count; w.object++) node_apply(&w, m->objects[w.object].root, NULL);
    for (w.object = 0; w.filled_count && w.object < m->count; w.object++) {
        w.looked_at = 0;
        node_check(&w, m->objects[w.object].root, NULL);
    }
    free(w.filled);
    manifest_refresh(m);
    if (w.grown <= MANIFEST_BYTES) return ERR_OK;
    return why_set(why, ERR_LIMIT, "%s: the variables' values make it larger than %d MiB", m->file,
                   2 * MANIFEST_BYTES / 1024 / 1024);
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
