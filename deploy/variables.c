/* variables.c - the allow-listed substitution; see variables.h. */
#include "deploy/variables_priv.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

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
    size_t n = variable_name_len(name);
    if (!n) n = strspn(name, "0123456789");
    if (!n || n > VARIABLE_NAME_MAX || (braced && name[n] != '}' && name[n] != ':')) return 0;
    *ret_name = name;
    *ret_name_len = n;
    if (!braced) return 1 + n;
    const char *end = strchr(name + n, '}'); /* ${NAME:-otherwise}: envsubst has no such thing */
    return end ? (size_t)(end + 1 - s) : 0;
}

const char *variables_resolve(struct variables *v, const char *text)
{
    const char *name;
    size_t name_len;
    const size_t len = *text == '$' ? reference_len(text, &name, &name_len) : 0;
    if (!len) return text;
    if (text[len]) return NULL;
    char *word = mem_strn(name, name_len);
    const struct variable *var = variable_get(v, word);
    free(word);
    return var && variable_usable(var) && !variable_is_secret(v, var) ? var->value : NULL;
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
    buf_wipe(&plain);
    return ok;
}

static void value_write(const struct variable *var, bool encode, struct buf *out)
{
    if (encode)
        text_base64_encode(var->value, strlen(var->value), out);
    else
        buf_str(out, var->value);
}

/* What becomes of a scalar. */
enum outcome {
    SCALAR_KEPT,
    SCALAR_TEXT,    /* the text with the values in it */
    SCALAR_REPLACED /* a map or a list stands in its place */
};

/* One text on its way through: what is done of it is in out. */
struct text_walk {
    const struct yaml_node *node;
    const char *done, *counted;
    struct yaml_place at; /* of `counted` */
    struct buf out;
    enum outcome outcome;
    const struct variable *tree; /* of SCALAR_REPLACED */
    bool string;                 /* a text was put in, which is one whatever it looks like */
    bool plain_form;             /* the reference is $NAME or ${NAME}, and no more */
    bool left_out;               /* it says how many there are, and there are none */
};

static bool is_whole(const struct text_walk *t, size_t len)
{
    return len == strlen(t->node->text);
}

/* In a text of lines the line is what says how many there are. It stays, empty, so that the places of others do. */
static void line_leave_out(struct text_walk *t, const char *p)
{
    buf_add(&t->out, t->done, (size_t)(p - t->done));
    while (t->out.len && t->out.data[t->out.len - 1] != '\n') t->out.len--;
    t->done = p + strcspn(p, "\n");
    t->outcome = SCALAR_TEXT;
}

static bool is_none(const struct variable *var)
{
    return var->listed && variable_type_is_none(var->type, var->value);
}

/* Whether the value goes in there; what it is otherwise is recorded. */
static bool reference_is_ours(struct walk *w, const struct text_walk *t, struct variable *var, struct variable_use *use)
{
    const bool secret = variable_is_secret(w->v, var);
    const enum tri own = variable_scope_sets(&w->scope, w->m, var->name);
    if (own == TRI_YES || (own == TRI_UNKNOWN && secret && var->state != VARIABLE_IGNORED)) {
        var->left++;
        if (use) use->left = true;
        return false;
    }
    if (!variable_usable(var) || !t->plain_form) return false;
    if (secret && !w->scope.in_secret) {
        w->v->misplaced++;
        if (use) use->misplaced = true;
        return false;
    }
    if (secret) {
        w->filled = mem_grow(w->filled, w->filled_count + 1, sizeof *w->filled);
        w->filled[w->filled_count++] = (struct filled){t->node, (size_t)(var - w->v->items)};
    }
    return true;
}

static void type_keep(struct text_walk *t, const struct variable *var, bool whole)
{
    const enum variable_form form = variable_type_form(var->type);
    if (!var->listed) return;
    if (form == VARIABLE_FORM_TEXT) t->string = true;
    if (form != VARIABLE_FORM_TREE || !whole) return;
    t->outcome = SCALAR_REPLACED;
    t->tree = var;
}

static void reference_apply(struct walk *w, struct text_walk *t, const char *p, size_t len, struct variable *var)
{
    var->uses++;
    place_move(&t->at, t->counted, p);
    t->counted = p;
    struct variable_use *use = use_add(w, var, t->node, t->at);
    if (!reference_is_ours(w, t, var, use)) return;
    const bool whole = is_whole(t, len);
    if (is_none(var) && (whole || variable_type_form(var->type) != VARIABLE_FORM_TREE)) {
        t->left_out = !strchr(t->node->text, '\n');
        if (!t->left_out) {
            line_leave_out(t, p);
            return;
        }
    }
    w->grown += strlen(var->value);
    if (w->grown > MANIFEST_BYTES) return;
    bool encode = whole && w->scope.in_data && !is_encoded_text(var->value);
    if (use) use->encoded = encode;
    buf_add(&t->out, t->done, (size_t)(p - t->done));
    value_write(var, encode, &t->out);
    t->done = p + len;
    if (t->outcome == SCALAR_KEPT) t->outcome = SCALAR_TEXT;
    type_keep(t, var, whole && !encode);
}

static void scalar_write(struct walk *w, struct text_walk *t)
{
    if (t->outcome == SCALAR_REPLACED) {
        yaml_replace(w->m->yaml, t->node, variable_type_tree(t->tree->type, t->tree->value));
    } else if (t->outcome == SCALAR_TEXT) {
        buf_str(&t->out, t->done);
        (t->string ? yaml_set_string : yaml_set_text)(t->node, buf_text(&t->out));
    }
}

/* False: it is to be left out of what it is in; what shares it by an alias has the value all the same. */
static bool scalar_apply(struct walk *w, const struct yaml_node *node)
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
        t.plain_form = n == name_bytes + 1 + 2 * (size_t)(p[1] == '{');
        if (var) reference_apply(w, &t, p, n, var);
        p = t.done > p + n ? t.done : p + n;
    }
    scalar_write(w, &t);
    buf_wipe(&t.out);
    return !t.left_out;
}

/* Not o->kind: an object before may have changed what they share. */
static bool is_of_secret(const struct manifest_object *o)
{
    return text_eq(yaml_str(o->root, "kind"), "Secret");
}

static bool node_apply(struct walk *w, const struct yaml_node *node, const struct yaml_node *of)
{
    const struct variable_scope up = w->scope;
    bool kept = true;
    if (node->alias) return true; /* what it shares is met where its anchor is */
    w->scope = variable_scope_in(&up, node, of && is_of_secret(&w->m->objects[w->object]));
    if (node->kind == YAML_SCALAR) {
        kept = scalar_apply(w, node); /* what was put in is not looked at again */
    } else {
        const bool root = node == w->m->objects[w->object].root;
        for (size_t i = 0; i < node->count;) {
            if (node_apply(w, node->items[i], root ? node : NULL))
                i++;
            else
                yaml_drop(node, node->items[i]);
        }
    }
    w->scope = up;
    return kept;
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
    for (w.object = 0; w.object < m->count; w.object++) (void)node_apply(&w, m->objects[w.object].root, NULL);
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
