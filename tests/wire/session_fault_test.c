/*
 * session_fault_test.c - gcs_server is killed through kubectl: what kubectl is given, what its command does to a real
 * process, and what is told where it fails. A script stands in for kubectl: it notes its arguments and runs the command
 * on this machine, on a process of the test's own.
 */
#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/link/file.h"
#include "backends/session/session.h"
#include "tests/support/deadline.h"
#include "tests/support/run.h"
#include "tests/support/sim_fixture.h"

#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { FILE_MAX = 64 * 1024 };
extern char **environ;

struct fixture {
    struct sim_fixture *sim;
    struct conf conf;
    struct session *session;
    char *folder, *noted, *program; /* program: a sleep, under a name of its own */
    char name[16];
    bool no_kubectl;       /* none is configured */
    unsigned dones, kills; /* kills: CHANGE_KILLED */
    struct why end;
    struct change *killed; /* the last one */
};

static void file_put(const char *path, const char *text, mode_t mode)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(path, mode), 0);
}

/* In place of kubectl: what it is, for the shell. */
static void kubectl_make(struct fixture *x, const char *script)
{
    char *path = mem_printf("%s/kubectl", x->folder);
    char *text = mem_printf("#!/bin/sh\nfor a; do printf '%%s\\n' \"$a\"; done > '%s'\n%s\n", x->noted, script);
    file_put(path, text, 0700);
    free(x->conf.kubectl);
    x->conf.kubectl = path;
    free(text);
}

#define WAIT_FOR(x, condition)                                                                                         \
    do {                                                                                                               \
        const uint64_t limit_ = loop_now_ms() + DEADLINE_MS;                                                           \
        while (!(condition) && loop_now_ms() < limit_) {                                                               \
            loop_step((x)->sim->loop, 20);                                                                             \
            session_tick((x)->session);                                                                                \
        }                                                                                                              \
        if (!(condition)) fail_msg("%s: %s", #condition, (x)->end.text);                                               \
    } while (0)

static void on_change(void *arg, const struct change *c)
{
    struct fixture *x = arg;
    if (c->type != CHANGE_KILLED) return;
    x->kills++;
    change_free(x->killed);
    x->killed = change_copy(c);
}

static void session_begin(struct fixture *x)
{
    struct buf text;
    struct why why = {0};
    char *path = mem_printf("%s/config.yaml", x->sim->folder);
    x->conf.neuron[x->conf.neurons++] = mem_str("none");
    buf_init(&text, FILE_MAX);
    if (file_read(path, &text, &why) || conf_from_yaml(&x->conf, path, buf_text(&text), text.len, &why))
        fail_msg("%s", why.text);
    buf_done(&text);
    free(path);
    if (x->no_kubectl) {
        free(x->conf.kubectl);
        x->conf.kubectl = NULL;
    }
    if (session_open(x->sim->loop, &x->conf, &(struct session_calls){.changed = on_change, .arg = x}, &x->session,
                     &why))
        fail_msg("%s", why.text);
    session_allow_changes(x->session, UINT64_MAX);
    WAIT_FOR(x, session_focus(x->session).head != NULL);
}

static int fixture_open(void **state)
{
    struct fixture *x = mem_zero(1, sizeof *x);
    x->sim = sim_fixture_new(&(struct sim_conf){.seed = 7, .speed = 1});
    x->folder = run_folder();
    x->noted = mem_printf("%s/noted", x->folder);
    snprintf(x->name, sizeof x->name, "gcs%ld", (long)getpid());
    x->program = mem_printf("%s/%s", x->folder, x->name);
    conf_init(&x->conf);
    *state = x;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *x = *state;
    session_close(x->session);
    sim_fixture_free(x->sim);
    conf_done(&x->conf);
    change_free(x->killed);
    run_remove(x->folder);
    free(x->noted);
    free(x->program);
    free(x);
    return 0;
}

static void on_done(void *arg, enum err err, const char *why)
{
    struct fixture *x = arg;
    x->dones++;
    why_set(&x->end, err, "%s", why);
}

static enum err kill_gcs(struct fixture *x)
{
    char *uid = mem_str(session_focus(x->session).head->record.key);
    x->dones = 0;
    const enum err err = session_kill_gcs(x->session, uid, on_done, x, &x->end);
    free(uid);
    if (!err) WAIT_FOR(x, x->dones);
    return err;
}

static char *noted_text(const struct fixture *x)
{
    struct buf text;
    buf_init(&text, FILE_MAX);
    if (file_read(x->noted, &text, NULL)) fail_msg("kubectl was not run");
    return buf_take(&text);
}

/* The command itself, with the name of the process that the test has made in place of gcs_server's. */
#define RUNS_HERE                                                                                                      \
    "while [ \"$1\" != -- ]; do shift; done\n"                                                                         \
    "exec /bin/sh -c \"$(printf %%s \"$4\" | sed 's/= gcs_server/= %s/')\"\n"

static void it_is_found_by_its_name_and_killed(void **state)
{
    struct fixture *x = *state;
    char *script = mem_printf(RUNS_HERE, x->name);
    char *copy = mem_printf("cp \"$(command -v sleep)\" '%s'", x->program);
    char *const argv[] = {x->program, "600", NULL};
    pid_t pid;
    int status = 0;
    assert_int_equal(system(copy), 0);
    assert_int_equal(posix_spawn(&pid, x->program, NULL, NULL, argv, environ), 0);
    kubectl_make(x, script);
    session_begin(x);
    assert_int_equal(kill_gcs(x), ERR_OK);
    char *expected = mem_printf("killed gcs_server, pid %ld", (long)pid);
    if (x->end.code || strcmp(x->end.text, expected) != 0) kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_string_equal(x->end.text, expected);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    /* It is gone: the same finds none. */
    assert_int_equal(kill_gcs(x), ERR_OK);
    assert_int_equal(x->end.code, ERR_NOT_FOUND);
    assert_non_null(strstr(x->end.text, "there is no process gcs_server"));
    free(expected);
    free(script);
    free(copy);
}

static void kubectl_is_told_which_container_and_no_secret(void **state)
{
    struct fixture *x = *state;
    kubectl_make(x, "echo killed gcs_server, pid 57");
    session_begin(x);
    const struct pod *head = session_focus(x->session).head;
    char *pod = mem_printf("\nexec\n--container=head\n%s\n--\n/bin/sh\n-c\n", head->name);
    assert_int_equal(kill_gcs(x), ERR_OK);
    assert_string_equal(x->end.text, "killed gcs_server, pid 57");
    char *noted = noted_text(x);
    char *config =
        mem_printf("--kubeconfig=%s\n--context=raydeck-sim\n--namespace=mistral\nexec\n", x->conf.kubeconfig);
    /* It is T0, by the time of the answer, and a recording has it. */
    assert_int_equal(x->kills, 1);
    assert_string_equal(x->killed->key, head->record.key);
    assert_string_equal(x->killed->why, "killed gcs_server, pid 57");
    assert_true(x->killed->number <= x->killed->at_ms);
    const struct recovery *r = session_recovery(x->session);
    assert_int_equal(r->cause, CAUSE_KILLED);
    assert_int_equal(r->t0_ms, x->killed->at_ms);
    if (!strstr(noted, pod) || strncmp(noted, config, strlen(config)) != 0) fail_msg("%s", noted);
    assert_null(strstr(noted, x->sim->bearer + strlen("Bearer ")));
    free(config);
    free(noted);
    free(pod);
}

static void what_kubectl_says_is_told(void **state)
{
    struct fixture *x = *state;
    kubectl_make(x, "echo 'Error from server (Forbidden): pods \"h\" is forbidden' >&2; exit 1");
    session_begin(x);
    assert_int_equal(kill_gcs(x), ERR_OK);
    assert_int_equal(x->end.code, ERR_CHILD);
    assert_non_null(strstr(x->end.text, "Forbidden"));
    assert_int_equal(x->kills, 0); /* nothing was killed */
    assert_int_equal(session_recovery(x->session)->outage, OUTAGE_NONE);
}

static void without_kubectl_it_says_so(void **state)
{
    struct fixture *x = *state;
    char *path = mem_str(getenv("PATH"));
    x->no_kubectl = true;
    session_begin(x);
    setenv("PATH", x->folder, 1);
    const enum err err = kill_gcs(x);
    setenv("PATH", path, 1);
    assert_int_equal(err, ERR_OK);
    assert_int_equal(x->end.code, ERR_NOT_FOUND);
    assert_non_null(strstr(x->end.text, "kubectl"));
    free(path);
}

static void read_only_runs_nothing(void **state)
{
    struct fixture *x = *state;
    kubectl_make(x, "echo killed gcs_server, pid 57");
    session_begin(x);
    session_allow_changes(x->session, 0);
    assert_int_equal(kill_gcs(x), ERR_GUARD);
    session_allow_changes(x->session, UINT64_MAX);
    assert_int_equal(session_kill_gcs(x->session, "another-uid", on_done, x, &x->end), ERR_GUARD);
    session_stop_changes(x->session, "interrupted");
    assert_int_equal(kill_gcs(x), ERR_GUARD);
    assert_int_not_equal(access(x->noted, F_OK), 0);
}

#define FAULT_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAULT_TEST(it_is_found_by_its_name_and_killed),
        FAULT_TEST(kubectl_is_told_which_container_and_no_secret),
        FAULT_TEST(what_kubectl_says_is_told),
        FAULT_TEST(without_kubectl_it_says_so),
        FAULT_TEST(read_only_runs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
