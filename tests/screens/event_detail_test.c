/* event_detail_test.c - the detail of an event: what its message means and what to do, where that is known. */
#include "tests/support/world_fixture.h"
#include "tui/panes/detail.h"

#include "deploy/start_cause.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void event_put(struct fixture *f, const char *type, const char *reason, const char *message, const char *pod_uid)
{
    struct event *e = record_new(TABLE_EVENT, "event");
    record_set(&e->ns, "mistral");
    record_set(&e->type, type);
    record_set(&e->reason, reason);
    record_set(&e->message, message);
    record_set(&e->about_kind, "Pod");
    record_set(&e->about_uid, pod_uid);
    if (pod_uid) record_set(&e->about, ROW(world_find(f->world, TABLE_POD, pod_uid), pod)->name);
    e->last = known_u64(f->wall_ms);
    fixture_put(f, "kube/events", WORLD_KUBE, e);
}

/* NULL: the detail has no such sentence. */
static void detail_check(struct fixture *f, const char *cause)
{
    struct buf out;
    const struct view v = fixture_view(f);
    buf_init(&out, DETAIL_MAX_BYTES);
    event_detail(&v, world_find(f->world, TABLE_EVENT, "event"), &out);
    if (cause) {
        const char *means = strstr(buf_text(&out), "means  ");
        assert_non_null(means);
        assert_memory_equal(means + strlen("means  "), cause, strlen(cause));
    } else {
        assert_null(strstr(buf_text(&out), "means  "));
    }
    buf_done(&out);
}

static void a_warning_says_what_it_means(void **state)
{
    (void)state;
    static const char *const messages[] = {
        "Failed to pull image \"ray:9\": docker.io/ray:9: not found",
        "0/3 nodes are available: 3 Insufficient aws.amazon.com/neuron.",
        "MountVolume.SetUp failed for volume \"token\" : secret \"hf-token\" not found",
        "Memory cgroup out of memory: Killed process 4211 (ray::Serve)",
        "Could not establish connection to Redis 10.0.0.7:6379",
    };
    struct fixture f;
    fixture_calm(&f);
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        event_put(&f, "Warning", "Any", messages[i], NULL);
        assert_non_null(start_cause(messages[i]));
        detail_check(&f, start_cause(messages[i]));
    }
    event_put(&f, "Warning", "BackOff", "Back-off restarting failed container ray-head", NULL);
    detail_check(&f, NULL);
    event_put(&f, "Normal", "Pulled", "Successfully pulled image \"not found/denied\" in 2s", NULL);
    detail_check(&f, NULL);
    fixture_done(&f);
}

/* The pod's own state says more than kubelet's "Error: ImagePullBackOff". */
static void a_failure_without_words_has_its_pods(void **state)
{
    (void)state;
    static const char message[] = "Back-off pulling image \"ray:9\": manifest unknown";
    struct fixture f;
    fixture_calm(&f);
    const char *uid = "11aa-worker";
    event_put(&f, "Warning", "Failed", "Error: ImagePullBackOff", uid);
    detail_check(&f, NULL);
    struct pod *p = record_copy(world_find(f.world, TABLE_POD, uid)->record);
    record_set(&p->message, message);
    fixture_put(&f, "kube/pods", WORLD_KUBE, p);
    detail_check(&f, start_cause(message));
    fixture_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_warning_says_what_it_means),
                                       cmocka_unit_test(a_failure_without_words_has_its_pods)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
