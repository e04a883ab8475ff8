/*
 * drill_console_test.c - the drill from the console, in a pseudo-terminal, on simulated clusters: to its verdict and
 * the saved reports; with its load stopped and then a dropped line; and the subcommand with a dropped line. Side by
 * side, since each watches the workers for a minute and a half.
 */
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include "backends/base/buf.h"
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/link/file.h"
#include "backends/link/loop.h"

#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DRILL_MS = 360000 };

struct console {
    struct sim_run *sim;
    struct pty *pty;
    char *folder, *state;
};

static struct console console_start(int rows, int cols)
{
    struct console c = {.sim = sim_run_start(NULL), .folder = run_folder()};
    c.state = mem_printf("XDG_STATE_HOME=%s", c.folder);
    const char *const argv[] = {run_raydeck(), "--config", sim_run_config(c.sim), "--grace", "0", NULL};
    const char *const env[] = {c.state, NULL};
    c.pty = pty_start(&(struct pty_conf){.argv = argv, .env = env, .rows = rows, .cols = cols});
    pty_see(c.pty, "head +mistral-.*-head-");
    return c;
}

static void console_done(struct console *c)
{
    pty_stop(c->pty);
    sim_run_stop(c->sim);
    run_remove(c->folder);
    free(c->state);
}

/* The file of that extension among the saved reports; fails the test where there is none. Caller frees. */
static char *saved_report(const struct console *c, const char *extension)
{
    char *path = mem_printf("%s/raydeck/drills", c->folder), *found = NULL;
    DIR *dir = opendir(path);
    for (struct dirent *e; dir && (e = readdir(dir));) {
        const size_t len = strlen(e->d_name), tail = strlen(extension);
        if (len <= tail || strcmp(e->d_name + len - tail, extension) != 0) continue;
        free(found);
        found = mem_printf("%s/%s", path, e->d_name);
    }
    if (dir) closedir(dir);
    if (!found) fail_msg("no %s in %s", extension, path);
    free(path);
    return found;
}

static void check_result(const char *path, const char *result)
{
    struct buf file;
    struct why why = {0};
    cJSON *json = NULL;
    buf_init(&file, 1 << 20);
    if (file_read(path, &file, &why) || json_parse(buf_text(&file), file.len, &json, &why)) fail_msg("%s", why.text);
    if (strcmp(json_str(json, "result"), result) != 0)
        fail_msg("%s: %s", json_str(json, "result"), json_str(json, "cause"));
    cJSON_Delete(json);
    buf_done(&file);
}

/* x f, again until it is taken: what is typed while armed.json is read counts for nothing. */
static void drill_open(struct console *c)
{
    const uint64_t limit_ms = loop_now_ms() + DEADLINE_MS;
    do {
        pty_send(c->pty, "xf");
    } while (!pty_wait_for(c->pty, "Drill · delete-now · mistral/mistral", 2000) && loop_now_ms() < limit_ms);
    pty_see(c->pty, "Drill · delete-now · mistral/mistral");
}

/* Until the question: while Redis has not been found yet a guard refuses. */
static void drill_ask(struct console *c)
{
    const uint64_t limit_ms = loop_now_ms() + DEADLINE_MS;
    for (;;) {
        drill_open(c);
        pty_see(c->pty, "Esc closes|Enter confirms");
        if (pty_wait_for(c->pty, "Enter confirms", 0) || loop_now_ms() > limit_ms) break;
        pty_send(c->pty, "\033");
        assert_true(pty_wait_gone(c->pty, "Drill · delete-now", DEADLINE_MS));
    }
    pty_see(c->pty, "Enter confirms");
}

static void drill_confirm(struct console *c)
{
    drill_ask(c);
    pty_send(c->pty, "\r");
    pty_see(c->pty, "Drill\\?");
    pty_see(c->pty, "will be deleted, grace 0");
    pty_see(c->pty, "slowest prompt, beyond those before  +at most 5.0 s");
    pty_see(c->pty, "time to recover +at most 300.0 s");
    pty_see(c->pty, "ok: GCS fault tolerance is on");
    /* Input counts once the question could be read. */
    const uint64_t limit_ms = loop_now_ms() + DEADLINE_MS;
    while (!pty_wait_gone(c->pty, "Drill\\?", 700) && loop_now_ms() < limit_ms) pty_send(c->pty, "y");
    pty_see(c->pty, "delete of mistral-.* accepted");
}

static void declined_nothing_is_deleted(void **state)
{
    (void)state;
    struct console c = console_start(40, 120);
    drill_ask(&c);
    pty_send(c.pty, "n");
    pty_see(c.pty, "not confirmed: nothing was deleted");
    pty_send(c.pty, "\033");
    assert_true(pty_wait_gone(c.pty, "Drill · delete-now", DEADLINE_MS));
    pty_send(c.pty, ":drill nosuch\r");
    pty_see(c.pty, "there are delete, delete-now and gcs");
    char *said = sim_run_say(c.sim, "state");
    assert_null(strstr(said, "deleting"));
    free(said);
    console_done(&c);
}

/* The confirmation may take long: the guards are evaluated again before the fault. */
static void what_broke_since_the_guards_refuses(void **state)
{
    (void)state;
    struct console c = console_start(60, 200); /* the strip is beside the drill */
    drill_ask(&c);
    free(sim_run_say(c.sim, "fault redis-gone"));
    pty_see(c.pty, "redis DOWN");
    pty_send(c.pty, "\r");
    pty_see(c.pty, "Drill\\?");
    for (int i = 0; i < 40; i++) pty_send(c.pty, "\033[B");
    pty_see(c.pty, "Since then, and the drill refuses");
    const uint64_t limit_ms = loop_now_ms() + DEADLINE_MS;
    while (!pty_wait_gone(c.pty, "Drill\\?", 700) && loop_now_ms() < limit_ms) pty_send(c.pty, "y");
    pty_see(c.pty, "the fault was not injected: there is nothing to judge");
    char *said = sim_run_say(c.sim, "state");
    if (strstr(said, "deleting") || strstr(said, "deleted")) fail_msg("%s", said);
    free(said);
    console_done(&c);
}

static void a_drill_is_seen_to_its_verdict(void **state)
{
    (void)state;
    static const char *const names[] = {"--context", "raydeck-sim", "-n", "mistral", "-s", "mistral"};
    struct console pass = console_start(40, 120), dropped = console_start(40, 120);
    struct sim_run *sim = sim_run_start(NULL);
    char *report = mem_printf("%s/dropped.json", pass.folder);
    const char *const argv[] = {run_raydeck(),
                                "--config",
                                sim_run_config(sim),
                                "drill",
                                names[0],
                                names[1],
                                names[2],
                                names[3],
                                names[4],
                                names[5],
                                "--yes",
                                "--grace",
                                "0",
                                "--no-prompts",
                                "--report",
                                report,
                                NULL};
    struct pty *command = pty_start(&(struct pty_conf){.argv = argv, .rows = 100, .cols = 160});

    drill_confirm(&pass);
    pty_see(pass.pty, "API server proxy +[0-9.]+/s +[0-9]+ +[0-9]+ +0 ");
    pty_see(pass.pty, "worker proxies +2/s");

    drill_confirm(&dropped);
    pty_send(dropped.pty, "\033");
    pty_see(dropped.pty, "the load is stopped; the recovery is watched to its end and judged");
    pty_hang_up(dropped.pty);

    pty_see(command, "delete of mistral-.* accepted");
    pty_hang_up(command);
    pty_signal(command, SIGHUP); /* as the shell passes it on */

    assert_true(pty_wait_for(pass.pty, "│ CRITERION +SEEN", DRILL_MS));
    pty_see(pass.pty, "w saves the reports");
    pty_send(pass.pty, "w");
    pty_see(pass.pty, "saved: ");
    static const char *const extensions[] = {".json", ".txt", ".xml", ".md"};
    for (size_t i = 0; i < ARRAY_LEN(extensions); i++) {
        char *path = saved_report(&pass, extensions[i]);
        if (i == 0) check_result(path, "PASS");
        free(path);
    }
    assert_true(pty_wait_exit(dropped.pty, DRILL_MS) >= 0);
    char *path = saved_report(&dropped, ".json");
    check_result(path, "INCONCLUSIVE");
    free(path);
    assert_int_equal(pty_wait_exit(command, DRILL_MS), 1);
    check_result(report, "INCONCLUSIVE");
    pty_stop(command);
    sim_run_stop(sim);
    free(report);
    console_done(&dropped);
    console_done(&pass);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(declined_nothing_is_deleted),
        cmocka_unit_test(what_broke_since_the_guards_refuses),
        cmocka_unit_test(a_drill_is_seen_to_its_verdict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
