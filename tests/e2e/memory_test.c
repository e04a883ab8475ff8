/*
 * memory_test.c - an allocation that fails, ours or a library's: `status` and the console end in one line and a
 * restored terminal, or go on; they never hang, crash or leave the terminal raw. Each case takes another allocation of
 * the run, spread over all of it: alone (what is transient) or with all that follow (what is not).
 *
 * MEMORY_SWEEP=N takes N of them in place of the few that a test run has time for.
 */
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/link/file.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    STATUS_RUNS = 90,
    CONSOLE_RUNS = 60,
    START_ALLOCATIONS = 3000,
    RUN_MS = 40000,
    EXHAUSTED = 70,
    SIM_RESET_RUNS = 15
};

static const char message[] = "raydeck: out of memory\n";

struct fixture {
    struct sim_run *sim;
    char *folder, *preload, *count, *count_env;
    unsigned runs; /* since the simulator began anew: it holds the watches of those that are gone for a while */
};

static int fixture_open(void **state)
{
    struct fixture *f = mem_zero(1, sizeof *f);
    f->sim = sim_run_start(NULL);
    f->folder = run_folder();
    f->preload = run_preload("fail_alloc");
    f->count = mem_printf("%s/count", f->folder);
    f->count_env = mem_printf("FAIL_ALLOC_COUNT=%s", f->count);
    *state = f;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;
    sim_run_stop(f->sim);
    run_remove(f->folder);
    free(f->preload);
    free(f->count);
    free(f->count_env);
    free(f);
    return 0;
}

/* The sanitizer's allocator takes the place of any other; here nothing could fail. */
static void skip_sanitized(void)
{
#if defined(__SANITIZE_ADDRESS__)
    skip();
#endif
}

static unsigned runs_of(unsigned few)
{
    const char *many = getenv("MEMORY_SWEEP");
    return many ? (unsigned)strtoul(many, NULL, 10) : few;
}

static void before_run(struct fixture *f)
{
    if (++f->runs % SIM_RESET_RUNS == 0) free(sim_run_say(f->sim, "reset running"));
}

static unsigned long allocations_counted(const struct fixture *f)
{
    struct buf b;
    struct why why = {0};
    buf_init(&b, 100);
    if (file_read(f->count, &b, &why)) fail_msg("%s", why.text);
    unsigned long count = strtoul(buf_text(&b), NULL, 10);
    buf_done(&b);
    assert_true(count > 1000);
    return count;
}

/* A third of the runs at the start, where every library begins; the others over the whole. */
static unsigned long allocation_of(unsigned run, unsigned runs, unsigned long count)
{
    const unsigned early = runs / 3;
    if (run < early) return 1 + (unsigned long)START_ALLOCATIONS * run / early;
    return 1 + (unsigned long)((double)count * (run - early) / (runs - early)) + run % 7;
}

/* ---- status ---- */

static struct run status_run(struct fixture *f, unsigned long at, bool all)
{
    char at_env[64];
    snprintf(at_env, sizeof at_env, "FAIL_ALLOC_AT=%lu", at);
    const char *const argv[] = {run_raydeck(), "--config", sim_run_config(f->sim), "status", NULL};
    const char *const env[] = {f->preload, f->count_env, at_env, all ? "FAIL_ALLOC_ALL=1" : NULL, NULL};
    before_run(f);
    return run_program(argv, env, NULL, RUN_MS);
}

static void status_ends_in_one_line(void **state)
{
    struct fixture *f = *state;
    skip_sanitized();
    struct run r = status_run(f, 0, false);
    if (r.status != 0) fail_msg("%d: %s%s", r.status, r.out, r.err);
    run_done(&r);
    const unsigned long count = allocations_counted(f);
    const unsigned runs = runs_of(STATUS_RUNS);
    unsigned exhausted = 0;
    for (unsigned i = 0; i < runs; i++) {
        const unsigned long at = allocation_of(i, runs, count);
        const bool all = i % 2;
        r = status_run(f, at, all);
        if (r.status != 0 && r.status != 3 && r.status != EXHAUSTED)
            fail_msg("allocation %lu%s: exit %d: %s", at, all ? " and all after it" : "", r.status, r.err);
        if (r.status == EXHAUSTED ? strcmp(r.err, message) != 0 : r.err[0] != '\0')
            fail_msg("allocation %lu%s: exit %d, said: %s", at, all ? " and all after it" : "", r.status, r.err);
        exhausted += r.status == EXHAUSTED;
        run_done(&r);
    }
    assert_true(exhausted > runs / 2);
}

/* ---- the console ---- */

/* A regular expression that is to be seen, or with a ! before it, to go. */
struct seen {
    const char *regex;
    int status;
};

static bool seen_or_over(struct pty *p, void *arg)
{
    struct seen *s = arg;
    s->status = pty_wait_exit(p, 0);
    if (s->status >= 0) return true;
    return s->regex[0] == '!' ? pty_wait_gone(p, s->regex + 1, 0) : pty_wait_for(p, s->regex, 0);
}

/* Some frames, keys, a detail, dialogs, leaving. Returns the exit status. */
static int console_run(struct fixture *f, unsigned long at, bool all)
{
    static const struct {
        const char *keys, *regex;
    } steps[] = {
        {"", "head +mistral-.*-head-"}, {"", "ANSWERING +YES"},         {"\t", "ANSWERING"},
        {"?", "In this pane"},          {"\033", "!In this pane"},      {":theme light\r", "ANSWERING"},
        {"xk", "Kill the Ray head"},    {"\033", "!Kill the Ray head"},
    };
    char at_env[64];
    snprintf(at_env, sizeof at_env, "FAIL_ALLOC_AT=%lu", at);
    const char *const argv[] = {run_raydeck(), "--config", sim_run_config(f->sim), NULL};
    const char *const env[] = {f->preload, f->count_env, at_env, all ? "FAIL_ALLOC_ALL=1" : NULL, NULL};
    before_run(f);
    struct pty *p = pty_start(&(struct pty_conf){.argv = argv, .env = env, .rows = 40, .cols = 120});
    struct seen seen = {.status = -1};
    for (size_t i = 0; i < ARRAY_LEN(steps) && seen.status < 0; i++) {
        seen.regex = steps[i].regex;
        pty_send(p, steps[i].keys);
        pty_wait(p, seen_or_over, &seen, DEADLINE_MS / 10);
    }
    if (seen.status < 0) pty_send(p, "\003");
    if (seen.status < 0) seen.status = pty_wait_exit(p, DEADLINE_MS);
    char *screen = pty_screen(p);
    const bool restored = pty_modes_restored(p) && !pty_alternate(p);
    const char *said = strstr(screen, "raydeck: out of memory");
    /* Within newterm ncurses crashes, and cannot be told not to: no frame was drawn, and the terminal is as it was. */
    const bool in_newterm = seen.status == 128 + SIGSEGV && !strstr(screen, "raydeck-sim");
    if (seen.status < 0 || (seen.status > 130 && !in_newterm) || !restored ||
        (seen.status == EXHAUSTED && (!said || strstr(said + 1, "raydeck:"))))
        fail_msg("allocation %lu%s: exit %d, terminal %s:\n%s", at, all ? " and all after it" : "", seen.status,
                 restored ? "restored" : "raw", screen);
    free(screen);
    pty_stop(p);
    return seen.status;
}

static void the_console_gives_the_terminal_back(void **state)
{
    struct fixture *f = *state;
    skip_sanitized();
    assert_int_equal(console_run(f, 0, false), 130);
    const unsigned long count = allocations_counted(f);
    const unsigned runs = runs_of(CONSOLE_RUNS);
    unsigned exhausted = 0;
    for (unsigned i = 0; i < runs; i++)
        exhausted += console_run(f, allocation_of(i, runs, count), i % 4 != 3) == EXHAUSTED;
    assert_true(exhausted > runs / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(status_ends_in_one_line, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(the_console_gives_the_terminal_back, fixture_open, fixture_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
