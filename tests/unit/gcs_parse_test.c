/* gcs_parse_test.c - Values recorded from real Ray 2.60 and 2.22; what they hold was read with Ray's own protobuf
 * classes. */
#include "backends/redis/gcs_parse.h"

#include "backends/base/mem.h"
#include "backends/redis/gcs_text.h"
#include "tests/support/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char ns[] = "mistral-raycluster-7hq2x";
static const struct gcs_place place = {ns, GCS_SINCE_PREPARED};

static struct gcs_span span_of(const char *bytes, size_t len)
{
    return (struct gcs_span){bytes, len};
}

static void *parse_fixture(enum gcs_table table, const char *name)
{
    char path[128];
    size_t len;
    struct record *record = NULL;
    snprintf(path, sizeof path, "tests/fixtures/redis/fields/%s.bin", name);
    char *bytes = fixture_read(path, &len);
    assert_int_equal(gcs_parse(table, &place, span_of("\x01\xab\xff\x00", 4), span_of(bytes, len), &record, NULL),
                     ERR_OK);
    free(bytes);
    assert_string_equal(record->key, "mistral-raycluster-7hq2x/01abff00");
    return record;
}

static void assert_u64(struct known_u64 got, uint64_t want)
{
    assert_true(got.known);
    assert_int_equal(got.value, want);
}

static const char *resource_of(const struct raynode *n, const char *name)
{
    for (size_t i = 0; i < n->resources_count; i++)
        if (strcmp(n->resources[i].name, name) == 0) return n->resources[i].value;
    return NULL;
}

/* A zero byte in a text is shown, and what is behind it too, but for a secret. */
static void test_zero_bytes(void **state)
{
    (void)state;
    static const char node[] = "\x42\x03"
                               "a\0b"
                               "\x6a\x01\0"; /* hostname, instance_id */
    static const char job[] = "\x4a\x1f"
                              "run\0x --token hf_abcdefghijklmn";
    struct record *record = NULL;
    assert_int_equal(gcs_parse(GCS_NODE, &place, span_of("n", 1), span_of(node, sizeof node - 1), &record, NULL),
                     ERR_OK);
    assert_string_equal(((struct raynode *)(void *)record)->hostname, "a\\x00b");
    assert_string_equal(((struct raynode *)(void *)record)->pod, "\\x00");
    record_free(record);
    assert_int_equal(gcs_parse(GCS_JOB, &place, span_of("j", 1), span_of(job, sizeof job - 1), &record, NULL), ERR_OK);
    assert_string_equal(((struct job *)(void *)record)->entrypoint, "run\\x00x --token (hidden)");
    record_free(record);
}

static void test_worker_node(void **state)
{
    (void)state;
    struct raynode *n = parse_fixture(GCS_NODE, "2.60-node-worker");
    assert_int_equal(n->record.table, TABLE_RAYNODE);
    assert_string_equal(n->ns, ns);
    assert_string_equal(n->id, "01abff00");
    assert_string_equal(n->state, "ALIVE");
    assert_string_equal(n->address, "10.77.0.2");
    assert_u64(n->port, 43155);
    assert_string_equal(n->hostname, "vm");
    assert_string_equal(n->pod, "mistral-raycluster-7hq2x-inf2-worker-k9vd4");
    assert_string_equal(n->group, "inf2");
    assert_int_equal(n->is_head, TRI_NO);
    assert_u64(n->started, 1795434652290);
    assert_false(n->ended.known);
    assert_null(n->death_reason);
    assert_int_equal(n->resources_count, 6);
    assert_string_equal(resource_of(n, "neuron_cores"), "12");
    assert_string_equal(resource_of(n, "memory"), "4000000000");
    assert_string_equal(n->resources[0].name, "CPU"); /* sorted: the wire has no order */
    record_free(&n->record);
}

static void test_dead_head_node(void **state)
{
    (void)state;
    struct raynode *n = parse_fixture(GCS_NODE, "2.60-node-dead");
    assert_string_equal(n->state, "DEAD");
    assert_int_equal(n->is_head, TRI_YES);
    assert_u64(n->ended, 1795435040179);
    assert_string_equal(n->death_reason, "UNEXPECTED_TERMINATION");
    assert_string_equal(n->death_message, "health check failed due to missing too many heartbeats");
    record_free(&n->record);
}

static void test_older_nodes(void **state)
{
    (void)state;
    struct raynode *n = parse_fixture(GCS_NODE, "2.22-node-head");
    assert_string_equal(n->pod, "mistral-raycluster-7hq2x-head-id2e2");
    assert_string_equal(n->group, "headgroup");
    assert_int_equal(n->is_head, TRI_YES);
    assert_string_equal(n->state, "ALIVE");
    record_free(&n->record);
    n = parse_fixture(GCS_NODE, "2.22-node-worker");
    assert_int_equal(n->is_head, TRI_NO);
    assert_string_equal(resource_of(n, "neuron_cores"), "12");
    record_free(&n->record);
}

static void assert_cores(const struct actor *a, const char *want)
{
    char text[64];
    assert_true(a->cores.known);
    assert_string_equal(coreset_text(&a->cores, text, sizeof text), want);
}

static void test_replica_with_cores(void **state)
{
    (void)state;
    struct actor *a = parse_fixture(GCS_ACTOR, "2.60-actor-replica");
    assert_string_equal(a->state, "ALIVE");
    assert_string_equal(a->class_name, "ServeReplica:mistral-deployment:mistral-7b");
    assert_string_equal(a->name, "SERVE_REPLICA::mistral-deployment#mistral-7b#0s09vcjz");
    assert_string_equal(a->ray_ns, "serve");
    assert_string_equal(a->job, "01000000");
    assert_string_equal(a->ray_node, "b5846ef7d5ea3588201ea24b628d78a639250993c452e7248b87ea36");
    assert_string_equal(a->ip, "10.77.0.2");
    assert_u64(a->pid, 113);
    assert_u64(a->restarts, 0);
    assert_string_equal(a->max_restarts, "0");
    assert_u64(a->started, 1795434687696);
    assert_false(a->ended.known);
    assert_int_equal(a->detached, TRI_YES);
    assert_null(a->death_cause);
    assert_cores(a, "2,3");
    record_free(&a->record);
}

/* Core 0 has no index on the wire. */
static void test_core_zero(void **state)
{
    (void)state;
    struct actor *a = parse_fixture(GCS_ACTOR, "2.60-actor-replica-core-0");
    assert_cores(a, "0,1");
    record_free(&a->record);
    a = parse_fixture(GCS_ACTOR, "2.22-actor-replica");
    assert_cores(a, "0,1");
    assert_u64(a->pid, 100);
    record_free(&a->record);
    a = parse_fixture(GCS_ACTOR, "2.22-actor-a4");
    assert_cores(a, "2,3");
    record_free(&a->record);
}

static void test_controller(void **state)
{
    (void)state;
    struct actor *a = parse_fixture(GCS_ACTOR, "2.60-actor-controller-restarted");
    assert_string_equal(a->class_name, "ServeController");
    assert_u64(a->restarts, 2);
    assert_string_equal(a->max_restarts, "unlimited");
    assert_cores(a, "none");
    record_free(&a->record);
    a = parse_fixture(GCS_ACTOR, "2.22-actor-controller");
    assert_string_equal(a->max_restarts, "unlimited");
    assert_u64(a->restarts, 0);
    record_free(&a->record);
}

static void test_dead_actor(void **state)
{
    (void)state;
    struct actor *a = parse_fixture(GCS_ACTOR, "2.60-actor-dead");
    assert_string_equal(a->state, "DEAD");
    assert_u64(a->ended, 1795435040180);
    assert_string_equal(a->death_cause,
                        "The actor died because its node has died. Node Id: "
                        "5cabc3e85f2a70656d70c443c1e0c3b7fc00e31105cf7c38e077008b the actor's node was terminated "
                        "unexpectedly: health check failed due to missing too many heartbeats");
    record_free(&a->record);
}

static void test_jobs(void **state)
{
    (void)state;
    struct job *j = parse_fixture(GCS_JOB, "2.60-job");
    assert_int_equal(j->dead, TRI_NO);
    assert_string_equal(j->driver_ip, "10.77.0.1");
    assert_u64(j->driver_pid, 126);
    assert_u64(j->started, 1795434675535);
    assert_false(j->ended.known);
    assert_true(strlen(j->entrypoint) <= GCS_TEXT_MAX);
    assert_memory_equal(j->entrypoint, "ray-dashboard-ServeHead-0 ", 26);
    record_free(&j->record);
    j = parse_fixture(GCS_JOB, "2.60-job-dead");
    assert_int_equal(j->dead, TRI_YES);
    assert_u64(j->ended, 1795435040210);
    record_free(&j->record);
    j = parse_fixture(GCS_JOB, "2.22-job");
    assert_u64(j->driver_pid, 35);
    record_free(&j->record);
}

static void test_workers(void **state)
{
    (void)state;
    struct rayworker *w = parse_fixture(GCS_WORKERS, "2.60-worker");
    assert_int_equal(w->alive, TRI_YES);
    assert_string_equal(w->type, "WORKER");
    assert_string_equal(w->ip, "10.77.0.2");
    assert_string_equal(w->ray_node, "b5846ef7d5ea3588201ea24b628d78a639250993c452e7248b87ea36");
    assert_u64(w->pid, 114);
    assert_u64(w->started, 1795434683369);
    assert_null(w->exit_type); /* proto3's zero of one that lives means nothing */
    record_free(&w->record);
    w = parse_fixture(GCS_WORKERS, "2.60-worker-driver");
    assert_string_equal(w->type, "DRIVER");
    assert_u64(w->pid, 126);
    record_free(&w->record);
    w = parse_fixture(GCS_WORKERS, "2.22-worker-driver");
    assert_string_equal(w->type, "DRIVER");
    assert_u64(w->pid, 35);
    record_free(&w->record);
}

/* No recorded service has one: written by hand from the field numbers. Two bundles, STRICT_PACK, state 2. */
static void test_placement_group(void **state)
{
    (void)state;
    static const char wire[] = "\x12\x02pg\x1a\x00\x1a\x02\x0a\x00\x20\x02\x28\x02\x50\x01";
    const struct gcs_span value = span_of(wire, sizeof wire - 1);
    static const struct {
        enum gcs_age age;
        const char *state;
    } cases[] = {{GCS_SINCE_PREPARED, "CREATED"}, {GCS_BEFORE_PREPARED, "REMOVED"}, {GCS_AGE_UNKNOWN, NULL}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct gcs_place at = {ns, cases[i].age};
        struct record *record;
        assert_int_equal(gcs_parse(GCS_PLACEMENT_GROUP, &at, span_of("\x07", 1), value, &record, NULL), ERR_OK);
        const struct pgroup *p = (const void *)record;
        assert_string_equal(p->name, "pg");
        assert_u64(p->bundles, 2);
        assert_string_equal(p->strategy, "STRICT_PACK");
        assert_int_equal(p->detached, TRI_YES);
        if (cases[i].state)
            assert_string_equal(p->state, cases[i].state);
        else
            assert_null(p->state);
        record_free(record);
    }
}

static void append_map(struct buf *out, const char *name, unsigned index)
{
    /* {name, {{index, 1.0}}} as field 15 of an actor */
    struct buf e;
    buf_init(&e, 256);
    (void)buf_printf(&e, "\x0a%c%s\x12\x0c\x08%c%c\x11", (int)strlen(name), name, (int)(0x80 | (index & 0x7f)),
                     (int)(index >> 7));
    (void)buf_add(&e, "\0\0\0\0\0\0\xf0\x3f", 8);
    (void)buf_printf(out, "\x7a%c", (int)e.len);
    (void)buf_add(out, e.data, e.len);
    buf_done(&e);
}

/* In a placement group the same cores are mapped a second time, under the group's names; a range beyond is no core. */
static void test_grouped_cores(void **state)
{
    (void)state;
    struct buf wire;
    buf_init(&wire, 1024);
    (void)buf_str(&wire, "\x30\x02");
    append_map(&wire, "neuron_cores_group_0_d9aa", 200);
    append_map(&wire, "neuron_cores_group_d9aa", 201);
    append_map(&wire, "neuron_cores", 255);
    append_map(&wire, "neuron_cores", 256);
    append_map(&wire, "neuron_cores_of_mine", 130);
    struct record *record;
    assert_int_equal(gcs_parse(GCS_ACTOR, &place, span_of("\x07", 1), span_of(wire.data, wire.len), &record, NULL),
                     ERR_OK);
    const struct actor *a = (const void *)record;
    assert_int_equal(coreset_count(&a->cores), 3);
    assert_true(coreset_has(&a->cores, 200) && coreset_has(&a->cores, 201) && coreset_has(&a->cores, 255));
    record_free(record);
    buf_done(&wire);
}

static void parser_refuses(enum gcs_table table, const char *bytes, size_t len, enum err want)
{
    struct record *record = (void *)&place;
    struct why why = {0};
    assert_int_equal(gcs_parse(table, &place, span_of("\x07", 1), span_of(bytes, len), &record, &why), want);
    assert_ptr_equal(record, &place); /* untouched */
    assert_int_equal(why.code, want);
    assert_true(strlen(why.text) > 0);
}

static void test_refused(void **state)
{
    (void)state;
    parser_refuses(GCS_NODE, "\x0a\x7fshort", 7, ERR_PARSE);
    parser_refuses(GCS_ACTOR, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 11, ERR_PARSE);
    parser_refuses(GCS_JOB, "\x00\x00", 2, ERR_PARSE);
    parser_refuses(GCS_KV, "", 0, ERR_UNSUPPORTED);
    char *large = mem_zero(1, GCS_VALUE_MAX + 1);
    parser_refuses(GCS_NODE, large, GCS_VALUE_MAX + 1, ERR_LIMIT);
    /* two bytes an unknown field: protobuf-c would keep 24 and more for each of the two million */
    for (size_t i = 0; i < GCS_VALUE_MAX; i += 2) large[i] = (char)0x98, large[i + 1] = 0x06;
    parser_refuses(GCS_NODE, large, GCS_VALUE_MAX, ERR_PARSE);
    free(large);
    struct record *record;
    assert_int_equal(gcs_parse(GCS_NODE, &place, span_of("", 0), span_of("", 0), &record, NULL), ERR_LIMIT);
}

/* An empty value is a message with everything at zero. */
static void test_empty_value(void **state)
{
    (void)state;
    struct record *record;
    assert_int_equal(gcs_parse(GCS_ACTOR, &place, span_of("\x07", 1), span_of("", 0), &record, NULL), ERR_OK);
    const struct actor *a = (const void *)record;
    assert_string_equal(a->state, "DEPENDENCIES_UNREADY");
    assert_null(a->name);
    assert_false(a->cores.known);
    assert_false(a->pid.known);
    record_free(record);
}

static void contains_no(const cJSON *json, const char *word)
{
    char *text = cJSON_PrintUnformatted(json);
    if (strstr(text, word)) fail_msg("%s is in %s", word, text);
    free(text);
}

static void test_no_environment(void **state)
{
    (void)state;
    static const char *const names[] = {"2.60-actor-replica", "2.22-actor-replica"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct actor *a = parse_fixture(GCS_ACTOR, names[i]);
        cJSON *json = record_to_json(&a->record, RECORD_AS_NULL);
        contains_no(json, "env_vars");
        contains_no(json, "NEURON_CC_FLAGS");
        cJSON_Delete(json);
        record_free(&a->record);
    }
}

static void test_prose(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"python serve.py --hf-token=hf_abcdefghijklmnopqrst --port 8000", "python serve.py (hidden) --port 8000"},
        {"curl -H 'Authorization: Bearer abc.def' x", "curl -H 'Authorization: Bearer (hidden) x"},
        {"run --password hunter2 now", "run --password (hidden) now"},
        {"env={\"HF_TOKEN\":\"x\"}", "(hidden)"},
        {"  a\n\tb\x1b[31m ", "a b\\x1b[31m"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *got = gcs_prose(cases[i].in);
        assert_non_null(got);
        assert_string_equal(got, cases[i].out);
        free(got);
    }
    assert_null(gcs_prose(NULL));
    assert_null(gcs_prose(" \n "));
    char *last = gcs_last_line("Traceback:\n  File \"x.py\"\nValueError: no such model\n\n");
    assert_string_equal(last, "ValueError: no such model");
    free(last);
}

static void test_small_values(void **state)
{
    (void)state;
    static const char beat[] = "{\"time\": 1795434726.6630213}", meta[] = "{\"ray_version\": \"2.60.0\", \"x\": 1}";
    assert_u64(gcs_heartbeat(span_of(beat, sizeof beat - 1)), 1795434726663);
    assert_false(gcs_heartbeat(span_of("{\"time\": -1}", 12)).known);
    assert_false(gcs_heartbeat(span_of("12", 2)).known);
    assert_false(gcs_heartbeat(span_of("", 0)).known);
    char *version = gcs_ray_version(span_of(meta, sizeof meta - 1));
    assert_string_equal(version, "2.60.0");
    free(version);
    assert_null(gcs_ray_version(span_of("[]", 2)));
    assert_int_equal(gcs_age_of("2.60.0"), GCS_SINCE_PREPARED);
    assert_int_equal(gcs_age_of("2.35.0"), GCS_SINCE_PREPARED);
    assert_int_equal(gcs_age_of("2.34.0"), GCS_BEFORE_PREPARED);
    assert_int_equal(gcs_age_of("1.13.0"), GCS_BEFORE_PREPARED);
    assert_int_equal(gcs_age_of("3.0.0.dev0"), GCS_SINCE_PREPARED);
    assert_int_equal(gcs_age_of("nightly"), GCS_AGE_UNKNOWN);
    assert_int_equal(gcs_age_of(NULL), GCS_AGE_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zero_bytes),
        cmocka_unit_test(test_worker_node),
        cmocka_unit_test(test_dead_head_node),
        cmocka_unit_test(test_older_nodes),
        cmocka_unit_test(test_replica_with_cores),
        cmocka_unit_test(test_core_zero),
        cmocka_unit_test(test_controller),
        cmocka_unit_test(test_dead_actor),
        cmocka_unit_test(test_jobs),
        cmocka_unit_test(test_workers),
        cmocka_unit_test(test_placement_group),
        cmocka_unit_test(test_grouped_cores),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_empty_value),
        cmocka_unit_test(test_no_environment),
        cmocka_unit_test(test_prose),
        cmocka_unit_test(test_small_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
