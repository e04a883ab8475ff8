/* lint_templating_test.c - L1 to L3 and M1 to M4, on small texts; what is no manifest; secrets in no message. */
#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "tests/support/lint_harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OBJECT "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n"
#define SECRET "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n"

struct text_case {
    const char *text, *assignment, *words, *message;
    unsigned line, column;
};

static void lint_check(const struct text_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct text_case *c = &cases[i];
        struct findings f = lint_run(c->text, (const char *const[]){c->assignment, NULL});
        char *words = lint_words(&f);
        if (strcmp(words, c->words) != 0)
            fail_msg("%s\nfinds \"%s\", not \"%s\"%s%s", c->text, words, c->words, f.count ? ": " : "",
                     f.count ? f.items[0].message : "");
        if (c->message) assert_string_equal(f.items[0].message, c->message);
        if (c->line) assert_int_equal(f.items[0].where.line, c->line);
        if (c->column) assert_int_equal(f.items[0].where.column, c->column);
        free(words);
        findings_done(&f);
    }
}

static void variables_without_a_value_are_found(void **state)
{
    (void)state;
    static const struct text_case cases[] = {
        {OBJECT "data: {a: \"$EXT_REDIS_ENDPOINT:6379\"}\n", NULL, "L1",
         "$EXT_REDIS_ENDPOINT is not set; \":6379\" is what remains", 4, 11},
        {OBJECT "data: {a: \"$EXT_REDIS_ENDPOINT:6379\"}\n", "EXT_REDIS_ENDPOINT=", "L1",
         "$EXT_REDIS_ENDPOINT is empty; \":6379\" is what remains", 4, 0},
        {OBJECT "data: {a: \"$EXT_REDIS_ENDPOINT:6379\"}\n", "EXT_REDIS_ENDPOINT=null", "L1",
         "$EXT_REDIS_ENDPOINT has an invalid value: expected a host name or an address, without a port; "
         "\":6379\" is what remains",
         4, 0},
        {OBJECT "data: {a: \"$EXT_REDIS_ENDPOINT:6379\"}\n", "EXT_REDIS_ENDPOINT=redis.example", "", NULL, 0, 0},
        {OBJECT "data: {a: ${EXT_REDIS_ENDPOINT}}\n", NULL, "L1", "$EXT_REDIS_ENDPOINT is not set", 4, 0},
        {OBJECT "data: {a: ${EXT_REDIS_ENDPOINT}}\n", "EXT_REDIS_ENDPOINT=redis.example", "", NULL, 0, 0},
        {OBJECT "data:\n  a: |\n    one\n\n      x $EXT_REDIS_ENDPOINT\n", NULL, "L1", NULL, 8, 9},
        {OBJECT "data: {a: $HUGGING_FACE_HUB_TOKEN}\n", NULL, "L1", "$HUGGING_FACE_HUB_TOKEN is not set", 4, 0},
        {OBJECT "data: {a: \"$REDIS_PORT\"}\n", NULL, "", NULL, 0, 0}, /* has a value of its own */
        {OBJECT "data: {a: $MINE}\n", "MINE=x", "", NULL, 0, 0},       /* given is allowed */
    };
    lint_check(cases, ARRAY_LEN(cases));
}

/* The reason of L1 is that of the unset variable, in text and in JSON. */
static void each_variable_says_why_it_is_needed(void **state)
{
    (void)state;
    static const struct {
        const char *text, *assignment, *why;
    } cases[] = {
        {OBJECT "data: {a: \"$EXT_REDIS_ENDPOINT:6379\"}\n", NULL, "an empty Redis host leaves \":6379\""},
        {OBJECT "data: {a: $HUGGING_FACE_HUB_TOKEN}\n", NULL, "without a token a gated model is not downloaded"},
        {OBJECT "data: {a: $REDIS_PASSWORD}\n", NULL, "without the password Redis refuses the GCS"},
        {OBJECT "data: {a: $RAY_SERVE_IMAGE}\n", "RAY_SERVE_IMAGE=", "nothing stands where its value belongs"},
        {OBJECT "data: {a: $MINE}\n", "MINE=", "nothing stands where its value belongs"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct findings f = lint_run(cases[i].text, (const char *const[]){cases[i].assignment, NULL});
        const struct finding *item = lint_first(&f, RULE_L1);
        assert_non_null(item);
        struct buf out;
        buf_init(&out, 64 * 1024);
        findings_text(&f, &out);
        if (!strstr(buf_text(&out), cases[i].why)) fail_msg("\"%s\" is not in:\n%s", cases[i].why, buf_text(&out));
        if (i && strstr(buf_text(&out), "Redis host")) fail_msg("a Redis host in:\n%s", buf_text(&out));
        buf_done(&out);
        cJSON *root = findings_json(&f);
        const cJSON *one = cJSON_GetArrayItem(cJSON_GetObjectItem(root, "findings"), 0);
        assert_non_null(strstr(cJSON_GetStringValue(cJSON_GetObjectItem(one, "why")), cases[i].why));
        cJSON_Delete(root);
        findings_done(&f);
    }
}

static void other_dollars_are_found(void **state)
{
    (void)state;
    static const struct text_case cases[] = {
        {OBJECT "data: {path: $LD_LIBRARY_PATH}\n", NULL, "L2",
         "$LD_LIBRARY_PATH in path is not on the list of variables: envsubst would blank it", 4, 14},
        {OBJECT "data: {path: \"/$1\"}\n", NULL, "L2",
         "$1 in path is not on the list of variables: envsubst would blank it", 4, 0},
        {OBJECT "data: {a: \"$A ${B} $C\"}\n", NULL, "L2",
         "$A (and 2 more) in a is not on the list of variables: envsubst would blank it", 4, 0},
        {OBJECT "data: {a: \"${HOME:-x}\"}\n", NULL, "L2", NULL, 4, 0},
        {OBJECT "data: {a: $(POD_IP), b: 5$, c: \"$ {x}\", d: \"$-\"}\n", NULL, "", NULL, 0, 0},
    };
    lint_check(cases, ARRAY_LEN(cases));
}

/* A file that nothing is put into is not passed through envsubst: what is $ in it is a shell's or nginx's own. */
static void other_dollars_are_an_error_only_beside_ours(void **state)
{
    static const char text[] = OBJECT "data: {run: \"echo $HOME\"}\n";
    static const char ours[] = OBJECT "data: {run: \"echo $HOME\", a: \"$REDIS_PORT\"}\n";
    (void)state;
    struct findings f = lint_run(text, NULL);
    assert_int_equal(f.of[FINDING_INFO], 1);
    assert_int_equal(f.of[FINDING_ERROR], 0);
    findings_done(&f);
    f = lint_run(ours, NULL);
    assert_int_equal(f.of[FINDING_ERROR], 1);
    findings_done(&f);
}

static void secret_data_is_base64(void **state)
{
    (void)state;
    static const struct text_case cases[] = {
        {SECRET "data: {t: hf_raw}\n", NULL, "L3", "the value of t is not base64", 4, 8},
        {SECRET "data: {t: aGZfcmF3}\n", NULL, "", NULL, 0, 0},
        {SECRET "data: {t: aGZfcmF}\n", NULL, "L3", NULL, 4, 0},
        {SECRET "data: {t: aGZfcmE=}\n", NULL, "", NULL, 0, 0},
        {SECRET "data: {t: aGZ=cmE=}\n", NULL, "L3", NULL, 4, 0},
        {SECRET "data: {t: }\n", NULL, "", NULL, 0, 0},
        {SECRET "data:\n  t: |\n    aGZf\n    cmF3\n", NULL, "", NULL, 0, 0},
        {SECRET "stringData: {t: hf_raw}\n", NULL, "", NULL, 0, 0},
        {SECRET "data: {t: $HUGGING_FACE_HUB_TOKEN}\n", NULL, "L1 L3",
         "the variable in t would be put in as it is, and a raw token is not base64", 4, 0},
        {SECRET "data: {t: $HUGGING_FACE_HUB_TOKEN}\n", "HUGGING_FACE_HUB_TOKEN=hf_raw", "", NULL, 0, 0},
        {SECRET "data: {t: x$HUGGING_FACE_HUB_TOKEN}\n", "HUGGING_FACE_HUB_TOKEN=hf_raw", "L3", NULL, 4, 0},
        {OBJECT "data: {t: hf_raw}\n", NULL, "", NULL, 0, 0},
    };
    lint_check(cases, ARRAY_LEN(cases));
}

static void what_is_no_manifest_is_found_with_its_place(void **state)
{
    (void)state;
    static const struct text_case cases[] = {
        {"", NULL, "M5", "no object is in this file: nothing was checked", 1, 1},
        {"# nothing\n---\n---\n", NULL, "M5", NULL, 1, 1},
        {"apiVersion: v1\nkind: List\nitems: []\n", NULL, "M5", NULL, 1, 1},
        {"a: [1", NULL, "M1", "did not find expected ',' or ']'", 1, 6},
        {"a: 1\n---\nb:\n\tc: 1\n", NULL, "M1", "found character that cannot start any token", 4, 1},
        {"a: 1\na: 2\n", NULL, "M1", "the key \"a\" is there twice (first in line 1)", 2, 1},
        {OBJECT "data:\n  <<: {x: y}\n  z: w\n", NULL, "", NULL, 0, 0},
        {OBJECT "data:\n  <<: [x]\n  z: w\n", NULL, "M1", "a merge key (<<) whose value is no map and no list of maps",
         5, 3},
        {"a: *x\n", NULL, "M1", "an alias that is not defined; a value that begins with * has to be quoted", 1, 4},
        {"a: 1\nb: \xff\n", NULL, "M1", "invalid leading UTF-8 octet", 2, 4},
        {"apiVersion: v1\n{{- range .x }}\nkind: Pod\n{{- end }}\n", NULL, "M2", "unrendered template ({{)", 2, 1},
        {"apiVersion: v1\nkind: {a\nb\n", NULL, "M1", NULL, 4, 1},
        {OBJECT "data: {a: {{ .Values.x }}}\n", NULL, "M2", "unrendered template ({{)", 4, 11},
        {"apiVersion: v1\nkind: Pod\nmetadata: {name: \"{{ .n }}\"}\n", NULL, "M2",
         "an unrendered template ({{ }}) in name", 3, 18},
        {OBJECT "data: {prompt: \"{{ messages }}\"}\n", NULL, "", NULL, 0, 0}, /* its own braces */
        {"hello\n", NULL, "M3", "a map of fields is missing", 1, 1},
        {"kind: Pod\nmetadata: {name: x}\n", NULL, "M3", "apiVersion is missing", 1, 1},
        {"apiVersion: v1\nmetadata: {name: x}\n", NULL, "M3", "kind is missing", 1, 1},
        {"apiVersion: v1\nkind: Pod\n", NULL, "M3", "metadata.name is missing", 1, 1},
        {"apiVersion: v1\nkind: Pod\nmetadata: {generateName: x-}\n", NULL, "", NULL, 0, 0},
        {"apiVersion: x.io/v9\nkind: Nonesuch\nmetadata: {name: x}\nspec: [1, {a: null}]\n", NULL, "", NULL, 0, 0},
        {"apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: x}}\n- {kind: Pod}\n",
         NULL, "M3", "apiVersion is missing", 5, 3},
    };
    lint_check(cases, ARRAY_LEN(cases));
}

#define SERVICE "apiVersion: ray.io/v1\nkind: RayService\nmetadata: {name: s}\nspec:\n"

static void a_serve_configuration_that_cannot_be_read_is_found(void **state)
{
    (void)state;
    static const struct text_case cases[] = {
        {SERVICE "  serveConfigV2: |\n    applications:\n    - name: [\n", NULL, "M4 K2 L9 L16", NULL, 0, 0},
        {SERVICE "  serveConfigV2: {applications: []}\n", NULL, "K1 K2 L9 L16", NULL, 0, 0},
        {SERVICE "  serveConfigV2: just words\n", NULL, "M4 K2 L9 L16", NULL, 0, 0},
        {SERVICE "  serveConfigV2: \"\"\n", NULL, "K2 L9 L16 L36", NULL, 0, 0},
    };
    lint_check(cases, ARRAY_LEN(cases));
    struct findings f = lint_run(SERVICE "  serveConfigV2: |\n    applications:\n    - name: a\n      name: b\n", NULL);
    const struct finding *m4 = lint_first(&f, RULE_M4);
    assert_non_null(m4);
    assert_int_equal(m4->where.line, 8); /* in the outer file */
    assert_int_equal(m4->where.column, 7);
    findings_done(&f);
}

/* As in the outer document: ${NAME} is a placeholder, in a flow map too, and no number of replicas either. */
static void variables_in_the_serve_configuration_are_placeholders(void **state)
{
    (void)state;
    static const char scaling[] = "{min_replicas: 2, max_replicas: 4}";
    static const struct lint_case cases[] = {
        {scaling, "{min_replicas: ${MIN}, max_replicas: 4}", "L2",
         "$MIN in serveConfigV2 is not on the list of variables: envsubst would blank it", 18},
        {scaling, "{min_replicas: ${RAY_WORKER_COUNT}, max_replicas: 4}", "", NULL, 0},
        {scaling, "{min_replicas: {}}, max_replicas: 4}", "M4", NULL, 0},
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

#define OWN_ENV "            env:\n            - {name: MINE, value: x}\n"
#define HEAD_ENV "            env:\n"
#define HEAD_PARAMS "      rayStartParams: {num-cpus: \"0\"}\n"

/* What a container's shell resolves is not envsubst's; beside a variable of ours too. */
static void variables_of_the_containers_own_are_left_to_it(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        {HEAD_ENV, "            command: [sh, -c, \"echo $MINE $REDIS_PORT\"]\n" OWN_ENV, "", NULL, 0},
        {HEAD_ENV, "            command: [sh, -c, \"echo $THEIRS $REDIS_PORT\"]\n" OWN_ENV, "L2", NULL, 33},
        {HEAD_ENV, "            args: [\"${MINE}\"]\n" OWN_ENV, "", NULL, 0},
        {HEAD_ENV, "            workingDir: $MINE\n" OWN_ENV, "L2", NULL, 33}, /* no shell reads it */
        {HEAD_ENV, "            args: [\"ulimit -n 65536; $KUBERAY_GEN_RAY_START_CMD\"]\n" HEAD_ENV, "", NULL, 0},
        {HEAD_PARAMS, "      rayStartParams: {num-cpus: \"0\", node-ip-address: $FQ_RAY_IP}\n", "", NULL, 0},
        {HEAD_PARAMS, "      rayStartParams: {num-cpus: \"0\", node-ip-address: $MINE}\n", "L2", NULL, 27},
    };
    lint_cases(cases, ARRAY_LEN(cases));
    char *text = mem_printf("%s---\n" OBJECT "data: {run: \"$KUBERAY_GEN_RAY_START_CMD\"}\n", lint_clean);
    struct findings f = lint_run(text, NULL);
    assert_non_null(lint_first(&f, RULE_L2));
    findings_done(&f);
    free(text);
}

/* Each item of a list, and each document of a stream of JSON. */
static void lists_and_streams_are_looked_into(void **state)
{
    (void)state;
#define CM(name, value)                                                                                                \
    "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"" name                               \
    "\"}, \"data\": {\"a\": " value "}}"
    static const struct text_case cases[] = {
        {CM("a", "1") "\n" CM("b", "\"2\"") "\n" CM("c", "3") "\n", NULL, "K1", NULL, 1, 0},
        {CM("a", "\"1\"") "\n" CM("b", "2") "\n", NULL, "K1", NULL, 2, 0},
        {CM("a", "\"1\"") "\n" CM("b", "\"2\"") "\n", NULL, "", NULL, 0, 0},
        {"{apiVersion: v1, kind: List, items: [" CM("a", "1") "]}\n", NULL, "K1", NULL, 1, 0},
        {"{apiVersion: v1, kind: List, items: [" CM("a", "\"1\"") "]}\n", NULL, "", NULL, 0, 0},
        {"{apiVersion: ray.io/v1, kind: RayServiceList, items: [{metadata: {name: S}, spec: {}}]}\n", NULL,
         "K2 L9 L13 L16 L36", NULL, 0, 0},
        {"{apiVersion: ray.io/v1, kind: RayClusterList, items: [{metadata: {name: c}, spec: {headGroupSpec: {template: "
         "{spec: {containers: [{name: h, image: 'i:1'}]}}}}}]}\n",
         NULL, "", NULL, 0, 0},
    };
    lint_check(cases, ARRAY_LEN(cases));
}

/* What a merge key brings is what the rules see. */
static void merged_fields_are_looked_at(void **state)
{
    (void)state;
    static const char head[] = "            image: example/ray:2.22.0-py310\n";
    char *text = lint_edited(head, "            <<: &ray {image: \"example/ray:2.23.0-py310\"}\n");
    struct findings f = lint_run(text, NULL);
    char *found = lint_words(&f);
    assert_string_equal(found, "L22 L34");
    free(found);
    findings_done(&f);
    free(text);
}

/* Objects of Ray with nothing, or the wrong thing, at every place that a rule looks at. */
static void odd_shapes_are_lived_through(void **state)
{
    (void)state;
    static const char *const specs[] = {
        "null",
        "[]",
        "text",
        "{rayClusterConfig: []}",
        "{rayClusterConfig: {headGroupSpec: [], workerGroupSpecs: {a: b}}}",
        "{rayClusterConfig: {headGroupSpec: {template: {spec: {containers: [null]}}}}}",
        "{rayClusterConfig: {headGroupSpec: {template: {spec: {containers: [{env: [null, "
        "[], x, {name: []}]}]}}}, workerGroupSpecs: [null, [], x]}}",
        "{rayClusterConfig: {gcsFaultToleranceOptions: {redisAddress: []}}}",
        "{rayClusterConfig: {gcsFaultToleranceOptions: text}, serveConfigV2: []}",
        "{serveConfigV2: \"applications: [null, [], {deployments: [null, x]}]\"}",
        "{serveConfigV2: \"applications: {deployments: 1}\"}"};
    for (size_t i = 0; i < ARRAY_LEN(specs); i++) {
        char *text = mem_printf("apiVersion: ray.io/v1\nkind: RayService\nmetadata: {name: s}\nspec: %s\n", specs[i]);
        struct findings f = lint_run(text, NULL);
        assert_non_null(lint_first(&f, RULE_L16));
        findings_done(&f);
        free(text);
    }
}

static void secrets_are_in_no_finding(void **state)
{
    (void)state;
    static const char text[] =
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {t: hunter2-raw, u: x$HUGGING_FACE_HUB_TOKEN}\n---\n"
        "apiVersion: ray.io/v1\nkind: RayService\nmetadata: {name: s}\nspec:\n  rayClusterConfig:\n"
        "    gcsFaultToleranceOptions: {redisAddress: \"redis://u:hunter2@$EXT_REDIS_ENDPOINT\", redisPassword: "
        "{value: "
        "$REDIS_PASSWORD}}\n    headGroupSpec: {rayStartParams: {redis-username: hunter2}}\n";
    struct findings f = lint_run(
        text, (const char *const[]){"HUGGING_FACE_HUB_TOKEN=hunter2-given", "REDIS_PASSWORD=hunter2-too", NULL});
    assert_true(f.count > 4);
    struct buf out;
    buf_init(&out, 1000000);
    findings_text(&f, &out);
    cJSON *json = findings_json(&f);
    char *printed = cJSON_Print(json);
    assert_null(strstr(buf_text(&out), "hunter2"));
    assert_null(strstr(printed, "hunter2"));
    cJSON_free(printed);
    cJSON_Delete(json);
    buf_done(&out);
    findings_done(&f);
}

/* Where a name is expected, too. */
static void secrets_are_not_put_in_the_wrong_place(void **state)
{
    (void)state;
    static const char text[] = "apiVersion: ray.io/v1\nkind: RayService\nmetadata: {name: $REDIS_PASSWORD}\nspec:\n"
                               "  rayClusterConfig:\n    workerGroupSpecs:\n    - groupName: x-$REDIS_PASSWORD\n"
                               "      template: {spec: {schedulerName: \"$REDIS_PASSWORD\", containers: [{}]}}\n";
    struct findings f = lint_run(text, (const char *const[]){"REDIS_PASSWORD=horse", NULL});
    const struct finding *scheduler = lint_first(&f, RULE_L23);
    assert_non_null(scheduler);
    assert_null(strstr(scheduler->message, "horse"));
    assert_non_null(strstr(scheduler->message, "x-$REDIS_PASSWORD: "));
    assert_string_equal(scheduler->where.object, "RayService $REDIS_PASSWORD");
    findings_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variables_without_a_value_are_found),
        cmocka_unit_test(each_variable_says_why_it_is_needed),
        cmocka_unit_test(other_dollars_are_found),
        cmocka_unit_test(other_dollars_are_an_error_only_beside_ours),
        cmocka_unit_test(secret_data_is_base64),
        cmocka_unit_test(what_is_no_manifest_is_found_with_its_place),
        cmocka_unit_test(a_serve_configuration_that_cannot_be_read_is_found),
        cmocka_unit_test(variables_in_the_serve_configuration_are_placeholders),
        cmocka_unit_test(variables_of_the_containers_own_are_left_to_it),
        cmocka_unit_test(lists_and_streams_are_looked_into),
        cmocka_unit_test(merged_fields_are_looked_at),
        cmocka_unit_test(odd_shapes_are_lived_through),
        cmocka_unit_test(secrets_are_in_no_finding),
        cmocka_unit_test(secrets_are_not_put_in_the_wrong_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
