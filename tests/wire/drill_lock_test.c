/*
 * drill_lock_test.c - drills of one RayService keep apart by a Lease: what is refused while another one holds it or its
 * cool-down lasts, who gets it of two that begin at once, and that every end gives it back.
 */
#include "backends/base/buf.h"
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/base/stamp.h"
#include "backends/base/text.h"
#include "backends/link/file.h"
#include "deploy/drill.h"
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

enum { FILE_MAX = 64 * 1024 };
#define LEASES "/apis/coordination.k8s.io/v1/namespaces/mistral/leases"
#define LEASE LEASES "/raydeck-drill-mistral"
#define APPLY "?fieldManager=other&force=true"

struct fixture {
    struct sim_fixture *sim;
    struct conf conf;
    struct session *session;
    struct drill *drill;
    struct criteria limits;
    bool confirming, over;
    struct why end;
    char said[16 * 1024];
};

static void on_changed(void *arg, const struct step *step, const struct step_line *line)
{
    struct fixture *x = arg;
    const size_t used = strlen(x->said);
    (void)step;
    if (line) snprintf(x->said + used, sizeof x->said - used, "%s\n", line->text);
}

static void on_confirm(void *arg)
{
    struct fixture *x = arg;
    x->confirming = true;
}

static void on_done(void *arg, enum err err, const char *why)
{
    struct fixture *x = arg;
    x->over = true;
    why_set(&x->end, err, "%s", why);
}

static void on_applied(void *arg, const struct change *c)
{
    struct fixture *x = arg;
    if (x->drill) drill_applied(x->drill, c);
}

static void config_read(struct fixture *x)
{
    struct buf text;
    struct why why = {0};
    char *path = mem_printf("%s/config.yaml", x->sim->folder);
    conf_init(&x->conf);
    x->conf.neuron[x->conf.neurons++] = mem_str("none"); /* its command would be this test */
    buf_init(&text, FILE_MAX);
    if (file_read(path, &text, &why) || conf_from_yaml(&x->conf, path, buf_text(&text), text.len, &why))
        fail_msg("%s", why.text);
    buf_done(&text);
    free(path);
}

#define WAIT_FOR(x, condition)                                                                                         \
    do {                                                                                                               \
        const uint64_t limit_ = loop_now_ms() + DEADLINE_MS;                                                           \
        while (!(condition) && loop_now_ms() < limit_) {                                                               \
            loop_step((x)->sim->loop, 20);                                                                             \
            session_tick((x)->session);                                                                                \
        }                                                                                                              \
        if (!(condition)) fail_msg("%s: %s (%s)", #condition, (x)->said, (x)->end.text);                               \
    } while (0)

static bool is_ready(const struct fixture *x)
{
    const struct focus f = session_focus(x->session);
    const struct world *w = session_world(x->session);
    return f.rayservice && f.head && f.redis && serve_endpoints_of(w, &f).besides_head &&
           session_prompt_kind(x->session, NULL) && session_settled(x->session);
}

static int fixture_open(void **state)
{
    struct fixture *x = mem_zero(1, sizeof *x);
    const struct session_calls calls = {.applied = on_applied, .arg = x};
    struct why why = {0};
    x->sim = sim_fixture_new(&(struct sim_conf){.seed = 7, .speed = 1});
    config_read(x);
    criteria_init(&x->limits);
    if (session_open(x->sim->loop, &x->conf, &calls, &x->session, &why)) fail_msg("%s", why.text);
    session_allow_changes(x->session, UINT64_MAX);
    *state = x;
    WAIT_FOR(x, is_ready(x));
    return 0;
}

static void drill_end(struct fixture *x)
{
    drill_free(x->drill);
    x->drill = NULL;
}

static int fixture_close(void **state)
{
    struct fixture *x = *state;
    drill_end(x);
    session_close(x->session);
    sim_fixture_free(x->sim);
    conf_done(&x->conf);
    free(x);
    return 0;
}

static void drill_begin(struct fixture *x, bool force)
{
    const struct step_observer observer = {on_changed, on_confirm, on_done, x};
    drill_end(x);
    x->confirming = x->over = false;
    x->said[0] = '\0';
    x->drill = drill_start(&(struct drill_conf){.loop = x->sim->loop,
                                                .session = x->session,
                                                .limits = &x->limits,
                                                .fault = DRILL_FAULT_DELETE_NOW,
                                                .force = force,
                                                .baseline_ms = 500},
                           &observer);
}

/* Confirmed, unless a guard refuses. */
static void drill_confirm(struct fixture *x, bool force)
{
    drill_begin(x, force);
    WAIT_FOR(x, x->confirming || x->over);
    if (x->over) fail_msg("%s", x->said);
    step_engine_confirm(drill_engine(x->drill), true);
}

/* As somebody else writes it: renewed `ago_s` ago, for `duration_s`. */
static void lease_put(struct fixture *x, const char *holder, unsigned ago_s, unsigned duration_s)
{
    char stamp[STAMP_TEXT_MAX];
    char *body =
        mem_printf("{\"apiVersion\":\"coordination.k8s.io/v1\",\"kind\":\"Lease\",\"metadata\":{\"name\":"
                   "\"raydeck-drill-mistral\",\"namespace\":\"mistral\",\"annotations\":{\"raydeck/last-drill\":"
                   "\"bob on ops-2, pid 3\"}},\"spec\":{\"holderIdentity\":\"%s\",\"leaseDurationSeconds\":%u,"
                   "\"acquireTime\":\"%s\",\"renewTime\":\"%s\"}}",
                   holder, duration_s, stamp_iso(stamp, loop_wall_ms(x->sim->loop) - ago_s * 1000), stamp);
    const long status = sim_fixture_status(x->sim, "PATCH", LEASE APPLY, "application/apply-patch+yaml", body);
    assert_true(status == 200 || status == 201);
    free(body);
}

static char *lease_text(struct fixture *x, const char *name)
{
    cJSON *lease = sim_fixture_get(x->sim, LEASE, 200);
    char *text = mem_str(json_str(json_get(lease, "spec"), name));
    cJSON_Delete(lease);
    return text;
}

static void check_holder(struct fixture *x, const char *part)
{
    char *holder = lease_text(x, "holderIdentity");
    if (*part ? !strstr(holder, part) : *holder) fail_msg("holder: %s", holder);
    free(holder);
}

static void check_head_stays(struct fixture *x, const char *uid)
{
    const struct focus f = session_focus(x->session);
    assert_non_null(f.head);
    assert_string_equal(f.head->record.key, uid);
    assert_false(f.head->deleted.known);
}

static void another_drill_that_runs_is_named(void **state)
{
    struct fixture *x = *state;
    lease_put(x, "bob on ops-2, pid 3", 5, 60);
    drill_begin(x, false);
    WAIT_FOR(x, x->over);
    assert_int_equal(x->end.code, ERR_GUARD);
    assert_non_null(strstr(x->said, "another drill is running: bob on ops-2, pid 3, since "));
    check_holder(x, "bob");
}

static void the_cool_down_ends_at_a_time(void **state)
{
    struct fixture *x = *state;
    lease_put(x, "", 10, 300);
    drill_begin(x, false);
    WAIT_FOR(x, x->over);
    assert_non_null(strstr(x->said, "the last drill (bob on ops-2, pid 3) ended at "));
    assert_non_null(strstr(x->said, "the cool-down ends at "));
    /* One that was left over has expired. */
    lease_put(x, "bob on ops-2, pid 3", 61, 60);
    drill_begin(x, false);
    WAIT_FOR(x, x->confirming);
}

static void without_the_right_it_is_not_judged(void **state)
{
    struct fixture *x = *state;
    sim_fixture_say(x->sim, "deny get leases");
    drill_begin(x, false);
    WAIT_FOR(x, x->over);
    assert_non_null(strstr(x->said, "this user may not get leases.coordination.k8s.io in mistral: whether "
                                    "another drill runs is not judged"));
    drill_confirm(x, true);
    struct buf text;
    buf_init(&text, 8192);
    drill_hypothesis(x->drill, &text);
    assert_non_null(strstr(buf_text(&text), "requests failed"));
    assert_null(strstr(buf_text(&text), "prompts failed")); /* it sends none */
    assert_non_null(strstr(buf_text(&text), "Overridden: this user may not get leases.coordination.k8s.io"));
    buf_done(&text);
    WAIT_FOR(x, drill_has_injected(x->drill));
    sim_fixture_say(x->sim, "allow");
    assert_int_equal(sim_fixture_status(x->sim, "GET", LEASE, NULL, NULL), 404);
}

static void one_that_may_not_be_written_is_refused(void **state)
{
    struct fixture *x = *state;
    sim_fixture_say(x->sim, "deny create leases");
    drill_begin(x, false);
    WAIT_FOR(x, x->over);
    assert_non_null(strstr(x->said, "this user may not create leases.coordination.k8s.io in mistral"));
}

/* Between the confirmation and the fault. */
static void of_two_that_begin_at_once_one_gets_it(void **state)
{
    struct fixture *x = *state;
    const struct focus f = session_focus(x->session);
    char *uid = mem_str(f.head->record.key);
    drill_begin(x, false);
    WAIT_FOR(x, x->confirming);
    lease_put(x, "bob on ops-2, pid 3", 0, 60);
    step_engine_confirm(drill_engine(x->drill), true);
    WAIT_FOR(x, x->over);
    assert_int_equal(x->end.code, ERR_GUARD);
    assert_non_null(strstr(x->said, "another drill has just taken the Lease"));
    assert_false(drill_has_injected(x->drill));
    check_holder(x, "bob");
    check_head_stays(x, uid);
    free(uid);
}

/* Also where nothing may be changed any more: after ^C. */
static void every_end_gives_it_back(void **state)
{
    struct fixture *x = *state;
    drill_confirm(x, false);
    WAIT_FOR(x, drill_has_injected(x->drill));
    check_holder(x, ", pid ");
    session_stop_changes(x->session, "interrupted");
    step_engine_cancel(drill_engine(x->drill), ERR_CANCELLED, "interrupted");
    WAIT_FOR(x, x->over);
    assert_int_equal(drill_report(x->drill)->verdict->result, DRILL_ABORTED);
    check_holder(x, "");
    cJSON *lease = sim_fixture_get(x->sim, LEASE, 200);
    assert_int_equal(json_u64(json_get(lease, "spec"), "leaseDurationSeconds").value, 300);
    cJSON_Delete(lease);
}

/* Aborted while the head is down, and the Lease cannot be released: the report lists what is left to do by hand. */
static void what_is_left_is_told(void **state)
{
    struct fixture *x = *state;
    struct buf text;
    drill_confirm(x, false);
    WAIT_FOR(x, drill_has_injected(x->drill));
    sim_fixture_say(x->sim, "deny patch leases");
    WAIT_FOR(x, session_recovery(x->session)->outage == OUTAGE_RUNNING);
    step_engine_cancel(drill_engine(x->drill), ERR_CANCELLED, "interrupted");
    WAIT_FOR(x, x->over);
    buf_init(&text, 8192);
    drill_by_hand(x->drill, &text);
    assert_non_null(strstr(buf_text(&text), "The recovery is not over, it waits for: "));
    assert_non_null(strstr(buf_text(&text), "kubectl -n mistral get pods,events"));
    assert_non_null(strstr(buf_text(&text), "The Lease raydeck-drill-mistral in mistral was not released: it expires"));
    buf_done(&text);
}

/* Nothing was killed: the next drill need not wait. */
static void a_fault_that_fails_leaves_no_cool_down(void **state)
{
    struct fixture *x = *state;
    drill_begin(x, false);
    WAIT_FOR(x, x->confirming);
    step_engine_confirm(drill_engine(x->drill), true);
    sim_fixture_say(x->sim, "deny delete pods");
    WAIT_FOR(x, x->over);
    assert_int_equal(x->end.code, ERR_FORBIDDEN);
    sim_fixture_say(x->sim, "allow");
    check_holder(x, "");
    cJSON *lease = sim_fixture_get(x->sim, LEASE, 200);
    assert_int_equal(json_u64(json_get(lease, "spec"), "leaseDurationSeconds").value, 1);
    cJSON_Delete(lease);
}

#define LOCK_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOCK_TEST(another_drill_that_runs_is_named),
        LOCK_TEST(the_cool_down_ends_at_a_time),
        LOCK_TEST(without_the_right_it_is_not_judged),
        LOCK_TEST(one_that_may_not_be_written_is_refused),
        LOCK_TEST(of_two_that_begin_at_once_one_gets_it),
        LOCK_TEST(every_end_gives_it_back),
        LOCK_TEST(what_is_left_is_told),
        LOCK_TEST(a_fault_that_fails_leaves_no_cool_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
