/* capacity_test.c - what pods ask for, and on which K8s nodes they find room. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/capacity.h"
#include "deploy/pod_requests.h"
#include "tests/support/fixture.h"

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

#define C(cpu) "{\"resources\":{\"requests\":{\"cpu\":\"" cpu "\"}}}"
#define SIDECAR(cpu) "{\"restartPolicy\":\"Always\",\"resources\":{\"requests\":{\"cpu\":\"" cpu "\"}}}"

static void a_pod_asks_for_what_its_containers_do(void **state)
{
    (void)state;
    static const struct {
        const char *spec;
        uint64_t cpu;
    } rows[] = {
        {"{}", 0},
        {"{\"containers\":[{}]}", 0},
        {"{\"containers\":[" C("1") "," C("500m") "]}", 1500},
        /* What is not requested is the limit. */
        {"{\"containers\":[{\"resources\":{\"limits\":{\"cpu\":\"2\"}}}]}", 2000},
        {"{\"containers\":[{\"resources\":{\"limits\":{\"cpu\":\"2\"},\"requests\":{\"cpu\":\"1\"}}}]}", 1000},
        /* Init containers run one after the other, before the others. */
        {"{\"containers\":[" C("1") "],\"initContainers\":[" C("3") "," C("2") "]}", 3000},
        {"{\"containers\":[" C("2") "," C("2") "],\"initContainers\":[" C("3") "]}", 4000},
        /* Sidecars run on beside all that is started after them. */
        {"{\"containers\":[" C("1") "],\"initContainers\":[" SIDECAR("1") "," C("3") "]}", 4000},
        {"{\"containers\":[" C("1") "],\"initContainers\":[" C("3") "," SIDECAR("1") "]}", 3000},
        {"{\"containers\":[" C("3") "],\"initContainers\":[" SIDECAR("1") "," SIDECAR("1") "]}", 5000},
        {"{\"containers\":[" C("1") "],\"overhead\":{\"cpu\":\"250m\"}}", 1250},
        {"{\"containers\":[" C("1") "],\"resources\":{\"requests\":{\"cpu\":\"5\"}}}", 5000},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct resources r;
        cJSON *spec = parsed_json(rows[i].spec);
        pod_requests(spec, &r);
        if (resources_get(&r, "cpu") != rows[i].cpu)
            fail_msg("%s: %llu", rows[i].spec, (unsigned long long)resources_get(&r, "cpu"));
        cJSON_Delete(spec);
    }
}

#define NODE_OF(name, spec, labels, allocatable)                                                                       \
    "{\"metadata\":{\"name\":\"" name "\",\"labels\":{\"kubernetes.io/hostname\":\"" name "\"" labels                  \
    "}},\"spec\":{" spec "},\"status\":{\"allocatable\":{" allocatable "}}}"
#define BIG "\"cpu\":\"96\",\"memory\":\"380G\",\"aws.amazon.com/neuron\":\"6\",\"pods\":\"110\""
#define SMALL "\"cpu\":\"16\",\"memory\":\"64G\",\"pods\":\"110\""
#define TAINTED "\"taints\":[{\"key\":\"lab/real\",\"value\":\"true\",\"effect\":\"NoSchedule\"}]"
#define POD_ON(node, name, phase, labels, cpu)                                                                         \
    "{\"metadata\":{\"name\":\"" name "\",\"namespace\":\"mistral\",\"labels\":{" labels                               \
    "}},\"spec\":{\"nodeName\":\"" node "\",\"containers\":[" C(cpu) "]},\"status\":{\"phase\":\"" phase "\"}}"

#define GROUP_OF(name, replicas, spec)                                                                                 \
    "{\"groupName\":\"" name "\",\"replicas\":" replicas ",\"template\":{\"spec\":{" spec "}}}"
#define WANTS(cpu, memory, neuron)                                                                                     \
    "\"containers\":[{\"resources\":{\"limits\":{\"cpu\":\"" cpu "\",\"memory\":\"" memory                             \
    "\",\"aws.amazon.com/neuron\":\"" neuron "\"}}}]"
#define CLUSTER(groups)                                                                                                \
    "{\"headGroupSpec\":{\"template\":{\"spec\":{\"containers\":[" C("2") "]}}},\"workerGroupSpecs\":[" groups "]}"
#define APART                                                                                                          \
    "\"affinity\":{\"podAntiAffinity\":{\"requiredDuringSchedulingIgnoredDuringExecution\":[{\"topologyKey\":"         \
    "\"kubernetes.io/hostname\",\"labelSelector\":{\"matchLabels\":{\"ray.io/group\":\"inf2\"}}}]}},"
#define LIST(items) "{\"items\":[" items "]}"

/* "head 1/1 of 2 (1 fit); inf2 …: reasons" */
static void pods_placed(const char *cluster, const char *nodes, const char *pods, const char *const *own,
                        const char *expected)
{
    cJSON *spec = parsed_json(cluster), *there = parsed_json(nodes), *on = parsed_json(pods);
    struct capacity *p = capacity_new(spec, "mistral");
    struct buf said;
    buf_init(&said, 10000);
    capacity_add_nodes(p, there);
    capacity_add_pods(p, on, own);
    cJSON_Delete(there); /* nothing of it is needed any more */
    cJSON_Delete(on);
    capacity_run(p);
    for (size_t g = 0; g < capacity_groups(p); g++) {
        const struct capacity_group one = capacity_group(p, g);
        struct buf reasons;
        buf_init(&reasons, 4000);
        capacity_reasons(p, g, &reasons);
        buf_printf(&said, "%s%s %llu/%llu, %llu of %llu fit%s%s", g ? "; " : "", one.name, (unsigned long long)one.room,
                   (unsigned long long)one.pods, (unsigned long long)one.fit, (unsigned long long)one.nodes,
                   reasons.len ? ": " : "", buf_text(&reasons));
        buf_done(&reasons);
    }
    if (strcmp(buf_text(&said), expected) != 0) fail_msg("%s\nnot: %s", buf_text(&said), expected);
    buf_done(&said);
    capacity_free(p);
    cJSON_Delete(spec);
}

#define TWO_WORKERS CLUSTER(GROUP_OF("inf2", "2", WANTS("90", "360G", "6")))
#define NO_PODS LIST("")

static void room_is_counted_as_the_scheduler_does(void **state)
{
    (void)state;
    /* The head goes where it takes no room of a worker. */
    pods_placed(TWO_WORKERS,
                LIST(NODE_OF("a", "", "", BIG) "," NODE_OF("b", "", "", BIG) "," NODE_OF("c", "", "", SMALL)), NO_PODS,
                NULL,
                "head 1/1, 3 of 3 fit; inf2 2/2, 2 of 3 fit: 1 has 14 of 90 CPU and 64G of 360G memory and 0 of 6 "
                "aws.amazon.com/neuron");
    pods_placed(CLUSTER(GROUP_OF("inf2", "2", WANTS("90", "1G", "0"))),
                LIST(NODE_OF("a", TAINTED, "", BIG) "," NODE_OF("b", "", "", SMALL)), NO_PODS, NULL,
                "head 1/1, 1 of 2 fit: 1 tainted lab/real=true:NoSchedule; inf2 0/2, 0 of 2 fit: 1 tainted "
                "lab/real=true:NoSchedule, 1 has 14 of 90 CPU");
    pods_placed(TWO_WORKERS, LIST(NODE_OF("a", "", "", BIG)), NO_PODS, NULL,
                "head 1/1, 1 of 1 fit; inf2 1/2, 1 of 1 fit");
    pods_placed(TWO_WORKERS, NO_PODS, NO_PODS, NULL, "head 0/1, 0 of 0 fit; inf2 0/2, 0 of 0 fit");
    /* Equal reasons are counted together. */
    pods_placed(CLUSTER(GROUP_OF("w", "1", "\"nodeSelector\":{\"disk\":\"ssd\"}," WANTS("1", "1G", "0"))),
                LIST(NODE_OF("a", "\"unschedulable\":true", "", SMALL) "," NODE_OF(
                    "b", "\"unschedulable\":true", "", SMALL) "," NODE_OF("c", "", ",\"disk\":\"hdd\"", SMALL)),
                NO_PODS, NULL,
                "head 1/1, 1 of 3 fit: 2 cordoned; w 0/1, 0 of 3 fit: 2 cordoned, 1 not matching disk=ssd");
}

static void what_pods_hold_is_taken_off(void **state)
{
    (void)state;
    static const char *const own[] = {"mistral-abcde", NULL};
    static const char nodes[] = LIST(NODE_OF("a", "", "", "\"cpu\":\"16\",\"pods\":\"4\""));
    static const char cluster[] = CLUSTER(GROUP_OF("w", "1", "\"containers\":[" C("8") "]"));
    pods_placed(cluster, nodes, LIST(POD_ON("a", "p", "Running", "", "5")), NULL,
                "head 1/1, 1 of 1 fit; w 1/1, 1 of 1 fit");
    pods_placed(cluster, nodes, LIST(POD_ON("a", "p", "Running", "", "7")), NULL,
                "head 1/1, 1 of 1 fit; w 0/1, 0 of 1 fit: 1 has 7 of 8 CPU");
    pods_placed(cluster, nodes, LIST(POD_ON("a", "p", "Pending", "", "7")), NULL, /* bound, and not started yet */
                "head 1/1, 1 of 1 fit; w 0/1, 0 of 1 fit: 1 has 7 of 8 CPU");
    /* Those that have ended, that are elsewhere, and those of ours that go hold nothing. */
    pods_placed(cluster, nodes, LIST(POD_ON("a", "p", "Succeeded", "", "7") "," POD_ON("a", "q", "Failed", "", "7")),
                NULL, "head 1/1, 1 of 1 fit; w 1/1, 1 of 1 fit");
    pods_placed(cluster, nodes, LIST(POD_ON("other", "p", "Running", "", "7")), NULL,
                "head 1/1, 1 of 1 fit; w 1/1, 1 of 1 fit");
    pods_placed(cluster, nodes, LIST(POD_ON("a", "p", "Running", "\"ray.io/cluster\":\"mistral-abcde\"", "7")), own,
                "head 1/1, 1 of 1 fit; w 1/1, 1 of 1 fit");
    pods_placed(cluster, nodes, LIST(POD_ON("a", "p", "Running", "\"ray.io/cluster\":\"second-abcde\"", "7")), own,
                "head 1/1, 1 of 1 fit; w 0/1, 0 of 1 fit: 1 has 7 of 8 CPU");
    /* A node takes so many pods and no more. */
    pods_placed(cluster, nodes,
                LIST(POD_ON("a", "p", "Running", "", "0") "," POD_ON("a", "q", "Running", "",
                                                                     "0") "," POD_ON("a", "r", "Running", "", "0")),
                NULL, "head 1/1, 1 of 1 fit; w 0/1, 0 of 1 fit: 1 has too many pods");
}

static void pods_that_are_to_be_apart_are(void **state)
{
    (void)state;
    static const char cluster[] = CLUSTER(GROUP_OF("inf2", "2", APART "\"containers\":[" C("1") "]"));
    static const char two[] = LIST(NODE_OF("a", "", "", SMALL) "," NODE_OF("b", "", "", SMALL));
    pods_placed(cluster, LIST(NODE_OF("a", "", "", SMALL)), NO_PODS, NULL,
                "head 1/1, 1 of 1 fit; inf2 1/2, 1 of 1 fit");
    pods_placed(cluster, two, NO_PODS, NULL, "head 1/1, 2 of 2 fit; inf2 2/2, 2 of 2 fit");
    pods_placed(cluster, two, LIST(POD_ON("a", "p", "Running", "\"ray.io/group\":\"inf2\"", "1")), NULL,
                "head 1/1, 2 of 2 fit; inf2 1/2, 1 of 2 fit: 1 not matching pod anti-affinity rules");
}

static void groups_are_read_as_kuberay_does(void **state)
{
    (void)state;
    static const char one[] = LIST(NODE_OF("a", "", "", "\"cpu\":\"16\",\"memory\":\"64G\""));
    /* minReplicas without replicas; numOfHosts pods a replica; a group that is suspended has none. */
    pods_placed(
        "{\"headGroupSpec\":{},\"workerGroupSpecs\":[{\"groupName\":\"w\",\"minReplicas\":3},{\"groupName\":\"h\","
        "\"replicas\":2,\"numOfHosts\":2},{\"groupName\":\"s\",\"suspend\":true,\"replicas\":9}]}",
        one, NO_PODS, NULL, "head 1/1, 1 of 1 fit; w 3/3, 1 of 1 fit; h 4/4, 1 of 1 fit");
    /* The autoscaler runs beside the head. */
    pods_placed("{\"enableInTreeAutoscaling\":true,\"headGroupSpec\":{\"template\":{\"spec\":{\"containers\":[" C(
                    "15.6") "]}}}}",
                one, NO_PODS, NULL, "head 0/1, 0 of 1 fit: 1 has 16 of 16100m CPU");
    pods_placed(CLUSTER(GROUP_OF("w", "5000", "\"containers\":[{}]")), one, NO_PODS, NULL,
                "head 1/1, 1 of 1 fit; w 5000/5000, 1 of 1 fit");
}

/* Recorded: of the pod that was Pending the scheduler said "0/3 nodes are available: 1 Insufficient
 * aws.amazon.com/neuron, 1 Insufficient cpu, 1 Insufficient memory, 1 node(s) didn't match Pod's node
 * affinity/selector, 1 node(s) had untolerated taint(s)". */
static void a_recorded_cluster_is_counted_as_its_scheduler_did(void **state)
{
    (void)state;
    char *nodes = fixture_read("tests/fixtures/deploy/pending-nodes.json", NULL);
    char *pods = fixture_read("tests/fixtures/deploy/pending-pods.json", NULL);
    cJSON *list = parsed_json(pods), *cluster = parsed_json("{\"headGroupSpec\":{}}");
    JSON_EACH (pod, json_get(list, "items")) {
        if (!text_eq(json_str(json_get(pod, "status"), "phase"), "Pending")) continue;
        cJSON *group = cJSON_CreateObject(), *groups = cJSON_AddArrayToObject(cluster, "workerGroupSpecs");
        cJSON_AddStringToObject(group, "groupName", "inf2");
        cJSON_AddItemToObject(cJSON_AddObjectToObject(group, "template"), "spec",
                              cJSON_Duplicate(json_get(pod, "spec"), 1));
        cJSON_AddItemToArray(groups, group);
    }
    char *text = cJSON_PrintUnformatted(cluster);
    pods_placed(
        text, nodes, pods, NULL,
        "head 1/1, 1 of 3 fit: 1 tainted aws.amazon.com/neuron=true:NoSchedule, 1 tainted lab/real=true:NoSchedule; "
        "inf2 0/1, 0 of 3 fit: 1 has 5690m of 90 CPU and 29.1G of 360G memory and 0 of 6 aws.amazon.com/neuron, 1 "
        "not matching instanceType=inferentia-inf2, provisionerType=Karpenter, 1 tainted lab/real=true:NoSchedule");
    cJSON_free(text);
    cJSON_Delete(cluster);
    cJSON_Delete(list);
    free(nodes);
    free(pods);
}

static void what_a_pod_asks_for_is_told(void **state)
{
    (void)state;
    cJSON *spec = parsed_json(TWO_WORKERS);
    struct capacity *p = capacity_new(spec, "mistral");
    struct buf out;
    buf_init(&out, 1000);
    capacity_demand(p, 0, &out);
    assert_string_equal(buf_text(&out), "2 CPU");
    buf_clear(&out);
    capacity_demand(p, 1, &out);
    assert_string_equal(buf_text(&out), "90 CPU, 360G memory, 6 aws.amazon.com/neuron");
    buf_done(&out);
    capacity_free(p);
    cJSON_Delete(spec);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pod_asks_for_what_its_containers_do),
        cmocka_unit_test(room_is_counted_as_the_scheduler_does),
        cmocka_unit_test(what_pods_hold_is_taken_off),
        cmocka_unit_test(pods_that_are_to_be_apart_are),
        cmocka_unit_test(groups_are_read_as_kuberay_does),
        cmocka_unit_test(a_recorded_cluster_is_counted_as_its_scheduler_did),
        cmocka_unit_test(what_a_pod_asks_for_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
