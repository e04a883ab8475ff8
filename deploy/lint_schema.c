/* lint_schema.c - what the API server refuses: K1 values, K2 required fields, K3 fields that it does not know. As a
 * CRD's schema judges them: null is an absent field, status is not looked at. */
#include "deploy/lint_ray.h"
#include "deploy/schema_table.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PATH_MAX_LEN = 512, HINTS_MAX = 100, FEW_FIELDS = 4 };

/* A place on the way from the object to the value. */
struct level {
    const struct level *above;
    const struct schema_type *type;
    const char *key; /* NULL: an item of a list */
    size_t index;
};
struct schema_walk {
    struct lint *l;
    const struct schema_root *root;
    size_t hints;
};

static void level_path(const struct level *at, struct buf *out)
{
    if (!at || !at->above) return;
    level_path(at->above, out);
    if (at->key)
        buf_printf(out, "%s%s", out->len ? "." : "", at->key);
    else
        buf_printf(out, "[%zu]", at->index);
}

/* Appends "spec.rayClusterConfig.headGroupSpec" and, unless NULL, a name; cut where it is too long. */
static const char *path_text(const struct level *at, const char *name, char out[PATH_MAX_LEN])
{
    struct buf path;
    buf_init(&path, 64 * 1024);
    level_path(at, &path);
    if (name) buf_printf(&path, "%s%s", path.len ? "." : "", name);
    snprintf(out, PATH_MAX_LEN, "%s", path.len ? buf_text(&path) : "the object");
    buf_done(&path);
    return out;
}

static const char *kind_words(const struct schema_type *t)
{
    static const char *const all[] = {
        [SCHEMA_KIND_ANY] = "any value",
        [SCHEMA_KIND_OBJECT] = "a map",
        [SCHEMA_KIND_MAP] = "a map",
        [SCHEMA_KIND_LIST] = "a list",
        [SCHEMA_KIND_STRING] = "a string",
        [SCHEMA_KIND_INTEGER] = "an integer",
        [SCHEMA_KIND_NUMBER] = "a number",
        [SCHEMA_KIND_BOOLEAN] = "a boolean",
        [SCHEMA_KIND_INT_OR_STRING] = "an integer or a string",
    };
    return all[t->kind];
}

/* A whole number too large for a double is still an integer. */
static bool is_integer(const struct yaml_node *n, bool *ret_huge)
{
    double number = 0;
    const char *digits = n->text + (n->text[0] == '-' || n->text[0] == '+');
    *ret_huge = false;
    if (manifest_value_of(n, &number) == MANIFEST_NUMBER) return number == floor(number);
    *ret_huge = n->plain && *digits && strspn(digits, "0123456789") == strlen(digits);
    return *ret_huge;
}

/* " (of value, valueFrom)": where a map has few fields, which. */
static const char *few_fields(const struct schema_type *t, char out[PATH_MAX_LEN])
{
    size_t len = 0;
    *out = '\0';
    if (t->kind != SCHEMA_KIND_OBJECT || t->count > FEW_FIELDS) return out;
    for (int i = 0; i < t->count; i++)
        len += (size_t)snprintf(out + len, PATH_MAX_LEN - len, "%s%s", i ? ", " : " (of ", schema_fields(t)[i].name);
    snprintf(out + len, PATH_MAX_LEN - len, ")");
    return out;
}

static const char *value_words(const struct yaml_node *n)
{
    double number = 0;
    bool huge;
    if (n->kind != YAML_SCALAR) return n->kind == YAML_MAP ? "a map" : "a list";
    switch (manifest_value_of(n, &number)) {
    case MANIFEST_NULL: return "null";
    case MANIFEST_TRUE:
    case MANIFEST_FALSE: return "a boolean";
    case MANIFEST_NUMBER: return number == floor(number) ? "an integer" : "a number";
    case MANIFEST_STRING: break;
    }
    return is_integer(n, &huge) ? "an integer" : "a string";
}

static bool is_null(const struct yaml_node *n)
{
    double number;
    return n->kind == YAML_SCALAR && manifest_value_of(n, &number) == MANIFEST_NULL;
}

/* A variable that has no value here, and stands for the whole of an unquoted one: what it will be cannot be told. */
static bool is_placeholder(const struct yaml_node *n)
{
    if (n->kind != YAML_SCALAR || !n->plain || n->text[0] != '$') return false;
    const char *name = n->text + 1 + (n->text[1] == '{');
    size_t len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
    return len && strcmp(name + len, n->text[1] == '{' ? "}" : "") == 0;
}

static bool scalar_fits(const struct schema_type *t, const struct yaml_node *n)
{
    double number = 0;
    bool huge;
    const enum manifest_value value = manifest_value_of(n, &number);
    switch (t->kind) {
    case SCHEMA_KIND_STRING: return value == MANIFEST_STRING && !is_integer(n, &huge);
    case SCHEMA_KIND_INTEGER: return is_integer(n, &huge);
    case SCHEMA_KIND_NUMBER: return value == MANIFEST_NUMBER || is_integer(n, &huge);
    case SCHEMA_KIND_BOOLEAN: return value == MANIFEST_TRUE || value == MANIFEST_FALSE;
    case SCHEMA_KIND_INT_OR_STRING:
        return value == MANIFEST_STRING || is_integer(n, &huge) ||
               (t->check == SCHEMA_CHECK_AMOUNT && value == MANIFEST_NUMBER);
    default: return false;
    }
}

static const char *number_end(const char *s)
{
    const char *from = s;
    while (isdigit((unsigned char)*s)) s++;
    const bool whole = s > from;
    if (*s == '.') {
        const char *fraction = ++s;
        while (isdigit((unsigned char)*s)) s++;
        if (!whole && s == fraction) return NULL;
    } else if (!whole) {
        return NULL;
    }
    return s;
}

/* As the CRDs' pattern has it: signs and exponents that are no whole numbers pass. */
static bool is_quantity(const char *s)
{
    s = number_end(s + (*s == '+' || *s == '-'));
    if (!s || !*s) return s != NULL;
    if (strchr("eE", *s) && s[1]) {
        if (*s == 'E' && strcmp(s, "Ei") == 0) return true;
        s++;
        s = number_end(s + (*s == '+' || *s == '-'));
        return s && !*s;
    }
    if (strchr("KMGTPE", *s) && strcmp(s + 1, "i") == 0) return true;
    return strchr("numkMGTPE", *s) && !s[1];
}

static bool are_digits(const char *s, const char *form)
{
    for (; *form; s++, form++)
        if (*form == '0' ? !isdigit((unsigned char)*s) : *s != *form) return false;
    return true;
}

/* RFC 3339: 2026-01-31T23:59:59Z, with a fraction or an offset. */
static bool is_date_time(const char *s)
{
    if (!are_digits(s, "0000-00-00") || !strchr("Tt", s[10]) || !are_digits(s + 11, "00:00:00")) return false;
    s += 19;
    if (*s == '.') s += 1 + strspn(s + 1, "0123456789");
    return strcasecmp(s, "Z") == 0 || ((*s == '+' || *s == '-') && are_digits(s + 1, "00:00") && !s[6]);
}

/* What a value of the right type lacks; NULL: nothing. */
static const char *value_problem(const struct schema_type *t, const struct yaml_node *n)
{
    double number = 0;
    bool huge = false;
    const bool whole = n->kind == YAML_SCALAR && is_integer(n, &huge);
    if (whole && !huge) manifest_value_of(n, &number);
    switch (t->check) {
    case SCHEMA_CHECK_INT32:
    case SCHEMA_CHECK_INT32_FROM_0:
        if (huge || number > 2147483647.0 || number < -2147483648.0) return "is beyond 32 bits";
        return number < 0 && t->check == SCHEMA_CHECK_INT32_FROM_0 ? "is less than 0" : NULL;
    case SCHEMA_CHECK_INT64_FROM_0: return number < 0 ? "is less than 0" : NULL;
    case SCHEMA_CHECK_QUANTITY:
    case SCHEMA_CHECK_AMOUNT:
        if (whole || manifest_value_of(n, &number) != MANIFEST_STRING || is_quantity(n->text)) return NULL;
        return strchr(n->text, '$') ? NULL : "is not a quantity, as 500m or 4Gi are";
    case SCHEMA_CHECK_DATE_TIME: return is_date_time(n->text) ? NULL : "is not a date and time of RFC 3339";
    default: return NULL;
    }
}

static void check_words(struct schema_walk *w, const struct level *at, const struct yaml_node *n)
{
    char path[PATH_MAX_LEN], list[PATH_MAX_LEN] = "";
    size_t len = 0;
    const char *const *words = schema_words(at->type);
    for (size_t i = 0; words && words[i]; i++) {
        if (strcmp(words[i], n->text) == 0) return;
        len += (size_t)snprintf(list + len, sizeof list - len, "%s%s", i ? ", " : "", words[i]);
    }
    if (words && !strchr(n->text, '$'))
        lint_say(w->l, RULE_K1, n, "%s must be one of: %s", path_text(at, NULL, path), list);
}

static void check_scalar(struct schema_walk *w, const struct level *at, const struct yaml_node *n)
{
    char path[PATH_MAX_LEN];
    const char *problem = value_problem(at->type, n);
    if (problem)
        lint_say(w->l, RULE_K1, n, "%s %s", path_text(at, NULL, path), problem);
    else
        check_words(w, at, n);
}

/* A map where a map is due, and so on: what is below may still be wrong. */
static bool shape_fits(const struct schema_type *t, const struct yaml_node *n)
{
    if (t->kind == SCHEMA_KIND_ANY) return true;
    if (t->kind == SCHEMA_KIND_OBJECT || t->kind == SCHEMA_KIND_MAP) return n->kind == YAML_MAP;
    return n->kind == (t->kind == SCHEMA_KIND_LIST ? YAML_LIST : YAML_SCALAR);
}

/* Of what metadata has: that of the nearest object, or of the pods of a group. NULL: it is something else. */
static const char *metadata_place(const struct level *at, const char *key, char out[PATH_MAX_LEN])
{
    static const char *const places[] = {"annotations", "metadata.annotations", "labels", "metadata.labels", "metadata",
                                         "metadata"};
    const char *place = NULL;
    char below[PATH_MAX_LEN];
    for (size_t i = 0; i < ARRAY_LEN(places); i += 2)
        if (strcmp(key, places[i]) == 0) place = places[i + 1];
    for (; place && at; at = at->above) {
        const struct schema_field *pods = schema_field_of(at->type, "template");
        if (!schema_field_of(pods ? schema_type_at(pods->type) : at->type, "metadata")) continue;
        snprintf(below, sizeof below, "%s%s", pods ? "template." : "", place);
        return path_text(at, below, out);
    }
    return NULL;
}

/* Where a field that is not known here belongs: below this object, or below one of those that it is in. */
static void say_unknown(struct schema_walk *w, const struct level *at, const struct yaml_node *map,
                        const struct yaml_node *n)
{
    char path[PATH_MAX_LEN], whole[PATH_MAX_LEN], below[PATH_MAX_LEN];
    path_text(at, n->key, path);
    if (w->hints++ >= HINTS_MAX) {
        lint_say(w->l, RULE_K3, n, "%s is not a field", path);
        return;
    }
    const struct schema_field *like = schema_field_like(at->type, n->key);
    if (like) {
        lint_say(w->l, RULE_K3, n, "%s is not a field; %s is", path, like->name);
        if (!map->alias && !yaml_get(map, like->name) && shape_fits(schema_type_at(like->type), n))
            lint_edit_rename(w->l, n, (struct yaml_place){n->line, n->column}, like->name);
        return;
    }
    if (metadata_place(at, n->key, whole)) {
        lint_say(w->l, RULE_K3, n, "%s is not a field; it belongs in %s", path, whole);
        return;
    }
    for (const struct level *up = at; up; up = up->above) {
        if (up->type->kind != SCHEMA_KIND_OBJECT || !schema_find_below(up->type, n->key, below, sizeof below)) continue;
        lint_say(w->l, RULE_K3, n, "%s is not a field; it belongs in %s", path,
                 path_text(up->above ? up : NULL, NULL, whole) && up->above ? path_text(up, below, whole) : below);
        return;
    }
    lint_say(w->l, RULE_K3, n, "%s is not a field of %s", path, w->root->kind);
}

/* A field that the KubeRay in question does not have yet, or no longer. */
static bool is_of_version(struct schema_walk *w, const struct level *at, const struct schema_field *f,
                          const struct yaml_node *n)
{
    char path[PATH_MAX_LEN];
    const unsigned kuberay = w->l->kuberay;
    if (!kuberay) return true;
    if (f->since > kuberay)
        lint_say(w->l, RULE_K3, n, "%s is a field since KubeRay 1.%u", path_text(at, f->name, path), f->since);
    else if (f->until && f->until < kuberay)
        lint_say(w->l, RULE_K3, n, "%s was a field until KubeRay 1.%u", path_text(at, f->name, path), f->until);
    else
        return true;
    return false;
}

static void check_value(struct schema_walk *w, const struct level *at, const struct yaml_node *n);

static void check_required(struct schema_walk *w, const struct level *at, const struct yaml_node *n)
{
    char path[PATH_MAX_LEN];
    const struct schema_field *fields = schema_fields(at->type);
    for (int i = 0; i < at->type->count; i++) {
        const bool earlier = w->l->kuberay && w->l->kuberay <= fields[i].required;
        if (!earlier && fields[i].required != SCHEMA_ALWAYS) continue;
        const struct yaml_node *value = yaml_get(n, fields[i].name);
        if (!value || is_null(value)) lint_say(w->l, RULE_K2, n, "%s is required", path_text(at, fields[i].name, path));
    }
}

static void check_fields(struct schema_walk *w, const struct level *at, const struct yaml_node *n)
{
    check_required(w, at, n);
    for (size_t i = 0; i < n->count; i++) {
        const struct yaml_node *value = n->items[i];
        const struct schema_field *f = schema_field_of(at->type, value->key);
        if (is_null(value)) continue;
        if (!f)
            say_unknown(w, at, n, value);
        else if (is_of_version(w, at, f, value))
            check_value(w, &(struct level){at, schema_type_at(f->type), value->key, 0}, value);
    }
}

static void check_items(struct schema_walk *w, const struct level *at, const struct yaml_node *n)
{
    const struct schema_type *item = schema_type_at(at->type->item);
    for (size_t i = 0; i < n->count; i++) {
        const struct yaml_node *value = n->items[i];
        if (n->kind == YAML_MAP && is_null(value)) continue;
        check_value(w, &(struct level){at, item, value->key, i}, value);
    }
}

/* A number or a boolean where a string is due gets quotes; a string that would be what is due loses them. */
static void edit_type(struct lint *l, const struct schema_type *t, const struct yaml_node *n, bool quote)
{
    if (quote) {
        char *quoted = mem_printf("\"%s\"", n->text);
        if (!strpbrk(n->text, "\"\\")) lint_edit_scalar(l, n, quoted);
        mem_free_secret(quoted);
    } else if (n->kind == YAML_SCALAR && !n->plain && !n->literal && !strchr(n->text, '\n')) {
        struct yaml_node plain = *n;
        plain.plain = true;
        if (scalar_fits(t, &plain)) lint_edit_scalar(l, n, n->text);
    }
}

static void check_value(struct schema_walk *w, const struct level *at, const struct yaml_node *n)
{
    const struct schema_type *t = at->type;
    char path[PATH_MAX_LEN], list_of[PATH_MAX_LEN];
    if (t->kind == SCHEMA_KIND_ANY || is_placeholder(n)) return;
    const bool map = t->kind == SCHEMA_KIND_OBJECT || t->kind == SCHEMA_KIND_MAP, list = t->kind == SCHEMA_KIND_LIST;
    const bool fits = n->kind == YAML_SCALAR ? !map && !list && scalar_fits(t, n)
                                             : n->kind == (map ? YAML_MAP : YAML_LIST) && (map || list);
    if (!fits) {
        const bool quote = n->kind == YAML_SCALAR && t->kind == SCHEMA_KIND_STRING && !is_null(n);
        lint_say(w->l, RULE_K1, n, "%s must be %s%s, and is %s%s", path_text(at, NULL, path), kind_words(t),
                 few_fields(t, list_of), value_words(n), quote ? ": quote it" : "");
        edit_type(w->l, t, n, quote);
    } else if (n->kind == YAML_SCALAR) {
        check_scalar(w, at, n);
    } else if (t->kind == SCHEMA_KIND_OBJECT) {
        check_fields(w, at, n);
    } else {
        check_items(w, at, n);
    }
}

/* An object that is meant to be one of the table's, and is of a version or a kind that there is none of. */
static void check_identity(struct lint *l)
{
    const char *version = l->o->api_version, *kind = l->o->kind;
    const struct schema_root *like = schema_root_like(version, kind);
    if (!like || strpbrk(version, "${") || strpbrk(kind, "${")) return;
    if (strcmp(kind, like->kind) != 0)
        lint_say(l, RULE_K1, yaml_get(l->o->root, "kind"), "there is no kind %s; %s is one", kind, like->kind);
    else
        lint_say(l, RULE_K1, yaml_get(l->o->root, "apiVersion"), "there is no %s in %s; it is in %s", kind, version,
                 like->api_version);
}

void lint_schema(struct lint *l)
{
    struct schema_walk w = {.l = l, .root = schema_root_of(l->o->api_version, l->o->kind)};
    if (!w.root) check_identity(l);
    if (!w.root || l->o->root->kind != YAML_MAP) return;
    if (l->kuberay && w.root->since > l->kuberay) {
        lint_say(l, RULE_K1, NULL, "%s is a kind since KubeRay 1.%u", w.root->kind, w.root->since);
        return;
    }
    check_value(&w, &(struct level){NULL, schema_type_at(w.root->type), NULL, 0}, l->o->root);
}
