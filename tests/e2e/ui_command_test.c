/* ui_command_test.c - `raydeck ui`: kubectl receives the Service and the cluster explicitly, the address is printed, a
 * forward that ends is started again, none is left behind, and what does not pass by itself ends it. A script stands in
 * for kubectl. */
#include "backends/base/mem.h"
#include "tests/support/deadline.h"
#include "tests/support/kubectl_script.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SCRIPT                                                                                                         \
    "#!/bin/sh\n"                                                                                                      \
    "cd \"${0%/*}\" || exit 9\n"                                                                                       \
    "echo \"$*\" >>args\n"                                                                                             \
    "echo 'Forwarding from 127.0.0.1:7860 -> 7860'\n"                                                                  \
    "if [ \"$(wc -l <args)\" = 1 ]; then echo 'error: lost connection to pod' >&2; exit 1; fi\n"                       \
    "echo $$ >pid\n"                                                                                                   \
    "exec sleep 600\n"

static bool kubectl_stays(struct pty *p, void *arg)
{
    (void)p;
    char *pid = kubectl_file(arg, "pid");
    const bool there = *pid && strchr(pid, '\n');
    free(pid);
    return there;
}

static void a_way_that_ends_is_opened_again(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start(NULL);
    char *folder = run_folder(), *script = kubectl_script(folder, SCRIPT),
         *config = kubectl_config(sim_run_config(sim), folder, script);
    const char *const argv[] = {run_raydeck(), "--config", config, "ui", NULL};
    struct pty *p = pty_start(&(struct pty_conf){.argv = argv, .rows = 24, .cols = 120});
    pty_see(p, "^http://localhost:7860 -> service/mistral-chat, namespace mistral");
    pty_see(p, "kubectl port-forward: .*lost connection to pod.*; trying again");
    assert_true(pty_wait(p, kubectl_stays, folder, DEADLINE_MS));
    char *args = kubectl_file(folder, "args"), *pid = kubectl_file(folder, "pid");
    assert_non_null(
        strstr(args, "--namespace=mistral port-forward --address=127.0.0.1 service/mistral-chat 7860:7860\n"));
    pty_signal(p, SIGINT);
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 0);
    pty_stop(p);
    const pid_t left = (pid_t)strtol(pid, NULL, 10);
    assert_true(left > 1 && kill(left, 0) == -1);
    free(args);
    free(pid);
    free(config);
    free(script);
    run_remove(folder);
    sim_run_stop(sim);
}

/* A kubeconfig that is named is kubectl's too: it finds no other one by itself. */
static void kubectl_receives_the_cluster_explicitly(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start(NULL);
    char *folder = run_folder(), *script = kubectl_script(folder, SCRIPT),
         *config = kubectl_config(sim_run_config(sim), folder, script),
         *kubeconfig = mem_printf("%s/kubeconfig", sim_run_folder(sim)), *named = mem_printf("%s/named", folder),
         *expected = mem_printf("--kubeconfig=%s --context=raydeck-sim --namespace=mistral port-forward ", named);
    const char *const argv[] = {run_raydeck(), "--config",    config,        "--kubeconfig", named,
                                "--context",   "raydeck-sim", "--namespace", "mistral",      "--service",
                                "mistral",     "ui",          NULL};
    assert_int_equal(symlink(kubeconfig, named), 0);
    struct pty *p = pty_start(&(struct pty_conf){.argv = argv, .rows = 24, .cols = 120});
    assert_true(pty_wait(p, kubectl_stays, folder, DEADLINE_MS));
    char *args = kubectl_file(folder, "args"), *second = strchr(args, '\n');
    if (strncmp(args, expected, strlen(expected)) != 0) fail_msg("not %s but %s", expected, args);
    assert_int_equal(strncmp(second + 1, expected, strlen(expected)), 0); /* so is each later one */
    pty_signal(p, SIGINT);
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 0);
    pty_stop(p);
    free(args);
    free(expected);
    free(named);
    free(kubeconfig);
    free(config);
    free(script);
    run_remove(folder);
    sim_run_stop(sim);
}

/* `raydeck ui` with this command for kubectl, which ends by itself. Caller: run_done. */
static struct run ui_run_with(const struct sim_run *sim, const char *kubectl, const char *port)
{
    char *folder = run_folder(), *config = kubectl_config(sim_run_config(sim), folder, kubectl);
    const char *const argv[] = {run_raydeck(), "--config", config, "ui", port ? "--port" : NULL, port, NULL};
    struct run r = run_program(argv, NULL, NULL, DEADLINE_MS);
    free(config);
    run_remove(folder);
    return r;
}

static void what_does_not_pass_by_itself_ends_it_with_a_sentence(void **state)
{
    (void)state;
    static const struct {
        const char *kubectl, *port, *says;
        int status;
    } cases[] = {
        {"/nonexistent/kubectl", NULL, "raydeck: kubectl: no such program; `kubectl port-forward` needs it: install it",
         3},
        {"sh -c 'echo \"Unable to listen on port 7861: bind: address already in use\" >&2; echo \"error: unable to "
         "listen on any of the requested ports: [{7861 7860}]\" >&2; exit 1'",
         "7861",
         "raydeck: local port 7861 is taken: end the program that listens there, or choose another port (--port PORT)",
         3},
        {"sh -c 'echo \"Error from server (NotFound): services \\\"mistral-chat\\\" not found\" >&2; exit 1'", NULL,
         "raydeck: there is no service/mistral-chat in namespace mistral: `raydeck deploy --with ui` deploys the chat "
         "page",
         3},
        {"sh -c 'echo \"Error from server (Forbidden): services \\\"mistral-chat\\\" is forbidden: User \\\"eve\\\" "
         "cannot get "
         "resource\" >&2; exit 1'",
         NULL,
         "raydeck: a role is missing in namespace mistral, which allows to get services and pods and to create "
         "pods/portforward",
         4},
    };
    struct sim_run *sim = sim_run_start(NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct run r = ui_run_with(sim, cases[i].kubectl, cases[i].port);
        if (!strstr(r.err, cases[i].says)) fail_msg("%s\nnot in\n%s", cases[i].says, r.err);
        assert_string_equal(r.out, "");
        assert_int_equal(r.status, cases[i].status);
        run_done(&r);
    }
    sim_run_stop(sim);
}

/* kubectl as in SCRIPT, for a console on a simulated cluster. */
struct console {
    struct sim_run *sim;
    char *folder, *script, *config;
    struct pty *pty;
};

static void console_start(struct console *c)
{
    c->sim = sim_run_start(NULL);
    c->folder = run_folder();
    c->script = kubectl_script(c->folder, SCRIPT);
    c->config = kubectl_config(sim_run_config(c->sim), c->folder, c->script);
    const char *const argv[] = {run_raydeck(), "--config", c->config, "--no-recorder", NULL};
    c->pty = pty_start(&(struct pty_conf){.argv = argv, .rows = 30, .cols = 140});
    pty_see(c->pty, "head +mistral-.*-head-.* 2/2 +Running");
}

static pid_t console_kubectl(struct console *c)
{
    assert_true(pty_wait(c->pty, kubectl_stays, c->folder, DEADLINE_MS));
    char *pid = kubectl_file(c->folder, "pid");
    const pid_t kubectl = (pid_t)strtol(pid, NULL, 10);
    free(pid);
    assert_true(kubectl > 1 && kill(kubectl, 0) == 0);
    return kubectl;
}

static bool process_is_gone(struct pty *p, void *arg)
{
    (void)p;
    return kill(*(pid_t *)arg, 0) != 0;
}

static void console_end(struct console *c)
{
    pty_stop(c->pty);
    free(c->config);
    free(c->script);
    run_remove(c->folder);
    sim_run_stop(c->sim);
}

static void the_console_forwards_the_chat_page_beside_the_screen(void **state)
{
    (void)state;
    struct console c;
    console_start(&c);
    pty_send(c.pty, "u");
    pty_see(c.pty, "localhost:7860 up");
    pid_t kubectl = console_kubectl(&c);
    pty_send(c.pty, "u");
    pty_see(c.pty, "http://localhost:7860 leads to service/mistral-chat already");
    pty_send(c.pty, ":forwards\r");
    pty_see(c.pty, "http://localhost:7860 +up +service/mistral-chat:7860 +mistral");
    pty_see(c.pty, "last end +kubectl port-forward: .*lost connection");
    pty_send(c.pty, "c");
    pty_see(c.pty, "none: f forwards one");
    assert_true(pty_wait(c.pty, process_is_gone, &kubectl, DEADLINE_MS));
    console_end(&c);
}

static void the_selected_pod_is_forwarded_and_ends_with_the_console(void **state)
{
    (void)state;
    struct console c;
    console_start(&c);
    pty_send(c.pty, "1gf");
    pty_see(c.pty, "the selected pod \\(1 of 5\\)");
    pty_see(c.pty, "pod/mistral-.*-head-");
    pty_send(c.pty, "\t\t\t");
    pty_see(c.pty, "metrics of the head \\(4 of 5\\)");
    pty_send(c.pty, "\t\t\x15"
                    "9999:8265\r");
    pty_see(c.pty, "localhost:9999 up");
    pid_t kubectl = console_kubectl(&c);
    char *args = kubectl_file(c.folder, "args");
    assert_non_null(strstr(args, "--kubeconfig="));
    assert_non_null(
        strstr(args, "--context=raydeck-sim --namespace=mistral port-forward --address=127.0.0.1 pod/mistral-"));
    assert_non_null(strstr(args, " 9999:8265\n"));
    free(args);
    pty_send(c.pty, "q");
    assert_int_equal(pty_wait_exit(c.pty, DEADLINE_MS), 0);
    assert_true(pty_wait(c.pty, process_is_gone, &kubectl, DEADLINE_MS));
    console_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_way_that_ends_is_opened_again),
                                       cmocka_unit_test(kubectl_receives_the_cluster_explicitly),
                                       cmocka_unit_test(what_does_not_pass_by_itself_ends_it_with_a_sentence),
                                       cmocka_unit_test(the_console_forwards_the_chat_page_beside_the_screen),
                                       cmocka_unit_test(the_selected_pod_is_forwarded_and_ends_with_the_console)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
