/* lint_operator_test.c - K4, and K3 in places that no schema knows: what KubeRay's operator refuses, by version; each
 * has a row that trips it and one that does not. */
#include "backends/base/mem.h"
#include "tests/support/lint_harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD_PARAMS "      rayStartParams: {num-cpus: \"0\"}\n"
#define HEAD_SPEC "        spec:\n"
#define HEAD_IMAGE "            image: example/ray:2.22.0-py310\n"
#define WORKER "    - groupName: inf2\n"
#define WORKER_POD "      template:\n        spec:\n          containers:\n          - name: worker\n"
#define WORKER_RESTARTS(policy)                                                                                        \
    "      template:\n        spec:\n          restartPolicy: " policy                                                 \
    "\n          containers:\n          - name: worker\n"
#define SCALER "    enableInTreeAutoscaling: true\n"
#define HEAD_ENV "            - {name: RAY_grpc_client_keepalive_time_ms, value: \"2000\"}\n"
#define V2_ENV HEAD_ENV "            - {name: RAY_enable_autoscaler_v2, value: \"1\"}\n"
#define V2 SCALER "    autoscalerOptions: {version: v2}\n"
#define EXCLUDE "  excludeHeadPodFromServeSvc: true\n"
#define UPGRADE(text) EXCLUDE "  upgradeStrategy: {" text "}\n"
#define OPTIONS(text) UPGRADE("type: NewClusterWithIncrementalUpgrade, clusterUpgradeOptions: {" text "}")

static void groups_are_looked_at(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        {"            image: example/ray:2.22.0-py310\n", "", "K4",
         "head: container head has no image: no pod can be created", 31},
        {HEAD_SPEC, HEAD_SPEC "          initContainers: [{name: wait}]\n", "K4",
         "head: container wait has no image: no pod can be created", 30},
        {HEAD_SPEC, HEAD_SPEC "          initContainers: [{name: wait, image: busybox}]\n", "", NULL, 0},
        {HEAD_SPEC, HEAD_SPEC "          restartPolicy: Sometimes\n", "K4 L14",
         "head: restartPolicy must be one of: Always, OnFailure, Never; no pod can be created", 30},
        {HEAD_SPEC, HEAD_SPEC "          dnsPolicy: Cluster\n", "K4", NULL, 30},
        {HEAD_SPEC, HEAD_SPEC "          dnsPolicy: ClusterFirst\n          hostIPC: false\n", "", NULL, 0},
        {HEAD_SPEC, HEAD_SPEC "          tolerations: [{operator: Exists}, {key: a, operator: Is}]\n", "K4",
         "head: tolerations.operator must be one of: Exists, Equal, Lt, Gt; no pod can be created", 30},
        {HEAD_SPEC, HEAD_SPEC "          tolerations: [{key: a, operator: Equal, value: b, effect: NoSchedule}]\n", "",
         NULL, 0},
        {HEAD_SPEC, HEAD_SPEC "          tolerations: [{key: a, effect: Never}]\n", "K4", NULL, 30},
        {HEAD_IMAGE, HEAD_IMAGE "            imagePullPolicy: $PULL\n", "L2", NULL, 0},
        {HEAD_IMAGE, HEAD_IMAGE "            imagePullPolicy: Sometimes\n", "K4 L22",
         "head: containers.imagePullPolicy must be one of: Always, IfNotPresent, Never; no pod can be created", 33},
        {HEAD_IMAGE, HEAD_IMAGE "            ports: [{containerPort: 6379, protocol: GRPC}]\n", "K4", NULL, 33},
        {HEAD_IMAGE, HEAD_IMAGE "            ports: [{containerPort: 6379, protocol: TCP}]\n", "", NULL, 0},
        {HEAD_PARAMS, HEAD_PARAMS "      resources: {CPU: \"0\"}\n", "K4",
         "head: resources are set beside rayStartParams num-cpus: use only one of them", 28},
        {HEAD_PARAMS, "      resources: {CPU: \"0\"}\n", "", NULL, 0},
        {HEAD_PARAMS, "      resources: {CPU: \"1\"}\n", "L15", NULL, 0},
        {HEAD_PARAMS, "      rayStartParams: {num-cpus: \"\", memory: \"\"}\n      resources: {cpu: \"0\"}\n", "", NULL,
         0},
        {HEAD_PARAMS, HEAD_PARAMS "      resources: {}\n", "", NULL, 0},
        {HEAD_PARAMS, "      rayStartParams: {num-cpus: \"0\", labels: \"a=b\"}\n", "K4",
         "head: rayStartParams labels is not supported: use the group's labels", 27},
        {HEAD_PARAMS, HEAD_PARAMS "      labels: {ray.io/zone: a-1, b: \"\"}\n", "", NULL, 0},
        {HEAD_PARAMS, HEAD_PARAMS "      labels: {-zone: a}\n", "K4", "head: a label's key is not valid", 28},
        {HEAD_PARAMS, HEAD_PARAMS "      labels: {a..b/zone: a}\n", "K4", NULL, 28},
        {HEAD_PARAMS, HEAD_PARAMS "      labels: {a-b.c/zone: a}\n", "", NULL, 0},
        {HEAD_PARAMS, HEAD_PARAMS "      labels: {zone: a b}\n", "K4", "head: the value of label zone is not valid",
         28},
        {WORKER, WORKER "      suspend: true\n", "K4 L16 L24",
         "inf2: a group cannot be suspended with the autoscaler enabled", 38},
        {WORKER, WORKER "      suspend: false\n", "", NULL, 0},
        {"      minReplicas: 2\n", "      minReplicas: -1\n", "K4 L16", "inf2: minReplicas is negative", 38},
        {WORKER, WORKER "      idleTimeoutSeconds: 60\n", "K4",
         "inf2: idleTimeoutSeconds is set, and autoscaler v2 is not enabled (autoscalerOptions.version)", 38},
    };
    static const struct lint_case in_1_4[] = {
        {HEAD_PARAMS, HEAD_PARAMS "      resources: {CPU: \"0\"}\n", "K3", NULL, 0}, /* no field yet */
        {HEAD_PARAMS, "      rayStartParams: {num-cpus: \"0\", labels: \"a=b\"}\n", "", NULL, 0},
    };
    lint_cases_for(4, in_1_4, ARRAY_LEN(in_1_4));
    static const struct lint_case in_1_5[] = {
        {"      minReplicas: 2\n", "      minReplicas: -1\n", "L16", NULL, 0},
    };
    lint_cases_for(5, in_1_5, ARRAY_LEN(in_1_5));
    lint_cases(cases, ARRAY_LEN(cases));
}

static void the_autoscaler_is_looked_at(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        {HEAD_ENV, V2_ENV, "", NULL, 0},
        {SCALER, V2, "", NULL, 0},
        {SCALER, SCALER "    autoscalerOptions: {idleTimeoutSeconds: -1}\n", "K4",
         "autoscalerOptions.idleTimeoutSeconds must not be negative", 23},
        {SCALER, SCALER "    autoscalerOptions: {idleTimeoutSeconds: 0}\n", "", NULL, 0},
        {SCALER, SCALER "    authOptions: {mode: token}\n", "K4",
         "authOptions.mode token needs a rayVersion of 2.52.0 or later", 23},
        {SCALER, SCALER "    authOptions: {mode: disabled}\n", "", NULL, 0},
        {SCALER, SCALER "    authOptions: {enableK8sTokenAuth: true}\n", "K4",
         "enableK8sTokenAuth is supported for a RayCluster only", 23},
        {SCALER, SCALER "    upgradeStrategy: {type: Recreate}\n", "K4",
         "upgradeStrategy cannot be set in the cluster of a RayService: its own is in spec", 23},
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

/* Two edits of the clean manifest. */
static void found_with(const char *old, const char *with, const char *old2, const char *with2, unsigned kuberay,
                       const char *expected)
{
    char *once = lint_edited(old, with), *at = strstr(once, old2);
    assert_non_null(at);
    char *twice = mem_printf("%.*s%s%s", (int)(at - once), once, with2, at + strlen(old2));
    struct findings f = lint_run_for(twice, kuberay);
    char *words = lint_words(&f);
    if (strcmp(words, expected) != 0) fail_msg("%s and %s find %s, not %s", with, with2, words, expected);
    free(words);
    findings_done(&f);
    free(twice);
    free(once);
}

static void the_second_autoscaler_has_rules_of_its_own(void **state)
{
    (void)state;
    static const char always[] = HEAD_SPEC "          restartPolicy: Always\n";
    static const char idle[] = WORKER "      idleTimeoutSeconds: 60\n";
    found_with(SCALER, "", HEAD_ENV, V2_ENV, 0, "K4");
    found_with(SCALER, "", HEAD_ENV, V2_ENV, 4, "");
    found_with(SCALER, V2, HEAD_ENV, V2_ENV, 0, "K4");
    found_with(SCALER, V2, HEAD_SPEC, always, 0, "K4");
    found_with(SCALER, V2, HEAD_SPEC, always, 3, "K3 L14"); /* no version to choose yet */
    found_with(HEAD_ENV, V2_ENV, HEAD_SPEC, always, 0, "L14");
    found_with(SCALER, V2, WORKER_POD, WORKER_RESTARTS("OnFailure"), 0, "K4");
    found_with(SCALER, V2, WORKER_POD, WORKER_RESTARTS("Never"), 0, "");
    found_with(SCALER, V2, WORKER, WORKER "      resources: {neuron_cores: \"4\"}\n", 0, "K4"); /* beside its params */
    found_with(SCALER, V2, WORKER, idle, 0, "");
    found_with(HEAD_ENV, V2_ENV, WORKER, idle, 0, "");
    found_with(SCALER, "", WORKER, WORKER "      suspend: true\n", 0, "L16 L24");
    found_with(SCALER, "", WORKER, WORKER "      suspend: true\n", 5, "K4 L16 L24");
    found_with(SCALER, "", "      replicas: 2\n", "      replicas: 1\n", 0, ""); /* clamped to minReplicas */
    found_with(SCALER, "", "      minReplicas: 2\n", "      minReplicas: 1\n", 0, "");
    found_with(SCALER, "", "      minReplicas: 2\n      replicas: 2\n      maxReplicas: 4\n",
               "      minReplicas: 0\n      replicas: 9\n      maxReplicas: 1\n", 0, "L16 L24 L38");
    found_with("rayVersion: \"2.22.0\"", "rayVersion: \"2.52.1\"", SCALER, SCALER "    authOptions: {mode: token}\n", 0,
               "L22");
}

static void upgrades_are_looked_at(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        {EXCLUDE, UPGRADE("type: NewCluster"), "", NULL, 0},
        {EXCLUDE, UPGRADE("type: None"), "", NULL, 0},
        {EXCLUDE, UPGRADE(""), "", NULL, 0},
        {EXCLUDE, UPGRADE("type: RollingUpdate"), "K4", NULL, 9},
        {EXCLUDE, UPGRADE("type: \"\""), "K4", NULL, 9},
        {EXCLUDE, UPGRADE("type: NewClusterWithIncrementalUpgrade"), "K4",
         "NewClusterWithIncrementalUpgrade needs clusterUpgradeOptions", 9},
        {EXCLUDE, OPTIONS("gatewayClassName: g, stepSizePercent: 5, intervalSeconds: 1"), "", NULL, 0},
        {EXCLUDE, OPTIONS("gatewayClassName: g, stepSizePercent: 101, intervalSeconds: 1"), "K4",
         "NewClusterWithIncrementalUpgrade needs a stepSizePercent from 0 to 100", 9},
        {EXCLUDE, OPTIONS("gatewayClassName: g, stepSizePercent: 5, intervalSeconds: 0"), "K4", NULL, 9},
        {"annotations: {}", "annotations: {ray.io/initializing-timeout: 1h30m}", "", NULL, 0},
        {"annotations: {}", "annotations: {ray.io/initializing-timeout: \"300\"}", "", NULL, 0},
        {"annotations: {}", "annotations: {ray.io/initializing-timeout: \"\"}", "", NULL, 0},
        {"annotations: {}", "annotations: {ray.io/initializing-timeout: \"0\"}", "K4", NULL, 6},
        {"annotations: {}", "annotations: {ray.io/initializing-timeout: -5m}", "K4", NULL, 6},
        {"annotations: {}", "annotations: {ray.io/initializing-timeout: soon}", "K4", NULL, 6},
        {EXCLUDE, EXCLUDE "  rayClusterDeletionDelaySeconds: -1\n", "K1", NULL, 9},
    };
    static const struct lint_case in_1_4[] = {
        {EXCLUDE, UPGRADE("type: NewClusterWithIncrementalUpgrade"), "K4",
         "upgradeStrategy.type NewClusterWithIncrementalUpgrade came with KubeRay 1.5", 9},
        {"annotations: {}", "annotations: {ray.io/initializing-timeout: soon}", "", NULL, 0},
    };
    lint_cases_for(4, in_1_4, ARRAY_LEN(in_1_4));
    lint_cases(cases, ARRAY_LEN(cases));
}

static void what_stands_where_nobody_looks_is_told(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        {"      template:\n", "      template:\n        metadata: {annotations: {ray.io/ft-enabled: \"true\"}}\n", "K3",
         "head: ray.io/ft-enabled has no effect on a pod template; it belongs in metadata.annotations of the "
         "RayService",
         29},
        {"      template:\n", "      template:\n        metadata: {annotations: {mine: \"true\"}}\n", "", NULL, 0},
        {"    applications:\n", "    rayVersion: 2.22.0\n    applications:\n", "K3",
         "serveConfigV2: rayVersion is no field of Serve; it belongs in spec.rayClusterConfig.rayVersion", 10},
        {"    applications:\n", "    serviceUnhealthySecondThreshold: 5\n    applications:\n", "K3",
         "serveConfigV2: serviceUnhealthySecondThreshold is no field of Serve; it belongs in "
         "spec.serviceUnhealthySecondThreshold",
         10},
        {"    applications:\n", "    http_options: {port: 8000}\n    applications:\n", "", NULL, 0},
    };
    lint_cases(cases, ARRAY_LEN(cases));
}

static void versions_are_parsed(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "1", "1.", "1.2", "2.0", "1.x", "1.4x", "v", "latest", "1.99999999999"};
    unsigned minor = 0;
    struct why why = {0};
    assert_int_equal(lint_kuberay_parse("1.3", &minor, &why), ERR_OK);
    assert_int_equal(minor, 3);
    assert_int_equal(lint_kuberay_parse("v1.6.2", &minor, &why), ERR_OK);
    assert_int_equal(minor, 6);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) assert_int_equal(lint_kuberay_parse(bad[i], &minor, &why), ERR_USAGE);
    assert_int_equal(minor, 6);
}

#define CLUSTER "{headGroupSpec: {rayStartParams: {}, template: {spec: {containers: [{name: h, image: i}]}}}}"
#define SCALED "{enableInTreeAutoscaling: true, headGroupSpec: {template: {spec: {containers: [{name: h, image: i}]}}}}"
#define ALWAYS "{headGroupSpec: {template: {spec: {restartPolicy: Always, containers: [{name: h, image: i}]}}}}"
#define JOB(text) "{apiVersion: ray.io/v1, kind: RayJob, metadata: {name: j}, spec: {" text "}}\n"
#define WITH(text) JOB(text ", rayClusterSpec: " CLUSTER)
#define DELETES(text) WITH("deletionStrategy: {" text "}")
#define RULES(text) DELETES("deletionRules: [" text "]")
#define CRON(schedule)                                                                                                 \
    "{apiVersion: ray.io/v1, kind: RayCronJob, metadata: {name: j}, spec: {schedule: '" schedule                       \
    "', jobTemplate: {rayClusterSpec: " CLUSTER "}}}\n"
#define AUTH(version, options)                                                                                         \
    "{apiVersion: ray.io/v1, kind: RayCluster, metadata: {name: c}, spec: {rayVersion: " version                       \
    ", authOptions: {" options "}, headGroupSpec: {template: {spec: {containers: [{name: h, image: i}]}}}}}\n"
#define CRON_OF(more, job)                                                                                             \
    "{apiVersion: ray.io/v1, kind: RayCronJob, metadata: {name: j}, spec: {schedule: '@daily', " more                  \
    "jobTemplate: {" job "}}}\n"
#define BOTH                                                                                                           \
    "{headGroupSpec: {rayStartParams: {num-cpus: '1'}, resources: {CPU: '1'}, template: {spec: {containers: [{name: "  \
    "h, image: i}]}}}}"
#define ON(success, failure) "onSuccess: {policy: " success "}, onFailure: {policy: " failure "}"
#define AT(policy, status, ttl) "{policy: " policy ", condition: {jobStatus: " status ", ttlSeconds: " ttl "}}"

static void jobs_are_looked_at(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned kuberay;
        const char *words, *message;
    } cases[] = {
        {JOB("rayClusterSpec: " CLUSTER), 0, "", NULL},
        {JOB("entrypoint: x"), 0, "K4", "one of rayClusterSpec and clusterSelector must be set"},
        {JOB("clusterSelector: {ray.io/cluster: c}"), 0, "", NULL},
        {JOB("clusterSelector: {a: b}"), 0, "K4", NULL},
        {JOB("clusterSelector: {a: b}"), 4, "", NULL},
        {JOB("clusterSelector: {ray.io/cluster: c}, backoffLimit: 1"), 0, "K4", NULL},
        {JOB("clusterSelector: {ray.io/cluster: c}, backoffLimit: 1"), 5, "", NULL},
        {JOB("clusterSelector: {ray.io/cluster: c}, submissionMode: SidecarMode"), 0, "K4", NULL},
        {JOB("clusterSelector: {ray.io/cluster: c}, suspend: true, shutdownAfterJobFinishes: true"), 0, "K4",
         "a RayJob with a clusterSelector cannot be suspended"},
        {WITH("suspend: true"), 0, "K4", "a RayJob can be suspended only with shutdownAfterJobFinishes: true"},
        {WITH("suspend: true, shutdownAfterJobFinishes: true"), 0, "", NULL},
        {WITH("ttlSecondsAfterFinished: 5"), 0, "K4", "ttlSecondsAfterFinished needs shutdownAfterJobFinishes: true"},
        {WITH("ttlSecondsAfterFinished: 5"), 3, "", NULL},
        {WITH("ttlSecondsAfterFinished: -5"), 0, "K4", "ttlSecondsAfterFinished must be 0 or more"},
        {WITH("activeDeadlineSeconds: 0"), 0, "K4", "activeDeadlineSeconds must be 1 or more"},
        {WITH("activeDeadlineSeconds: 1, backoffLimit: 0"), 0, "", NULL},
        {WITH("backoffLimit: -1"), 0, "K4", "backoffLimit must be 0 or more"},
        {WITH("submissionMode: InteractiveMode, backoffLimit: 1"), 0, "K4",
         "backoffLimit is incompatible with InteractiveMode"},
        {WITH("submissionMode: InteractiveMode, backoffLimit: 0"), 0, "", NULL},
        {WITH("submissionMode: SidecarMode, submitterConfig: {backoffLimit: 1}"), 0, "K4",
         "SidecarMode does not support submitterConfig"},
        {WITH("submissionMode: SidecarMode"), 0, "", NULL},
        {JOB("submissionMode: SidecarMode, rayClusterSpec: " ALWAYS), 0, "K4", NULL},
        {JOB("submissionMode: K8sJobMode, rayClusterSpec: " ALWAYS), 0, "", NULL},
        {WITH("runtimeEnvYAML: \"pip: [a\""), 0, "K4", NULL},
        {WITH("runtimeEnvYAML: \"[a]\""), 0, "K4", "runtimeEnvYAML is not a map"},
        {WITH("runtimeEnvYAML: \"pip: [a]\""), 0, "", NULL},
        {WITH("deletionPolicy: DeleteSelf"), 4, "K4", "deletionPolicy needs the feature gate RayJobDeletionPolicy"},
        {DELETES(""), 0, "K4", "deletionStrategy needs deletionRules, or both onSuccess and onFailure"},
        {DELETES(ON("DeleteSelf", "DeleteNone")), 0, "", NULL},
        {DELETES(ON("DeleteSelf", "DeleteNone")), 5, "K4", NULL},
        {DELETES("onSuccess: {policy: DeleteSelf}"), 0, "K4",
         "deletionStrategy: onSuccess and onFailure must both be set"},
        {WITH("shutdownAfterJobFinishes: true, deletionStrategy: {" ON("DeleteSelf", "DeleteNone") "}"), 0, "K4",
         "deletionStrategy: DeleteNone contradicts shutdownAfterJobFinishes"},
        {JOB("rayClusterSpec: " SCALED ", deletionStrategy: {" ON("DeleteWorkers", "DeleteSelf") "}"), 0, "K4",
         "deletionStrategy: DeleteWorkers is not supported with the autoscaler enabled"},
        {JOB("clusterSelector: {ray.io/cluster: c}, deletionStrategy: {" ON("DeleteSelf", "DeleteCluster") "}"), 0,
         "K4", "deletionStrategy: DeleteCluster is not supported with a clusterSelector"},
        {RULES(AT("DeleteSelf", "FAILED", "9") ", " AT("DeleteWorkers", "FAILED", "5")), 0, "", NULL},
        {RULES(AT("DeleteSelf", "FAILED", "1") ", " AT("DeleteWorkers", "FAILED", "5")), 0, "K4", NULL},
        {RULES(AT("DeleteSelf", "FAILED", "1") ", " AT("DeleteWorkers", "SUCCEEDED", "5")), 0, "", NULL},
        {RULES(AT("DeleteSelf", "FAILED", "1") ", " AT("DeleteSelf", "FAILED", "5")), 0, "K4",
         "deletionRules: a second rule for DeleteSelf and the same status"},
        {RULES(AT("DeleteSelf", "FAILED", "-1")), 0, "K1 K4", NULL},
        {RULES("{policy: DeleteSelf, condition: {ttlSeconds: 1}}"), 0, "K4",
         "deletionRules: exactly one of jobStatus and jobDeploymentStatus must be set"},
        {WITH("shutdownAfterJobFinishes: true, deletionStrategy: {deletionRules: [" AT("DeleteSelf", "FAILED",
                                                                                       "1") "]}"),
         0, "K4", "deletionRules and shutdownAfterJobFinishes exclude each other"},
        {DELETES("deletionRules: [" AT("DeleteSelf", "FAILED", "1") "], " ON("DeleteSelf", "DeleteSelf")), 0, "K4",
         "deletionRules cannot be set beside onSuccess and onFailure"},
        {DELETES("onSuccess: {}, onFailure: {policy: DeleteSelf}"), 0, "K4",
         "deletionStrategy: onSuccess has no policy"},
        {RULES(AT("DeleteAll", "FAILED", "1")), 0, "K1", NULL},
        {JOB("clusterSelector: {ray.io/cluster: c}, deletionStrategy: {deletionRules: [" AT("DeleteWorkers", "FAILED",
                                                                                            "1") "]}"),
         0, "K4", "deletionRules: DeleteWorkers is not supported with a clusterSelector"},
        {JOB("rayClusterSpec: " SCALED ", deletionStrategy: {deletionRules: [" AT("DeleteWorkers", "FAILED", "1") "]}"),
         0, "K4", "deletionRules: DeleteWorkers is not supported with the autoscaler enabled"},
        {RULES("{policy: DeleteSelf, condition: {jobStatus: FAILED, jobDeploymentStatus: Failed, ttlSeconds: 1}}"), 0,
         "K4", "deletionRules: exactly one of jobStatus and jobDeploymentStatus must be set"},
        {RULES("{policy: DeleteSelf, condition: {jobDeploymentStatus: Failed, ttlSeconds: 1}}"), 0, "", NULL},
        {WITH("preRunningDeadlineSeconds: 0"), 0, "K4", "preRunningDeadlineSeconds must be 1 or more"},
        {WITH("preRunningDeadlineSeconds: 1"), 0, "", NULL},
        {WITH("submissionMode: SidecarMode, submitterPodTemplate: {spec: {containers: [{name: s, image: i}]}}"), 0,
         "K4", "SidecarMode does not support submitterPodTemplate"},
        {WITH("submitterPodTemplate: {spec: {containers: [{name: s, image: i}]}}"), 0, "", NULL},
        {AUTH("2.55.0", "mode: token, enableK8sTokenAuth: true"), 0, "L22", NULL},
        {AUTH("2.54.1", "mode: token, enableK8sTokenAuth: true"), 0, "K4 L22",
         "enableK8sTokenAuth needs a rayVersion of 2.55.0 or later"},
        {AUTH("2.55.0", "enableK8sTokenAuth: true"), 0, "K4 L22",
         "enableK8sTokenAuth is set, and authOptions.mode is not token"},
        {AUTH("2.55.0", "mode: token, enableK8sTokenAuth: true, secretName: s"), 0, "K4 L22",
         "enableK8sTokenAuth is set together with authOptions.secretName"},
        {AUTH("2.55.0", "mode: token, secretName: s"), 0, "L22", NULL},
        {JOB("rayClusterSpec: " BOTH), 0, "K4", NULL},
        {CRON_OF("", "rayClusterSpec: " BOTH), 0, "K4", NULL},
        {CRON_OF("", "backoffLimit: -1, rayClusterSpec: " CLUSTER), 0, "K4", "backoffLimit must be 0 or more"},
        {CRON_OF("suspend: true, ", "rayClusterSpec: " CLUSTER), 0, "", NULL}, /* its own, not the job's */
        {CRON("*/5 0-6,12 1 jan-mar ?"), 0, "", NULL},
        {CRON("5, 1,,2 * * *"), 0, "", NULL},
        {CRON("@every 1h"), 0, "", NULL},
        {CRON("TZ=Asia/Tokyo 0 0 * * MON"), 0, "", NULL},
        {CRON("CRON_TZ=America/Argentina/Buenos_Aires @daily"), 0, "", NULL},
        {CRON("TZ=Etc/GMT+5 0 0 * * *"), 0, "", NULL},
        {CRON("TZ=UTC 0 0 * * *"), 0, "", NULL},
        {CRON("TZ=GMT+0 0 0 * * *"), 0, "", NULL},
        {CRON("TZ= 0 0 * * *"), 0, "", NULL},
        {CRON("TZ=europe/berlin 0 0 * * *"), 0, "K4",
         "the schedule's time zone is none of the IANA database, as Europe/Berlin is"},
        {CRON("TZ=Berlin 0 0 * * *"), 0, "K4", NULL},
        {CRON("TZ=Europe/../Berlin 0 0 * * *"), 0, "K4", NULL},
        {CRON("TZ=Europe/ 0 0 * * *"), 0, "K4", NULL},
        {CRON("TZ=/etc/localtime 0 0 * * *"), 0, "K4", NULL},
        {CRON("TZ=UTC+1 0 0 * * *"), 0, "K4", NULL},
        {CRON("TZ=Asia/Tokyo"), 0, "K4", NULL},
        {CRON("0 0 * *"), 0, "K4", NULL},
        {CRON("60 0 * * *"), 0, "K4", NULL},
        {CRON("0 0 * * 7"), 0, "K4", NULL},
        {CRON("0 0 * * * *"), 0, "K4", NULL},
        {CRON("0 6-5 * * *"), 0, "K4", NULL},
        {CRON("@sometimes"), 0, "K4", NULL},
        {CRON("@daily"), 5, "K1", "RayCronJob is a kind since KubeRay 1.6"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct findings f = lint_run_for(cases[i].text, cases[i].kuberay);
        char *words = lint_words(&f);
        if (strcmp(words, cases[i].words) != 0)
            fail_msg("%s finds \"%s\", not \"%s\"%s%s", cases[i].text, words, cases[i].words, f.count ? ": " : "",
                     f.count ? f.items[0].message : "");
        if (cases[i].message) assert_string_equal(f.items[0].message, cases[i].message);
        free(words);
        findings_done(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_are_looked_at),
        cmocka_unit_test(the_autoscaler_is_looked_at),
        cmocka_unit_test(the_second_autoscaler_has_rules_of_its_own),
        cmocka_unit_test(upgrades_are_looked_at),
        cmocka_unit_test(what_stands_where_nobody_looks_is_told),
        cmocka_unit_test(versions_are_parsed),
        cmocka_unit_test(jobs_are_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
