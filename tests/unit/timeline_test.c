/* timeline_test.c - the history of a RayService: of two recorded head kills, of one without fault tolerance, of sources
 * that fall silent, and within its limits. */
#include "backends/base/mem.h"
#include "backends/world/timelines.h"
#include "tests/support/random_change.h"
#include "tests/support/replay.h"
#include "tests/support/world_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KILL_MS UINT64_C(1795440528077)   /* marks.txt of ray-mistral: default grace */
#define KILL_2_MS UINT64_C(1795440623272) /* grace 0 */

struct lanes {
    struct timeline_lane lane[TIMELINE_LANES];
    size_t count;
};

static void lanes_of(const struct timeline *t, uint64_t from_ms, uint64_t to_ms, struct lanes *ret)
{
    ret->count = timeline_lanes(t, from_ms, to_ms, ret->lane, TIMELINE_LANES);
}

static size_t lanes_count(const struct lanes *l, enum timeline_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < l->count; i++) count += l->lane[i].kind == kind;
    return count;
}

static const struct timeline_lane *lane_of(const struct lanes *l, enum timeline_kind kind, size_t which)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->lane[i].kind == kind && which-- == 0) return &l->lane[i];
    fail_msg("there is no such lane");
    return NULL;
}

static enum timeline_state state_at(const struct timeline *t, const struct timeline_lane *lane, uint64_t at_ms)
{
    return timeline_cell(t, lane, at_ms, at_ms + 1).state;
}

/* A lane as a character a second, for a person and for a test. */
static const char *lane_line(const struct timeline *t, const struct timeline_lane *lane, uint64_t from_ms,
                             uint64_t to_ms, char out[512])
{
    static const char states[TIMELINE_STATES + 1] = " -#+:%?!";
    size_t n = 0;
    for (uint64_t at = from_ms; at < to_ms && n < 511; at += 1000) {
        const struct timeline_cell c = timeline_cell(t, lane, at, at + 1000);
        out[n] = states[c.state];
        if (lane->shape == SHAPE_BAND && c.died) out[n] = 'x';
        if (lane->shape == SHAPE_SERIES || lane->shape == SHAPE_BARS)
            out[n] = c.failed                      ? 'X'
                     : c.slow                      ? 's'
                     : c.waiting                   ? 'w'
                     : c.ok                        ? '.'
                     : c.state == TIMELINE_UNKNOWN ? '?'
                                                   : ' ';
        if (lane->shape == SHAPE_MARKS) out[n] = c.warnings ? '!' : c.normal ? '^' : ' ';
        if ((lane->shape == SHAPE_HEIGHT || lane->shape == SHAPE_VALUE) && !isnan(c.value))
            out[n] = c.value < 10 ? (char)('0' + (int)c.value) : c.value < 100 ? 'M' : 'L';
        n++;
    }
    out[n] = '\0';
    return out;
}

static void lanes_print(const struct timeline *t, uint64_t from_ms, uint64_t to_ms)
{
    struct lanes l;
    if (!getenv("RAYDECK_REPLAY")) return;
    lanes_of(t, from_ms, to_ms, &l);
    for (size_t i = 0; i < l.count; i++) {
        char line[512], words[TIMELINE_WORDS_MAX];
        printf("%-7s %-11s |%s| %s\n", l.lane[i].group, l.lane[i].name, lane_line(t, &l.lane[i], from_ms, to_ms, line),
               timeline_words(t, &l.lane[i], to_ms - 1000, 1000, words));
    }
}

/* ---- recordings -------------------------------------------------------------------------------------------------- */

static void two_recorded_kills(void **state)
{
    (void)state;
    struct replay p;
    struct lanes l;
    char line[512];
    replay_open(&p, "ray-mistral", REPLAY_PROMPTS);
    replay_until(&p, p.end_ms);
    const struct timeline *t = p.timeline;
    lanes_print(t, KILL_MS - 20000, p.end_ms);
    lanes_of(t, KILL_MS - 20000, p.end_ms, &l);

    /* Three heads: the first killed, the second killed, the third. Each next one is born as the one before goes. */
    assert_int_equal(lanes_count(&l, LANE_HEAD), 3);
    const struct timeline_lane *first = lane_of(&l, LANE_HEAD, 0), *second = lane_of(&l, LANE_HEAD, 1),
                               *third = lane_of(&l, LANE_HEAD, 2);
    assert_string_equal(first->name, "snqps");
    assert_string_equal(second->name, "dmpd8");
    assert_int_equal(state_at(t, first, KILL_MS - 1000), TIMELINE_READY);
    assert_int_equal(state_at(t, first, KILL_MS + 1500), TIMELINE_TERMINATING);
    assert_int_equal(state_at(t, first, KILL_2_MS), TIMELINE_GONE);
    assert_true(timeline_cell(t, first, KILL_MS, KILL_2_MS).died);
    assert_false(timeline_cell(t, first, KILL_MS - 20000, KILL_MS).died);
    assert_int_equal(state_at(t, second, KILL_2_MS - 1000), TIMELINE_READY);
    assert_int_equal(state_at(t, second, KILL_MS), TIMELINE_NONE);
    assert_true(timeline_cell(t, second, KILL_2_MS, KILL_2_MS + 5000).died);
    assert_int_equal(state_at(t, third, p.end_ms - 1000), TIMELINE_READY);
    assert_int_equal(state_at(t, third, KILL_2_MS), TIMELINE_NONE);
    assert_non_null(strchr(lane_line(t, third, KILL_2_MS, p.end_ms, line), '+'));

    /* No worker changes. */
    assert_int_equal(lanes_count(&l, LANE_WORKER), 2);
    for (size_t i = 0; i < 2; i++) {
        lane_line(t, lane_of(&l, LANE_WORKER, i), KILL_MS - 10000, p.end_ms, line);
        assert_int_equal(strspn(line, "#"), strlen(line));
    }
    /* The heartbeat gets old, and young again; connections go and come back; the fields stay. */
    const struct timeline_lane *beat = lane_of(&l, LANE_BEAT, 0);
    assert_true(timeline_cell(t, beat, KILL_MS - 5000, KILL_MS).value < 3);
    assert_true(timeline_cell(t, beat, KILL_MS, KILL_MS + 60000).value > 5);
    assert_true(timeline_cell(t, beat, p.end_ms - 3000, p.end_ms).value < 3);
    const struct timeline_cell fields = timeline_cell(t, lane_of(&l, LANE_FIELDS, 0), KILL_MS - 5000, KILL_MS);
    assert_int_equal(fields.state, TIMELINE_READY);
    assert_true(fields.value > 50);
    /* Every prompt is there, none failed. */
    assert_true(timeline_prompts(t) > 100);
    for (size_t i = 0; i < timeline_prompts(t); i++) {
        const struct timeline_prompt *prompt = timeline_prompt(t, i);
        assert_true(prompt->done_ms >= prompt->due_ms);
        assert_true(i == 0 || prompt->due_ms >= timeline_prompt(t, i - 1)->due_ms);
    }
    const struct timeline_cell asked =
        timeline_cell(t, lane_of(&l, LANE_PROMPTS, 0), timeline_prompt(t, 0)->due_ms - 1000, p.end_ms);
    assert_int_equal(asked.ok + asked.slow + asked.failed + asked.unknown, timeline_prompts(t));
    assert_int_equal(asked.failed, 0);
    assert_true(timeline_cell(t, lane_of(&l, LANE_EVENTS, 0), KILL_MS, p.end_ms).normal > 3);
    replay_close(&p);
}

static void a_kill_without_fault_tolerance(void **state)
{
    (void)state;
    struct replay p;
    struct lanes l;
    char words[TIMELINE_WORDS_MAX], line[512];
    replay_open(&p, "real-noft-kill", REPLAY_PROMPTS);
    replay_until(&p, p.end_ms);
    lanes_print(p.timeline, p.begin_ms, p.end_ms);
    lanes_of(p.timeline, p.begin_ms, p.end_ms, &l);
    /* Its workers' containers are started again: what a reader looks for first. */
    size_t ended = 0;
    for (size_t i = 0; i < lanes_count(&l, LANE_WORKER); i++) {
        lane_line(p.timeline, lane_of(&l, LANE_WORKER, i), p.begin_ms + 5000, p.end_ms, line);
        ended += strspn(line, "#") < strlen(line);
    }
    assert_true(ended > 0);
    assert_non_null(
        strstr(timeline_words(p.timeline, lane_of(&l, LANE_BEAT, 0), p.end_ms - 1000, 1000, words), "FT is off"));
    assert_true(timeline_cell(p.timeline, lane_of(&l, LANE_PROMPTS, 0), p.begin_ms, p.end_ms).failed > 0);
    replay_close(&p);
}

/* A Redis that hangs: from its last proof of life on nothing is known of the GCS, and then it is again. */
static void a_redis_that_hangs_is_unknown(void **state)
{
    (void)state;
    struct replay p;
    struct lanes l;
    char line[512];
    replay_open(&p, "real-redis-pause", REPLAY_AS_RECORDED);
    replay_until(&p, p.end_ms);
    lanes_print(p.timeline, p.begin_ms, p.end_ms);
    lanes_of(p.timeline, p.begin_ms, p.end_ms, &l);
    lane_line(p.timeline, lane_of(&l, LANE_FIELDS, 0), p.begin_ms + 3000, p.end_ms, line);
    const char *unknown = strchr(line, '?');
    assert_non_null(unknown);
    assert_true(strspn(unknown, "?") >= 15);
    assert_true(strspn(unknown, "?") < strlen(unknown));
    replay_close(&p);
}

/* ---- what is not known ------------------------------------------------------------------------------------------- */

static void before_it_was_watched_nothing_is_known(void **state)
{
    (void)state;
    struct fixture f;
    struct lanes l;
    char words[TIMELINE_WORDS_MAX];
    fixture_calm(&f);
    const struct timeline *t = f.timeline;
    const uint64_t began = timeline_began_ms(t);
    lanes_of(t, began - 60000, f.now_ms, &l);
    for (size_t i = 0; i < l.count; i++) {
        const struct timeline_lane *lane = &l.lane[i];
        if (lane->shape == SHAPE_MARKS) continue; /* Kubernetes keeps events of an hour */
        assert_int_equal(timeline_cell(t, lane, began - 30000, began - 29000).state, TIMELINE_UNKNOWN);
        if (lane->shape == SHAPE_BARS || lane->shape == SHAPE_SERIES) continue;
        assert_non_null(strstr(timeline_words(t, lane, began - 30000, 1000, words), "not watched yet"));
    }
    assert_true(l.count > 10);
    /* Neither is the future. */
    for (size_t i = 0; i < l.count; i++) {
        const struct timeline_cell cell = timeline_cell(t, &l.lane[i], f.now_ms + 5000, f.now_ms + 6000);
        assert_int_equal(cell.state, TIMELINE_NONE);
        assert_true(isnan(cell.value));
    }
    fixture_done(&f);
}

/* The fixture has neither prompts nor a Serve API. */
static bool is_idle(const struct timeline_lane *lane)
{
    return lane->shape == SHAPE_MARKS || lane->kind == LANE_PROMPTS || lane->kind == LANE_REPLICAS;
}

static void a_silent_source_is_unknown_from_its_last_proof_of_life(void **state)
{
    (void)state;
    struct fixture f;
    struct lanes l;
    char line[512], words[TIMELINE_WORDS_MAX];
    fixture_calm(&f);
    for (int i = 0; i < 5; i++) fixture_wait(&f, 1000);
    const uint64_t alive = f.now_ms;
    for (int i = 0; i < 20; i++) fixture_sleep(&f, 1000);
    const struct timeline *t = f.timeline;
    lanes_of(t, alive - 5000, f.now_ms, &l);
    lanes_print(t, alive - 10000, f.now_ms);
    for (size_t i = 0; i < l.count; i++) {
        const struct timeline_lane *lane = &l.lane[i];
        if (is_idle(lane)) continue;
        assert_int_equal(timeline_cell(t, lane, alive - 2000, alive - 1000).state, TIMELINE_READY);
        lane_line(t, lane, alive + 1000, f.now_ms, line);
        assert_int_equal(strspn(line, "?"), strlen(line));
        assert_non_null(strstr(timeline_words(t, lane, f.now_ms, 1000, words), "unknown"));
    }
    assert_non_null(
        strstr(timeline_words(t, lane_of(&l, LANE_WORKER, 0), f.now_ms, 1000, words), "kube/pods is STALE"));
    /* It is heard again: known from now on, and what was unknown stays so. */
    fixture_wait(&f, 1000);
    fixture_wait(&f, 1000);
    lanes_of(t, alive - 5000, f.now_ms, &l);
    for (size_t i = 0; i < l.count; i++) {
        const struct timeline_lane *lane = &l.lane[i];
        if (is_idle(lane)) continue;
        assert_int_equal(timeline_cell(t, lane, f.now_ms, f.now_ms + 1).state, TIMELINE_READY);
        assert_int_equal(timeline_cell(t, lane, alive + 10000, alive + 11000).state, TIMELINE_UNKNOWN);
    }
    fixture_done(&f);
}

/* ---- limits ------------------------------------------------------------------------------------------------------ */

static void no_more_is_kept_than_two_hours_and_so_many(void **state)
{
    (void)state;
    struct fixture f;
    struct lanes l;
    char words[TIMELINE_WORDS_MAX];
    fixture_calm(&f);
    fixture_many_pods(&f, 100);
    for (int i = 0; i < TIMELINE_PROMPTS + 10; i++) fixture_prompt(&f, "ok", 1000, 500000, "an answer");
    fixture_wait(&f, 1000);
    lanes_of(f.timeline, f.now_ms - 60000, f.now_ms, &l);
    assert_int_equal(lanes_count(&l, LANE_WORKER) + lanes_count(&l, LANE_HEAD), TIMELINE_PODS);
    assert_int_equal(timeline_prompts(f.timeline), TIMELINE_PROMPTS);
    timeline_dropped_words(f.timeline, words);
    assert_non_null(strstr(words, "39 pods, "));
    assert_non_null(strstr(words, " prompts not kept"));
    for (int i = 0; i < 3 * 3600 / 5; i++) fixture_wait(&f, 5000);
    assert_int_equal(timeline_prompts(f.timeline), 0);
    lanes_of(f.timeline, f.now_ms - 60000, f.now_ms, &l);
    assert_int_equal(timeline_cell(f.timeline, lane_of(&l, LANE_WORKER, 0), f.now_ms - 3600000, f.now_ms).state,
                     TIMELINE_READY);
    assert_int_equal(timeline_cell(f.timeline, lane_of(&l, LANE_FIELDS, 0), f.now_ms - TIMELINE_MS - 5000,
                                   f.now_ms - TIMELINE_MS - 1)
                         .state,
                     TIMELINE_READY); /* the last value before the horizon is kept: it tells what was true there */
    fixture_done(&f);
}

static void another_service_begins_anew(void **state)
{
    (void)state;
    struct fixture f;
    fixture_calm(&f);
    const uint64_t began = timeline_began_ms(f.timeline);
    struct rayservice *other = record_new(TABLE_RAYSERVICE, "another-uid");
    record_set(&other->ns, "mistral");
    record_set(&other->name, "mistral");
    fixture_apply(&f, change_gone("kube/rayservices", WORLD_KUBE, TABLE_RAYSERVICE, f.focus.rayservice->record.key));
    assert_int_equal(timeline_began_ms(f.timeline), began); /* it is gone: its history stays */
    fixture_wait(&f, 1000);
    fixture_put(&f, "kube/rayservices", WORLD_KUBE, other);
    fixture_wait(&f, 1000);
    assert_true(timeline_began_ms(f.timeline) > began);
    fixture_done(&f);
}

/* The console was stopped, or the machine slept: the time between is unknown, whatever comes first after it. */
static void while_nobody_watched_nothing_is_known(void **state)
{
    (void)state;
    struct fixture f;
    struct lanes l;
    fixture_calm(&f);
    for (int i = 0; i < 5; i++) fixture_wait(&f, 1000);
    const uint64_t stopped = f.now_ms;
    f.now_ms += 60000;
    f.wall_ms += 60000;
    fixture_probe(&f, "ok", 20000); /* before any tick */
    fixture_wait(&f, 0);
    fixture_wait(&f, 1000);
    lanes_of(f.timeline, stopped - 5000, f.now_ms, &l);
    for (size_t i = 0; i < l.count; i++) {
        const struct timeline_lane *lane = &l.lane[i];
        if (is_idle(lane)) continue;
        assert_int_equal(timeline_cell(f.timeline, lane, stopped - 1000, stopped).state, TIMELINE_READY);
        assert_int_equal(timeline_cell(f.timeline, lane, stopped + 20000, stopped + 40000).state, TIMELINE_UNKNOWN);
        assert_int_equal(timeline_cell(f.timeline, lane, f.now_ms, f.now_ms + 1).state, TIMELINE_READY);
    }
    fixture_done(&f);
}

/* Two RayServices, one on the screen after the other: each has its own history, with a hole where the other was. */
static void each_service_keeps_its_own(void **state)
{
    (void)state;
    struct fixture f;
    fixture_calm(&f);
    struct rayservice *other = (struct rayservice *)record_new(TABLE_RAYSERVICE, "another-uid");
    record_set(&other->ns, "mistral");
    record_set(&other->name, "another");
    fixture_put(&f, "kube/rayservices", WORLD_KUBE, other);
    struct timelines *all = timelines_new();
    const struct focus one = focus_of(f.world, "mistral", "mistral"), two = focus_of(f.world, "mistral", "another");
    assert_non_null(one.rayservice);
    assert_non_null(two.rayservice);
    uint64_t now = f.now_ms;
    for (int i = 0; i < 5; i++, now += 1000) timelines_tick(all, f.world, &one, now, now);
    const struct timeline *first = timelines_of(all, &one);
    const uint64_t began = timeline_began_ms(first);
    for (int i = 0; i < 30; i++, now += 1000) timelines_tick(all, f.world, &two, now, now);
    assert_ptr_not_equal(timelines_of(all, &two), first);
    assert_string_equal(timeline_service(timelines_of(all, &two)), "another-uid");
    timelines_tick(all, f.world, &one, now, now);
    assert_ptr_equal(timelines_of(all, &one), first);
    assert_int_equal(timeline_began_ms(first), began);
    struct lanes l;
    lanes_of(first, began, now, &l);
    assert_int_equal(state_at(first, lane_of(&l, LANE_WORKER, 0), began + 15000), TIMELINE_UNKNOWN);
    const struct focus none = {.ns = "mistral"};
    assert_ptr_equal(timelines_of(all, &none), first);
    timelines_free(all);
    fixture_done(&f);
}

/* Whatever comes, in whatever order: each lane can be read at any moment, and says something finite. */
static void random_changes_can_be_read(void **state)
{
    (void)state;
    struct rng rng = {.state = 7};
    struct world *w = world_new();
    struct timeline *t = timeline_new();
    uint64_t clock = 1000000;
    for (int i = 0; i < 20000; i++) {
        struct change *c = random_change(&rng, &clock);
        if (random_next(&rng) % 50 == 0) c->wall_ms = ((uint64_t)random_next(&rng) << 32) | random_next(&rng);
        if (random_next(&rng) % 50 == 0) c->at_ms = random_next(&rng);
        world_apply(w, c);
        const struct focus f = focus_of(w, NULL, NULL);
        timeline_observe(t, w, &f, c);
        if (i % 10 == 0) timeline_tick(t, w, &f, clock, clock);
        change_free(c);
        if (i % 500) continue;
        struct lanes l;
        const uint64_t now = timeline_now_ms(t), from = now > 60000 ? now - 60000 : 0;
        lanes_of(t, from, now, &l);
        for (size_t k = 0; k < l.count; k++) {
            char words[TIMELINE_WORDS_MAX];
            for (uint64_t at = from; at < now + 2000; at += 3000) {
                const struct timeline_cell cell = timeline_cell(t, &l.lane[k], at, at + 3000);
                assert_true(cell.state < TIMELINE_STATES);
                assert_true(!isinf(cell.value));
                timeline_words(t, &l.lane[k], at, 3000, words);
                assert_true(text_is_safe(words, strlen(words), TEXT_ONE_LINE));
            }
        }
    }
    timeline_free(t);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_recorded_kills),
        cmocka_unit_test(a_kill_without_fault_tolerance),
        cmocka_unit_test(a_redis_that_hangs_is_unknown),
        cmocka_unit_test(before_it_was_watched_nothing_is_known),
        cmocka_unit_test(a_silent_source_is_unknown_from_its_last_proof_of_life),
        cmocka_unit_test(no_more_is_kept_than_two_hours_and_so_many),
        cmocka_unit_test(another_service_begins_anew),
        cmocka_unit_test(while_nobody_watched_nothing_is_known),
        cmocka_unit_test(each_service_keeps_its_own),
        cmocka_unit_test(random_changes_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
