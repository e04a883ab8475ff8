/* lint_serve.c - K5 what Ray Serve refuses in serveConfigV2, K6 what it ignores there, by serve_fields.def. Serve reads
 * JSON by pydantic's lax rules: a number may be a string of digits, a flag the word yes. */
#include "deploy/lint_serve_priv.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/schema_table.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_LEN = 256, HINTS_MAX = 100 };

enum model {
    MODEL_NONE,
    MODEL_CONFIG,
    MODEL_APPLICATION,
    MODEL_DEPLOYMENT,
    MODEL_ACTOR,
    MODEL_AUTOSCALING,
    MODEL_HTTP,
    MODEL_GRPC,
    MODEL_LOGGING,
    MODEL_TRACING,
    MODEL_CONTROLLER,
    MODEL_BACKPRESSURE
};
enum kind {
    KIND_ANY,
    KIND_OBJECT,
    KIND_MAP,
    KIND_LIST,
    KIND_TEXTS, /* a list of them */
    KIND_TEXT,
    KIND_NAME, /* a text that is not empty */
    KIND_WHOLE,
    KIND_STRICT_WHOLE, /* neither a string of digits nor a boolean */
    KIND_NUMBER,
    KIND_FLAG,
    KIND_REPLICAS,
    KIND_LEVEL, /* Python's: a word or its number */
    KIND_IMPORT_PATH,
    KIND_RUNTIME_ENV,
    KIND_UNSET /* a field that the configuration of several applications must not set */
};
enum bound {
    BOUND_ANY,
    BOUND_FROM_0,
    BOUND_ABOVE_0,
    BOUND_PERCENT,
    BOUND_RATIO,
    BOUND_SHARE,
    BOUND_PER_NODE,
    BOUND_QUEUE
};
enum need { NEED_PLAIN, NEED_NULLABLE, NEED_REQUIRED };

struct field {
    enum model model;
    const char *name;
    enum kind kind;
    enum bound bound;
    enum need need;
    enum model inner;
    const char *words;
};
static const struct field fields[] = {
#define SERVE_FIELD(model, name, kind, bound, need, inner, words)                                                      \
    {MODEL_##model, name, KIND_##kind, BOUND_##bound, NEED_##need, MODEL_##inner, words},
#include "deploy/serve_fields.def"
#undef SERVE_FIELD
};

/* ---- Findings ---- */

/* "applications[0].deployments[1]", and the model of the value there. */
struct place {
    enum model model;
    char path[PATH_LEN];
};

void serve_refuse(struct serve_check *c, const struct yaml_node *at, const char *fmt, ...)
{
    char text[2 * PATH_LEN];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    lint_say_as(c->l, RULE_K5, FINDING_ERROR, serve_place(c->l, c->s, at), "serveConfigV2: %s", text);
}

static void place_below(const struct place *above, const char *name, struct place *ret)
{
    snprintf(ret->path, sizeof ret->path, "%.150s%s%.100s", above->path, *above->path ? "." : "", name);
}

static const struct field *field_of(enum model model, const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        if (fields[i].model == model && strcmp(fields[i].name, name) == 0) return &fields[i];
    return NULL;
}

/* ---- Values ---- */

bool serve_is_placeholder(const struct yaml_node *n)
{
    return n->kind == YAML_SCALAR && (strchr(n->text, '$') || strstr(n->text, "{{"));
}

static enum manifest_value value_of(const struct yaml_node *n, double *ret)
{
    *ret = 0;
    const enum manifest_value value = manifest_value_of(n, ret);
    if (value == MANIFEST_TRUE) *ret = 1;
    return value;
}

bool serve_is_null(const struct yaml_node *n)
{
    double number;
    return n->kind == YAML_SCALAR && value_of(n, &number) == MANIFEST_NULL;
}

bool serve_number(const struct yaml_node *n, double *ret)
{
    char *end = NULL;
    if (n->kind != YAML_SCALAR) return false;
    const enum manifest_value value = value_of(n, ret);
    if (value == MANIFEST_NULL) return false;
    if (value != MANIFEST_STRING) return true;
    *ret = strtod(n->text, &end);
    return *n->text && !*end;
}

static bool is_flag(const struct yaml_node *n)
{
    static const char *const words[] = {"true", "t", "yes", "y", "on", "1", "false", "f", "no", "n", "off", "0"};
    double number;
    switch (value_of(n, &number)) {
    case MANIFEST_TRUE:
    case MANIFEST_FALSE: return true;
    case MANIFEST_NUMBER: return number == 0 || number == 1;
    case MANIFEST_NULL: return false;
    case MANIFEST_STRING: break;
    }
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strcasecmp(n->text, words[i]) == 0) return true;
    return false;
}

static bool is_among(const char *words, const char *text)
{
    const size_t len = strlen(text);
    for (const char *at = words; len && (at = strstr(at, text)); at += len)
        if ((at == words || at[-1] == ' ') && (at[len] == ' ' || !at[len])) return true;
    return false;
}

/* NULL: the number is within the bound; else what it must be. */
static const char *bound_problem(enum bound bound, double number)
{
    switch (bound) {
    case BOUND_ANY: break;
    case BOUND_FROM_0: return number >= 0 ? NULL : "must be 0 or more";
    case BOUND_ABOVE_0: return number > 0 ? NULL : "must be greater than 0";
    case BOUND_PERCENT: return number >= 0 && number <= 100 ? NULL : "must be from 0 to 100";
    case BOUND_RATIO: return number >= 0 && number <= 1 ? NULL : "must be from 0 to 1";
    case BOUND_SHARE: return number > 0 && number <= 1 ? NULL : "must be greater than 0 and at most 1";
    case BOUND_PER_NODE: return number >= 1 && number <= 100 ? NULL : "must be from 1 to 100";
    case BOUND_QUEUE: return number >= 1 || number == -1 ? NULL : "must be -1 (no limit) or a positive integer";
    }
    return NULL;
}

static const char *number_problem(const struct serve_check *c, const struct field *f, const struct yaml_node *n)
{
    double number = 0;
    const enum manifest_value value = value_of(n, &number);
    const bool is_text = value == MANIFEST_STRING;
    const bool is_number = serve_number(n, &number);
    if (f->kind == KIND_REPLICAS) {
        if (text_eq(n->text, "auto")) return NULL;
        if (!is_number || (is_text && c->strict)) return "must be an integer or \"auto\"";
    }
    if (f->kind == KIND_NUMBER) return is_number ? bound_problem(f->bound, number) : "must be a number";
    const bool whole = is_number && (number == floor(number) || !c->strict);
    if (!whole || (f->kind == KIND_STRICT_WHOLE && value != MANIFEST_NUMBER)) return "must be an integer";
    return bound_problem(f->bound, number);
}

static const char *text_problem(const struct serve_check *c, const struct field *f, const struct yaml_node *n)
{
    double number = 0;
    const enum manifest_value value = value_of(n, &number);
    if (value == MANIFEST_NULL) return "must be a string";
    if (f->kind == KIND_LEVEL && value != MANIFEST_STRING)
        return number >= 0 && number <= 50 && fmod(number, 10) == 0 ? NULL : "must be one of: 0, 10, 20, 30, 40, 50";
    if (value != MANIFEST_STRING && c->strict) return "must be a string: quote it";
    if (f->kind == KIND_NAME && !*n->text) return "must not be empty";
    return f->kind == KIND_IMPORT_PATH ? serve_import_problem(n->text) : NULL;
}

static bool is_level_number(const struct field *f, const struct yaml_node *n)
{
    double number;
    return f->kind == KIND_LEVEL && value_of(n, &number) != MANIFEST_STRING;
}

static const char *scalar_problem(const struct serve_check *c, const struct field *f, const struct yaml_node *n)
{
    switch (f->kind) {
    case KIND_TEXT:
    case KIND_NAME:
    case KIND_LEVEL:
    case KIND_IMPORT_PATH: return text_problem(c, f, n);
    case KIND_WHOLE:
    case KIND_STRICT_WHOLE:
    case KIND_NUMBER:
    case KIND_REPLICAS: return number_problem(c, f, n);
    case KIND_FLAG: return is_flag(n) ? NULL : "must be true or false";
    default: return NULL;
    }
}

/* ---- The walk ---- */

static enum yaml_kind shape_of(const struct field *f)
{
    const bool map = f->kind == KIND_OBJECT || f->kind == KIND_MAP || f->kind == KIND_RUNTIME_ENV;
    return map ? YAML_MAP : f->kind == KIND_LIST || f->kind == KIND_TEXTS ? YAML_LIST : YAML_SCALAR;
}

static const char *shape_words(enum yaml_kind kind)
{
    return kind == YAML_MAP ? "a map" : kind == YAML_LIST ? "a list" : "a single value";
}

static void check_model(struct serve_check *c, const struct place *at, const struct yaml_node *map);

static void check_list(struct serve_check *c, const struct place *at, const struct field *f, const struct yaml_node *n)
{
    for (size_t i = 0; f->inner != MODEL_NONE && i < n->count; i++) {
        struct place item = {.model = f->inner};
        snprintf(item.path, sizeof item.path, "%.*s[%zu]", PATH_LEN - 24, at->path, i);
        if (n->items[i]->kind == YAML_MAP)
            check_model(c, &item, n->items[i]);
        else if (!serve_is_placeholder(n->items[i]))
            serve_refuse(c, n->items[i], "%s must be a map", item.path);
    }
}

static void check_texts(struct serve_check *c, const struct place *at, const struct yaml_node *n)
{
    for (size_t i = 0; i < n->count; i++)
        if (n->items[i]->kind != YAML_SCALAR || serve_is_null(n->items[i]))
            serve_refuse(c, n->items[i], "%s[%zu] must be a string", at->path, i);
}

static void check_field(struct serve_check *c, const struct place *above, const struct field *f,
                        const struct yaml_node *n)
{
    struct place at = {.model = f->inner};
    place_below(above, f->name, &at);
    if (f->kind == KIND_ANY || serve_is_placeholder(n)) return;
    if (f->kind == KIND_UNSET) {
        serve_refuse(c, n, "%s must not be set; %s belongs in http_options", at.path, f->name);
        return;
    }
    if (serve_is_null(n)) {
        if (f->need != NEED_NULLABLE) serve_refuse(c, n, "%s must not be null", at.path);
        return;
    }
    if (n->kind != shape_of(f)) {
        serve_refuse(c, n, "%s must be %s", at.path, shape_words(shape_of(f)));
        return;
    }
    const char *problem = scalar_problem(c, f, n);
    if (problem)
        serve_refuse(c, n, "%s %s", at.path, problem);
    else if (f->words && !is_level_number(f, n) && !is_among(f->words, n->text))
        serve_refuse(c, n, "%s must be one of: %s", at.path, f->words);
    if (f->kind == KIND_RUNTIME_ENV) serve_check_runtime_env(c, at.path, n);
    if (f->kind == KIND_LIST) check_list(c, &at, f, n);
    if (f->kind == KIND_TEXTS) check_texts(c, &at, n);
    if (f->kind == KIND_OBJECT) check_model(c, &at, n);
}

/* These models refuse what they do not know; the others ignore it, as newer Ray may know it. */
static bool is_closed(enum model model)
{
    return model == MODEL_LOGGING || model == MODEL_TRACING || model == MODEL_CONTROLLER || model == MODEL_BACKPRESSURE;
}

/* Serve's own fields are in snake_case. */
static bool is_camel_case(const char *name)
{
    bool upper = false;
    for (const char *p = name; *p; p++) {
        if (!isalpha((unsigned char)*p) && !isdigit((unsigned char)*p)) return false;
        upper = upper || (p > name && isupper((unsigned char)*p));
    }
    return upper;
}

/* A field of the custom resource, which Serve does not look for. */
static bool is_of_resource(struct serve_check *c, const struct yaml_node *n)
{
    char place[2 * PATH_LEN];
    const struct schema_root *root = schema_root_of(c->l->o->api_version, c->l->o->kind);
    const struct schema_field *spec = root ? schema_field_of(schema_type_at(root->type), "spec") : NULL;
    if (!spec || !is_camel_case(n->key) || !schema_find_below(schema_type_at(spec->type), n->key, place, sizeof place))
        return false;
    lint_say_as(c->l, RULE_K3, FINDING_WARNING, serve_place(c->l, c->s, n),
                "serveConfigV2: %s is no field of Serve; it belongs in spec.%s", n->key, place);
    return true;
}

/* The model that has such a field, in words. NULL: none. */
static const char *belongs_in(const char *name)
{
    static const char *const places[] = {
        [MODEL_CONFIG] = "the top level",
        [MODEL_APPLICATION] = "applications[]",
        [MODEL_DEPLOYMENT] = "deployments[]",
        [MODEL_ACTOR] = "deployments[].ray_actor_options",
        [MODEL_AUTOSCALING] = "deployments[].autoscaling_config",
        [MODEL_HTTP] = "http_options",
        [MODEL_GRPC] = "grpc_options",
        [MODEL_LOGGING] = "logging_config",
        [MODEL_TRACING] = "tracing_config",
        [MODEL_CONTROLLER] = "controller_options",
        [MODEL_BACKPRESSURE] = "deployments[].backpressure_config",
    };
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        if (fields[i].kind != KIND_UNSET && strcmp(fields[i].name, name) == 0) return places[fields[i].model];
    return NULL;
}

static const struct field *field_like(enum model model, const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        if (fields[i].model == model && fields[i].kind != KIND_UNSET && schema_names_alike(name, fields[i].name))
            return &fields[i];
    return NULL;
}

static void say_unknown(struct serve_check *c, const struct place *at, const struct yaml_node *n)
{
    struct place whole;
    const bool closed = is_closed(at->model), hints = c->hints++ < HINTS_MAX;
    if (hints && at->model == MODEL_CONFIG && is_of_resource(c, n)) return;
    place_below(at, n->key, &whole);
    const struct field *like = hints ? field_like(at->model, n->key) : NULL;
    const char *place = hints && !like ? belongs_in(n->key) : NULL;
    lint_say_as(c->l, closed ? RULE_K5 : RULE_K6, closed ? FINDING_ERROR : FINDING_WARNING, serve_place(c->l, c->s, n),
                "serveConfigV2: %s is not a field%s%s%s%s%s", whole.path, closed ? "" : " and is ignored",
                like ? "; " : "", like ? like->name : "",
                like    ? " is"
                : place ? "; it belongs in "
                        : "",
                place ? place : "");
}

static void check_model(struct serve_check *c, const struct place *at, const struct yaml_node *map)
{
    struct place missing;
    for (size_t i = 0; i < map->count; i++) {
        const struct field *f = field_of(at->model, map->items[i]->key);
        if (f)
            check_field(c, at, f, map->items[i]);
        else
            say_unknown(c, at, map->items[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        if (at->model == MODEL_CONFIG && !serve_app(c->s, 0) && !yaml_get(map, "import_path")) break; /* L36 */
        if (fields[i].model != at->model || fields[i].need != NEED_REQUIRED || yaml_get(map, fields[i].name)) continue;
        place_below(at, fields[i].name, &missing);
        serve_refuse(c, map, "%s is required", missing.path);
    }
    if (at->model == MODEL_DEPLOYMENT) serve_check_deployment(c, at->path, map);
}

/* From Ray 2.60 on, strings are not made of numbers, nor integers of fractions; older Ray converts them. */
static bool is_strict(const struct ray *r)
{
    const char *version = yaml_str(r->cluster, "rayVersion");
    char *end = NULL;
    if (!version) return false;
    const unsigned long major = strtoul(version, &end, 10);
    return major > 2 || (major == 2 && *end == '.' && strtoul(end + 1, NULL, 10) >= 60);
}

void lint_serve(struct lint *l, const struct ray *r, const struct serve *s)
{
    struct serve_check c = {.l = l, .s = s, .strict = is_strict(r)};
    /* K1 has a configuration that is no string; L36 an empty one. */
    if (!s->string || s->root->kind != YAML_MAP || s->root->count == 0) return;
    check_model(&c, &(struct place){.model = MODEL_CONFIG}, s->root);
    serve_check_applications(&c, s->root);
}
