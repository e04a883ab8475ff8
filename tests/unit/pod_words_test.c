/* pod_words_test.c - a pod's status in kubectl's words. */
#include "backends/kube/pod_words.h"
#include "tests/support/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WORDS "tests/fixtures/kube/words/"

static const cJSON *pod_named(const cJSON *list, const char *name)
{
    JSON_EACH (p, json_get(list, "items")) {
        if (strcmp(json_str(json_get(p, "metadata"), "name"), name) == 0) return p;
    }
    fail_msg("no pod %s", name);
    return NULL;
}

/* Everything the server's own printer said about these pods at that moment. */
static size_t same_as_table(const char *at)
{
    char path[200], ready[32], restarts[POD_RESTARTS_MAX];
    size_t rows = 0;
    snprintf(path, sizeof path, WORDS "%s.pods.json", at);
    cJSON *pods = fixture_json(path);
    snprintf(path, sizeof path, WORDS "%s.table.json", at);
    cJSON *table = fixture_json(path);
    JSON_EACH (row, json_get(table, "rows")) {
        const cJSON *cells = json_get(row, "cells");
        const char *cell[4];
        struct pod_words w;
        for (int i = 0; i < 4; i++) cell[i] = cJSON_GetArrayItem(cells, i)->valuestring;
        pod_words_of(pod_named(pods, cell[0]), &w);
        snprintf(ready, sizeof ready, "%u/%u", (unsigned)w.ready, (unsigned)w.containers);
        assert_string_equal(ready, cell[1]);
        assert_string_equal(w.status, cell[2]);
        /* The time between the parentheses is the printer's clock, not the pod's. */
        pod_restarts_text(restarts, known_u64(w.restarts), w.restarted, w.restarted.value + 81000);
        assert_int_equal(strncmp(restarts, cell[3], strcspn(cell[3], "(")), 0);
        assert_true((strchr(cell[3], '(') != NULL) == (strchr(restarts, '(') != NULL));
        rows++;
    }
    cJSON_Delete(pods);
    cJSON_Delete(table);
    return rows;
}

static void tables_of_a_real_server(void **state)
{
    (void)state;
    assert_int_equal(same_as_table("at-running"), 2);
    assert_int_equal(same_as_table("at-head-terminating"), 2);
    assert_int_equal(same_as_table("at-head-pending"), 2);
    assert_int_equal(same_as_table("at-recovered"), 2);
    assert_int_equal(same_as_table("at-pending"), 3);
    assert_int_equal(same_as_table("kubelet"), 4);
}

static void restarts_say_when(void **state)
{
    (void)state;
    char out[POD_RESTARTS_MAX];
    cJSON *pods = fixture_json(WORDS "kubelet.pods.json");
    struct pod_words w;
    pod_words_of(pod_named(pods, "crash"), &w);
    assert_int_equal(w.restarts, 5);
    assert_true(w.restarted.known);
    assert_int_equal(w.restarted.value, 1795436068000); /* 2026-11-23T12:14:28Z */
    assert_string_equal(pod_restarts_text(out, known_u64(5), w.restarted, w.restarted.value + 81000), "5 (81s ago)");
    assert_string_equal(pod_restarts_text(out, known_u64(5), UNKNOWN_U64, 0), "5");
    assert_string_equal(pod_restarts_text(out, known_u64(0), w.restarted, 0), "0");
    assert_string_equal(pod_restarts_text(out, UNKNOWN_U64, UNKNOWN_U64, 0), "–");
    cJSON_Delete(pods);
}

/* The printer's branches that no recording has, each as the server words it. */
static void every_branch(void **state)
{
    (void)state;
#define META "\"metadata\":{\"name\":\"p\"},"
#define GONE_META "\"metadata\":{\"name\":\"p\",\"deletionTimestamp\":\"2026-11-23T13:29:18Z\"},"
#define ONE "\"spec\":{\"containers\":[{\"name\":\"a\"}]},"
#define TWO "\"spec\":{\"containers\":[{\"name\":\"a\"},{\"name\":\"b\"}]},"
#define INIT "\"spec\":{\"initContainers\":[{\"name\":\"i\"},{\"name\":\"j\"}],\"containers\":[{\"name\":\"a\"}]},"
#define SIDE                                                                                                           \
    "\"spec\":{\"initContainers\":[{\"name\":\"i\"},{\"name\":\"s\",\"restartPolicy\":\"Always\"}],"                   \
    "\"containers\":[{\"name\":\"a\"}]},"
    static const struct {
        const char *json, *status;
        unsigned ready, containers, restarts;
    } cases[] = {
        {"{" META ONE "\"status\":{\"phase\":\"Pending\"}}", "Pending", 0, 1, 0},
        {"{" META ONE
         "\"status\":{\"phase\":\"Pending\",\"conditions\":[{\"type\":\"PodScheduled\",\"status\":\"False\","
         "\"reason\":\"SchedulingGated\"}]}}",
         "SchedulingGated", 0, 1, 0},
        {"{" META ONE "\"status\":{\"phase\":\"Failed\",\"reason\":\"Evicted\"}}", "Evicted", 0, 1, 0},
        {"{" META ONE
         "\"status\":{\"phase\":\"Pending\",\"containerStatuses\":[{\"name\":\"a\",\"state\":{\"waiting\":{"
         "\"reason\":\"ContainerCreating\"}}}]}}",
         "ContainerCreating", 0, 1, 0},
        {"{" META ONE "\"status\":{\"phase\":\"Succeeded\",\"containerStatuses\":[{\"name\":\"a\",\"state\":{"
         "\"terminated\":{\"exitCode\":0,\"reason\":\"Completed\"}}}]}}",
         "Completed", 0, 1, 0},
        {"{" META ONE "\"status\":{\"phase\":\"Failed\",\"containerStatuses\":[{\"name\":\"a\",\"restartCount\":2,"
         "\"state\":{\"terminated\":{\"exitCode\":7}}}]}}",
         "ExitCode:7", 0, 1, 2},
        {"{" META ONE "\"status\":{\"phase\":\"Failed\",\"containerStatuses\":[{\"name\":\"a\",\"state\":{"
         "\"terminated\":{\"exitCode\":137,\"signal\":9}}}]}}",
         "Signal:9", 0, 1, 0},
        {"{" META ONE "\"status\":{\"phase\":\"Failed\",\"containerStatuses\":[{\"name\":\"a\",\"state\":{"
         "\"terminated\":{\"exitCode\":137,\"reason\":\"OOMKilled\"}}}]}}",
         "OOMKilled", 0, 1, 0},
        /* one done, one running: Running while the pod is ready, else NotReady */
        {"{" META TWO "\"status\":{\"phase\":\"Running\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}],"
         "\"containerStatuses\":[{\"name\":\"a\",\"state\":{\"terminated\":{\"exitCode\":0,\"reason\":\"Completed\"}}},"
         "{\"name\":\"b\",\"ready\":true,\"state\":{\"running\":{}}}]}}",
         "Running", 1, 2, 0},
        {"{" META TWO
         "\"status\":{\"phase\":\"Running\",\"containerStatuses\":[{\"name\":\"a\",\"state\":{\"terminated\":"
         "{\"exitCode\":0,\"reason\":\"Completed\"}}},{\"name\":\"b\",\"ready\":true,\"state\":{\"running\":{}}}]}}",
         "NotReady", 1, 2, 0},
        /* one done, one failed: the failure */
        {"{" META TWO
         "\"status\":{\"phase\":\"Failed\",\"containerStatuses\":[{\"name\":\"a\",\"state\":{\"terminated\":"
         "{\"exitCode\":0,\"reason\":\"Completed\"}}},{\"name\":\"b\",\"state\":{\"terminated\":{\"exitCode\":1,"
         "\"reason\":\"Error\"}}}]}}",
         "Error", 0, 2, 0},
        {"{" META INIT "\"status\":{\"phase\":\"Pending\",\"initContainerStatuses\":[{\"name\":\"i\",\"state\":{"
         "\"running\":{}}},{\"name\":\"j\",\"state\":{\"waiting\":{\"reason\":\"PodInitializing\"}}}],"
         "\"containerStatuses\":[{\"name\":\"a\",\"state\":{\"waiting\":{\"reason\":\"PodInitializing\"}}}]}}",
         "Init:0/2", 0, 1, 0},
        {"{" META INIT
         "\"status\":{\"phase\":\"Pending\",\"initContainerStatuses\":[{\"name\":\"i\",\"restartCount\":3,"
         "\"state\":{\"terminated\":{\"exitCode\":0}}},{\"name\":\"j\",\"restartCount\":1,\"state\":{\"waiting\":{"
         "\"reason\":\"PodInitializing\"}}}]}}",
         "Init:1/2", 0, 1, 4},
        {"{" META INIT "\"status\":{\"phase\":\"Pending\",\"initContainerStatuses\":[{\"name\":\"i\",\"state\":{"
         "\"terminated\":{\"exitCode\":1,\"reason\":\"Error\"}}}]}}",
         "Init:Error", 0, 1, 0},
        {"{" META INIT "\"status\":{\"phase\":\"Pending\",\"initContainerStatuses\":[{\"name\":\"i\",\"state\":{"
         "\"terminated\":{\"exitCode\":3}}}]}}",
         "Init:ExitCode:3", 0, 1, 0},
        {"{" META INIT "\"status\":{\"phase\":\"Pending\",\"initContainerStatuses\":[{\"name\":\"i\",\"state\":{"
         "\"terminated\":{\"exitCode\":137,\"signal\":9}}}]}}",
         "Init:Signal:9", 0, 1, 0},
        {"{" META INIT
         "\"status\":{\"phase\":\"Pending\",\"initContainerStatuses\":[{\"name\":\"i\",\"restartCount\":4,"
         "\"state\":{\"waiting\":{\"reason\":\"CrashLoopBackOff\"}}}]}}",
         "Init:CrashLoopBackOff", 0, 1, 4},
        {"{" META INIT "\"status\":{\"phase\":\"Pending\",\"initContainerStatuses\":[{\"name\":\"i\",\"state\":{"
         "\"terminated\":{\"exitCode\":0}}},{\"name\":\"j\",\"state\":{\"terminated\":{\"exitCode\":0}}}],"
         "\"containerStatuses\":[{\"name\":\"a\",\"state\":{\"waiting\":{\"reason\":\"PodInitializing\"}}}]}}",
         "PodInitializing", 0, 1, 0},
        /* a sidecar counts among the containers and its restarts go on counting; a plain init container's do not */
        {"{" META SIDE
         "\"status\":{\"phase\":\"Running\",\"initContainerStatuses\":[{\"name\":\"i\",\"restartCount\":5,"
         "\"state\":{\"terminated\":{\"exitCode\":0}}},{\"name\":\"s\",\"started\":true,\"ready\":true,"
         "\"restartCount\":2,\"state\":{\"running\":{}}}],\"containerStatuses\":[{\"name\":\"a\",\"ready\":true,"
         "\"restartCount\":1,\"state\":{\"running\":{}}}]}}",
         "Running", 2, 2, 3},
        {"{" META SIDE "\"status\":{\"phase\":\"Pending\",\"initContainerStatuses\":[{\"name\":\"i\",\"state\":{"
         "\"terminated\":{\"exitCode\":0}}},{\"name\":\"s\",\"started\":false,\"state\":{\"running\":{}}}]}}",
         "Init:1/2", 0, 2, 0},
        {"{" GONE_META ONE "\"status\":{\"phase\":\"Running\",\"containerStatuses\":[{\"name\":\"a\",\"ready\":true,"
         "\"state\":{\"running\":{}}}]}}",
         "Terminating", 1, 1, 0},
        {"{" GONE_META ONE "\"status\":{\"phase\":\"Running\",\"reason\":\"NodeLost\"}}", "Unknown", 0, 1, 0},
        {"{" GONE_META ONE "\"status\":{\"phase\":\"Failed\",\"containerStatuses\":[{\"name\":\"a\",\"state\":{"
         "\"terminated\":{\"exitCode\":137,\"reason\":\"Error\"}}}]}}",
         "Error", 0, 1, 0},
        {"{}", "", 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cJSON *pod = NULL;
        struct pod_words w;
        assert_int_equal(json_parse(cases[i].json, strlen(cases[i].json), &pod, NULL), ERR_OK);
        pod_words_of(pod, &w);
        assert_string_equal(w.status, cases[i].status);
        assert_int_equal(w.ready, cases[i].ready);
        assert_int_equal(w.containers, cases[i].containers);
        assert_int_equal(w.restarts, cases[i].restarts);
        cJSON_Delete(pod);
    }
}

static void nothing_hostile_gets_through(void **state)
{
    (void)state;
    cJSON *pod = NULL;
    struct pod_words w;
    const char *json = "{\"status\":{\"phase\":\"Pending\",\"initContainerStatuses\":7,\"containerStatuses\":[null,3,"
                       "{\"state\":{\"waiting\":{\"reason\":\"\\u001b]0;x\\u0007\"}}}]}}";
    assert_int_equal(json_parse(json, strlen(json), &pod, NULL), ERR_OK);
    pod_words_of(pod, &w);
    assert_string_equal(w.status, "\\x1b]0;x\\x07");
    cJSON_Delete(pod);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_of_a_real_server),
        cmocka_unit_test(restarts_say_when),
        cmocka_unit_test(every_branch),
        cmocka_unit_test(nothing_hostile_gets_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
