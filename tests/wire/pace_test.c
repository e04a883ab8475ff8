/* pace_test.c - How long a frame waits for a terminal's answer, and how many answers are ever outstanding. */
#include "tui/term/pace.h"

#include "tests/support/deadline.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    struct loop *loop;
    struct pace *pace;
    int fds[2];
    unsigned owed; /* answers, as it was told */
    uint64_t asked_ms;
};

static void ignore_ready(void *arg)
{
    (void)arg;
}

static void on_owed(void *arg, unsigned answers, uint64_t asked_ms)
{
    struct fixture *f = arg;
    assert_true(asked_ms <= loop_now_ms());
    f->owed = answers;
    f->asked_ms = asked_ms;
}

static int fixture_open(void **state)
{
    static struct fixture f;
    f.loop = loop_new();
    assert_int_equal(pipe2(f.fds, O_CLOEXEC | O_NONBLOCK), 0);
    f.pace = pace_open(
        f.loop,
        &(struct pace_conf){.fd = f.fds[1], .ready = ignore_ready, .gone = ignore_ready, .owed = on_owed, .arg = &f});
    *state = &f;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;
    pace_close(f->pace);
    loop_free(f->loop);
    close(f->fds[0]);
    close(f->fds[1]);
    return 0;
}

static void frame_send(struct fixture *f)
{
    const size_t before = pace_out(f->pace)->len;
    buf_str(pace_out(f->pace), "frame");
    pace_frame(f->pace, before);
}

/* Two answers are waited for in vain; from then on time alone paces the frames, until one comes after all. */
static void one_that_never_answers_is_paced_by_time(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < PACE_MISSES; i++) {
        assert_false(pace_silent(f->pace));
        frame_send(f);
        assert_false(pace_may_draw(f->pace));
        ASSERT_UNTIL(f->loop, pace_may_draw(f->pace));
    }
    assert_true(pace_silent(f->pace));
    for (int i = 0; i < PACE_BURST; i++) { /* keys are shown at once */
        ASSERT_UNTIL(f->loop, pace_may_draw(f->pace));
        frame_send(f);
        assert_true(pace_arrived(f->pace));
        assert_false(pace_shown(f->pace)); /* nobody has seen it for sure */
    }
    for (int i = 0; i < PACE_MISSES + PACE_BURST; i++) pace_answered(f->pace); /* it was far away */
    assert_false(pace_silent(f->pace));
    assert_true(pace_shown(f->pace));
    ASSERT_UNTIL(f->loop, pace_may_draw(f->pace));
    frame_send(f);
    assert_false(pace_arrived(f->pace));
}

/* A slow line has not been silent: its frame was on its way. */
static void one_that_takes_long_is_waited_for_longer(void **state)
{
    struct fixture *f = *state;
    static char frame[256 * 1024];
    memset(frame, 'x', sizeof frame - 1);
    const size_t before = pace_out(f->pace)->len;
    buf_str(pace_out(f->pace), frame);
    pace_frame(f->pace, before);
    const uint64_t begun = loop_now_ms();
    ASSERT_UNTIL(f->loop, loop_now_ms() >= begun + PACE_FIRST_MS); /* the reader does nothing */
    assert_false(pace_silent(f->pace));
    while (read(f->fds[0], frame, sizeof frame) > 0) loop_step(f->loop, 1);
    ASSERT_UNTIL(f->loop, pace_out(f->pace)->len == 0);
    assert_true(pace_limit_ms(f->pace) >= 2 * PACE_FIRST_MS);
}

/* A terminal may answer everything that it was ever asked, after we are gone. */
static void one_that_is_silent_is_asked_no_more(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < PACE_MISSES + PACE_BURST; i++) {
        ASSERT_UNTIL(f->loop, pace_may_draw(f->pace));
        frame_send(f);
        assert_in_range(f->owed, 1, PACE_MISSES);
    }
    assert_int_equal(f->owed, PACE_MISSES);
    for (int i = 0; i < PACE_MISSES; i++) pace_answered(f->pace);
    assert_int_equal(f->owed, 0);
    ASSERT_UNTIL(f->loop, pace_may_draw(f->pace));
    frame_send(f);
    assert_int_equal(f->owed, 1);
    pace_answered(f->pace);
    assert_int_equal(f->owed, 0);
}

/* Another program reads the terminal; afterwards a terminal that had answered is sent the question again. */
/* What is owed was asked when it was asked: to leave a terminal that never answers would else always take long. */
static void a_frame_without_a_question_asks_nothing(void **state)
{
    struct fixture *f = *state;
    while (!pace_silent(f->pace)) {
        ASSERT_UNTIL(f->loop, pace_may_draw(f->pace));
        frame_send(f);
        STEP_UNTIL(f->loop, pace_silent(f->pace) || pace_may_draw(f->pace));
    }
    const uint64_t asked_ms = f->asked_ms;
    ASSERT_UNTIL(f->loop, pace_may_draw(f->pace) && loop_now_ms() > asked_ms);
    frame_send(f);
    assert_true(pace_arrived(f->pace)); /* it was written */
    assert_int_equal(f->owed, PACE_MISSES);
    assert_int_equal(f->asked_ms, asked_ms);
}

static void nothing_is_owed_while_it_is_held(void **state)
{
    struct fixture *f = *state;
    frame_send(f);
    pace_answered(f->pace);
    for (int i = 0; i < PACE_MISSES; i++) {
        ASSERT_UNTIL(f->loop, pace_may_draw(f->pace));
        frame_send(f);
    }
    ASSERT_UNTIL(f->loop, pace_silent(f->pace));
    assert_true(pace_drain(f->pace, 0));
    assert_int_equal(f->owed, PACE_MISSES);
    pace_hold(f->pace, true);
    pace_hold(f->pace, false);
    assert_false(pace_silent(f->pace));
    ASSERT_UNTIL(f->loop, pace_may_draw(f->pace));
    frame_send(f);
    assert_int_equal(f->owed, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_that_never_answers_is_paced_by_time, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(one_that_takes_long_is_waited_for_longer, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(one_that_is_silent_is_asked_no_more, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(a_frame_without_a_question_asks_nothing, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(nothing_is_owed_while_it_is_held, fixture_open, fixture_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
