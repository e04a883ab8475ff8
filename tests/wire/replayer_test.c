/* replayer_test.c - A recording that is replayed makes the session what the recorded one was, at any moment; nothing
 * can be asked or changed in it. */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/recording/flight_ring.h"
#include "backends/recording/recorder.h"
#include "backends/session/replayer.h"
#include "backends/world/outage.h"
#include "tui/panes/timeline_text.h"
#include "tui/status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD_KILL "tests/fixtures/recordings/head-kill.rec"
enum { FILE_MAX = 64 << 20, STEP_MS = 700 };

/* A recording in a session, and what is recorded of it in turn. */
struct played {
    struct loop *loop;
    struct conf conf;
    struct recording *recording;
    struct session *session;
    struct replayer *replayer;
    struct recorder *recorder; /* NULL: none */
    struct flight_ring *flight;
    struct buf file;
};

static void on_piece(void *arg, const struct frame_piece *piece)
{
    struct played *p = arg;
    assert_int_equal(buf_add(&p->file, piece->bytes, piece->len), ERR_OK);
    flight_ring_piece(p->flight, piece);
}

static void on_applied(void *arg, const struct change *c)
{
    const struct played *p = arg;
    if (p->recorder) recorder_change(p->recorder, c);
}

/* Takes the recording. */
static void played_open(struct played *p, struct recording *r, bool records)
{
    const struct session_calls calls = {.applied = on_applied, .arg = p};
    const struct frame_calls frames = {on_piece, p};
    const struct recording_about *a = recording_about(r);
    *p = (struct played){.loop = loop_new(), .recording = r};
    conf_init(&p->conf);
    buf_init(&p->file, FILE_MAX);
    p->flight = flight_ring_new();
    p->session = session_open_replay(p->loop, &p->conf, &calls);
    if (records) p->recorder = recorder_new(&frames, NULL, a->begin_ms, a->begin_wall_ms);
    p->replayer = replayer_new(p->loop, p->recording, p->session);
}

static void played_close(struct played *p)
{
    replayer_free(p->replayer);
    session_close(p->session);
    recording_close(p->recording);
    recorder_free(p->recorder);
    flight_ring_free(p->flight);
    buf_done(&p->file);
    conf_done(&p->conf);
    loop_free(p->loop);
}

static struct recording *recording_opened(void)
{
    struct recording *r = NULL;
    struct why why = {0};
    if (recording_open(HEAD_KILL, &r, &why)) fail_msg("%s", why.text);
    return r;
}

static char *status_now(const struct played *p)
{
    struct outage outage;
    struct status_of s = {.world = session_world(p->session),
                          .outage = &outage,
                          .previous = outage_previous(session_recovery(p->session)),
                          .focus = session_focus(p->session),
                          .now_ms = clock_now_ms(session_clock(p->session)),
                          .wall_ms = clock_wall_ms(session_clock(p->session))};
    outage_of(session_recovery(p->session), s.world, &s.focus, s.now_ms, s.wall_ms, &outage);
    cJSON *json = status_json(&s);
    char *text = cJSON_Print(json);
    cJSON_Delete(json);
    return text;
}

static void assert_same_status(const struct played *a, const struct played *b)
{
    char *of_a = status_now(a), *of_b = status_now(b);
    size_t at = 0;
    while (of_a[at] && of_a[at] == of_b[at]) at++;
    if (strcmp(of_a, of_b) != 0)
        fail_msg("at byte %zu: …%.200s\n… and …%.200s", at, of_a + (at > 80 ? at - 80 : 0),
                 of_b + (at > 80 ? at - 80 : 0));
    cJSON_free(of_a);
    cJSON_free(of_b);
}

/* The last two minutes, as the pane of the timeline draws them. Caller frees. */
static char *timeline_now(const struct played *p)
{
    struct outage outage;
    struct buf out;
    const struct focus f = session_focus(p->session);
    const uint64_t now = clock_now_ms(session_clock(p->session));
    outage_of(session_recovery(p->session), session_world(p->session), &f, now,
              clock_wall_ms(session_clock(p->session)), &outage);
    const struct timeline_scene s = {.timeline = session_timeline(p->session),
                                     .outage = &outage,
                                     .from_ms = now - 120000,
                                     .to_ms = now,
                                     .cursor_ms = now - 5000};
    buf_init(&out, TIMELINE_TEXT_MAX);
    timeline_text(&s, "", TIMELINE_TEXT_COLS, false, &out);
    return buf_take(&out);
}

static void assert_same_timeline(const struct played *a, const struct played *b)
{
    char *of_a = timeline_now(a), *of_b = timeline_now(b);
    assert_string_equal(of_a, of_b);
    free(of_a);
    free(of_b);
}

static void a_head_kill_is_told_as_it_was(void **state)
{
    (void)state;
    struct played p;
    struct outage o;
    played_open(&p, recording_opened(), false);
    assert_int_equal(recording_about(p.recording)->problems, 0);
    replayer_to(p.replayer, recording_about(p.recording)->end_ms);
    struct focus f = session_focus(p.session);
    outage_of(session_recovery(p.session), session_world(p.session), &f, clock_now_ms(session_clock(p.session)),
              clock_wall_ms(session_clock(p.session)), &o);
    assert_int_equal(o.state, OUTAGE_OVER);
    assert_true(o.head_lost && o.final);
    assert_true(outage_workers_lived_on(&o));
    assert_int_equal(o.request[OUTAGE_PROBES].failed, 0);
    assert_true(o.request[OUTAGE_PROBES].ok > 20); /* of the outage alone: from the head's end to its recovery */
    assert_true(o.head_down_ms.known && o.head_down_ms.value > 5000 && o.head_down_ms.value < 30000);
    played_close(&p);
}

/* The session that is recorded and the one that its recording is replayed in, side by side, to the end and back. */
static void a_replay_is_what_was_recorded_at_any_moment(void **state)
{
    (void)state;
    struct played live, again;
    played_open(&live, recording_opened(), true);
    const struct recording_about *a = recording_about(live.recording);
    const uint64_t begin = a->begin_ms, end = a->end_ms;
    for (uint64_t at = begin; at <= end; at += STEP_MS) {
        replayer_to(live.replayer, at);
        recorder_turn(live.recorder, session_world(live.session), at, clock_wall_ms(session_clock(live.session)));
    }
    recorder_cut(live.recorder);
    recorder_free(live.recorder);
    live.recorder = NULL;
    struct recording *copy = NULL;
    assert_int_equal(recording_of_bytes(&live.file, &copy, NULL), ERR_OK);
    played_open(&again, copy, false);
    assert_int_equal(recording_about(copy)->problems, 0);
    for (uint64_t at = begin + 10 * STEP_MS; at <= end; at += 10 * STEP_MS) {
        replayer_to(live.replayer, at);
        replayer_to(again.replayer, at);
        assert_same_status(&live, &again);
        assert_same_timeline(&live, &again);
    }
    replayer_to(live.replayer, begin + 30000);
    replayer_to(again.replayer, begin + 30000);
    assert_same_status(&live, &again);
    assert_same_timeline(&live, &again);
    played_close(&again);
    played_close(&live);
}

/* The fixture's changes twice, one after the other: long enough for a keyframe. */
static struct recording *four_minutes(void)
{
    struct recording *r = recording_opened(), *ret = NULL;
    const struct recording_about *a = recording_about(r);
    struct played p = {.flight = flight_ring_new()};
    const struct frame_calls frames = {on_piece, &p};
    struct world *w = world_new();
    struct recorded next;
    buf_init(&p.file, FILE_MAX);
    struct recorder *recorder = recorder_new(&frames, NULL, a->begin_ms, a->begin_wall_ms);
    for (uint64_t round = 0; round < 2; round++) {
        recording_seek(r, 0);
        while (recording_next(r, &next)) {
            if (!next.change) continue;
            next.change->at_ms += round * (a->end_ms - a->begin_ms);
            next.change->wall_ms += round * (a->end_ms - a->begin_ms);
            world_apply(w, next.change);
            recorder_change(recorder, next.change);
            recorder_turn(recorder, w, next.change->at_ms, next.change->wall_ms);
            change_free(next.change);
        }
    }
    recorder_cut(recorder);
    assert_int_equal(recording_of_bytes(&p.file, &ret, NULL), ERR_OK);
    recorder_free(recorder);
    recording_close(r);
    flight_ring_free(p.flight);
    buf_done(&p.file);
    world_free(w);
    return ret;
}

/* What the flight recorder keeps begins with a keyframe: the world is there at once. */
static void a_replay_can_begin_with_a_keyframe(void **state)
{
    (void)state;
    struct recording *r = four_minutes();
    struct world *whole = world_new(), *entered = world_new();
    struct recorded next;
    bool any_base = false;
    while (recording_next(r, &next)) {
        if (next.change) world_apply(whole, next.change);
        change_free(next.change);
    }
    recording_seek(r, recording_about(r)->end_ms);
    while (recording_next(r, &next)) {
        any_base |= next.base;
        if (next.change) world_apply(entered, next.change);
        change_free(next.change);
    }
    assert_true(any_base);
    for (int t = 0; t < TABLE_COUNT; t++)
        assert_int_equal(world_count(whole, (enum table)t), world_count(entered, (enum table)t));
    world_free(whole);
    world_free(entered);
    recording_close(r);
}

static void nothing_is_asked_or_changed(void **state)
{
    (void)state;
    struct played p;
    struct why why = {0};
    played_open(&p, recording_opened(), false);
    replayer_to(p.replayer, recording_about(p.recording)->end_ms);
    assert_true(session_replays(p.session));
    session_allow_changes(p.session, UINT64_MAX);
    const struct focus f = session_focus(p.session);
    assert_non_null(f.head);
    assert_int_not_equal(session_may_delete(p.session, &why), ERR_OK);
    assert_int_not_equal(session_kill_head(p.session, f.head->record.key, 0, NULL, NULL, &why), ERR_OK);
    assert_int_equal(session_may_ask(p.session, NULL, &why), ERR_UNSUPPORTED);
    assert_non_null(strstr(why.text, "a recording is replayed"));
    const struct prompt prompt = {.question = "who?"};
    assert_int_not_equal(session_ask(p.session, &prompt, NULL, NULL, &why), ERR_OK);
    session_refresh(p.session);
    for (int i = 0; i < 20; i++) loop_step(p.loop, 5);
    played_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_kill_is_told_as_it_was),
        cmocka_unit_test(a_replay_is_what_was_recorded_at_any_moment),
        cmocka_unit_test(a_replay_can_begin_with_a_keyframe),
        cmocka_unit_test(nothing_is_asked_or_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
