/* redis_discovery.c - see redis_discovery.h. */
#include "backends/session/redis_discovery.h"

#include "backends/base/mem.h"
#include "backends/base/redis_url.h"
#include "backends/base/text.h"
#include "backends/base/url.h"
#include "backends/link/clock.h"
#include "backends/session/redis_desired.h"

#include <stdlib.h>
#include <string.h>

#define REDIS_SOURCE "redis"
enum { USER_MAX = 256, HEADS_MAX = 16, HEADS_TEXT_MAX = 1024 };

/* The credentials read through the API server for the desired configuration of this key. */
struct credentials {
    char *key; /* NULL: nothing */
    bool has_user, has_password;
    char *user, *password;
};

struct redis_discovery {
    struct redis_discovery_conf how;
    struct redis_discovery_calls calls;
    struct sink sink;       /* intercepts the link's changes before how.sink */
    struct change *denied;  /* the link's last state, if DENIED */
    uint64_t refused_ms;    /* since when Redis refuses the credentials; 0: it does not */
    const char *absent_why; /* reason published without an address; a literal */

    struct redis_link *link;
    char *opened;  /* key of the configuration that the link was opened with; NULL: none */
    char *desired; /* key of the desired configuration; NULL: no address */
    bool fetching;
    struct credentials credentials;
    char *failed; /* key of the one whose credentials could not be read; retried at retry_due_ms */
    uint64_t retry_due_ms;
    bool fast;
    char *ns, *heads; /* last arguments of set_namespace and set_head_addresses */
    char *address, *user, *from, *user_from, *password_from, *password_why, *withheld_for; /* redis_discovery_found */
    bool secrets_denied;                                                                   /* REDIS_SECRETS_SOURCE is */
};

/* ---- its source -------------------------------------------------------------------------------------------------- */

/* Publishes the link's last refusal, with a remedy. */
static void denied_publish(struct redis_discovery *d)
{
    struct change *c = change_copy(d->denied);

    if (d->withheld_for) {
        char *why = c->why;
        c->why = mem_printf("%s; the RayService's password is for %s alone (--redis-credentials rayservice sends it "
                            "here)",
                            why ? why : err_word(c->err),
                            *d->withheld_for ? d->withheld_for : "an address that is not known");
        free(why);
    }
    sink_put(d->how.sink, c);
}

/* Notes a new state of the link. True: it is DENIED, and published with its remedy instead. */
static bool state_intercept(struct redis_discovery *d, struct change *c)
{
    change_free(d->denied);
    d->denied = NULL;
    d->absent_why = NULL;
    if (c->state == SOURCE_LIVE) d->refused_ms = 0;
    if (c->state != SOURCE_DENIED || !d->link) return false;
    if (c->err != ERR_AUTH)
        d->refused_ms = 0; /* NOPERM: they are accepted, and others would change nothing */
    else if (!d->refused_ms)
        d->refused_ms = clock_now_ms(loop_clock(d->how.loop));
    d->denied = c;
    denied_publish(d);
    return true;
}

static void on_change(void *owner, struct change *c)
{
    struct redis_discovery *d = owner;
    if (c->type == CHANGE_SOURCE && state_intercept(d, c)) return;
    sink_put(d->how.sink, c);
}

static void source_publish(struct redis_discovery *d, enum source_state state, enum err err, const char *why)
{
    on_change(d, change_source(REDIS_SOURCE, WORLD_REDIS, state, err, why, NULL));
}

/* A refusal of the API server is one of its kinds and none of Redis, which was not asked. */
static void secrets_publish(struct redis_discovery *d, enum err err, const char *why)
{
    const bool denied = err == ERR_FORBIDDEN || err == ERR_AUTH;

    if (!denied && !d->secrets_denied) return;
    d->secrets_denied = denied;
    sink_put(d->how.sink, change_source(REDIS_SECRETS_SOURCE, WORLD_KUBE, denied ? SOURCE_DENIED : SOURCE_OFF,
                                        denied ? err : ERR_OK, denied ? why : NULL, NULL));
}

static const char *absence_why(const struct world *w, const struct rayservice *r)
{
    if (r && r->ft == TRI_NO) return "the RayService keeps its GCS in the head's memory: no fault tolerance";
    if (r) return "the RayService does not say where its Redis is";
    const struct source *s = world_source_named(w, "kube/rayservices");
    if (!s || !s->listed_ms || s->state != SOURCE_LIVE) return NULL;
    return world_count(w, TABLE_RAYSERVICE) ? "no RayService is chosen" : "there is no RayService";
}

/* ---- the link ---------------------------------------------------------------------------------------------------- */

static void credentials_wipe(struct redis_discovery *d)
{
    mem_free_secret(d->credentials.key);
    free(d->credentials.user);
    mem_free_secret(d->credentials.password);
    d->credentials = (struct credentials){.key = NULL};
}

static void link_close(struct redis_discovery *d)
{
    if (d->link) d->how.ops->close(d->link);
    d->link = NULL;
    mem_free_secret(d->opened);
    d->opened = NULL;
    d->refused_ms = 0;
    change_free(d->denied);
    d->denied = NULL;
    record_set(&d->ns, NULL);
    record_set(&d->heads, NULL);
}

/* The URL's own user and password count where no others are named, as in redis_link.c. */
static void found_set(struct redis_discovery *d, const struct redis_desired *to)
{
    char *address = mem_str(to->url), *from = NULL;
    const char *user = to->user ? to->user : d->credentials.user;
    struct redis_url url = {0};
    (void)redis_url_parse(address, &url, NULL);
    mem_free_secret(d->address);
    d->address = address;
    record_set(&d->user, user ? user : url.user);
    record_set(&d->from, to->from);
    record_set(&d->user_from, d->how.conf->redis_user ? "configuration" : user ? "RayService" : to->from);
    if (to->password || url.password) from = mem_str("configuration");
    redis_url_done(&url);
    if (to->kind == PASSWORD_INLINE) from = mem_printf("RayService %s/%s, in clear", to->ns, to->service);
    if (to->kind == PASSWORD_SECRET) from = mem_printf("Secret %s/%s, key %s", to->ns, to->secret_name, to->secret_key);
    free(d->password_from);
    d->password_from = from;
}

static void found_clear(struct redis_discovery *d)
{
    char **texts[] = {&d->user, &d->from, &d->user_from, &d->password_from, &d->password_why, &d->withheld_for};
    mem_free_secret(d->address);
    d->address = NULL;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) record_set(texts[i], NULL);
}

/* A RayService that names no Redis (any more): what was opened and read of an earlier one is not its own. */
static void address_lost(struct redis_discovery *d)
{
    link_close(d);
    found_clear(d);
    secrets_publish(d, ERR_OK, NULL);
    mem_free_secret(d->failed);
    d->failed = NULL;
    if (!d->fetching) credentials_wipe(d); /* else fetch_finish does */
}

/* Without a RayService in focus an open link stays: it may be listed again. */
static void absence_publish(struct redis_discovery *d, const struct world *w, const struct rayservice *r)
{
    static const char not_yet[] = "its address is not known before a RayService is";
    const char *off = absence_why(w, r), *why = off ? off : not_yet;
    if (r) address_lost(d);
    if (d->link || (d->fetching && !r)) return;
    if (d->absent_why && strcmp(d->absent_why, why) == 0) return;
    source_publish(d, off ? SOURCE_OFF : SOURCE_CONNECTING, ERR_OK, why);
    d->absent_why = why;
}

/* Updates what may change while the link stays open. */
static void withheld_set(struct redis_discovery *d, const struct redis_desired *to)
{
    char *place = to->withheld_for ? url_place(to->withheld_for) : NULL;
    const bool same = text_unchanged(place, d->withheld_for);

    free(d->withheld_for);
    d->withheld_for = place;
    if (!same && d->denied) denied_publish(d);
}

static void link_open(struct redis_discovery *d, const struct redis_desired *to)
{
    const struct credentials *read = &d->credentials;
    const struct redis_open conf = {.url = to->url,
                                    .via = to->via,
                                    .user = to->user ? to->user : read->user,
                                    .password = read->password ? read->password : to->password,
                                    .ns = d->how.conf->redis_ns};
    struct why why = {.code = ERR_OK};

    link_close(d);
    d->opened = redis_desired_key(to);
    found_set(d, to);
    record_set(&d->password_why, NULL);
    secrets_publish(d, ERR_OK, NULL);
    enum err err = d->how.ops->open(d->how.loop, &conf, &d->sink, &d->link, &why);
    credentials_wipe(d);
    if (err) source_publish(d, SOURCE_DOWN, err, why.text);
    if (d->link && d->fast && d->how.ops->set_fast_poll) d->how.ops->set_fast_poll(d->link, true);
}

/* An endlessly changing configuration is opened within the budget; the link of an older one is closed meanwhile. */
static bool open_allowed(struct redis_discovery *d)
{
    const uint64_t wait_ms = budget_wait(d->how.opens, clock_now_ms(loop_clock(d->how.loop)), NULL);
    if (!wait_ms) {
        budget_spend(d->how.opens, BUDGET_CONNECTIONS, 1);
        return true;
    }
    link_close(d);
    source_publish(d, SOURCE_CONNECTING, ERR_THROTTLED, "throttled: where Redis is changes again and again");
    d->calls.reconcile(d->calls.arg, wait_ms);
    return false;
}

/* ---- user and password ------------------------------------------------------------------------------------------- */

static void retry_later(struct redis_discovery *d)
{
    d->retry_due_ms = clock_now_ms(loop_clock(d->how.loop)) + REDIS_SECRET_RETRY_MS;
}

static void fetch_failed(struct redis_discovery *d, enum err err, const char *why)
{
    char *text = mem_printf("the Redis password cannot be read: %s", why && *why ? why : err_word(err));

    mem_free_secret(d->failed);
    d->failed = mem_str(d->credentials.key);
    retry_later(d);
    credentials_wipe(d);
    secrets_publish(d, err, text);
    if (d->secrets_denied)
        source_publish(d, SOURCE_DENIED, err,
                       err == ERR_AUTH ? "not authenticated to read secrets" : "not permitted to read secrets");
    else
        source_publish(d, SOURCE_DOWN, err, text);
    record_set(&d->password_why, text);
    free(text);
}

/* True: the value was read and is still desired: the caller keeps it. The next update continues. */
static bool fetch_finish(struct redis_discovery *d, enum err err, const char *why)
{
    d->fetching = false;
    d->calls.reconcile(d->calls.arg, 0);
    if (!text_unchanged(d->credentials.key, d->desired))
        credentials_wipe(d);
    else if (err)
        fetch_failed(d, err, why);
    else
        return true;
    return false;
}

static void on_password(void *arg, enum err err, const char *value, size_t len, const char *why)
{
    struct redis_discovery *d = arg;
    if (!fetch_finish(d, err, why)) return;
    d->credentials.has_password = true;
    d->credentials.password = mem_strn(value, len);
}

static void on_user(void *arg, enum err err, const char *value, size_t len, const char *why)
{
    struct redis_discovery *d = arg;
    if (!fetch_finish(d, err, why)) return;
    d->credentials.has_user = true;
    d->credentials.user = text_safe(value, len, TEXT_ONE_LINE, USER_MAX);
}

static bool can_fetch(const struct redis_discovery *d, const struct redis_desired *to)
{
    if (!d->how.kube) return false;
    return to->kind == PASSWORD_INLINE ? d->how.kube_ops->inline_password != NULL : d->how.kube_ops->secret != NULL;
}

/* True: a credential is being read. */
static bool fetch_begin(struct redis_discovery *d, const struct redis_desired *to)
{
    const struct redis_discovery_conf *how = &d->how;
    const bool user = to->user_secret_name && !d->credentials.has_user;

    if (!can_fetch(d, to) || !(user || (redis_desired_needs_password(to) && !d->credentials.has_password)))
        return false;
    d->fetching = true;
    found_set(d, to);
    if (user)
        how->kube_ops->secret(how->kube, to->ns, to->user_secret_name, to->user_secret_key, on_user, d);
    else if (to->kind == PASSWORD_SECRET)
        how->kube_ops->secret(how->kube, to->ns, to->secret_name, to->secret_key, on_password, d);
    else
        how->kube_ops->inline_password(how->kube, to->ns, to->service, on_password, d);
    return true;
}

/* Advances towards the desired configuration. */
static void discovery_reconcile(struct redis_discovery *d, const struct redis_desired *to)
{
    const bool waits = text_unchanged(d->failed, d->desired) && clock_now_ms(loop_clock(d->how.loop)) < d->retry_due_ms;

    if (text_unchanged(d->opened, d->desired) || waits || d->fetching) return;
    if (!text_unchanged(d->credentials.key, d->desired)) {
        credentials_wipe(d);
        if (!open_allowed(d)) return;
        d->credentials.key = mem_str(d->desired);
        if (can_fetch(d, to) && (to->user_secret_name || redis_desired_needs_password(to)))
            source_publish(d, SOURCE_CONNECTING, ERR_OK, "reading the password");
    }
    if (!fetch_begin(d, to)) link_open(d, to);
}

/* ---- what the link reads ----------------------------------------------------------------------------------------- */

static void link_set_namespace(struct redis_discovery *d, const struct focus *f)
{
    const char *ns = d->how.conf->redis_ns ? d->how.conf->redis_ns : f->gcs_ns;

    if (!ns || text_unchanged(ns, d->ns) || !d->how.ops->set_namespace) return;
    record_set(&d->ns, ns);
    d->how.ops->set_namespace(d->link, d->ns);
}

static void link_set_heads(struct redis_discovery *d, const struct world *w, const struct focus *f)
{
    const char *ips[HEADS_MAX];
    size_t count = 0;
    struct buf all;

    if (!d->how.ops->set_head_addresses) return;
    buf_init(&all, HEADS_TEXT_MAX);
    /* Includes pods just deleted: a GCS runs on for 2 s after a force delete. */
    for (struct focus_pods at = focus_pods_of(w, f); at.row; focus_pods_next(&at)) {
        const struct pod *p = ROW(at.row, pod);
        if (!p->ip || !text_eq(p->role, "head")) continue;
        if (count >= HEADS_MAX) break;
        ips[count++] = p->ip;
        buf_printf(&all, "%s ", p->ip);
    }
    if (count > 0 && !text_unchanged(buf_text(&all), d->heads)) {
        record_set(&d->heads, buf_text(&all));
        d->how.ops->set_head_addresses(d->link, ips, count);
    }
    buf_done(&all);
}

/* ---- the object -------------------------------------------------------------------------------------------------- */

struct redis_discovery *redis_discovery_new(const struct redis_discovery_conf *conf,
                                            const struct redis_discovery_calls *calls)
{
    struct redis_discovery *d = mem_zero(1, sizeof *d);
    d->how = *conf;
    d->calls = *calls;
    d->sink = (struct sink){on_change, d};
    return d;
}

void redis_discovery_free(struct redis_discovery *d)
{
    if (!d) return;
    if (d->fetching) d->how.kube_ops->forget(d->how.kube, d);
    link_close(d);
    source_publish(d, SOURCE_OFF, ERR_OK, "not read any more");
    credentials_wipe(d);
    mem_free_secret(d->desired);
    mem_free_secret(d->failed);
    found_clear(d);
    secrets_publish(d, ERR_OK, NULL);
    free(d);
}

void redis_discovery_update(struct redis_discovery *d, const struct world *w, const struct focus *focus)
{
    struct redis_desired desired;
    const bool known = redis_desired_of(d->how.conf, focus->rayservice, &desired);

    mem_free_secret(d->desired);
    d->desired = known ? redis_desired_key(&desired) : NULL;
    if (known) {
        withheld_set(d, &desired);
        discovery_reconcile(d, &desired);
    } else {
        absence_publish(d, w, focus->rayservice);
    }
    if (!d->link) return;
    link_set_namespace(d, focus);
    link_set_heads(d, w, focus);
}

/* WRONGPASS, NOAUTH, or an error of AUTH itself (Redis 5, ElastiCache's IAM); not NOPERM. */
static bool password_is_refused(const struct redis_discovery *d)
{
    return d->link && d->password_from && d->denied && d->denied->err == ERR_AUTH;
}

/* Reads failed or refused credentials again: the Secret may have been updated. */
static void discovery_retry(struct redis_discovery *d)
{
    const bool denied = password_is_refused(d);

    if (!d->failed && !denied) return;
    retry_later(d);
    mem_free_secret(d->failed);
    d->failed = NULL;
    if (denied) link_close(d);
    d->calls.reconcile(d->calls.arg, 0);
}

void redis_discovery_tick(struct redis_discovery *d)
{
    const uint64_t now_ms = clock_now_ms(loop_clock(d->how.loop));
    const uint64_t due_ms = password_is_refused(d) ? d->refused_ms + REDIS_SECRET_RETRY_MS : d->retry_due_ms;

    if (now_ms >= due_ms) discovery_retry(d);
}

void redis_discovery_refresh(struct redis_discovery *d)
{
    if (d->link && d->how.ops->refresh) d->how.ops->refresh(d->link);
    discovery_retry(d);
}

void redis_discovery_set_fast_poll(struct redis_discovery *d, bool fast)
{
    if (d->fast == fast) return;
    d->fast = fast;
    if (d->link && d->how.ops->set_fast_poll) d->how.ops->set_fast_poll(d->link, fast);
}

bool redis_discovery_is_pending(const struct redis_discovery *d)
{
    return d->fetching || d->credentials.key;
}

struct redis_found redis_discovery_found(const struct redis_discovery *d)
{
    return (struct redis_found){.address = d->address,
                                .user = d->user,
                                .from = d->from,
                                .user_from = d->user_from,
                                .password_from = d->password_from,
                                .password_why = d->password_why,
                                .password_read = d->opened != NULL,
                                .withheld_for = d->withheld_for};
}
