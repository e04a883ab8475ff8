/* gcs_rows_test.c - what the simulator writes, read by the console's own decoder: two parts that share no line of code.
 */
#include "backends/base/mem.h"
#include "backends/redis/gcs_parse.h"
#include "backends/sim/gcs_records.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { RECORDS = 256 };
struct seen {
    struct record *record[RECORDS];
    size_t count, checkpoints;
    struct known_u64 heartbeat;
    char *version;
};

static void on_row(void *arg, const char *table, const char *field, size_t field_len, const char *value,
                   size_t value_len)
{
    struct seen *s = arg;
    const struct gcs_place place = {"ns", GCS_SINCE_PREPARED};
    const struct gcs_span name = {table, strlen(table)}, id = {field, field_len}, bytes = {value, value_len};
    enum gcs_table t = gcs_table_of(name);
    struct gcs_span checkpoint;
    struct why why = {0};
    if (t == GCS_KV && gcs_checkpoint_name(field, field_len, &checkpoint)) s->checkpoints++;
    if (t == GCS_KV && gcs_span_is(id, GCS_HEARTBEAT_FIELD)) s->heartbeat = gcs_heartbeat(bytes);
    if (t == GCS_KV && gcs_span_is(id, GCS_METADATA_FIELD)) s->version = gcs_ray_version(bytes);
    if (!gcs_table_has_records(t) || !value) return;
    assert_true(s->count < RECORDS);
    if (gcs_parse(t, &place, id, bytes, &s->record[s->count], &why) != ERR_OK) fail_msg("%s: %s", table, why.text);
    s->count++;
}

static void seen_clear(struct seen *s)
{
    for (size_t i = 0; i < s->count; i++) record_free(s->record[i]);
    free(s->version);
    *s = (struct seen){0};
}

static void *seen_record(const struct seen *s, enum table table, bool (*is)(const struct record *r))
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->record[i]->table == table && is(s->record[i])) return s->record[i];
    }
    fail_msg("no such record of %s", table_name(table));
    return NULL;
}

static bool is_dead_node(const struct record *r)
{
    return strcmp(((const struct raynode *)(const void *)r)->state, "DEAD") == 0;
}
static bool is_worker_node(const struct record *r)
{
    return strcmp(((const struct raynode *)(const void *)r)->pod, "m-worker-b") == 0;
}
static bool is_model(const struct record *r)
{
    return strstr(((const struct actor *)(const void *)r)->name, "#mistral-7b#") != NULL;
}
static bool is_controller(const struct record *r)
{
    return strcmp(((const struct actor *)(const void *)r)->class_name, "ServeController") == 0;
}
static bool is_dead_actor(const struct record *r)
{
    return strcmp(((const struct actor *)(const void *)r)->state, "DEAD") == 0;
}
static bool is_second_job(const struct record *r)
{
    return strcmp(((const struct job *)(const void *)r)->id, "02000000") == 0;
}
static bool is_driver(const struct record *r)
{
    return strcmp(((const struct rayworker *)(const void *)r)->type, "DRIVER") == 0;
}

static struct ray_sim *after_a_head_loss(void)
{
    const struct ray_sim_conf conf = {.seed = 5};
    struct ray_sim *r = ray_sim_new(&conf);
    ray_sim_head_node(r, "m-head-a", "127.0.0.31", 1700000000000);
    ray_sim_head_job(r, 1700000002000);
    ray_sim_worker_up(r, "m-worker-a", "127.0.0.32", "inf2", 12, 1700000003000);
    ray_sim_worker_up(r, "m-worker-b", "127.0.0.33", "inf2", 12, 1700000004000);
    ray_sim_head_controller(r, 1700000005000);
    ray_sim_head_proxy(r, 1700000006000);
    ray_sim_head_node(r, "m-head-b", "127.0.0.34", 1700000100000);
    ray_sim_old_heads_die(r, 1700000100000);
    ray_sim_head_controller(r, 1700000102000);
    ray_sim_head_proxy(r, 1700000104000);
    ray_sim_head_job(r, 1700000105000);
    return r;
}

static void test_nodes(void **state)
{
    const struct seen *s = *state;
    const struct raynode *dead = seen_record(s, TABLE_RAYNODE, is_dead_node),
                         *w = seen_record(s, TABLE_RAYNODE, is_worker_node);
    assert_string_equal(dead->pod, "m-head-a");
    assert_int_equal(dead->is_head, TRI_YES);
    assert_int_equal(dead->ended.value, 1700000100001);
    assert_string_equal(dead->death_message, "health check failed due to missing too many heartbeats");
    assert_string_equal(w->state, "ALIVE");
    assert_string_equal(w->address, "127.0.0.33");
    assert_string_equal(w->group, "inf2");
    assert_int_equal(w->is_head, TRI_NO);
    assert_int_equal(w->started.value, 1700000004000);
    bool cores = false;
    for (size_t i = 0; i < w->resources_count; i++) {
        if (strcmp(w->resources[i].name, "neuron_cores") == 0) cores = strncmp(w->resources[i].value, "12", 2) == 0;
    }
    assert_true(cores);
}

static void test_actors(void **state)
{
    const struct seen *s = *state;
    char text[64];
    const struct actor *m = seen_record(s, TABLE_ACTOR, is_model), *c = seen_record(s, TABLE_ACTOR, is_controller),
                       *d = seen_record(s, TABLE_ACTOR, is_dead_actor);
    assert_string_equal(m->state, "ALIVE");
    assert_string_equal(coreset_text(&m->cores, text, sizeof text), "0,1");
    assert_string_equal(m->ray_ns, "serve");
    assert_string_equal(m->class_name, "ServeReplica:mistral-deployment:mistral-7b");
    assert_true(m->pid.known && m->pid.value >= 105);
    assert_int_equal(m->detached, TRI_YES);
    assert_int_equal(c->restarts.value, 1);
    assert_string_equal(c->ip, "127.0.0.34");
    assert_int_equal(c->started.value, 1700000005000);
    assert_string_equal(d->class_name, "ProxyActor");
    assert_int_equal(d->ended.value, 1700000100002);
}

static void test_jobs_and_workers(void **state)
{
    const struct seen *s = *state;
    const struct job *j = seen_record(s, TABLE_JOB, is_second_job);
    const struct rayworker *w = seen_record(s, TABLE_RAYWORKER, is_driver);
    assert_int_equal(j->dead, TRI_NO);
    assert_string_equal(j->driver_ip, "127.0.0.34");
    assert_int_equal(j->started.value, 1700000105000);
    assert_true(strncmp(j->entrypoint, "ray-dashboard-ServeHead-0", 25) == 0);
    assert_int_equal(w->alive, TRI_YES);
}

static void test_kv(void **state)
{
    const struct seen *s = *state;
    assert_int_equal(s->checkpoints, 5);
    assert_string_equal(s->version, "2.60.0");
    assert_int_equal(s->heartbeat.value, 1700000200123);
}

static int rows_setup(void **state)
{
    struct seen *s = mem_zero(1, sizeof *s);
    struct ray_sim *r = after_a_head_loss();
    gcs_rows_tables(r, "session_x", on_row, s);
    gcs_rows_kv(r, "session_x", true, on_row, s);
    gcs_rows_heartbeat(1700000200123, on_row, s);
    ray_sim_free(r);
    *state = s;
    return 0;
}

static int rows_teardown(void **state)
{
    seen_clear(*state);
    free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nodes, rows_setup, rows_teardown),
        cmocka_unit_test_setup_teardown(test_actors, rows_setup, rows_teardown),
        cmocka_unit_test_setup_teardown(test_jobs_and_workers, rows_setup, rows_teardown),
        cmocka_unit_test_setup_teardown(test_kv, rows_setup, rows_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
