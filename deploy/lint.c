/* lint.c - see lint.h. */
#include "deploy/lint.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/lint_ray.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* The remaining LINT_NODES and LINT_BYTES. */
struct budget {
    size_t nodes, bytes;
};

static bool budget_charge(struct budget *b, const struct yaml_node *n)
{
    size_t bytes = n->text ? strlen(n->text) : 0;
    if (b->nodes == 0 || b->bytes < bytes) return false;
    b->nodes--;
    b->bytes -= bytes;
    for (size_t i = 0; i < n->count; i++)
        if (!budget_charge(b, n->items[i])) return false;
    return true;
}

/* An alias shares memory, but counts in full when expanded. */
static bool lint_is_affordable(struct lint *l)
{
    struct budget left = {LINT_NODES, LINT_BYTES};
    for (size_t i = 0; i < l->m->count; i++) {
        l->o = &l->m->objects[i];
        if (budget_charge(&left, l->o->root)) continue;
        lint_say(l, RULE_M1, NULL, "its expanded aliases exceed the limits of lint");
        return false;
    }
    return true;
}

static void lint_object_of_ray(struct lint *l, const struct ray *r)
{
    lint_operator(l, r);
    if (r->kind == RAY_JOB) lint_job(l, r);
    lint_fault(l, r);
    lint_redis(l, r);
    lint_start(l, r);
    struct serve s;
    bool serves = serve_of(l, r, &s);
    lint_misplaced(l, r);
    if (r->kind == RAY_JOB) return;
    lint_redundancy(l, r, serves ? &s : NULL);
    lint_drift(l, r, serves ? &s : NULL);
    lint_requests(l, r, serves ? &s : NULL);
    if (!serves) return;
    lint_serve(l, r, &s);
    lint_placing(l, r, &s);
    lint_neuron(l, r, &s);
    serve_done(&s);
}

/* What is created to ask, and never kept, has no name: a SubjectAccessReview, a TokenReview. */
static bool is_question(const struct manifest_object *o)
{
    return strncmp(o->api_version, "authorization.k8s.io/", strlen("authorization.k8s.io/")) == 0 ||
           strncmp(o->api_version, "authentication.k8s.io/", strlen("authentication.k8s.io/")) == 0;
}

static void lint_identity(struct lint *l)
{
    const struct manifest_object *o = l->o;
    const char *missing = o->root->kind != YAML_MAP ? "a map of fields" : NULL;
    if (!missing && !o->api_version) missing = "apiVersion";
    if (!missing && !o->kind) missing = "kind";
    const bool named = o->name || yaml_str(yaml_get(o->root, "metadata"), "generateName");
    if (!missing && !named && !is_question(o)) missing = "metadata.name";
    if (missing) lint_say(l, RULE_M3, NULL, "%s is missing", missing);
}

/* A file of comments, or an empty list: not the same as one in which nothing is wrong. */
static void lint_nothing(struct lint *l)
{
    const struct finding_where where = {.file = l->m->file, .line = 1, .column = 1};
    if (!l->m->count)
        findings_add(l->out, RULE_M5, FINDING_INFO, &where, "no object is in this file: nothing was checked");
}

enum err lint_kuberay_parse(const char *version, unsigned *ret_kuberay, struct why *why)
{
    const char *s = version + (*version == 'v');
    char *end = NULL;
    unsigned long minor = 0;
    const bool one = strncmp(s, "1.", 2) == 0 && isdigit((unsigned char)s[2]);
    if (one) minor = strtoul(s + 2, &end, 10);
    if (!one || (*end && *end != '.') || minor < LINT_KUBERAY_OLDEST || minor > 999)
        return why_set(why, ERR_USAGE, "not a version of KubeRay from 1.%d on: %s", LINT_KUBERAY_OLDEST, version);
    *ret_kuberay = (unsigned)minor;
    return ERR_OK;
}

void lint_manifest(const struct manifest *m, const struct variables *vars, unsigned kuberay, struct findings *out)
{
    struct lint l = {.m = m, .vars = vars, .out = out, .kuberay = kuberay};
    const size_t first = out->count;
    findings_checked(out, m->file, m->count);
    if (!lint_is_affordable(&l)) return;
    lint_nothing(&l);
    for (size_t i = 0; i < m->count; i++) {
        struct ray r;
        l.o = &m->objects[i];
        lint_identity(&l);
        lint_schema(&l);
        lint_enumerations(&l);
        if (ray_of(l.o, &r)) lint_object_of_ray(&l, &r);
    }
    lint_templating(&l);
    lint_routes(&l);
    lint_namespaces(&l);
    lint_ignore(&l, first);
}

/* The line where parsing ended; NULL where there is none. */
static const char *line_at(const char *bytes, size_t len, unsigned line, size_t *ret_len)
{
    const char *end = bytes + len;
    for (unsigned i = 1; bytes && i < line; i++) {
        bytes = memchr(bytes, '\n', (size_t)(end - bytes));
        if (bytes) bytes++;
    }
    if (!bytes || bytes >= end) return NULL;
    const char *stop = memchr(bytes, '\n', (size_t)(end - bytes));
    *ret_len = (size_t)((stop ? stop : end) - bytes);
    return bytes;
}

/* The message without the place that begins it: a finding has fields for that. */
static const char *without_place(const char *why, const char *file)
{
    size_t n = strlen(file);
    if (strncmp(why, file, n) != 0 || why[n] != ':') return why;
    const char *rest = strstr(why + n, ": ");
    return rest ? rest + 2 : why;
}

static void say_unreadable(const char *file, const char *bytes, size_t len, struct yaml_place at, const char *why,
                           struct findings *out)
{
    struct finding_where where = {.file = file, .line = at.line, .column = at.column};
    findings_checked(out, file, 0);
    const char *line = NULL, *braces = NULL;
    /* "{{- range … }}" on a line of its own is a map's key until the next line has no ':'. */
    for (unsigned back = 0; back < 2 && at.line > back && !braces; back++) {
        size_t line_len = 0;
        line = line_at(bytes, len, at.line - back, &line_len);
        braces = line ? memmem(line, line_len, "{{", 2) : NULL;
        if (braces && back && strspn(line, " ") != (size_t)(braces - line)) braces = NULL;
        where.line = at.line - back;
    }
    if (!braces) where.line = at.line;
    if (braces) {
        where.column = (unsigned)(braces - line) + 1;
        findings_add(out, RULE_M2, FINDING_ERROR, &where, "unrendered template ({{)");
        return;
    }
    findings_add(out, RULE_M1, FINDING_ERROR, &where, "%s", without_place(why, file));
}

/* What a program's configuration has for its apiVersion, though no API server holds it: a kubeconfig, what kustomize,
 * kind, kubeadm, eksctl, skaffold and the components of Kubernetes themselves are given. */
static bool is_configuration(const struct manifest_object *o)
{
    static const char *const groups[] = {"kind.x-k8s.io", "kubeadm.k8s.io", "eksctl.io", "skaffold",
                                         "audit.k8s.io",  "ctlptl.dev",     "k3d.io",    NULL};
    const size_t len = strcspn(o->api_version, "/");
    char *group = mem_strn(o->api_version, len);
    bool is =
        text_ends(group, ".config.k8s.io") || (strcmp(o->api_version, "v1") == 0 && strcmp(o->kind, "Config") == 0);
    for (size_t i = 0; groups[i] && !is; i++) is = o->api_version[len] && strcmp(group, groups[i]) == 0;
    free(group);
    return is;
}

/* A chart's values, a workflow, a configuration: YAML that is no manifest. */
static bool is_of_others(const struct manifest *m)
{
    for (size_t i = 0; i < m->count; i++) {
        const struct manifest_object *o = &m->objects[i];
        if (o->api_version && o->kind && !is_configuration(o)) return false;
    }
    return true;
}

/* ret_other NULL: whatever it is, it is checked. */
static void text_lint(const char *file, const char *bytes, size_t len, struct variables *vars, unsigned kuberay,
                      struct findings *out, bool *ret_other)
{
    struct manifest *m = NULL;
    struct yaml_place at = {0};
    struct why why = {0};
    enum err err = manifest_parse(file, bytes, len, &m, &at, &why);
    const bool other = !err && ret_other && is_of_others(m);
    if (!err && !other) err = variables_apply(vars, m, &why);
    if (err)
        say_unreadable(file, bytes, len, at, why.text, out);
    else if (other)
        findings_checked(out, file, 0);
    else
        lint_manifest(m, vars, kuberay, out);
    if (ret_other) *ret_other = other;
    manifest_free(m);
}

void lint_text(const char *file, const char *bytes, size_t len, struct variables *vars, unsigned kuberay,
               struct findings *out)
{
    text_lint(file, bytes, len, vars, kuberay, out, NULL);
}

void lint_found_text(const char *file, const char *bytes, size_t len, struct variables *vars, unsigned kuberay,
                     struct findings *out, bool *ret_other)
{
    text_lint(file, bytes, len, vars, kuberay, out, ret_other);
}
