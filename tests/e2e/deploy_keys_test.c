/* deploy_keys_test.c - keys alone: from an empty cluster to a service that answers, and back to nothing. */
#include "tests/support/fixture.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SOON_MS = 15000, LONG_MS = 60000, ENV_LINES = 16 };

static void env_of(const struct sim_run *sim, char **text, const char *lines[ENV_LINES + 1])
{
    char path[512];
    size_t count = 0;
    snprintf(path, sizeof path, "%s/env", sim_run_folder(sim));
    *text = fixture_read(path, NULL);
    for (char *line = *text; line && *line && count < ENV_LINES;) {
        char *end = strchr(line, '\n');
        if (end) *end = '\0';
        if (strchr(line, '=')) lines[count++] = line;
        line = end ? end + 1 : NULL;
    }
    lines[count] = NULL;
}

static void deploy_and_clean_up(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start((const char *const[]){"--empty", "--speed", "20", NULL});
    const char *lines[ENV_LINES + 1];
    char *text;
    env_of(sim, &text, lines);
    const char *const argv[] = {run_raydeck(), "--config", sim_run_config(sim), NULL};
    struct pty *p = pty_start(&(struct pty_conf){.argv = argv, .env = lines, .rows = 40, .cols = 120});
    pty_see(p, "ANSWERING", SOON_MS);
    pty_send(p, "x");
    pty_see(p, "d deploy", SOON_MS);
    pty_send(p, "d");
    pty_see(p, "Apply this\\?", SOON_MS);
    pty_send(p, "y");
    pty_see(p, "rayservice.ray.io/mistral serverside-applied", SOON_MS);
    /* Hidden, it goes on; the same key shows it again. */
    pty_send(p, "\033");
    pty_wait_gone(p, "serverside-applied", SOON_MS);
    pty_send(p, "xd");
    pty_see(p, "^.*deployed", LONG_MS);
    pty_send(p, "\033");
    pty_see(p, "ANSWERING +YES", SOON_MS);
    pty_send(p, "xc");
    pty_see(p, "Delete all of this\\?", SOON_MS);
    pty_send(p, "n");
    pty_see(p, "not confirmed: nothing was deleted", SOON_MS);
    pty_send(p, "q");
    pty_wait_gone(p, "nothing was deleted", SOON_MS);
    pty_send(p, "xc");
    pty_see(p, "Delete all of this\\?", SOON_MS);
    pty_send(p, "y");
    pty_see(p, "cleaned up", LONG_MS);
    size_t len;
    assert_null(strstr(pty_raw(p, &len), "hf_simulated"));
    pty_send(p, "q");
    pty_wait_gone(p, "cleaned up", SOON_MS);
    pty_send(p, "q");
    assert_int_equal(pty_wait_exit(p, SOON_MS), 0);
    assert_true(pty_modes_restored(p));
    pty_stop(p);
    free(text);
    sim_run_stop(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(deploy_and_clean_up)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
