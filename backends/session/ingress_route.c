/* ingress_route.c - an ingress's rules as a route to Serve; see ingress_route.h. */
#include "backends/session/ingress_route.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/base/url.h"

#include <stdlib.h>
#include <string.h>

/* How much of a path is before what stands for "the rest" (nginx's groups, the ALB's star). *ret_any: such a rest is
 * there. False for another pattern: where it leads to is not known. */
static bool fixed_part(const char *path, size_t *ret_len, bool *ret_any)
{
    static const char *const rest[] = {"/(.*)", "(/|$)(.*)", "/*"};
    size_t len = strlen(path);

    *ret_any = false;
    for (size_t i = 0; i < ARRAY_LEN(rest) && !*ret_any; i++) {
        size_t n = strlen(rest[i]);
        if (len < n || strcmp(path + len - n, rest[i]) != 0) continue;
        len -= n;
        *ret_any = true;
    }
    while (len > 0 && path[len - 1] == '/') len--;
    *ret_len = len;
    return strcspn(path, "()[]*+?^$|\\ ") >= len;
}

/* What has to stand before a request's own path, so that Serve gets it under its route prefix. Caller frees; NULL: this
 * route does not lead there. */
static char *path_before(const struct ingress *in, const struct route *route, const char *prefix)
{
    const char *path = route->path ? route->path : "/";
    bool rewritten = in->rewrite && in->rewrite[0] == '/' && in->rewrite[1] == '$', any;
    size_t len;

    if (text_eq(route->path_type, "Exact") || !fixed_part(path, &len, &any)) return NULL;
    if (rewritten) return any ? mem_printf("%.*s%s", (int)len, path, prefix) : NULL;
    if (in->rewrite && !text_eq(in->rewrite, "/")) return NULL;
    if (in->rewrite && len) return NULL; /* every path becomes "/" */
    /* As it is: the route has to hold all that is under the prefix. */
    bool holds = strncmp(path, prefix, len) == 0 && (prefix[len] == '\0' || prefix[len] == '/');
    return holds ? mem_str(prefix) : NULL;
}

static bool route_path(const struct ingress *in, const struct route *route, const char *prefix, struct serve_path *ret)
{
    bool tls = route->tls == TRI_YES, wild = route->host && strchr(route->host, '*');
    char *before = wild ? NULL : path_before(in, route, prefix);

    if (!before) return false;
    /* Behind TLS the name counts for the certificate; else it is just a header, and needs no name service. */
    const char *to = tls && route->host ? route->host : in->address;
    *ret = (struct serve_path){
        .words = mem_printf("ingress %s", in->name),
        .base = url_build(tls ? "https" : "http", to, 0, before),
        .host = tls ? NULL : mem_str(route->host),
    };
    free(before);
    return true;
}

bool ingress_route(const struct world *w, const struct rayservice *r, struct serve_path *ret)
{
    const char *prefix = r->route_prefix && strcmp(r->route_prefix, "/") != 0 ? r->route_prefix : "";
    char *service = mem_printf("%s-serve-svc", r->name);
    bool found = false;

    WORLD_EACH (row, w, TABLE_INGRESS) {
        const struct ingress *in = ROW(row, ingress);
        if (found || row->gone_ms || !in->address || !in->name || !text_eq(in->ns, r->ns)) continue;
        for (size_t i = 0; i < in->routes_count && !found; i++)
            found = text_eq(in->routes[i].service, service) && route_path(in, &in->routes[i], prefix, ret);
    }
    free(service);
    return found;
}
