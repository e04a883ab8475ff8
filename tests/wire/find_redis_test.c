/*
 * find_redis_test.c - where a session's Redis is, and its password: a RayService that changes while its Secret is read,
 * at servers that tell what they were sent.
 */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/session/session_inside.h"
#include "tests/support/fake_redis.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LIMIT_MS = 9000, READS_MAX = 4 };

typedef void on_secret(void *arg, enum err err, const char *value, size_t len, const char *why);

/* A Secret's value that was asked for, and is not there yet. */
struct secret_read {
    char name[32];
    on_secret *done;
    void *arg;
};

struct kube {
    struct secret_read reads[READS_MAX];
    size_t count;
};

/* A server, and the password that it was sent last. */
struct place {
    struct fake_redis *redis;
    char password[64];
};

struct scene {
    struct loop *loop;
    struct place first, second;
    struct conf conf;
    struct session *session;
    struct kube kube;
};

static bool keep_password(void *arg, const char *command, struct buf *reply)
{
    struct place *p = arg;
    (void)reply;
    if (strncmp(command, "AUTH ", 5) == 0) snprintf(p->password, sizeof p->password, "%s", command + 5);
    return false;
}

static const struct kube_where *here(const struct kube *be)
{
    static const struct kube_where where = {.context = "c"};
    (void)be;
    return &where;
}

static void namespace_ignored(struct kube *be, const char *ns)
{
    (void)be, (void)ns;
}

static void permission_unanswered(struct kube *be, const char *verb, const char *resource, const char *ns,
                                  void (*done)(void *arg, enum tri answer, const char *why), void *arg)
{
    (void)be, (void)verb, (void)resource, (void)ns, (void)done, (void)arg;
}

static void secret_asked(struct kube *be, const char *ns, const char *name, const char *key, on_secret *done, void *arg)
{
    assert_string_equal(ns, "mistral");
    assert_string_equal(key, "password");
    assert_true(be->count < READS_MAX);
    struct secret_read *r = &be->reads[be->count++];
    snprintf(r->name, sizeof r->name, "%s", name);
    r->done = done;
    r->arg = arg;
}

static const struct kube_ops kube_ops = {.kind = "fake",
                                         .where = here,
                                         .set_namespace = namespace_ignored,
                                         .may = permission_unanswered,
                                         .secret = secret_asked};

static int scene_open(void **state)
{
    struct scene *s = mem_zero(1, sizeof *s);
    s->loop = loop_new();
    s->first.redis = fake_redis_start(s->loop, keep_password, &s->first);
    s->second.redis = fake_redis_start(s->loop, keep_password, &s->second);
    conf_init(&s->conf);
    s->conf.kubeconfig = mem_str("none");
    s->conf.no_probe = true;
    assert_int_equal(session_open(s->loop, &s->conf, NULL, &s->session, NULL), ERR_OK);
    s->session->kube = &s->kube;
    s->session->kube_ops = &kube_ops;
    *state = s;
    return 0;
}

static int scene_close(void **state)
{
    struct scene *s = *state;
    s->session->kube = NULL;
    s->session->kube_ops = NULL;
    session_close(s->session);
    fake_redis_stop(s->first.redis);
    fake_redis_stop(s->second.redis);
    loop_free(s->loop);
    conf_done(&s->conf);
    free(s);
    return 0;
}

#define UNTIL(s, condition)                                                                                            \
    do {                                                                                                               \
        uint64_t end_ = loop_now_ms() + LIMIT_MS;                                                                      \
        while (!(condition) && loop_now_ms() < end_) {                                                                 \
            loop_step((s)->loop, 20);                                                                                  \
            session_tick((s)->session);                                                                                \
        }                                                                                                              \
        assert_true(condition);                                                                                        \
    } while (0)

static void rayservice_is(struct scene *s, const struct place *at, const char *secret)
{
    struct rayservice *r = record_new(TABLE_RAYSERVICE, "rs");
    record_set(&r->ns, "mistral");
    record_set(&r->name, "mistral");
    record_set(&r->redis_address, fake_redis_url(at->redis));
    record_set(&r->redis_secret_name, secret);
    record_set(&r->redis_secret_key, "password");
    sink_put(&s->session->sink, change_put("kube/rayservices", WORLD_KUBE, &r->record));
}

static void answer_secret(struct scene *s, size_t i, enum err err, const char *value)
{
    const struct secret_read *r = &s->kube.reads[i];
    r->done(r->arg, err, value, value ? strlen(value) : 0, err ? "not found" : "");
}

/* The password of one server is not shown to another. */
static void a_password_is_for_the_address_it_was_read_for(void **state)
{
    struct scene *s = *state;
    rayservice_is(s, &s->first, "first");
    UNTIL(s, s->kube.count == 1);
    rayservice_is(s, &s->second, "second");
    answer_secret(s, 0, ERR_OK, "password-of-first");
    UNTIL(s, s->kube.count == 2);
    assert_string_equal(s->kube.reads[1].name, "second");
    assert_int_equal(fake_redis_connections(s->first.redis) + fake_redis_connections(s->second.redis), 0);
    answer_secret(s, 1, ERR_OK, "password-of-second");
    UNTIL(s, s->second.password[0]);
    assert_string_equal(s->second.password, "password-of-second");
    assert_int_equal(fake_redis_connections(s->first.redis), 0);
}

/* The same address whose Secret is another one. */
static void a_password_is_of_the_secret_that_is_named_now(void **state)
{
    struct scene *s = *state;
    rayservice_is(s, &s->first, "first");
    UNTIL(s, s->kube.count == 1);
    rayservice_is(s, &s->first, "second");
    answer_secret(s, 0, ERR_OK, "old");
    UNTIL(s, s->kube.count == 2);
    answer_secret(s, 1, ERR_OK, "new");
    UNTIL(s, s->first.password[0]);
    assert_string_equal(s->first.password, "new");
}

static const struct source *redis_source(const struct scene *s)
{
    return world_source_named(session_world(s->session), "redis");
}

static void a_secret_that_cannot_be_read_is_read_again_when_asked(void **state)
{
    struct scene *s = *state;
    rayservice_is(s, &s->first, "first");
    UNTIL(s, s->kube.count == 1);
    assert_string_equal(redis_source(s)->why, "reading the password");
    answer_secret(s, 0, ERR_FORBIDDEN, NULL);
    UNTIL(s, redis_source(s)->state == SOURCE_DENIED);
    assert_string_equal(redis_source(s)->why, "the Redis password cannot be read: not found");
    rayservice_is(s, &s->first, "first"); /* nothing new: no second read before its time */
    for (int i = 0; i < 5; i++) loop_step(s->loop, 20);
    assert_int_equal(s->kube.count, 1);
    session_refresh(s->session);
    UNTIL(s, s->kube.count == 2);
    answer_secret(s, 1, ERR_OK, "found");
    UNTIL(s, s->first.password[0]);
    assert_string_equal(s->first.password, "found");
}

int main(void)
{
#define IN_SCENE(f) cmocka_unit_test_setup_teardown(f, scene_open, scene_close)
    const struct CMUnitTest tests[] = {
        IN_SCENE(a_password_is_for_the_address_it_was_read_for),
        IN_SCENE(a_password_is_of_the_secret_that_is_named_now),
        IN_SCENE(a_secret_that_cannot_be_read_is_read_again_when_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
