/* doctor_report_test.c - what the doctor makes of a world as a whole: healthy, empty, old, without Redis; and its
 * report. */
#include "backends/base/mem.h"
#include "backends/world/answers.h"
#include "tests/support/faulty_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_nothing_wrong(void **state)
{
    (void)state;
    struct faulty_world w;
    struct findings f;
    faulty_begin(&w);
    faulty_examine(&w, &f);
    if (f.count) fail_msg("%s %s: %s", f.items[0].rule->id, f.items[0].where.object, f.items[0].message);
    findings_done(&f);
    faulty_end(&w);
}

/* Old is unknown: nothing that was not heard for long is taken for fine. */
static void test_stale(void **state)
{
    (void)state;
    struct faulty_world w;
    struct findings f;
    faulty_begin(&w);
    small_wait(&w.s, 20000);
    faulty_examine(&w, &f);
    for (int rule = RULE_D5; rule <= RULE_D12; rule++) {
        const struct finding *got = faulty_first(&f, (enum rule_id)rule);
        assert_non_null(got);
        assert_int_equal(got->severity, FINDING_UNKNOWN);
        assert_non_null(strstr(got->message, "no update for 20 s"));
    }
    assert_int_equal(faulty_first(&f, RULE_D3)->severity, FINDING_UNKNOWN);
    assert_int_equal(f.of[FINDING_ERROR] + f.of[FINDING_WARNING], 0);
    findings_done(&f);
    faulty_end(&w);
}

static void test_empty_world(void **state)
{
    (void)state;
    struct faulty_world w = {.ask = {.may_delete = TRI_UNKNOWN}};
    struct findings f;
    small_init(&w.s, false);
    faulty_examine(&w, &f);
    assert_true(f.count > 0);
    assert_int_equal(f.of[FINDING_UNKNOWN], f.count);
    findings_done(&f);
    faulty_end(&w);
}

/* Without fault tolerance there is no Redis to judge. */
static void test_no_redis_to_judge(void **state)
{
    (void)state;
    struct faulty_world w;
    struct findings f;
    faulty_begin(&w);
    struct rayservice *rs = faulty_service(&w);
    rs->ft = TRI_NO;
    faulty_put(&w, rs);
    small_apply(&w.s, change_gone("redis", WORLD_REDIS, TABLE_REDIS, "redis"));
    faulty_source(&w, "redis", SOURCE_OFF, ERR_OK, NULL);
    faulty_examine(&w, &f);
    for (int rule = RULE_D5; rule <= RULE_D12; rule++) assert_null(faulty_first(&f, (enum rule_id)rule));
    assert_int_equal(f.items[0].rule - rule_get(RULE_L9), 0);
    findings_done(&f);
    faulty_end(&w);
}

/* What the strip counts as a warning is a warning here as well. */
static void test_the_answers_warnings(void **state)
{
    (void)state;
    struct faulty_world w;
    struct findings f;
    faulty_begin(&w);
    struct focus focus = small_focus(&w.s);
    assert_int_equal(head_loss_of(w.s.w, &focus, w.s.now_ms).warnings, 0);
    struct redis *r = faulty_redis(&w);
    record_set(&r->aof, "off");
    record_set(&r->save, "");
    record_set(&r->policy, "allkeys-lfu");
    r->replicas = known_u64(0);
    r->used_memory = known_u64(950000000);
    faulty_put(&w, r);
    struct pod *p = faulty_pod(&w, "w1");
    p->reconnect_s = known_u64(60);
    p->keepalive = TRI_NO;
    faulty_put(&w, p);
    focus = small_focus(&w.s);
    assert_int_equal(head_loss_of(w.s.w, &focus, w.s.now_ms).errors, 1);
    assert_int_equal(head_loss_of(w.s.w, &focus, w.s.now_ms).warnings, 4);
    faulty_examine(&w, &f);
    static const enum rule_id rules[] = {RULE_D7, RULE_D9, RULE_L12, RULE_L28};
    for (size_t i = 0; i < ARRAY_LEN(rules); i++)
        assert_int_equal(faulty_first(&f, rules[i])->severity, FINDING_WARNING);
    assert_int_equal(faulty_first(&f, RULE_D8)->severity, FINDING_ERROR);
    struct focus counted = focus;
    doctor_count(w.s.w, &counted, w.ask.now_ms, w.ask.wall_ms);
    assert_int_equal(counted.errors.value, f.of[FINDING_ERROR]);
    assert_int_equal(counted.warnings.value, f.of[FINDING_WARNING]);
    struct answer answers[ANSWERS];
    struct outage outage;
    small_outage(&w.s, &outage);
    answers_of(w.s.w, &counted, &outage, outage_previous(&w.s.r), w.ask.now_ms, w.ask.wall_ms, answers);
    assert_int_equal(f.of[FINDING_WARNING], 5);
    assert_non_null(strstr(answers[1].text, "1 error, 5 warnings (:doctor)"));
    answers_of(w.s.w, &focus, &outage, outage_previous(&w.s.r), w.ask.now_ms, w.ask.wall_ms, answers);
    assert_non_null(strstr(answers[1].text, "1 error, 4 warnings (:doctor)"));
    findings_done(&f);
    faulty_end(&w);
}

static void test_text(void **state)
{
    (void)state;
    struct faulty_world w;
    struct findings f;
    struct buf out;
    faulty_begin(&w);
    struct slice *sl = small_edit(&w.s, TABLE_SLICE, "slice-uid");
    sl->endpoints[0].ready = sl->endpoints[1].ready = TRI_NO;
    faulty_put(&w, sl);
    struct redis *r = faulty_redis(&w);
    r->replicas = known_u64(0);
    r->timeout_s = UNKNOWN_U64;
    faulty_put(&w, r);
    faulty_examine(&w, &f);
    buf_init(&out, 64 * 1024);
    doctor_text(&f, &out);
    assert_string_equal(
        buf_text(&out),
        "ERRORS (1)\n"
        "  D2   requests can only go through the head\n"
        "       where  RayService mistral/mistral\n"
        "       what   no ready Serve endpoint\n"
        "       why    with no Serve endpoint but the head's every request fails while it is away\n"
        "       fix    two ready worker pods with Serve's proxy\n"
        "\nWARNINGS (1)\n"
        "  D7   Redis is itself a single point of failure\n"
        "       where  Redis rediss://gcs.cache:6379\n"
        "       what   it has no replica\n"
        "       why    when its node goes, the GCS and the head go, and with no replica the state is lost\n"
        "       fix    a replica with automatic failover; Ray 2.57 or later\n"
        "\nUNKNOWN (1)\n"
        "  D10  Redis closes idle connections\n"
        "       where  Redis rediss://gcs.cache:6379\n"
        "       what   CONFIG GET timeout has no reply\n"
        "\n1 error, 1 warning, 0 infos, 1 unknown\n");
    buf_done(&out);
    findings_done(&f);
    faulty_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_wrong),        cmocka_unit_test(test_stale),
        cmocka_unit_test(test_empty_world),          cmocka_unit_test(test_no_redis_to_judge),
        cmocka_unit_test(test_the_answers_warnings), cmocka_unit_test(test_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
