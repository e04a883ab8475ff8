/* pace_test.c - How long a frame and the way out wait for a terminal's answer: hardly for one that never answers. */
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
};

static void ignore_ready(void *arg)
{
    (void)arg;
}

static int fixture_open(void **state)
{
    static struct fixture f;
    f.loop = loop_new();
    assert_int_equal(pipe2(f.fds, O_CLOEXEC | O_NONBLOCK), 0);
    f.pace = pace_open(f.loop, &(struct pace_conf){.fd = f.fds[1], .ready = ignore_ready, .gone = ignore_ready});
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

static void one_that_never_answers_is_left_at_once(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(pace_leave_ms(f->pace), 0); /* nothing was asked */
    frame_send(f);
    assert_in_range(pace_leave_ms(f->pace), 1, PACE_LEAVE_MS); /* it may answer yet */
    ASSERT_UNTIL(f->loop, pace_leave_ms(f->pace) == 0);
    ASSERT_UNTIL(f->loop, pace_may_draw(f->pace));
    frame_send(f);
    assert_int_equal(pace_leave_ms(f->pace), 0);
}

static void one_that_has_answered_is_waited_for(void **state)
{
    struct fixture *f = *state;
    frame_send(f);
    pace_answered(f->pace);
    assert_int_equal(pace_leave_ms(f->pace), 0);
    ASSERT_UNTIL(f->loop, pace_may_draw(f->pace));
    frame_send(f);
    assert_in_range(pace_leave_ms(f->pace), 1, PACE_LEAVE_MS);
    pace_answered(f->pace);
    assert_int_equal(pace_leave_ms(f->pace), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_that_never_answers_is_paced_by_time, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(one_that_takes_long_is_waited_for_longer, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(one_that_never_answers_is_left_at_once, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(one_that_has_answered_is_waited_for, fixture_open, fixture_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
