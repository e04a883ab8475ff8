/* load_command_test.c - `raydeck load` as a program: what it measures, its exit statuses, and what it refuses. */
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"
#include "tests/support/tiny_server.h"

#include "backends/base/json.h"
#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ARGS = 24 };
#define NO_WORLDS "--kubeconfig", "none", "--redis", "none", "--neuron", "none"
#define RESPONSE(status, length, body) "HTTP/1.1 " status "\r\nContent-Length: " length "\r\n\r\n" body

struct stage {
    struct loop *loop;
    struct tiny_server *server;
    struct tiny_reply health;
    struct pty *pty;
    unsigned healths;
};

static struct tiny_reply server_answer(void *arg, const char *request)
{
    struct stage *s = arg;
    if (strncmp(request, "GET /-/healthz ", 15) != 0)
        return (struct tiny_reply){.bytes = RESPONSE("404 Not Found", "0", "")};
    s->healths++;
    return s->health;
}

static int stage_open(void **state)
{
    struct stage *s = mem_zero(1, sizeof *s);
    s->loop = loop_new();
    s->server = tiny_start(s->loop, server_answer, s);
    s->health = (struct tiny_reply){.bytes = RESPONSE("200 OK", "7", "success")};
    *state = s;
    return 0;
}

static int stage_close(void **state)
{
    struct stage *s = *state;
    pty_stop(s->pty);
    tiny_stop(s->server);
    loop_free(s->loop);
    free(s);
    return 0;
}

/* Runs it in a pseudo-terminal, serving meanwhile, until it has ended. */
static int stage_load(struct stage *s, const char *const *more, unsigned stop_after)
{
    char prompt[64];
    snprintf(prompt, sizeof prompt, "http://127.0.0.1:%u", tiny_port(s->server));
    const char *argv[ARGS] = {run_raydeck(), "load", NO_WORLDS, "--prompt", prompt};
    size_t n = 10;
    for (; more && *more; more++) argv[n++] = *more;
    s->pty = pty_start(&(struct pty_conf){.argv = argv, .rows = 40, .cols = 120});
    const uint64_t limit_ms = loop_now_ms() + DEADLINE_MS;
    int status = -1;
    while (status < 0 && loop_now_ms() < limit_ms) {
        loop_step(s->loop, 5);
        status = pty_wait_exit(s->pty, 1);
        if (!stop_after || s->healths < stop_after) continue;
        pty_send(s->pty, "\003");
        stop_after = 0;
    }
    return status;
}

static void the_simulated_service_is_measured(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start(NULL);
    const char *const argv[] = {run_raydeck(), "--config", sim_run_config(sim), "load", "--for", "2", "-o",
                                "json",        NULL};
    struct run r = run_program(argv, NULL, NULL, DEADLINE_MS);
    cJSON *json = NULL;
    struct why why = {0};
    if (json_parse(r.out, strlen(r.out), &json, &why)) fail_msg("%s in: %s (%s)", why.text, r.out, r.err);
    assert_int_equal(r.status, 0);
    assert_string_equal(json_str(json, "route"), "API server proxy");
    assert_int_equal(json_u64(json, "planned").value, 10);
    assert_int_equal(json_u64(json, "ok").value, 10);
    assert_int_equal(json_u64(json, "failed").value, 0);
    assert_true(json_f64(json_get(json, "latency_ms"), "p99").value > 0);
    cJSON_Delete(json);
    run_done(&r);
    const char *const prompts[] = {
        run_raydeck(), "--config", sim_run_config(sim), "load", "--for", "1", "--rate", "2", "what", "is", "a",
        "head?",       NULL};
    r = run_program(prompts, NULL, NULL, DEADLINE_MS);
    if (r.status != 0 || !strstr(r.out, "prompts\n") || !strstr(r.out, "ok           2 (100 %)\n"))
        fail_msg("%d: %s%s", r.status, r.out, r.err);
    run_done(&r);
    free(sim_run_say(sim, "fault serve-500"));
    r = run_program(prompts, NULL, NULL, DEADLINE_MS);
    if (r.status != 1 || !strstr(r.out, "failed       2 (2 ")) fail_msg("%d: %s%s", r.status, r.out, r.err);
    run_done(&r);
    sim_run_stop(sim);
}

static void a_service_that_fails_fails_the_load(void **state)
{
    struct stage *s = *state;
    s->health = (struct tiny_reply){.bytes = RESPONSE("503 Service Unavailable", "0", "")};
    assert_int_equal(stage_load(s, (const char *const[]){"--for", "1", "--rate", "10", NULL}, 0), 1);
    pty_see(s->pty, "failed       10 \\(10 5xx\\)");
    pty_see(s->pty, "latency      –");
}

/* Those in flight are waited for, and what was measured is printed. */
static void an_interrupted_load_says_what_it_measured(void **state)
{
    struct stage *s = *state;
    s->health.after_ms = 200;
    assert_int_equal(stage_load(s, (const char *const[]){"--for", "60", "--rate", "20", "--fresh", NULL}, 10), 130);
    pty_see(s->pty, "due +1[0-9]\\s");
    pty_see(s->pty, "failed       0\\s");
    pty_see(s->pty, "connections  1[0-9]\\s");
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[][3] = {
        {"--rate", "0", "more than 0"},         {"--rate", "1e9", "--rate 1e9"}, {"--rate", "501", "at most 500"},
        {"--rate", "-1", "--rate -1"},          {"--rate", "nan", "--rate nan"}, {"--rate", "1.2.3", "--rate 1.2.3"},
        {"--rate", "0x10", "--rate 0x10"},      {"--for", "0", "--for 0"},       {"--for", "1.5", "--for 1.5"},
        {"--for", "999999", "from 1 to 86400"},
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        const char *const argv[] = {run_raydeck(), "load", NO_WORLDS, wrong[i][0], wrong[i][1], NULL};
        struct run r = run_program(argv, NULL, NULL, DEADLINE_MS);
        if (r.status != 2 || !strstr(r.err, wrong[i][2]))
            fail_msg("%s %s: %d %s", wrong[i][0], wrong[i][1], r.status, r.err);
        run_done(&r);
    }
    const char *const nothing[] = {run_raydeck(), "load", NO_WORLDS, NULL};
    struct run r = run_program(nothing, NULL, NULL, DEADLINE_MS);
    if (r.status == 0) fail_msg("%s%s", r.out, r.err);
    run_done(&r);
}

#define STAGED(name) cmocka_unit_test_setup_teardown(name, stage_open, stage_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_simulated_service_is_measured),
        STAGED(a_service_that_fails_fails_the_load),
        STAGED(an_interrupted_load_says_what_it_measured),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
