/* conf.c - Reads config.yaml into struct conf, and fills in what options and environment say. */
#include "backends/conf.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/base/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* One value a person can say: where it is kept, its key in config.yaml (and the map that the key is in), its name in
 * the environment, and the words it can have (NULL: any; "0" alone: a number), as a sentence says them. */
struct text_entry {
    size_t offset;
    const char *map, *key, *env;
    const char *words[4], *must;
};
struct flag_entry {
    size_t offset;
    const char *key, *env;
};
#define AT(member) offsetof(struct conf, member)

static const struct text_entry texts[] = {
    {AT(kubeconfig), NULL, "kubeconfig", "RAYDECK_KUBECONFIG", {NULL}, NULL},
    {AT(context), NULL, "context", "RAYDECK_CONTEXT", {NULL}, NULL},
    {AT(ns), NULL, "namespace", "RAYDECK_NAMESPACE", {NULL}, NULL},
    {AT(service), NULL, "rayservice", "RAYDECK_RAYSERVICE", {NULL}, NULL},
    {AT(kubectl), NULL, "kubectl", "RAYDECK_KUBECTL", {NULL}, NULL},
    {AT(redis), "redis", "url", "RAYDECK_REDIS", {NULL}, NULL},
    {AT(redis_via), "redis", "via", "RAYDECK_REDIS_VIA", {NULL}, NULL},
    {AT(redis_ns), "redis", "namespace", "RAYDECK_REDIS_NAMESPACE", {NULL}, NULL},
    {AT(redis_user), "redis", "user", "RAYDECK_REDIS_USER", {NULL}, NULL},
    {AT(redis_password), "redis", "password", "RAYDECK_REDIS_PASSWORD", {NULL}, NULL},
    {AT(redis_credentials), "redis", "credentials", "RAYDECK_REDIS_CREDENTIALS", {"rayservice"}, "must be rayservice"},
    {AT(prompt), "prompt", "url", "RAYDECK_PROMPT", {NULL}, NULL},
    {AT(prompt_kind), "prompt", "kind", "RAYDECK_PROMPT_KIND", {"infer", "openai"}, "must be infer or openai"},
    {AT(theme), NULL, "theme", "RAYDECK_THEME", {NULL}, NULL},
    {AT(color), NULL, "color", "RAYDECK_COLOR", {"auto", "always", "never"}, "must be auto, always or never"},
    {AT(clipboard), NULL, "clipboard", "RAYDECK_CLIPBOARD", {"auto", "osc52", "off"}, "must be auto, osc52 or off"},
    {AT(grace), NULL, "grace", "RAYDECK_GRACE", {"0"}, "must be a number of seconds, at most 86400"},
};
static const struct flag_entry flags[] = {
    {AT(ascii), "ascii", "RAYDECK_ASCII"},
    {AT(slow), "slow", "RAYDECK_SLOW"},
    {AT(read_only), "read_only", "RAYDECK_READ_ONLY"},
    {AT(no_probe), "no_probe", "RAYDECK_NO_PROBE"},
    {AT(mouse), "mouse", "RAYDECK_MOUSE"},
    {AT(no_bell), "no_bell", "RAYDECK_NO_BELL"},
    {AT(no_title), "no_title", "RAYDECK_NO_TITLE"},
    {AT(no_recorder), "no_recorder", "RAYDECK_NO_RECORDER"},
    {AT(stage), "stage", "RAYDECK_STAGE"},
    {AT(demo), "demo", NULL},
};
enum { GRACE_MAX_S = 86400 };

bool conf_setting(size_t i, struct conf_setting *ret)
{
    if (i < ARRAY_LEN(texts)) {
        *ret = (struct conf_setting){texts[i].map, texts[i].key, texts[i].env, false};
        return true;
    }
    i -= ARRAY_LEN(texts);
    if (i >= ARRAY_LEN(flags)) return false;
    *ret = (struct conf_setting){NULL, flags[i].key, flags[i].env, true};
    return true;
}

void conf_init(struct conf *c)
{
    *c = (struct conf){.config_path = NULL};
}

static char **text_at(struct conf *c, size_t offset)
{
    return (char **)(void *)((char *)c + offset);
}

static bool *flag_at(struct conf *c, size_t offset)
{
    return (bool *)((char *)c + offset);
}

void conf_done(struct conf *c)
{
    /* A Redis URL, a command and a proxied prompt may each have a password in them: everything is wiped. */
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) mem_free_secret(*text_at(c, texts[i].offset));
    for (size_t i = 0; i < c->neurons; i++) mem_free_secret(c->neuron[i]);
    for (size_t i = 0; i < c->context_count; i++) {
        free(c->contexts[i].name);
        free(c->contexts[i].server);
        free(c->contexts[i].ca);
    }
    free(c->config_path);
    conf_init(c);
}

/* Says in *what what is wrong with a value; values themselves are never quoted, for they may be secrets. */
static bool value_is_fine(const struct text_entry *e, const char *value, const char **what)
{
    uint64_t seconds;

    for (const char *s = value; *s; s++) {
        if ((unsigned char)*s >= 0x20 && *s != 0x7F) continue;
        *what = "has a control character in it";
        return false;
    }
    if (!e->words[0]) return true;
    *what = e->must;
    if (strcmp(e->words[0], "0") == 0) return text_u64(value, strlen(value), GRACE_MAX_S, &seconds) == ERR_OK;
    for (size_t i = 0; i < ARRAY_LEN(e->words) && e->words[i]; i++) {
        if (strcmp(value, e->words[i]) == 0) return true;
    }
    return false;
}

static enum err add_neuron(struct conf *c, const char *spec, size_t len, const char *where, struct why *why)
{
    if (c->neurons >= CONF_NEURONS) return why_set(why, ERR_LIMIT, "%s: more than %d of them", where, CONF_NEURONS);
    c->neuron[c->neurons++] = mem_strn(spec, len);
    return ERR_OK;
}

/* ---- the environment ----------------------------------------------------------------------------------------- */

static bool flag_word(const char *word, bool *ret)
{
    static const char *const yes[] = {"1", "true", "yes", "on"}, *const no[] = {"0", "false", "no", "off"};

    for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
        if (strcasecmp(word, yes[i]) != 0 && strcasecmp(word, no[i]) != 0) continue;
        *ret = strcasecmp(word, yes[i]) == 0;
        return true;
    }
    return false;
}

static enum err neurons_from_env(struct conf *c, const char *lines, struct why *why)
{
    enum err err = ERR_OK;

    while (!err && *lines) {
        size_t len = strcspn(lines, "\n");
        if (len > 0) err = add_neuron(c, lines, len, "RAYDECK_NEURON", why);
        lines += len + (lines[len] ? 1 : 0);
    }
    return err;
}

enum err conf_from_env(struct conf *c, const char *(*get)(const char *name), struct why *why)
{
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        char **slot = text_at(c, texts[i].offset);
        const char *value = get(texts[i].env), *what = "";
        if (*slot || !value || !*value) continue;
        if (!value_is_fine(&texts[i], value, &what)) return why_set(why, ERR_USAGE, "%s %s", texts[i].env, what);
        *slot = mem_str(value);
    }
    for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
        const char *value = flags[i].env ? get(flags[i].env) : NULL;
        bool yes = false;
        if (!value || !*value) continue;
        if (!flag_word(value, &yes)) return why_set(why, ERR_USAGE, "%s must be 1 or 0", flags[i].env);
        if (yes) *flag_at(c, flags[i].offset) = true;
    }
    const char *neuron = get("RAYDECK_NEURON");
    return c->neurons == 0 && neuron ? neurons_from_env(c, neuron, why) : ERR_OK;
}

/* ---- config.yaml --------------------------------------------------------------------------------------------- */

struct reading {
    struct conf *conf;
    const char *name;
    size_t neurons_before;
    struct why *why;
};

static enum err conf_error(const struct reading *r, const struct yaml_node *n, const char *key, const char *what)
{
    return why_set(r->why, ERR_USAGE, "%s:%u:%u: %s %s", r->name, n->line, n->column, key, what);
}

static enum err read_text(const struct reading *r, const struct text_entry *e, const struct yaml_node *n)
{
    char **slot = text_at(r->conf, e->offset);
    const char *what = "";

    if (n->kind != YAML_SCALAR) return conf_error(r, n, e->key, "must be a word");
    if (n->plain && (!*n->text || strcmp(n->text, "~") == 0 || strcmp(n->text, "null") == 0)) return ERR_OK;
    if (!value_is_fine(e, n->text, &what)) return conf_error(r, n, e->key, what);
    if (!*slot) *slot = mem_str(n->text);
    return ERR_OK;
}

static enum err read_flag(const struct reading *r, const struct yaml_node *n, const char *key, bool *ret)
{
    if (n->kind != YAML_SCALAR || !flag_word(n->text, ret)) return conf_error(r, n, key, "must be true or false");
    return ERR_OK;
}

/* "redis" and "prompt": a URL alone, or a map. */
static enum err read_group(const struct reading *r, const char *map, const struct yaml_node *n)
{
    size_t entries = ARRAY_LEN(texts);

    for (size_t i = 0; i < entries && n->kind == YAML_SCALAR; i++) {
        if (text_unchanged(texts[i].map, map)) return read_text(r, &texts[i], n); /* the URL comes first in the table */
    }
    if (n->kind != YAML_MAP) return conf_error(r, n, map, "must be a URL or a map");
    for (size_t k = 0; k < n->count; k++) {
        const struct yaml_node *item = n->items[k];
        size_t i = 0;
        while (i < entries && !(text_unchanged(texts[i].map, map) && strcmp(texts[i].key, item->key) == 0)) i++;
        if (i == entries) return conf_error(r, item, item->key, "is not a setting");
        enum err err = read_text(r, &texts[i], item);
        if (err) return err;
    }
    return ERR_OK;
}

static enum err read_neuron(const struct reading *r, const struct yaml_node *n)
{
    if (n->kind == YAML_LIST) {
        for (size_t i = 0; i < n->count; i++) {
            if (n->items[i]->kind != YAML_SCALAR)
                return conf_error(r, n->items[i], "neuron", "must be commands or URLs");
            enum err err = read_neuron(r, n->items[i]);
            if (err) return err;
        }
        return ERR_OK;
    }
    if (n->kind != YAML_SCALAR) return conf_error(r, n, "neuron", "must be a command, a URL or a list of them");
    if (r->neurons_before > 0 || !*n->text) return ERR_OK;
    return add_neuron(r->conf, n->text, strlen(n->text), r->name, r->why);
}

static char **context_text(struct conf_context *said, const char *key)
{
    return strcmp(key, "server") == 0 ? &said->server : strcmp(key, "ca") == 0 ? &said->ca : NULL;
}

static bool *context_flag(struct conf_context *said, const char *key)
{
    return strcmp(key, "readonly") == 0 ? &said->readonly : strcmp(key, "development") == 0 ? &said->development : NULL;
}

static enum err read_context_setting(const struct reading *r, const struct yaml_node *item, struct conf_context *said)
{
    char **text = context_text(said, item->key);
    bool *flag = context_flag(said, item->key);

    if (flag) return read_flag(r, item, item->key, flag);
    if (!text) return conf_error(r, item, item->key, "is not a setting of a context");
    if (item->kind != YAML_SCALAR || !*item->text) return conf_error(r, item, item->key, "must be a word");
    if (text == &said->ca && strncmp(item->text, "sha256:", 7) != 0)
        return conf_error(r, item, item->key, "must be sha256: and the hash that `raydeck info` prints");
    free(*text);
    *text = mem_str(item->text);
    return ERR_OK;
}

static enum err read_context(const struct reading *r, const struct yaml_node *n)
{
    const char *name = n->key ? n->key : yaml_str(n, "name");
    struct conf_context *said = &r->conf->contexts[r->conf->context_count];
    enum err err = ERR_OK;

    if (n->kind != YAML_MAP || !name) return conf_error(r, n, "contexts", "must be maps, each of a name");
    if (r->conf->context_count >= CONF_CONTEXTS) return conf_error(r, n, "contexts", "has too many entries");
    *said = (struct conf_context){.name = mem_str(name)};
    r->conf->context_count++;
    for (size_t i = 0; i < n->count && !err; i++) {
        if (!n->key && strcmp(n->items[i]->key, "name") == 0) continue;
        err = read_context_setting(r, n->items[i], said);
    }
    return err;
}

static enum err read_contexts(const struct reading *r, const struct yaml_node *n)
{
    enum err err = ERR_OK;

    if (n->kind == YAML_SCALAR) return conf_error(r, n, "contexts", "must be maps, each of a name");
    for (size_t i = 0; i < n->count && !err; i++) err = read_context(r, n->items[i]);
    return err;
}

static enum err read_setting(const struct reading *r, const struct yaml_node *n)
{
    const char *key = n->key;

    if (strcmp(key, "neuron") == 0) return read_neuron(r, n);
    if (strcmp(key, "contexts") == 0) return read_contexts(r, n);
    if (strcmp(key, "redis") == 0 || strcmp(key, "prompt") == 0) return read_group(r, key, n);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        if (!texts[i].map && strcmp(texts[i].key, key) == 0) return read_text(r, &texts[i], n);
    }
    for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
        bool yes = false;
        if (strcmp(flags[i].key, key) != 0) continue;
        enum err err = read_flag(r, n, key, &yes);
        if (yes) *flag_at(r->conf, flags[i].offset) = true;
        return err;
    }
    return conf_error(r, n, key, "is not a setting");
}

enum err conf_from_yaml(struct conf *c, const char *name, const char *bytes, size_t len, struct why *why)
{
    struct reading r = {.conf = c, .name = name, .neurons_before = c->neurons, .why = why};
    struct yaml *doc = NULL;

    enum err err = yaml_parse(name, bytes, len, &doc, why);
    if (err) return err;
    const struct yaml_node *root = yaml_root(doc);
    bool empty = !root || (root->kind == YAML_SCALAR && root->plain && !*root->text);
    if (!empty && root->kind != YAML_MAP) err = conf_error(&r, root, "the file", "must be a map of settings");
    for (size_t i = 0; !err && !empty && i < root->count; i++) err = read_setting(&r, root->items[i]);
    yaml_tree_free(doc);
    return err;
}

/* ---- marks --------------------------------------------------------------------------------------------------- */

static char *none_of(const char *text)
{
    return text_eq(text, "none") ? mem_str(text) : NULL;
}

void conf_for_context(const struct conf *c, const char *context, struct conf *ret)
{
    conf_init(ret);
    for (size_t i = 0; i < ARRAY_LEN(flags); i++)
        *flag_at(ret, flags[i].offset) = *flag_at((struct conf *)(uintptr_t)c, flags[i].offset);
    ret->all_namespaces = c->all_namespaces;
    ret->config_path = mem_str(c->config_path);
    ret->kubeconfig = mem_str(c->kubeconfig);
    ret->context = mem_str(context);
    ret->grace = mem_str(c->grace);
    ret->redis = none_of(c->redis);
    if (c->neurons && text_eq(c->neuron[0], "none")) ret->neuron[ret->neurons++] = mem_str("none");
    for (size_t i = 0; i < c->context_count; i++) {
        const struct conf_context *said = &c->contexts[i];
        ret->contexts[ret->context_count++] = (struct conf_context){
            mem_str(said->name), mem_str(said->server), mem_str(said->ca), said->readonly, said->development};
    }
}

void conf_settle(struct conf *c)
{
    c->all_namespaces = c->all_namespaces || text_eq(c->ns, "*");
    if (!c->all_namespaces) return;
    free(c->ns);
    c->ns = NULL;
}

static size_t without_slashes(const char *url)
{
    size_t len = strlen(url);
    while (len > 0 && url[len - 1] == '/') len--;
    return len;
}

/* Upper and lower case of a host are one; a path may differ by it, so that what permits compares exactly. */
static bool same_server(const char *a, const char *b, bool exactly)
{
    size_t len = a ? without_slashes(a) : 0;

    if (!a || !b || len != without_slashes(b)) return false;
    return (exactly ? strncmp(a, b, len) : strncasecmp(a, b, len)) == 0;
}

static bool context_forbids(const struct conf_context *said, const struct conf_cluster *cluster)
{
    return said->readonly && (!said->server || !cluster->server || same_server(said->server, cluster->server, false)) &&
           (!said->ca || !cluster->ca || strcasecmp(said->ca, cluster->ca) == 0);
}

static bool context_permits(const struct conf_context *said, const struct conf_cluster *cluster)
{
    bool ca = said->ca && cluster->ca ? strcasecmp(said->ca, cluster->ca) == 0 : !said->ca && !cluster->ca;

    return said->development && ca && same_server(said->server, cluster->server, true);
}

enum conf_mark conf_mark_of(const struct conf *c, const struct conf_cluster *cluster)
{
    enum conf_mark mark = CONF_UNMARKED;

    for (size_t i = 0; cluster->context && i < c->context_count; i++) {
        const struct conf_context *said = &c->contexts[i];
        if (strcmp(said->name, cluster->context) != 0) continue;
        if (context_forbids(said, cluster)) return CONF_READONLY;
        if (context_permits(said, cluster))
            mark = CONF_DEVELOPMENT;
        else if (said->development && mark == CONF_UNMARKED)
            mark = CONF_DEVELOPMENT_ELSEWHERE;
    }
    return mark;
}
