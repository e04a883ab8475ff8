/* pace_test.c - How long the way out waits for a terminal's answer: not at all for one that never answers. */
#include "tui/term/pace.h"

#include "tests/support/deadline.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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

static void one_that_never_answers_is_left_at_once(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(pace_leave_ms(f->pace), 0); /* nothing was asked */
    frame_send(f);
    assert_int_equal(pace_leave_ms(f->pace), PACE_ANSWER_MS);
    ASSERT_UNTIL(f->loop, pace_arrived(f->pace)); /* waited for in vain */
    assert_int_equal(pace_leave_ms(f->pace), 0);
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
    assert_int_equal(pace_leave_ms(f->pace), PACE_LEAVE_MS);
    pace_answered(f->pace);
    assert_int_equal(pace_leave_ms(f->pace), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_that_never_answers_is_left_at_once, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(one_that_has_answered_is_waited_for, fixture_open, fixture_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
