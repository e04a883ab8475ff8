/* storm_child_test.c - Commands that end at once: credential plug-ins and neuron-monitor are started again, and not in
 * a storm. */
#include "backends/base/mem.h"
#include "backends/kube/kube_api.h"
#include "backends/neuron/monitor.h"
#include "tests/support/fixture.h"
#include "tests/support/kube_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { STORM_MS = 10000, RUNS_MOST = 4 /* after 1, 2, 4 s at the least */, ASK_MS = 100 };

#define COUNT "echo x >> $1/count; "
#define CREDENTIAL(status)                                                                                             \
    "echo \"{\\\"kind\\\":\\\"ExecCredential\\\",\\\"apiVersion\\\":\\\"client.authentication.k8s.io/v1\\\","          \
    "\\\"status\\\":{" status "}}\""

static size_t script_runs(const struct kube_fixture *s)
{
    char path[128];
    size_t len = 0;
    snprintf(path, sizeof path, "%s/count", s->dir);
    free(fixture_read(path, &len));
    return len / 2;
}

static void ignore_answer(void *arg, const struct http_answer *answer)
{
    (void)arg;
    (void)answer;
}

/* Somebody asks for credentials ten times a second, as probes of many workers do. */
static void storm_child(struct kube_fixture *s, const char *script)
{
    kube_fixture_start(s);
    char *user =
        mem_printf("{exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/sh, args: [-c, '%s', sh, %s]}}",
                   script, s->dir);
    kube_fixture_open(s, user, "mistral");
    free(user);
    const uint64_t until = loop_now_ms() + STORM_MS;
    while (loop_now_ms() < until) {
        const struct http_ask ask = {.method = "GET", .timeout_ms = 2000};
        (void)kube_api.proxy(s->be, "/api/v1/x", &ask, &(struct http_calls){.done = ignore_answer});
        kube_fixture_for(s, ASK_MS);
    }
    printf("runs %zu\n", script_runs(s));
}

static void a_plug_in_that_fails_each_time(void **state)
{
    (void)state;
    struct kube_fixture s = {0};
    storm_child(&s, COUNT "exit 1");
    assert_in_range(script_runs(&s), 2, RUNS_MOST);
    kube_fixture_stop(&s);
}

static bool route_unauthorized(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    static const char no[] = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n";
    (void)s;
    (void)request;
    *reply = (struct tiny_reply){.bytes = no};
    return true;
}

static void credentials_that_are_over_when_they_are_given(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = route_unauthorized};
    storm_child(&s,
                COUNT CREDENTIAL("\\\"token\\\":\\\"t\\\",\\\"expirationTimestamp\\\":\\\"2020-01-01T00:00:00Z\\\""));
    assert_in_range(script_runs(&s), 1, RUNS_MOST);
    kube_fixture_stop(&s);
}

static void credentials_that_are_refused_each_time(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = route_unauthorized};
    storm_child(&s, COUNT CREDENTIAL("\\\"token\\\":\\\"t\\\""));
    assert_in_range(script_runs(&s), 1, RUNS_MOST);
    kube_fixture_stop(&s);
}

/* ---- neuron-monitor ---- */

static void count_downs(void *owner, struct change *c)
{
    unsigned *downs = owner;
    *downs += c->type == CHANGE_SOURCE && c->state == SOURCE_DOWN;
    change_free(c);
}

/* Each run brings a sample: that alone is no health. */
static void a_monitor_that_ends_after_each_sample(void **state)
{
    (void)state;
    unsigned downs = 0;
    struct loop *loop = loop_new();
    const struct neuron_open conf = {.source = "neuron/n1",
                                     .spec = "cat tests/fixtures/neuron/04-busy-mistral-2cores.composed.json"};
    const struct sink sink = {count_downs, &downs};
    struct neuron *be = NULL;
    struct why why;
    assert_int_equal(monitor_ops.open(loop, &conf, &sink, &be, &why), ERR_OK);
    const uint64_t until = loop_now_ms() + STORM_MS;
    while (loop_now_ms() < until) loop_step(loop, 20);
    assert_in_range(downs, 2, 5);
    monitor_ops.close(be);
    loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plug_in_that_fails_each_time),
        cmocka_unit_test(credentials_that_are_over_when_they_are_given),
        cmocka_unit_test(credentials_that_are_refused_each_time),
        cmocka_unit_test(a_monitor_that_ends_after_each_sample),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
