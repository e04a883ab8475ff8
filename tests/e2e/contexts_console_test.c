/*
 * contexts_console_test.c - several contexts in one console: one on the screen, the others go on in the background. Two
 * simulated clusters in one kubeconfig.
 */
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include "backends/base/mem.h"
#include "backends/link/file.h"
#include "backends/link/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { FILE_MAX = 64 * 1024, ALIASES = 5, VARIABLES = 24 };

/* Clusters "prod" and "stage"; the contexts c1 … c5 lead to prod as well. */
struct place {
    struct sim_run *prod, *stage;
    char *folder, *state, *kubeconfig, *files[2];
    char *variables; /* of a manifest that is deployed to prod */
    struct pty *pty;
};

/* The simulator's kubeconfig under another name. Caller frees the path. */
static char *kubeconfig_renamed(const struct place *p, struct sim_run *sim, const char *name, const char *more)
{
    static const char old[] = "raydeck-sim";
    struct buf b;
    struct why why = {0};
    char *from = mem_printf("%s/kubeconfig", sim_run_folder(sim)), *to = mem_printf("%s/%s.yaml", p->folder, name);
    buf_init(&b, FILE_MAX);
    assert_int_equal(file_read(from, &b, &why), ERR_OK);
    FILE *f = fopen(to, "w");
    assert_non_null(f);
    for (const char *at = buf_text(&b); *at;) {
        const bool is_name = strncmp(at, old, sizeof old - 1) == 0;
        if (strncmp(at, "users:", 6) == 0) fputs(more, f); /* after the list of contexts */
        fputs(is_name ? name : (char[]){*at, '\0'}, f);
        at += is_name ? sizeof old - 1 : 1;
    }
    fclose(f);
    buf_done(&b);
    free(from);
    return to;
}

/* The simulator's lines NAME=VALUE, as an environment; they point into what is returned. */
static char *variables_read(struct sim_run *sim, const char **ret)
{
    struct buf b;
    struct why why = {0};
    char *path = mem_printf("%s/env", sim_run_folder(sim)), *save = NULL;
    buf_init(&b, FILE_MAX);
    assert_int_equal(file_read(path, &b, &why), ERR_OK);
    char *text = mem_str(buf_text(&b));
    size_t count = 0;
    for (char *line = strtok_r(text, "\n", &save); line && count < VARIABLES; line = strtok_r(NULL, "\n", &save))
        ret[count++] = line;
    buf_done(&b);
    free(path);
    return text;
}

static int place_open(void **state)
{
    struct place *p = mem_zero(1, sizeof *p);
    struct buf more;
    p->folder = run_folder();
    p->prod = sim_run_start((const char *const[]){"--seed", "3", "--speed", "5", NULL});
    p->stage = sim_run_start((const char *const[]){"--seed", "9", "--speed", "5", NULL});
    buf_init(&more, 4096);
    for (int i = 1; i <= ALIASES; i++) buf_printf(&more, "- name: c%d\n  context: {cluster: prod, user: prod}\n", i);
    p->files[0] = kubeconfig_renamed(p, p->prod, "prod", buf_text(&more));
    p->files[1] = kubeconfig_renamed(p, p->stage, "stage", "");
    buf_done(&more);
    p->kubeconfig = mem_printf("KUBECONFIG=%s:%s", p->files[0], p->files[1]);
    p->state = mem_printf("XDG_STATE_HOME=%s/state", p->folder);
    const char *const argv[] = {run_raydeck(), "--neuron", "none", "--no-recorder", NULL};
    const char *env[VARIABLES + 3] = {p->kubeconfig, p->state};
    p->variables = variables_read(p->prod, env + 2);
    p->pty = pty_start(&(struct pty_conf){.argv = argv, .env = env, .rows = 40, .cols = 120});
    pty_see(p->pty, "prod .+ mistral .+ RayService mistral");
    pty_see(p->pty, "head +mistral-.*-head-.* 2/2 +Running");
    *state = p;
    return 0;
}

static int place_close(void **state)
{
    struct place *p = *state;
    pty_stop(p->pty);
    sim_run_stop(p->prod);
    sim_run_stop(p->stage);
    run_remove(p->folder);
    free(p->files[0]);
    free(p->files[1]);
    free(p->kubeconfig);
    free(p->variables);
    free(p->state);
    free(p);
    return 0;
}

static void context_show(struct place *p, const char *name)
{
    char *line = mem_printf(":ctx %s\r", name), *seen = mem_printf("^ %s .+ mistral .+ RayService mistral", name);
    pty_send(p->pty, line);
    pty_see(p->pty, seen);
    pty_see(p->pty, "head +mistral-.*-head-.* 2/2 +Running");
    free(line);
    free(seen);
}

static unsigned watches_of(struct sim_run *sim)
{
    char *text = sim_run_say(sim, "state"), *at = strstr(text, "watches=");
    const unsigned count = at ? (unsigned)strtoul(at + 8, NULL, 10) : 0;
    free(text);
    return count;
}

/* The port of a simulator's API server, out of its kubeconfig. */
static unsigned port_of(const char *kubeconfig)
{
    static const char before[] = "https://127.0.0.1:";
    struct buf b;
    struct why why = {0};
    buf_init(&b, FILE_MAX);
    assert_int_equal(file_read(kubeconfig, &b, &why), ERR_OK);
    const char *at = strstr(buf_text(&b), before);
    assert_non_null(at);
    const unsigned port = (unsigned)strtoul(at + sizeof before - 1, NULL, 10);
    buf_done(&b);
    return port;
}

/* Established connections to it: nobody else than the console makes any. */
static unsigned connections_to(unsigned port)
{
    unsigned count = 0;
    char line[512], remote[32];
    FILE *f = fopen("/proc/net/tcp", "r");
    assert_non_null(f);
    snprintf(remote, sizeof remote, " 0100007F:%04X 01 ", port);
    while (fgets(line, sizeof line, f)) count += strstr(line, remote) != NULL;
    fclose(f);
    return count;
}

static bool connections_end(struct place *p, unsigned port)
{
    const uint64_t limit_ms = loop_now_ms() + DEADLINE_MS;
    while (connections_to(port) && loop_now_ms() < limit_ms) pty_pump(p->pty, 100);
    return connections_to(port) == 0;
}

static void console_leave(struct place *p)
{
    pty_send(p->pty, "\003");
    assert_int_equal(pty_wait_exit(p->pty, DEADLINE_MS), 130);
    assert_true(pty_modes_restored(p->pty));
}

static void lose_head(struct place *p)
{
    const char *const argv[] = {run_raydeck(), "kill-head", "--kubeconfig", p->files[0], "--context", "prod",
                                "-n",          "mistral",   "-s",           "mistral",   "--yes",     "--grace",
                                "0",           "--neuron",  "none",         NULL};
    const char *const env[] = {p->state, NULL};
    struct run r = run_program(argv, env, NULL, DEADLINE_MS);
    if (r.status != 0) fail_msg("%d: %s%s", r.status, r.out, r.err);
    run_done(&r);
}

/* The strip names an outage of a context in the background; back in that context its ladder is complete. */
static void an_outage_goes_on_behind_another_context(void **state)
{
    struct place *p = *state;
    context_show(p, "stage");
    pty_see(p->pty, "^ stage .* prod: YES ");
    lose_head(p);
    pty_see(p->pty, "^ prod: (HEAD|RECOVERING|the recovery is over)");
    assert_true(pty_bells(p->pty) > 0);
    assert_false(pty_wait_for(p->pty, "HEAD DOWN +[0-9]", 1)); /* it is not stage's */
    pty_see(p->pty, "^ stage .* prod: YES ");
    const unsigned before = watches_of(p->prod);
    assert_true(before >= 6);
    context_show(p, "prod");
    pty_see(p->pty, "LAST HEAD LOSS .*watched: head down");
    pty_see(p->pty, "worker pods 2/2 same UIDs");
    pty_see(p->pty, "prod .* stage: YES ");
    assert_int_equal(watches_of(p->prod), before); /* it was not read anew */
    console_leave(p);
}

static void context_arm(struct place *p)
{
    pty_send(p->pty, ":arm\r");
    pty_see(p->pty, "y yes, do it");
    pty_send(p->pty, "y");
    pty_see(p->pty, "^ prod .*ARMED 1");
}

/* Arming is the context's own. */
static void one_context_is_armed_alone(void **state)
{
    struct place *p = *state;
    context_arm(p);
    context_show(p, "stage");
    pty_see(p->pty, "^ stage .*READ-ONLY");
    context_show(p, "prod");
    pty_see(p->pty, "^ prod .*ARMED 1");
    console_leave(p);
}

static void overlay_escape(struct place *p, const char *what)
{
    pty_send(p->pty, "\033");
    assert_true(pty_wait_gone(p->pty, what, DEADLINE_MS));
}

/* A deployment that waits for its answer: it goes on behind another context, and that one cannot be closed. */
static void what_runs_holds_its_context(void **state)
{
    struct place *p = *state;
    context_arm(p);
    pty_send(p->pty, "xd");
    pty_see(p->pty, "waiting for confirmation");
    overlay_escape(p, "waiting for confirmation");
    context_show(p, "stage");
    pty_send(p->pty, ":ctx close prod\r");
    pty_see(p->pty, "ctx: prod is held by a deployment");
    pty_send(p->pty, ":ctx\r");
    pty_see(p->pty, "prod +a deployment");
    overlay_escape(p, "Contexts");
    context_show(p, "prod");
    pty_send(p->pty, "xd");
    pty_see(p->pty, "waiting for confirmation");
    pty_send(p->pty, "n");
    assert_true(pty_wait_gone(p->pty, "waiting for confirmation", DEADLINE_MS));
    overlay_escape(p, "Deploy");
    pty_send(p->pty, ":ctx close\r");
    pty_see(p->pty, "prod is closed");
    pty_see(p->pty, "^ stage .+ mistral");
    console_leave(p);
}

static void the_one_left_longest_ago_gives_way(void **state)
{
    char name[16];
    struct place *p = *state;
    const unsigned port = port_of(p->files[1]);
    context_show(p, "stage");
    for (int i = 1; i <= 3; i++) { /* the fifth context is one too many: prod is closed */
        snprintf(name, sizeof name, "c%d", i);
        context_show(p, name);
    }
    assert_true(connections_to(port) > 0);
    pty_send(p->pty, ":ctx\r");
    pty_see(p->pty, "stage +held +YES +mistral/mistral +https");
    pty_see(p->pty, "c3 +on the screen +YES");
    pty_see(p->pty, "prod +[^ ]+ +[^ ]+ +[^ ]+ ");
    pty_send(p->pty, "c"); /* closes the first, stage */
    pty_see(p->pty, "stage is closed");
    pty_send(p->pty, "\033");
    assert_true(pty_wait_gone(p->pty, "Contexts", DEADLINE_MS));
    assert_true(connections_end(p, port));
    pty_send(p->pty, ":ctx close\r");
    pty_see(p->pty, "^ c2 .+ mistral .+ RayService mistral");
    pty_send(p->pty, ":ctx nowhere\r");
    pty_see(p->pty, "ctx: .*nowhere");
    pty_see(p->pty, "^ c2 .+ mistral .+ RayService mistral");
    console_leave(p);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, place_open, place_close)
    const struct CMUnitTest tests[] = {
        T(an_outage_goes_on_behind_another_context),
        T(one_context_is_armed_alone),
        T(what_runs_holds_its_context),
        T(the_one_left_longest_ago_gives_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
