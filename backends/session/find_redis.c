#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/base/url.h"
#include "backends/session/session_inside.h"

#include <stdlib.h>
#include <string.h>

static const char redis_source[] = "redis";
static const struct budget_rate open_rates[BUDGET_KINDS] = {[BUDGET_CONNECTIONS] = {1, SESSION_REDIS_OPENS}};

/* Where the password is. */
enum password_kind { PASSWORD_NONE, PASSWORD_SAID, PASSWORD_SECRET, PASSWORD_INLINE };

/* What the link ought to be made of, by what is known now. Text is borrowed from configuration and world. */
struct wish {
    const char *url, *via, *user, *password;
    const char *from; /* "flag or configuration", "RayService mistral" */
    enum password_kind kind;
    const char *ns, *service, *secret_name, *secret_key;
    const char *user_secret_name, *user_secret_key; /* where the user's name is, if not in `user` */
};

static void set(char **field, const char *text)
{
    char *copy = mem_str(text);
    free(*field);
    *field = copy;
}

/* False: no address is known yet. */
static bool wish_of(const struct session *s, struct wish *w)
{
    const struct conf *c = s->conf;
    struct focus f = session_focus(s);
    const struct rayservice *r = f.rayservice;

    *w = (struct wish){.via = c->redis_via, .user = c->redis_user, .password = c->redis_password};
    w->url = c->redis ? c->redis : r ? r->redis_address : NULL;
    w->from = c->redis ? "configuration" : "RayService";
    if (!w->url || !*w->url) return false;
    if (w->password || url_userinfo(w->url).at) {
        w->kind = PASSWORD_SAID;
        return true;
    }
    if (!r) return true;
    if (!w->user) w->user = r->redis_user;
    if (!w->user && r->redis_user_secret_name && r->redis_user_secret_key) {
        w->user_secret_name = r->redis_user_secret_name;
        w->user_secret_key = r->redis_user_secret_key;
    }
    w->ns = r->ns;
    w->service = r->name;
    if (r->redis_secret_name && r->redis_secret_key) {
        w->kind = PASSWORD_SECRET;
        w->secret_name = r->redis_secret_name;
        w->secret_key = r->redis_secret_key;
    } else if (r->redis_password_inline == TRI_YES) {
        w->kind = PASSWORD_INLINE;
    }
    return true;
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* One text that differs when any part of the wish does. */
static char *wish_key(const struct wish *w)
{
    return mem_printf("%s\n%s\n%s\n%d\n%s\n%s\n%s\n%s\n%s\n%s", w->url, or_empty(w->via), or_empty(w->user),
                      (int)w->kind, or_empty(w->ns), w->kind == PASSWORD_INLINE ? w->service : "",
                      or_empty(w->secret_name), or_empty(w->secret_key), or_empty(w->user_secret_name),
                      or_empty(w->user_secret_key));
}

static void close_link(struct redis_find *r)
{
    if (r->link) r->ops->close(r->link);
    r->link = NULL;
    mem_free_secret(r->opened);
    r->opened = NULL;
    set(&r->ns, NULL);
    set(&r->heads, NULL);
}

static void note_found(struct redis_find *r, const struct wish *w)
{
    set(&r->address, w->url);
    set(&r->user, w->user ? w->user : w->user_secret_name ? r->fetched_user : NULL);
    set(&r->from, w->from);
    char *from = NULL;
    if (w->kind == PASSWORD_SAID) from = mem_str("configuration");
    if (w->kind == PASSWORD_INLINE) from = mem_printf("RayService %s/%s, in clear", w->ns, w->service);
    if (w->kind == PASSWORD_SECRET) from = mem_printf("Secret %s/%s, key %s", w->ns, w->secret_name, w->secret_key);
    free(r->password_from);
    r->password_from = from;
}

/* password: what was fetched; NULL: the wish's own. */
static void open_link(struct session *s, const struct wish *w, const char *password)
{
    struct redis_find *r = &s->redis;
    const struct redis_open conf = {.url = w->url,
                                    .via = w->via,
                                    .user = w->user               ? w->user
                                            : w->user_secret_name ? r->fetched_user
                                                                  : NULL,
                                    .password = password ? password : w->password,
                                    .ns = s->conf->redis_ns};
    struct why why = {.code = ERR_OK};

    close_link(r);
    r->opened = wish_key(w);
    note_found(r, w);
    enum err err = r->ops->open(s->loop, &conf, &s->sink, &r->link, &why);
    if (err) session_tell_source(s, redis_source, WORLD_REDIS, SOURCE_DOWN, err, why.text);
}

/* ---- user and password ------------------------------------------------------------------------------------------- */

static void fetch_password(struct session *s, const struct wish *w);

static void fetch_failed(struct session *s, const struct wish *w, const char *key, enum err err, const char *why)
{
    struct redis_find *r = &s->redis;
    char *text = mem_printf("the Redis password cannot be read: %s", why && *why ? why : err_word(err));
    bool denied = err == ERR_FORBIDDEN || err == ERR_AUTH;

    note_found(r, w);
    session_tell_source(s, redis_source, WORLD_REDIS, denied ? SOURCE_DENIED : SOURCE_DOWN, err, text);
    free(text);
    r->failed = mem_str(key);
    r->again_ms = session_now_ms(s) + SESSION_SECRET_AGAIN_MS;
}

/* What was being fetched, when its answer came: true where it is still wished for. *ret_key is the caller's. */
static bool still_wished(struct session *s, struct wish *w, char **ret_key)
{
    struct redis_find *r = &s->redis;
    char *asked_for = r->fetching;

    r->fetching = NULL;
    *ret_key = wish_of(s, w) ? wish_key(w) : NULL;
    bool same = *ret_key && text_eq(*ret_key, asked_for);
    mem_free_secret(asked_for);
    if (!same) return false;
    mem_free_secret(r->failed);
    r->failed = NULL;
    return true;
}

static void on_password(void *arg, enum err err, const char *value, size_t len, const char *why)
{
    struct session *s = arg;
    struct wish w;
    char *key = NULL;

    if (still_wished(s, &w, &key)) {
        if (err) {
            fetch_failed(s, &w, key, err, why);
        } else {
            char *password = mem_strn(value, len);
            open_link(s, &w, password);
            mem_free_secret(password);
        }
    }
    mem_free_secret(key);
    session_discover_soon(s); /* the wish may have changed while this one was being granted */
}

static void on_user(void *arg, enum err err, const char *value, size_t len, const char *why)
{
    struct session *s = arg;
    struct wish w;
    char *key = NULL;

    if (still_wished(s, &w, &key)) {
        if (err) {
            fetch_failed(s, &w, key, err, why);
        } else {
            free(s->redis.fetched_user);
            s->redis.fetched_user = text_safe(value, len, TEXT_ONE_LINE, SESSION_USER_MAX);
            if (w.kind == PASSWORD_SECRET || w.kind == PASSWORD_INLINE)
                fetch_password(s, &w);
            else
                open_link(s, &w, NULL);
        }
    }
    mem_free_secret(key);
    session_discover_soon(s);
}

static void fetch_password(struct session *s, const struct wish *w)
{
    s->redis.fetching = wish_key(w);
    if (w->kind == PASSWORD_SECRET)
        s->kube_ops->secret(s->kube, w->ns, w->secret_name, w->secret_key, on_password, s);
    else
        s->kube_ops->inline_password(s->kube, w->ns, w->service, on_password, s);
}

static void fetch(struct session *s, const struct wish *w)
{
    session_tell_source(s, redis_source, WORLD_REDIS, SOURCE_CONNECTING, ERR_OK, "reading the password");
    if (!w->user_secret_name) {
        fetch_password(s, w);
        return;
    }
    s->redis.fetching = wish_key(w);
    s->kube_ops->secret(s->kube, w->ns, w->user_secret_name, w->user_secret_key, on_user, s);
}

static bool can_fetch(const struct session *s, const struct wish *w)
{
    if (!s->kube) return false;
    return w->kind == PASSWORD_INLINE ? s->kube_ops->inline_password != NULL : s->kube_ops->secret != NULL;
}

/* A wish that changes without end is granted once a second; what was opened for an older one is closed meanwhile. */
static bool may_open(struct session *s)
{
    struct redis_find *r = &s->redis;
    const uint64_t wait = budget_wait(&r->opens, session_now_ms(s), NULL);
    if (!wait) {
        budget_spend(&r->opens, BUDGET_CONNECTIONS, 1);
        return true;
    }
    close_link(r);
    session_tell_source(s, redis_source, WORLD_REDIS, SOURCE_CONNECTING, ERR_THROTTLED,
                        "throttled: where Redis is changes again and again");
    session_discover_after(s, wait);
    return false;
}

static void grant(struct session *s, const struct wish *w)
{
    struct redis_find *r = &s->redis;
    bool fetched = w->kind == PASSWORD_SECRET || w->kind == PASSWORD_INLINE || w->user_secret_name;
    char *key = wish_key(w);
    bool done = text_same(r->opened, key);
    bool waits = text_same(r->failed, key) && session_now_ms(s) < r->again_ms;

    if (done || waits || r->fetching || !may_open(s)) {
        mem_free_secret(key);
        return;
    }
    if (fetched && can_fetch(s, w))
        fetch(s, w);
    else
        open_link(s, w, NULL);
    mem_free_secret(key);
}

/* ---- what the link is told --------------------------------------------------------------------------------------- */

static void tell_namespace(struct session *s, const struct focus *f)
{
    struct redis_find *r = &s->redis;
    const char *ns = s->conf->redis_ns ? s->conf->redis_ns : f->gcs_ns;

    if (!ns || text_same(ns, r->ns) || !r->ops->set_namespace) return;
    set(&r->ns, ns);
    r->ops->set_namespace(r->link, r->ns);
}

enum { HEADS_MAX = 16, HEADS_TEXT_MAX = 1024 };

static void tell_heads(struct session *s, const struct focus *f)
{
    struct redis_find *r = &s->redis;
    const char *ips[HEADS_MAX];
    size_t count = 0;
    struct buf all;

    if (!r->ops->set_head_addresses) return;
    buf_init(&all, HEADS_TEXT_MAX);
    /* Those just gone too: a GCS beats on for 2 s after its pod was deleted without grace. */
    for (struct focus_pods at = focus_pods_of(s->world, f); at.row; focus_pods_next(&at)) {
        const struct pod *p = ROW(at.row, pod);
        if (!p->ip || !text_eq(p->role, "head")) continue;
        if (count >= HEADS_MAX) break;
        ips[count++] = p->ip;
        buf_printf(&all, "%s ", p->ip);
    }
    if (count > 0 && !text_same(buf_text(&all), r->heads)) {
        set(&r->heads, buf_text(&all));
        r->ops->set_head_addresses(r->link, ips, count);
    }
    buf_done(&all);
}

static void tell_absence(struct session *s)
{
    struct focus f = session_focus(s);
    const struct source *now = world_source_named(s->world, redis_source);
    const char *why = "the address is not known before a RayService is";

    if (s->redis.link || s->redis.fetching) return;
    if (f.rayservice)
        why = f.rayservice->ft == TRI_NO ? "the RayService keeps its GCS in the head's memory: no fault tolerance"
                                         : "the RayService does not say where its Redis is";
    if (!now || now->state != SOURCE_OFF || !text_same(now->why, why))
        session_tell_source(s, redis_source, WORLD_REDIS, SOURCE_OFF, ERR_OK, why);
}

void session_hurry_redis(struct session *s)
{
    struct redis_find *r = &s->redis;
    if (r->link && r->ops->set_hurry) r->ops->set_hurry(r->link, session_recovery(s)->outage == OUTAGE_RUNNING);
}

void session_look_for_redis(struct session *s)
{
    struct wish w;

    if (!s->redis.ops) return;
    if (wish_of(s, &w))
        grant(s, &w);
    else
        tell_absence(s);
    if (!s->redis.link) return;
    struct focus f = session_focus(s);
    tell_namespace(s, &f);
    tell_heads(s, &f);
}

void session_retry_redis(struct session *s)
{
    struct redis_find *r = &s->redis;
    const struct source *src = world_source_named(s->world, redis_source);
    bool denied = r->link && r->password_from && src && src->state == SOURCE_DENIED;

    if (!r->failed && !denied) return;
    r->again_ms = session_now_ms(s) + SESSION_SECRET_AGAIN_MS;
    mem_free_secret(r->failed);
    r->failed = NULL;
    /* The Secret may have been renewed since. */
    if (denied) close_link(r);
    session_discover_soon(s);
}

void session_redis_open(struct session *s)
{
    if (text_eq(s->conf->redis, "none")) {
        session_tell_source(s, redis_source, WORLD_REDIS, SOURCE_OFF, ERR_OK, "--redis none");
        return;
    }
    s->redis.ops = redis_kinds[0];
    budget_init(&s->redis.opens, open_rates, session_now_ms(s));
    session_look_for_redis(s);
}

void session_redis_close(struct session *s)
{
    struct redis_find *r = &s->redis;

    close_link(r);
    mem_free_secret(r->fetching);
    free(r->fetched_user);
    mem_free_secret(r->failed);
    mem_free_secret(r->address);
    free(r->user);
    free(r->from);
    free(r->password_from);
    *r = (struct redis_find){.ops = NULL};
}
