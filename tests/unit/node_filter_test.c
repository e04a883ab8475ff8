/* node_filter_test.c - taints, tolerations, node selectors and node affinity, as Kubernetes documents them. */
#include "backends/base/mem.h"
#include "deploy/node_filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static cJSON *parsed_json(const char *text)
{
    cJSON *json = NULL;
    struct why why = {0};
    if (json_parse(text, strlen(text), &json, &why)) fail_msg("%s: %s", text, why.text);
    return json;
}

/* "Taints and Tolerations": keys, values, operators and effects. */
static void tolerations_match_as_documented(void **state)
{
    (void)state;
#define TAINT "{\"key\":\"key1\",\"value\":\"value1\",\"effect\":\"NoSchedule\"}"
    static const struct {
        const char *toleration, *taint;
        bool matches;
    } rows[] = {
        {"{\"key\":\"key1\",\"operator\":\"Equal\",\"value\":\"value1\",\"effect\":\"NoSchedule\"}", TAINT, true},
        {"{\"key\":\"key1\",\"operator\":\"Exists\",\"effect\":\"NoSchedule\"}", TAINT, true},
        /* The default operator is Equal. */
        {"{\"key\":\"key1\",\"value\":\"value1\",\"effect\":\"NoSchedule\"}", TAINT, true},
        {"{\"key\":\"key1\",\"effect\":\"NoSchedule\"}", TAINT, false},
        {"{\"key\":\"key1\",\"operator\":\"Equal\",\"value\":\"other\",\"effect\":\"NoSchedule\"}", TAINT, false},
        {"{\"key\":\"key2\",\"operator\":\"Exists\"}", TAINT, false},
        {"{\"key\":\"key1\",\"operator\":\"Exists\",\"effect\":\"NoExecute\"}", TAINT, false},
        {"{\"key\":\"key1\",\"operator\":\"Exists\",\"effect\":\"PreferNoSchedule\"}", TAINT, false},
        /* An empty effect matches all effects with that key. */
        {"{\"key\":\"key1\",\"operator\":\"Exists\"}", TAINT, true},
        {"{\"key\":\"key1\",\"operator\":\"Equal\",\"value\":\"value1\",\"effect\":\"\"}", TAINT, true},
        /* An empty key with Exists matches all keys and values. */
        {"{\"operator\":\"Exists\"}", TAINT, true},
        {"{\"key\":\"\",\"operator\":\"Exists\",\"effect\":\"NoSchedule\"}", TAINT, true},
        {"{\"operator\":\"Exists\",\"effect\":\"NoExecute\"}", TAINT, false},
        /* A taint without a value equals an empty one. */
        {"{\"key\":\"a\",\"operator\":\"Equal\"}", "{\"key\":\"a\",\"effect\":\"NoSchedule\"}", true},
        {"{\"key\":\"a\",\"operator\":\"Equal\",\"value\":\"\"}",
         "{\"key\":\"a\",\"value\":\"\",\"effect\":\"NoExecute\"}", true},
        {"{\"key\":\"a\",\"operator\":\"Equal\",\"value\":\"x\"}", "{\"key\":\"a\",\"effect\":\"NoSchedule\"}", false},
        {"{\"key\":\"a\",\"operator\":\"Near\",\"value\":\"x\"}",
         "{\"key\":\"a\",\"value\":\"x\",\"effect\":\"NoSchedule\"}", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        cJSON *toleration = parsed_json(rows[i].toleration), *taint = parsed_json(rows[i].taint);
        if (toleration_matches(toleration, taint) != rows[i].matches) fail_msg("%s", rows[i].toleration);
        cJSON_Delete(toleration);
        cJSON_Delete(taint);
    }
}

static const char *const verdicts[] = {"fits", "cordoned", "tainted", "not selected"};

/* A node of these members of its spec, with these labels; a pod of this spec. */
static void verdict_is(const char *node_spec, const char *labels, const char *spec, enum node_verdict expected)
{
    char *text = mem_printf("{\"metadata\":{\"name\":\"n1\",\"labels\":{%s}},\"spec\":{%s}}", labels, node_spec);
    char *pod = mem_printf("{%s}", spec);
    cJSON *node = parsed_json(text), *of = parsed_json(pod);
    const enum node_verdict verdict = node_filter(node, of);
    if (verdict != expected) fail_msg("%s: %s on %s, not %s", verdicts[verdict], pod, text, verdicts[expected]);
    cJSON_Delete(node);
    cJSON_Delete(of);
    free(text);
    free(pod);
}

#define TAINTS(list) "\"taints\":[" list "]"
#define T(key, effect) "{\"key\":\"" key "\",\"value\":\"v\",\"effect\":\"" effect "\"}"
#define TOLERATIONS(list) "\"tolerations\":[" list "]"

static void every_taint_has_to_be_tolerated(void **state)
{
    (void)state;
    static const char one[] = TOLERATIONS("{\"key\":\"a\",\"operator\":\"Exists\"}");
    verdict_is("", "", "", NODE_FITS);
    verdict_is(TAINTS(T("a", "NoSchedule")), "", "", NODE_TAINTED);
    verdict_is(TAINTS(T("a", "NoExecute")), "", "", NODE_TAINTED);
    verdict_is(TAINTS(T("a", "PreferNoSchedule")), "", "", NODE_FITS); /* the scheduler only tries to avoid it */
    verdict_is(TAINTS(T("a", "NoSchedule")), "", one, NODE_FITS);
    verdict_is(TAINTS(T("a", "NoSchedule") "," T("b", "NoSchedule")), "", one, NODE_TAINTED);
    verdict_is(TAINTS(T("a", "NoSchedule") "," T("a", "NoExecute")), "", one, NODE_FITS);
    verdict_is(TAINTS(T("a", "NoSchedule") "," T("b", "NoExecute")), "", TOLERATIONS("{\"operator\":\"Exists\"}"),
               NODE_FITS);
    /* What the API server adds to every pod. */
    verdict_is(TAINTS("{\"key\":\"node.kubernetes.io/not-ready\",\"effect\":\"NoExecute\"}"), "", "", NODE_FITS);
    verdict_is(TAINTS("{\"key\":\"node.kubernetes.io/unreachable\",\"effect\":\"NoExecute\"}"), "", "", NODE_FITS);
    verdict_is(TAINTS("{\"key\":\"node.kubernetes.io/not-ready\",\"effect\":\"NoSchedule\"}"), "", "", NODE_TAINTED);
}

static void a_cordon_is_a_taint_too(void **state)
{
    (void)state;
    static const char cordoned[] = "\"unschedulable\":true";
    verdict_is(cordoned, "", "", NODE_CORDONED);
    verdict_is("\"unschedulable\":false", "", "", NODE_FITS);
    verdict_is(cordoned, "", TOLERATIONS("{\"operator\":\"Exists\"}"), NODE_FITS);
    verdict_is(cordoned, "", TOLERATIONS("{\"key\":\"node.kubernetes.io/unschedulable\",\"operator\":\"Exists\"}"),
               NODE_FITS);
    verdict_is(cordoned, "", TOLERATIONS("{\"key\":\"other\",\"operator\":\"Exists\"}"), NODE_CORDONED);
}

#define REQUIRED(terms)                                                                                                \
    "\"affinity\":{\"nodeAffinity\":{\"requiredDuringSchedulingIgnoredDuringExecution\":{\"nodeSelectorTerms\":"       \
    "[" terms "]}}}"
#define EXPRESSIONS(list) "{\"matchExpressions\":[" list "]}"
#define E(key, operator_, values) "{\"key\":\"" key "\",\"operator\":\"" operator_ "\",\"values\":[" values "]}"

/* "Assigning Pods to Nodes". */
static void nodes_are_selected_as_documented(void **state)
{
    (void)state;
    static const struct {
        const char *spec;
        bool selected; /* a node with disk=ssd, cores=16 */
    } rows[] = {
        {"\"nodeSelector\":{\"disk\":\"ssd\"}", true},
        {"\"nodeSelector\":{\"disk\":\"ssd\",\"zone\":\"a\"}", false},
        {"\"nodeSelector\":{\"disk\":\"hdd\"}", false},
        {"\"nodeSelector\":{}", true},
        {REQUIRED(EXPRESSIONS(E("disk", "In", "\"hdd\",\"ssd\""))), true},
        {REQUIRED(EXPRESSIONS(E("disk", "In", "\"hdd\""))), false},
        {REQUIRED(EXPRESSIONS(E("zone", "In", "\"a\""))), false},
        {REQUIRED(EXPRESSIONS(E("disk", "NotIn", "\"hdd\""))), true},
        {REQUIRED(EXPRESSIONS(E("disk", "NotIn", "\"ssd\""))), false},
        {REQUIRED(EXPRESSIONS(E("zone", "NotIn", "\"a\""))), true}, /* a node without the label too */
        {REQUIRED(EXPRESSIONS(E("disk", "Exists", ""))), true},
        {REQUIRED(EXPRESSIONS(E("zone", "Exists", ""))), false},
        {REQUIRED(EXPRESSIONS(E("disk", "DoesNotExist", ""))), false},
        {REQUIRED(EXPRESSIONS(E("zone", "DoesNotExist", ""))), true},
        {REQUIRED(EXPRESSIONS(E("cores", "Gt", "\"8\""))), true},
        {REQUIRED(EXPRESSIONS(E("cores", "Gt", "\"16\""))), false},
        {REQUIRED(EXPRESSIONS(E("cores", "Lt", "\"17\""))), true},
        {REQUIRED(EXPRESSIONS(E("disk", "Gt", "\"1\""))), false},
        {REQUIRED(EXPRESSIONS(E("zone", "Lt", "\"1\""))), false},
        {REQUIRED(EXPRESSIONS(E("cores", "Gt", "\"many\""))), false},
        {REQUIRED(EXPRESSIONS(E("cores", "Gt", "\"1\",\"2\""))), false},
        {REQUIRED(EXPRESSIONS(E("disk", "Like", "\"ssd\""))), false},
        /* Terms are ORed, the expressions of one are ANDed. */
        {REQUIRED(EXPRESSIONS(E("zone", "Exists", "")) "," EXPRESSIONS(E("disk", "Exists", ""))), true},
        {REQUIRED(EXPRESSIONS(E("zone", "Exists", "") "," E("disk", "Exists", ""))), false},
        /* A term of nothing, or no term, matches no node. */
        {REQUIRED("{}"), false},
        {REQUIRED(""), false},
        {REQUIRED("{}," EXPRESSIONS(E("disk", "Exists", ""))), true},
        {REQUIRED("{\"matchFields\":[" E("metadata.name", "In", "\"n1\"") "]}"), true},
        {REQUIRED("{\"matchFields\":[" E("metadata.name", "NotIn", "\"n1\"") "]}"), false},
        {REQUIRED("{\"matchFields\":[" E("metadata.uid", "In", "\"n1\"") "]}"), false},
        /* Both the selector and the affinity have to be satisfied. */
        {"\"nodeSelector\":{\"disk\":\"ssd\"}," REQUIRED(EXPRESSIONS(E("zone", "Exists", ""))), false},
        {"\"nodeSelector\":{\"zone\":\"a\"}," REQUIRED(EXPRESSIONS(E("disk", "Exists", ""))), false},
        /* What is preferred decides nothing. */
        {"\"affinity\":{\"nodeAffinity\":{\"preferredDuringSchedulingIgnoredDuringExecution\":[{\"weight\":1,"
         "\"preference\":" EXPRESSIONS(E("zone", "Exists", "")) "}]}}",
         true},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        verdict_is("", "\"disk\":\"ssd\",\"cores\":\"16\"", rows[i].spec,
                   rows[i].selected ? NODE_FITS : NODE_NOT_SELECTED);
}

static void the_first_filter_that_fails_is_told(void **state)
{
    (void)state;
    static const char other[] = "\"nodeSelector\":{\"disk\":\"ssd\"}";
    verdict_is("\"unschedulable\":true," TAINTS(T("a", "NoSchedule")), "", other, NODE_CORDONED);
    verdict_is(TAINTS(T("a", "NoSchedule")), "", other, NODE_TAINTED);
    char out[100];
    cJSON *taint = parsed_json(T("a/b", "NoSchedule")),
          *bare = parsed_json("{\"key\":\"x\\u001b\",\"effect\":\"NoExecute\"}");
    assert_string_equal(taint_words(taint, out, sizeof out), "a/b=v:NoSchedule");
    assert_null(strchr(taint_words(bare, out, sizeof out), '\033'));
    cJSON_Delete(taint);
    cJSON_Delete(bare);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tolerations_match_as_documented),
        cmocka_unit_test(every_taint_has_to_be_tolerated),
        cmocka_unit_test(a_cordon_is_a_taint_too),
        cmocka_unit_test(nodes_are_selected_as_documented),
        cmocka_unit_test(the_first_filter_that_fails_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
