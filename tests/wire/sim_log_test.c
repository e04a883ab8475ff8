/* sim_log_test.c - the simulated kubelet's logs: the same lines each time they are asked for, by time and by number;
 * they end with their container; what is not there is refused as by a kubelet. */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tests/support/deadline.h"
#include "tests/support/sim_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PODS "/api/v1/namespaces/mistral/pods"

static int sim_setup(void **state)
{
    const struct sim_conf conf = {.seed = 5, .speed = 20, .no_redis = true};
    *state = sim_fixture_new(&conf);
    return 0;
}

static int sim_teardown(void **state)
{
    sim_fixture_free(*state);
    return 0;
}

/* The name of the head, or of a worker. Caller frees. */
static char *pod_name(struct sim_fixture *b, const char *type)
{
    char path[160];
    snprintf(path, sizeof path, PODS "?labelSelector=ray.io%%2Fnode-type%%3D%s", type);
    cJSON *list = sim_fixture_get(b, path, 200);
    char *name = mem_str(json_str(json_get(cJSON_GetArrayItem(json_get(list, "items"), 0), "metadata"), "name"));
    assert_non_null(name);
    cJSON_Delete(list);
    return name;
}

struct read {
    struct buf text;
    bool done;
    long status;
};

static bool on_bytes(void *arg, const char *bytes, size_t len)
{
    return buf_add(&((struct read *)arg)->text, bytes, len) == ERR_OK;
}

static void on_done(void *arg, const struct http_answer *answer)
{
    struct read *r = arg;
    r->done = true;
    r->status = answer->status;
    if (answer->body_len) (void)buf_add(&r->text, answer->body, answer->body_len);
}

static void log_start(struct sim_fixture *b, const char *pod, const char *query, struct read *r)
{
    char *url = mem_printf("https://127.0.0.1:%u" PODS "/%s/log?timestamps=true%s", sim_port(b->sim), pod, query);
    const struct http_ask ask = {.method = "GET", .url = url, .header = {{"Authorization", b->bearer}}};
    *r = (struct read){.done = false};
    buf_init(&r->text, 16 * 1024 * 1024);
    http_send(b->http, &ask, &(struct http_calls){.bytes = on_bytes, .done = on_done, .arg = r});
    free(url);
}

static char *log_read(struct sim_fixture *b, const char *pod, const char *query, long status)
{
    struct read r;
    log_start(b, pod, query, &r);
    for (const uint64_t until = loop_now_ms() + DEADLINE_MS; !r.done && loop_now_ms() < until;) sim_fixture_pass(b);
    assert_true(r.done);
    assert_int_equal(r.status, status);
    return buf_take(&r.text);
}

static void the_same_lines_again(void **state)
{
    struct sim_fixture *b = *state;
    char *pod = pod_name(b, "worker");
    char *all = log_read(b, pod, "&tailLines=50", 200), *last = log_read(b, pod, "&tailLines=5", 200);
    size_t lines = 0;
    for (const char *at = last; *at; at++) lines += *at == '\n';
    assert_int_equal(lines, 5);
    /* Its first line is one of the fifty, and from there on they are the same, up to those written since. */
    char *first = mem_strn(last, strcspn(last, "\n") + 1), *at = strstr(all, first);
    assert_non_null(at);
    assert_int_equal(strncmp(at, last, strlen(at) < strlen(last) ? strlen(at) : strlen(last)), 0);
    char stamp[32], query[96];
    snprintf(stamp, sizeof stamp, "%.19sZ", last);
    snprintf(query, sizeof query, "&sinceTime=%s", stamp);
    char *since = log_read(b, pod, query, 200);
    assert_non_null(strstr(since, first));
    assert_true(strncmp(since, stamp, 19) >= 0);
    free(since);
    free(first);
    free(all);
    free(last);
    free(pod);
}

static void what_is_not_there(void **state)
{
    struct sim_fixture *b = *state;
    char *pod = pod_name(b, "head");
    static const struct {
        const char *query, *want;
    } cases[] = {{"", "a container name must be specified for pod"},
                 {"&container=nosuch", "container nosuch is not valid for pod"},
                 {"&container=head&previous=true", "previous terminated container \\\"head\\\" in pod"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *text = log_read(b, pod, cases[i].query, 400);
        if (!strstr(text, cases[i].want)) fail_msg("%s", text);
        free(text);
    }
    char *text = log_read(b, "nosuch", "", 404);
    assert_non_null(strstr(text, "not found"));
    free(text);
    sim_fixture_say(b, "deny get pods/log");
    text = log_read(b, pod, "&container=head", 403);
    assert_non_null(strstr(text, "pods/log"));
    free(text);
    sim_fixture_say(b, "allow");
    free(pod);
}

static void a_log_ends_with_its_pod(void **state)
{
    struct sim_fixture *b = *state;
    char *pod = pod_name(b, "head");
    struct read r;
    log_start(b, pod, "&container=head&follow=true&tailLines=3", &r);
    for (const uint64_t until = loop_now_ms() + DEADLINE_MS; !r.text.len && loop_now_ms() < until;) sim_fixture_pass(b);
    assert_true(r.text.len > 0);
    assert_false(r.done);
    char *path = mem_printf(PODS "/%s?gracePeriodSeconds=0", pod);
    assert_int_equal(sim_fixture_status(b, "DELETE", path, NULL, NULL), 200);
    for (const uint64_t until = loop_now_ms() + DEADLINE_MS; !r.done && loop_now_ms() < until;) sim_fixture_pass(b);
    assert_true(r.done);
    assert_int_equal(r.status, 200);
    buf_done(&r.text);
    free(path);
    free(pod);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_same_lines_again, sim_setup, sim_teardown),
        cmocka_unit_test_setup_teardown(what_is_not_there, sim_setup, sim_teardown),
        cmocka_unit_test_setup_teardown(a_log_ends_with_its_pod, sim_setup, sim_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
