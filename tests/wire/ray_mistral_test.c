/*
 * ray_mistral_test.c - Both head kills that were recorded on a real cluster, replayed through the world: the ladder
 * must have the times that are in the recording. They were read off it by eye:
 *
 *   seen                                     in                          kill 1 (default grace)  kill 2 (grace 0)
 *   delete asked for                         marks.txt                   528.077                 623.272
 *   deletionTimestamp                        pods.watch.times rv 695/790 528.139                 623.348
 *   connections 5 -> 1; 5 -> 3, beat missed  probes.jsonl, redis         558.272                 626.282, last 625.282
 *   new pod has a node                       pods rv 731/800             558.781                 623.415
 *   its container runs                       pods rv 740/811             559.467                 624.621
 *   connections 5 again                      probes.jsonl, redis         563.273                 627.282
 *   NODE has one field more                  probes.jsonl, redis         567.273                 631.822
 *   the pod is Ready                         pods rv 752/823             570.469                 636.640
 *
 * Nobody asked the Serve API, so that rung is never reached. Seconds are after 1795440000.
 */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tests/support/drill_harness.h"
#include "tests/support/fixture.h"
#include "tests/support/replay.h"
#include "tests/support/replay_gcs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FOLDER "ray-mistral"
#define HERE "tests/fixtures/recordings/" FOLDER "/"
#define GCS_NS "29708251-8738-4230-9aee-0dc7ec94f91b"
#define WALL(seconds) ((uint64_t)((1795440000 + (seconds)) * 1000.0 + 0.5))

static const char first_head[] = "3b87863e-cd71-492d-ba09-42d9d0658d0c";
static const char second_head[] = "cd7c182c-4a45-4645-b544-81e294a8c00e";
static const char third_head[] = "4ffb770d-844b-4fc0-bb49-728930241b33";
static const char first_node[] = "e900f747220ef992d9835f564a1f41d3fa5d922069c4ddf54f228fce";
static const char second_node[] = "f14b54eaeef0ee7d8e80b8bbab2919df126dbba4a69852ed44b7cbbb";

/* ---- playing it ------------------------------------------------------------------------------------------------ */

static void add_deleted(struct replay *p, double seconds, const char *uid, uint64_t grace)
{
    struct change *c = change_new(CHANGE_DELETED, "kube/pods", WORLD_KUBE);
    c->key = mem_str(uid);
    c->number = grace;
    replay_add(p, WALL(seconds), c);
}

static void play_open_with(struct replay *p, bool ours, unsigned parts)
{
    replay_open(p, FOLDER, REPLAY_PROMPTS | REPLAY_NO_TABLES | parts);
    replay_add_gcs(p);
    if (!ours) return;
    add_deleted(p, 528.077, first_head, UINT64_MAX);
    add_deleted(p, 623.272, second_head, 0);
}

static void play_open(struct replay *p, bool ours)
{
    play_open_with(p, ours, REPLAY_AS_RECORDED);
}

static void rung_is(const struct replay *p, enum rung rung, double seconds)
{
    const struct rung_state *got = &replay_recovery(p)->rung[rung];
    if (!got->reached) fail_msg("%s: not reached", rung_words(rung));
    if (got->wall_ms != WALL(seconds))
        fail_msg("%s: at %.3f, not %.3f", rung_words(rung), (double)(got->wall_ms - WALL(0)) / 1000, seconds);
    assert_int_equal(got->at_ms, got->wall_ms);
}

static size_t prompts_answered(const struct replay *p)
{
    assert_int_equal(outage_failed(&p->outage), 0);
    return outage_answered(&p->outage);
}

static void workers_are_the_same(const struct replay *p)
{
    assert_int_equal(p->outage.workers, 2);
    assert_int_equal(p->outage.same, 2);
    assert_int_equal(p->outage.replaced, 0);
    assert_int_equal(p->outage.restarts, 0);
}

static void check_before(const struct replay *p)
{
    const struct focus f = p->focus;
    assert_int_equal(p->outage.state, OUTAGE_NONE);
    assert_string_equal(f.service, "mistral");
    assert_string_equal(f.head->record.key, first_head);
    assert_string_equal(f.gcs_ns, GCS_NS);
    assert_string_equal(raynode_of_pod(p->world, &f, f.head)->id, first_node);
    struct head_loss loss = head_loss_of(p->world, &f, p->now_ms);
    assert_string_equal(loss.pod_why, "GCS FT on · Redis ok · GCS reconnect timeout 600 s");
    assert_int_equal(loss.pod, VERDICT_OK);
    assert_int_equal(loss.node, VERDICT_NO); /* the lab had one node that runs pods */
    assert_string_equal(
        loss.node_why,
        "the head and all ready workers are on K8s node realnode · gRPC keepalive set on the worker pods");
}

static void check_first_kill(const struct replay *p)
{
    const struct recovery *r = replay_recovery(p);
    rung_is(p, RUNG_GCS_SILENT, 558.272);
    rung_is(p, RUNG_HEAD_CREATED, 558.781);
    rung_is(p, RUNG_HEAD_RUNNING, 559.467);
    rung_is(p, RUNG_GCS_BACK, 568.274);
    rung_is(p, RUNG_HEAD_ALIVE, 567.273);
    rung_is(p, RUNG_HEAD_READY, 570.469);
    rung_is(p, RUNG_WORKERS_SAME, 570.628);
    assert_false(r->rung[RUNG_SERVE_RUNNING].reached);
    assert_int_equal(r->outage, OUTAGE_OVER);
    assert_int_equal(r->over_since_ms.value, WALL(570.628));
    assert_string_equal(r->old_head_uid, first_head);
    assert_string_equal(r->new_head_uid, second_head);
    assert_string_equal(r->old_ray_node, first_node);
    assert_int_equal(r->reconnect_s.value, 600);
    assert_string_equal(r->rung[RUNG_GCS_SILENT].note, "Ray connections 4 → 0, heartbeat stopped");
    assert_string_equal(r->rung[RUNG_GCS_BACK].note, "heartbeat of new head, f14b54ea in NODE");
    assert_string_equal(r->rung[RUNG_HEAD_ALIVE].note, "f14b54ea ALIVE, e900f747 DEAD");
    workers_are_the_same(p);
}

static void check_second_kill(const struct replay *p)
{
    const struct recovery *r = replay_recovery(p);
    rung_is(p, RUNG_GCS_SILENT, 625.282);
    rung_is(p, RUNG_HEAD_CREATED, 623.415);
    rung_is(p, RUNG_HEAD_RUNNING, 624.621);
    rung_is(p, RUNG_GCS_BACK, 632.822);
    rung_is(p, RUNG_HEAD_ALIVE, 631.822);
    rung_is(p, RUNG_HEAD_READY, 636.640);
    rung_is(p, RUNG_WORKERS_SAME, 636.827);
    assert_false(r->rung[RUNG_SERVE_RUNNING].reached);
    assert_int_equal(r->outage, OUTAGE_OVER);
    assert_string_equal(r->old_head_uid, second_head);
    assert_string_equal(r->new_head_uid, third_head);
    assert_string_equal(r->old_ray_node, second_node);
    assert_string_equal(r->rung[RUNG_GCS_SILENT].note, "Ray connections 4 → 2, heartbeat stopped");
    assert_string_equal(r->rung[RUNG_GCS_BACK].note, "heartbeat of new head, f63b0e28 in NODE");
    assert_string_equal(r->rung[RUNG_HEAD_ALIVE].note, "f63b0e28 ALIVE, f14b54ea DEAD");
    workers_are_the_same(p);
}

static void answer_is(const struct replay *p, int which, const char *question, const char *word, const char *text)
{
    struct answer a[ANSWERS];
    replay_answers(p, a);
    assert_string_equal(a[which].question, question);
    assert_string_equal(a[which].word, word);
    assert_string_equal(a[which].text, text);
}

/* We deleted them: T0 is when the delete was asked for. */
static void both_kills_are_ours(void **state)
{
    (void)state;
    struct replay p;
    play_open(&p, true);
    replay_until(&p, WALL(518));
    check_before(&p);
    replay_until(&p, WALL(565));
    assert_true(replay_recovery(&p)->ours);
    rung_is(&p, RUNG_DELETE_ACCEPTED, 528.077);
    assert_string_equal(replay_recovery(&p)->rung[RUNG_DELETE_ACCEPTED].note, "uid 3b87863e…, default grace");
    answer_is(&p, 1, "HEAD DOWN", "6.5s", "new head starting · workers reconnect for another 9:53");
    answer_is(&p, 2, "WORKER PODS", "2/2", "same UIDs, 0 restarts");
    replay_until(&p, WALL(623));
    check_first_kill(&p);
    /* All that ended in the 12.3 s from the end of the grace to the recovery; the slowest was a prompt. */
    assert_int_equal(prompts_answered(&p), 149);
    assert_int_equal(p.outage.request[OUTAGE_PROBES].ok + p.outage.request[OUTAGE_PROBES].slow, 124);
    assert_int_equal(p.outage.request[OUTAGE_PROMPTS].slowest_us.value, 377600);
    replay_until(&p, WALL(716.5));
    assert_true(replay_recovery(&p)->ours);
    rung_is(&p, RUNG_DELETE_ACCEPTED, 623.272);
    assert_string_equal(replay_recovery(&p)->rung[RUNG_DELETE_ACCEPTED].note, "uid cd7c182c…, grace 0");
    check_second_kill(&p);
    assert_int_equal(prompts_answered(&p), 164);
    assert_int_equal(p.outage.request[OUTAGE_PROBES].ok + p.outage.request[OUTAGE_PROBES].slow, 136);
    assert_int_equal(p.outage.request[OUTAGE_PROMPTS].slowest_us.value, 395800);
    replay_close(&p);
}

/* Somebody else deleted them: T0 is the first sign of it. */
static void both_kills_are_seen(void **state)
{
    (void)state;
    struct replay p;
    play_open(&p, false);
    replay_until(&p, WALL(623));
    assert_false(replay_recovery(&p)->ours);
    rung_is(&p, RUNG_DELETE_ACCEPTED, 528.139);
    assert_string_equal(replay_recovery(&p)->rung[RUNG_DELETE_ACCEPTED].note, "seen: head pod Terminating, grace 30");
    check_first_kill(&p);
    replay_until(&p, WALL(717));
    assert_false(replay_recovery(&p)->ours);
    rung_is(&p, RUNG_DELETE_ACCEPTED, 623.348);
    assert_string_equal(replay_recovery(&p)->rung[RUNG_DELETE_ACCEPTED].note, "seen: head pod Terminating, grace 0");
    check_second_kill(&p);
    replay_close(&p);
}

static void every_request_was_answered(void **state)
{
    (void)state;
    struct replay p;
    play_open(&p, true);
    replay_until(&p, WALL(540));
    answer_is(&p, 0, "ANSWERING", "YES", "142/142 since the delete, 0 failed, slowest probe 7 ms");
    replay_until(&p, WALL(717));
    struct probe_sum probes = probe_sum_of(p.world, "probe", 0), prompts = probe_sum_of(p.world, "prompt", 0);
    assert_int_equal(probes.ok, 2000);
    assert_int_equal(probes.failed + probes.slow + probes.waiting, 0);
    assert_int_equal(probes.slowest_us.value, 22800);
    assert_int_equal(prompts.ok, 400);
    assert_int_equal(prompts.failed + prompts.waiting, 0);
    replay_close(&p);
}

static void verdict_open(struct replay *p, void *arg)
{
    (void)arg;
    play_open_with(p, true, REPLAY_WHOAMI);
}

static void value_is(const struct drill_verdict *v, enum criterion_id id, double seconds)
{
    const double off = v->of[id].value.value - seconds;
    if (!v->of[id].value.known || off > 0.01 || off < -0.01)
        fail_msg("%s: %.3f s, not %.3f s", criterion_get(id)->id, v->of[id].value.value, seconds);
}

/* The users' way was asked twice a second, so that fewer than 20 requests were due in outages of 10 s and 8 s. */
static void kill_passes(uint64_t until_ms, double silent_s, double recovery_s)
{
    struct drill_verdict v;
    struct outage o;
    const struct drill_recording kill = {.open = verdict_open, .until_ms = until_ms, .limit = "requests=10"};
    drill_judge_recording(&kill, &v, &o);
    drill_verdict_print(FOLDER, &v);
    assert_string_equal(drill_result_word(v.result), "PASS");
    value_is(&v, CRITERION_OUTAGE, silent_s);
    value_is(&v, CRITERION_RECOVERY, recovery_s);
    assert_int_equal(v.of[CRITERION_RUNTIMES].state, JUDGED_NOT);
}

static void both_kills_pass(void **state)
{
    (void)state;
    kill_passes(WALL(623), 568.273 - 558.272, 570.469 - 558.403);
    kill_passes(WALL(716.5), 632.822 - 625.282, 636.640 - 623.272);
}

/* The GCS of before the first kill, and of the end: what is gone had to go. */
static void gcs_fields_are_kept(void **state)
{
    (void)state;
    static const struct outage_fields expected[] = {
        {"ACTOR", 10, 10, 2, 0, 0, true}, {"ACTOR_TASK_SPEC", 8, 7, 1, 0, 1, true},
        {"JOB", 3, 3, 2, 0, 0, true},     {"KV", 52, 50, 4, 0, 2, true},
        {"NODE", 5, 5, 2, 0, 0, true},    {"WORKERS", 16, 16, 6, 0, 0, true},
    };
    struct replay p;
    const struct outage *o = &p.outage;
    play_open(&p, true);
    replay_add_gcs_end(&p, WALL(600));
    replay_until(&p, WALL(600));
    assert_int_equal(o->tables, ARRAY_LEN(expected));
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        assert_string_equal(o->table[i].table, expected[i].table);
        assert_int_equal(o->table[i].before, expected[i].before);
        assert_int_equal(o->table[i].kept, expected[i].kept);
        assert_int_equal(o->table[i].lost, expected[i].lost);
        assert_int_equal(o->table[i].lost_expected, expected[i].lost_expected);
        assert_int_equal(o->table[i].added, expected[i].added);
        assert_true(o->table[i].known);
    }
    replay_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_kills_are_ours),        cmocka_unit_test(both_kills_are_seen),
        cmocka_unit_test(every_request_was_answered), cmocka_unit_test(both_kills_pass),
        cmocka_unit_test(gcs_fields_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
