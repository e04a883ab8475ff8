/* diff_test.c - what a change of an object is, in rows and in words; nothing secret in either. */
#include "backends/base/mem.h"
#include "deploy/diff.h"
#include "deploy/kobject.h"
#include "deploy/manifest.h"
#include "deploy/secrets.h"
#include "tests/support/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static cJSON *parsed_yaml(const char *text)
{
    struct yaml *y = NULL;
    cJSON *json = NULL;
    struct why why = {0};
    if (yaml_parse("test", text, strlen(text), &y, &why)) fail_msg("%s", why.text);
    if (manifest_object_json(&(struct manifest_object){.root = yaml_root(y)}, &json, &why)) fail_msg("%s", why.text);
    yaml_tree_free(y);
    return json;
}

/* Every row on a line, then every meaning after "= ". */
static char *diff_words(const char *live, const char *next)
{
    cJSON *a = live ? parsed_yaml(live) : NULL, *b = parsed_yaml(next);
    struct diff d;
    struct buf out;
    buf_init(&out, 100000);
    diff_of(a, b, &d);
    for (size_t i = 0; i < d.count; i++) {
        struct buf row;
        buf_init(&row, 10000);
        diff_row_words(&d.row[i], &row);
        buf_printf(&out, "%c %s%s\n", diff_row_sign(&d.row[i]), d.row[i].path,
                   buf_text(&row) + strlen("~ ") + strlen(d.row[i].name));
        buf_done(&row);
    }
    for (size_t i = 0; i < d.meanings; i++) buf_printf(&out, "= %s\n", d.meaning[i]);
    diff_done(&d);
    cJSON_Delete(a);
    cJSON_Delete(b);
    return buf_take(&out);
}

#define SAYS(live, next, expected)                                                                                     \
    do {                                                                                                               \
        char *said_ = diff_words(live, next);                                                                          \
        assert_string_equal(said_, expected);                                                                          \
        free(said_);                                                                                                   \
    } while (0)

static void nothing_changed_is_nothing(void **state)
{
    (void)state;
    SAYS("{kind: Service, metadata: {name: a, uid: u, resourceVersion: '1', generation: 1, managedFields: [1]}, "
         "status: {x: 1}}",
         "{kind: Service, metadata: {name: a, uid: v, resourceVersion: '2', generation: 2, managedFields: [2]}, "
         "status: {x: 2}}",
         "");
}

static void fields_come_and_go(void **state)
{
    (void)state;
    SAYS("{kind: Ingress, spec: {a: 1, b: x, c: {d: true}}}", "{kind: Ingress, spec: {a: 2, c: {d: null}, e: [1, 2]}}",
         "~ .spec.a: 1 → 2\n- .spec.b: x\n~ .spec.c.d: true → null\n+ .spec.e: [1, 2]\n");
}

static void things_with_names_are_compared_by_name(void **state)
{
    (void)state;
    SAYS("{kind: Deployment, spec: {containers: [{name: a, image: x:1}, {name: b, image: y:1}]}}",
         "{kind: Deployment, spec: {containers: [{name: b, image: y:2}, {name: a, image: x:1}, {name: c, image: z}]}}",
         "~ .spec.containers[b].image: y:1 → y:2\n+ .spec.containers[c]: {name: c, image: z}\n");
    SAYS("{kind: Deployment, spec: {args: [a, b]}}", "{kind: Deployment, spec: {args: [a, c, d]}}",
         "~ .spec.args[1]: b → c\n+ .spec.args[2]: d\n");
    /* Two of one name cannot be told apart by it. */
    SAYS("{kind: D, l: [{name: a, v: 1}, {name: a, v: 2}]}", "{kind: D, l: [{name: a, v: 1}, {name: a, v: 3}]}",
         "~ .l[1].v: 2 → 3\n");
}

static void what_is_secret_is_never_shown(void **state)
{
    (void)state;
    SAYS("{kind: Secret, data: {hf-token: b2xk, other: b2xk}}", "{kind: Secret, data: {hf-token: bmV3, third: bmV3}}",
         "~ .data.hf-token: ••• → ••• (another value)\n- .data.other: •••\n+ .data.third: •••\n"
         "= running pods keep the old value until they are restarted\n");
    SAYS("{kind: P, env: []}",
         "{kind: P, env: [{name: HF_TOKEN, value: hunter2}, {name: PLAIN, value: fine}, "
         "{name: T, valueFrom: {secretKeyRef: {name: hf, key: hf-token}}}]}",
         "+ .env[HF_TOKEN]: {name: HF_TOKEN, value: •••}\n+ .env[PLAIN]: {name: PLAIN, value: fine}\n"
         "+ .env[T]: {name: T, valueFrom: {secretKeyRef: {name: hf, key: hf-token}}}\n");
    SAYS("{kind: P, o: {conf: 'x'}}", "{kind: P, o: {conf: \"url redis://u:hunter2@h\\nrequirepass hunter3\\n\"}}",
         "~ .o.conf: x → url •••\\x0arequirepass •••\\x0a\n");
    SAYS("{kind: P, o: {db: 'x'}}", "{kind: P, o: {db: 'postgres://u:hun@ter/2@h:5432/db'}}",
         "~ .o.db: x → postgres://u:•••@h:5432/db\n");
    SAYS("{kind: P, o: {redisAddress: 'redis://u:hunter2@h:6379'}}",
         "{kind: P, o: {redisAddress: 'redis://u:hunter3@h:6379', redisPassword: {value: hunter2}}}",
         "~ .o.redisAddress: redis://u:•••@h:6379 → redis://u:•••@h:6379 (another value)\n"
         "+ .o.redisPassword.value: •••\n");
    SAYS("{kind: P, rayStartParams: {}}", "{kind: P, rayStartParams: {redis-password: 12345678, num-cpus: '0'}}",
         "+ .rayStartParams.redis-password: •••\n+ .rayStartParams.num-cpus: 0\n");
    SAYS("{kind: P, args: []}", "{kind: P, args: ['--password=hunter2']}", "+ .args[0]: •••\n");
    SAYS("{kind: P, metadata: {annotations: {}}}",
         "{kind: P, metadata: {annotations: {kubectl.kubernetes.io/last-applied-configuration: hunter2}}}", "");
}

static void escapes_do_not_reach_the_screen(void **state)
{
    (void)state;
    SAYS("{kind: P, a: x}", "{kind: P, a: \"\\e[31mred\\nline\", \"\\e]0;b\": 1}",
         "~ .a: x → \\x1b[31mred\\x0aline\n+ .\\x1b]0;b: 1\n");
}

/* ---- what it means for a RayService ---- */

#define SERVICE(config, groups) "{kind: RayService, spec: {serveConfigV2: " config ", rayClusterConfig: {" groups "}}}"
#define GROUP(replicas, image)                                                                                         \
    "workerGroupSpecs: [{groupName: inf2, replicas: " replicas                                                         \
    ", minReplicas: 1, maxReplicas: 9, template: {spec: {containers: [{name: w, image: '" image                        \
    "', resources: {limits: {aws.amazon.com/neuron: '6'}}}]}}}]"

static void a_service_that_is_new(void **state)
{
    (void)state;
    SAYS(NULL, SERVICE("x", GROUP("2", "i:1")), "= new RayService and RayCluster: needs 12 Neuron devices\n");
    SAYS(NULL, SERVICE("x", GROUP("0", "i:1")), "= new RayService and RayCluster\n"); /* on CPU alone */
}

static void what_the_operator_writes_for_nothing_is_nothing(void **state)
{
    (void)state;
    SAYS(SERVICE("x", "workerGroupSpecs: [{groupName: a, scaleStrategy: {}, template: {metadata: {creationTimestamp: "
                      "null}, spec: {containers: [{name: w, resources: {}}]}}}]"),
         SERVICE("x", "workerGroupSpecs: [{groupName: a, template: {spec: {containers: [{name: w}]}}}]"), "");
}

static void a_cluster_that_must_be_made_anew(void **state)
{
    (void)state;
    SAYS(SERVICE("x", GROUP("2", "i:1")), SERVICE("x", GROUP("2", "i:2")),
         "~ .spec.rayClusterConfig.workerGroupSpecs[inf2].template.spec.containers[w].image: i:1 → i:2\n"
         "= KubeRay makes a new RayCluster, which needs 12 more Neuron devices until the old one is gone, and gives it "
         "the requests once it is ready\n");
    SAYS(SERVICE("x", "rayVersion: '2.22.0'"), SERVICE("x", "rayVersion: '2.60.0', gcsFaultToleranceOptions: {}"),
         "~ .spec.rayClusterConfig.rayVersion: 2.22.0 → 2.60.0\n"
         "+ .spec.rayClusterConfig.gcsFaultToleranceOptions: {}\n"
         "= turns GCS fault tolerance on: KubeRay makes a new RayCluster and gives it the requests once it is ready\n");
}

static void what_changes_in_place(void **state)
{
    (void)state;
    SAYS(SERVICE("x", GROUP("2", "i:1")), SERVICE("x", GROUP("3", "i:1")),
         "~ .spec.rayClusterConfig.workerGroupSpecs[inf2].replicas: 2 → 3\n"
         "= in place: worker pods change, 18 Neuron devices instead of 12\n");
    SAYS(SERVICE("'applications: [{name: a, deployments: [{name: d, num_replicas: 1}], t: {HF_TOKEN: hunter2}}]'", ""),
         SERVICE("'applications: [{name: a, deployments: [{name: d, num_replicas: 2}], t: {HF_TOKEN: hunter3}}]'", ""),
         "~ .spec.serveConfigV2.applications[a].deployments[d].num_replicas: 1 → 2\n"
         "~ .spec.serveConfigV2.applications[a].t.HF_TOKEN: ••• → ••• (another value)\n"
         "= in place: Serve applies the new configuration\n");
}

/* By the options, which are part of the RayCluster; by the annotation, which is none; and where nothing is made anew.
 */
static void what_fault_tolerance_means(void **state)
{
    (void)state;
    SAYS(SERVICE("x", "rayVersion: '2.60.0'"),
         SERVICE("x", "rayVersion: '2.60.0', gcsFaultToleranceOptions: {redisAddress: 'redis:6379', "
                      "externalStorageNamespace: a}"),
         "+ .spec.rayClusterConfig.gcsFaultToleranceOptions.redisAddress: redis:6379\n"
         "+ .spec.rayClusterConfig.gcsFaultToleranceOptions.externalStorageNamespace: a\n"
         "= turns GCS fault tolerance on: KubeRay makes a new RayCluster and gives it the requests once it is ready\n");
    SAYS(
        SERVICE("x", GROUP("2", "i:1") ", gcsFaultToleranceOptions: {redisAddress: a}"),
        SERVICE("x", GROUP("2", "i:1")),
        "- .spec.rayClusterConfig.gcsFaultToleranceOptions.redisAddress: a\n"
        "= turns GCS fault tolerance off: KubeRay makes a new RayCluster, which needs 12 more Neuron devices until the "
        "old one is gone, and gives it the requests once it is ready\n");
    SAYS("{kind: RayService, metadata: {annotations: {a: b}}, spec: {rayClusterConfig: {rayVersion: x}}}",
         "{kind: RayService, metadata: {annotations: {a: b, ray.io/ft-enabled: 'true'}}, spec: {rayClusterConfig: "
         "{rayVersion: "
         "x}}}",
         "+ .metadata.annotations.ray.io/ft-enabled: true\n"
         "= turns GCS fault tolerance on: by an annotation alone, for which KubeRay makes no new RayCluster: not "
         "before the "
         "next one\n");
    SAYS("{kind: RayService, spec: {upgradeStrategy: {type: None}, rayClusterConfig: {rayVersion: x}}}",
         "{kind: RayService, spec: {upgradeStrategy: {type: None}, rayClusterConfig: {rayVersion: y}}}",
         "~ .spec.rayClusterConfig.rayVersion: x → y\n"
         "= nothing yet: with upgradeStrategy None KubeRay makes no new RayCluster, and the one that runs stays as it "
         "is\n");
}

/* A row stands under what its neighbours have in common with it; a name may have dots and brackets in it. */
static void heads_of_rows(void **state)
{
    (void)state;
    static const struct {
        const char *live, *next, *head, *name;
    } rows[] = {
        {"{kind: A, metadata: {annotations: {}}}", "{kind: A, metadata: {annotations: {ray.io/ft-enabled: 'true'}}}",
         "metadata.annotations", "ray.io/ft-enabled"},
        {"{kind: A, spec: {l: [{name: a, v: 1}]}}", "{kind: A, spec: {l: [{name: a, v: 2}]}}", "spec.l[a]", "v"},
        {"{kind: A, spec: {l: []}}", "{kind: A, spec: {l: [{name: 'a.b[c]'}]}}", "spec.l", "[a.b[c]]"},
        {"{kind: A, args: [x]}", "{kind: A, args: [y]}", "args", "[0]"},
        {"{kind: A}", "{kind: A, suspend: true}", "", "suspend"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        cJSON *live = parsed_yaml(rows[i].live), *next = parsed_yaml(rows[i].next);
        struct diff d;
        diff_of(live, next, &d);
        assert_int_equal(d.count, 1);
        assert_string_equal(d.row[0].head, rows[i].head);
        assert_string_equal(d.row[0].name, rows[i].name);
        diff_done(&d);
        cJSON_Delete(live);
        cJSON_Delete(next);
    }
}

static void rows_have_an_end(void **state)
{
    (void)state;
    cJSON *a = cJSON_CreateObject(), *b = cJSON_CreateObject();
    struct diff d;
    for (int i = 0; i < DIFF_ROWS + 7; i++) {
        char name[16];
        snprintf(name, sizeof name, "f%d", i);
        cJSON_AddNumberToObject(b, name, i);
    }
    diff_of(a, b, &d);
    assert_int_equal(d.count, DIFF_ROWS);
    assert_int_equal(d.beyond, 7);
    diff_done(&d);
    cJSON_Delete(a);
    cJSON_Delete(b);
}

/* ---- what a recorded object is compared with itself ---- */

static void a_recorded_service_is_the_same_as_itself(void **state)
{
    (void)state;
    cJSON *list = fixture_json("tests/fixtures/recordings/ray-mistral/rayservices.list.json");
    const cJSON *live = json_get(list, "items")->child;
    struct diff d;
    assert_non_null(live);
    cJSON *next = cJSON_Duplicate(live, 1);
    cJSON_AddStringToObject(next, "kind", "RayService");
    diff_of(live, next, &d);
    assert_int_equal(d.count, json_get(live, "kind") ? 0 : 1);
    assert_false(d.new_cluster);
    assert_int_equal(d.meanings, 0);
    diff_done(&d);
    cJSON_Delete(next);
    cJSON_Delete(list);
}

/* ---- other people's words ---- */

static void a_message_loses_what_is_secret(void **state)
{
    (void)state;
    cJSON *o = parsed_yaml("{kind: Secret, data: {a: aHVudGVyMi1hLWxvbmctb25l}, stringData: {b: plain-secret}}");
    char *text = secrets_text(o, "bad value \"hunter2-a-long-one\", aHVudGVyMi1hLWxvbmctb25l, plain-secret, fine");
    assert_string_equal(text, "bad value \"•••\", •••, •••, fine");
    free(text);
    cJSON_Delete(o);
    o = parsed_yaml("{kind: P, a: 'redis://:hunter2@h:1', env: [{name: X_TOKEN, value: abcdef}]}");
    text = secrets_text(o, "Invalid value: \"redis://:hunter2@h:1\", abcdef abcdef");
    assert_string_equal(text, "Invalid value: \"redis://:•••@h:1\", ••• •••");
    free(text);
    cJSON_Delete(o);
    text = secrets_text(NULL, "as it is");
    assert_string_equal(text, "as it is");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_changed_is_nothing),
        cmocka_unit_test(fields_come_and_go),
        cmocka_unit_test(things_with_names_are_compared_by_name),
        cmocka_unit_test(what_is_secret_is_never_shown),
        cmocka_unit_test(escapes_do_not_reach_the_screen),
        cmocka_unit_test(a_service_that_is_new),
        cmocka_unit_test(what_the_operator_writes_for_nothing_is_nothing),
        cmocka_unit_test(a_cluster_that_must_be_made_anew),
        cmocka_unit_test(what_changes_in_place),
        cmocka_unit_test(what_fault_tolerance_means),
        cmocka_unit_test(heads_of_rows),
        cmocka_unit_test(rows_have_an_end),
        cmocka_unit_test(a_recorded_service_is_the_same_as_itself),
        cmocka_unit_test(a_message_loses_what_is_secret),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
