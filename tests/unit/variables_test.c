/* variables_test.c - the allow-listed substitution: what is put in, what is left, base64, places, limits. */
#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/variables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *environment_value(const char *name)
{
    if (strcmp(name, "EXT_REDIS_ENDPOINT") == 0) return "from.env";
    if (strcmp(name, "REDIS_PASSWORD") == 0) return "";
    if (strcmp(name, "REDIS_SCHEME") == 0) return "line\nbreak";
    if (strcmp(name, "HOME") == 0) return "/home/somebody";
    return NULL;
}

static struct manifest *manifest_applied(struct variables *v, const char *text)
{
    struct manifest *m = NULL;
    struct why why = {0};
    enum err err = manifest_parse("m", text, strlen(text), &m, NULL, &why);
    assert_string_equal(why.text, "");
    assert_int_equal(err, ERR_OK);
    assert_int_equal(variables_apply(v, m, &why), ERR_OK);
    return m;
}

/* The value of "a" after the variables went in. */
static void value_becomes(const char *text, const char *expected)
{
    struct variables v;
    variables_init(&v, environment_value);
    assert_int_equal(variables_give(&v, "MINE=given", NULL), ERR_OK);
    struct manifest *m = manifest_applied(&v, text);
    assert_string_equal(yaml_str(m->objects[0].root, "a"), expected);
    manifest_free(m);
    variables_done(&v);
}

static void allowed_names_are_put_in(void **state)
{
    (void)state;
    value_becomes("a: $MINE", "given");
    value_becomes("a: \"${MINE}s and $MINE\"", "givens and given");
    value_becomes("{a: ${MINE}}", "given");
    value_becomes("a: $EXT_REDIS_ENDPOINT:6379", "from.env:6379");
    value_becomes("a: $REDIS_PORT", "6379");
    value_becomes("a: |\n  x $MINE\n  y\n", "x given\ny\n");
    value_becomes("b: &x $MINE\na: *x\n", "given");
}

static void state_is(const char *assignment, enum variable_state expected)
{
    struct variables v;
    variables_init(&v, NULL);
    assert_int_equal(variables_give(&v, assignment, NULL), ERR_OK);
    assert_int_equal(v.items[0].state, expected);
    assert_int_equal(v.items[0].value != NULL, expected == VARIABLE_SET);
    variables_done(&v);
}

/* The API server takes any text; a Redis is reached by a host, a port and a scheme. */
static void what_no_client_could_use(void **state)
{
    (void)state;
    state_is("EXT_REDIS_ENDPOINT=redis-1.abc.cache.example.org", VARIABLE_SET);
    state_is("EXT_REDIS_ENDPOINT=10.0.0.7", VARIABLE_SET);
    state_is("EXT_REDIS_ENDPOINT=fd00:ec2::1", VARIABLE_SET);
    state_is("EXT_REDIS_ENDPOINT=redis.example:6379", VARIABLE_BAD);
    state_is("EXT_REDIS_ENDPOINT=x y\"z", VARIABLE_BAD);
    state_is("EXT_REDIS_ENDPOINT=redis://h", VARIABLE_BAD);
    state_is("REDIS_PORT=6380", VARIABLE_SET);
    state_is("REDIS_PORT=0", VARIABLE_BAD);
    state_is("REDIS_PORT=70000", VARIABLE_BAD);
    state_is("REDIS_SCHEME=rediss", VARIABLE_SET);
    state_is("REDIS_SCHEME=http", VARIABLE_BAD);
    state_is("ANY=x y", VARIABLE_SET);
}

/* Each type: what it takes, and what it does not. */
static void values_are_of_their_type(void **state)
{
    (void)state;
    static const struct {
        const char *good, *bad;
    } rows[] = {
        {"RAY_SERVE_NAMESPACE=team-1", "RAY_SERVE_NAMESPACE=Team"},
        {"RAY_SERVE_NAMESPACE=1st", "RAY_SERVE_NAMESPACE=a.b"},
        {"RAY_SERVE_NAME=mistral", "RAY_SERVE_NAME=1mistral"},
        {"RAY_SERVE_NAME=a", "RAY_SERVE_NAME=a-name-that-is-much-longer-than-kuberay-takes-it-xx"},
        {"RAY_SERVE_NAME=true", "RAY_SERVE_NAME=mistral-"},
        {"RAY_SERVE_SCHEDULER=my-scheduler", "RAY_SERVE_SCHEDULER=my_scheduler"},
        {"RAY_SERVE_SCHEDULER=volcano.sh", "RAY_SERVE_SCHEDULER=.volcano"},
        {"RAY_SERVE_IMAGE=docker.io/lab/ray:1", "RAY_SERVE_IMAGE=x y"},
        {"RAY_SERVE_IMAGE=ray@sha256:0123", "RAY_SERVE_IMAGE=$(IMAGE)"},
        {"RAY_SERVE_PULL_POLICY=Never", "RAY_SERVE_PULL_POLICY=never"},
        {"RAY_SERVE_IMPORT_PATH=lab_app:entrypoint", "RAY_SERVE_IMPORT_PATH=lab_app"},
        {"RAY_SERVE_IMPORT_PATH=a.b.c", "RAY_SERVE_IMPORT_PATH=a:b:c"},
        {"RAY_SERVE_DEPLOYMENT=mistral-7b", "RAY_SERVE_DEPLOYMENT=a\": 1"},
        {"RAY_HEAD_CPU=200m", "RAY_HEAD_CPU=0"},
        {"RAY_HEAD_CPU=0.5", "RAY_HEAD_CPU=two"},
        {"RAY_HEAD_MEMORY=3Gi", "RAY_HEAD_MEMORY=3"},
        {"RAY_HEAD_MEMORY=1073741824", "RAY_HEAD_MEMORY=3GiB"},
        {"RAY_WORKER_COUNT=3", "RAY_WORKER_COUNT=0"},
        {"RAY_WORKER_COUNT=10000", "RAY_WORKER_COUNT=1.5"},
        {"RAY_WORKER_NEURON_DEVICES=0", "RAY_WORKER_NEURON_DEVICES=-1"},
        {"RAY_WORKER_NEURON_DEVICES=12", "RAY_WORKER_NEURON_DEVICES=06"},
        {"RAY_REPLICA_CPU=0.1", "RAY_REPLICA_CPU=100m"},
        {"RAY_HEAD_NODE_SELECTOR={}", "RAY_HEAD_NODE_SELECTOR=disk: ssd"},
        {"RAY_HEAD_NODE_SELECTOR={disk: ssd, lab/real: true}", "RAY_HEAD_NODE_SELECTOR=[disk]"},
        {"RAY_HEAD_NODE_SELECTOR={\"disk\":\"ssd\"}", "RAY_HEAD_NODE_SELECTOR={disk: {a: b}}"},
        {"RAY_HEAD_TOLERATIONS=[]", "RAY_HEAD_TOLERATIONS={}"},
        {"RAY_HEAD_TOLERATIONS=[{operator: Exists}]", "RAY_HEAD_TOLERATIONS=[{operator: Equal, value: a}]"},
        {"RAY_HEAD_TOLERATIONS=[{key: a, value: b}]", "RAY_HEAD_TOLERATIONS=[{key: a, operator: Exists, value: b}]"},
        {"RAY_HEAD_TOLERATIONS=[{key: a, operator: Exists, effect: NoExecute, tolerationSeconds: 30}]",
         "RAY_HEAD_TOLERATIONS=[{key: a, operator: Exists, effect: NoSchedule, tolerationSeconds: 30}]"},
        {"RAY_HEAD_TOLERATIONS=[{key: a, operator: Equal, effect: PreferNoSchedule}]",
         "RAY_HEAD_TOLERATIONS=[{key: a, operator: Exists, effect: Never}]"},
        {"RAY_HEAD_TOLERATIONS=[{\"key\":\"a\",\"operator\":\"Exists\"}]", "RAY_HEAD_TOLERATIONS=[{kei: a}]"},
        {"RAY_WORKER_AFFINITY={nodeAffinity: {}}", "RAY_WORKER_AFFINITY={node: {}}"},
        {"RAY_WORKER_AFFINITY={}", "RAY_WORKER_AFFINITY={podAffinity: near}"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        state_is(rows[i].good, VARIABLE_SET);
        state_is(rows[i].bad, VARIABLE_BAD);
    }
}

static void every_default_is_of_its_type(void **state)
{
    (void)state;
    for (size_t i = 0; i < variables_listed(); i++) {
        const struct variable_help h = variable_help_of(i);
        if (!h.otherwise) continue;
        char *given = mem_printf("%s=%s", h.name, h.otherwise);
        state_is(given, VARIABLE_SET);
        free(given);
    }
}

/* The first object as the API server would get it. */
static void object_sent_is(const char *const *given, const char *text, const char *expected)
{
    struct variables v;
    struct why why = {0};
    cJSON *object = NULL;
    variables_init(&v, NULL);
    for (; *given; given++) assert_int_equal(variables_give(&v, *given, NULL), ERR_OK);
    struct manifest *m = manifest_applied(&v, text);
    assert_int_equal(manifest_object_json(&m->objects[0], &object, &why), ERR_OK);
    char *json = cJSON_PrintUnformatted(object);
    if (strcmp(json, expected) != 0) fail_msg("%s\nis not %s", json, expected);
    cJSON_free(json);
    cJSON_Delete(object);
    manifest_free(m);
    variables_done(&v);
}
#define SENDS(text, expected, ...) object_sent_is((const char *const[]){__VA_ARGS__, NULL}, text, expected)

/* A number stays a number, and a word a word, whatever YAML would make of it. */
static void types_are_kept(void **state)
{
    (void)state;
    SENDS("{a: $RAY_WORKER_COUNT, b: \"$RAY_WORKER_COUNT\"}", "{\"a\":3,\"b\":\"3\"}", "RAY_WORKER_COUNT=3");
    SENDS("{a: $RAY_SERVE_NAME, b: $RAY_SERVE_NAMESPACE}", "{\"a\":\"true\",\"b\":\"42\"}", "RAY_SERVE_NAME=true",
          "RAY_SERVE_NAMESPACE=42");
    SENDS("a: $RAY_VERSION", "{\"a\":\"2.6\"}", "RAY_VERSION=2.6");
    SENDS("a: $RAY_HEAD_CPU", "{\"a\":\"500m\"}", "RAY_HEAD_CPU=500m");
    SENDS("{a: $RAY_HEAD_NODE_SELECTOR, b: 1}", "{\"a\":{\"lab/real\":\"true\",\"n\":\"1\"},\"b\":1}",
          "RAY_HEAD_NODE_SELECTOR={lab/real: true, n: 1}");
    SENDS("a: $RAY_HEAD_TOLERATIONS",
          "{\"a\":[{\"key\":\"on\",\"operator\":\"Exists\",\"effect\":\"NoExecute\",\"tolerationSeconds\":30}]}",
          "RAY_HEAD_TOLERATIONS=[{key: on, operator: Exists, effect: NoExecute, tolerationSeconds: 30}]");
    SENDS("a: &x $RAY_HEAD_NODE_SELECTOR\nb: *x", "{\"a\":{\"k\":\"v\"},\"b\":{\"k\":\"v\"}}",
          "RAY_HEAD_NODE_SELECTOR={k: v}");
    /* In a text it is one. */
    SENDS("a: x $RAY_HEAD_NODE_SELECTOR", "{\"a\":\"x {k: v}\"}", "RAY_HEAD_NODE_SELECTOR={k: v}");
    /* What names a variable within is not looked at again. */
    SENDS("a: $RAY_HEAD_NODE_SELECTOR", "{\"a\":{\"k\":\"$RAY_VERSION\"}}", "RAY_HEAD_NODE_SELECTOR={k: $RAY_VERSION}");
    SENDS("a: $RAY_WORKER_COUNT", "{\"a\":\"$RAY_WORKER_COUNT\"}", "RAY_WORKER_COUNT=two"); /* unusable */
}

static void what_is_none_is_left_out(void **state)
{
    (void)state;
    static const char none[] = "RAY_WORKER_NEURON_DEVICES=0";
    SENDS("{a: 1, n: \"$RAY_WORKER_NEURON_DEVICES\", z: 2}", "{\"a\":1,\"z\":2}", none);
    SENDS("{a: 1, n: \"{x: $RAY_WORKER_NEURON_CORES}\"}", "{\"a\":1}", none);
    SENDS("a: [$RAY_WORKER_NEURON_DEVICES, $RAY_WORKER_NEURON_DEVICES, 1]", "{\"a\":[1]}", none);
    SENDS("a: {n: $RAY_WORKER_NEURON_DEVICES}", "{\"a\":{}}", none);
    SENDS("{a: $RAY_HEAD_NODE_SELECTOR, b: $RAY_HEAD_TOLERATIONS, c: 1}", "{\"c\":1}", none);
    SENDS("{a: &x $RAY_HEAD_NODE_SELECTOR, b: *x}", "{\"b\":{}}", none);
    SENDS("{a: $RAY_SERVE_SCHEDULER, c: 1}", "{\"c\":1}", "RAY_SERVE_SCHEDULER=default-scheduler");
    SENDS("{a: $RAY_SERVE_SCHEDULER, c: 1}", "{\"a\":\"volcano\",\"c\":1}", "RAY_SERVE_SCHEDULER=volcano");
    /* Of a text with lines the line, and the others keep their places. */
    SENDS("a: |\n  one: 1\n  $RAY_VERSION {n: $RAY_WORKER_NEURON_CORES} $RAY_VERSION\n  two: $RAY_WORKER_COUNT\n",
          "{\"a\":\"one: 1\\n\\ntwo: 2\\n\"}", none);
    SENDS("a: |\n  n: $RAY_WORKER_NEURON_CORES\n", "{\"a\":\"\\n\"}", none);
}

static void defaults_follow_what_they_are_made_of(void **state)
{
    (void)state;
    static const char text[] = "{cores: $RAY_WORKER_NEURON_CORES, one: $RAY_REPLICA_NEURON_CORES}";
    SENDS(text, "{\"cores\":12,\"one\":2}", "RAY_WORKER_COUNT=2");
    SENDS(text, "{\"cores\":2,\"one\":2}", "RAY_WORKER_NEURON_DEVICES=1");
    SENDS(text, "{}", "RAY_WORKER_NEURON_DEVICES=0");
    SENDS(text, "{\"cores\":1,\"one\":1}", "RAY_WORKER_NEURON_CORES=1");
    SENDS(text, "{\"cores\":12,\"one\":4}", "RAY_REPLICA_NEURON_CORES=4");
    SENDS(text, "{\"cores\":\"$RAY_WORKER_NEURON_CORES\",\"one\":\"$RAY_REPLICA_NEURON_CORES\"}",
          "RAY_WORKER_NEURON_DEVICES=many");
}

static void values_that_are_shown_are_no_secrets(void **state)
{
    (void)state;
    static const char *const given[] = {"RAY_WORKER_COUNT=3", "REDIS_PASSWORD=hunter2-of-ours", "MINE=x",
                                        "RAY_SERVE_IMAGE=x/hunter2-of-ours"};
    static const char *const shown[] = {"3", "", "", ""};
    struct variables v;
    char out[100];
    variables_init(&v, NULL);
    for (size_t i = 0; i < ARRAY_LEN(given); i++) assert_int_equal(variables_give(&v, given[i], NULL), ERR_OK);
    for (size_t i = 0; i < ARRAY_LEN(given); i++)
        assert_string_equal(variable_shown(&v, &v.items[i], out, sizeof out), shown[i]);
    variables_done(&v);
}

static void all_else_stays_as_it_is(void **state)
{
    (void)state;
    value_becomes("a: $MINES", "$MINES");
    value_becomes("a: $HOME/x", "$HOME/x"); /* in the environment, not on the list */
    value_becomes("a: /$1", "/$1");
    value_becomes("a: $(MINE) $ {MINE} 5$ $$", "$(MINE) $ {MINE} 5$ $$");
    value_becomes("a: '${MINE:-x}'", "${MINE:-x}");
    value_becomes("a: '${MINE'", "${MINE");
    value_becomes("{a: ${HOME}}", "${HOME}");
    value_becomes("a: $REDIS_PASSWORD", "$REDIS_PASSWORD");                 /* empty */
    value_becomes("a: $HUGGING_FACE_HUB_TOKEN", "$HUGGING_FACE_HUB_TOKEN"); /* unset */
    value_becomes("a: $REDIS_SCHEME", "$REDIS_SCHEME");                     /* a line break */
}

static void a_value_is_never_structure(void **state)
{
    (void)state;
    struct variables v;
    variables_init(&v, NULL);
    assert_int_equal(variables_give(&v, "MINE=x, evil: true} # {", NULL), ERR_OK);
    struct manifest *m = manifest_applied(&v, "{a: $MINE, b: 1}");
    assert_int_equal(m->objects[0].root->count, 2);
    assert_string_equal(yaml_str(m->objects[0].root, "a"), "x, evil: true} # {");
    manifest_free(m);
    variables_done(&v);
}

/* A value that names a variable is not looked at again. */
static void values_are_put_in_once(void **state)
{
    (void)state;
    struct variables v;
    variables_init(&v, NULL);
    assert_int_equal(variables_give(&v, "A=$B", NULL), ERR_OK);
    assert_int_equal(variables_give(&v, "B=b", NULL), ERR_OK);
    struct manifest *m = manifest_applied(&v, "x: &x $A\na: *x\nb: *x\n");
    assert_string_equal(yaml_str(m->objects[0].root, "x"), "$B");
    assert_string_equal(yaml_str(m->objects[0].root, "b"), "$B");
    manifest_free(m);
    variables_done(&v);
}

static void secret_data_is_encoded_once(void **state)
{
    (void)state;
    static const struct {
        const char *value, *data;
    } cases[] = {
        {"hf_abc", "aGZfYWJj"},
        {"aGZfYWJj", "aGZfYWJj"},     /* encoded already: of a printable text */
        {"abcdefgh", "YWJjZGVmZ2g="}, /* letters of base64, but of no text */
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct variables v;
        variables_init(&v, NULL);
        char *given = mem_printf("T=%s", cases[i].value);
        assert_int_equal(variables_give(&v, given, NULL), ERR_OK);
        struct manifest *m = manifest_applied(&v, "kind: Secret\ndata: {t: $T, mixed: x$T}\nstringData: {t: $T}\n---\n"
                                                  "kind: ConfigMap\ndata: {t: $T}\n");
        const struct yaml_node *root = m->objects[0].root, *data = yaml_get(root, "data");
        assert_string_equal(yaml_str(data, "t"), cases[i].data);
        assert_memory_equal(yaml_str(data, "mixed"), "x", 1);
        assert_string_equal(yaml_str(data, "mixed") + 1, cases[i].value);
        assert_string_equal(yaml_str(yaml_get(root, "stringData"), "t"), cases[i].value);
        assert_string_equal(yaml_str(yaml_get(m->objects[1].root, "data"), "t"), cases[i].value);
        assert_int_equal(v.uses_count, 4);
        assert_int_equal(v.uses[0].encoded, i != 1);
        assert_false(v.uses[2].encoded);
        manifest_free(m);
        free(given);
        variables_done(&v);
    }
}

/* ---- where a value goes ---- */

#define HEAD(params, container)                                                                                        \
    "apiVersion: ray.io/v1\nkind: RayService\nspec:\n  rayClusterConfig:\n    headGroupSpec:\n"                        \
    "      rayStartParams: {p: \"" params "\"}\n      template: {spec: {containers: [" container "]}}\n"
#define SECRET "---\nkind: Secret\nmetadata: {name: r}\nstringData: {X_REDIS_PASSWORD: a, REDIS_PORT: '1'}\n"

static const char *secrets_of_a_shell(const char *name)
{
    if (strcmp(name, "REDIS_PASSWORD") == 0) return "hunter2-of-the-shell";
    if (strcmp(name, "HUGGING_FACE_HUB_TOKEN") == 0) return "hf_abcdefghijklmnopqrstuvwxyz";
    if (strcmp(name, "EXT_REDIS_ENDPOINT") == 0) return "redis.example";
    return NULL;
}

/* What the parameter p becomes. */
static void param_becomes(const char *text, const char *expected, bool left, bool misplaced)
{
    struct variables v;
    variables_init(&v, secrets_of_a_shell);
    struct manifest *m = manifest_applied(&v, text);
    const struct yaml_node *head =
        yaml_get(yaml_get(yaml_get(m->objects[0].root, "spec"), "rayClusterConfig"), "headGroupSpec");
    assert_string_equal(yaml_str(yaml_get(head, "rayStartParams"), "p"), expected);
    assert_int_equal(v.uses[0].left, left);
    assert_int_equal(v.misplaced, misplaced);
    manifest_free(m);
    variables_done(&v);
}

static void what_a_container_sets_itself_is_left_to_it(void **state)
{
    (void)state;
    const char *const is = "$REDIS_PASSWORD";
    param_becomes(
        HEAD("$REDIS_PASSWORD", "{env: [{name: REDIS_PASSWORD, valueFrom: {secretKeyRef: {name: r, key: p}}}]}"), is,
        true, false);
    param_becomes(HEAD("$REDIS_PORT", "{env: [{name: REDIS_PORT, value: '1'}]}"), "$REDIS_PORT", true, false);
    param_becomes(HEAD("$REDIS_PORT", "{env: [{name: OTHER, value: '1'}]}"), "6379", false, false);
    /* One that nobody lists, too; and what KubeRay sets. */
    param_becomes(HEAD("$MINE", "{env: [{name: MINE, value: '1'}]}"), "$MINE", true, false);
    param_becomes(HEAD("$MINE", "{env: [{name: OTHER, value: '1'}]}"), "$MINE", false, false);
    param_becomes(HEAD("$FQ_RAY_IP", "{}"), "$FQ_RAY_IP", true, false);
    /* `ray start` runs in the first container. */
    param_becomes(HEAD("$REDIS_PORT", "{}, {env: [{name: REDIS_PORT, value: '1'}]}"), "6379", false, false);
    /* What a Secret of the manifest holds is known; of another it is not, and a secret is not put in on a guess. */
    param_becomes(HEAD("$REDIS_PASSWORD", "{envFrom: [{prefix: '', secretRef: {name: r}}]}") SECRET, is, false, true);
    param_becomes(HEAD("$REDIS_PORT", "{envFrom: [{secretRef: {name: r}}]}") SECRET, "$REDIS_PORT", true, false);
    param_becomes(HEAD("$REDIS_PORT", "{envFrom: [{configMapRef: {name: r}}]}") SECRET, "6379", false, false);
    param_becomes(HEAD("$REDIS_PASSWORD", "{envFrom: [{secretRef: {name: elsewhere}}]}"), is, true, false);
    param_becomes(HEAD("$REDIS_PORT", "{envFrom: [{secretRef: {name: elsewhere}}]}"), "6379", false, false);
    param_becomes(HEAD("$REDIS_PASSWORD", "{}"), is, false, true);
}

static void a_shell_is_in_command_and_args_too(void **state)
{
    (void)state;
    static const char text[] =
        "kind: Deployment\nspec: {template: {spec: {initContainers: [{args: [a, \"x $REDIS_PASSWORD\"], env: [{name: "
        "REDIS_PASSWORD}], lifecycle: {postStart: {exec: {command: [$REDIS_PASSWORD]}}}}]}}}\n";
    struct variables v;
    variables_init(&v, secrets_of_a_shell);
    struct manifest *m = manifest_applied(&v, text);
    assert_int_equal(v.uses_count, 2);
    assert_true(v.uses[0].left && v.uses[1].left);
    assert_int_equal(v.misplaced, 0);
    assert_int_equal(v.items[0].left, 2);
    manifest_free(m);
    variables_done(&v);
}

/* How many places of the text would have a secret in clear; none of them is given one. */
static void misplaced_count_is(const char *given, const char *text, size_t expected)
{
    struct variables v;
    variables_init(&v, secrets_of_a_shell);
    if (given) assert_int_equal(variables_give(&v, given, NULL), ERR_OK);
    struct manifest *m = manifest_applied(&v, text);
    size_t said = 0;
    for (size_t i = 0; i < v.uses_count; i++) said += v.uses[i].misplaced;
    if (v.misplaced != expected || said != expected) fail_msg("%zu, %zu of %s", v.misplaced, said, text);
    manifest_free(m);
    variables_done(&v);
}

static void a_secret_goes_into_a_secret_alone(void **state)
{
    (void)state;
    misplaced_count_is(NULL, "kind: Secret\ndata: {a: $REDIS_PASSWORD}\nstringData: {b: 'redis://:$REDIS_PASSWORD@h'}",
                       0);
    misplaced_count_is(NULL, "kind: Secret\nmetadata: {annotations: {data: $REDIS_PASSWORD}}", 1);
    misplaced_count_is(NULL, "kind: ConfigMap\ndata: {a: $REDIS_PASSWORD}", 1);
    misplaced_count_is(NULL, "kind: ConfigMap\nstringData: {a: $HUGGING_FACE_HUB_TOKEN, b: $HUGGING_FACE_HUB_TOKEN}",
                       2);
    /* An env's value is no shell's: nobody resolves it but us. */
    misplaced_count_is(NULL, HEAD("", "{env: [{name: REDIS_PASSWORD, value: $REDIS_PASSWORD}]}"), 1);
    misplaced_count_is(NULL, HEAD("", "{env: [{name: ADDRESS, value: 'redis://$EXT_REDIS_ENDPOINT:$REDIS_PORT'}]}"), 0);
    /* Whatever it is called. */
    misplaced_count_is("EXT_REDIS_ENDPOINT=hunter2-of-the-shell", "kind: ConfigMap\ndata: {a: $EXT_REDIS_ENDPOINT}", 1);
    misplaced_count_is("IMAGE=x/hunter2-of-the-shell", "kind: ConfigMap\ndata: {a: $IMAGE}", 1);
    misplaced_count_is("URL=redis://u:secret-one@h", "kind: ConfigMap\ndata: {a: $URL}", 1);
    misplaced_count_is("MY_PASSWORD=x", "kind: ConfigMap\ndata: {a: $MY_PASSWORD}", 1);
    misplaced_count_is("MODEL=hf_abcdefghijklmnopqrstuvwxyzabcdefgh", "kind: ConfigMap\ndata: {a: $MODEL}", 1);
    misplaced_count_is("MODEL=mistral-7b", "kind: ConfigMap\ndata: {a: $MODEL}", 0);
    /* Nor by way of an alias. */
    misplaced_count_is(NULL, "kind: Secret\nstringData: {a: &p $REDIS_PASSWORD}\nmetadata: {labels: {x: *p}}", 1);
    misplaced_count_is(NULL, "kind: Secret\nstringData: &p {a: $REDIS_PASSWORD}\nmetadata: {labels: *p}", 1);
    misplaced_count_is(NULL, "kind: Secret\nstringData: {a: &p $REDIS_PASSWORD, b: *p}", 0);
}

static const struct variable *variable_named(const struct variables *v, const char *name)
{
    for (size_t i = 0; i < v->count; i++)
        if (strcmp(v->items[i].name, name) == 0) return &v->items[i];
    return NULL;
}

static void states_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *name, *word;
        bool secret;
    } cases[] = {{"MINE", "set", true},
                 {"EXT_REDIS_ENDPOINT", "found", false},
                 {"REDIS_PORT", "default", false},
                 {"REDIS_PASSWORD", "empty", true},
                 {"HUGGING_FACE_HUB_TOKEN", "unset", true},
                 {"REDIS_SCHEME", "unusable", false},
                 {"HOME", "ignored", true},
                 {"MY_TOKEN", "ignored", true},
                 {"NULL_ONE", "unusable", true}};
    struct variables v;
    variables_init(&v, environment_value);
    assert_int_equal(variables_give(&v, "MINE=given", NULL), ERR_OK);
    assert_int_equal(variables_give(&v, "NULL_ONE=null", NULL), ERR_OK);
    struct manifest *m = manifest_applied(&v, "- $MINE $EXT_REDIS_ENDPOINT $REDIS_PORT $REDIS_PASSWORD\n"
                                              "- $HUGGING_FACE_HUB_TOKEN $REDIS_SCHEME\n"
                                              "- $HOME $MY_TOKEN $NULL_ONE $MINE\n");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct variable *var = variable_named(&v, cases[i].name);
        assert_non_null(var);
        assert_string_equal(variable_state_word(var->state), cases[i].word);
        assert_int_equal(var->secret, cases[i].secret);
        assert_int_equal(var->value != NULL, variable_usable(var));
    }
    assert_int_equal(variable_named(&v, "MINE")->uses, 2);
    assert_non_null(variable_named(&v, "HUGGING_FACE_HUB_TOKEN")->help);
    manifest_free(m);
    variables_done(&v);
}

static void uses_have_places(void **state)
{
    (void)state;
    static const char text[] = "a: $A\nb: |\n   é $A\n     $B\nc: \"x\\n$A\"\n";
    static const struct yaml_place places[] = {{1, 4}, {3, 6}, {4, 6}, {5, 4}};
    struct variables v;
    variables_init(&v, NULL);
    struct manifest *m = manifest_applied(&v, text);
    assert_int_equal(v.uses_count, ARRAY_LEN(places));
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        assert_int_equal(v.uses[i].at.line, places[i].line);
        assert_int_equal(v.uses[i].at.column, places[i].column);
    }
    manifest_free(m);
    m = manifest_applied(&v, "none: here\n"); /* of the manifest applied last */
    assert_int_equal(v.uses_count, 0);
    manifest_free(m);
    variables_done(&v);
}

static void names_follow_what_was_put_in(void **state)
{
    (void)state;
    struct variables v;
    variables_init(&v, NULL);
    assert_int_equal(variables_give(&v, "K=Secret", NULL), ERR_OK);
    struct manifest *m =
        manifest_applied(&v, "kind: List\nitems:\n- {kind: &k $K, metadata: {name: $K}}\n- {kind: *k}\n");
    assert_int_equal(m->count, 2);
    assert_string_equal(m->objects[0].kind, "Secret");
    assert_string_equal(m->objects[0].name, "Secret");
    assert_string_equal(m->objects[1].kind, "Secret");
    manifest_free(m);
    variables_done(&v);
}

static void what_is_given_wrong_is_refused_without_its_value(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "=hunter2", "NOVALUEhunter2", "1A=hunter2", "A-B=hunter2"};
    struct variables v;
    variables_init(&v, NULL);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct why why = {0};
        assert_int_equal(variables_give(&v, wrong[i], &why), ERR_USAGE);
        assert_string_equal(why.text, "--var: expected NAME=VALUE");
    }
    for (int i = 0; i < VARIABLES; i++) {
        char *one = mem_printf("V%d=x", i);
        assert_int_equal(variables_give(&v, one, NULL), ERR_OK);
        free(one);
    }
    assert_int_equal(variables_give(&v, "ONE_MORE=x", NULL), ERR_LIMIT);
    assert_int_equal(variables_give(&v, "V0=y", NULL), ERR_OK); /* the last counts */
    assert_string_equal(v.items[0].value, "y");
    variables_done(&v);
}

static void secret_values_are_hidden_in_texts(void **state)
{
    (void)state;
    struct variables v;
    variables_init(&v, NULL);
    assert_int_equal(variables_give(&v, "REDIS_PASSWORD=horse", NULL), ERR_OK);
    assert_int_equal(variables_give(&v, "EXT_REDIS_ENDPOINT=host", NULL), ERR_OK);
    assert_int_equal(variables_give(&v, "SHORT=abc", NULL), ERR_OK);
    char text[] = "horsehorse host abc";
    assert_true(variables_hide(&v, text));
    assert_string_equal(text, "********** host abc");
    assert_false(variables_hide(&v, text));
    variables_done(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_no_client_could_use),
        cmocka_unit_test(values_are_of_their_type),
        cmocka_unit_test(every_default_is_of_its_type),
        cmocka_unit_test(types_are_kept),
        cmocka_unit_test(what_is_none_is_left_out),
        cmocka_unit_test(defaults_follow_what_they_are_made_of),
        cmocka_unit_test(values_that_are_shown_are_no_secrets),
        cmocka_unit_test(allowed_names_are_put_in),
        cmocka_unit_test(all_else_stays_as_it_is),
        cmocka_unit_test(a_value_is_never_structure),
        cmocka_unit_test(values_are_put_in_once),
        cmocka_unit_test(secret_data_is_encoded_once),
        cmocka_unit_test(what_a_container_sets_itself_is_left_to_it),
        cmocka_unit_test(a_shell_is_in_command_and_args_too),
        cmocka_unit_test(a_secret_goes_into_a_secret_alone),
        cmocka_unit_test(states_are_told_apart),
        cmocka_unit_test(uses_have_places),
        cmocka_unit_test(names_follow_what_was_put_in),
        cmocka_unit_test(secret_values_are_hidden_in_texts),
        cmocka_unit_test(what_is_given_wrong_is_refused_without_its_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
