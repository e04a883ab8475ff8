/* lint_requests.c - the way of requests within a RayService: L35 the proxies, L36 no application, L37 worker pods
 * without a replica. L26, in lint_redundancy.c, has the way from outside. */
#include "deploy/lint_ray.h"

#include "backends/base/text.h"
#include "deploy/serve_llm.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { SERVE_PORT = 8000 };

/* ---- L35 ---- */

static void lint_location(struct lint *l, const struct serve *s)
{
    const struct yaml_node *options = yaml_get(s->root, "http_options");
    const struct yaml_node *at = yaml_get(s->root, "proxy_location");
    if (!at) at = yaml_get(options, "location"); /* the older place */
    if (!at || at->kind != YAML_SCALAR) return;
    if (text_eq(at->text, "HeadOnly"))
        lint_say_as(l, RULE_L35, FINDING_ERROR, serve_place(l, s, at),
                    "%s HeadOnly: the only Serve proxy is on the head", at->key);
    else if (text_eq(at->text, "Disabled") || text_eq(at->text, "NoServer"))
        lint_say_as(l, RULE_L35, FINDING_ERROR, serve_place(l, s, at), "%s %s: there is no Serve proxy", at->key,
                    at->text);
}

static void lint_listening(struct lint *l, const struct serve *s)
{
    const struct yaml_node *options = yaml_get(s->root, "http_options");
    const char *host = yaml_str(options, "host");
    if (host && (strncmp(host, "127.", 4) == 0 || text_eq(host, "localhost") || text_eq(host, "::1")))
        lint_say_as(l, RULE_L35, FINDING_ERROR, serve_place(l, s, yaml_get(options, "host")),
                    "http_options.host %s: the Serve proxies are reached from their own pods only", host);
}

/* The containerPort named "serve"; SERVE_PORT if the container lists no ports, 0 if it lists others only. */
static double serve_port_of(const struct yaml_node *group)
{
    const struct yaml_node *ports = ray_list(ray_container(group), "ports");
    double port = 0;
    for (size_t i = 0; ports && i < ports->count; i++)
        if (text_eq(yaml_str(ports->items[i], "name"), "serve") && ray_number(ports->items[i], "containerPort", &port))
            return port;
    return ports && ports->count ? 0 : SERVE_PORT;
}

/* KubeRay makes the serve service of the head's ports, and a worker's readiness probe of its own. */
static void lint_port(struct lint *l, const struct ray *r, const struct serve *s)
{
    double port = SERVE_PORT;
    const struct yaml_node *options = yaml_get(s->root, "http_options"), *said = yaml_get(options, "port");
    if (said && !ray_number(options, "port", &port)) return;
    const double service = serve_port_of(r->head);
    const struct yaml_node *at = said ? said : s->root;
    if (service > 0 && !yaml_get(r->spec, "serveService") && service != port) { /* both are whole numbers */
        lint_say_as(l, RULE_L35, FINDING_ERROR, serve_place(l, s, at),
                    "the Serve proxies listen on port %.0f, the serve service sends to %.0f", port, service);
        return;
    }
    for (size_t i = 0; r->workers && i < r->workers->count; i++) {
        const struct yaml_node *group = r->workers->items[i], *container = ray_container(group);
        const double probed = serve_port_of(group) > 0 ? serve_port_of(group) : SERVE_PORT;
        if (!container || yaml_get(container, "readinessProbe") || probed == port) continue;
        lint_say_as(l, RULE_L35, FINDING_ERROR, serve_place(l, s, at),
                    "the Serve proxies listen on port %.0f, the readiness probe of group %s asks %.0f", port,
                    ray_group_name(r, group), probed);
    }
}

/* By its number, or by the name that KubeRay gives it. */
static void lint_backend_port(struct lint *l, const struct yaml_node *at, double service, const char *port)
{
    char number[16];
    const bool named = !isdigit((unsigned char)*port);
    snprintf(number, sizeof number, "%.0f", service);
    const char *there = named ? "serve" : number;
    if (strcmp(port, there) == 0) return;
    lint_say_as(l, RULE_L35, FINDING_ERROR, at->own, "the serve service %s has port %s alone, this backend names %s",
                at->text, there, port);
}

void lint_serve_backend(struct lint *l, const struct yaml_node *at, const char *host, const char *ns, const char *port)
{
    static const char suffix[] = "-serve-svc";
    const size_t len = strlen(host);
    if (!port || !*port || strchr(port, '$') || len < sizeof suffix) return;
    const size_t own = len - (sizeof suffix - 1);
    if (strcmp(host + own, suffix) != 0) return;
    for (size_t i = 0; i < l->m->count; i++) {
        const struct manifest_object *o = &l->m->objects[i];
        struct ray r;
        if (!o->name || strlen(o->name) != own || memcmp(o->name, host, own) != 0) continue;
        if ((ns || o->ns) && !text_eq(ns, o->ns)) continue;
        if (!ray_of(o, &r) || r.kind != RAY_SERVICE || yaml_get(r.spec, "serveService")) continue;
        const double service = serve_port_of(r.head);
        if (service > 0) lint_backend_port(l, at, service, port);
        return;
    }
}

/* ---- L36 ---- */

static void lint_no_application(struct lint *l, const struct ray *r, const struct serve *s)
{
    const struct yaml_node *config = yaml_get(r->spec, "serveConfigV2"), *old = yaml_get(r->spec, "serveConfig");
    const bool empty = !config || (config->kind == YAML_SCALAR && !*config->text);
    if (empty && old)
        lint_say(l, RULE_L36, old,
                 "serveConfig is of an older KubeRay: the API server drops it, and serveConfigV2 is "
                 "not there");
    else if (empty)
        lint_say(l, RULE_L36, config ? config : r->spec, "serveConfigV2 is %s", config ? "empty" : "missing");
    else if (s && s->string && !serve_app(s, 0) && !yaml_get(s->root, "import_path"))
        lint_say(l, RULE_L36, config, "serveConfigV2 lists no applications");
}

/* ---- L37 ---- */

struct spread {
    double all, widest; /* replicas of all deployments at most, and of one */
    bool known;         /* every application lists some */
};

static void spread_add(struct spread *sp, const struct yaml_node *options, double times)
{
    const char *said = yaml_str(options, "num_replicas");
    const double most = serve_replicas(options).most * times;
    if (said && strchr(said, '$')) sp->known = false; /* not substituted yet */
    sp->all += most;
    if (most > sp->widest) sp->widest = most;
}

static void spread_add_app(struct spread *sp, const struct yaml_node *app)
{
    const struct yaml_node *all = ray_list(app, "deployments");
    struct serve_llm_model model;
    if (serve_app_is_llm(app)) {
        sp->known = sp->known && serve_llm_is_known(app);
        for (size_t i = 0; serve_llm_model(app, i, &model); i++) {
            spread_add(sp, model.deployment, 1);
            spread_add(sp, model.deployment, SERVE_LLM_INGRESS_REPLICAS);
            if (!model.deployment) sp->known = false; /* scaled by bounds that are the builder's */
        }
        return;
    }
    if (!all || !all->count || serve_app_has_llm_builder(app)) sp->known = false;
    for (size_t i = 0; all && i < all->count; i++) spread_add(sp, all->items[i], 1);
}

static void lint_idle_pods(struct lint *l, const struct ray *r, const struct serve *s)
{
    struct spread sp = {.known = true};
    double pods = 0;
    const struct yaml_node *app, *at = r->workers && r->workers->count ? r->workers->items[0] : NULL;
    for (size_t a = 0; (app = serve_app(s, a)); a++) spread_add_app(&sp, app);
    for (size_t i = 0; r->workers && i < r->workers->count; i++) pods += ray_group_pods(r, r->workers->items[i]).least;
    if (!at || !sp.known || sp.all <= 0 || pods <= sp.widest) return;
    const struct yaml_node *bound = yaml_get(at, r->autoscales ? "minReplicas" : "replicas");
    if (!bound) bound = at;
    if (pods > sp.all)
        lint_say(l, RULE_L37, bound,
                 "%.0f worker pods, and %.0f replica%s at most: %.0f pod%s without one never get%s "
                 "Ready",
                 pods, sp.all, text_plural(sp.all < 1.5), pods - sp.all, text_plural(pods - sp.all < 1.5),
                 pods - sp.all < 1.5 ? "s" : "");
    else
        lint_say_as(l, RULE_L37, FINDING_INFO, (struct yaml_place){bound->line, bound->column},
                    "%.0f worker pods, and no deployment has more than %.0f replica%s: a pod without one never gets "
                    "Ready",
                    pods, sp.widest, text_plural(sp.widest < 1.5));
}

void lint_requests(struct lint *l, const struct ray *r, const struct serve *s)
{
    if (r->kind != RAY_SERVICE) return;
    lint_no_application(l, r, s);
    if (!s) return;
    lint_location(l, s);
    lint_listening(l, s);
    lint_port(l, r, s);
    lint_idle_pods(l, r, s);
}
