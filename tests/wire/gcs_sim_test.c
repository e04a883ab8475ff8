/* gcs_sim_test.c - the simulated GCS in a real redis-server: what a head's death changes, and that nothing is left
 * behind. */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/sim/gcs_sim.h"
#include "backends/sim/redis_child.h"
#include "tests/support/deadline.h"

#include <errno.h>
#include <hiredis/hiredis.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define NS "3f0c0000-1111-2222-3333-444444444491"
static const struct gcs_sim_pod head_a = {"m-head-a", "127.0.0.31", "headgroup", 0},
                                head_b = {"m-head-b", "127.0.0.34", "headgroup", 0};
static const struct gcs_sim_pod workers[] = {{"m-worker-a", "127.0.0.32", "inf2", 12},
                                             {"m-worker-b", "127.0.0.33", "inf2", 12}};

struct fixture {
    struct loop *loop;
    struct guard *guard;
    struct redis_child *redis;
    struct sched *sched;
    struct ray_sim *ray;
    struct gcs_sim *gcs;
    redisContext *look;
    char dir[64];
    unsigned exited, steps;
};

static void on_step(void *arg, enum gcs_sim_step step)
{
    struct fixture *f = arg;
    f->steps++;
    if (step == GCS_SIM_EXITED) f->exited++;
}

static redisContext *log_in(const struct redis_child *c)
{
    redisContext *rc = redisConnect("127.0.0.1", (int)redis_child_port(c));
    assert_non_null(rc);
    assert_int_equal(rc->err, 0);
    redisReply *r = redisCommand(rc, "AUTH %s %s", redis_child_user(c), redis_child_password(c));
    assert_non_null(r);
    assert_int_equal(r->type, REDIS_REPLY_STATUS);
    freeReplyObject(r);
    return rc;
}

static int gcs_setup_with(void **state, bool append_only)
{
    struct fixture *f = mem_zero(1, sizeof *f);
    struct why why = {0};
    snprintf(f->dir, sizeof f->dir, "/tmp/raydeck-test-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    assert_int_equal(guard_start(&f->guard, &why), ERR_OK);
    assert_int_equal(guard_remove(f->guard, f->dir), ERR_OK);
    f->loop = loop_new();
    if (redis_child_start(f->guard, f->dir, append_only, &f->redis, &why) != ERR_OK) fail_msg("%s", why.text);
    f->look = log_in(f->redis);
    f->sched = sched_new(f->loop, 100);
    const struct ray_sim_conf ray = {.seed = 11};
    f->ray = ray_sim_new(&ray);
    const struct gcs_sim_conf conf = {.ns = NS,
                                      .port = redis_child_port(f->redis),
                                      .user = redis_child_user(f->redis),
                                      .password = redis_child_password(f->redis),
                                      .sched = f->sched,
                                      .step = on_step,
                                      .arg = f};
    f->gcs = gcs_sim_new(f->loop, f->ray, &conf);
    *state = f;
    return 0;
}

static int gcs_setup(void **state)
{
    return gcs_setup_with(state, false);
}

static int gcs_setup_append_only(void **state)
{
    return gcs_setup_with(state, true);
}

static int gcs_teardown(void **state)
{
    struct fixture *f = *state;
    struct stat st;
    char dir[sizeof f->dir];
    memcpy(dir, f->dir, sizeof dir);
    if (f->look) redisFree(f->look);
    gcs_sim_free(f->gcs);
    sched_free(f->sched);
    ray_sim_free(f->ray);
    redis_child_free(f->redis);
    loop_free(f->loop);
    guard_free(f->guard);
    free(f);
    assert_int_equal(stat(dir, &st), -1);
    return 0;
}

/* Redis' own words; text of a bulk, number of an integer as text. */
static char *redis_ask(struct fixture *f, const char *command, const char *key, const char *field)
{
    redisReply *r = field ? redisCommand(f->look, "%s %s %s", command, key, field)
                    : key ? redisCommand(f->look, "%s %s", command, key)
                          : redisCommand(f->look, command);
    char *text = NULL;
    if (r && (r->type == REDIS_REPLY_STRING || r->type == REDIS_REPLY_STATUS)) text = mem_strn(r->str, r->len);
    if (r && r->type == REDIS_REPLY_INTEGER) text = mem_printf("%lld", r->integer);
    if (r) freeReplyObject(r);
    return text;
}

static long table_length(struct fixture *f, const char *table)
{
    char *key = mem_printf("RAY" NS "@%s", table), *n = redis_ask(f, "HLEN", key, NULL);
    long v = n ? strtol(n, NULL, 10) : -1;
    free(key);
    free(n);
    return v;
}

/* Rows of CLIENT LIST that come from that address. */
static unsigned client_connections(struct fixture *f, const char *ip)
{
    char *list = redis_ask(f, "CLIENT LIST", NULL, NULL), *want = mem_printf(" addr=%s:", ip);
    unsigned n = 0;
    for (const char *s = list; s && (s = strstr(s, want)); s++) n++;
    free(list);
    free(want);
    return n;
}

#define UNTIL(f, condition) ASSERT_UNTIL((f)->loop, condition)

static void gcs_boot(struct fixture *f)
{
    gcs_sim_boot(f->gcs, &head_a, 0, workers, 2, 1700000000000);
    UNTIL(f, table_length(f, "KV") >= 46 && client_connections(f, "127.0.0.31") == 4);
}

static void test_boot(void **state)
{
    struct fixture *f = *state;
    gcs_boot(f);
    assert_int_equal(table_length(f, "NODE"), 3);
    assert_int_equal(table_length(f, "ACTOR"), 7);
    assert_int_equal(table_length(f, "ACTOR_TASK_SPEC"), 7);
    assert_int_equal(table_length(f, "JOB"), 1);
    assert_int_equal(table_length(f, "WORKERS"), 8);
    char *beat = redis_ask(f, "HGET", "RAY" NS "@KV", "@namespace_healthcheck:ray_client_server");
    cJSON *json = NULL;
    assert_int_equal(json_parse(beat, strlen(beat), &json, NULL), ERR_OK);
    assert_true(json_f64(json, "time").known);
    cJSON_Delete(json);
    free(beat);
    char *session = redis_ask(f, "HGET", "RAY" NS "@KV", "@namespace_session:session_name");
    assert_true(strncmp(session, "session_20", 10) == 0);
    free(session);
    char *counter = redis_ask(f, "GET", "RAY" NS "@JobCounter", NULL);
    assert_string_equal(counter, "1");
    free(counter);
    char *bytes = redis_ask(f, "HSTRLEN", "RAY" NS "@KV",
                            "@namespace_serve:ray-serve-_ray_internal_dashboard-serve-application-state-checkpoint");
    assert_string_equal(bytes, "493604");
    free(bytes);
}

/* A head younger than its workers is not the first one. */
static void test_boot_with_a_second_head(void **state)
{
    struct fixture *f = *state;
    gcs_sim_boot(f->gcs, &head_a, 1700400000000, workers, 2, 1700000000000);
    UNTIL(f, table_length(f, "KV") >= 46 && table_length(f, "JOB") == 2);
    assert_int_equal(table_length(f, "NODE"), 4);
    assert_int_equal(table_length(f, "ACTOR"), 8);
    assert_int_equal(table_length(f, "ACTOR_TASK_SPEC"), 7);
    assert_int_equal(table_length(f, "WORKERS"), 11);
    assert_int_equal(ray_sim_head(f->ray)->start_ms, 1700400008300);
    assert_string_equal(ray_sim_head(f->ray)->pod, "m-head-a");
    const struct ray_sim_node *nodes;
    unsigned dead = 0;
    for (size_t i = 0, n = ray_sim_nodes(f->ray, &nodes); i < n; i++) {
        if (nodes[i].alive) continue;
        dead++;
        assert_string_not_equal(nodes[i].pod, "m-head-a");
        assert_int_equal(nodes[i].start_ms, 1700000008300);
    }
    assert_int_equal(dead, 1);
}

/* NODE says nothing of a death until the next head registers; the connections do at once. */
static void test_head_loss(void **state)
{
    struct fixture *f = *state;
    gcs_boot(f);
    long kv = table_length(f, "KV");
    gcs_sim_head_lost(f->gcs);
    UNTIL(f, client_connections(f, "127.0.0.31") == 0);
    char *was = redis_ask(f, "HGET", "RAY" NS "@KV", "@namespace_healthcheck:ray_client_server");
    assert_int_equal(table_length(f, "NODE"), 3);
    assert_string_equal(ray_sim_head(f->ray)->pod, "m-head-a");

    gcs_sim_head_started(f->gcs, &head_b);
    assert_false(gcs_sim_reached(f->gcs, GCS_SIM_CONNECTED));
    UNTIL(f, gcs_sim_reached(f->gcs, GCS_SIM_CONNECTED));
    UNTIL(f, gcs_sim_reached(f->gcs, GCS_SIM_JOB));
    assert_int_equal(f->steps, 8);
    UNTIL(f, table_length(f, "JOB") == 2);
    assert_int_equal(client_connections(f, "127.0.0.34"), 4);
    assert_int_equal(table_length(f, "NODE"), 4);
    assert_int_equal(table_length(f, "ACTOR"), 8);
    assert_int_equal(table_length(f, "ACTOR_TASK_SPEC"), 7);
    assert_int_equal(table_length(f, "WORKERS"), 11);
    assert_int_equal(table_length(f, "KV"), kv + 1);
    char *now = redis_ask(f, "HGET", "RAY" NS "@KV", "@namespace_healthcheck:ray_client_server");
    assert_string_not_equal(now, was);
    free(now);
    free(was);
}

/* A worker that comes while there is no GCS waits for one. */
static void test_worker_waits_for_a_gcs(void **state)
{
    struct fixture *f = *state;
    gcs_boot(f);
    gcs_sim_head_lost(f->gcs);
    const struct gcs_sim_pod third = {"m-worker-c", "127.0.0.35", "inf2", 12};
    gcs_sim_worker_up(f->gcs, &third);
    gcs_sim_worker_down(f->gcs, "m-worker-a");
    assert_null(ray_sim_node_named(f->ray, "m-worker-c"));
    gcs_sim_head_started(f->gcs, &head_b);
    UNTIL(f, gcs_sim_reached(f->gcs, GCS_SIM_ALIVE));
    assert_true(ray_sim_node_named(f->ray, "m-worker-c")->alive);
    assert_false(ray_sim_node_named(f->ray, "m-worker-a")->alive);
    UNTIL(f, table_length(f, "NODE") == 5);
}

/* The GCS gives up 3.6 s after it lost Redis; the next head writes everything into the empty one. */
static void test_redis_gone(void **state)
{
    struct fixture *f = *state;
    struct why why = {0};
    gcs_boot(f);
    redis_child_kill(f->redis);
    UNTIL(f, f->exited == 1);
    assert_false(gcs_sim_reached(f->gcs, GCS_SIM_ALIVE));
    redisFree(f->look);
    unsigned port = redis_child_port(f->redis);
    if (redis_child_restart(f->redis, false, &why) != ERR_OK) fail_msg("%s", why.text);
    assert_int_equal(redis_child_port(f->redis), port);
    f->look = log_in(f->redis);
    assert_int_equal(table_length(f, "NODE"), 0);
    gcs_sim_redis_back(f->gcs, true);
    gcs_sim_head_started(f->gcs, &head_b);
    UNTIL(f, gcs_sim_reached(f->gcs, GCS_SIM_JOB) && table_length(f, "KV") >= 46);
    assert_int_equal(f->exited, 1);
}

/* One that persists comes back with all that was in it; its file goes with the simulator (gcs_teardown). */
static void test_redis_with_a_file_keeps_its_state(void **state)
{
    struct fixture *f = *state;
    struct why why = {0};
    assert_true(redis_child_keeps_data(f->redis));
    gcs_boot(f);
    redis_child_kill(f->redis);
    UNTIL(f, f->exited == 1);
    redisFree(f->look);
    if (redis_child_restart(f->redis, false, &why) != ERR_OK) fail_msg("%s", why.text);
    f->look = log_in(f->redis);
    assert_true(table_length(f, "KV") >= 46); /* it has loaded its file */
    assert_int_equal(table_length(f, "NODE"), 3);
}

/* One that is to come back empty does, however much there was: nothing of it is loaded, and nothing left to delete. */
static void test_redis_with_a_file_comes_back_empty(void **state)
{
    struct fixture *f = *state;
    struct why why = {0};
    gcs_boot(f);
    redis_child_kill(f->redis);
    UNTIL(f, f->exited == 1);
    redisFree(f->look);
    if (redis_child_restart(f->redis, true, &why) != ERR_OK) fail_msg("%s", why.text);
    f->look = log_in(f->redis);
    assert_int_equal(table_length(f, "KV") + table_length(f, "NODE"), 0);
    assert_true(redis_child_keeps_data(f->redis));
    redis_child_kill(f->redis);
    redisFree(f->look);
    if (redis_child_restart(f->redis, false, &why) != ERR_OK) fail_msg("%s", why.text);
    f->look = log_in(f->redis);
    assert_int_equal(table_length(f, "KV") + table_length(f, "NODE"), 0);
}

/* A large file: the server takes AUTH long before it has loaded it, and refuses what is sent meanwhile. */
static void test_redis_is_back_once_it_has_loaded_its_file(void **state)
{
    enum { KEYS = 200000 };
    struct fixture *f = *state;
    struct why why = {0};
    redisReply *r;
    for (int i = 0; i < KEYS; i++) assert_int_equal(redisAppendCommand(f->look, "SET key:%d value", i), REDIS_OK);
    for (int i = 0; i < KEYS; i++) {
        assert_int_equal(redisGetReply(f->look, (void **)&r), REDIS_OK);
        freeReplyObject(r);
    }
    redis_child_kill(f->redis);
    redisFree(f->look);
    if (redis_child_restart(f->redis, false, &why) != ERR_OK) fail_msg("%s", why.text);
    f->look = log_in(f->redis);
    r = redisCommand(f->look, "DBSIZE");
    assert_int_equal(r->type, REDIS_REPLY_INTEGER);
    assert_true(r->integer >= KEYS);
    freeReplyObject(r);
}

static void test_the_door_is_locked(void **state)
{
    struct fixture *f = *state;
    redisContext *rc = redisConnect("127.0.0.1", (int)redis_child_port(f->redis));
    redisReply *r = redisCommand(rc, "PING");
    assert_int_equal(r->type, REDIS_REPLY_ERROR);
    assert_true(strncmp(r->str, "NOAUTH", 6) == 0);
    freeReplyObject(r);
    redisFree(rc);
    assert_int_equal(strlen(redis_child_password(f->redis)), 48);
}

/* SIGKILL of the whole simulator: Redis, its folder and its files go all the same. */
static void test_killed(void **state)
{
    (void)state;
    char dir[] = "/tmp/raydeck-test-XXXXXX";
    assert_non_null(mkdtemp(dir));
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct guard *g;
        struct redis_child *c;
        char *file = mem_printf("%s/config.yaml", dir);
        FILE *out = fopen(file, "w");
        bool fine = out && fputs("x\n", out) >= 0 && fclose(out) == 0 && guard_start(&g, NULL) == ERR_OK &&
                    guard_remove(g, dir) == ERR_OK && guard_remove(g, file) == ERR_OK &&
                    redis_child_start(g, dir, true, &c, NULL) == ERR_OK;
        unsigned port = fine ? redis_child_port(c) : 0;
        if (write(pipes[1], &port, sizeof port) == (ssize_t)sizeof port) pause();
        _exit(1);
    }
    unsigned port = 0;
    assert_int_equal(read(pipes[0], &port, sizeof port), sizeof port);
    close(pipes[0]);
    close(pipes[1]);
    assert_true(port > 0);
    assert_int_equal(access(dir, F_OK), 0);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    bool gone = false;
    for (uint64_t end = loop_now_ms() + 5000; !gone && loop_now_ms() < end;) {
        redisContext *rc = redisConnect("127.0.0.1", (int)port);
        gone = rc->err && access(dir, F_OK) != 0;
        redisFree(rc);
        usleep(5000);
    }
    assert_true(gone);
}

static void test_not_installed(void **state)
{
    (void)state;
    char *path = mem_str(getenv("PATH"));
    struct guard *g;
    struct redis_child *c = NULL;
    struct why why = {0};
    setenv("PATH", "/nonexistent", 1);
    assert_int_equal(guard_start(&g, &why), ERR_OK);
    setenv("PATH", path, 1);
    assert_int_equal(redis_child_start(g, "/tmp", false, &c, &why), ERR_NOT_FOUND);
    assert_null(c);
    assert_string_equal(why.text, "redis-server is not installed (package redis-server)");
    guard_free(g);
    free(path);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_boot, gcs_setup, gcs_teardown),
        cmocka_unit_test_setup_teardown(test_boot_with_a_second_head, gcs_setup, gcs_teardown),
        cmocka_unit_test_setup_teardown(test_head_loss, gcs_setup, gcs_teardown),
        cmocka_unit_test_setup_teardown(test_worker_waits_for_a_gcs, gcs_setup, gcs_teardown),
        cmocka_unit_test_setup_teardown(test_redis_gone, gcs_setup, gcs_teardown),
        cmocka_unit_test_setup_teardown(test_redis_with_a_file_keeps_its_state, gcs_setup_append_only, gcs_teardown),
        cmocka_unit_test_setup_teardown(test_redis_with_a_file_comes_back_empty, gcs_setup_append_only, gcs_teardown),
        cmocka_unit_test_setup_teardown(test_redis_is_back_once_it_has_loaded_its_file, gcs_setup_append_only,
                                        gcs_teardown),
        cmocka_unit_test_setup_teardown(test_the_door_is_locked, gcs_setup, gcs_teardown),
        cmocka_unit_test(test_killed),
        cmocka_unit_test(test_not_installed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
