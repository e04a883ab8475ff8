/*
 * replay_losses_test.c - the head losses of a recording: those of ray-mistral are the two kills of its log, and a
 * replay is brought from one to the other, both ways, however close they are.
 */
#include "tests/support/replay.h"
#include "tests/support/replay_record.h"
#include "tui/replay_losses.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { KILL_1_S = 1795440528, KILL_2_S = 1795440623 }; /* ray-mistral/marks.txt */

/* Of a recorder that watched until then. */
static void losses_until(uint64_t until_ms, struct replay_losses *ret)
{
    struct replay p;
    struct buf file;
    struct recording *recording = NULL;
    struct conf conf;
    buf_init(&file, REPLAY_RECORD_MAX);
    replay_open(&p, "ray-mistral", REPLAY_PROMPTS);
    replay_record(&p, until_ms ? until_ms : p.end_ms, &file);
    replay_close(&p);
    assert_int_equal(recording_of_bytes(&file, &recording, NULL), ERR_OK);
    conf_init(&conf);
    replay_losses_find(&conf, recording, ret);
    conf_done(&conf);
    recording_close(recording);
    buf_done(&file);
}

static void the_losses_are_those_that_happened(void **state)
{
    (void)state;
    static const uint64_t kill_s[] = {KILL_1_S, KILL_2_S};
    struct replay_losses all;
    losses_until(0, &all);
    assert_int_equal(all.count, ARRAY_LEN(kill_s));
    for (size_t i = 0; i < all.count; i++) {
        const int64_t off_s = (int64_t)(all.item[i].wall_ms / 1000) - (int64_t)kill_s[i];
        if (off_s < 0 || off_s > 3) fail_msg("loss %zu is %lld s after the kill", i, (long long)off_s);
        assert_true(*all.item[i].cause != '\0');
    }
    replay_losses_done(&all);
}

static void a_recording_that_ends_before_them_has_none(void **state)
{
    (void)state;
    struct replay_losses all;
    losses_until(UINT64_C(1000) * KILL_1_S - 2000, &all);
    assert_int_equal(all.count, 0);
    assert_null(replay_losses_next(&all, 0, 0));
    assert_null(replay_losses_previous(&all, UINT64_MAX - 1, 0));
    replay_losses_done(&all);
}

/* T0 of the loss, or 0. */
static uint64_t at_of(const struct replay_loss *loss)
{
    return loss ? loss->at_ms : 0;
}

static void one_is_brought_from_loss_to_loss(void **state)
{
    (void)state;
    struct replay_loss item[] = {{.at_ms = 12000}, {.at_ms = 60000}, {.at_ms = 62000}};
    const struct replay_losses all = {item, ARRAY_LEN(item)};
    static const struct {
        uint64_t now, shown, next, previous;
    } rows[] = {
        {10000, 0, 12000, 0},         /* the beginning */
        {12000, 0, 60000, 12000},     /* at T0 */
        {10000, 12000, 60000, 0},     /* brought to it, and not there yet */
        {20000, 12000, 60000, 12000}, /* it has happened */
        {55000, 60000, 62000, 12000}, /* the next is closer than its lead */
        {57000, 62000, 0, 60000},     /* brought before the one that comes first */
        {57000, 0, 60000, 12000},     /* played, or sought, to there */
        {90000, 62000, 0, 62000},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_int_equal(at_of(replay_losses_next(&all, rows[i].now, rows[i].shown)), rows[i].next);
        assert_int_equal(at_of(replay_losses_previous(&all, rows[i].now, rows[i].shown)), rows[i].previous);
    }
    assert_int_equal(replay_loss_landing(&item[0], 10000), 10000); /* the recording's beginning */
    assert_int_equal(replay_loss_landing(&item[1], 10000), 55000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_losses_are_those_that_happened),
        cmocka_unit_test(a_recording_that_ends_before_them_has_none),
        cmocka_unit_test(one_is_brought_from_loss_to_loss),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
