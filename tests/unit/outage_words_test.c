/* outage_words_test.c - every word that is said of an outage, by what is known of it. */
#include "backends/world/outage.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* It is large, and each test wants an empty one. */
static int outage_setup(void **state)
{
    struct outage *o = mem_zero(1, sizeof *o);
    o->state = OUTAGE_RUNNING;
    *state = o;
    return 0;
}

static int outage_teardown(void **state)
{
    free(*state);
    return 0;
}

static void losses_are(const struct outage *o, const char *expected)
{
    struct buf text;
    buf_init(&text, 65536);
    outage_losses_text(o, &text);
    assert_string_equal(buf_text(&text), expected);
    buf_done(&text);
}

static void lengths_and_offsets(void **state)
{
    (void)state;
    char out[TEXT_NUM_MAX];
    assert_string_equal(outage_length(out, UNKNOWN_U64), "–");
    assert_string_equal(outage_length(out, known_u64(0)), "0.0s");
    assert_string_equal(outage_length(out, known_u64(14200)), "14.2s");
    assert_string_equal(outage_offset(out, 14200), "+14.2s");
}

static void a_cause_has_its_evidence_where_that_says_more(void **state)
{
    struct outage *o = *state;
    char out[OUTAGE_WORDS_MAX], bare[OUTAGE_WORDS_MAX];
    o->cause = CAUSE_CONTAINER;
    outage_cause_words(o, bare);
    assert_null(strchr(bare, ':'));
    snprintf(o->evidence, sizeof o->evidence, "OOMKilled, exit code 137");
    assert_string_equal(outage_cause_words(o, out), "head container ended: OOMKilled, exit code 137");
    for (int cause = 0; cause < CAUSE_COUNT; cause++) {
        o->cause = (enum outage_cause)cause;
        outage_cause_words(o, out);
        if (cause != CAUSE_CONTAINER && cause != CAUSE_FOUND && strstr(out, "OOMKilled")) fail_msg("%s", out);
    }
    o->cause = CAUSE_COUNT;
    assert_string_equal(outage_cause_words(o, out), "");
}

/* A pod with a deletionTimestamp is Terminating, for up to its grace: deleted it is once it is gone. */
static void a_head_is_deleted_once_it_is_gone(void **state)
{
    struct outage *o = *state;
    char out[OUTAGE_WORDS_MAX];
    o->state = OUTAGE_RUNNING;
    o->head_lost = true;
    o->cause = CAUSE_DELETED;
    o->going = true;
    assert_int_equal(outage_phase_of(o), PHASE_GOING);
    assert_string_equal(outage_cause_words(o, out), "head pod Terminating");
    o->going = false;
    assert_string_equal(outage_cause_words(o, out), "head pod deleted");
    o->cause = CAUSE_OURS;
    assert_string_equal(outage_cause_words(o, out), "delete accepted");
}

/* What T0 was: each of three signs is a delete, and a lost head is none. */
static void since_what_the_time_runs(void **state)
{
    struct outage *o = *state;
    assert_string_equal(outage_since_words(o), "since the GCS fell silent");
    o->head_lost = true;
    o->cause = CAUSE_CONTAINER;
    assert_string_equal(outage_since_words(o), "since the head was lost");
    o->ours = true;
    assert_string_equal(outage_since_words(o), "since the delete");
    o->ours = false;
    o->cause = CAUSE_DELETED;
    assert_string_equal(outage_since_words(o), "since the delete");
    o->cause = CAUSE_CONTAINER;
    o->rung[RUNG_DELETE_ACCEPTED].seen = true;
    assert_string_equal(outage_since_words(o), "since the delete");
}

static void workers_by_their_fate(void **state)
{
    struct outage *o = *state;
    char out[OUTAGE_WORDS_MAX];
    assert_string_equal(outage_worker_words(o, out), "–");
    o->workers = o->same = 2;
    assert_string_equal(outage_fate_words(o, out), "same UIDs, 0 restarts");
    assert_string_equal(outage_worker_words(o, out), "2/2 same UIDs, 0 restarts");
    o->restarts = 1;
    assert_string_equal(outage_worker_words(o, out), "2/2 same UIDs, 1 restart");
    o->same = 1;
    o->replaced = 1;
    o->restarts = 2;
    assert_string_equal(outage_fate_words(o, out), "1 replaced, 2 restarts");
    assert_string_equal(outage_worker_words(o, out), "1/2 the same, 1 replaced, 2 restarts");
}

static void requests_by_their_class(void **state)
{
    struct outage *o = *state;
    char out[OUTAGE_WORDS_MAX];
    for (int i = 0; i <= OUTAGE_CLASSES; i++)
        assert_string_equal(outage_request_words(o, (enum outage_class)i, out), "");
    o->request[OUTAGE_PROBES] = (struct outage_requests){.ok = 5, .slow = 2, .failed = 3};
    assert_string_equal(outage_request_words(o, OUTAGE_PROBES, out), "7/10 probes, 3 failed");
    assert_string_equal(outage_request_words(o, OUTAGE_PROMPTS, out), "");
    o->request[OUTAGE_PROMPTS] = (struct outage_requests){.slow = 1};
    assert_string_equal(outage_request_words(o, OUTAGE_PROMPTS, out), "1/1 prompts, 0 failed");
    o->request[OUTAGE_PROMPTS] = (struct outage_requests){.failed = 1};
    assert_string_equal(outage_request_words(o, OUTAGE_PROMPTS, out), "0/1 prompts, 1 failed");
    assert_string_equal(outage_request_words(o, OUTAGE_CLASSES, out), "7/11 requests, 4 failed");
}

static void fields_by_what_became_of_them(void **state)
{
    (void)state;
    char out[OUTAGE_WORDS_MAX];
    bool bad = true;
    struct outage_fields k = {.before = 54, .kept = 54};
    assert_string_equal(outage_field_words(NULL, out, &bad), "–");
    assert_false(bad);
    k.lost = 1;
    bad = true;
    assert_string_equal(outage_field_words(&k, out, &bad), "–");
    assert_false(bad); /* not known is no loss */
    k.known = true;
    k.lost = 0;
    assert_string_equal(outage_field_words(&k, out, NULL), "kept 54/54");
    k.kept = 52;
    k.lost_expected = 1;
    assert_string_equal(outage_field_words(&k, out, &bad), "kept 52/54 -1 expected");
    assert_false(bad);
    k.lost = 1;
    k.added = 2;
    assert_string_equal(outage_field_words(&k, out, &bad), "kept 52/54 LOST 1 +2 -1 expected");
    assert_true(bad);
}

static void the_head_by_how_it_is(void **state)
{
    struct outage *o = *state;
    char out[OUTAGE_WORDS_MAX];
    struct pod *head = record_new(TABLE_POD, "head");
    o->head_down_ms = known_u64(5400);
    o->gcs_silent_ms = known_u64(3000);
    assert_string_equal(outage_head_words(o, head, out), "GCS silent 3.0s");
    o->state_gone = true;
    o->state_gone_ms = known_u64(4000);
    assert_string_equal(outage_head_words(o, head, out), "GCS state gone 4.0s");
    o->state_gone = false;
    o->head_lost = true;
    assert_string_equal(outage_head_words(o, head, out), "head down 5.4s");
    o->rung[RUNG_HEAD_ALIVE].seen = true; /* it is down until it is Ready */
    assert_string_equal(outage_head_words(o, head, out), "head down 5.4s");
    o->rung[RUNG_HEAD_READY].seen = true;
    o->recovered_ms = known_u64(6100);
    assert_string_equal(outage_head_words(o, head, out), "head back, recovering 6.1s");
    o->going = true;
    assert_string_equal(outage_head_words(o, NULL, out), "head terminating");
    o->state = OUTAGE_OVER; /* then the pod itself says it */
    assert_string_equal(outage_head_words(o, NULL, out), "no head");
    static const struct {
        enum tri ready;
        const char *words;
    } cases[] = {{TRI_YES, "head up"}, {TRI_UNKNOWN, "head up"}, {TRI_NO, "head not ready"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        head->is_ready = cases[i].ready;
        assert_string_equal(outage_head_words(o, head, out), cases[i].words);
    }
    record_free(&head->record);
}

static void what_it_cost_has_a_line_each(void **state)
{
    struct outage *o = *state;
    o->state = OUTAGE_NONE;
    losses_are(o, "");
    o->state = OUTAGE_OVER;
    losses_are(o, "outage    GCS silent –\nworkers   none were there\nrequests  none was seen\n");
    o->head_lost = true;
    losses_are(o, "outage    head down –\nworkers   none were there\nrequests  none was seen\n");
    o->head_down_ms = known_u64(14200);
    o->gcs_silent_ms = known_u64(12000);
    o->unserved_ms = known_u64(900);
    o->workers = o->same = 2;
    o->request[OUTAGE_PROBES] = (struct outage_requests){.ok = 5, .failed = 3};
    o->failure[0] = (struct outage_failure){.name = "refused", .count = 2};
    o->failure[2] = (struct outage_failure){.name = "other", .count = 1};
    o->fields = (struct outage_fields){.known = true, .before = 54, .kept = 53, .lost = 1};
    o->recovered_ms = known_u64(16200);
    losses_are(
        o, "outage    head down 14.2s, recovered after 16.2s, GCS silent 12.0s, no probe answered for 0.9s at most\n"
           "workers   2/2 same UIDs, 0 restarts\n"
           "requests  5/8 requests, 3 failed: 2 refused, 1 other\n"
           "GCS       fields kept 53/54 LOST 1\n");
    o->gcs_silent_ms = o->recovered_ms = UNKNOWN_U64;
    o->fields.known = false;
    o->failure[0].count = o->failure[2].count = 0;
    losses_are(o, "outage    head down 14.2s, no probe answered for 0.9s at most\n"
                  "workers   2/2 same UIDs, 0 restarts\n"
                  "requests  5/8 requests, 3 failed\n");
    o->state_gone_ms = known_u64(7000);
    losses_are(o, "outage    head down 14.2s, GCS state gone 7.0s, no probe answered for 0.9s at most\n"
                  "workers   2/2 same UIDs, 0 restarts\n"
                  "requests  5/8 requests, 3 failed\n");
}

/* An outage without a lost head is named by the length that it has. */
static void an_outage_has_a_length_of_its_own(void **state)
{
    struct outage *o = *state;
    char out[OUTAGE_WORDS_MAX];
    o->state = OUTAGE_OVER;
    assert_string_equal(outage_main_words(o, out), "GCS silent –");
    o->gcs_silent_ms = known_u64(3000);
    assert_string_equal(outage_main_words(o, out), "GCS silent 3.0s");
    o->state_gone_ms = known_u64(4000);
    assert_string_equal(outage_main_words(o, out), "GCS state gone 4.0s");
    o->head_lost = true;
    assert_string_equal(outage_main_words(o, out), "head down –");
    o->head_down_ms = known_u64(5400);
    assert_string_equal(outage_main_words(o, out), "head down 5.4s");
}

/* Words of the largest numbers still fit, cut to text that is whole. */
static void words_fit_whatever_the_numbers(void **state)
{
    struct outage *o = *state;
    char out[OUTAGE_WORDS_MAX];
    const size_t most = SIZE_MAX;
    o->workers = o->same = o->replaced = most;
    o->restarts = UINT64_MAX;
    o->request[OUTAGE_PROBES] = (struct outage_requests){.failed = most};
    memset(o->evidence, 'e', sizeof o->evidence - 1);
    o->cause = CAUSE_CONTAINER;
    o->head_lost = true;
    o->head_down_ms = known_u64(UINT64_MAX);
    const struct outage_fields k = {.known = true, .before = most, .kept = most, .lost = most, .added = most};
    assert_true(strlen(outage_worker_words(o, out)) < OUTAGE_WORDS_MAX);
    assert_true(strlen(outage_request_words(o, OUTAGE_PROBES, out)) < OUTAGE_WORDS_MAX);
    assert_true(strlen(outage_cause_words(o, out)) < OUTAGE_WORDS_MAX);
    assert_true(strlen(outage_head_words(o, NULL, out)) < OUTAGE_WORDS_MAX);
    assert_true(strlen(outage_field_words(&k, out, NULL)) < OUTAGE_WORDS_MAX);
}

#define T(test) cmocka_unit_test_setup_teardown(test, outage_setup, outage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(lengths_and_offsets),
        T(a_cause_has_its_evidence_where_that_says_more),
        T(a_head_is_deleted_once_it_is_gone),
        T(since_what_the_time_runs),
        T(workers_by_their_fate),
        T(requests_by_their_class),
        T(fields_by_what_became_of_them),
        T(the_head_by_how_it_is),
        T(what_it_cost_has_a_line_each),
        T(an_outage_has_a_length_of_its_own),
        T(words_fit_whatever_the_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
