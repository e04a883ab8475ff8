/* storm_child_test.c - Commands that end at once: credential plug-ins and neuron-monitor are started again, and not in
 * a storm. Each bound is the shortest wait that the back-off's jitter allows: a slow machine only waits longer. */
#include "backends/base/mem.h"
#include "backends/kube/kube_api.h"
#include "backends/link/backoff.h"
#include "backends/neuron/monitor.h"
#include "tests/support/deadline.h"
#include "tests/support/kube_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

enum {
    SEED = 465,             /* short first waits, and such that a back-off that is reset is noticed */
    EARLY_MS = 2,           /* libuv's time is truncated to milliseconds */
    PLUGIN_LEAST_MS = 1000, /* the first back-off of a plug-in, 2 s, less its jitter; then twice that */
    GIVEN_LEAST_MS = 5000,  /* what a plug-in gave is tried for that long */
    REQUEST_EVERY_MS = 100
};

#define COUNT "echo x >> $1/count; "
#define CREDENTIAL(status)                                                                                             \
    "echo \"{\\\"kind\\\":\\\"ExecCredential\\\",\\\"apiVersion\\\":\\\"client.authentication.k8s.io/v1\\\","          \
    "\\\"status\\\":{" status "}}\""

static size_t script_runs(const struct kube_fixture *s)
{
    char path[128];
    struct stat st;
    snprintf(path, sizeof path, "%s/count", s->dir);
    return stat(path, &st) == 0 ? (size_t)st.st_size / 2 : 0;
}

static void ignore_answer(void *arg, const struct http_answer *answer)
{
    (void)arg;
    (void)answer;
}

/* Sends a request ten times a second, as probes of many workers do, until the script has run that often; returns how
 * long that took. */
static uint64_t storm_until_runs(struct kube_fixture *s, const char *script, size_t runs)
{
    kube_fixture_start(s);
    loop_seed(s->loop, SEED);
    char *user =
        mem_printf("{exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/sh, args: [-c, '%s', sh, %s]}}",
                   script, s->dir);
    const uint64_t began_ms = loop_now_ms();
    kube_fixture_open(s, user, "mistral");
    free(user);
    while (script_runs(s) < runs) {
        const struct http_ask ask = {.method = "GET", .timeout_ms = 2000};
        if (loop_now_ms() > began_ms + DEADLINE_MS) fail_msg("only %zu runs", script_runs(s));
        (void)kube_api.proxy(s->be, "/api/v1/x", &ask, &(struct http_calls){.done = ignore_answer});
        kube_fixture_for(s, REQUEST_EVERY_MS);
    }
    return loop_now_ms() - began_ms;
}

static void a_plug_in_that_fails_each_time(void **state)
{
    (void)state;
    struct kube_fixture s = {0};
    assert_true(storm_until_runs(&s, COUNT "exit 1", 3) >= 3 * PLUGIN_LEAST_MS);
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
    static const char script[] =
        COUNT CREDENTIAL("\\\"token\\\":\\\"t\\\",\\\"expirationTimestamp\\\":\\\"2020-01-01T00:00:00Z\\\"");
    assert_true(storm_until_runs(&s, script, 2) >= GIVEN_LEAST_MS);
    kube_fixture_stop(&s);
}

static void credentials_that_are_refused_each_time(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = route_unauthorized};
    assert_true(storm_until_runs(&s, COUNT CREDENTIAL("\\\"token\\\":\\\"t\\\""), 2) >= GIVEN_LEAST_MS);
    kube_fixture_stop(&s);
}

/* ---- neuron-monitor ---- */

/* What the monitor says it waits, beside what a back-off of the same seed waits that no sample resets. */
struct restarts {
    struct backoff backoff;
    unsigned downs;
    uint64_t down_ms, delay_ms; /* the last one */
};

static void restarts_check(struct restarts *r, const char *why)
{
    char words[32];
    const uint64_t now = loop_now_ms();
    if (r->downs) assert_true(now - r->down_ms + EARLY_MS >= r->delay_ms);
    r->downs++;
    r->down_ms = now;
    r->delay_ms = backoff_next(&r->backoff, now);
    snprintf(words, sizeof words, "again in %u s", (unsigned)((r->delay_ms + 999) / 1000));
    if (!strstr(why, words)) fail_msg("%s: not after end %u: %s", words, r->downs, why);
}

static void on_monitor_change(void *owner, struct change *c)
{
    if (c->type == CHANGE_SOURCE && c->state == SOURCE_DOWN) restarts_check(owner, c->why);
    change_free(c);
}

/* Each run brings a sample: that alone is no health. */
static void a_monitor_that_ends_after_each_sample(void **state)
{
    (void)state;
    struct loop *loop = loop_new();
    struct restarts r = {0};
    const struct neuron_open conf = {.source = "neuron/n1",
                                     .spec = "cat tests/fixtures/neuron/04-busy-mistral-2cores.composed.json"};
    const struct sink sink = {on_monitor_change, &r};
    struct neuron *be = NULL;
    struct why why;
    loop_seed(loop, SEED);
    backoff_init(&r.backoff, MONITOR_FIRST_MS, BACKOFF_LINK_MOST_MS, loop_random(loop));
    loop_seed(loop, SEED);
    assert_int_equal(monitor_ops.open(loop, &conf, &sink, &be, &why), ERR_OK);
    const uint64_t until = loop_now_ms() + DEADLINE_MS;
    while (r.downs < 4 && loop_now_ms() < until) loop_step(loop, 20);
    assert_int_equal(r.downs, 4);
    assert_true(r.delay_ms > 2 * MONITOR_FIRST_MS); /* the seed is one whose last wait cannot be a first one */
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
