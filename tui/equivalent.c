/* equivalent.c - see equivalent.h. */
#include "tui/equivalent_priv.h"

#include "backends/base/json.h"
#include "backends/base/mask.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/base/url.h"

#include <stdlib.h>
#include <string.h>

/* ---- words ---- */

void equivalent_word(struct buf *out, const char *word)
{
    if (out->len) buf_char(out, ' ');
    text_shell_word(out, word);
}

void equivalent_words(struct buf *out, const char *const *words)
{
    for (; *words; words++) equivalent_word(out, *words);
}

void equivalent_option(struct buf *out, const char *option, const char *value)
{
    if (!value || !*value) return;
    equivalent_word(out, option);
    equivalent_word(out, value);
}

/* ---- Kubernetes ---- */

static void kubectl_begin(const struct equivalent_from *f, const char *ns, struct buf *out)
{
    equivalent_word(out, "kubectl");
    equivalent_option(out, "--kubeconfig", f->kubeconfig);
    equivalent_option(out, "--context", f->context);
    equivalent_option(out, "-n", ns);
}

/* Where no RayService is in focus the panes show what is read: every namespace, or kubectl's own default. */
static void kubectl_begin_list(const struct equivalent_from *f, const char *ns, const char *what, struct buf *out)
{
    kubectl_begin(f, ns, out);
    equivalent_words(out, (const char *const[]){"get", what, NULL});
    if (!ns && f->all_namespaces) equivalent_word(out, "--all-namespaces");
}

static bool kubectl_get(const struct equivalent_from *f, const char *kind, const char *ns, const char *name,
                        struct buf *out)
{
    if (!name) return false;
    kubectl_begin(f, ns, out);
    equivalent_words(out, (const char *const[]){"get", kind, name, "-o", "yaml", NULL});
    return true;
}

static bool service_get(const struct equivalent_from *f, struct buf *out)
{
    const struct rayservice *s = f->focus->rayservice;
    if (s) return kubectl_get(f, "rayservice", s->ns, s->name, out);
    kubectl_begin(f, NULL, out);
    equivalent_words(out, (const char *const[]){"get", "rayservices", "--all-namespaces", NULL});
    return true;
}

static bool events_get(const struct equivalent_from *f, const struct event *e, struct buf *out)
{
    kubectl_begin_list(f, e && e->ns ? e->ns : f->focus->ns, "events", out);
    if (!e || !e->about) return true;
    char *selector = e->about_kind
                         ? mem_printf("involvedObject.kind=%s,involvedObject.name=%s", e->about_kind, e->about)
                         : mem_printf("involvedObject.name=%s", e->about);
    equivalent_option(out, "--field-selector", selector);
    free(selector);
    return true;
}

static bool pods_watch(const struct equivalent_from *f, struct buf *out)
{
    const struct raycluster *rc = f->focus->raycluster;
    kubectl_begin_list(f, f->focus->ns, "pods", out);
    equivalent_words(out, (const char *const[]){"-o", "wide", "-w", NULL});
    if (!rc || !rc->name) return true;
    char *selector = mem_printf("ray.io/cluster=%s", rc->name);
    equivalent_option(out, "-l", selector);
    free(selector);
    return true;
}

/* ---- HTTP ---- */

/* curl asks for the password of a user. A user without a password may be a token, and is left out. */
static void curl_begin(const char *url, struct buf *out)
{
    struct url parts = {0};
    equivalent_words(out, (const char *const[]){"curl", "-sS", NULL});
    if (!url_parse(url, "http", &parts) && parts.password)
        equivalent_words(out, (const char *const[]){"-u", parts.user ? parts.user : "", NULL});
    url_done(&parts);
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
        curl_begin(spec, out);
        equivalent_word(out, shown);
        free(shown);
    } else if (spec) {
        char *masked = mask_text(spec, strlen(spec), TEXT_ONE_LINE, EQUIVALENT_MAX / 2);
        buf_str(out, masked); /* a line for the shell already */
        free(masked);
    } else {
        equivalent_word(out, "neuron-monitor");
    }
    return true;
}

/* ---- requests ---- */

static bool proxied_request(const struct equivalent_from *f, const char *suffix, const char *body, struct buf *out)
{
    char *path = mem_printf("%s%s", f->routes.prompts->base, suffix);
    if (body) {
        equivalent_words(out, (const char *const[]){"printf", "%s", body, NULL});
        buf_str(out, " | kubectl");
        equivalent_option(out, "--kubeconfig", f->kubeconfig);
        equivalent_option(out, "--context", f->context);
        equivalent_words(out, (const char *const[]){"create", "--raw", path, "-f", "-", NULL});
    } else {
        kubectl_begin(f, NULL, out);
        equivalent_words(out, (const char *const[]){"get", "--raw", path, NULL});
    }
    free(path);
    return true;
}

static bool direct_request(const struct serve_path *route, const char *suffix, const char *body, struct buf *out)
{
    char *base = url_without_secrets(route->base), *url = mem_printf("%s%s", base, suffix);
    curl_begin(route->base, out);
    equivalent_word(out, "-i");
    if (route->host) {
        char *host = mem_printf("Host: %s", route->host);
        equivalent_option(out, "-H", host);
        free(host);
    }
    if (body) equivalent_words(out, (const char *const[]){"-H", "Content-Type: application/json", "-d", body, NULL});
    equivalent_word(out, url);
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
    equivalent_word(out, "raydeck");
    if (pane == &lint_pane_ops) {
        equivalent_word(out, "lint");
        if (f->linted) equivalent_word(out, f->linted);
        return true;
    }
    equivalent_word(out, "doctor");
    equivalent_option(out, "--kubeconfig", f->kubeconfig);
    equivalent_option(out, "--context", f->context);
    equivalent_option(out, "-n", s ? s->ns : NULL);
    equivalent_option(out, "-s", s ? s->name : NULL);
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
    case TABLE_GCSTABLE: return equivalent_redis(f, ROW(row, gcstable), "HLEN", out);
    case TABLE_CORE: return monitor_run(f, ROW(row, core)->source, out);
    case TABLE_REQUEST: return prompt_send(f, ROW(row, request), out);
    default: return false;
    }
}

/* Serve's checkpoints are fields of KV. */
static bool checkpoints_list(const struct equivalent_from *f, struct buf *out)
{
    const char *ns = f->focus->gcs_ns;
    if (!ns) return false;
    char *key = mem_printf("%s/KV", ns);
    const struct row *row = world_find(f->world, TABLE_GCSTABLE, key);
    const bool listed = row && equivalent_redis(f, ROW(row, gcstable), "HKEYS", out);
    free(key);
    return listed;
}

/* What is no row of the world: a pane's own lines, and a pane without a selected row. */
static bool pane_of(const struct equivalent_from *f, const struct pane_ops *pane, struct buf *out)
{
    if (pane == &doctor_pane_ops || pane == &lint_pane_ops) return findings_again(f, pane, out);
    if (pane == &gcs_pane_ops && checkpoints_list(f, out)) return true;
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
    equivalent_words(out, (const char *const[]){"get", "pod", NULL});
    for (size_t i = 0; i < count; i++) {
        const struct pod *pod = done[i] ? NULL : pod_of(f, &selected[i]);
        if (!pod || !text_unchanged(pod->ns, ns)) continue;
        if (out->len + QUOTED_BYTES * strlen(pod->name) + LAST_WORDS_ROOM > out->max) return ERR_LIMIT;
        equivalent_word(out, pod->name);
        done[i] = true;
    }
    equivalent_words(out, (const char *const[]){"-o", "yaml", NULL});
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
