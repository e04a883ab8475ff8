/* sim_parts_test.c - the simulator's small parts: the object store and its log, the clock, the stream of chance, the
 * model's answers. */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/sim/crowd.h"
#include "backends/sim/fault.h"
#include "backends/sim/llm.h"
#include "backends/sim/objects.h"
#include "backends/sim/pki.h"
#include "backends/sim/rng.h"
#include "backends/sim/sched.h"
#include "backends/sim/template.h"
#include "tests/support/deadline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- objects ----------------------------------------------------------------------------------------------------- */

static cJSON *pod_made(const char *ns, const char *name)
{
    const struct template_value values[] = {{"NS", ns}, {"NAME", name}, {NULL, NULL}};
    return template_text("{'kind':'Pod','metadata':{'name':'${NAME}','namespace':'${NS}'}}", values);
}

static void count_event(void *arg, const struct object_event *e)
{
    uint64_t *last = arg;
    assert_true(e->version > *last);
    *last = e->version;
}

static void objects_are_in_order_and_versioned(void **state)
{
    struct objects *o = objects_new();
    size_t count;
    (void)state;
    assert_int_equal(objects_version(o), 1);
    objects_put(o, SIM_POD, pod_made("b", "x"));
    objects_put(o, SIM_POD, pod_made("a", "y"));
    cJSON *z = objects_put(o, SIM_POD, pod_made("a", "z"));
    objects_put(o, SIM_POD, pod_made("a", "m"));
    cJSON *const *all = objects_all(o, SIM_POD, &count);
    assert_int_equal(count, 4);
    const char *const order[] = {"m", "y", "z", "x"};
    for (size_t i = 0; i < count; i++) assert_string_equal(object_name(all[i]), order[i]);
    assert_int_equal(objects_version(o), 5);
    assert_string_equal(json_str(json_get(z, "metadata"), "resourceVersion"), "4");
    objects_changed(o, SIM_POD, z);
    assert_string_equal(json_str(json_get(z, "metadata"), "resourceVersion"), "6");
    objects_delete(o, SIM_POD, z);
    assert_null(objects_get(o, SIM_POD, "a", "z"));
    assert_int_equal(objects_version(o), 7);
    uint64_t last = 3;
    objects_since(o, 3, count_event, &last);
    assert_int_equal(last, 7);
    objects_free(o);
}

static void an_event_keeps_the_object_as_it_was(void *arg, const struct object_event *e)
{
    char *said = arg;
    snprintf(said + strlen(said), 200 - strlen(said), "%s %s;", e->type, json_str(e->object, "note"));
}

static void the_log_holds_copies(void **state)
{
    struct objects *o = objects_new();
    char said[200] = "";
    (void)state;
    cJSON *a = pod_made("n", "a");
    cJSON_AddStringToObject(a, "note", "first");
    objects_put(o, SIM_POD, a);
    cJSON_ReplaceItemInObjectCaseSensitive(a, "note", cJSON_CreateString("second"));
    objects_changed(o, SIM_POD, a);
    objects_delete(o, SIM_POD, a);
    objects_since(o, 1, an_event_keeps_the_object_as_it_was, said);
    assert_string_equal(said, "ADDED first;MODIFIED second;DELETED second;");
    objects_free(o);
}

static void the_log_is_bounded_and_says_where_it_begins(void **state)
{
    struct objects *o = objects_new();
    (void)state;
    cJSON *a = objects_put(o, SIM_POD, pod_made("n", "a"));
    for (int i = 0; i < OBJECTS_LOG - 1; i++) objects_changed(o, SIM_POD, a);
    assert_int_equal(objects_floor(o), 1);
    objects_changed(o, SIM_POD, a);
    /* The first event, of version 2, is gone: what is after 2 is still all there. */
    assert_int_equal(objects_floor(o), 2);
    uint64_t last = 2;
    objects_since(o, 2, count_event, &last);
    assert_int_equal(last, objects_version(o));
    objects_clear_log(o);
    assert_int_equal(objects_floor(o), objects_version(o));
    objects_free(o);
}

static void old_events_go_first(void **state)
{
    struct objects *o = objects_new();
    size_t count;
    (void)state;
    for (int i = 0; i < OBJECTS_EVENTS_KEPT + 5; i++) {
        char name[32];
        snprintf(name, sizeof name, "e%d", (i * 7919) % 100003);
        objects_put(o, SIM_EVENT, pod_made("n", name));
    }
    objects_all(o, SIM_EVENT, &count);
    assert_int_equal(count, OBJECTS_EVENTS_KEPT);
    assert_null(objects_get(o, SIM_EVENT, "n", "e0"));
    assert_null(objects_get(o, SIM_EVENT, "n", "e31676"));
    assert_non_null(objects_get(o, SIM_EVENT, "n", "e39595"));
    objects_free(o);
}

static void kinds_are_found_by_group_version_and_plural(void **state)
{
    enum sim_kind kind = SIM_KIND_COUNT;
    (void)state;
    assert_true(sim_kind_find("ray.io", "v1", "rayservices", &kind));
    assert_int_equal(kind, SIM_RAYSERVICE);
    assert_true(sim_kind_find("", "v1", "pods", &kind));
    assert_int_equal(kind, SIM_POD);
    assert_false(sim_kind_find("ray.io", "v1alpha1", "rayservices", &kind));
    assert_false(sim_kind_find("", "v1", "endpointslices", &kind));
    assert_string_equal(sim_kind_info(SIM_SLICE)->group, "discovery.k8s.io");
}

static void a_crowd_is_put_beside_the_pods_there_are(void **state)
{
    struct objects *o = objects_new();
    size_t count;
    (void)state;
    cJSON *pod =
        template_text("{'kind':'Pod','metadata':{'name':'w','namespace':'mistral','creationTimestamp':'2026-11-23T12:"
                      "00:00Z','labels':{'ray.io/cluster':'c'},'ownerReferences':[]},'spec':{'initContainers':[1],"
                      "'nodeName':'n'},'status':{'phase':'Running'}}",
                      NULL);
    objects_put(o, SIM_POD, pod);
    crowd_create(o, 300, 1);
    cJSON *const *all = objects_all(o, SIM_POD, &count);
    assert_int_equal(count, 301);
    assert_string_equal(object_ns(all[0]), "mistral");
    assert_int_equal(strncmp(object_name(all[299]), "batch-00299-", 12), 0);
    assert_string_equal(json_str(json_path(all[0], "metadata.labels"), "ray.io/cluster"), "batch");
    assert_null(json_path(all[0], "spec.initContainers"));
    assert_string_equal(json_str(json_get(all[0], "spec"), "nodeName"), "n");
    assert_int_equal(objects_floor(o), objects_version(o));
    objects_free(o);
}

/* ---- the clock --------------------------------------------------------------------------------------------------- */

struct diary {
    struct sched *sched;
    char text[64];
};

static void diary_note(struct diary *d, const char *word)
{
    strncat(d->text, word, sizeof d->text - strlen(d->text) - 1);
}

static void note_one(void *arg)
{
    diary_note(arg, "1");
}

static void note_two(void *arg)
{
    diary_note(arg, "2");
}

/* Sets more, which is due from when it was due itself. */
static void note_chained(void *arg)
{
    struct diary *d = arg;
    diary_note(d, "c");
    sched_in(d->sched, 10, note_one, d);
}

static void actions_run_in_order_of_time_and_of_setting(void **state)
{
    struct loop *l = loop_new();
    struct diary d = {.sched = sched_new(l, 0.001)};
    int other = 0;
    (void)state;
    sched_in(d.sched, 200, note_two, &d);
    sched_in(d.sched, 100, note_one, &d);
    sched_in(d.sched, 100, note_two, &d);
    sched_in(d.sched, 150, note_chained, &d);
    sched_in(d.sched, 120, note_one, &other);
    sched_drop(d.sched, &other);
    assert_int_equal(sched_waiting(d.sched), 4);
    sched_advance(d.sched, 99);
    assert_string_equal(d.text, "");
    sched_advance(d.sched, 1);
    assert_string_equal(d.text, "12");
    sched_advance(d.sched, 1000);
    assert_string_equal(d.text, "12c12");
    assert_int_equal(sched_waiting(d.sched), 0);
    sched_free(d.sched);
    loop_free(l);
}

static void speed_brings_what_is_due_sooner(void **state)
{
    struct loop *l = loop_new();
    struct diary d = {.sched = sched_new(l, 1000)};
    (void)state;
    sched_in(d.sched, 60000, note_one, &d);
    uint64_t from = loop_now_ms();
    STEP_UNTIL(l, *d.text);
    assert_string_equal(d.text, "1");
    assert_in_range(loop_now_ms() - from, 55, 60000 - 1);
    sched_free(d.sched);
    loop_free(l);
}

/* ---- chance, answers, templates ---------------------------------------------------------------------------------- */

static void names_are_kubernetes_own(void **state)
{
    struct rng a, b;
    char name[6], again[6], uuid[RNG_UUID], hex[9];
    (void)state;
    rng_init(&a, 1);
    rng_init(&b, 1);
    rng_suffix(&a, name, 5);
    rng_suffix(&b, again, 5);
    assert_string_equal(name, again);
    assert_int_equal(strspn(name, "bcdfghjklmnpqrstvwxz2456789"), 5);
    rng_uuid(&a, uuid);
    assert_int_equal(strlen(uuid), 36);
    assert_int_equal(uuid[14], '4');
    assert_non_null(strchr("89ab", uuid[19]));
    rng_hex(&a, hex, 8);
    assert_int_equal(strspn(hex, "0123456789abcdef"), 8);
    for (int i = 0; i < 1000; i++) assert_in_range(rng_around(&a, 1000, 6), 940, 1060);
}

static void the_model_gives_one_answer_to_one_question(void **state)
{
    uint64_t ms, again_ms;
    (void)state;
    char *first = llm_answer(9, "Name a \"colour\"\n\x01", &ms),
         *again = llm_answer(9, "Name a \"colour\"\n\x01", &again_ms);
    char *other = llm_answer(10, "Name a \"colour\"\n\x01", &again_ms);
    assert_string_equal(first, again);
    assert_string_not_equal(first, other);
    assert_in_range(ms, 1000, 4000);
    cJSON *json = NULL;
    assert_int_equal(json_parse(first, strlen(first), &json, NULL), ERR_OK);
    assert_int_equal(cJSON_GetArraySize(json), 1);
    const char *text = cJSON_GetStringValue(cJSON_GetArrayItem(json, 0));
    assert_int_equal(strncmp(text, "<s> [INST] Name a \"colour\"\n\x01 [/INST] ", 37), 0);
    assert_string_equal(text + strlen(text) - 5, ".</s>");
    cJSON_Delete(json);
    free(first);
    free(again);
    free(other);
    char *known = llm_answer(9, "what does REDIS do?", &ms);
    assert_non_null(strstr(known, "Redis holds the state"));
    free(known);
}

static void templates_fill_names_and_leave_the_shell_alone(void **state)
{
    const struct template_value values[] = {{"A", "quote \" and ${B}"}, {"B", "b"}, {NULL, NULL}};
    (void)state;
    cJSON *made = template_text("{'${B}':'x${A}y${B}','shell':'${LIMIT:-65536}','list':['${B}${B}',1,null]}", values);
    assert_string_equal(json_str(made, "b"), "xquote \" and ${B}yb");
    assert_string_equal(json_str(made, "shell"), "${LIMIT:-65536}");
    assert_string_equal(cJSON_GetStringValue(cJSON_GetArrayItem(json_get(made, "list"), 0)), "bb");
    cJSON_Delete(made);
}

static void certificates_are_fresh_each_time(void **state)
{
    struct pki one_time, other_time;
    (void)state;
    assert_int_equal(pki_make(&one_time, NULL), ERR_OK);
    assert_int_equal(pki_make(&other_time, NULL), ERR_OK);
    assert_int_equal(strncmp(one_time.ca_pem, "-----BEGIN CERTIFICATE-----", 27), 0);
    assert_int_equal(strncmp(one_time.key_pem, "-----BEGIN PRIVATE KEY-----", 27), 0);
    assert_string_not_equal(one_time.key_pem, other_time.key_pem);
    pki_done(&one_time);
    pki_done(&other_time);
}

static void faults_have_words(void **state)
{
    enum fault f;
    (void)state;
    for (int i = 0; i < FAULT_COUNT; i++) {
        assert_true(fault_find(fault_info((enum fault)i)->word, &f));
        assert_int_equal(f, i);
    }
    assert_false(fault_find("", &f));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_are_in_order_and_versioned),
        cmocka_unit_test(the_log_holds_copies),
        cmocka_unit_test(the_log_is_bounded_and_says_where_it_begins),
        cmocka_unit_test(old_events_go_first),
        cmocka_unit_test(a_crowd_is_put_beside_the_pods_there_are),
        cmocka_unit_test(kinds_are_found_by_group_version_and_plural),
        cmocka_unit_test(actions_run_in_order_of_time_and_of_setting),
        cmocka_unit_test(speed_brings_what_is_due_sooner),
        cmocka_unit_test(names_are_kubernetes_own),
        cmocka_unit_test(the_model_gives_one_answer_to_one_question),
        cmocka_unit_test(templates_fill_names_and_leave_the_shell_alone),
        cmocka_unit_test(certificates_are_fresh_each_time),
        cmocka_unit_test(faults_have_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
