/*
 * gcs_crash_test.c - a recording of a real cluster, replayed: gcs_server killed three times in the same head pod, each
 * time as soon as its port accepted again. It is one outage of a container, from the first end that the API server told
 * to the pod's readiness. Read off pods.watch.ndjson by eye, seconds after 1795951000:
 *
 *   terminated, Error, exit code 1   362.949
 *   running, restartCount 1          363.921
 *   terminated again                 430.130, CrashLoopBackOff 434.137
 *   running, restartCount 2          448.210
 *   terminated again                 484.315, CrashLoopBackOff 489.126
 *   running, restartCount 3          514.454
 *   Ready                            530.471
 */
#include "backends/base/mem.h"
#include "backends/kube/kube_parse.h"
#include "backends/world/answers.h"
#include "tests/support/fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HERE "tests/fixtures/kube/gcs-crash/"
#define WALL(seconds) ((uint64_t)((1795951000 + (seconds)) * 1000.0 + 0.5))

struct replay {
    struct world *w;
    struct recovery r;
    uint64_t wall_ms;
    char *times, *times_at;
    size_t outages; /* how often one began */
    bool running;
    bool taken_back; /* while a container was down again, nothing was said to run */
};

static struct focus replay_focus(const struct replay *p)
{
    return focus_of(p->w, NULL, NULL);
}

static void replay_apply(void *owner, struct change *c)
{
    struct replay *p = owner;
    c->wall_ms = p->wall_ms;
    c->at_ms = p->wall_ms - WALL(0) + 3600000;
    world_apply(p->w, c);
    struct focus f = replay_focus(p);
    recovery_observe(&p->r, p->w, &f, c);
    change_free(c);
    bool running = p->r.outage == OUTAGE_RUNNING;
    p->outages += running && !p->running;
    p->running = running;
    if (running && !f.head->started.known) p->taken_back &= !p->r.rung[RUNG_HEAD_RUNNING].reached;
}

static void replay_list(struct replay *p, const char *path, const char *source, enum table table)
{
    size_t len;
    struct kube_page page;
    struct why why = {0};
    char *bytes = fixture_read(path, &len);
    if (kube_parse_page(table, bytes, len, &page, &why) != ERR_OK) fail_msg("%s: %s", path, why.text);
    for (size_t i = 0; i < page.count; i++) {
        replay_apply(p, change_put(source, WORLD_KUBE, page.items[i]));
        page.items[i] = NULL;
    }
    kube_page_done(&page);
    free(bytes);
}

static void replay_line(void *arg, const char *line, size_t len)
{
    struct replay *p = arg;
    struct sink sink = {replay_apply, p};
    struct why why = {0};
    p->wall_ms = (uint64_t)llround(strtod(p->times_at, NULL) * 1000);
    p->times_at = strchr(p->times_at, '\n') + 1;
    if (kube_line_changes("kube/pods", TABLE_POD, line, len, &sink, &why) != ERR_OK) fail_msg("%s", why.text);
}

static void at(const struct outage *o, enum rung rung, double seconds)
{
    if (!o->rung[rung].seen) fail_msg("%s: not seen", rung_words(rung));
    assert_int_equal(o->rung[rung].wall_ms, WALL(seconds));
}

static void one_outage_of_a_container(void **state)
{
    (void)state;
    struct replay p = {.w = world_new(), .wall_ms = WALL(350), .taken_back = true};
    struct outage o;
    char words[OUTAGE_WORDS_MAX];
    recovery_init(&p.r);
    replay_list(&p, HERE "rayservices.list.json", "kube/rayservices", TABLE_RAYSERVICE);
    replay_list(&p, HERE "rayclusters.list.json", "kube/rayclusters", TABLE_RAYCLUSTER);
    replay_list(&p, HERE "pods.list.json", "kube/pods", TABLE_POD);
    assert_int_equal(p.r.outage, OUTAGE_NONE);
    p.times = p.times_at = fixture_read(HERE "pods.watch.times", NULL);
    assert_int_equal(fixture_lines(HERE "pods.watch.ndjson", replay_line, &p), 12);
    struct focus f = replay_focus(&p);
    outage_of(&p.r, p.w, &f, p.wall_ms - WALL(0) + 3600000, p.wall_ms, &o);
    assert_int_equal(p.outages, 1);
    assert_true(p.taken_back);
    assert_int_equal(o.state, OUTAGE_OVER);
    assert_int_equal(o.t0_wall_ms, WALL(362.949));
    assert_string_equal(outage_cause_words(&o, words), "head container ended: Error, exit code 1");
    assert_string_equal(o.old_head_uid, o.new_head_uid);
    assert_false(o.rung[RUNG_DELETE_ACCEPTED].seen);
    at(&o, RUNG_HEAD_RUNNING, 514.454);
    at(&o, RUNG_HEAD_READY, 530.471);
    assert_int_equal(o.head_down_ms.value, 167522);
    assert_string_equal(outage_worker_words(&o, words), "2/2 same UIDs, 0 restarts");
    recovery_done(&p.r);
    world_free(p.w);
    free(p.times);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_outage_of_a_container)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
