/*
 * evidence_lines_test.c - the three lines under ANSWERING, one sample at a time: what each says of it, how old it may
 * be, whom it names, and how the lines are put together.
 */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/evidence.h"
#include "tests/support/small_answers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define W1 "mistral-44qn2-inf2-worker-q5rdw"
#define W2 "mistral-44qn2-inf2-worker-x2p7c"
#define HEAD_POD "mistral-44qn2-head-d4544"
#define KUBE "kube/endpointslices"

static void line_is(const struct small *s, enum evidence_line line, const char *word, const char *why)
{
    const struct service_evidence e = small_evidence(s);
    const char *now = evidence_word(e.line[line].verdict);
    if (strcmp(now, word) != 0 || strcmp(e.line[line].why, why) != 0)
        fail_msg("%s %s: %s; expected %s: %s", evidence_name(line), now, e.line[line].why, word, why);
}

static void kube_is_heard(struct small *s)
{
    small_apply(s, change_new(CHANGE_ALIVE, KUBE, WORLD_KUBE));
}

static void endpoints_are(struct small *s, const char *const *pods, size_t count)
{
    struct slice *slice = record_new(TABLE_SLICE, "slice-uid");
    record_set(&slice->ns, "mistral");
    record_set(&slice->name, "mistral-serve-svc-x");
    record_set(&slice->service, "mistral-serve-svc");
    for (size_t i = 0; i < count; i++) {
        struct endpoint *e = RECORD_APPEND(slice, endpoints);
        record_set(&e->pod, pods[i]);
        record_set(&e->address, "100.64.31.40");
        e->ready = TRI_YES;
    }
    small_put(s, KUBE, WORLD_KUBE, slice);
}

static void user_probe_put(struct small *s, const char *key, const char *failure)
{
    small_request(s, "way", key, false, failure ? "failed" : "ok", failure, 1000);
}

static void pod_probe_put(struct small *s, const char *key, const char *pod, const char *failure)
{
    small_probe(s, key, pod, failure ? "failed" : "ok", failure, 1000);
}

/* ---- words ------------------------------------------------------------------------------------------------------ */

static void lines_and_verdicts_have_words(void **state)
{
    (void)state;
    static const char *const names[] = {"service", "proxies", "model"}, *const words[] = {"–", "YES", "PARTLY", "NO"};
    for (int i = 0; i < EVIDENCE_LINES; i++) assert_string_equal(evidence_name((enum evidence_line)i), names[i]);
    assert_string_equal(evidence_name(EVIDENCE_LINES), "");
    for (int i = 0; i < 4; i++) assert_string_equal(evidence_word((enum verdict)i), words[i]);
    assert_string_equal(evidence_word((enum verdict)4), "–");
}

static void as_text_each_line_has_its_age_and_source(void **state)
{
    (void)state;
    struct service_evidence e = {0};
    struct buf text;
    buf_init(&text, 4096);
    e.line[0] = (struct evidence){.verdict = VERDICT_OK, .age_ms = known_u64(1250)};
    snprintf(e.line[0].why, sizeof e.line[0].why, "ok");
    snprintf(e.line[0].by, sizeof e.line[0].by, "service");
    e.line[2].verdict = VERDICT_WARN;
    evidence_text(&e, "  ", &text);
    assert_string_equal(buf_text(&text), "  service        YES   ok · 1.2s ago by service\n"
                                         "  proxies        –     \n"
                                         "  model          PARTLY\n");
    buf_done(&text);
}

/* ---- the model: prompts that hang ------------------------------------------------------------------------------- */

/* Probes are answered by a Serve proxy without a replica, and prompts are held until they time out. */
static void a_prompt_that_hangs_is_no_yes(void **state)
{
    struct small *s = *state;
    small_request(s, "prompt", "p1", false, "waiting", NULL, 0);
    for (int i = 0; i < 9; i++) {
        small_wait(s, 1000);
        user_probe_put(s, "u", NULL);
        assert_int_equal(small_evidence(s).verdict, VERDICT_OK);
    }
    small_wait(s, 2000);
    user_probe_put(s, "u", NULL);
    struct service_evidence e = small_evidence(s);
    assert_int_equal(e.verdict, VERDICT_WARN);
    assert_int_equal(e.from, EVIDENCE_MODEL);
    if (strncmp(e.line[EVIDENCE_MODEL].why, "a prompt of ours waits 11 s", 27) != 0)
        fail_msg("%s", e.line[EVIDENCE_MODEL].why);
    /* Its first token has come: the model is at work. */
    struct request *q = small_edit(s, TABLE_REQUEST, "p1");
    q->first_token_us = known_u64(11000000);
    small_put(s, "prompt", WORLD_SERVE, q);
    assert_int_equal(small_evidence(s).verdict, VERDICT_OK);
}

/* Nothing else is answered, or was asked: a prompt that waits is no answer of any kind. */
static void a_prompt_that_hangs_alone_is_not_known(void **state)
{
    struct small *s = *state;
    small_request(s, "prompt", "p1", false, "waiting", NULL, 0);
    small_wait(s, 20000);
    assert_int_equal(small_evidence(s).verdict, VERDICT_UNKNOWN);
    if (strncmp(small_evidence(s).line[EVIDENCE_MODEL].why, "a prompt of ours waits 20 s", 27) != 0)
        fail_msg("%s", small_evidence(s).line[EVIDENCE_MODEL].why);
}

/* A model whose answers take as long is no model that hangs; one that waits to be sent has not reached it. */
static void a_slow_model_does_not_hang(void **state)
{
    struct small *s = *state;
    small_wait(s, 60000);
    small_request(s, "prompt", "p0", false, "slow", NULL, 9000000);
    small_request(s, "prompt", "p1", false, "waiting", NULL, 0);
    struct request *q = small_edit(s, TABLE_REQUEST, "p1");
    record_set(&q->record.key, "p2");
    q->sent = UNKNOWN_U64;
    small_put(s, "prompt", WORLD_SERVE, q);
    small_wait(s, 17000);
    user_probe_put(s, "u", NULL);
    assert_int_equal(small_evidence(s).verdict, VERDICT_OK);
    small_wait(s, 2000);
    user_probe_put(s, "u", NULL);
    assert_int_equal(small_evidence(s).verdict, VERDICT_WARN);
}

/* ---- the way ---------------------------------------------------------------------------------------------------- */

static void endpoints_are_told_by_their_number_and_the_head(void **state)
{
    struct small *s = *state;
    static const struct {
        const char *pods[2];
        size_t count;
        const char *words;
    } cases[] = {{{W1, NULL}, 1, "not probed · 1 endpoint, not head"},
                 {{W1, W2}, 2, "not probed · 2 endpoints, not head"},
                 {{W1, HEAD_POD}, 2, "not probed · 2 endpoints, the head among them"},
                 {{HEAD_POD, NULL}, 1, "not probed · 1 endpoint, the head's alone"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        endpoints_are(s, cases[i].pods, cases[i].count);
        line_is(s, EVIDENCE_ROUTE, "–", cases[i].words);
    }
}

/* Those of the last seconds are judged together; without any, an older one, while it is young enough. */
static void requests_of_the_last_seconds_are_judged_together(void **state)
{
    struct small *s = *state;
    user_probe_put(s, "a", "refused");
    small_wait(s, 500);
    user_probe_put(s, "b", NULL);
    small_wait(s, 500);
    user_probe_put(s, "c", "5xx");
    kube_is_heard(s);
    line_is(s, EVIDENCE_ROUTE, "PARTLY", "2 of 3 requests fail: 5xx · 2 endpoints, not head");
    small_wait(s, EVIDENCE_WINDOW_MS - 1000);
    line_is(s, EVIDENCE_ROUTE, "PARTLY", "2 of 3 requests fail: 5xx · 2 endpoints, not head");
    small_wait(s, 1);
    line_is(s, EVIDENCE_ROUTE, "PARTLY", "1 of 2 requests fail: 5xx · 2 endpoints, not head");
    small_wait(s, 500);
    line_is(s, EVIDENCE_ROUTE, "NO", "5xx · 2 endpoints, not head");
    small_wait(s, 500); /* all are older: the newest decides */
    line_is(s, EVIDENCE_ROUTE, "NO", "5xx · 2 endpoints, not head");
    assert_int_equal(small_evidence(s).line[EVIDENCE_ROUTE].age_ms.value, EVIDENCE_WINDOW_MS + 1);
    small_wait(s, EVIDENCE_FRESH_MS - EVIDENCE_WINDOW_MS - 1);
    kube_is_heard(s);
    line_is(s, EVIDENCE_ROUTE, "–", "not probed · 2 endpoints, not head");
}

static void an_older_answer_still_counts(void **state)
{
    struct small *s = *state;
    user_probe_put(s, "a", "refused");
    small_wait(s, 100);
    user_probe_put(s, "b", NULL);
    small_wait(s, EVIDENCE_WINDOW_MS + 1);
    kube_is_heard(s);
    line_is(s, EVIDENCE_ROUTE, "YES", "ok · 2 endpoints, not head");
    assert_int_equal(small_evidence(s).answered_ms.value, small_wall(s) - EVIDENCE_WINDOW_MS - 1);
}

static void a_failure_without_a_name_is_one(void **state)
{
    struct small *s = *state;
    small_request(s, "way", "a", false, "failed", NULL, 1000);
    line_is(s, EVIDENCE_ROUTE, "NO", "failed · 2 endpoints, not head");
    small_request(s, "way", "slow", false, "slow", NULL, 1000); /* slow is answered */
    line_is(s, EVIDENCE_ROUTE, "PARTLY", "1 of 2 requests fail: failed · 2 endpoints, not head");
}

static void what_was_not_seen_says_why(void **state)
{
    struct small *s = *state;
    small_request(s, "way", "a", false, "failed", "forbidden", 1000);
    line_is(s, EVIDENCE_ROUTE, "–", "not seen: forbidden · 2 endpoints, not head");
    struct request *q = small_edit(s, TABLE_REQUEST, "a");
    record_set(&q->why, "you may not");
    small_put(s, "way", WORLD_SERVE, q);
    line_is(s, EVIDENCE_ROUTE, "–", "not seen: you may not · 2 endpoints, not head");
}

/* A request that waits longer than the window hangs, unless others end meanwhile. */
static void the_oldest_that_waits_tells_how_long(void **state)
{
    struct small *s = *state;
    small_request(s, "way", "a", false, "waiting", NULL, 0);
    small_wait(s, 1000);
    small_request(s, "way", "b", false, "waiting", NULL, 0);
    small_wait(s, EVIDENCE_WINDOW_MS - 1000);
    line_is(s, EVIDENCE_ROUTE, "–", "not probed · 2 endpoints, not head");
    small_wait(s, 1);
    line_is(s, EVIDENCE_ROUTE, "–", "no answer for 2 s · 2 endpoints, not head");
    assert_true(small_evidence(s).hanging);
    assert_int_equal(small_evidence(s).hanging_line, EVIDENCE_ROUTE);
    user_probe_put(s, "c", NULL);
    line_is(s, EVIDENCE_ROUTE, "YES", "ok · 2 endpoints, not head");
    assert_false(small_evidence(s).hanging);
}

/* Where nothing was sent, the endpoints alone say NO, by the source that lists them. */
static void no_endpoint_is_no_by_the_slices(void **state)
{
    struct small *s = *state;
    endpoints_are(s, NULL, 0);
    small_apply(s, change_source(KUBE, WORLD_KUBE, SOURCE_LIVE, ERR_OK, NULL, NULL));
    small_wait(s, 1000);
    line_is(s, EVIDENCE_ROUTE, "NO", "no Serve endpoint is ready");
    const struct service_evidence e = small_evidence(s);
    assert_string_equal(e.line[EVIDENCE_ROUTE].by, "EndpointSlices");
    assert_int_equal(e.line[EVIDENCE_ROUTE].age_ms.value, 1000);
    user_probe_put(s, "a", NULL); /* an answer is an answer */
    line_is(s, EVIDENCE_ROUTE, "YES", "ok · no Serve endpoint is ready");
}

/* ---- the proxies ------------------------------------------------------------------------------------------------ */

static void why_no_proxy_is_asked(void **state)
{
    struct small *s = *state;
    line_is(s, EVIDENCE_PROXIES, "–", "nothing is probed");
    pod_probe_put(s, "a", W1, NULL);
    line_is(s, EVIDENCE_PROXIES, "YES", "1 of 1 answer");
    small_wait(s, 12000);
    line_is(s, EVIDENCE_PROXIES, "–", "no probe ended for 12 s");
    small_probe(s, "b", W1, "failed", "forbidden", 1000);
    struct request *q = small_edit(s, TABLE_REQUEST, "b");
    record_set(&q->why, "you may not");
    small_put(s, "probe", WORLD_SERVE, q);
    line_is(s, EVIDENCE_PROXIES, "–", "not seen: you may not");
    small_apply(s, change_source("probe", WORLD_SERVE, SOURCE_DENIED, ERR_FORBIDDEN, "no right to", NULL));
    line_is(s, EVIDENCE_PROXIES, "–", "probes denied: no right to");
    small_apply(s, change_source("probe", WORLD_SERVE, SOURCE_DOWN, ERR_EXHAUSTED, "no descriptors", NULL));
    line_is(s, EVIDENCE_PROXIES, "–", "probes cannot be sent: no descriptors");
}

static void proxies_that_fail_are_counted(void **state)
{
    struct small *s = *state;
    pod_probe_put(s, "a", W1, NULL);
    pod_probe_put(s, "b", W2, NULL);
    line_is(s, EVIDENCE_PROXIES, "YES", "2 of 2 answer");
    small_wait(s, 1000);
    small_probe(s, "c", W1, "failed", NULL, 1000);
    line_is(s, EVIDENCE_PROXIES, "PARTLY", "1 of 2 proxies fail: failed");
    pod_probe_put(s, "d", W2, "refused");
    line_is(s, EVIDENCE_PROXIES, "NO", "2 of 2 proxies fail: refused");
}

/* Probes that wait, more than there are proxies, and none that ended for three seconds. */
static void proxies_that_hang_are_not_yes(void **state)
{
    struct small *s = *state;
    pod_probe_put(s, "a", W1, NULL);
    small_probe(s, "w1", W1, "waiting", NULL, 0);
    small_wait(s, 3000);
    line_is(s, EVIDENCE_PROXIES, "YES", "1 of 1 answer"); /* one waits: the next round's */
    small_probe(s, "w2", W1, "waiting", NULL, 0);
    line_is(s, EVIDENCE_PROXIES, "–", "no answer for 3 s, 2 probes waiting");
    assert_true(small_evidence(s).hanging);
    assert_int_equal(small_evidence(s).hanging_line, EVIDENCE_PROXIES);
    assert_int_equal(small_evidence(s).verdict, VERDICT_UNKNOWN);
    pod_probe_put(s, "b", W1, NULL);
    line_is(s, EVIDENCE_PROXIES, "YES", "1 of 1 answer");
    assert_false(small_evidence(s).hanging);
}

static void a_long_round_says_how_much_of_it_is_known(void **state)
{
    struct small *s = *state;
    const char *const pods[] = {W1, W2};
    for (int i = 0; i < 2; i++) {
        struct request *q = record_new(TABLE_REQUEST, pods[i]);
        record_set(&q->kind, "probe");
        record_set(&q->pod, pods[i]);
        record_set(&q->phase, "ok");
        q->due = q->sent = q->done = known_u64(small_wall(s));
        q->round_ms = known_u64(30000);
        small_put(s, "probe", WORLD_SERVE, q);
        if (i == 0) line_is(s, EVIDENCE_PROXIES, "PARTLY", "1 of 1 answer · 1 of 2 proxies probed this round");
        small_wait(s, 2000);
    }
    line_is(s, EVIDENCE_PROXIES, "YES", "2 of 2 answer · oldest of 2 probed 4 s ago");
}

/* ---- together --------------------------------------------------------------------------------------------------- */

/* The worst line is on top; a tie goes to the first. */
static void the_worst_line_is_on_top(void **state)
{
    struct small *s = *state;
    user_probe_put(s, "a", NULL);
    pod_probe_put(s, "p", W1, NULL);
    assert_int_equal(small_evidence(s).verdict, VERDICT_OK);
    assert_int_equal(small_evidence(s).from, EVIDENCE_ROUTE);
    pod_probe_put(s, "q", W2, "refused");
    assert_int_equal(small_evidence(s).verdict, VERDICT_WARN);
    assert_int_equal(small_evidence(s).from, EVIDENCE_PROXIES);
    small_wait(s, 10);
    pod_probe_put(s, "r", W1, "refused"); /* all fail, but the way is answered */
    assert_int_equal(small_evidence(s).verdict, VERDICT_WARN);
    small_wait(s, EVIDENCE_FRESH_MS);
    assert_int_equal(small_evidence(s).verdict, VERDICT_NO); /* nobody answers any more */
    assert_int_equal(small_evidence(s).from, EVIDENCE_PROXIES);
    user_probe_put(s, "b", "refused");
    assert_int_equal(small_evidence(s).verdict, VERDICT_NO);
    assert_int_equal(small_evidence(s).from, EVIDENCE_ROUTE);
}

static void the_newest_answer_of_any_line_is_the_answer(void **state)
{
    struct small *s = *state;
    assert_false(small_evidence(s).answered_ms.known);
    user_probe_put(s, "a", NULL);
    const uint64_t first = small_wall(s);
    assert_int_equal(small_evidence(s).answered_ms.value, first);
    small_wait(s, 1000);
    pod_probe_put(s, "p", W1, NULL);
    assert_int_equal(small_evidence(s).answered_ms.value, first + 1000);
    small_wait(s, 1000);
    pod_probe_put(s, "other", "no-endpoint", NULL); /* users are not sent there */
    assert_int_equal(small_evidence(s).answered_ms.value, first + 1000);
    small_request(s, "prompt", "c", false, "ok", NULL, 1000);
    assert_int_equal(small_evidence(s).answered_ms.value, first + 2000);
}

/* Whose model executes is not known then. */
static void without_a_rayservice_executions_are_no_model(void **state)
{
    struct small *s = *state;
    struct monitor *m = record_copy(world_first(s->w, TABLE_MONITOR)->record);
    const char *source = world_first(s->w, TABLE_MONITOR)->source;
    m->executions_s = known_f64(92);
    small_put(s, source, WORLD_NEURON, m);
    assert_int_equal(small_evidence(s).line[EVIDENCE_MODEL].verdict, VERDICT_OK);
    const struct focus f = focus_of(s->w, "mistral", "another");
    assert_null(f.rayservice);
    const struct service_evidence e = evidence_of(s->w, &f, s->now_ms, small_wall(s));
    assert_int_equal(e.line[EVIDENCE_MODEL].verdict, VERDICT_UNKNOWN);
    assert_string_equal(e.line[EVIDENCE_MODEL].by, "");
    assert_non_null(strstr(e.line[EVIDENCE_MODEL].why, "executions/s"));
}

/* The longest text of a source is shown whole: where it is drawn is where it is made to fit. */
static void evidence_is_never_cut(void **state)
{
    struct small *s = *state;
    char why[401], *end = why;
    for (size_t i = 0; i < 57; i++) end += snprintf(end, sizeof why - (size_t)(end - why), "reason ");
    memcpy(end - 1, ".", 2);
    small_apply(s, change_source("redis", WORLD_REDIS, SOURCE_DOWN, ERR_REFUSED, why, NULL));
    const struct answer a = small_answer(s, 1);
    if (!strstr(a.text, why)) fail_msg("%s", a.text);
    if (!strstr(a.brief, why)) fail_msg("%s", a.brief);
    small_request(s, "prompt", "p", false, "failed", why, 1000);
    const struct service_evidence e = small_evidence(s);
    assert_non_null(strstr(e.line[EVIDENCE_MODEL].why, why));
    assert_non_null(strstr(small_answer(s, 0).text, why));
    assert_non_null(strstr(small_answer(s, 0).brief, why));
}

#define T(test) cmocka_unit_test_setup_teardown(test, small_setup, small_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(lines_and_verdicts_have_words),
        T(a_prompt_that_hangs_is_no_yes),
        T(a_prompt_that_hangs_alone_is_not_known),
        T(a_slow_model_does_not_hang),
        T(as_text_each_line_has_its_age_and_source),
        T(endpoints_are_told_by_their_number_and_the_head),
        T(requests_of_the_last_seconds_are_judged_together),
        T(an_older_answer_still_counts),
        T(a_failure_without_a_name_is_one),
        T(what_was_not_seen_says_why),
        T(the_oldest_that_waits_tells_how_long),
        T(no_endpoint_is_no_by_the_slices),
        T(why_no_proxy_is_asked),
        T(proxies_that_fail_are_counted),
        T(proxies_that_hang_are_not_yes),
        T(a_long_round_says_how_much_of_it_is_known),
        T(the_worst_line_is_on_top),
        T(without_a_rayservice_executions_are_no_model),
        T(evidence_is_never_cut),
        T(the_newest_answer_of_any_line_is_the_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
