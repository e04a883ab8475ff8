/* object_text_test.c - objects as YAML that reads back as the same object, described, and without their secrets. */
#include "backends/base/yaml.h"
#include "deploy/object_text.h"
#include "tests/support/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static cJSON *object_of(const char *text)
{
    cJSON *object = NULL;
    struct why why = {0};
    assert_int_equal(json_parse_shown(text, strlen(text), &object, &why), ERR_OK);
    return object;
}

static char *yaml_of(const char *text)
{
    struct buf out;
    cJSON *object = object_of(text);
    buf_init(&out, OBJECT_TEXT_MAX + 4096);
    object_mask(object);
    object_yaml(object, 0, &out);
    cJSON_Delete(object);
    return buf_take(&out);
}

static char *object_described(const char *text, const char *events, const char *why)
{
    struct buf out;
    cJSON *object = object_of(text), *list = events ? object_of(events) : NULL;
    buf_init(&out, OBJECT_TEXT_MAX + 4096);
    object_mask(object);
    object_describe(object, list, why, 1795000000000, &out);
    cJSON_Delete(object);
    cJSON_Delete(list);
    return buf_take(&out);
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part)) fail_msg("not there: %s\nin:\n%s", part, text);
}

static void assert_lacks(const char *text, const char *part)
{
    if (strstr(text, part)) fail_msg("there: %s\nin:\n%s", part, text);
}

static void test_yaml(void **state)
{
    (void)state;
    char *yaml = yaml_of("{\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\",\"labels\":{\"on\":\"true\",\"n\":\"12\"},"
                         "\"managedFields\":[{\"manager\":\"x\"}]},\"spec\":{\"list\":[{\"a\":1,\"b\":[]},\"two\"],"
                         "\"empty\":{},\"none\":null,\"text\":\"one\\ntwo\\n\",\"tilde\":\"~\",\"f\":1.5,"
                         "\"big\":9007199254740992,\"yes\":true,\"date\":\"2026-11-30\",\"bang\":\"!x: y\"}}");
    assert_string_equal(yaml, "kind: Pod\n"
                              "metadata:\n"
                              "  name: a\n"
                              "  labels:\n"
                              "    \"on\": \"true\"\n"
                              "    \"n\": \"12\"\n"
                              "spec:\n"
                              "  list:\n"
                              "  - a: 1\n"
                              "    b: []\n"
                              "  - two\n"
                              "  empty: {}\n"
                              "  none: null\n"
                              "  text: |\n"
                              "    one\n"
                              "    two\n"
                              "  tilde: \"~\"\n"
                              "  f: 1.5\n"
                              "  big: 9007199254740992\n"
                              "  \"yes\": true\n"
                              "  date: \"2026-11-30\"\n"
                              "  bang: '!x: y'\n");
    free(yaml);
}

/* What the printer writes, a parser reads, with the same texts; control characters never come out. */
static void test_yaml_is_read_back(void **state)
{
    (void)state;
    static const char *const texts[] = {"",      "- x",  "a: b", "#no", "x #y", " lead", "trail ",   "it's",    "\"q\"",
                                        "*a",    "&a",   "!t",   "|",   ">",    "%",     "@",        "`",       "a\nb",
                                        "a\n\n", "\n a", "0x1f", "1e3", "NULL", "Yes",   "12:30:45", "\xc3\xa9"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cJSON *object = cJSON_CreateObject();
        struct buf out;
        struct yaml *y = NULL;
        struct why why = {0};
        cJSON_AddStringToObject(object, "k", texts[i]);
        buf_init(&out, OBJECT_TEXT_MAX);
        object_yaml(object, 0, &out);
        if (yaml_parse("t", buf_text(&out), out.len, &y, &why)) fail_msg("%s: %s", buf_text(&out), why.text);
        const struct yaml_node *node = yaml_get(yaml_root(y), "k");
        assert_non_null(node);
        assert_string_equal(node->text, texts[i]);
        yaml_tree_free(y);
        buf_done(&out);
        cJSON_Delete(object);
    }
    char *yaml = yaml_of("{\"k\":\"a\\u001b[31mred\\u0007\\u009b\"}");
    for (const char *at = yaml; *at; at++) assert_true((unsigned char)*at >= ' ' || *at == '\n');
    free(yaml);
}

static void test_secrets_are_masked(void **state)
{
    (void)state;
    char *yaml = yaml_of("{\"kind\":\"Secret\",\"metadata\":{\"name\":\"hf-token\",\"annotations\":{"
                         "\"kubectl.kubernetes.io/last-applied-configuration\":\"{data: aGZf}\"}},"
                         "\"data\":{\"token\":\"aGZfc2VjcmV0\"},\"stringData\":{\"x\":\"plain\"}}");
    assert_has(yaml, "token: •••");
    assert_has(yaml, "name: hf-token");
    assert_lacks(yaml, "aGZf");
    assert_lacks(yaml, "plain");
    free(yaml);
    yaml =
        yaml_of("{\"kind\":\"RayService\",\"spec\":{\"gcsFaultToleranceOptions\":{\"redisPassword\":{\"value\":\"v\","
                "\"valueFrom\":{\"secretKeyRef\":{\"name\":\"redis-secret\",\"key\":\"password\"}}}},"
                "\"rayStartParams\":{\"redis-password\":\"open-sesame\",\"num-cpus\":\"0\"},"
                "\"env\":[{\"name\":\"REDIS_PASSWORD\",\"value\":\"open-sesame\"},{\"name\":\"MODE\",\"value\":\"x\"}],"
                "\"args\":[\"ray start --redis-password=open-sesame --block\"],\"secretName\":\"redis-secret\"}}");
    assert_lacks(yaml, "open-sesame");
    assert_has(yaml, "key: password");
    assert_has(yaml, "name: redis-secret");
    assert_has(yaml, "secretName: redis-secret");
    assert_has(yaml, "name: REDIS_PASSWORD");
    assert_has(yaml, "value: x");
    assert_has(yaml, "ray start ••• --block");
    free(yaml);
}

/* "value" below "redisPassword" has no name beside it. */
static void test_a_password_below_its_name(void **state)
{
    (void)state;
    char *yaml = yaml_of("{\"kind\":\"RayCluster\",\"spec\":{\"redisPassword\":{\"value\":\"open-sesame\"}}}");
    assert_lacks(yaml, "open-sesame");
    free(yaml);
}

static const char pod[] =
    "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"head\",\"namespace\":\"mistral\",\"uid\":\"u-1\","
    "\"creationTimestamp\":\"2026-11-18T09:46:40Z\",\"labels\":{\"a\":\"b\",\"c\":\"d\"},"
    "\"ownerReferences\":[{\"kind\":\"RayCluster\",\"name\":\"mistral-1\"}]},"
    "\"spec\":{\"nodeName\":\"ip-1\",\"containers\":[{\"name\":\"ray-head\",\"image\":\"ray:2\",\"args\":[\"a\",\"b\"],"
    "\"resources\":{\"limits\":{\"cpu\":\"2\",\"memory\":\"8Gi\"}},\"ports\":[{\"containerPort\":6379,\"name\":\"gcs\"}"
    "],"
    "\"env\":[{\"name\":\"HF_TOKEN\",\"valueFrom\":{\"secretKeyRef\":{\"name\":\"hf\",\"key\":\"token\"}}},"
    "{\"name\":\"API_TOKEN\",\"value\":\"abc\"},{\"name\":\"E\",\"value\":\"\"}]},{\"name\":\"new\"}],"
    "\"volumes\":[{\"name\":\"cache\",\"emptyDir\":{}},{\"name\":\"s\",\"secret\":{\"secretName\":\"hf\"}}]},"
    "\"status\":{\"phase\":\"Running\",\"podIP\":\"10.0.0.1\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"False\","
    "\"reason\":\"ContainersNotReady\",\"lastTransitionTime\":\"2026-11-18T11:06:30Z\"}],"
    "\"containerStatuses\":[{\"name\":\"ray-head\",\"ready\":true,\"restartCount\":2,"
    "\"state\":{\"running\":{\"startedAt\":\"2026-11-18T11:06:30Z\"}},"
    "\"lastState\":{\"terminated\":{\"reason\":\"OOMKilled\",\"exitCode\":137,"
    "\"finishedAt\":\"2026-11-18T11:06:00Z\"}}}]}}";

static void test_a_pod(void **state)
{
    (void)state;
    char *text = object_described(pod,
                                  "[{\"reason\":\"BackOff\",\"type\":\"Warning\",\"message\":\"again\",\"count\":3,"
                                  "\"lastTimestamp\":\"2026-11-18T11:06:00Z\"}]",
                                  NULL);
    static const char *const parts[] = {"Name:               head\n",
                                        "Labels:             a=b\n                    c=d\n",
                                        "Owner:              RayCluster/mistral-1\n",
                                        "  ray-head:\n    Image:          ray:2\n",
                                        "    State:          Running\n",
                                        "    Last state:     Terminated: OOMKilled, exit code 137\n",
                                        "    Restarts:       2\n",
                                        "    Args:           a b\n",
                                        "    Ports:          6379 gcs\n",
                                        "    Limits:         cpu 2, memory 8Gi\n",
                                        "      HF_TOKEN:     <key 'token' of Secret 'hf'>\n",
                                        "      API_TOKEN:    •••\n",
                                        "      E:            \"\"\n",
                                        "  new:\n    State:          not reported by the kubelet yet\n",
                                        "  cache:            emptyDir\n",
                                        "  s:                secret hf\n",
                                        "  Ready:            False for ",
                                        "ContainersNotReady",
                                        "Events:\n  BackOff:",
                                        "(x3)  Warning: again\n"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) assert_has(text, parts[i]);
    free(text);
    text = object_described(pod, NULL, "events is forbidden");
    assert_has(text, "Events:             events is forbidden\n");
    free(text);
    text = object_described(pod, "[]", NULL);
    assert_has(text, "Events:             none");
    free(text);
}

static void test_other_kinds(void **state)
{
    (void)state;
    char *text =
        object_described("{\"kind\":\"Node\",\"metadata\":{\"name\":\"ip-1\"},\"spec\":{\"providerID\":\"aws:///i-1\"},"
                         "\"status\":{\"capacity\":{\"cpu\":\"8\"},\"conditions\":[]}}",
                         "[]", NULL);
    assert_has(text, "Provider ID:        aws:///i-1\n");
    assert_has(text, "Capacity:\n  cpu: \"8\"\n");
    free(text);
    text = object_described("{\"kind\":\"RayService\",\"spec\":{\"serveConfigV2\":\"a: 1\\nb: 2\\n\"},\"status\":{"
                            "\"serviceStatus\":\"Running\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}}",
                            "[]", NULL);
    assert_has(text, "Spec:\n  serveConfigV2: |\n    a: 1\n    b: 2\n");
    assert_has(text, "Status:\n  serviceStatus: Running\n");
    assert_has(text, "  Ready:            True for –\n");
    assert_lacks(text, "conditions:");
    free(text);
    text = object_described("{}", "[]", NULL); /* nothing is known */
    assert_has(text, "Kind:               – (–)");
    free(text);
}

/* A text of more than may be shown says that it is cut. */
static void test_too_long(void **state)
{
    (void)state;
    struct buf out;
    cJSON *list = cJSON_CreateArray();
    char line[2048];
    memset(line, 'x', sizeof line - 1);
    line[sizeof line - 1] = '\0';
    for (int i = 0; i < 1000; i++) cJSON_AddItemToArray(list, cJSON_CreateString(line));
    buf_init(&out, OBJECT_TEXT_MAX + 4096);
    object_yaml(list, 0, &out);
    assert_has(buf_text(&out), "the rest is longer than what is shown");
    buf_done(&out);
    cJSON_Delete(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_yaml),
        cmocka_unit_test(test_yaml_is_read_back),
        cmocka_unit_test(test_secrets_are_masked),
        cmocka_unit_test(test_a_password_below_its_name),
        cmocka_unit_test(test_a_pod),
        cmocka_unit_test(test_other_kinds),
        cmocka_unit_test(test_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
