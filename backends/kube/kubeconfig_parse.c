/* kubeconfig_parse.c - Parses one kubeconfig file. */
#include "backends/kube/kubeconfig_parse.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/base/yaml.h"

#include <stdlib.h>
#include <string.h>

enum { PEM_MAX = 1024 * 1024 };

struct file {
    const char *path;
    size_t dir; /* bytes of its folder with the slash; 0: none */
    struct kubeconfig *kc;
    struct why *why;
};

static enum err parse_error(const struct file *f, const struct yaml_node *at, enum err e, const char *what,
                            const char *is)
{
    return why_set(f->why, e, "%s:%u: %s %s", f->path, at->line, what, is);
}

static bool is_null(const struct yaml_node *n)
{
    return n->kind == YAML_SCALAR && n->plain && (!*n->text || !strcmp(n->text, "~") || !strcmp(n->text, "null"));
}

/* A string member; absent and null keep the field. */
static enum err take_text(const struct file *f, const struct yaml_node *map, const char *key, char **field)
{
    const struct yaml_node *n = yaml_get(map, key);
    if (!n || is_null(n)) return ERR_OK;
    if (n->kind != YAML_SCALAR) return parse_error(f, n, ERR_PARSE, key, "is not a text");
    if (!*n->text) return ERR_OK;
    mem_free_secret(*field);
    *field = mem_str(n->text);
    return ERR_OK;
}

static enum err take_path(const struct file *f, const struct yaml_node *map, const char *key, char **field)
{
    char *path = NULL;
    enum err e = take_text(f, map, key, &path);
    if (e == ERR_OK && path) {
        free(*field);
        *field = path[0] == '/' || !f->dir ? mem_str(path) : mem_printf("%.*s%s", (int)f->dir, f->path, path);
    }
    free(path);
    return e;
}

/* Base64 of PEM. */
static enum err take_pem(const struct file *f, const struct yaml_node *map, const char *key, char **field)
{
    char *text = NULL;
    struct buf pem;
    enum err e = take_text(f, map, key, &text);
    if (e != ERR_OK || !text) return e;
    buf_init(&pem, PEM_MAX);
    if (text_base64_decode(text, strlen(text), &pem) != ERR_OK) {
        e = parse_error(f, yaml_get(map, key), ERR_PARSE, key, "is not base64");
    } else if (!memmem(pem.data ? pem.data : "", pem.len, "-----BEGIN ", 11)) {
        e = parse_error(f, yaml_get(map, key), ERR_PARSE, key, "is not PEM");
    } else {
        mem_free_secret(*field);
        *field = mem_strn(pem.data, pem.len);
    }
    buf_wipe(&pem);
    mem_free_secret(text);
    return e;
}

static enum err cluster_parse(const struct file *f, const struct yaml_node *map, struct kube_cluster *c)
{
    enum err e = take_text(f, map, "server", &c->server);
    if (e == ERR_OK) e = take_path(f, map, "certificate-authority", &c->ca_file);
    if (e == ERR_OK) e = take_pem(f, map, "certificate-authority-data", &c->ca_data);
    if (e == ERR_OK) e = take_text(f, map, "proxy-url", &c->proxy);
    if (e == ERR_OK) e = take_text(f, map, "tls-server-name", &c->tls_server_name);
    c->insecure = yaml_bool(map, "insecure-skip-tls-verify", false);
    return e;
}

static enum err context_parse(const struct file *f, const struct yaml_node *map, struct kube_context *c)
{
    enum err e = take_text(f, map, "cluster", &c->cluster);
    if (e == ERR_OK) e = take_text(f, map, "user", &c->user);
    return e == ERR_OK ? take_text(f, map, "namespace", &c->ns) : e;
}

static enum err exec_args(const struct file *f, const struct yaml_node *list, struct kube_exec *x)
{
    if (!list || is_null(list)) return ERR_OK;
    if (list->kind != YAML_LIST) return parse_error(f, list, ERR_PARSE, "args", "is not a list");
    if (list->count > KUBECONFIG_EXEC_ARGS) return parse_error(f, list, ERR_LIMIT, "args", "has too many words");
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i]->kind != YAML_SCALAR)
            return parse_error(f, list->items[i], ERR_PARSE, "args", "holds what is not a text");
        x->args[i] = mem_str(list->items[i]->text);
    }
    return ERR_OK;
}

static enum err exec_env(const struct file *f, const struct yaml_node *list, struct kube_exec *x)
{
    if (!list || is_null(list)) return ERR_OK;
    if (list->kind != YAML_LIST) return parse_error(f, list, ERR_PARSE, "env", "is not a list");
    if (list->count > KUBECONFIG_EXEC_ENV) return parse_error(f, list, ERR_LIMIT, "env", "has too many variables");
    for (size_t i = 0; i < list->count; i++) {
        const char *name = yaml_str(list->items[i], "name"), *value = yaml_str(list->items[i], "value");
        if (!name || strchr(name, '='))
            return parse_error(f, list->items[i], ERR_PARSE, "env", "holds a variable without a name");
        x->env[i] = mem_printf("%s=%s", name, value ? value : "");
    }
    return ERR_OK;
}

/* Refused where this user is chosen; kubectl reads the others' no sooner either. */
static void exec_unsupported(const struct file *f, const struct yaml_node *map, const char *is, struct kube_user *u)
{
    if (!u->unsupported) u->unsupported = mem_printf("%s:%u: exec %s", f->path, map->line, is);
}

static enum err exec_parse(const struct file *f, const struct yaml_node *map, struct kube_user *u)
{
    const char *mode = yaml_str(map, "interactiveMode");
    struct kube_exec *x = u->exec = mem_zero(1, sizeof *x);
    char *command = NULL;
    enum err e = take_text(f, map, "command", &command);
    if (e == ERR_OK && !command) e = parse_error(f, map, ERR_PARSE, "exec", "has no command");
    /* As in kubectl: a name is searched in PATH, a path is relative to the file. */
    if (e == ERR_OK)
        x->command = strchr(command, '/') && command[0] != '/' && f->dir
                         ? mem_printf("%.*s%s", (int)f->dir, f->path, command)
                         : mem_str(command);
    free(command);
    if (e == ERR_OK) e = take_text(f, map, "apiVersion", &x->api_version);
    if (e == ERR_OK && (!x->api_version || (strcmp(x->api_version, "client.authentication.k8s.io/v1") != 0 &&
                                            strcmp(x->api_version, "client.authentication.k8s.io/v1beta1") != 0)))
        exec_unsupported(f, map, "has an apiVersion other than client.authentication.k8s.io/v1, v1beta1", u);
    if (e == ERR_OK && mode && strcmp(mode, "Always") == 0)
        exec_unsupported(f, map, "wants a terminal (interactiveMode: Always)", u);
    if (e == ERR_OK) e = take_text(f, map, "installHint", &x->install_hint);
    if (e == ERR_OK) e = exec_args(f, yaml_get(map, "args"), x);
    if (e == ERR_OK) e = exec_env(f, yaml_get(map, "env"), x);
    x->cluster_info = yaml_bool(map, "provideClusterInfo", false);
    return e;
}

/* A setting that would make us use another identity than kubectl is refused on use, not ignored. */
static void note_unsupported(const struct file *f, const struct yaml_node *map, struct kube_user *u)
{
    static const char *const keys[] = {"auth-provider", "as-groups", "as-uid", "as-user-extra"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        const struct yaml_node *n = yaml_get(map, keys[i]);
        if (n && !is_null(n) && !u->unsupported)
            u->unsupported = mem_printf("%s:%u: %s is not supported", f->path, n->line, keys[i]);
    }
}

static enum err user_parse(const struct file *f, const struct yaml_node *map, struct kube_user *u)
{
    const struct yaml_node *exec = yaml_get(map, "exec");
    enum err e = take_path(f, map, "client-certificate", &u->cert_file);
    if (e == ERR_OK) e = take_pem(f, map, "client-certificate-data", &u->cert_data);
    if (e == ERR_OK) e = take_path(f, map, "client-key", &u->key_file);
    if (e == ERR_OK) e = take_pem(f, map, "client-key-data", &u->key_data);
    if (e == ERR_OK) e = take_text(f, map, "token", &u->token);
    if (e == ERR_OK) e = take_path(f, map, "tokenFile", &u->token_file);
    if (e == ERR_OK) e = take_text(f, map, "username", &u->username);
    if (e == ERR_OK) e = take_text(f, map, "password", &u->password);
    if (e == ERR_OK) e = take_text(f, map, "as", &u->as);
    if (e == ERR_OK && exec && !is_null(exec))
        e = exec->kind == YAML_MAP ? exec_parse(f, exec, u) : parse_error(f, exec, ERR_PARSE, "exec", "is not a map");
    note_unsupported(f, map, u);
    return e;
}

/* One list of entries {name: …, <word>: {…}}; add() takes the name and the map. */
static enum err parse_entries(const struct file *f, const struct yaml_node *root, const char *list_key,
                              const char *word,
                              enum err (*add)(const struct file *f, const struct yaml_node *at, const char *name,
                                              const struct yaml_node *map))
{
    const struct yaml_node *list = yaml_get(root, list_key);
    if (!list || is_null(list)) return ERR_OK;
    if (list->kind != YAML_LIST) return parse_error(f, list, ERR_PARSE, list_key, "is not a list");
    for (size_t i = 0; i < list->count; i++) {
        const struct yaml_node *entry = list->items[i], *map = yaml_get(entry, word);
        const char *name = yaml_str(entry, "name");
        if (!name) return parse_error(f, entry, ERR_PARSE, list_key, "has an entry without a name");
        if (map && map->kind != YAML_MAP && !is_null(map)) return parse_error(f, map, ERR_PARSE, word, "is not a map");
        enum err e = add(f, entry, name, map && map->kind == YAML_MAP ? map : NULL);
        if (e != ERR_OK) return e;
    }
    return ERR_OK;
}

static char *origin_of(const struct file *f, const struct yaml_node *at)
{
    return mem_printf("%s:%u", f->path, at->line);
}

static enum err too_many(const struct file *f, const struct yaml_node *at, const char *what)
{
    return parse_error(f, at, ERR_LIMIT, what, "are too many");
}

static enum err add_cluster(const struct file *f, const struct yaml_node *at, const char *name,
                            const struct yaml_node *map)
{
    struct kubeconfig *kc = f->kc;
    for (size_t i = 0; i < kc->cluster_count; i++)
        if (strcmp(kc->clusters[i].name, name) == 0) return ERR_OK;
    if (kc->cluster_count == KUBECONFIG_ENTRIES) return too_many(f, at, "clusters");
    kc->clusters = mem_grow(kc->clusters, kc->cluster_count + 1, sizeof *kc->clusters);
    struct kube_cluster *c = &kc->clusters[kc->cluster_count++];
    *c = (struct kube_cluster){.name = mem_str(name), .origin = origin_of(f, at)};
    return cluster_parse(f, map, c);
}

static enum err add_user(const struct file *f, const struct yaml_node *at, const char *name,
                         const struct yaml_node *map)
{
    struct kubeconfig *kc = f->kc;
    for (size_t i = 0; i < kc->user_count; i++)
        if (strcmp(kc->users[i].name, name) == 0) return ERR_OK;
    if (kc->user_count == KUBECONFIG_ENTRIES) return too_many(f, at, "users");
    kc->users = mem_grow(kc->users, kc->user_count + 1, sizeof *kc->users);
    struct kube_user *u = &kc->users[kc->user_count++];
    *u = (struct kube_user){.name = mem_str(name), .origin = origin_of(f, at)};
    return user_parse(f, map, u);
}

static enum err add_context(const struct file *f, const struct yaml_node *at, const char *name,
                            const struct yaml_node *map)
{
    struct kubeconfig *kc = f->kc;
    for (size_t i = 0; i < kc->context_count; i++)
        if (strcmp(kc->contexts[i].name, name) == 0) return ERR_OK;
    if (kc->context_count == KUBECONFIG_ENTRIES) return too_many(f, at, "contexts");
    kc->contexts = mem_grow(kc->contexts, kc->context_count + 1, sizeof *kc->contexts);
    struct kube_context *c = &kc->contexts[kc->context_count++];
    *c = (struct kube_context){.name = mem_str(name), .origin = origin_of(f, at)};
    return context_parse(f, map, c);
}

static enum err root_parse(const struct file *f, const struct yaml_node *root)
{
    const char *kind = yaml_str(root, "kind");
    enum err e;
    if (root->kind != YAML_MAP) return parse_error(f, root, ERR_PARSE, "this", "is not a kubeconfig");
    if (kind && strcmp(kind, "Config") != 0)
        return parse_error(f, yaml_get(root, "kind"), ERR_PARSE, "kind", "is not Config");
    e = parse_entries(f, root, "clusters", "cluster", add_cluster);
    if (e == ERR_OK) e = parse_entries(f, root, "users", "user", add_user);
    if (e == ERR_OK) e = parse_entries(f, root, "contexts", "context", add_context);
    if (e == ERR_OK && !f->kc->current) e = take_text(f, root, "current-context", &f->kc->current);
    return e;
}

enum err kubeconfig_parse(struct kubeconfig *kc, const char *path, const char *bytes, size_t len, struct why *why)
{
    struct yaml *doc = NULL;
    const char *slash = strrchr(path, '/');
    struct file f = {.path = path, .dir = slash ? (size_t)(slash - path) + 1 : 0, .kc = kc, .why = why};
    if (len > KUBECONFIG_MAX)
        return why_set(why, ERR_LIMIT, "%s: larger than %d MiB", path, KUBECONFIG_MAX / 1024 / 1024);
    enum err e = yaml_parse(path, bytes, len, &doc, why);
    if (e != ERR_OK) return e;
    if (yaml_root(doc) && !is_null(yaml_root(doc))) e = root_parse(&f, yaml_root(doc));
    yaml_tree_free(doc);
    char *paths = kc->paths ? mem_printf("%s, %s", kc->paths, path) : mem_str(path);
    free(kc->paths);
    kc->paths = paths;
    return e;
}
