/* lint_schema_test.c - K1 to K3: what the API server refuses or drops, each with an edit that trips it and one that
 * does not. */
#include "backends/base/mem.h"
#include "tests/support/lint_harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD "spec.rayClusterConfig.headGroupSpec."
#define POD HEAD "template.spec."
#define HEAD_SPEC "        spec:\n"
#define HEAD_ENV "            - {name: RAY_grpc_client_keepalive_time_ms, value: \"2000\"}\n"
#define MOUNTS(value) "            volumeMounts: " value "\n            env:\n" HEAD_ENV
#define POD_FIELD(text) "        spec:\n          " text "\n"

static void strings_are_quoted(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        {"annotations: {}", "annotations: {a: true}", "K1",
         "metadata.annotations.a must be a string, and is a boolean: quote it", 6},
        {"annotations: {}", "annotations: {a: 'true', b: \"1\", c: text, d: 1.2.3}", "", NULL, 0},
        {"annotations: {}", "annotations: {a: yes}", "K1", NULL, 6}, /* YAML 1.1, as kubectl reads it */
        {"annotations: {}", "annotations: {a: 1.5}", "K1",
         "metadata.annotations.a must be a string, and is a number: quote it", 6},
        {"annotations: {}", "annotations: {a: 12345678901234567890}", "K1", NULL, 6},
        {"annotations: {}", "annotations: {a: null, b: ~, c: }", "", NULL, 0}, /* as if they were absent */
        {"annotations: {}", "annotations: {a: {b: c}}", "K1", "metadata.annotations.a must be a string, and is a map",
         6},
        {"annotations: {}", "annotations: [a]", "K1", "metadata.annotations must be a map, and is a list", 6},
        {"value: \"2000\"", "value: 2000", "K1",
         POD "containers[0].env[0].value must be a string, and is an integer: quote it", 34},
        {"value: \"2001\"", "value: 2001", "K1", NULL, 48},
        {"{num-cpus: \"0\"}", "{num-cpus: \"0\", block: true}", "K1",
         HEAD "rayStartParams.block must be a string, and is a boolean: quote it", 27},
        {HEAD_SPEC, POD_FIELD("nodeSelector: {gpu: true}"), "K1", NULL, 30},
        {HEAD_SPEC, POD_FIELD("nodeSelector: {gpu: \"true\"}"), "", NULL, 0},
        {"rayVersion: \"2.22.0\"", "rayVersion: 2.22", "K1 L22", NULL, 21},
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

static void shapes_and_numbers_are_looked_at(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        {"          - name: head\n", "            name: head\n", "K1", POD "containers must be a list, and is a map",
         30},
        {"      redisPassword: {valueFrom: {secretKeyRef: {name: r, key: p}}}\n", "      redisPassword: hunter2\n",
         "K1 L25",
         "spec.rayClusterConfig.gcsFaultToleranceOptions.redisPassword must be a map (of value, valueFrom), and is a "
         "string",
         25},
        {"{valueFrom: {secretKeyRef: {name: r, key: p}}}", "{valueFrom: {secretKeyRef: r}}", "K1", NULL, 0},
        {HEAD_ENV, "            - {name: A, valueFrom: {fieldRef: status.podIP}}\n" HEAD_ENV, "K1",
         POD "containers[0].env[0].valueFrom.fieldRef must be a map (of apiVersion, fieldPath), and is a string", 34},
        {"excludeHeadPodFromServeSvc: true", "excludeHeadPodFromServeSvc: \"true\"", "K1", NULL, 8},
        {"      maxReplicas: 4\n", "      maxReplicas: \"4\"\n", "K1",
         "spec.rayClusterConfig.workerGroupSpecs[0].maxReplicas must be an integer, and is a string", 40},
        {"      maxReplicas: 4\n", "      maxReplicas: 4.5\n", "K1", NULL, 40},
        {"      maxReplicas: 4\n", "      maxReplicas: 4.0\n", "", NULL, 0},
        {"      maxReplicas: 4\n", "      maxReplicas: 3000000000\n", "K1", NULL, 40},
        {"      maxReplicas: 4\n", "      maxReplicas: $MANY\n", "L2", NULL, 0}, /* may become a number */
        {"      maxReplicas: 4\n", "      maxReplicas: \"$MANY\"\n", "K1 L2", NULL, 40},
        {"      maxReplicas: 4\n", "      maxReplicas: $RAY_WORKER_COUNT\n", "", NULL, 0}, /* its value, 2 */
        {"      maxReplicas: 4\n", "      maxReplicas: $RAY_SERVE_NAME\n", "K1", NULL, 40},
        {"{limits: {aws.amazon.com/neuron: \"2\"}}", "{limits: {aws.amazon.com/neuron: 2, cpu: 500m}}", "", NULL, 0},
        {"{limits: {aws.amazon.com/neuron: \"2\"}}", "{limits: {aws.amazon.com/neuron: \"2\", cpu: 0.5}}", "K1", NULL,
         50},
        {"{limits: {aws.amazon.com/neuron: \"2\"}}", "{limits: {aws.amazon.com/neuron: \"2\", memory: 4 GB}}", "K1",
         "spec.rayClusterConfig.workerGroupSpecs[0].template.spec.containers[0].resources.limits.memory is not a "
         "quantity, as 500m or 4Gi are",
         50},
        {"{limits: {aws.amazon.com/neuron: \"2\"}}",
         "{limits: {aws.amazon.com/neuron: \"2\", memory: 1e3, cpu: \"+.5E-2\"}}", "", NULL, 0},
        {"enableInTreeAutoscaling: true", "enableInTreeAutoscaling: true\n    autoscalerOptions: {upscalingMode: Fast}",
         "K1",
         "spec.rayClusterConfig.autoscalerOptions.upscalingMode must be one of: Default, Aggressive, Conservative", 23},
        {"enableInTreeAutoscaling: true",
         "enableInTreeAutoscaling: true\n    autoscalerOptions: {upscalingMode: Aggressive}", "", NULL, 0},
        {"metadata:\n  name: demo\n", "metadata:\n  creationTimestamp: today\n  name: demo\n", "K1", NULL, 4},
        {"metadata:\n  name: demo\n", "metadata:\n  creationTimestamp: 2026-01-31T23:59:59Z\n  name: demo\n", "", NULL,
         0},
        {"metadata:\n  name: demo\n", "metadata:\n  creationTimestamp: null\n  name: demo\n", "", NULL, 0},
        {"port: {number: 8000}", "port: {number: \"8000\"}", "K1", NULL, 59},
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

static void what_is_required_is_missed(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        {"          - name: head\n            image:", "          - image:", "K2", POD "containers[0].name is required",
         31},
        {"            env:\n" HEAD_ENV, MOUNTS("[{name: a}]"), "K2",
         POD "containers[0].volumeMounts[0].mountPath is required", 33},
        {"            env:\n" HEAD_ENV, MOUNTS("[{name: a, mountPath: /a}]"), "", NULL, 0},
        {"            env:\n" HEAD_ENV, MOUNTS("[{name: a, mountPath: null}]"), "K2", NULL, 33},
        {"    - groupName: inf2\n      minReplicas: 2\n", "    - minReplicas: 2\n", "K2",
         "spec.rayClusterConfig.workerGroupSpecs[0].groupName is required", 37},
        {"      maxReplicas: 4\n", "", "", NULL, 0}, /* has a default */
        {"pathType: Prefix, ", "", "K2", "spec.rules[0].http.paths[0].pathType is required", 59},
        {"backend: {service: {name: demo-serve-svc, port: {number: 8000}}}",
         "backend: {service: {port: {number: 8000}}}", "K2", NULL, 59},
        {"pathType: Prefix", "pathType: Regex", "K1", NULL, 59},
        {"            env:\n" HEAD_ENV, "            ports: [{containerPort: 6379}]\n            env:\n" HEAD_ENV, "",
         NULL, 0}, /* protocol has a default */
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

static void fields_in_the_wrong_place_are_told_where_they_belong(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        {"  rayClusterConfig:\n", "  gcsFaultToleranceOptions: {}\n  rayClusterConfig:\n", "K3",
         "spec.gcsFaultToleranceOptions is not a field; it belongs in spec.rayClusterConfig.gcsFaultToleranceOptions",
         20},
        {"    headGroupSpec:\n", "    headGroupSpec:\n      gcsFaultToleranceOptions: {}\n", "K3",
         HEAD "gcsFaultToleranceOptions is not a field; it belongs in spec.rayClusterConfig.gcsFaultToleranceOptions",
         27},
        {"    rayVersion:", "    excludeHeadPodFromServeSvc: true\n    rayVersion:", "K3",
         "spec.rayClusterConfig.excludeHeadPodFromServeSvc is not a field; it belongs in "
         "spec.excludeHeadPodFromServeSvc",
         21},
        {"      template:\n        spec:\n", "      template:\n        nodeSelector: {a: b}\n        spec:\n", "K3",
         HEAD "template.nodeSelector is not a field; it belongs in " POD "nodeSelector", 29},
        {"excludeHeadPodFromServeSvc: true", "excludeHeadPodFromServeSvc: true\n  annotations: {a: b}", "K3",
         "spec.annotations is not a field; it belongs in metadata.annotations", 9},
        {"    rayVersion:", "    labels: {a: b}\n    rayVersion:", "K3",
         "spec.rayClusterConfig.labels is not a field; it belongs in metadata.labels", 21},
        {"    rayVersion:", "    metadata: {annotations: {a: b}}\n    rayVersion:", "K3",
         "spec.rayClusterConfig.metadata is not a field; it belongs in metadata", 21},
        {"    headGroupSpec:\n", "    headGroupSpec:\n      annotations: {a: b}\n", "K3",
         HEAD "annotations is not a field; it belongs in " HEAD "template.metadata.annotations", 27},
        {HEAD_SPEC, POD_FIELD("labels: {a: b}"), "K3",
         POD "labels is not a field; it belongs in " HEAD "template.metadata.labels", 30},
        {"      template:\n", "      template:\n        metadata: {annotations: {a: b}, labels: {a: b}}\n", "", NULL,
         0},
        {HEAD_SPEC, POD_FIELD("gcsFaultToleranceOptions: {}"), "K3",
         POD "gcsFaultToleranceOptions is not a field; it belongs in spec.rayClusterConfig.gcsFaultToleranceOptions",
         30},
        {"    rayVersion:", "    redisAddress: a:1\n    rayVersion:", "K3",
         "spec.rayClusterConfig.redisAddress is not a field; it belongs in "
         "spec.rayClusterConfig.gcsFaultToleranceOptions.redisAddress",
         21},
        {"  serveConfigV2: |\n", "  serveConfig: {}\n  serveConfigV2: |\n", "K3",
         "spec.serveConfig is not a field; serveConfigV2 is", 9},
        {"excludeHeadPodFromServeSvc: true", "excludeHeadPodFromServeSvc: true\n  upgradestrategy: {type: None}", "K3",
         "spec.upgradestrategy is not a field; upgradeStrategy is", 9},
        {"excludeHeadPodFromServeSvc: true", "excludeHeadPodFromServeSvc: true\n  nonesuch: 1", "K3",
         "spec.nonesuch is not a field of RayService", 9},
        {"excludeHeadPodFromServeSvc: true", "excludeHeadPodFromServeSvc: true\n  nonesuch: null", "", NULL, 0},
        {"excludeHeadPodFromServeSvc: true", "excludeHeadPodFromServeSvc: true\n  upgradeStrategy: {type: None}", "",
         NULL, 0},
        {"spec:\n  exclude", "status: {anything: [1]}\nspec:\n  exclude", "", NULL, 0},
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

static void other_kinds_are_looked_at(void **state)
{
    (void)state;
#define OF(version, kind, rest) "{apiVersion: " version ", kind: " kind ", metadata: {name: x}, " rest "}\n"
#define GROUP "headGroupSpec: {template: {spec: {containers: [{name: h, image: i}]}}}"
#define CLUSTER "{" GROUP "}"
    static const struct {
        const char *text, *words;
    } cases[] = {
        {OF("v1", "Secret", "stringData: {port: 6379}"), "K1"},
        {OF("v1", "Secret", "stringData: {port: '6379'}"), ""},
        {OF("v1", "ConfigMap", "data: {debug: on}"), "K1"},
        {OF("v1", "ConfigMap", "data: {debug: \"on\"}, spec: {}"), "K3"},
        {OF("v1", "Service", "spec: {selector: {app: 1}}"), "K1"},
        {OF("v1", "Service", "spec: {ports: [{targetPort: http}]}"), "K2"},
        {OF("v1", "Service", "spec: {ports: [{port: 80, targetPort: http}, {port: 81, targetPort: 8000}]}"), ""},
        {OF("v1", "PersistentVolumeClaim", "spec: {resources: {requests: {storage: 10 Gi}}}"), "K1"},
        {OF("v1", "PersistentVolumeClaim", "spec: {resources: {requests: {storage: 1.5}}}"), ""},
        {OF("v1", "Pod", "spec: {containers: [{image: i}]}"), "K2"},
        {OF("v1", "Secret", "data: [a]"), "K1"},
        {OF("v1", "Service", "spec: {type: Loadbalancer, ports: [{port: 80}]}"), "K1"},
        {OF("v1", "Service", "spec: {type: LoadBalancer, ports: [{port: 80, protocol: TCP}]}"), ""},
        {OF("v1", "Service", "spec: {ports: [{port: 80}, {port: 81, protocol: HTTP}]}"), "K1"},
        {OF("v1", "PersistentVolumeClaim", "spec: {accessModes: [ReadWriteOnce, ReadWriteAll]}"), "K1"},
        {OF("v1", "PersistentVolumeClaim", "spec: {accessModes: [ReadWriteOnce, ReadWriteMany]}"), ""},
        {OF("v1", "Pod", "spec: {restartPolicy: Sometimes, containers: [{name: c, image: i}]}"), "K1"},
        {OF("v1", "Pod", "spec: {restartPolicy: Never, containers: [{name: c, image: i}]}"), ""},
        {OF("networking.k8s.io/v1", "Ingress", "spec: {rules: {host: h}}"), "K1"},
        {OF("networking.k8s.io/v1", "Ingress", "spec: {rules: [{host: h}]}"), ""},
        {OF("networking.k8s.io/v1beta1", "Ingress", "spec: {rules: [{host: h}]}"), "K1"},
        {OF("extensions/v1beta1", "Ingress", "spec: {rules: [{host: h}]}"), "K1"},
        {OF("ray.io/v1beta1", "RayCluster", "spec: " CLUSTER), "K1"},
        {OF("ray.io/v1alpha1", "RayCluster", "spec: {rayVersion: 2.9.0}"), "K2"}, /* its own schema */
        {OF("ray.io/v1", "Raycluster", "spec: " CLUSTER), "K1"},
        {OF("ray.io/v1", "RayOfALaterVersion", "spec: {}"), ""},
        {OF("ray.io/v1", "RayCluster", "spec: {rayVersion: 2.9, " GROUP "}"), "K1"},
        {OF("ray.io/v1", "RayCluster", "spec: {managedBy: me, " GROUP "}"), "K1"},
        {OF("ray.io/v1", "RayCluster", "spec: {rayVersion: 2.9.0, " GROUP "}"), ""},
        {OF("ray.io/v1", "RayCluster", "spec: {}"), "K2"},
        {OF("ray.io/v1", "RayJob", "spec: {ttlSecondsAfterFinished: soon, rayClusterSpec: " CLUSTER "}"), "K1"},
        {OF("ray.io/v1", "RayJob", "spec: {rayClusterSpec: " CLUSTER "}"), ""},
        {OF("ray.io/v1", "RayCronJob", "spec: {schedule: 5, jobTemplate: {rayClusterSpec: " CLUSTER "}}"), "K1"},
        {OF("ray.io/v1", "RayCronJob", "spec: {schedule: '@daily', jobTemplate: {rayClusterSpec: " CLUSTER "}}"), ""},
        {OF("example.io/v1", "Secret", "stringData: {port: 6379}"), ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct findings f = lint_run(cases[i].text, NULL);
        char *words = lint_words(&f);
        char *of_schema = *words == 'K' || !*words ? mem_printf("%.2s", words) : mem_str("");
        if (strcmp(of_schema, cases[i].words) != 0)
            fail_msg("%s finds \"%s\", not \"%s\"", cases[i].text, words, cases[i].words);
        free(of_schema);
        free(words);
        findings_done(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_are_quoted),
        cmocka_unit_test(shapes_and_numbers_are_looked_at),
        cmocka_unit_test(what_is_required_is_missed),
        cmocka_unit_test(fields_in_the_wrong_place_are_told_where_they_belong),
        cmocka_unit_test(other_kinds_are_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
