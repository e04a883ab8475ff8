/* redis_discovery_test.c - which Redis a RayService's link is opened to, and as whom. */
#include "backends/session/redis_discovery.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/link/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SECOND_MS = 1000, SERVICES = 2, OPENS = 10 };

/* A link remembers what it was opened of; a Secret is answered when the test says so. */
struct redis_link {
    struct sink sink;
    char url[128], user[64], password[64], ns[64];
    bool fast;
    unsigned told_ns, told_fast, refreshed; /* how often */
};
enum { LINKS_MAX = 4 };
static struct links {
    struct redis_link *open[LINKS_MAX];
    unsigned opened;
} links;

struct read {
    char what[128];
    void (*done)(void *arg, enum err err, const char *value, size_t len, const char *why);
    void *arg;
};
struct fixture {
    struct read read; /* in flight; first: is what the discovery takes for its client */
    struct kube_ops kube;
    struct loop *loop;
    struct clock *clock;
    struct conf conf;
    struct budget opens;
    struct sink sink;
    struct world *world;
    struct redis_discovery *service[SERVICES];
    unsigned reconciles;
    uint64_t after_ms;
};

static void text_copy(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text ? text : "-");
}

static enum err link_open(struct loop *l, const struct redis_open *conf, const struct sink *sink,
                          struct redis_link **ret, struct why *why)
{
    (void)l, (void)why;
    struct redis_link *link = mem_zero(1, sizeof *link);
    link->sink = *sink;
    text_copy(link->url, sizeof link->url, conf->url);
    text_copy(link->user, sizeof link->user, conf->user);
    text_copy(link->password, sizeof link->password, conf->password);
    links.opened++;
    unsigned i = 0;
    while (links.open[i]) i++;
    assert_true(i < LINKS_MAX);
    links.open[i] = link;
    *ret = link;
    return ERR_OK;
}

static void link_close(struct redis_link *link)
{
    for (unsigned i = 0; i < LINKS_MAX; i++)
        if (links.open[i] == link) links.open[i] = NULL;
    free(link);
}

static void link_set_namespace(struct redis_link *link, const char *ns)
{
    text_copy(link->ns, sizeof link->ns, ns);
    link->told_ns++;
}

static void link_set_fast_poll(struct redis_link *link, bool fast)
{
    link->fast = fast;
    link->told_fast++;
}

static void link_refresh(struct redis_link *link)
{
    link->refreshed++;
}

static const struct redis_ops fake_redis = {.kind = "fake",
                                            .open = link_open,
                                            .close = link_close,
                                            .set_namespace = link_set_namespace,
                                            .set_fast_poll = link_set_fast_poll,
                                            .refresh = link_refresh};

static void on_secret(struct kube *be, const char *ns, const char *name, const char *key,
                      void (*done)(void *arg, enum err err, const char *value, size_t len, const char *why), void *arg)
{
    struct read *r = (struct read *)(void *)be;
    assert_null(r->done);
    snprintf(r->what, sizeof r->what, "%s/%s.%s", ns, name, key);
    r->done = done;
    r->arg = arg;
}

static void on_forget(struct kube *be, const void *arg)
{
    struct read *r = (struct read *)(void *)be;
    if (r->arg == arg) r->done = NULL;
}

static void secret_answer(struct fixture *f, enum err err, const char *value)
{
    const struct read r = f->read;
    assert_non_null(r.done);
    f->read.done = NULL;
    r.done(r.arg, err, value, value ? strlen(value) : 0, err ? "no" : "");
}

static void on_change(void *owner, struct change *c)
{
    struct fixture *f = owner;
    c->at_ms = clock_now_ms(f->clock);
    world_apply(f->world, c);
    change_free(c);
}

static void on_reconcile(void *arg, uint64_t after_ms)
{
    struct fixture *f = arg;
    f->reconciles++;
    f->after_ms = after_ms;
}

static struct redis_discovery *discovery_new(struct fixture *f)
{
    const struct redis_discovery_conf conf = {.loop = f->loop,
                                              .conf = &f->conf,
                                              .ops = &fake_redis,
                                              .kube_ops = &f->kube,
                                              .kube = (struct kube *)(void *)&f->read,
                                              .sink = &f->sink,
                                              .opens = &f->opens};
    return redis_discovery_new(&conf, &(struct redis_discovery_calls){on_reconcile, f});
}

static int fixture_open(void **state)
{
    static const struct budget_rate rates[BUDGET_KINDS] = {[BUDGET_CONNECTIONS] = {1, OPENS}};
    struct fixture *f = mem_zero(1, sizeof *f);
    links = (struct links){.opened = 0};
    f->loop = loop_new();
    f->clock = loop_clock(f->loop);
    clock_set(f->clock, 1000 * SECOND_MS, 1000 * SECOND_MS);
    conf_init(&f->conf);
    f->kube = (struct kube_ops){.secret = on_secret, .forget = on_forget};
    budget_init(&f->opens, rates, clock_now_ms(f->clock));
    f->sink = (struct sink){on_change, f};
    f->world = world_new();
    for (int i = 0; i < SERVICES; i++) f->service[i] = discovery_new(f);
    *state = f;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < SERVICES; i++) redis_discovery_free(f->service[i]);
    for (unsigned i = 0; i < LINKS_MAX; i++) assert_null(links.open[i]);
    assert_null(f->read.done); /* nobody is waited for who is not there any more */
    world_free(f->world);
    conf_done(&f->conf);
    loop_free(f->loop);
    free(f);
    return 0;
}

/* RayService NAME, its password in the Secret auth-NAME where `secret`. */
static void put_service(struct fixture *f, const char *name, const char *address, bool secret)
{
    struct rayservice *r = record_new(TABLE_RAYSERVICE, name);
    record_set(&r->ns, "ns");
    record_set(&r->name, name);
    record_set(&r->redis_address, address);
    record_set(&r->storage_ns, name);
    r->ft = tri_of(address != NULL);
    if (secret) {
        char *auth = mem_printf("auth-%s", name);
        record_set(&r->redis_secret_name, auth);
        record_set(&r->redis_secret_key, "password");
        free(auth);
    }
    sink_put(&f->sink, change_put("kube/rayservices", WORLD_KUBE, &r->record));
}

static void discovery_update(struct fixture *f, int service, const char *name)
{
    const struct focus focus = focus_of(f->world, "ns", name);
    redis_discovery_update(f->service[service], f->world, &focus);
}

static const struct source *source_of(const struct fixture *f)
{
    return world_source_named(f->world, "redis");
}

static void the_address_is_the_rayservices(void **state)
{
    struct fixture *f = *state;
    put_service(f, "a", "redis://a:6379", false);
    discovery_update(f, 0, "a");
    assert_string_equal(links.open[0]->url, "redis://a:6379");
    assert_string_equal(links.open[0]->password, "-");
    assert_string_equal(links.open[0]->ns, "a");
    discovery_update(f, 0, "a");
    assert_int_equal(links.opened, 1);
    put_service(f, "a", "redis://moved:6379", false);
    discovery_update(f, 0, "a");
    assert_int_equal(links.opened, 2);
    assert_string_equal(links.open[0]->url, "redis://moved:6379");
    assert_null(links.open[1]);
}

static void what_is_configured_comes_first(void **state)
{
    struct fixture *f = *state;
    f->conf.redis = mem_str("redis://here:1");
    f->conf.redis_user = mem_str("me");
    f->conf.redis_password = mem_str("mine");
    discovery_update(f, 0, NULL); /* before any RayService is known */
    assert_string_equal(links.open[0]->url, "redis://here:1");
    assert_string_equal(links.open[0]->user, "me");
    assert_string_equal(links.open[0]->password, "mine");
    put_service(f, "a", "redis://a:6379", true);
    discovery_update(f, 0, "a");
    assert_int_equal(links.opened, 1);
    assert_null(f->read.done);
    const struct redis_found found = redis_discovery_found(f->service[0]);
    assert_string_equal(found.from, "configuration");
    assert_string_equal(found.password_from, "configuration");
}

/* A user is no password: neither `info` nor the copied command says that there is one. */
static void the_urls_user_and_password_are_told_apart(void **state)
{
    struct fixture *f = *state;
    f->conf.redis = mem_str("redis://me@here:1");
    discovery_update(f, 0, NULL);
    struct redis_found found = redis_discovery_found(f->service[0]);
    assert_string_equal(found.user, "me");
    assert_string_equal(found.user_from, "configuration");
    assert_null(found.password_from);
    free(f->conf.redis);
    f->conf.redis = mem_str("redis://me:mine@here:1");
    discovery_update(f, 0, NULL);
    found = redis_discovery_found(f->service[0]);
    assert_string_equal(found.user, "me");
    assert_string_equal(found.password_from, "configuration");
}

/* What the RayService names and what is configured; whether the RayService's credentials go there. */
struct place {
    const char *named, *configured, *via;
    bool same;
};

static void the_rayservices_password_goes_where_it_names_alone(void **state)
{
    static const struct place places[] = {
        {"redis://a:6379", "redis://a:6379", NULL, true},
        {"a:6379", "redis://A", NULL, true}, /* 6379 is Redis' own port */
        {"redis://a:6379", "redis://a:6379/1", NULL, true},
        {"redis://a:6379", "rediss://a:6379?servername=b", NULL, true},
        {"redis://[::1]:6379", "redis://[::1]", NULL, true},
        {"redis://a:6379", "redis://b:6379", NULL, false},
        {"redis://a:6379", "redis://a:6380", NULL, false},
        {"redis://a:6379", "redis://a.b:6379", NULL, false},
        {"redis://a:6379", "unix:///a:6379", NULL, false},
        {"rediss://a:6379", "redis://a:6379", NULL, false}, /* in clear */
        {"rediss://a:6379", "redis://a:6379", "openssl s_client -quiet -connect a:6379", true},
        {"rediss://a:6379", "redis://b:6379", "nc b 6379", false},
        {NULL, "redis://a:6379", NULL, false},
        {"redis://a:6379", "redis://:", NULL, false},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        const struct place *p = &places[i];
        conf_done(&f->conf);
        f->conf.redis = mem_str(p->configured);
        f->conf.redis_via = mem_str(p->via);
        redis_discovery_free(f->service[0]);
        f->service[0] = discovery_new(f);
        put_service(f, "a", p->named, true);
        discovery_update(f, 0, "a");
        if (!!f->read.done != p->same)
            fail_msg("%s and %s: the Secret is%s read", p->named, p->configured, p->same ? " not" : "");
        if (p->same) secret_answer(f, ERR_OK, "s3cret");
        discovery_update(f, 0, "a");
        assert_string_equal(links.open[0]->password, p->same ? "s3cret" : "-");
        assert_string_equal(links.open[0]->user, "-");
        clock_advance(f->clock, OPENS * SECOND_MS);
    }
}

/* RayService a at redis://a:6379 with these parts of credentials; NULL: without. */
static void put_credentials(struct fixture *f, const char *user, const char *user_secret, const char *user_key,
                            enum tri in_clear)
{
    put_service(f, "a", "redis://a:6379", false);
    struct rayservice *r = record_copy(world_find(f->world, TABLE_RAYSERVICE, "a")->record);
    record_set(&r->redis_user, user);
    record_set(&r->redis_user_secret_name, user_secret);
    record_set(&r->redis_user_secret_key, user_key);
    r->redis_password_inline = in_clear;
    sink_put(&f->sink, change_put("kube/rayservices", WORLD_KUBE, &r->record));
    discovery_update(f, 0, "a");
}

/* Each part alone is a credential, and none goes elsewhere. */
static void the_rayservices_user_goes_with_its_password(void **state)
{
    struct fixture *f = *state;
    f->conf.redis = mem_str("redis://b:6379");
    put_credentials(f, NULL, NULL, NULL, TRI_NO);
    assert_null(redis_discovery_found(f->service[0]).withheld_for);
    for (int i = 0; i < 3; i++) {
        put_credentials(f, i == 0 ? "ray" : NULL, i == 1 ? "who" : NULL, i == 1 ? "user" : NULL, tri_of(i == 2));
        assert_string_equal(redis_discovery_found(f->service[0]).withheld_for, "a:6379");
        assert_string_equal(links.open[0]->user, "-");
        assert_null(f->read.done);
    }
    put_credentials(f, NULL, "who", NULL, TRI_UNKNOWN); /* a Secret without its key names nothing */
    assert_null(redis_discovery_found(f->service[0]).withheld_for);
    assert_int_equal(links.opened, 1);
}

static void a_user_that_is_told_is_not_read(void **state)
{
    struct fixture *f = *state;
    put_credentials(f, "ray", "who", "user", TRI_NO);
    assert_null(f->read.done);
    assert_string_equal(links.open[0]->user, "ray");
    put_credentials(f, NULL, "who", "user", TRI_NO);
    assert_string_equal(f->read.what, "ns/who.user");
}

static void a_refresh_reads_the_redis_anew(void **state)
{
    struct fixture *f = *state;
    redis_discovery_refresh(f->service[0]); /* there is no link yet */
    put_service(f, "a", "redis://a:6379", false);
    discovery_update(f, 0, "a");
    redis_discovery_refresh(f->service[0]);
    assert_int_equal(links.open[0]->refreshed, 1);
    assert_int_equal(links.opened, 1);
}

static void a_password_that_is_not_sent_is_told(void **state)
{
    struct fixture *f = *state;
    f->conf.redis = mem_str("redis://b:6379");
    discovery_update(f, 0, NULL);
    sink_put(&links.open[0]->sink, change_source("redis", WORLD_REDIS, SOURCE_DENIED, ERR_AUTH, "NOAUTH", "b:6379"));
    assert_string_equal(source_of(f)->why, "NOAUTH");
    put_service(f, "a", "redis://a:6379", true); /* known only after the refusal */
    discovery_update(f, 0, "a");
    assert_int_equal(links.opened, 1);
    assert_non_null(strstr(source_of(f)->why, "is for a:6379 alone"));
    assert_string_equal(source_of(f)->detail, "b:6379");
    assert_string_equal(redis_discovery_found(f->service[0]).withheld_for, "a:6379");
    sink_put(&links.open[0]->sink, change_source("redis", WORLD_REDIS, SOURCE_DENIED, ERR_AUTH, "NOAUTH", NULL));
    assert_string_equal(source_of(f)->why, "NOAUTH; the RayService's password is for a:6379 alone (--redis-credentials "
                                           "rayservice sends it here)");
    assert_null(redis_discovery_found(f->service[0]).password_from);

    f->conf.redis_credentials = mem_str("rayservice");
    discovery_update(f, 0, "a");
    secret_answer(f, ERR_OK, "s3cret");
    discovery_update(f, 0, "a");
    assert_string_equal(links.open[0]->url, "redis://b:6379");
    assert_string_equal(links.open[0]->password, "s3cret");
    assert_null(redis_discovery_found(f->service[0]).withheld_for);
    sink_put(&links.open[0]->sink, change_source("redis", WORLD_REDIS, SOURCE_DENIED, ERR_AUTH, "WRONGPASS", NULL));
    assert_string_equal(source_of(f)->why, "WRONGPASS");
}

static void the_password_is_read_before_the_link_is_opened(void **state)
{
    struct fixture *f = *state;
    put_service(f, "a", "redis://a:6379", true);
    discovery_update(f, 0, "a");
    assert_string_equal(f->read.what, "ns/auth-a.password");
    assert_int_equal(links.opened, 0);
    assert_int_equal(source_of(f)->state, SOURCE_CONNECTING);
    discovery_update(f, 0, "a"); /* is read once */
    secret_answer(f, ERR_OK, "s3cret");
    assert_int_equal(f->reconciles, 1);
    discovery_update(f, 0, "a");
    assert_string_equal(links.open[0]->password, "s3cret");
    assert_string_equal(redis_discovery_found(f->service[0]).password_from, "Secret ns/auth-a, key password");
}

static void the_user_may_be_in_a_secret_too(void **state)
{
    struct fixture *f = *state;
    put_service(f, "a", "redis://a:6379", true);
    struct rayservice *r = record_copy(world_find(f->world, TABLE_RAYSERVICE, "a")->record);
    record_set(&r->redis_user_secret_name, "who");
    record_set(&r->redis_user_secret_key, "user");
    sink_put(&f->sink, change_put("kube/rayservices", WORLD_KUBE, &r->record));
    discovery_update(f, 0, "a");
    assert_string_equal(f->read.what, "ns/who.user");
    secret_answer(f, ERR_OK, "ray");
    discovery_update(f, 0, "a");
    assert_string_equal(f->read.what, "ns/auth-a.password");
    assert_int_equal(links.opened, 0);
    secret_answer(f, ERR_OK, "s3cret");
    discovery_update(f, 0, "a");
    assert_string_equal(links.open[0]->user, "ray");
    assert_string_equal(links.open[0]->password, "s3cret");
    assert_string_equal(redis_discovery_found(f->service[0]).user, "ray");
}

/* The Secret's answer comes after the RayService has moved: that password is for another Redis. */
static void a_password_is_not_used_for_another_address(void **state)
{
    struct fixture *f = *state;
    put_service(f, "a", "redis://a:6379", true);
    discovery_update(f, 0, "a");
    put_service(f, "a", "redis://moved:6379", true);
    secret_answer(f, ERR_OK, "of-a"); /* before the update that sees it */
    discovery_update(f, 0, "a");
    assert_int_equal(links.opened, 0);
    secret_answer(f, ERR_OK, "of-moved");
    discovery_update(f, 0, "a");
    assert_int_equal(links.opened, 1);
    assert_string_equal(links.open[0]->url, "redis://moved:6379");
    assert_string_equal(links.open[0]->password, "of-moved");

    put_service(f, "a", "redis://b:6379", true);
    discovery_update(f, 0, "a");
    put_service(f, "a", "redis://c:6379", true);
    discovery_update(f, 0, "a"); /* sees it while the read is in flight */
    secret_answer(f, ERR_OK, "of-b");
    discovery_update(f, 0, "a");
    secret_answer(f, ERR_OK, "of-c");
    discovery_update(f, 0, "a");
    assert_int_equal(links.opened, 2);
    assert_string_equal(links.open[0]->password, "of-c");
}

/* The name of a Secret, or its key, names nothing without the other. */
static void half_a_reference_to_a_secret_is_none(void **state)
{
    struct fixture *f = *state;
    for (int half = 0; half < 2; half++) {
        char *name = mem_printf("half-%d", half);
        struct rayservice *r = record_new(TABLE_RAYSERVICE, name);
        record_set(&r->ns, "ns");
        record_set(&r->name, name);
        record_set(&r->redis_address, "redis://a:6379");
        record_set(half ? &r->redis_secret_name : &r->redis_secret_key, "x");
        r->ft = TRI_YES;
        sink_put(&f->sink, change_put("kube/rayservices", WORLD_KUBE, &r->record));
        discovery_update(f, half, name);
        assert_null(f->read.done);
        assert_int_equal(links.opened, half + 1);
        free(name);
    }
}

static void a_refusal_without_words_is_told_by_its_kind(void **state)
{
    struct fixture *f = *state;
    put_service(f, "a", "redis://a:6379", true);
    discovery_update(f, 0, "a");
    const struct read r = f->read;
    f->read.done = NULL;
    r.done(r.arg, ERR_TIMEOUT, NULL, 0, "");
    char *expected = mem_printf("the Redis password cannot be read: %s", err_word(ERR_TIMEOUT));
    if (!strstr(source_of(f)->why, expected)) fail_msg("%s", source_of(f)->why);
    free(expected);
}

static void what_cannot_be_read_is_tried_again_by_the_clock(void **state)
{
    struct fixture *f = *state;
    put_service(f, "a", "redis://a:6379", true);
    discovery_update(f, 0, "a");
    secret_answer(f, ERR_FORBIDDEN, NULL);
    assert_int_equal(source_of(f)->state, SOURCE_DENIED);
    assert_string_equal(source_of(f)->why, "not permitted to read secrets");
    const struct source *secrets = world_source_named(f->world, REDIS_SECRETS_SOURCE);
    assert_int_equal(secrets->state, SOURCE_DENIED);
    assert_int_equal(secrets->world, WORLD_KUBE);
    assert_non_null(strstr(secrets->why, "the Redis password cannot be read: no"));
    assert_false(redis_discovery_found(f->service[0]).password_read);
    assert_non_null(strstr(redis_discovery_found(f->service[0]).password_why, "cannot be read: no"));
    clock_advance(f->clock, REDIS_SECRET_RETRY_MS - SECOND_MS);
    redis_discovery_tick(f->service[0]);
    discovery_update(f, 0, "a");
    assert_null(f->read.done);
    clock_advance(f->clock, SECOND_MS);
    redis_discovery_tick(f->service[0]);
    discovery_update(f, 0, "a");
    secret_answer(f, ERR_OK, "s3cret");
    discovery_update(f, 0, "a");
    assert_string_equal(links.open[0]->password, "s3cret");
}

/* The link says that the password is refused: the Secret may have been renewed. */
static void a_refused_password_is_read_anew(void **state)
{
    struct fixture *f = *state;
    put_service(f, "a", "redis://a:6379", true);
    discovery_update(f, 0, "a");
    secret_answer(f, ERR_OK, "old");
    discovery_update(f, 0, "a");
    redis_discovery_set_fast_poll(f->service[0], true);
    assert_true(links.open[0]->fast);
    sink_put(&links.open[0]->sink, change_source("redis", WORLD_REDIS, SOURCE_DENIED, ERR_AUTH, "WRONGPASS", NULL));
    for (int s = 0; s < REDIS_SECRET_RETRY_MS; s += SECOND_MS) {
        redis_discovery_tick(f->service[0]);
        discovery_update(f, 0, "a");
        assert_null(f->read.done);
        clock_advance(f->clock, SECOND_MS);
    }
    redis_discovery_tick(f->service[0]);
    discovery_update(f, 0, "a");
    secret_answer(f, ERR_OK, "new");
    discovery_update(f, 0, "a");
    assert_string_equal(links.open[0]->password, "new");
    assert_true(links.open[0]->fast);
    assert_int_equal(links.opened, 2);
}

/* The user may not read the keys: the password is accepted, and another one would change nothing. */
static void a_permission_that_lacks_is_no_refused_password(void **state)
{
    struct fixture *f = *state;
    put_service(f, "a", "redis://a:6379", true);
    discovery_update(f, 0, "a");
    secret_answer(f, ERR_OK, "right");
    discovery_update(f, 0, "a");
    sink_put(&links.open[0]->sink, change_source("redis", WORLD_REDIS, SOURCE_DENIED, ERR_FORBIDDEN, "NOPERM", NULL));
    clock_advance(f->clock, 2 * REDIS_SECRET_RETRY_MS);
    redis_discovery_tick(f->service[0]);
    discovery_update(f, 0, "a");
    redis_discovery_refresh(f->service[0]);
    discovery_update(f, 0, "a");
    assert_null(f->read.done);
    assert_non_null(links.open[0]);
    assert_int_equal(links.opened, 1);
    assert_int_equal(source_of(f)->state, SOURCE_DENIED);
}

static void list_services(struct fixture *f)
{
    static const enum change_type types[] = {CHANGE_RELIST, CHANGE_RELISTED};
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        struct change *c = change_new(types[i], "kube/rayservices", WORLD_KUBE);
        c->table = TABLE_RAYSERVICE;
        sink_put(&f->sink, c);
    }
}

static void why_there_is_none_is_said_once(void **state)
{
    struct fixture *f = *state;
    discovery_update(f, 0, NULL);
    assert_int_equal(source_of(f)->state, SOURCE_CONNECTING); /* whether there is one is not known: it is not "off" */
    assert_string_equal(source_of(f)->why, "its address is not known before a RayService is");
    list_services(f);
    discovery_update(f, 0, NULL);
    assert_int_equal(source_of(f)->state, SOURCE_OFF);
    assert_string_equal(source_of(f)->why, "there is no RayService");
    put_service(f, "a", NULL, false);
    put_service(f, "b", NULL, false);
    discovery_update(f, 0, NULL);
    assert_string_equal(source_of(f)->why, "no RayService is chosen");
    discovery_update(f, 0, "a");
    assert_non_null(strstr(source_of(f)->why, "no fault tolerance"));
    const uint64_t said_ms = source_of(f)->last_change_ms;
    clock_advance(f->clock, SECOND_MS);
    discovery_update(f, 0, "a");
    assert_int_equal(source_of(f)->last_change_ms, said_ms);
}

/* Fault tolerance was turned off, or what is read of the RayService names no Redis any more. */
static void a_rayservice_that_names_none_any_more_has_none(void **state)
{
    struct fixture *f = *state;
    put_service(f, "a", "redis://a:6379", true);
    discovery_update(f, 0, "a");
    secret_answer(f, ERR_OK, "s3cret");
    discovery_update(f, 0, "a");
    assert_non_null(links.open[0]);
    put_service(f, "a", NULL, false);
    discovery_update(f, 0, "a");
    assert_null(links.open[0]);
    assert_int_equal(source_of(f)->state, SOURCE_OFF);
    assert_non_null(strstr(source_of(f)->why, "no fault tolerance"));
    assert_null(redis_discovery_found(f->service[0]).address);
    assert_null(redis_discovery_found(f->service[0]).password_from);
    put_service(f, "a", "redis://a:6379", false); /* and back */
    discovery_update(f, 0, "a");
    assert_int_equal(links.opened, 2);
    assert_string_equal(links.open[0]->password, "-");
}

/* What was read for it is dropped, also where it arrives late. */
static void a_password_is_dropped_with_its_address(void **state)
{
    struct fixture *f = *state;
    put_service(f, "a", "redis://a:6379", true);
    discovery_update(f, 0, "a");
    put_service(f, "a", NULL, false);
    discovery_update(f, 0, "a");
    secret_answer(f, ERR_OK, "late");
    discovery_update(f, 0, "a");
    assert_false(redis_discovery_is_pending(f->service[0]));
    assert_int_equal(source_of(f)->state, SOURCE_OFF);

    put_service(f, "a", "redis://a:6379", true);
    discovery_update(f, 0, "a");
    secret_answer(f, ERR_OK, "in time");
    put_service(f, "a", NULL, false);
    discovery_update(f, 0, "a");
    assert_false(redis_discovery_is_pending(f->service[0]));
    assert_int_equal(links.opened, 0);
}

/* A Secret that cannot be read matters to nobody where there is no Redis. */
static void a_refused_secret_is_forgotten_with_its_address(void **state)
{
    struct fixture *f = *state;
    put_service(f, "a", "redis://a:6379", true);
    discovery_update(f, 0, "a");
    secret_answer(f, ERR_FORBIDDEN, NULL);
    discovery_update(f, 0, "a");
    assert_int_equal(world_source_named(f->world, REDIS_SECRETS_SOURCE)->state, SOURCE_DENIED);
    put_service(f, "a", NULL, false);
    discovery_update(f, 0, "a");
    assert_int_equal(world_source_named(f->world, REDIS_SECRETS_SOURCE)->state, SOURCE_OFF);
    assert_null(redis_discovery_found(f->service[0]).password_why);
}

static void an_address_that_changes_without_end_is_throttled(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 5 * OPENS; i++) {
        char *address = mem_printf("redis://a:%d", 1000 + i);
        put_service(f, "a", address, false);
        discovery_update(f, 0, "a");
        free(address);
    }
    assert_int_equal(links.opened, OPENS);
    assert_null(links.open[0]); /* that of an address that is not desired any more */
    assert_int_equal(source_of(f)->err, ERR_THROTTLED);
    assert_true(f->after_ms > 0 && f->after_ms <= SECOND_MS);
    clock_advance(f->clock, f->after_ms);
    discovery_update(f, 0, "a");
    assert_int_equal(links.opened, OPENS + 1);
    assert_string_equal(links.open[0]->url, "redis://a:1049");
}

/* What holds already is not said again, and what nobody knows is not said at all. */
static void a_link_is_told_what_changes(void **state)
{
    struct fixture *f = *state;
    put_service(f, "a", "redis://a:6379", false);
    discovery_update(f, 0, "a");
    assert_int_equal(links.open[0]->told_fast, 0); /* as it opens */
    assert_false(links.open[0]->fast);
    assert_string_equal(links.open[0]->ns, "a");
    discovery_update(f, 0, "a");
    assert_int_equal(links.open[0]->told_ns, 1);
    struct rayservice *r = record_new(TABLE_RAYSERVICE, "a");
    record_set(&r->ns, "ns");
    record_set(&r->name, "a");
    record_set(&r->redis_address, "redis://a:6379");
    r->ft = TRI_YES; /* where it keeps what it stores is not known any more */
    sink_put(&f->sink, change_put("kube/rayservices", WORLD_KUBE, &r->record));
    discovery_update(f, 0, "a");
    assert_int_equal(links.open[0]->told_ns, 1);
    redis_discovery_set_fast_poll(f->service[0], true);
    assert_int_equal(links.open[0]->told_fast, 1);
}

/* A client that reads no Secrets: the link is opened with what there is. */
static void a_client_that_cannot_read_secrets_is_not_asked(void **state)
{
    struct fixture *f = *state;
    f->kube.secret = NULL;
    put_service(f, "a", "redis://a:6379", true);
    discovery_update(f, 0, "a");
    assert_null(f->read.done);
    assert_int_equal(links.opened, 1);
    assert_string_equal(links.open[0]->password, "-");
}

/* Two RayServices of one world: each has its own link and its own password. */
static void each_rayservice_has_its_own(void **state)
{
    struct fixture *f = *state;
    put_service(f, "a", "redis://a:6379", true);
    put_service(f, "b", "redis://b:6379", false);
    discovery_update(f, 0, "a");
    discovery_update(f, 1, "b");
    assert_string_equal(links.open[0]->url, "redis://b:6379");
    secret_answer(f, ERR_OK, "of-a");
    discovery_update(f, 1, "b");
    discovery_update(f, 0, "a");
    assert_int_equal(links.opened, 2);
    assert_string_equal(links.open[1]->url, "redis://a:6379");
    assert_string_equal(links.open[1]->password, "of-a");
    assert_string_equal(links.open[1]->ns, "a");
    assert_string_equal(links.open[0]->ns, "b");
    redis_discovery_free(f->service[1]);
    f->service[1] = NULL;
    assert_null(links.open[0]);
    assert_non_null(links.open[1]);
}

/* The one that asked is gone before the answer: the teardown holds that nobody waits. */
static void it_may_be_freed_while_a_secret_is_read(void **state)
{
    struct fixture *f = *state;
    put_service(f, "a", "redis://a:6379", true);
    discovery_update(f, 0, "a");
    assert_non_null(f->read.done);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        T(the_address_is_the_rayservices),
        T(what_is_configured_comes_first),
        T(the_urls_user_and_password_are_told_apart),
        T(the_rayservices_password_goes_where_it_names_alone),
        T(the_rayservices_user_goes_with_its_password),
        T(a_password_that_is_not_sent_is_told),
        T(a_permission_that_lacks_is_no_refused_password),
        T(a_rayservice_that_names_none_any_more_has_none),
        T(a_password_is_dropped_with_its_address),
        T(a_refused_secret_is_forgotten_with_its_address),
        T(a_user_that_is_told_is_not_read),
        T(a_refresh_reads_the_redis_anew),
        T(the_password_is_read_before_the_link_is_opened),
        T(the_user_may_be_in_a_secret_too),
        T(a_password_is_not_used_for_another_address),
        T(half_a_reference_to_a_secret_is_none),
        T(a_refusal_without_words_is_told_by_its_kind),
        T(what_cannot_be_read_is_tried_again_by_the_clock),
        T(a_refused_password_is_read_anew),
        T(why_there_is_none_is_said_once),
        T(an_address_that_changes_without_end_is_throttled),
        T(a_link_is_told_what_changes),
        T(a_client_that_cannot_read_secrets_is_not_asked),
        T(each_rayservice_has_its_own),
        T(it_may_be_freed_while_a_secret_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
