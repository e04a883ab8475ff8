/* ray_sim_test.c - the simulated Ray: what a head's death changes, and that its words and records are those of the real
 * one. */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/sim/gcs_records.h"
#include "backends/sim/pbwire.h"
#include "backends/sim/ray_sim.h"
#include "tests/support/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { T0 = 1000000 };

static struct ray_sim *ray_running(uint64_t seed)
{
    const struct ray_sim_conf conf = {.seed = seed};
    struct ray_sim *r = ray_sim_new(&conf);
    ray_sim_head_node(r, "m-head-a", "127.0.0.31", T0);
    ray_sim_head_job(r, T0 + 1);
    ray_sim_worker_up(r, "m-worker-a", "127.0.0.32", "inf2", 12, T0 + 2);
    ray_sim_worker_up(r, "m-worker-b", "127.0.0.33", "inf2", 12, T0 + 3);
    ray_sim_head_controller(r, T0 + 4);
    ray_sim_head_proxy(r, T0 + 5);
    return r;
}

static void next_head(struct ray_sim *r)
{
    ray_sim_head_node(r, "m-head-b", "127.0.0.34", T0 + 100);
    ray_sim_old_heads_die(r, T0 + 100);
    ray_sim_head_controller(r, T0 + 102);
    ray_sim_head_proxy(r, T0 + 104);
    ray_sim_head_job(r, T0 + 105);
}

static const struct ray_sim_actor *actor_named(const struct ray_sim *r, const char *part, enum ray_sim_state state)
{
    const struct ray_sim_actor *a;
    size_t n = ray_sim_actors(r, &a);
    for (size_t i = 0; i < n; i++) {
        if (strstr(a[i].name, part) && a[i].state == state) return &a[i];
    }
    return NULL;
}

static void test_placing(void **state)
{
    (void)state;
    struct ray_sim *r = ray_running(7);
    const struct ray_sim_actor *a;
    const struct ray_sim_node *one = ray_sim_node_named(r, "m-worker-a"), *two = ray_sim_node_named(r, "m-worker-b");
    unsigned on_one = 0, on_two = 0;
    size_t n = ray_sim_actors(r, &a);
    assert_int_equal(n, 1 + 3 + 3); /* controller, proxies, replicas */
    for (size_t i = 0; i < n; i++) {
        if (!a[i].cores) continue;
        assert_int_equal(a[i].core, 0);
        assert_int_equal(a[i].cores, 2);
        assert_int_equal(strlen(a[i].id), 32);
        assert_string_equal(a[i].id + 24, "01000000");
        on_one += strcmp(a[i].node, one->id) == 0;
        on_two += strcmp(a[i].node, two->id) == 0;
    }
    assert_int_equal(on_one, 1);
    assert_int_equal(on_two, 1);
    ray_sim_free(r);
}

static void test_two_replicas_a_pod(void **state)
{
    (void)state;
    const struct ray_sim_conf conf = {
        .seed = 1,
        .serve = {.app = "a", .route = "/", .deployment = {{.name = "m", .replicas = 3, .cores = 2}}, .count = 1}};
    struct ray_sim *r = ray_sim_new(&conf);
    ray_sim_head_node(r, "h", "127.0.0.2", T0);
    ray_sim_head_controller(r, T0);
    ray_sim_worker_up(r, "w", "127.0.0.3", "inf2", 4, T0);
    const struct ray_sim_actor *a;
    unsigned seen = 0;
    for (size_t i = 0, n = ray_sim_actors(r, &a); i < n; i++) {
        if (a[i].cores) assert_int_equal(a[i].core, 2 * seen++);
    }
    assert_int_equal(seen, 2); /* the third waits for a place */
    ray_sim_worker_up(r, "w2", "127.0.0.4", "inf2", 4, T0);
    seen = 0;
    for (size_t i = 0, n = ray_sim_actors(r, &a); i < n; i++) seen += a[i].cores > 0;
    assert_int_equal(seen, 3);
    ray_sim_free(r);
}

/* As recorded: NODE, JOB and ACTOR one more, WORKERS three, the controller restarted once, the replicas untouched. */
static void test_head_loss(void **state)
{
    (void)state;
    struct ray_sim *r = ray_running(7);
    const struct ray_sim_node *nodes;
    const struct ray_sim_actor *actors;
    const struct ray_sim_job *jobs;
    const struct ray_sim_worker *workers;
    size_t before[] = {ray_sim_nodes(r, &nodes), ray_sim_actors(r, &actors), ray_sim_jobs(r, &jobs),
                       ray_sim_workers(r, &workers)};
    char replica[33], worker[57];
    const struct ray_sim_actor *was = actor_named(r, "SERVE_REPLICA::mistral-deployment#mistral-7b", RAY_SIM_ALIVE);
    memcpy(replica, was->id, sizeof replica);
    memcpy(worker, was->worker, sizeof worker);
    unsigned pid = was->pid;

    ray_sim_head_node(r, "m-head-b", "127.0.0.34", T0 + 100);
    ray_sim_old_heads_die(r, T0 + 100);
    assert_int_equal(actor_named(r, "CONTROLLER", RAY_SIM_RESTARTING)->restarts, 0);
    assert_non_null(actor_named(r, "SERVE_PROXY", RAY_SIM_DEAD));
    assert_string_equal(ray_sim_head(r)->pod, "m-head-b");
    const struct ray_sim_node *old = ray_sim_node_named(r, "m-head-a");
    assert_false(old->alive);
    assert_int_equal(old->end_ms, T0 + 101);
    ray_sim_head_controller(r, T0 + 102);
    ray_sim_head_proxy(r, T0 + 104);
    ray_sim_head_job(r, T0 + 105);

    assert_int_equal(ray_sim_nodes(r, &nodes), before[0] + 1);
    assert_int_equal(ray_sim_actors(r, &actors), before[1] + 1);
    assert_int_equal(ray_sim_jobs(r, &jobs), before[2] + 1);
    assert_int_equal(ray_sim_workers(r, &workers), before[3] + 3);
    assert_int_equal(actor_named(r, "CONTROLLER", RAY_SIM_ALIVE)->restarts, 1);
    assert_string_equal(actor_named(r, "CONTROLLER", RAY_SIM_ALIVE)->node, ray_sim_head(r)->id);
    assert_string_equal(jobs[1].id, "02000000");
    assert_false(jobs[0].dead);
    was = actor_named(r, "SERVE_REPLICA::mistral-deployment#mistral-7b", RAY_SIM_ALIVE);
    assert_string_equal(was->id, replica);
    assert_string_equal(was->worker, worker);
    assert_int_equal(was->pid, pid);
    ray_sim_free(r);
}

static void test_worker_loss(void **state)
{
    (void)state;
    struct ray_sim *r = ray_running(7);
    ray_sim_worker_down(r, "m-worker-a", T0 + 50);
    assert_non_null(actor_named(r, "SERVE_REPLICA", RAY_SIM_DEAD));
    /* The other worker takes the model's replica: cores 2 and 3. */
    const struct ray_sim_actor *a;
    unsigned cores = 0;
    for (size_t i = 0, n = ray_sim_actors(r, &a); i < n; i++) {
        if (a[i].state == RAY_SIM_ALIVE && a[i].cores) cores |= 3u << a[i].core;
    }
    assert_int_equal(cores, 0xf);
    ray_sim_free(r);
}

static void test_bounded(void **state)
{
    (void)state;
    struct ray_sim *r = ray_running(7);
    for (int i = 0; i < 500; i++) next_head(r);
    const struct ray_sim_node *n;
    const struct ray_sim_actor *a;
    assert_int_equal(ray_sim_nodes(r, &n), RAY_SIM_NODES);
    assert_int_equal(ray_sim_actors(r, &a), RAY_SIM_ACTORS);
    assert_int_equal(actor_named(r, "CONTROLLER", RAY_SIM_ALIVE)->restarts, 500);
    assert_non_null(actor_named(r, "SERVE_REPLICA", RAY_SIM_ALIVE));
    assert_true(ray_sim_node_named(r, "m-worker-a")->alive);
    ray_sim_free(r);
}

/* Every member of the real answer is in ours, with the same type; of a list, what its first element has. */
static void same_shape(const cJSON *real, const cJSON *ours, const char *path)
{
    if (!ours) fail_msg("%s: not there", path);
    if ((real->type & 0xff) != (ours->type & 0xff) && !(cJSON_IsBool(real) && cJSON_IsBool(ours)))
        fail_msg("%s: type %d, not %d", path, ours->type & 0xff, real->type & 0xff);
    if (cJSON_IsArray(real) && real->child) same_shape(real->child, ours->child, path);
    if (!cJSON_IsObject(real)) return;
    bool by_id = strstr(path, "proxies") && !strstr(path, "proxies."); /* members named by ids: one for all */
    JSON_EACH (m, real) {
        char *deeper = mem_printf("%s.%s", path, by_id ? "*" : m->string);
        same_shape(m, by_id ? ours->child : json_get(ours, m->string), deeper);
        free(deeper);
    }
}

static void test_dashboard_words_it_like_ray(void **state)
{
    (void)state;
    struct ray_sim *r = ray_running(7);
    char *body = ray_sim_serve_applications(r, T0 + 1000);
    cJSON *real = fixture_json("tests/fixtures/serve/serve_applications-2.60.json"), *ours = NULL;
    struct why why = {0};
    if (json_parse(body, strlen(body), &ours, &why) != ERR_OK) fail_msg("%s", why.text);
    same_shape(real, ours, "$");
    same_shape(ours, real, "$");
    assert_string_equal(json_str(json_path(ours, "applications.mistral-deployment.deployments.mistral-7b"), "status"),
                        "HEALTHY");
    cJSON_Delete(real);
    cJSON_Delete(ours);
    free(body);
    ray_sim_free(r);
}

static void test_one_seed_one_world(void **state)
{
    (void)state;
    struct ray_sim *a = ray_running(7), *b = ray_running(7), *c = ray_running(8);
    char *x = ray_sim_serve_applications(a, T0), *y = ray_sim_serve_applications(b, T0),
         *z = ray_sim_serve_applications(c, T0);
    assert_string_equal(x, y);
    assert_string_not_equal(x, z);
    free(x);
    free(y);
    free(z);
    ray_sim_free(a);
    ray_sim_free(b);
    ray_sim_free(c);
}

struct counts {
    size_t set, deleted, bytes, specs, specs_deleted, agents_deleted, checkpoints;
};

static void count_row(void *arg, const char *table, const char *field, size_t field_len, const char *value,
                      size_t value_len)
{
    struct counts *c = arg;
    value ? c->set++ : c->deleted++;
    c->bytes += value_len;
    if (strcmp(table, "ACTOR_TASK_SPEC") == 0) value ? c->specs++ : c->specs_deleted++;
    if (!value && field_len > 41 && memcmp(field, "@namespace_dashboard:DASHBOARD_AGENT_ADDR", 41) == 0)
        c->agents_deleted++;
    if (field_len > 17 && memcmp(field, "@namespace_serve:", 17) == 0) c->checkpoints++;
}

static void test_rows(void **state)
{
    (void)state;
    struct ray_sim *r = ray_running(7);
    struct counts t = {0}, kv = {0}, again = {0};
    gcs_rows_tables(r, "session_x", count_row, &t);
    assert_int_equal(t.set, 3 + 7 + 7 + 1 + 8);
    assert_int_equal(t.specs, 7);
    assert_int_equal(t.deleted, 0);
    gcs_rows_kv(r, "session_x", true, count_row, &kv);
    assert_int_equal(kv.checkpoints, 5);
    assert_true(kv.bytes > 800000 && kv.bytes < 1000000); /* 925 KB were recorded */
    next_head(r);
    t = (struct counts){0};
    gcs_rows_tables(r, "session_x", count_row, &t);
    assert_int_equal(t.specs, 7); /* the new proxy's for the old one's */
    assert_int_equal(t.specs_deleted, 1);
    gcs_rows_kv(r, "session_x", false, count_row, &again);
    assert_int_equal(again.agents_deleted, 2);
    assert_int_equal(again.checkpoints, 0);
    ray_sim_free(r);
}

/* protobuf.dev, Encoding: 150 is 96 01, "testing" is 07 74…; zeros are left out. */
static void test_wire(void **state)
{
    (void)state;
    struct buf b, inner;
    buf_init(&b, PB_MAX);
    buf_init(&inner, PB_MAX);
    pb_u64(&b, 1, 150);
    pb_u64(&b, 2, 0);
    pb_str(&b, 2, "testing");
    pb_str(&b, 3, "");
    pb_double(&b, 4, 0);
    pb_double(&b, 4, 1);
    pb_hex(&b, 5, "00ff");
    pb_message(&b, 16, &inner);
    static const unsigned char want[] = {0x08, 0x96, 0x01, 0x12, 0x07, 't',  'e',  's', 't', 'i',
                                         'n',  'g',  0x21, 0,    0,    0,    0,    0,   0,   0xf0,
                                         0x3f, 0x2a, 0x02, 0x00, 0xff, 0x82, 0x01, 0x00};
    assert_int_equal(b.len, sizeof want);
    assert_memory_equal(b.data, want, sizeof want);
    buf_done(&b);
    buf_done(&inner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_placing),
        cmocka_unit_test(test_two_replicas_a_pod),
        cmocka_unit_test(test_head_loss),
        cmocka_unit_test(test_worker_loss),
        cmocka_unit_test(test_bounded),
        cmocka_unit_test(test_dashboard_words_it_like_ray),
        cmocka_unit_test(test_one_seed_one_world),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_wire),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
