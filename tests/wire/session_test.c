/* session_test.c - the session: what is opened, found and asked for. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/link/file.h"
#include "backends/session/session.h"
#include "backends/world/evidence.h"
#include "tests/support/deadline.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FILE_MAX = 64 * 1024 };

/* A session against a simulated cluster of the test's own. */
struct fixture {
    struct sim_run *sim;
    struct loop *loop;
    struct conf conf;
    struct session *session;
    unsigned changes, deleted, dones;
    enum err done_err;
    char *phase, *answer;
};

static void on_changed(void *arg, const struct change *c)
{
    struct fixture *s = arg;
    s->changes++;
    s->deleted += c->type == CHANGE_DELETED;
}

static void read_config(struct fixture *s)
{
    struct buf b;
    struct why why = {0};
    conf_init(&s->conf);
    buf_init(&b, FILE_MAX);
    assert_int_equal(file_read(sim_run_config(s->sim), &b, &why), ERR_OK);
    assert_int_equal(conf_from_yaml(&s->conf, "config.yaml", buf_text(&b), b.len, &why), ERR_OK);
    buf_done(&b);
}

static void open_session(struct fixture *s)
{
    const struct session_calls calls = {.changed = on_changed, .arg = s};
    struct why why = {0};
    enum err err = session_open(s->loop, &s->conf, &calls, &s->session, &why);
    assert_string_equal(why.text, "");
    assert_int_equal(err, ERR_OK);
}

#define WAIT_FOR(s, condition)                                                                                         \
    do {                                                                                                               \
        uint64_t limit_ = loop_now_ms() + DEADLINE_MS;                                                                 \
        while (!(condition) && loop_now_ms() < limit_) {                                                               \
            loop_step((s)->loop, 20);                                                                                  \
            if ((s)->session) session_tick((s)->session);                                                              \
        }                                                                                                              \
        assert_true(condition);                                                                                        \
    } while (0)

static int fixture_open_with(void **state, const char *option)
{
    struct fixture *s = mem_zero(1, sizeof *s);
    const char *const extra[] = {"--seed", "7", "--speed", "10", option, NULL};
    s->sim = sim_run_start(extra);
    s->loop = loop_new();
    read_config(s);
    *state = s;
    return 0;
}

static int fixture_open(void **state)
{
    return fixture_open_with(state, NULL);
}

static int volatile_open(void **state)
{
    return fixture_open_with(state, "--redis-volatile");
}

static int fixture_close(void **state)
{
    struct fixture *s = *state;
    session_close(s->session);
    loop_free(s->loop);
    sim_run_stop(s->sim);
    conf_done(&s->conf);
    free(s->phase);
    free(s->answer);
    free(s);
    return 0;
}

static enum source_state state_of(const struct fixture *s, const char *source)
{
    const struct source *src = world_source_named(session_world(s->session), source);
    return src ? src->state : SOURCE_OFF;
}

static size_t ray_nodes_alive(const struct world *w)
{
    size_t n = 0;
    WORLD_EACH (row, w, TABLE_RAYNODE) n += !row->gone_ms && text_eq(ROW(row, raynode)->state, "ALIVE");
    return n;
}

static void three_worlds_are_found(void **state)
{
    struct fixture *s = *state;
    open_session(s);
    assert_false(session_settled(s->session));
    WAIT_FOR(s, session_settled(s->session));
    const struct world *w = session_world(s->session);
    struct focus f = session_focus(s->session);
    assert_string_equal(f.ns, "mistral");
    assert_string_equal(f.service, "mistral");
    assert_non_null(f.rayservice);
    assert_non_null(f.raycluster);
    assert_non_null(f.head);
    assert_string_equal(f.head->role, "head");
    assert_string_equal(f.gcs_ns, f.raycluster->record.key);
    assert_int_equal(world_count(w, TABLE_POD), 3);
    assert_int_equal(state_of(s, "redis"), SOURCE_LIVE);
    assert_int_equal(ray_nodes_alive(w), 3);
    assert_true(world_count(w, TABLE_GCSTABLE) >= 6);
    assert_int_equal(world_count(w, TABLE_MONITOR), 2);
    assert_int_equal(world_count(w, TABLE_CORE), 24);
    assert_int_equal(world_count(w, TABLE_SERVEAPP), 1);
    struct probe_sum sum = probe_sum_of(w, "probe", 0);
    assert_true(sum.ok + sum.slow >= 2);
    assert_int_equal(sum.failed, 0);
    assert_string_equal(session_where(s->session)->context, "raydeck-sim");
}

static struct service_evidence session_evidence(const struct fixture *s)
{
    const struct clock *clock = session_clock(s->session);
    struct focus f = session_focus(s->session);
    return evidence_of(session_world(s->session), &f, clock_now_ms(clock), clock_wall_ms(clock));
}

/* Lets time pass, in which nothing may be said of the service but that it answers, or that it is not known. */
static bool unknown_for(struct fixture *s, uint64_t ms)
{
    bool unknown = false;
    for (const uint64_t until_ms = loop_now_ms() + ms; loop_now_ms() < until_ms;) {
        loop_step(s->loop, 20);
        session_tick(s->session);
        struct service_evidence e = session_evidence(s);
        unknown = unknown || e.verdict == VERDICT_UNKNOWN;
        if (e.verdict > VERDICT_OK) fail_msg("%s: %s", evidence_word(e.verdict), e.line[e.from].why);
    }
    return unknown;
}

/* What cuts the console off is no news of the service: an API server that closes each connection, or is stopped. */
static void an_api_server_that_cuts_us_off_is_no_no(void **state)
{
    struct fixture *s = *state;
    open_session(s);
    WAIT_FOR(s, session_settled(s->session) && session_evidence(s).verdict == VERDICT_OK);
    struct service_evidence e = session_evidence(s);
    assert_int_equal(e.line[EVIDENCE_ROUTE].verdict, VERDICT_OK);
    assert_string_equal(e.line[EVIDENCE_ROUTE].by, "API server proxy");
    assert_string_equal(e.line[EVIDENCE_ROUTE].why, "ok · 2 endpoints, not head");
    assert_int_equal(e.line[EVIDENCE_MODEL].verdict, VERDICT_OK);
    free(sim_run_say(s->sim, "fault drop-connections"));
    (void)unknown_for(s, 3000);
    free(sim_run_say(s->sim, "clear drop-connections"));
    WAIT_FOR(s, session_evidence(s).verdict == VERDICT_OK);
    sim_run_pause(s->sim, true);
    assert_true(unknown_for(s, 2 * EVIDENCE_FRESH_MS));
    sim_run_pause(s->sim, false);
    WAIT_FOR(s, session_evidence(s).verdict == VERDICT_OK);
}

struct lines {
    struct buf all;
};

static void on_line(void *arg, const char *what, const char *value, const char *from)
{
    buf_printf(&((struct lines *)arg)->all, "%s=%s (%s)\n", what, value, from);
}

static void info_says_where_from_and_no_secret(void **state)
{
    struct fixture *s = *state;
    struct lines l;
    buf_init(&l.all, FILE_MAX);
    open_session(s);
    WAIT_FOR(s, session_settled(s->session) && state_of(s, "redis") == SOURCE_LIVE);
    session_info(s->session, on_line, &l);
    const char *text = buf_text(&l.all);
    assert_non_null(strstr(text, "context=raydeck-sim (kubeconfig)\n"));
    assert_non_null(strstr(text, "rayservice=mistral (the only one)\n"));
    assert_non_null(strstr(text, "redis password=known (Secret mistral/redis-auth, key password)\n"));
    assert_non_null(strstr(text, "redis=redis://127.0.0.1:"));
    assert_null(strchr(text, '@'));
    buf_done(&l.all);
}

static void on_killed(void *arg, enum err err, const char *why)
{
    struct fixture *s = arg;
    (void)why;
    s->dones++;
    s->done_err = err;
}

static bool head_is_new(const struct fixture *s, const char *old_uid)
{
    struct focus f = session_focus(s->session);
    return f.head && !text_eq(f.head->record.key, old_uid) && f.head->is_ready == TRI_YES;
}

static void only_the_confirmed_head_is_killed(void **state)
{
    struct fixture *s = *state;
    struct why why = {0};
    open_session(s);
    WAIT_FOR(s, session_settled(s->session));
    session_allow_changes(s->session, UINT64_MAX);
    assert_int_equal(session_may_delete(s->session, &why), ERR_OK);
    enum err err = session_kill_head(s->session, "00000000-0000-0000-0000-000000000000", 0, on_killed, s, &why);
    assert_int_equal(err, ERR_GUARD);
    assert_non_null(strstr(why.text, "not the one that was confirmed"));

    char *uid = mem_str(session_focus(s->session).head->record.key);
    assert_int_equal(session_kill_head(s->session, uid, 0, on_killed, s, &why), ERR_OK);
    WAIT_FOR(s, s->dones == 1);
    assert_int_equal(s->done_err, ERR_OK);
    assert_int_equal(s->deleted, 1);
    WAIT_FOR(s, head_is_new(s, uid));
    const struct recovery *r = session_recovery(s->session);
    assert_true(r->ours);
    assert_string_equal(r->old_head_uid, uid);
    assert_true(r->rung[RUNG_DELETE_ACCEPTED].reached && r->rung[RUNG_HEAD_CREATED].reached);
    WAIT_FOR(s, r->rung[RUNG_HEAD_RUNNING].reached && r->rung[RUNG_HEAD_READY].reached);
    struct focus f = session_focus(s->session);
    struct outage o;
    outage_of(r, session_world(s->session), &f, r->t0_ms, r->t0_wall_ms, &o);
    assert_int_equal(o.workers, 2);
    assert_true(outage_workers_lived_on(&o));
    free(uid);
}

static const struct pod *any_worker(const struct fixture *s)
{
    const struct focus f = session_focus(s->session);
    for (struct focus_pods at = focus_pods_of(session_world(s->session), &f); at.row; focus_pods_next(&at))
        if (!at.row->gone_ms && text_eq(ROW(at.row, pod)->role, "worker")) return ROW(at.row, pod);
    return NULL;
}

static void only_the_confirmed_worker_is_deleted(void **state)
{
    struct fixture *s = *state;
    struct why why = {0};
    open_session(s);
    WAIT_FOR(s, session_settled(s->session) && any_worker(s));
    char *uid = mem_str(any_worker(s)->record.key);
    assert_int_equal(session_kill_worker(s->session, uid, 0, on_killed, s, &why), ERR_GUARD); /* not armed */
    session_allow_changes(s->session, UINT64_MAX);
    const char *head = session_focus(s->session).head->record.key;
    assert_int_equal(session_kill_worker(s->session, head, 0, on_killed, s, &why), ERR_GUARD);
    assert_non_null(strstr(why.text, "no living worker of this RayService"));
    assert_int_equal(session_kill_worker(s->session, "0000", 0, on_killed, s, &why), ERR_GUARD);
    assert_int_equal(session_kill_worker(s->session, uid, 0, on_killed, s, &why), ERR_OK);
    assert_int_equal(session_kill_worker(s->session, uid, 0, on_killed, s, &why), ERR_GUARD); /* one at a time */
    WAIT_FOR(s, s->dones == 1);
    assert_int_equal(s->done_err, ERR_OK);
    WAIT_FOR(s, world_find(session_world(s->session), TABLE_POD, uid)->gone_ms);
    assert_int_equal(session_recovery(s->session)->outage, OUTAGE_NONE); /* the head is there */
    free(uid);
}

/* At this speed the GCS is silent for less than the one second of a heartbeat poll. */
static void a_short_silence_is_seen(void **state)
{
    struct fixture *s = *state;
    struct why why = {0};
    free(sim_run_say(s->sim, "speed 2"));
    open_session(s);
    WAIT_FOR(s, session_settled(s->session));
    const struct recovery *r = session_recovery(s->session);
    char *uid = mem_str(session_focus(s->session).head->record.key);
    session_allow_changes(s->session, UINT64_MAX);
    assert_int_equal(session_kill_head(s->session, uid, 0, on_killed, s, &why), ERR_OK);
    WAIT_FOR(s, r->rung[RUNG_HEAD_READY].reached);
    assert_true(r->rung[RUNG_GCS_SILENT].reached);
    assert_true(r->rung[RUNG_GCS_BACK].reached);
    free(uid);
}

static void guards_refuse(void **state)
{
    struct fixture *s = *state;
    struct why why = {0};
    s->conf.read_only = true;
    open_session(s);
    WAIT_FOR(s, session_settled(s->session));
    assert_int_equal(session_may_delete(s->session, &why), ERR_GUARD);
    assert_non_null(strstr(why.text, "--read-only"));
    s->conf.read_only = false;
    s->conf.contexts[0].readonly = true;
    assert_int_equal(session_may_delete(s->session, &why), ERR_GUARD);
    assert_non_null(strstr(why.text, "raydeck-sim"));
    assert_int_equal(session_kill_head(s->session, session_focus(s->session).head->record.key, 0, on_killed, s, &why),
                     ERR_GUARD);
    assert_int_equal(s->dones, 0);
}

struct sent {
    unsigned ends;
    enum err err;
};

static void on_sent(void *arg, const struct http_answer *answer)
{
    struct sent *sent = arg;
    sent->ends++;
    sent->err = answer->err ? answer->err : answer->status < 300 ? ERR_OK : ERR_FORBIDDEN;
}

/* What deploy and cleanup do: a request of their own through the session's client. */
static enum err pod_deleted(struct fixture *s, const char *path)
{
    const struct kube_ops *ops = NULL;
    struct kube *kube = session_kube(s->session, &ops);
    struct sent sent = {0};
    ops->request(kube, &(struct http_ask){.method = "DELETE", .url = path, .timeout_ms = 5000, .body_max = 100000},
                 &(struct http_calls){.done = on_sent, .arg = &sent});
    WAIT_FOR(s, sent.ends == 1);
    return sent.err;
}

/* Below the interface: whoever forgets to look at the arming is refused by the session, for every change. */
static void a_session_is_read_only_until_it_is_allowed(void **state)
{
    struct fixture *s = *state;
    struct why why = {0};
    open_session(s);
    WAIT_FOR(s, session_settled(s->session) && session_focus(s->session).head);
    char *uid = mem_str(session_focus(s->session).head->record.key);
    char *path = mem_printf("/api/v1/namespaces/mistral/pods/%s", session_focus(s->session).head->name);
    assert_int_equal(session_kill_head(s->session, uid, 0, on_killed, s, &why), ERR_GUARD);
    assert_string_equal(why.text, "READ-ONLY: this context is not armed");
    assert_int_equal(pod_deleted(s, path), ERR_GUARD);
    session_allow_changes(s->session, loop_now_ms()); /* over */
    assert_int_equal(session_kill_head(s->session, uid, 0, on_killed, s, &why), ERR_GUARD);
    assert_string_equal(why.text, "READ-ONLY: this context is not armed any more");
    assert_int_equal(pod_deleted(s, path), ERR_GUARD);
    session_allow_changes(s->session, UINT64_MAX);
    s->conf.read_only = true; /* wins over what the interface allows */
    assert_int_equal(pod_deleted(s, path), ERR_GUARD);
    s->conf.read_only = false;
    session_allow_changes(s->session, 0);
    assert_int_equal(pod_deleted(s, path), ERR_GUARD);
    assert_int_equal(s->dones, 0);
    assert_string_equal(session_focus(s->session).head->record.key, uid);
    session_allow_changes(s->session, UINT64_MAX);
    assert_int_equal(pod_deleted(s, path), ERR_OK);
    free(uid);
    free(path);
}

static enum tri may_delete(const struct fixture *s)
{
    const char *why;
    return session_may_delete_pods(s->session, &why);
}

/* Rights are given and taken while a console runs. */
static void permissions_are_asked_again(void **state)
{
    struct fixture *s = *state;
    struct why why = {0};
    free(sim_run_say(s->sim, "deny delete pods"));
    open_session(s);
    WAIT_FOR(s, session_settled(s->session) && !session_permission_waits(s->session));
    session_allow_changes(s->session, UINT64_MAX);
    char *uid = mem_str(session_focus(s->session).head->record.key);
    assert_int_equal(may_delete(s), TRI_NO);
    assert_int_equal(session_kill_head(s->session, uid, 0, on_killed, s, &why), ERR_FORBIDDEN);
    free(sim_run_say(s->sim, "allow"));
    session_refresh(s->session);
    WAIT_FOR(s, may_delete(s) == TRI_YES);
    free(sim_run_say(s->sim, "deny delete pods"));
    assert_int_equal(session_kill_head(s->session, uid, 0, on_killed, s, &why), ERR_OK);
    assert_int_equal(session_kill_head(s->session, uid, 0, on_killed, s, &why), ERR_GUARD); /* one at a time */
    WAIT_FOR(s, s->dones == 1);
    assert_int_equal(s->done_err, ERR_FORBIDDEN);
    WAIT_FOR(s, may_delete(s) == TRI_NO);
    free(uid);
}

static void on_answer(void *arg, const struct request *r)
{
    struct fixture *s = arg;
    s->dones++;
    free(s->phase);
    free(s->answer);
    s->phase = mem_str(r->phase);
    s->answer = mem_str(r->answer);
}

static void a_prompt_is_answered(void **state)
{
    struct fixture *s = *state;
    struct why why = {0};
    open_session(s);
    assert_int_equal(session_ask(s->session, &(struct prompt){.question = "early"}, on_answer, s, &why), ERR_NOT_FOUND);
    WAIT_FOR(s, session_settled(s->session));
    assert_int_equal(session_ask(s->session, &(struct prompt){.question = " \n"}, on_answer, s, &why), ERR_USAGE);
    assert_int_equal(
        session_ask(s->session, &(struct prompt){.question = "What does the GCS keep?"}, on_answer, s, &why), ERR_OK);
    WAIT_FOR(s, s->dones == 1);
    assert_string_equal(s->phase, "ok");
    assert_true(s->answer && strlen(s->answer) > 10);
    assert_null(strstr(s->answer, "[INST]"));

    for (int i = 0; i < 3; i++)
        assert_int_equal(session_ask(s->session, &(struct prompt){.question = "again"}, on_answer, s, &why), ERR_OK);
    session_stop_asking(s->session);
    assert_int_equal(s->dones, 4);
    assert_string_equal(s->phase, "cancelled");
    assert_int_equal(session_ask(s->session, &(struct prompt){.question = "still there?"}, NULL, NULL, &why), ERR_OK);
}

static void put_beside(struct fixture *s, void *record)
{
    sink_put(session_sink(s->session), change_put("beside", WORLD_KUBE, record));
}

/* A second RayService, with a head and a worker that no simulator knows. */
static void put_other_service(struct fixture *s)
{
    struct rayservice *r = record_new(TABLE_RAYSERVICE, "uid-other");
    record_set(&r->ns, "mistral");
    record_set(&r->name, "other");
    record_set(&r->active_cluster, "other-c");
    put_beside(s, r);
    struct raycluster *c = record_new(TABLE_RAYCLUSTER, "uid-other-c");
    record_set(&c->ns, "mistral");
    record_set(&c->name, "other-c");
    record_set(&c->service, "other");
    put_beside(s, c);
    for (int i = 0; i < 2; i++) {
        struct pod *p = record_new(TABLE_POD, i ? "uid-other-w" : "uid-other-h");
        record_set(&p->ns, "mistral");
        record_set(&p->name, i ? "other-w" : "other-h");
        record_set(&p->role, i ? "worker" : "head");
        record_set(&p->cluster, "other-c");
        record_set(&p->phase, "Running");
        p->is_ready = TRI_YES;
        put_beside(s, p);
    }
}

static bool is_probed(const struct fixture *s, const char *pod)
{
    WORLD_EACH (row, session_world(s->session), TABLE_REQUEST)
        if (!row->gone_ms && text_eq(ROW(row, request)->pod, pod)) return true;
    return false;
}

/* `:svc` during an outage: the ladder and the prompts of the service that is left go on, and are there again when one
 * comes back. */
static void a_service_goes_on_behind_another_focus(void **state)
{
    struct fixture *s = *state;
    struct why why = {0};
    open_session(s);
    WAIT_FOR(s, session_settled(s->session));
    put_other_service(s);
    WAIT_FOR(s, session_settled(s->session));
    assert_string_equal(session_focus(s->session).service, "mistral");
    char *uid = mem_str(session_focus(s->session).head->record.key);
    session_allow_changes(s->session, UINT64_MAX);
    assert_int_equal(session_kill_head(s->session, uid, 0, on_killed, s, &why), ERR_OK);
    WAIT_FOR(s, session_recovery(s->session)->outage == OUTAGE_RUNNING);
    const struct recovery *r = session_recovery(s->session);
    char *probed = mem_str(NULL);
    WORLD_EACH (row, session_world(s->session), TABLE_POD)
        if (text_eq(ROW(row, pod)->role, "worker") && is_probed(s, ROW(row, pod)->name))
            record_set(&probed, ROW(row, pod)->name);
    assert_non_null(probed);

    free(sim_run_say(s->sim, "fault serve-hang"));
    assert_int_equal(session_ask(s->session, &(struct prompt){.question = "a"}, on_answer, s, &why), ERR_OK);
    session_choose(s->session, "mistral", "other");
    assert_int_equal(session_recovery(s->session)->outage, OUTAGE_NONE);
    WAIT_FOR(s, is_probed(s, "other-w"));
    assert_false(is_probed(s, probed));
    WAIT_FOR(s, r->rung[RUNG_HEAD_READY].reached);
    assert_string_equal(r->old_head_uid, uid);
    assert_int_equal(session_recovery(s->session)->outage, OUTAGE_NONE);

    session_choose(s->session, "mistral", "mistral");
    assert_ptr_equal(session_recovery(s->session), r);
    WAIT_FOR(s, is_probed(s, probed) && !is_probed(s, "other-w"));
    WAIT_FOR(s, session_settled(s->session) && state_of(s, "redis") == SOURCE_LIVE);
    assert_null(s->phase);
    assert_int_equal(session_stop_asking(s->session), 1);
    assert_string_equal(s->phase, "cancelled");
    free(probed);
    free(uid);
}

/* Nothing of one is closed, dropped or shown with the other, whichever is in focus. */
static void services_are_read_side_by_side(void **state)
{
    struct fixture *s = *state;
    open_session(s);
    put_other_service(s);
    session_choose(s->session, "mistral", "mistral");
    WAIT_FOR(s, session_settled(s->session) && ray_nodes_alive(session_world(s->session)));
    char *uid = mem_str(session_focus(s->session).rayservice->record.key);

    session_choose(s->session, "mistral", "other");
    WAIT_FOR(s, is_probed(s, "other-w"));
    const struct world *shown = session_world(s->session), *beside = world_of_service(shown, uid);
    const struct source *redis = world_source_named(beside, "redis");
    assert_int_equal(ray_nodes_alive(shown), 0);
    assert_int_equal(state_of(s, "redis"), SOURCE_OFF);
    assert_int_equal(redis->state, SOURCE_LIVE);
    const uint64_t since_ms = redis->since_ms, at_ms = redis->last_alive_ms;
    const uint64_t requests = world_generation(beside, TABLE_REQUEST);
    WAIT_FOR(s, redis->last_alive_ms > at_ms && world_generation(beside, TABLE_REQUEST) > requests + 2);
    assert_true(ray_nodes_alive(beside) > 0);

    session_choose(s->session, "mistral", "mistral");
    assert_string_equal(session_focus(s->session).rayservice->record.key, uid);
    assert_int_equal(state_of(s, "redis"), SOURCE_LIVE); /* at once, by the same link */
    assert_int_equal(redis->since_ms, since_ms);
    assert_true(ray_nodes_alive(shown) > 0);
    assert_false(is_probed(s, "other-w"));
    free(uid);
}

static bool is_read(const struct fixture *s, const char *uid)
{
    const struct source *redis = world_source_named(world_of_service(session_world(s->session), uid), "redis");
    const struct source *serve = world_source_named(world_of_service(session_world(s->session), uid), "serve");
    return redis && serve && (redis->state != SOURCE_OFF || serve->state != SOURCE_OFF);
}

/* One that is deleted, and one that many others were chosen after. */
static void a_service_is_not_read_for_ever(void **state)
{
    struct fixture *s = *state;
    open_session(s);
    put_other_service(s);
    session_choose(s->session, "mistral", "mistral");
    WAIT_FOR(s, session_settled(s->session));
    char *uid = mem_str(session_focus(s->session).rayservice->record.key);
    session_choose(s->session, "mistral", "other");
    WAIT_FOR(s, is_read(s, uid) && is_read(s, "uid-other"));
    session_choose(s->session, "mistral", "mistral");
    sink_put(session_sink(s->session), change_gone("beside", WORLD_KUBE, TABLE_RAYSERVICE, "uid-other"));
    WAIT_FOR(s, !is_read(s, "uid-other"));
    assert_true(is_read(s, uid));
    unsigned others = 0;
    while (is_read(s, uid) && others < WORLD_OWNERS) {
        char name[16];
        snprintf(name, sizeof name, "other-%u", ++others);
        struct rayservice *r = record_new(TABLE_RAYSERVICE, name);
        record_set(&r->ns, "mistral");
        record_set(&r->name, name);
        put_beside(s, r);
        session_choose(s->session, "mistral", name);
        WAIT_FOR(s, is_read(s, name));
    }
    assert_int_equal(others, 8);
    session_choose(s->session, "mistral", "mistral");
    WAIT_FOR(s, state_of(s, "redis") == SOURCE_LIVE && ray_nodes_alive(session_world(s->session)));
    free(uid);
}

static void a_redis_that_goes_is_said_and_comes_back(void **state)
{
    struct fixture *s = *state;
    open_session(s);
    WAIT_FOR(s, session_settled(s->session) && state_of(s, "redis") == SOURCE_LIVE);
    free(sim_run_say(s->sim, "fault redis-gone"));
    WAIT_FOR(s, state_of(s, "redis") == SOURCE_DOWN);
    assert_int_equal(state_of(s, "kube/pods"), SOURCE_LIVE);
    free(sim_run_say(s->sim, "clear"));
    session_refresh(s->session);
    WAIT_FOR(s, state_of(s, "redis") == SOURCE_LIVE);
}

static struct outage outage_now(const struct fixture *s)
{
    struct outage o;
    const struct clock *clock = session_clock(s->session);
    const struct focus f = session_focus(s->session);
    outage_of(session_recovery(s->session), session_world(s->session), &f, clock_now_ms(clock), clock_wall_ms(clock),
              &o);
    return o;
}

/* A real redis-server that comes back without its keys: the GCS's state is gone, whatever has been seen of the head. */
static void a_redis_that_comes_back_empty_has_lost_the_state(void **state)
{
    struct fixture *s = *state;
    open_session(s);
    WAIT_FOR(s, session_settled(s->session) && ray_nodes_alive(session_world(s->session)));
    free(sim_run_say(s->sim, "fault redis-gone"));
    WAIT_FOR(s, state_of(s, "redis") == SOURCE_DOWN);
    assert_false(outage_now(s).state_gone); /* down is not gone */
    assert_false(outage_now(s).fields.known);
    free(sim_run_say(s->sim, "clear"));
    session_refresh(s->session);
    WAIT_FOR(s, outage_now(s).state_gone);
    WAIT_FOR(s, outage_now(s).fields.known);
    const struct outage o = outage_now(s);
    assert_true(o.fields.lost > 20);
    assert_false(o.node_stale);
}

static void worlds_may_be_left_out(void **state)
{
    struct fixture *s = *state;
    struct why why = {0};
    conf_done(&s->conf);
    conf_init(&s->conf);
    s->conf.kubeconfig = mem_str("none");
    s->conf.redis = mem_str("none");
    s->conf.neuron[s->conf.neurons++] = mem_str("none");
    open_session(s);
    WAIT_FOR(s, session_settled(s->session));
    assert_int_equal(state_of(s, "kube"), SOURCE_OFF);
    assert_null(session_where(s->session));
    assert_int_equal(session_may_delete(s->session, &why), ERR_UNSUPPORTED);
    assert_int_equal(session_ask(s->session, &(struct prompt){.question = "x"}, NULL, NULL, &why), ERR_UNSUPPORTED);
    const struct source *redis = world_source_named(session_world(s->session), "redis");
    assert_string_equal(redis->why, "--redis none");
}

/* Replaces the simulator's kubeconfig by something else. */
static void a_broken_kubeconfig_that_was_named_is_an_error(void **state)
{
    struct fixture *s = *state;
    struct why why = {0};
    const struct session_calls calls = {.changed = on_changed, .arg = s};
    char *folder = run_folder(), *path = mem_printf("%s/kubeconfig", folder);
    assert_int_equal(file_write(path, "clusters: [\n", 12, &why), ERR_OK);
    free(s->conf.kubeconfig);
    s->conf.kubeconfig = mem_str(path);
    assert_int_equal(session_open(s->loop, &s->conf, &calls, &s->session, &why), ERR_PARSE);
    assert_null(s->session);
    assert_non_null(strstr(why.text, "kubeconfig:2:1"));
    free(path);
    run_remove(folder);
}

static void a_command_that_is_not_there_is_a_state(void **state)
{
    struct fixture *s = *state;
    free(s->conf.neuron[0]);
    free(s->conf.neuron[1]);
    s->conf.neurons = 1;
    s->conf.neuron[0] = mem_str("no-such-neuron-monitor");
    open_session(s);
    WAIT_FOR(s, session_settled(s->session));
    assert_int_equal(state_of(s, "neuron"), SOURCE_DOWN);
    assert_int_equal(state_of(s, "kube/pods"), SOURCE_LIVE);
}

/* ---- namespaces ------------------------------------------------------------------------------------------------- */

static const char *scope_of(const struct fixture *s)
{
    const struct source *pods = world_source_named(session_world(s->session), "kube/pods");
    return pods && pods->scope ? pods->scope : "";
}

static bool pods_are_listed(const struct fixture *s)
{
    const struct source *pods = world_source_named(session_world(s->session), "kube/pods");
    return pods && pods->listed_ms;
}

static void put_twin_service(struct fixture *s)
{
    struct rayservice *r = record_new(TABLE_RAYSERVICE, "twin-uid");
    record_set(&r->ns, "twin");
    record_set(&r->name, "mistral");
    put_beside(s, &r->record);
}

/* Two RayServices of one name are two; each is chosen by its namespace. */
static void all_namespaces_are_watched_and_one_again(void **state)
{
    struct fixture *s = *state;
    s->conf.all_namespaces = true;
    open_session(s);
    WAIT_FOR(s, session_settled(s->session));
    assert_string_equal(scope_of(s), SCOPE_ALL);
    assert_string_equal(session_focus(s->session).ns, "mistral");
    const struct row *head = session_focus(s->session).head_row;
    assert_non_null(head);
    put_twin_service(s);
    session_choose(s->session, "twin", "mistral");
    WAIT_FOR(s, session_focus(s->session).rayservice);
    assert_string_equal(session_focus(s->session).rayservice->record.key, "twin-uid");
    assert_null(session_focus(s->session).head);
    assert_string_equal(scope_of(s), SCOPE_ALL);
    session_choose(s->session, "mistral", "mistral");
    assert_ptr_equal(session_focus(s->session).head_row, head); /* not read anew */
    session_watch(s->session, "mistral");
    WAIT_FOR(s, text_eq(scope_of(s), "mistral") && pods_are_listed(s));
    assert_non_null(session_focus(s->session).head);
    assert_int_equal(session_recovery(s->session)->outage, OUTAGE_NONE);
    session_watch(s->session, "elsewhere"); /* the focus is given up */
    assert_null(session_focus(s->session).rayservice);
    WAIT_FOR(s, text_eq(scope_of(s), "elsewhere") && pods_are_listed(s));
    session_watch(s->session, NULL);
    session_choose(s->session, "mistral", "mistral"); /* one of two */
    WAIT_FOR(s, text_eq(scope_of(s), SCOPE_ALL) && session_focus(s->session).head);
    assert_int_equal(session_recovery(s->session)->outage, OUTAGE_NONE);
}

static void a_choice_moves_the_focus(void **state)
{
    struct fixture *s = *state;
    open_session(s);
    WAIT_FOR(s, session_settled(s->session));
    session_choose(s->session, "mistral", "another");
    WAIT_FOR(s, session_focus(s->session).rayservice == NULL);
    struct why why = {0};
    assert_int_equal(session_may_delete(s->session, &why), ERR_NOT_FOUND);
    session_choose(s->session, "mistral", "mistral");
    WAIT_FOR(s, session_focus(s->session).head != NULL);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        T(three_worlds_are_found),
        T(an_api_server_that_cuts_us_off_is_no_no),
        T(info_says_where_from_and_no_secret),
        T(only_the_confirmed_head_is_killed),
        T(only_the_confirmed_worker_is_deleted),
        T(a_short_silence_is_seen),
        T(a_service_goes_on_behind_another_focus),
        T(services_are_read_side_by_side),
        T(a_service_is_not_read_for_ever),
        T(guards_refuse),
        T(a_session_is_read_only_until_it_is_allowed),
        T(permissions_are_asked_again),
        T(a_prompt_is_answered),
        T(a_redis_that_goes_is_said_and_comes_back),
        cmocka_unit_test_setup_teardown(a_redis_that_comes_back_empty_has_lost_the_state, volatile_open, fixture_close),
        T(worlds_may_be_left_out),
        T(a_broken_kubeconfig_that_was_named_is_an_error),
        T(a_command_that_is_not_there_is_a_state),
        T(all_namespaces_are_watched_and_one_again),
        T(a_choice_moves_the_focus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
