/* redis_desired.c - derives the desired configuration of a Redis link; see redis_desired.h. */
#include "backends/session/redis_desired.h"

#include "backends/base/mem.h"
#include "backends/base/redis_url.h"
#include "backends/base/url.h"

#include <string.h>
#include <strings.h>

/* The URL has the RayService's host, port and TLS; a `via` command handles TLS itself. */
static bool url_is_place(const char *url, const char *named, bool via)
{
    struct redis_url a = {0}, b = {0};
    bool same = named && strcmp(url, named) == 0;

    if (!same && named && !redis_url_parse(url, &a, NULL) && !redis_url_parse(named, &b, NULL))
        same = a.host && b.host && strcasecmp(a.host, b.host) == 0 && a.port == b.port && (via || a.tls || !b.tls);
    redis_url_done(&a);
    redis_url_done(&b);
    return same;
}

static bool has_credentials(const struct rayservice *r)
{
    return (r->redis_secret_name && r->redis_secret_key) || r->redis_password_inline == TRI_YES || r->redis_user ||
           (r->redis_user_secret_name && r->redis_user_secret_key);
}

static bool credentials_may_go(const struct conf *c, const struct rayservice *r)
{
    return !c->redis || c->redis_credentials || url_is_place(c->redis, r->redis_address, c->redis_via != NULL);
}

bool redis_desired_of(const struct conf *c, const struct rayservice *r, struct redis_desired *ret)
{
    *ret = (struct redis_desired){.via = c->redis_via, .user = c->redis_user, .password = c->redis_password};
    ret->url = c->redis ? c->redis : r ? r->redis_address : NULL;
    ret->from = c->redis ? "configuration" : "RayService";
    if (!ret->url || !*ret->url) return false;
    if (ret->password || url_userinfo(ret->url).at) {
        ret->kind = PASSWORD_CONFIGURED;
        return true;
    }
    if (!r) return true;
    if (!credentials_may_go(c, r)) {
        if (has_credentials(r)) ret->withheld_for = r->redis_address ? r->redis_address : "";
        return true;
    }
    if (!ret->user) ret->user = r->redis_user;
    if (!ret->user && r->redis_user_secret_name && r->redis_user_secret_key) {
        ret->user_secret_name = r->redis_user_secret_name;
        ret->user_secret_key = r->redis_user_secret_key;
    }
    ret->ns = r->ns;
    ret->service = r->name;
    if (r->redis_secret_name && r->redis_secret_key) {
        ret->kind = PASSWORD_SECRET;
        ret->secret_name = r->redis_secret_name;
        ret->secret_key = r->redis_secret_key;
    } else if (r->redis_password_inline == TRI_YES) {
        ret->kind = PASSWORD_INLINE;
    }
    return true;
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

char *redis_desired_key(const struct redis_desired *d)
{
    return mem_printf("%s\n%s\n%s\n%d\n%s\n%s\n%s\n%s\n%s\n%s", d->url, or_empty(d->via), or_empty(d->user),
                      (int)d->kind, or_empty(d->ns), d->kind == PASSWORD_INLINE ? d->service : "",
                      or_empty(d->secret_name), or_empty(d->secret_key), or_empty(d->user_secret_name),
                      or_empty(d->user_secret_key));
}

bool redis_desired_needs_password(const struct redis_desired *d)
{
    return d->kind == PASSWORD_SECRET || d->kind == PASSWORD_INLINE;
}
