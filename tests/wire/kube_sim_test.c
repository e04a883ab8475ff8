/* kube_sim_test.c - the Kubernetes backend against the simulated cluster, over TLS, with what can go wrong there. */
#include "backends/kube/kube_api.h"
#include "tests/support/deadline.h"
#include "tests/support/fixture.h"
#include "tests/support/kube_fixture.h"
#include "tests/support/sim_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct stage {
    struct kube_fixture s; /* first: what waits is given this */
    struct sim_run *sim;
};

static bool all_live(struct kube_fixture *s)
{
    static const char *const ids[] = {"kube/rayservices", "kube/rayclusters", "kube/pods",
                                      "kube/nodes",       "kube/events",      "kube/endpointslices"};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        if (kube_fixture_state(s, ids[i]) != SOURCE_LIVE || !world_source_named(s->world, ids[i])->listed_ms)
            return false;
    return world_count(s->world, TABLE_POD) == 3;
}

static int stage_start(void **state)
{
    static struct stage stage;
    static const char *const extra[] = {"--seed", "5", "--speed", "20", "--no-redis", NULL};
    char path[256];
    memset(&stage, 0, sizeof stage);
    stage.sim = sim_run_start(extra);
    kube_fixture_start(&stage.s);
    snprintf(path, sizeof path, "%s/kubeconfig", sim_run_folder(stage.sim));
    char *text = fixture_read(path, NULL);
    kube_fixture_open_text(&stage.s, text, NULL);
    kube_api.set_scope(stage.s.be, &(struct kube_scope){.ns = "mistral"});
    free(text);
    kube_fixture_until(&stage.s, all_live, "all six kinds are live");
    *state = &stage;
    return 0;
}

static int stage_stop(void **state)
{
    struct stage *g = *state;
    kube_fixture_stop(&g->s);
    sim_run_stop(g->sim);
    return 0;
}

static void sim_say(struct stage *g, const char *line)
{
    free(sim_run_say(g->sim, line));
}

static const struct row *head_row(const struct kube_fixture *s)
{
    WORLD_EACH (row, s->world, TABLE_POD) {
        const char *role = ROW(row, pod)->role;
        if (!row->gone_ms && role && strcmp(role, "head") == 0) return row;
    }
    return NULL;
}

/* Live is what has been listed; a watch follows a moment later. */
static void all_watched(struct stage *g)
{
    uint64_t end = loop_now_ms() + DEADLINE_MS;
    bool watched = false;
    while (!watched && loop_now_ms() < end) {
        char *said = sim_run_say(g->sim, "state");
        watched = strstr(said, "watches=6") != NULL;
        free(said);
        kube_fixture_for(&g->s, 100); /* the control socket takes only so many at once */
    }
    assert_true(watched);
}

static void versions_that_expire_are_listed_again_without_a_word(void **state)
{
    struct stage *g = *state;
    all_watched(g);
    unsigned lists = g->s.changes[CHANGE_RELISTED];
    sim_say(g, "fault watch-410");
    uint64_t end = loop_now_ms() + DEADLINE_MS;
    while (g->s.changes[CHANGE_RELISTED] < lists + 6 && loop_now_ms() < end) loop_step(g->s.loop, 20);
    assert_true(g->s.changes[CHANGE_RELISTED] >= lists + 6);
    sim_say(g, "clear");
    kube_fixture_until(&g->s, all_live, "live");
    assert_int_equal(g->s.downs, 0);
}

static bool some_down(struct kube_fixture *s)
{
    return s->downs >= 3;
}

static void dropped_connections_are_said_and_made_good(void **state)
{
    struct stage *g = *state;
    sim_say(g, "fault drop-connections");
    kube_fixture_until(&g->s, some_down, "sources are down");
    assert_int_equal(world_count(g->s.world, TABLE_POD), 3); /* what was known stays */
    sim_say(g, "clear");
    kube_fixture_until(&g->s, all_live, "live again");
}

static void garbage_neither_stays_nor_kills(void **state)
{
    struct stage *g = *state;
    sim_say(g, "fault garbage");
    kube_fixture_until(&g->s, some_down, "it is noticed");
    sim_say(g, "clear");
    kube_fixture_until(&g->s, all_live, "live again");
    WORLD_EACH (row, g->s.world, TABLE_POD) assert_null(strchr(ROW(row, pod)->name, '\x1b'));
}

struct told {
    unsigned times;
    enum err err;
};

static void on_end(void *arg, enum err err, const char *why)
{
    struct told *t = arg;
    (void)why;
    t->times++;
    t->err = err;
}

static enum err delete_head(struct stage *g, const char *ns, const char *name, const char *uid)
{
    struct told t = {0};
    uint64_t end = loop_now_ms() + DEADLINE_MS;
    kube_api.delete_pod(g->s.be, ns, name, uid, 0, on_end, &t);
    while (!t.times && loop_now_ms() < end) loop_step(g->s.loop, 20);
    assert_int_equal(t.times, 1);
    return t.err;
}

static char old_head[128];

static bool another_head_is_ready(struct kube_fixture *s)
{
    const struct row *row = head_row(s);
    return row && strcmp(row->record->key, old_head) != 0 && ROW(row, pod)->is_ready == TRI_YES && all_live(s);
}

static void the_head_is_killed_by_its_uid_alone(void **state)
{
    struct stage *g = *state;
    const struct pod *head = ROW(head_row(&g->s), pod);
    char ns[64], name[128];
    snprintf(ns, sizeof ns, "%s", head->ns);
    snprintf(name, sizeof name, "%s", head->name);
    snprintf(old_head, sizeof old_head, "%s", head->record.key);
    assert_int_equal(delete_head(g, ns, name, "00000000-0000-0000-0000-000000000000"), ERR_CONFLICT);
    assert_int_equal(g->s.changes[CHANGE_DELETED], 0);
    assert_int_equal(delete_head(g, ns, name, old_head), ERR_OK);
    kube_fixture_until(&g->s, another_head_is_ready, "a new head");
    assert_true(world_find(g->s.world, TABLE_POD, old_head)->gone_ms != 0);
    assert_int_equal(delete_head(g, ns, name, old_head), ERR_NOT_FOUND);
    assert_int_equal(g->s.changes[CHANGE_DELETED], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(versions_that_expire_are_listed_again_without_a_word, stage_start, stage_stop),
        cmocka_unit_test_setup_teardown(dropped_connections_are_said_and_made_good, stage_start, stage_stop),
        cmocka_unit_test_setup_teardown(garbage_neither_stays_nor_kills, stage_start, stage_stop),
        cmocka_unit_test_setup_teardown(the_head_is_killed_by_its_uid_alone, stage_start, stage_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
