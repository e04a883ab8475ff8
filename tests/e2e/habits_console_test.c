/* habits_console_test.c - what somebody types who knows k9s and htop: it changes nothing unasked, and says where it is
 * here. */
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct console {
    struct sim_run *sim;
    struct pty *p;
};

static void console_start(struct console *c, const char *fault)
{
    const char *const sim[] = {fault ? "--fault" : NULL, fault, NULL};
    *c = (struct console){.sim = sim_run_start(sim)};
    const char *const argv[] = {run_raydeck(), "--config", sim_run_config(c->sim), "--no-recorder", NULL};
    c->p = pty_start(&(struct pty_conf){.argv = argv, .rows = 40, .cols = 120});
    pty_see(c->p, "ANSWERING +YES");
}

static void console_stop(struct console *c)
{
    pty_send(c->p, "q");
    assert_int_equal(pty_wait_exit(c->p, DEADLINE_MS), 0);
    pty_stop(c->p);
    sim_run_stop(c->sim);
}

static void send_and_see(struct pty *p, const char *keys, const char *regex)
{
    pty_send(p, keys);
    pty_see(p, regex);
}

static void keys_of_other_tools_name_the_own_ones(void **state)
{
    (void)state;
    struct console c;
    console_start(&c, NULL);
    send_and_see(c.p, "l", "the pane beside: NeuronCores; logs are on L");
    send_and_see(c.p, "1e", "e: no such key here; nothing is edited here; the YAML is on y");
    send_and_see(c.p, "A", "A: no such key here; columns are sorted with o");
    send_and_see(c.p, "\013", "\\^K: no such key here; the head is killed with x k, a worker pod is deleted with x r");
    send_and_see(c.p, "\022", "\\^R: no such key here; all is read again with r");
    send_and_see(c.p, "E", "E: no such key here; \\? lists them");
    send_and_see(c.p, "s", "no prompt is in flight that could be cancelled; a shell is on !");
    console_stop(&c);
}

/* An answer that is waited for is given up only on a question: s is a shell in k9s. */
static void s_asks_before_it_cancels(void **state)
{
    (void)state;
    struct console c;
    console_start(&c, "serve-hang");
    pty_send(c.p, "p");
    pty_see(c.p, "API server proxy");
    pty_send(c.p, "are you there\r");
    pty_see(c.p, "1 prompt in flight|waiting");
    send_and_see(c.p, "s", "Cancel the prompts in flight\\?");
    pty_send(c.p, "\033");
    assert_true(pty_wait_gone(c.p, "Cancel the prompts", DEADLINE_MS));
    pty_see(c.p, "waiting");
    send_and_see(c.p, ":stop\r", "Cancel the prompts in flight\\?");
    pty_see(c.p, "y yes +n no");
    pty_send(c.p, "y");
    pty_see(c.p, "prompts in flight are cancelled");
    console_stop(&c);
}

static void lines_of_k9s_are_understood_or_answered(void **state)
{
    (void)state;
    struct console c;
    console_start(&c, NULL);
    send_and_see(c.p, ":deployments\r", "deployments: no list of them here; :yaml deployments NAME shows one");
    send_and_see(c.p, ":cm\r", "cm: no list of them here; :yaml cm NAME shows one");
    send_and_see(c.p, ":ns No/Name\r", "No/Name: not the name of a namespace: ");
    pty_see(c.p, "› mistral › RayService mistral");
    send_and_see(c.p, ":rm\r", "rm: no such command"); /* contained in arm, and not run */
    send_and_see(c.p, ":pods other\r", "› other › no RayService");
    pty_see(c.p, ":ns NAMESPACE looks elsewhere");
    send_and_see(c.p, ":pods mistral\r", "› mistral › RayService mistral");
    console_stop(&c);
}

/* Esc and the key behind it arrive in one piece on a slow line: they are no Alt. */
static void esc_and_a_key_at_once_are_two(void **state)
{
    (void)state;
    struct console c;
    console_start(&c, NULL);
    pty_send(c.p, "\r");
    pty_see(c.p, "Esc back");
    send_and_see(c.p, "\033:", "─ Command ─");
    pty_send(c.p, "events\r");
    assert_true(pty_wait_gone(c.p, "─ Command ─", DEADLINE_MS));
    pty_see(c.p, "── 5 Events");
    send_and_see(c.p, "d", "no row is selected|no object of Kubernetes");
    send_and_see(c.p, "1L", "following");
    send_and_see(c.p, "\023", "\\^S: no such key here; the text is saved with w");
    send_and_see(c.p, "e", "e: no such key here; \\? lists them");
    send_and_see(c.p, "\033:", "─ Command ─");
    pty_send(c.p, "pods\r");
    pty_see(c.p, "── 1 Pods");
    console_stop(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_of_other_tools_name_the_own_ones),
        cmocka_unit_test(s_asks_before_it_cancels),
        cmocka_unit_test(lines_of_k9s_are_understood_or_answered),
        cmocka_unit_test(esc_and_a_key_at_once_are_two),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
