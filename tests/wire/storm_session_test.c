/* storm_session_test.c - a cluster that changes its mind without end: what is found in it is followed at once, and not
 * for ever. */
#include "backends/base/mem.h"
#include "backends/session/session.h"
#include "tests/support/fake_redis.h"
#include "tests/support/kube_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WARM_MS = 2000, STORM_MS = 4000, EVERY_MS = 20, DIALS_PER_S = 2, DIALS_MORE = 4 };

#define SERVICE                                                                                                        \
    "{\"apiVersion\":\"ray.io/v1\",\"kind\":\"RayService\",\"metadata\":{\"uid\":\"rs\",\"name\":\"mistral\","         \
    "\"namespace\":\"mistral\",\"resourceVersion\":\"%u\"},\"spec\":{\"rayClusterConfig\":{"                           \
    "\"gcsFaultToleranceOptions\":{\"redisAddress\":\"%s\"}}}}"

static char head[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";
static struct fake_redis *fake;

static bool server_route(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    if (!strstr(request, "/rayservices?")) return false;
    if (kube_fixture_is_watch(request)) {
        *reply = (struct tiny_reply){.bytes = head, .fed = true};
        return true;
    }
    char *body =
        mem_printf("{\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[" SERVICE "]}", 1, fake_redis_url(fake));
    *reply = kube_fixture_json(s, 200, body);
    free(body);
    return true;
}

static bool nothing_special(void *arg, const char *command, struct buf *reply)
{
    (void)arg;
    (void)command;
    (void)reply;
    return false;
}

/* The RayService names another Redis up to fifty times a second. Returns how long that took. */
static uint64_t change_for(struct kube_fixture *s, struct session *session, uint64_t ms)
{
    static unsigned version = 1;
    const uint64_t began_ms = loop_now_ms();
    while (loop_now_ms() < began_ms + ms) {
        version++;
        char *line = mem_printf("{\"type\":\"MODIFIED\",\"object\":" SERVICE "}\n", version,
                                version % 2 ? "redis://localhost:1" : fake_redis_url(fake));
        tiny_feed(s->server, line);
        free(line);
        kube_fixture_for(s, EVERY_MS);
        session_tick(session);
    }
    return loop_now_ms() - began_ms;
}

static void an_address_of_redis_that_alternates(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = server_route};
    struct session *session = NULL;
    struct why why = {0};
    kube_fixture_start(&s);
    fake = fake_redis_start(s.loop, nothing_special, NULL);
    char *text =
        mem_printf("apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters:\n"
                   "- {name: k, cluster: {server: \"http://127.0.0.1:%u\"}}\nusers:\n- {name: u, user: {token: x}}\n"
                   "contexts:\n- {name: c, context: {cluster: k, user: u, namespace: mistral}}\n",
                   tiny_port(s.server));
    kube_fixture_put_file(&s, "kubeconfig", text);
    free(text);
    struct conf conf;
    conf_init(&conf);
    conf.kubeconfig = mem_str(s.path);
    const struct session_calls calls = {.arg = NULL};
    assert_int_equal(session_open(s.loop, &conf, &calls, &session, &why), ERR_OK);
    while (fake_redis_connections(fake) == 0) kube_fixture_for(&s, EVERY_MS);
    change_for(&s, session, WARM_MS);
    const unsigned before = fake_redis_connections(fake);
    const uint64_t ms = change_for(&s, session, STORM_MS);
    printf("connections %u, then %u\n", before, fake_redis_connections(fake) - before);
    assert_true(fake_redis_connections(fake) - before <= DIALS_PER_S * (ms / 1000 + 1) + DIALS_MORE);
    session_close(session);
    conf_done(&conf);
    fake_redis_stop(fake);
    kube_fixture_stop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_of_redis_that_alternates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
