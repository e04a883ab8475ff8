/* equivalent.c - see equivalent.h. */
#include "tui/equivalent.h"

#include "backends/base/json.h"
#include "backends/base/mask.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/base/url.h"

#include <stdlib.h>
#include <string.h>

/* ---- words ---- */

static void word_add(struct buf *out, const char *word)
{
    if (out->len) buf_char(out, ' ');
    text_shell_word(out, word);
}

static void words_add(struct buf *out, const char *const *words)
{
    for (; *words; words++) word_add(out, *words);
}

/* "--option value"; nothing without a value. */
static void option_add(struct buf *out, const char *option, const char *value)
{
    if (!value || !*value) return;
    word_add(out, option);
    word_add(out, value);
}

/* ---- Kubernetes ---- */

static void kubectl_begin(const struct equivalent_from *f, const char *ns, struct buf *out)
{
    word_add(out, "kubectl");
    option_add(out, "--kubeconfig", f->kubeconfig);
    option_add(out, "--context", f->context);
    option_add(out, "-n", ns);
}

static bool kubectl_get(const struct equivalent_from *f, const char *kind, const char *ns, const char *name,
                        struct buf *out)
{
    if (!name) return false;
    kubectl_begin(f, ns, out);
    words_add(out, (const char *const[]){"get", kind, name, "-o", "yaml", NULL});
    return true;
}

static bool service_get(const struct equivalent_from *f, struct buf *out)
{
    const struct rayservice *s = f->focus->rayservice;
    if (s) return kubectl_get(f, "rayservice", s->ns, s->name, out);
    kubectl_begin(f, NULL, out);
    words_add(out, (const char *const[]){"get", "rayservices", "--all-namespaces", NULL});
    return true;
}

static bool events_get(const struct equivalent_from *f, const struct event *e, struct buf *out)
{
    kubectl_begin(f, e && e->ns ? e->ns : f->focus->ns, out);
    words_add(out, (const char *const[]){"get", "events", NULL});
    if (!e || !e->about) return true;
    char *selector = e->about_kind
                         ? mem_printf("involvedObject.kind=%s,involvedObject.name=%s", e->about_kind, e->about)
                         : mem_printf("involvedObject.name=%s", e->about);
    option_add(out, "--field-selector", selector);
    free(selector);
    return true;
}

static bool pods_watch(const struct equivalent_from *f, struct buf *out)
{
    const struct raycluster *rc = f->focus->raycluster;
    kubectl_begin(f, f->focus->ns, out);
    words_add(out, (const char *const[]){"get", "pods", "-o", "wide", "-w", NULL});
    if (!rc || !rc->name) return true;
    char *selector = mem_printf("ray.io/cluster=%s", rc->name);
    option_add(out, "-l", selector);
    free(selector);
    return true;
}

/* ---- Redis ---- */

/* The record has the address of the server that answers (a sentinel may have named it), without user and password. */
static const char *redis_address(const struct equivalent_from *f)
{
    const char *address = f->focus->redis ? f->focus->redis->address : NULL;
    return address && strncmp(address, "via ", 4) != 0 ? address : f->routes.redis;
}

enum { REDIS_PORT = 6379 };
static const char unix_scheme[] = "unix://";

/* "?cacert=FILE&servername=NAME" of a Redis URL. */
static void query_option_add(const char *query, const char *name, const char *option, struct buf *out)
{
    const size_t len = strlen(name);
    for (const char *at = query; at && *at; at += strcspn(at, "&"), at += *at == '&') {
        if (strncmp(at, name, len) != 0 || at[len] != '=') continue;
        char *value = url_unescape(at + len + 1, strcspn(at + len + 1, "&"));
        option_add(out, option, value);
        free(value);
    }
}

/* False: it is no address. */
static bool redis_place(const struct equivalent_from *f, const char *address, struct buf *out)
{
    struct url url;
    word_add(out, "redis-cli");
    if (strncmp(address, unix_scheme, sizeof unix_scheme - 1) == 0) {
        option_add(out, "-s", address + sizeof unix_scheme - 1);
        return true;
    }
    if (url_parse(address, "redis", &url)) return false;
    char *port = mem_printf("%u", url.port ? url.port : REDIS_PORT);
    option_add(out, "-h", url.host);
    option_add(out, "-p", port);
    if (strcmp(url.scheme, "rediss") == 0 || (f->focus->redis && f->focus->redis->tls == TRI_YES))
        word_add(out, "--tls");
    query_option_add(url.query, "cacert", "--cacert", out);
    query_option_add(url.query, "servername", "--sni", out);
    if (url.path && url.path[0] == '/' && url.path[1] && strcmp(url.path, "/0") != 0)
        option_add(out, "-n", url.path + 1);
    free(port);
    url_done(&url);
    return true;
}

/* The password is typed (--askpass), where one is needed. */
static bool redis_cli(const struct equivalent_from *f, const char *command, const char *ns, const char *table,
                      struct buf *out)
{
    const char *address = redis_address(f);
    if (!ns || !table || !address || !redis_place(f, address, out)) return false;
    if (f->focus->redis && f->focus->redis->cluster == TRI_YES) word_add(out, "-c");
    option_add(out, "--user", f->routes.redis_user);
    if (f->routes.redis_password) word_add(out, "--askpass");
    char *key = mem_printf("RAY%s@%s", ns, table);
    words_add(out, (const char *const[]){command, key, NULL});
    free(key);
    if (f->routes.redis_via) buf_str(out, " # where --redis-via leads");
    return true;
}

/* ---- Neuron ---- */

/* The monitor's own command or address, as it was configured: "neuron" is the only one, "neuron/2" the second. */
static const char *monitor_spec(const struct equivalent_from *f, const char *source)
{
    const char *slash = source ? strchr(source, '/') : NULL;
    uint64_t nth = 1;
    if (slash && text_u64(slash + 1, strlen(slash + 1), CONF_NEURONS, &nth)) return NULL;
    const char *spec = nth >= 1 && nth <= f->conf->neurons ? f->conf->neuron[nth - 1] : NULL;
    return spec && strcmp(spec, "none") != 0 ? spec : NULL;
}

static bool monitor_run(const struct equivalent_from *f, const char *source, struct buf *out)
{
    const char *spec = monitor_spec(f, source);
    if (spec && url_is_http(spec)) {
        char *shown = url_without_secrets(spec);
        words_add(out, (const char *const[]){"curl", "-sS", shown, NULL});
        free(shown);
    } else if (spec) {
        char *masked = mask_text(spec, strlen(spec), TEXT_ONE_LINE, EQUIVALENT_MAX / 2);
        buf_str(out, masked); /* a line for the shell already */
        free(masked);
    } else {
        word_add(out, "neuron-monitor");
    }
    return true;
}

/* ---- requests ---- */

static bool proxied_request(const struct equivalent_from *f, const char *suffix, const char *body, struct buf *out)
{
    char *path = mem_printf("%s%s", f->routes.prompts->base, suffix);
    if (body) {
        words_add(out, (const char *const[]){"printf", "%s", body, NULL});
        buf_str(out, " | kubectl");
        option_add(out, "--kubeconfig", f->kubeconfig);
        option_add(out, "--context", f->context);
        words_add(out, (const char *const[]){"create", "--raw", path, "-f", "-", NULL});
    } else {
        kubectl_begin(f, NULL, out);
        words_add(out, (const char *const[]){"get", "--raw", path, NULL});
    }
    free(path);
    return true;
}

static bool direct_request(const struct serve_path *route, const char *suffix, const char *body, struct buf *out)
{
    char *base = url_without_secrets(route->base), *url = mem_printf("%s%s", base, suffix);
    words_add(out, (const char *const[]){"curl", "-sS", "-i", NULL});
    if (route->host) {
        char *host = mem_printf("Host: %s", route->host);
        option_add(out, "-H", host);
        free(host);
    }
    if (body) words_add(out, (const char *const[]){"-H", "Content-Type: application/json", "-d", body, NULL});
    word_add(out, url);
    free(url);
    free(base);
    return true;
}

static bool request_send(const struct equivalent_from *f, const char *suffix, const char *body, struct buf *out)
{
    const struct serve_path *route = f->routes.prompts;
    if (!route || !route->base) return pods_watch(f, out); /* there is no route to send it by */
    return route->proxied ? proxied_request(f, suffix, body, out) : direct_request(route, suffix, body, out);
}

/* As infer.c and openai.c send it, without the earlier turns of a conversation. */
static bool prompt_send(const struct equivalent_from *f, const struct request *r, struct buf *out)
{
    struct buf suffix;
    bool sent;
    if (!r->question || !r->target) return request_send(f, "/-/healthz", NULL, out);
    buf_init(&suffix, EQUIVALENT_MAX);
    if (strncmp(r->target, "POST ", 5) == 0) {
        cJSON *body = cJSON_CreateObject(), *messages = cJSON_AddArrayToObject(body, "messages"),
              *message = cJSON_CreateObject();
        if (r->model) cJSON_AddStringToObject(body, "model", r->model);
        cJSON_AddStringToObject(message, "role", "user");
        cJSON_AddStringToObject(message, "content", r->question);
        cJSON_AddItemToArray(messages, message);
        char *text = cJSON_PrintUnformatted(body);
        sent = request_send(f, r->target + 5, text, out);
        free(text);
        cJSON_Delete(body);
    } else {
        buf_str(&suffix, "/infer?sentence=");
        text_url_encode(r->question, strlen(r->question), &suffix);
        sent = request_send(f, buf_text(&suffix), NULL, out);
    }
    buf_done(&suffix);
    return sent;
}

/* ---- findings ---- */

static bool findings_again(const struct equivalent_from *f, const struct pane_ops *pane, struct buf *out)
{
    const struct rayservice *s = f->focus->rayservice;
    word_add(out, "raydeck");
    if (pane == &lint_pane_ops) {
        word_add(out, "lint");
        if (f->linted) word_add(out, f->linted);
        return true;
    }
    word_add(out, "doctor");
    option_add(out, "--kubeconfig", f->kubeconfig);
    option_add(out, "--context", f->context);
    option_add(out, "-n", s ? s->ns : NULL);
    option_add(out, "-s", s ? s->name : NULL);
    return true;
}

/* ---- rows ---- */

static bool row_of(const struct equivalent_from *f, const struct row *row, enum table table, struct buf *out)
{
    switch (table) {
    case TABLE_POD: return kubectl_get(f, "pod", ROW(row, pod)->ns, ROW(row, pod)->name, out);
    case TABLE_KNODE: return kubectl_get(f, "node", NULL, ROW(row, knode)->name, out);
    case TABLE_RAYSERVICE:
        return kubectl_get(f, "rayservice", ROW(row, rayservice)->ns, ROW(row, rayservice)->name, out);
    case TABLE_EVENT: return events_get(f, ROW(row, event), out);
    case TABLE_GCSTABLE: return redis_cli(f, "HLEN", ROW(row, gcstable)->ns, ROW(row, gcstable)->table, out);
    case TABLE_CORE: return monitor_run(f, ROW(row, core)->source, out);
    case TABLE_REQUEST: return prompt_send(f, ROW(row, request), out);
    default: return false;
    }
}

/* What is no row of the world: a pane's own lines, and a pane without a selected row. */
static bool pane_of(const struct equivalent_from *f, const struct pane_ops *pane, struct buf *out)
{
    if (pane == &doctor_pane_ops || pane == &lint_pane_ops) return findings_again(f, pane, out);
    if (pane == &gcs_pane_ops && redis_cli(f, "HKEYS", f->focus->gcs_ns, "KV", out)) return true;
    if (pane == &cores_pane_ops) return monitor_run(f, NULL, out);
    if (pane == &requests_pane_ops) return request_send(f, "/-/healthz", NULL, out);
    if (pane == &events_pane_ops) return events_get(f, NULL, out);
    if (pane == &pods_pane_ops || pane == &recovery_pane_ops) return pods_watch(f, out);
    return service_get(f, out);
}

bool equivalent_of(const struct equivalent_from *from, const struct pane_ops *pane, const struct selection *selected,
                   struct buf *out)
{
    const struct row *row = selected ? world_find(from->world, selected->table, selected->key) : NULL;
    buf_clear(out);
    if (row && row_of(from, row, selected->table, out)) return true;
    buf_clear(out);
    return pane_of(from, pane, out);
}

/* ---- several rows ---- */

enum { QUOTED_BYTES = 4 /* of one, at most: text_shell_word */, LAST_WORDS_ROOM = 16 };

static const struct pod *pod_of(const struct equivalent_from *f, const struct selection *selected)
{
    const struct row *row = selected->table == TABLE_POD ? world_find(f->world, selected->table, selected->key) : NULL;
    return row && ROW(row, pod)->name ? ROW(row, pod) : NULL;
}

/* "kubectl -n NS get pod A B C -o yaml", of those in the namespace of the first. */
static enum err pods_get(const struct equivalent_from *f, const struct selection *selected, size_t count, bool *done,
                         struct buf *out)
{
    const char *ns = pod_of(f, selected)->ns;
    kubectl_begin(f, ns, out);
    words_add(out, (const char *const[]){"get", "pod", NULL});
    for (size_t i = 0; i < count; i++) {
        const struct pod *pod = done[i] ? NULL : pod_of(f, &selected[i]);
        if (!pod || !text_unchanged(pod->ns, ns)) continue;
        if (out->len + QUOTED_BYTES * strlen(pod->name) + LAST_WORDS_ROOM > out->max) return ERR_LIMIT;
        word_add(out, pod->name);
        done[i] = true;
    }
    words_add(out, (const char *const[]){"-o", "yaml", NULL});
    return ERR_OK;
}

static bool has_line(const struct buf *text, const struct buf *line)
{
    for (const char *at = buf_text(text); *at; at += strcspn(at, "\n"), at += *at == '\n')
        if (strcspn(at, "\n") == line->len && memcmp(at, buf_text(line), line->len) == 0) return true;
    return false;
}

static enum err line_add(const struct buf *line, struct buf *out)
{
    if (!line->len || has_line(out, line)) return ERR_OK;
    if (out->len && buf_char(out, '\n')) return ERR_LIMIT;
    return buf_add(out, line->data, line->len);
}

enum err equivalent_of_rows(const struct equivalent_from *from, const struct pane_ops *pane,
                            const struct selection *selected, size_t count, struct buf *out)
{
    bool *done = mem_zero(count ? count : 1, sizeof *done);
    struct buf line;
    enum err err = ERR_OK;
    buf_init(&line, EQUIVALENT_MAX);
    buf_clear(out);
    for (size_t i = 0; i < count && !err; i++) {
        if (done[i]) continue;
        buf_clear(&line);
        if (pod_of(from, &selected[i]))
            err = pods_get(from, &selected[i], count - i, done + i, &line);
        else
            (void)equivalent_of(from, pane, &selected[i], &line);
        if (!err) err = line_add(&line, out);
    }
    buf_done(&line);
    free(done);
    return err ? err : out->len ? ERR_OK : ERR_NOT_FOUND;
}
