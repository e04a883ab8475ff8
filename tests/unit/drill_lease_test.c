/* drill_lease_test.c - the drill's Lease: who holds it, until when, and what is made of one that others wrote. */
#include "deploy/drill_lease.h"

#include "backends/base/stamp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW UINT64_C(1795437792250)

static const struct drill_lease_write by_alice = {.ns = "mistral",
                                                  .service = "mistral",
                                                  .service_uid = "u-1",
                                                  .holder = "alice on ops-1, pid 47",
                                                  .wall_ms = NOW,
                                                  .acquired_ms = NOW - 5000,
                                                  .duration_s = LEASE_S,
                                                  .transitions = 3};

static struct drill_lease_seen seen_of(const struct drill_lease_write *w, uint64_t wall_ms)
{
    struct drill_lease_seen seen;
    cJSON *lease = drill_lease_object(w);
    drill_lease_read(lease, wall_ms, &seen);
    cJSON_Delete(lease);
    return seen;
}

static void one_that_runs_is_held_until_it_expires(void **state)
{
    (void)state;
    char words[LEASE_TEXT_MAX];
    struct drill_lease_seen seen = seen_of(&by_alice, NOW + LEASE_S * 1000 - 1);
    assert_int_equal(seen.state, LEASE_HELD);
    assert_string_equal(seen.holder, "alice on ops-1, pid 47");
    assert_int_equal(seen.since_ms, NOW - 5000);
    assert_int_equal(seen.transitions, 3);
    assert_string_equal(drill_lease_words(&seen, words),
                        "another drill is running: alice on ops-1, pid 47, since 12:43:07Z; its Lease expires at "
                        "12:44:12Z unless renewed");
    seen = seen_of(&by_alice, NOW + LEASE_S * 1000);
    assert_int_equal(seen.state, LEASE_FREE);
    assert_string_equal(drill_lease_words(&seen, words), "");
}

static void one_that_is_over_cools_down(void **state)
{
    (void)state;
    struct drill_lease_write over = by_alice;
    char words[LEASE_TEXT_MAX];
    over.released = true;
    over.duration_s = LEASE_COOL_DOWN_S;
    struct drill_lease_seen seen = seen_of(&over, NOW + 1000);
    assert_int_equal(seen.state, LEASE_COOLING);
    assert_string_equal(drill_lease_words(&seen, words),
                        "the last drill (alice on ops-1, pid 47) ended at 12:43:12Z: the cool-down ends at 12:48:12Z");
    seen = seen_of(&over, NOW + LEASE_COOL_DOWN_S * 1000);
    assert_int_equal(seen.state, LEASE_FREE);
}

/* Its schema allows any of the fields to be absent. */
static void one_that_cannot_be_read_counts_as_held(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        enum drill_lease_state state;
    } cases[] = {
        {"{\"spec\":{\"holderIdentity\":\"x\"}}", LEASE_HELD},
        {"{\"spec\":{\"holderIdentity\":\"x\",\"renewTime\":\"soon\",\"leaseDurationSeconds\":15}}", LEASE_HELD},
        {"{\"spec\":{\"holderIdentity\":\"x\",\"renewTime\":\"2026-11-23T12:43:12.000000Z\"}}", LEASE_HELD},
        {"{\"spec\":{\"holderIdentity\":\"\\u001b[2Jx\",\"leaseDurationSeconds\":-4}}", LEASE_HELD},
        {"{\"spec\":{}}", LEASE_FREE},
        {"{}", LEASE_FREE},
        {"{\"spec\":{\"holderIdentity\":7}}", LEASE_FREE},
    };
    struct drill_lease_seen seen;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cJSON *lease = cJSON_Parse(cases[i].json);
        drill_lease_read(lease, NOW, &seen);
        if (seen.state != cases[i].state) fail_msg("%s: %d", cases[i].json, seen.state);
        assert_null(strchr(seen.holder, '\033'));
        cJSON_Delete(lease);
    }
    drill_lease_read(NULL, NOW, &seen);
    assert_int_equal(seen.state, LEASE_FREE);
    assert_string_equal(seen.uid, "");
}

static void its_times_are_micro_times_and_its_owner_is_the_rayservice(void **state)
{
    (void)state;
    char holder[LEASE_HOLDER_MAX];
    cJSON *lease = drill_lease_object(&by_alice);
    assert_string_equal(json_str(json_get(lease, "spec"), "renewTime"), "2026-11-23T12:43:12.250000Z");
    assert_string_equal(kobject_name(lease), "raydeck-drill-mistral");
    assert_true(kobject_is_owned(lease));
    assert_string_equal(drill_lease_holder(NULL, "ops-1", 5, holder), "ops-1, pid 5");
    assert_string_equal(drill_lease_holder("a\033b", "ops-1", 5, holder), "a\\x1bb on ops-1, pid 5");
    cJSON_Delete(lease);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_runs_is_held_until_it_expires),
        cmocka_unit_test(one_that_is_over_cools_down),
        cmocka_unit_test(one_that_cannot_be_read_counts_as_held),
        cmocka_unit_test(its_times_are_micro_times_and_its_owner_is_the_rayservice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
