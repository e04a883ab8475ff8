/* slow_resolver_test.c - a name look-up that does not come back holds up neither a one-shot command nor the console. */
#include "backends/base/mem.h"
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct slow {
    struct sim_run *sim;
    char *preload; /* "LD_PRELOAD=…" */
};

static int slow_start(void **state)
{
    struct slow *s = mem_zero(1, sizeof *s);

    s->preload = run_preload("slow_resolver");
    s->sim = sim_run_start(NULL);
    *state = s;
    return 0;
}

static int slow_stop(void **state)
{
    struct slow *s = *state;

    sim_run_stop(s->sim);
    free(s->preload);
    free(s);
    return 0;
}

/* The sanitizer wants to be the first library; the preloaded one needs nothing of it. */
static const char sanitizer[] = "ASAN_OPTIONS=verify_asan_link_order=0";

static void status_prints_what_it_has(struct slow *s, const char *redis)
{
    const char *const argv[] = {run_raydeck(), "--config", sim_run_config(s->sim), "status", "--redis", redis, NULL};
    const char *const env[] = {s->preload, sanitizer, NULL};
    struct run r = run_program(argv, env, NULL, DEADLINE_MS);

    if (r.status != 3) fail_msg("status %d: %s%s", r.status, r.out, r.err);
    assert_non_null(strstr(r.out, "GCS in Redis: no answer yet"));
    assert_non_null(strstr(r.out, "mistral-"));
    run_done(&r);
}

static void a_one_shot_command_prints_what_it_has(void **state)
{
    status_prints_what_it_has(*state, "redis://slow:6379");
    status_prints_what_it_has(*state, "rediss://slow:6379");
}

static void the_console_is_left_at_once(void **state)
{
    struct slow *s = *state;
    const char *const argv[] = {run_raydeck(), "--config",          sim_run_config(s->sim),
                                "--redis",     "redis://slow:6379", NULL};
    const char *const env[] = {s->preload, sanitizer, NULL};
    struct pty *p = pty_start(&(struct pty_conf){.argv = argv, .env = env, .rows = 40, .cols = 120});

    pty_see(p, "mistral");
    pty_see(p, "slow:6379");
    pty_send(p, "q");
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 0);
    assert_true(pty_modes_restored(p));
    pty_stop(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_one_shot_command_prints_what_it_has, slow_start, slow_stop),
        cmocka_unit_test_setup_teardown(the_console_is_left_at_once, slow_start, slow_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
