/* neuron_test.c - the monitor kind on real commands, and the simulator's neuron-monitor read through its socket. */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/neuron/monitor.h"
#include "backends/sim/neuron_sim.h"
#include "backends/world/world.h"
#include "tests/support/deadline.h"
#include "tests/support/fixture.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    struct loop *loop;
    struct world *world;
    struct neuron *be;
    struct sink sink;
    unsigned downs; /* times the source went down */
    char bad[512];  /* the last reason that came with a living source */
    bool relisted;
};

static void on_change(void *owner, struct change *c)
{
    struct fixture *s = owner;
    c->at_ms = loop_now_ms();
    if (c->type == CHANGE_SOURCE && c->state == SOURCE_DOWN) s->downs++;
    if (c->type == CHANGE_SOURCE && c->state == SOURCE_LIVE && c->why) snprintf(s->bad, sizeof s->bad, "%s", c->why);
    if (c->type == CHANGE_RELISTED) s->relisted = true;
    world_apply(s->world, c);
    change_free(c);
}

static int fixture_open(void **state)
{
    struct fixture *s = mem_zero(1, sizeof *s);
    s->loop = loop_new();
    s->world = world_new();
    s->sink = (struct sink){on_change, s};
    *state = s;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *s = *state;
    monitor_ops.close(s->be);
    loop_free(s->loop);
    world_free(s->world);
    free(s);
    return 0;
}

static void monitor_run(struct fixture *s, const char *command)
{
    const struct neuron_open conf = {.source = "neuron/n1", .spec = command, .knode = "n1"};
    struct why why = {0};
    if (monitor_ops.open(s->loop, &conf, &s->sink, &s->be, &why) != ERR_OK) fail_msg("%s", why.text);
}

#define UNTIL(s, condition) ASSERT_UNTIL((s)->loop, condition)

static const struct source *monitor_source(const struct fixture *s)
{
    return world_source_named(s->world, "neuron/n1");
}

static const struct core *core_of(const struct fixture *s, const char *key)
{
    const struct row *row = world_find(s->world, TABLE_CORE, key);
    return row ? ROW(row, core) : NULL;
}

static const struct monitor *monitor_record(const struct fixture *s)
{
    const struct row *row = world_find(s->world, TABLE_MONITOR, "neuron/n1");
    return row ? ROW(row, monitor) : NULL;
}

static void test_stream(void **state)
{
    struct fixture *s = *state;
    monitor_run(s, "cat tests/fixtures/neuron/20-stream.composed.ndjson; exec sleep 60");
    assert_int_equal(monitor_source(s)->state, SOURCE_CONNECTING);
    /* The fourth line is cut, the last one has no runtime any more. */
    UNTIL(s, s->bad[0] && core_of(s, "neuron/n1/0") && core_of(s, "neuron/n1/0")->held == TRI_NO && monitor_record(s) &&
                 monitor_record(s)->completed.known);
    assert_true(strncmp(s->bad, "line 4: ", 8) == 0);
    assert_int_equal(monitor_source(s)->state, SOURCE_LIVE);
    assert_int_equal(monitor_source(s)->err, ERR_OK);
    assert_true(s->relisted);
    assert_int_equal(world_count(s->world, TABLE_CORE), 12);
    assert_int_equal(world_count(s->world, TABLE_DEVICE), 6);
    assert_string_equal(monitor_record(s)->knode, "n1");
    assert_int_equal(monitor_record(s)->runtimes_count, 0);
    assert_false(core_of(s, "neuron/n1/0")->utilisation.known);
    assert_int_equal(s->downs, 0);
}

static void test_sums_outlive_the_command(void **state)
{
    struct fixture *s = *state;
    monitor_run(s, "cat tests/fixtures/neuron/04-busy-mistral-2cores.composed.json");
    UNTIL(s, s->downs >= 2); /* it ended, was started again, and ended */
    assert_int_equal(monitor_record(s)->completed.value, 2 * 46);
    assert_int_equal(monitor_source(s)->err, ERR_CHILD);
    assert_non_null(strstr(monitor_source(s)->why, "the command ended; again in "));
    assert_int_equal(world_count(s->world, TABLE_CORE), 12); /* what was known stays, as old */
}

static void test_no_such_command(void **state)
{
    struct fixture *s = *state;
    monitor_run(s, "/nonexistent/neuron-monitor -c x");
    UNTIL(s, s->downs == 1);
    assert_int_equal(monitor_source(s)->err, ERR_NOT_FOUND);
    assert_non_null(strstr(monitor_source(s)->why, "no such command"));
    assert_string_equal(monitor_source(s)->detail, "/nonexistent/neuron-monitor -c x");
    assert_null(monitor_record(s));
}

static void test_failing_command(void **state)
{
    struct fixture *s = *state;
    monitor_run(s, "echo no driver here >&2; exit 3");
    UNTIL(s, s->downs == 1);
    assert_int_equal(monitor_source(s)->err, ERR_CHILD);
    assert_non_null(strstr(monitor_source(s)->why, "no driver here"));
}

static void test_no_secret_is_shown(void **state)
{
    struct fixture *s = *state;
    monitor_run(s, "true --password hunter2 TOKEN=abc neuron-monitor");
    assert_string_equal(monitor_source(s)->detail, "true --password ••• ••• neuron-monitor");
    UNTIL(s, s->downs == 1);
    assert_null(strstr(monitor_source(s)->why, "hunter2"));
}

static void test_a_line_that_never_ends(void **state)
{
    struct fixture *s = *state;
    monitor_run(s, "head -c 9000000 /dev/zero | tr '\\0' x; sleep 60");
    UNTIL(s, monitor_source(s)->why);
    assert_int_equal(monitor_source(s)->err, ERR_LIMIT);
    assert_string_equal(monitor_source(s)->why, "line 1: longer than 8 MiB, and it has not ended");
}

/* neuron-monitor | jq . */
static void test_json_over_many_lines_is_said_to_be(void **state)
{
    struct fixture *s = *state;
    monitor_run(s, "python3 -m json.tool tests/fixtures/neuron/04-busy-mistral-2cores.composed.json; exec sleep 60");
    UNTIL(s, monitor_source(s)->why);
    assert_string_equal(monitor_source(s)->why,
                        "JSON over many lines; one object a line is expected (jq -c, or no formatter)");
    assert_null(monitor_record(s));
}

static void test_closed_in_the_middle(void **state)
{
    struct fixture *s = *state;
    monitor_run(s, "while :; do cat tests/fixtures/neuron/04-busy-mistral-2cores.composed.json; done");
    UNTIL(s, monitor_record(s) && monitor_record(s)->completed.value > 46);
    monitor_ops.close(s->be);
    s->be = NULL;
    uint64_t was = monitor_record(s)->completed.value;
    for (int i = 0; i < 5; i++) loop_step(s->loop, 10);
    assert_int_equal(monitor_record(s)->completed.value, was);
}

static void test_takes(void **state)
{
    (void)state;
    assert_true(monitor_ops.takes("ssh n1 neuron-monitor"));
    assert_false(monitor_ops.takes("http://10.0.0.1:8000/metrics"));
    assert_false(monitor_ops.takes(""));
    assert_false(monitor_ops.takes(NULL));
    assert_string_equal(neuron_kinds[0]->kind, "monitor");
    assert_null(neuron_kinds[1]);
}

/* ---- the simulator's --------------------------------------------------------------------------------------------- */

static struct ray_sim *ray_service(void)
{
    const struct ray_sim_conf conf = {.seed = 3};
    struct ray_sim *r = ray_sim_new(&conf);
    ray_sim_head_node(r, "h", "127.0.0.2", 1000);
    ray_sim_worker_up(r, "w1", "127.0.0.3", "inf2", 12, 1000);
    ray_sim_worker_up(r, "w2", "127.0.0.4", "inf2", 12, 1000);
    ray_sim_head_controller(r, 1000);
    return r;
}

/* Every member of the real line is in ours, with the same type; a core, a runtime, a device stand for all. */
static void same_shape(const cJSON *real, const cJSON *ours, const char *path)
{
    if (!ours) fail_msg("%s: not there", path);
    if ((real->type & 0xff) != (ours->type & 0xff)) fail_msg("%s: type %d", path, ours->type & 0xff);
    if (cJSON_IsArray(real) && real->child && ours->child) same_shape(real->child, ours->child, path);
    if (!cJSON_IsObject(real)) return;
    JSON_EACH (m, real) {
        if (strcmp(m->string, "usage_data") == 0) continue;
        char *deeper = mem_printf("%s.%s", path, m->string);
        same_shape(m, json_get(ours, m->string), deeper);
        free(deeper);
    }
}

static void test_simulated_line(void **state)
{
    struct fixture *s = *state;
    struct ray_sim *ray = ray_service();
    char dir[] = "/tmp/raydeck-test-XXXXXX";
    struct neuron_sim *n = NULL, *twin = NULL;
    struct buf line, other;
    assert_non_null(mkdtemp(dir));
    assert_int_equal(neuron_sim_new(s->loop, dir, ray, 9, &n, NULL), ERR_OK);
    buf_init(&line, NEURON_SIM_LINE_MAX);
    buf_init(&other, NEURON_SIM_LINE_MAX);
    assert_int_equal(neuron_sim_line(n, "n1", &line), ERR_NOT_FOUND);
    neuron_sim_set_node(n, "n1", "i-1", "w1");
    assert_int_equal(neuron_sim_line(n, "n1", &line), ERR_OK);
    assert_int_equal(line.data[line.len - 1], '\n');
    cJSON *ours = NULL, *real = fixture_json("tests/fixtures/neuron/04-busy-mistral-2cores.composed.json");
    assert_int_equal(json_parse(line.data, line.len - 1, &ours, NULL), ERR_OK);
    same_shape(real, ours, "$");
    cJSON_Delete(ours);
    cJSON_Delete(real);
    neuron_sim_free(n);

    /* The same seed says the same. */
    assert_int_equal(neuron_sim_new(s->loop, dir, ray, 9, &twin, NULL), ERR_OK);
    neuron_sim_set_node(twin, "n1", "i-1", "w1");
    assert_int_equal(neuron_sim_line(twin, "n1", &other), ERR_OK);
    assert_string_equal(buf_text(&other), buf_text(&line));

    /* A prompt is seen on the cores of its replica; without a pod there is no runtime. */
    const struct ray_sim_actor *actors;
    for (size_t i = 0, count = ray_sim_actors(ray, &actors); i < count; i++) {
        if (actors[i].cores) neuron_sim_prompt(twin, actors[i].id, 60000);
    }
    buf_clear(&other);
    assert_int_equal(neuron_sim_line(twin, "n1", &other), ERR_OK);
    assert_int_equal(json_parse(other.data, other.len, &ours, NULL), ERR_OK);
    const cJSON *runtime = json_get(ours, "neuron_runtime_data")->child;
    const cJSON *in_use = json_path(runtime, "report.neuroncore_counters.neuroncores_in_use");
    assert_true(json_f64(json_get(in_use, "0"), "neuroncore_utilization").value >= 86);
    assert_true(json_f64(json_get(in_use, "2"), "neuroncore_utilization").value < 1e-9);
    cJSON_Delete(ours);
    neuron_sim_set_node(twin, "n1", "i-1", NULL);
    buf_clear(&other);
    assert_int_equal(neuron_sim_line(twin, "n1", &other), ERR_OK);
    assert_non_null(strstr(buf_text(&other), "\"neuron_runtime_data\":[]"));
    neuron_sim_free(twin);
    buf_done(&line);
    buf_done(&other);
    ray_sim_free(ray);
    assert_int_equal(rmdir(dir), 0); /* the socket is gone */
}

/* The whole way: socket, the monitor subcommand's copying, and the parser's view of it. */
static void test_simulated_monitor(void **state)
{
    struct fixture *s = *state;
    struct ray_sim *ray = ray_service();
    char dir[] = "/tmp/raydeck-test-XXXXXX";
    struct neuron_sim *n = NULL;
    assert_non_null(mkdtemp(dir));
    char *fifo = mem_printf("%s/out", dir), *command = mem_printf("cat %s; exec sleep 60", fifo);
    assert_int_equal(neuron_sim_new(s->loop, dir, ray, 9, &n, NULL), ERR_OK);
    neuron_sim_set_node(n, "n2", "i-2", "w2");
    /* The copying runs in a process of its own, whose stdout is the file. */
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGPIPE, SIG_DFL);
        if (!freopen(fifo, "w", stdout)) _exit(9);
        _exit(neuron_sim_monitor(dir, "n2"));
    }
    for (uint64_t end = loop_now_ms() + 3500; loop_now_ms() < end && access(fifo, F_OK) != 0;) loop_step(s->loop, 10);
    struct buf text;
    buf_init(&text, 1 << 20);
    FILE *in = fopen(fifo, "r");
    assert_non_null(in);
    unsigned lines = 0;
    for (uint64_t end = loop_now_ms() + DEADLINE_MS; lines < 2 && loop_now_ms() < end;) {
        char block[4096];
        loop_step(s->loop, 20);
        size_t got = fread(block, 1, sizeof block, in);
        clearerr(in);
        buf_add(&text, block, got);
        for (size_t i = 0; i < got; i++) lines += block[i] == '\n';
    }
    fclose(in);
    assert_true(lines >= 2);
    buf_done(&text);
    neuron_sim_free(n); /* the simulator's end is the command's end */
    for (int i = 0; i < 5; i++) loop_step(s->loop, 10);
    int status = -1;
    waitpid(pid, &status, 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);

    monitor_run(s, command);
    UNTIL(s, core_of(s, "neuron/n1/1"));
    assert_int_equal(core_of(s, "neuron/n1/0")->held, TRI_YES);
    assert_int_equal(core_of(s, "neuron/n1/2")->held, TRI_NO);
    assert_string_equal(monitor_record(s)->instance_id, "i-2");
    assert_int_equal(monitor_record(s)->runtimes_count, 1);
    unlink(fifo);
    assert_int_equal(rmdir(dir), 0);
    free(fifo);
    free(command);
    ray_sim_free(ray);
}

static void test_no_simulator(void **state)
{
    (void)state;
    pid_t pid = fork();
    if (pid == 0) _exit(freopen("/dev/null", "w", stderr) ? neuron_sim_monitor("/nonexistent", "n1") : 9);
    int status = -1;
    waitpid(pid, &status, 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 3);
}

/* One that is no runtime among those that are, text that is none, numbers that are none: the rest is as told. */
static void test_a_bad_item_is_left_out_and_said(void **state)
{
    struct fixture *s = *state;
    char words[200];
    monitor_run(
        s, "printf '%s\\n' '{\"neuron_runtime_data\":[null,{\"pid\":5,\"neuron_runtime_tag\":\"a\\u0000b\",\"report\":"
           "{\"neuroncore_counters\":{\"neuroncores_in_use\":{\"0\":{\"neuroncore_utilization\":NaN}}}}}],"
           "\"neuron_hardware_info\":{\"neuron_device_count\":1,\"neuroncore_per_device_count\":2}}'; exec sleep 60");
    UNTIL(s, world_count(s->world, TABLE_CORE) == 2);
    assert_int_equal(monitor_source(s)->state, SOURCE_LIVE);
    assert_string_equal(s->bad, "");
    assert_true(world_unread_words(s->world, TABLE_MONITOR, words, sizeof words));
    assert_string_equal(words, "1 runtime could not be read: a runtime that is not an object");
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_stream, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_sums_outlive_the_command, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_no_such_command, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_failing_command, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_no_secret_is_shown, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_json_over_many_lines_is_said_to_be, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_closed_in_the_middle, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_a_line_that_never_ends, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_a_bad_item_is_left_out_and_said, fixture_open, fixture_close),
        cmocka_unit_test(test_takes),
        cmocka_unit_test_setup_teardown(test_simulated_line, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_simulated_monitor, fixture_open, fixture_close),
        cmocka_unit_test(test_no_simulator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
