/*
 * replay_test.c - the answers at the top of the screen against what users of the service saw, second by second of
 * recordings of real failures. It prints a table; RAYDECK_REPLAY=1 prints each second that is not right.
 */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tests/support/frames.h"
#include "tests/support/replay.h"
#include "tests/support/replay_gcs.h"
#include "tests/support/score.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* In none of the recordings the sources are down for longer than the word may be behind. */
static void score_recording(const char *folder, struct score *s, size_t *undeployed, size_t *broken)
{
    struct replay p;
    struct frames *frames = frames_new(0);
    bool told = getenv("RAYDECK_REPLAY") != NULL;
    const bool records = text_eq(folder, REPLAY_GCS_FOLDER);
    replay_open(&p, folder, records ? REPLAY_NO_TABLES : REPLAY_AS_RECORDED);
    if (records) replay_add_gcs(&p);
    for (uint64_t at = p.begin_ms + 2000; at <= p.end_ms; at += 1000) {
        struct replay_users users = replay_users_of(&p, at);
        enum truth truth = truth_of(&users);
        replay_until(&p, at);
        const struct view view = replay_view(&p);
        const char *word = frames_check(frames, &view);
        frames_check_clock(frames, &view);
        if (p.focus.rayservice)
            score_second(s, truth, word, false);
        else
            ++*undeployed;
        if (told && !score_is_right(truth, word))
            print_message("  +%3llu s  true: %-12s said: %s\n", (unsigned long long)(at - p.begin_ms) / 1000,
                          truth_words(truth), word);
    }
    if (records) { /* fault tolerance is on, and NODE is read: its rung and its fields are among what was drawn */
        assert_true(p.outage.rung[RUNG_HEAD_ALIVE].seen && p.outage.rung[RUNG_GCS_BACK].seen);
        assert_true(p.outage.fields.known && p.outage.fields.kept > 0);
    }
    *broken = frames_broken(frames);
    if (*broken) print_message("%s", frames_complaints(frames));
    frames_free(frames);
    replay_close(&p);
}

static void every_frame_agrees_with_what_users_saw(void **state)
{
    (void)state;
    static const char *const folders[] = {"real-noft-kill",     "real-redis-pause",   "real-gcs-crash-twice",
                                          "real-operator-down", "real-deploy-failed", "ray-mistral"};
    size_t longest = 0, broken = 0;
    print_message("%-22s %7s %7s %7s %7s %10s %13s %7s\n", "recording", "seconds", "right", "wrong", "unknown",
                  "no service", "longest wrong", "broken");
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        struct score s = {0};
        size_t undeployed = 0, rules = 0;
        score_recording(folders[i], &s, &undeployed, &rules);
        print_message("%-22s %7zu %7zu %7zu %7zu %10zu %11zu s %7zu\n", folders[i], s.seconds, s.right, s.wrong,
                      s.unknown, undeployed, s.longest, rules);
        if (s.longest > longest) longest = s.longest;
        broken += rules;
    }
    if (longest > SCORE_WRONG_MAX_S) fail_msg("ANSWERING was wrong for %zu s in a row", longest);
    if (broken) fail_msg("%zu times a frame broke a rule", broken);
}

/* The operator is stopped for 20 s: no head pod comes, RayCluster says HeadPodReady all the while. */
static void a_head_that_nobody_makes_is_said(void **state)
{
    (void)state;
    const uint64_t deleted_ms = UINT64_C(1795951203532);
    struct answer a[ANSWERS];
    struct replay p;
    replay_open(&p, "real-operator-down", REPLAY_AS_RECORDED);
    replay_until(&p, deleted_ms + 15000);
    replay_answers(&p, a);
    assert_string_equal(a[0].word, "YES");
    assert_string_equal(a[1].question, "HEAD DOWN");
    assert_true(text_has(a[1].text, "no head pod for 14 s · none is being made: is the KubeRay operator up?"));
    assert_string_equal(a[2].word, "2/2");
    replay_until(&p, deleted_ms + 25000); /* the operator goes on */
    replay_answers(&p, a);
    assert_string_equal(a[1].question, "HEAD DOWN");
    assert_false(text_has(a[1].text, "no head pod"));
    replay_close(&p);
}

/* gcs_server is killed three times, each time as its port accepts: none of the lives in between is a recovery. */
static void an_accepting_port_is_no_recovery(void **state)
{
    (void)state;
    const uint64_t first_kill_ms = UINT64_C(1795951360845), back_s = 157, ready_s = 169;
    struct replay p;
    replay_open(&p, "real-gcs-crash-twice", REPLAY_AS_RECORDED);
    for (uint64_t s = 4; s < back_s; s++) {
        struct answer a[ANSWERS];
        replay_until(&p, first_kill_ms + s * 1000);
        replay_answers(&p, a);
        assert_int_equal(p.outage.state, OUTAGE_RUNNING);
        assert_string_equal(a[1].question, "HEAD DOWN");
        if (p.outage.rung[RUNG_GCS_BACK].seen) fail_msg("the GCS is called back %d s after the first kill", (int)s);
    }
    replay_until(&p, p.end_ms);
    assert_int_equal(p.outage.state, OUTAGE_OVER);
    assert_true(p.outage.rung[RUNG_GCS_BACK].after_ms >= (back_s - 3) * 1000);
    assert_true(p.outage.head_down_ms.value / 1000 >= ready_s - 3);
    assert_string_equal(p.outage.new_head_uid, p.outage.old_head_uid);
    replay_close(&p);
}

/*
 * The same, seen by Kubernetes alone: one outage of a container, from the first end that the API server told to the
 * pod's readiness. Read off pods.watch.ndjson by eye, seconds after 1795951000:
 *
 *   terminated, Error, exit code 1   362.949
 *   running, restartCount 1          363.921
 *   terminated again                 430.130, CrashLoopBackOff 434.137
 *   running, restartCount 2          448.210
 *   terminated again                 484.315, CrashLoopBackOff 489.126
 *   running, restartCount 3          514.454
 *   Ready                            530.471
 */
#define WALL(seconds) ((uint64_t)((1795951000 + (seconds)) * 1000.0 + 0.5))

static void rung_is_at(const struct outage *o, enum rung rung, double seconds)
{
    if (!o->rung[rung].seen) fail_msg("%s: not seen", rung_words(rung));
    assert_int_equal(o->rung[rung].wall_ms, WALL(seconds));
}

static void a_container_that_ends_thrice_is_one_outage(void **state)
{
    (void)state;
    struct replay p;
    const struct outage *o = &p.outage;
    char words[OUTAGE_WORDS_MAX];
    replay_open(&p, "real-gcs-crash-twice", REPLAY_KUBERNETES);
    replay_until(&p, WALL(362.948));
    assert_int_equal(o->state, OUTAGE_NONE);
    for (double at = 362.949; at < 530.4; at += 0.5) {
        replay_until(&p, WALL(at));
        assert_int_equal(o->state, OUTAGE_RUNNING);
        assert_int_equal(o->t0_wall_ms, WALL(362.949));
        if (!p.focus.head->started.known) assert_false(o->rung[RUNG_HEAD_RUNNING].seen);
    }
    replay_until(&p, p.end_ms);
    assert_int_equal(o->state, OUTAGE_OVER);
    assert_int_equal(o->t0_wall_ms, WALL(362.949));
    assert_string_equal(outage_cause_words(o, words), "head container ended: Error, exit code 1");
    assert_string_equal(o->old_head_uid, o->new_head_uid);
    assert_false(o->rung[RUNG_DELETE_ACCEPTED].seen);
    rung_is_at(o, RUNG_HEAD_RUNNING, 514.454);
    rung_is_at(o, RUNG_HEAD_READY, 530.471);
    assert_int_equal(o->head_down_ms.value, 167522);
    assert_string_equal(outage_worker_words(o, words), "2/2 same UIDs, 0 restarts");
    replay_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_frame_agrees_with_what_users_saw),
        cmocka_unit_test(a_head_that_nobody_makes_is_said),
        cmocka_unit_test(an_accepting_port_is_no_recovery),
        cmocka_unit_test(a_container_that_ends_thrice_is_one_outage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
