/* deploy_prerequisites_test.c - what must be there before anything is applied, as the API server answers: what is
 * there, what is missing, and what cannot be told, which never stops a deployment. */
#include "tests/support/deploy_script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define STATUS(code, message) "{\"kind\":\"Status\",\"code\":" code ",\"message\":\"" message "\"}"
#define FORBIDDEN STATUS("403", "not you")
#define RAY "GET /apis/ray.io/v1 "
#define OPERATORS "GET /apis/apps/v1/deployments?"
#define NAMESPACE "GET /api/v1/namespaces/mistral "
#define NODES "GET /api/v1/nodes?"
#define PODS "GET /api/v1/pods?fieldSelector="
#define LEASE "GET /apis/coordination.k8s.io/v1/namespaces/kube-system/leases/volcano "
#define SERVICES "GET /apis/ray.io/v1/namespaces/mistral/rayservices "
#define SECRET "GET /api/v1/namespaces/mistral/secrets/r "
#define REVIEW "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews "

#define OPERATOR(image, status)                                                                                        \
    "{\"items\":[{\"metadata\":{\"namespace\":\"kuberay\"},\"spec\":{\"template\":{\"spec\":{\"containers\":[{"        \
    "\"image\":\"" image "\"}]}}},\"status\":{" status "}}]}"
#define NODE(pool, devices)                                                                                            \
    "{\"metadata\":{\"labels\":{\"pool\":\"" pool                                                                      \
    "\"}},\"status\":{\"allocatable\":{\"aws.amazon.com/neuron\":\"" devices "\"}}}"
#define TWO_NODES                                                                                                      \
    "{\"metadata\":{\"name\":\"n1\"},\"spec\":{\"taints\":[{\"key\":\"lab/real\",\"value\":\"true\",\"effect\":"       \
    "\"NoSchedule\"}]},\"status\":{\"allocatable\":{\"cpu\":\"96\"}}},{\"metadata\":{\"name\":\"n2\"},\"status\":{"    \
    "\"allocatable\":{\"cpu\":\"16\"}}}"
#define POD(node, cpu, labels)                                                                                         \
    "{\"metadata\":{\"namespace\":\"mistral\",\"labels\":{" labels "}},\"spec\":{\"nodeName\":\"" node                 \
    "\",\"containers\":[{\"resources\":{\"requests\":{\"cpu\":\"" cpu "\"}}}]},\"status\":{\"phase\":\"Running\"}}"
#define SERVICE(name, meta, devices)                                                                                   \
    "{\"items\":[{\"metadata\":{\"name\":\"" name "\"" meta                                                            \
    "},\"spec\":{\"rayClusterConfig\":{\"workerGroupSpecs\":[{\"replicas\":2,\"template\":{\"spec\":{\"containers\":[" \
    "{\"resources\":{\"limits\":{\"aws.amazon.com/neuron\":\"" devices "\"}}}]}}}]}}}]}"
#define DELETING ",\"deletionTimestamp\":\"2026-11-23T12:00:00Z\""
/* Of the pods' specs, in YAML. */
#define MANIFEST(head, group)                                                                                          \
    "apiVersion: ray.io/v1\nkind: RayService\nmetadata: {name: mistral, namespace: mistral}\n"                         \
    "spec: {rayClusterConfig: {headGroupSpec: {template: {spec: {" head "}}}, workerGroupSpecs: [{" group "}]}}\n"
#define GROUP(more, spec)                                                                                              \
    "groupName: inf2, " more "template: {spec: {" spec                                                                 \
    "containers: [{resources: {limits: {aws.amazon.com/neuron: 6}}}]}}"

/* A dry run with one answer of the server's; what is said of it, and what not. */
struct one_answer {
    struct answer_row row;
    const char *manifest; /* NULL: the usual one */
    const char *said, *unsaid;
};

static void answers_are_said(const struct one_answer *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct answer_row rows[] = {cases[i].row, {NULL, 0, NULL, 0, 0}};
        struct deploy_script *r = deploy_script_new(rows);
        deploy_script_run(r, &(struct deploy_script_how){.text = cases[i].manifest, .dry_run = true});
        deploy_script_said(r, cases[i].said);
        if (cases[i].unsaid && strstr(r->run.said, cases[i].unsaid)) fail_msg("said: %s", r->run.said);
        free(r);
    }
}
#define ANSWERS_ARE_SAID(cases) answers_are_said(cases, sizeof(cases) / sizeof *(cases))

static void whether_kuberay_is_there_and_acts(void **state)
{
    (void)state;
    static const struct one_answer cases[] = {
        {{NULL, 0, NULL, 0, 0}, NULL, "  prerequisites: the API server has RayService (ray.io/v1)\n", "KubeRay is not"},
        {{RAY, 200, "{\"resources\":[{\"name\":\"rayclusters\"}]}", 0, 0},
         NULL,
         "# prerequisites: KubeRay is not installed",
         "knows RayServices"},
        {{RAY, 403, FORBIDDEN, 0, 0},
         NULL,
         "! prerequisites: KubeRay could not be checked: not you\n",
         "not installed"},
        {{OPERATORS, 200, "{\"items\":[]}", 0, 0},
         NULL,
         "! prerequisites: no Deployment of KubeRay's operator was found",
         "in namespace kuberay"},
        {{OPERATORS, 403, FORBIDDEN, 0, 0}, NULL, "! prerequisites: KubeRay's version is unknown: not you\n", NULL},
        {{OPERATORS, 200, OPERATOR("operator:v1.3.0", ""), 0, 0},
         NULL,
         "! prerequisites: KubeRay v1.3.0 in namespace kuberay: no replica is ready, so nothing is reconciled\n",
         "needs KubeRay 1.3"},
        {{OPERATORS, 200, OPERATOR("operator", "\"readyReplicas\":1"), 0, 0},
         NULL,
         "  prerequisites: KubeRay of an unknown version in namespace kuberay\n",
         "needs KubeRay 1.3"},
        {{OPERATORS, 200, OPERATOR("operator:v1.2.9", "\"readyReplicas\":1"), 0, 0},
         NULL,
         "# prerequisites: gcsFaultToleranceOptions needs KubeRay 1.3 or later",
         NULL},
        {{OPERATORS, 200, OPERATOR("operator:v1.2.9", "\"readyReplicas\":1"), 0, 0},
         MANIFEST("", GROUP("", "")),
         "  prerequisites: KubeRay v1.2.9 in namespace kuberay\n",
         "needs KubeRay 1.3"},
    };
    ANSWERS_ARE_SAID(cases);
}

#define DELAYED DELAYED_WITH("")
#define DELAYED_WITH(comment)                                                                                          \
    "apiVersion: ray.io/v1\nkind: RayService\nmetadata: {name: mistral, namespace: mistral}\n" comment                 \
    "spec: {rayClusterDeletionDelaySeconds: 5, rayClusterConfig: {headGroupSpec: {template: {spec: {containers: "      \
    "[{name: h, image: a}]}}}, workerGroupSpecs: []}}\n"

/* The manifest is judged for the operator that is there. */
static void lint_is_for_the_operator_that_runs(void **state)
{
    (void)state;
    static const struct one_answer cases[] = {
        {{OPERATORS, 200, OPERATOR("operator:v1.4.2", "\"readyReplicas\":1"), 0, 0},
         DELAYED,
         "warning K3 spec.rayClusterDeletionDelaySeconds is a field since KubeRay 1.5",
         NULL},
        {{OPERATORS, 200, OPERATOR("operator:v1.5.0", "\"readyReplicas\":1"), 0, 0},
         DELAYED,
         "  lint: judged for KubeRay 1.5\n",
         "is a field since"},
        {{OPERATORS, 200, OPERATOR("operator:v1.4.2", "\"readyReplicas\":1"), 0, 0},
         DELAYED_WITH("# raydeck: ignore K3 an upgrade comes first\n"),
         "ignored: K3 spec.rayClusterDeletionDelaySeconds is a field since KubeRay 1.5 (an upgrade comes first)",
         "warning K3"},
        {{OPERATORS, 200, OPERATOR("operator:nightly", "\"readyReplicas\":1"), 0, 0}, DELAYED, "", "judged for"},
        {{OPERATORS, 403, FORBIDDEN, 0, 0}, DELAYED, "", "judged for"},
    };
    ANSWERS_ARE_SAID(cases);
}

static void whether_the_namespace_can_be_used(void **state)
{
    (void)state;
    static const struct one_answer cases[] = {
        {{NAMESPACE, 403, FORBIDDEN, 0, 0},
         NULL,
         "! prerequisites: namespace mistral could not be checked: not you\n",
         "will be made"},
        {{NAMESPACE, 200, "{\"metadata\":{\"name\":\"mistral\"" DELETING "}}", 0, 0},
         NULL,
         "# prerequisites: namespace mistral is being deleted: wait until it is gone\n",
         "namespace mistral exists\n"},
    };
    ANSWERS_ARE_SAID(cases);
}

/* Counted as the scheduler does. */
static void whether_the_pods_find_nodes(void **state)
{
    (void)state;
    static const struct one_answer cases[] = {
        {{NODES, 200, "{\"items\":[" NODE("a", "6") "," NODE("b", "6") "]}", 0, 0},
         NULL,
         "! prerequisites: inf2: 0 of 2 K8s nodes fit: 2 not matching pool=inf2; room for 0 of 2 pods: 2 stay Pending "
         "unless an autoscaler adds a K8s node\n",
         "needs 2"},
        /* The head asks for nothing. */
        {{NODES, 200, "{\"items\":[" NODE("a", "6") "]}", 0, 0},
         NULL,
         "  prerequisites: head: 1 of 1 K8s nodes fit\n",
         NULL},
        {{NODES, 200, "{\"items\":[]}", 0, 0},
         NULL,
         "! prerequisites: head: 0 of 0 K8s nodes fit; room for 0 of 1 pods: 1 stays Pending unless",
         NULL},
        /* Enough of them, but no node has as many as one pod asks for. */
        {{NODES, 200, "{\"items\":[" NODE("inf2", "4") "," NODE("inf2", "4") "," NODE("inf2", "4") "]}", 0, 0},
         NULL,
         "! prerequisites: inf2: 0 of 3 K8s nodes fit: 3 have 4 of 6 aws.amazon.com/neuron; room for 0 of 2 pods",
         NULL},
        {{NODES, 200, "{\"items\":[" NODE("inf2", "12") "]}", 0, 0},
         NULL,
         "  prerequisites: inf2: 1 of 1 K8s nodes fit; needs 2 × 6 aws.amazon.com/neuron\n",
         NULL},
        {{NODES, 200, "{\"items\":[" NODE("inf2", "18") "]}", 0, 0},
         MANIFEST("", GROUP("minReplicas: 3, ", "")),
         "  prerequisites: inf2: 1 of 1 K8s nodes fit; needs 3 × 6 aws.amazon.com/neuron\n",
         NULL},
        {{NODES, 200, "{\"items\":[" NODE("inf2", "18") "]}", 0, 0},
         MANIFEST("", GROUP("replicas: 4, minReplicas: 3, ", "")),
         "! prerequisites: inf2: 1 of 1 K8s nodes fit; room for 3 of 4 pods: 1 stays Pending",
         NULL},
        {{NODES, 200, "{\"items\":[" TWO_NODES "]}", 0, 0},
         MANIFEST("",
                  "groupName: inf2, replicas: 2, template: {spec: {containers: [{resources: {requests: {cpu: 90}}}]}}"),
         "! prerequisites: inf2: 0 of 2 K8s nodes fit: 1 tainted lab/real=true:NoSchedule, 1 has 16 of 90 CPU; room "
         "for "
         "0 of 2 pods: 2 stay Pending unless an autoscaler adds a K8s node\n",
         NULL},
        {{NODES, 200, "{\"items\":[" TWO_NODES "]}", 0, 0},
         MANIFEST("", "groupName: inf2, replicas: 2, template: {spec: {tolerations: [{operator: Exists}], containers: "
                      "[{resources: {requests: {cpu: 40}}}]}}"),
         "  prerequisites: inf2: 1 of 2 K8s nodes fit; needs 2 × 40 CPU\n",
         NULL},
    };
    ANSWERS_ARE_SAID(cases);
}

/* What pods hold is read in pages, over all namespaces; where it may not be, that is said. */
static void what_other_pods_hold_is_taken_off(void **state)
{
    (void)state;
    static const char manifest[] =
        MANIFEST("", "groupName: w, replicas: 1, template: {spec: {containers: [{resources: {requests: {cpu: 12}}}]}}");
    static const struct answer_row pages[] = {
        {NODES, 200, "{\"items\":[" TWO_NODES "]}", 0, 0},
        {PODS "status.phase%21%3DSucceeded%2Cstatus.phase%21%3DFailed&limit=500 ", 200,
         "{\"metadata\":{\"continue\":\"a=b\"},\"items\":[" POD("n2", "3", "") "]}", 0, 0},
        {PODS "status.phase%21%3DSucceeded%2Cstatus.phase%21%3DFailed&limit=500&continue=a%3Db ", 200,
         "{\"items\":[" POD("n2", "2", "") "]}", 0, 0},
        {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = deploy_script_new(pages);
    deploy_script_run(r, &(struct deploy_script_how){.text = manifest, .dry_run = true});
    deploy_script_said(r,
                       "! prerequisites: w: 0 of 2 K8s nodes fit: 1 tainted lab/real=true:NoSchedule, 1 has 11 of 12 "
                       "CPU; room for 0 of 1 pods");
    free(r);

    static const struct answer_row denied[] = {
        {NODES, 200, "{\"items\":[" TWO_NODES "]}", 0, 0}, {PODS, 403, FORBIDDEN, 0, 0}, {NULL, 0, NULL, 0, 0}};
    r = deploy_script_new(denied);
    deploy_script_run(r, &(struct deploy_script_how){.text = manifest, .dry_run = true});
    deploy_script_said(r, "! prerequisites: the requests of other pods are unknown and counted as none: "
                          "not you\n");
    deploy_script_said(r, "  prerequisites: w: 1 of 2 K8s nodes fit; needs 1 × 12 CPU\n");
    free(r);

    /* Its own pods of now make room for those that are deployed. */
    static const struct answer_row own[] = {
        {NODES, 200, "{\"items\":[" TWO_NODES "]}", 0, 0},
        {PODS, 200, "{\"items\":[" POD("n2", "12", "\"ray.io/cluster\":\"mistral-abcde\"") "]}", 0, 0},
        {SERVICES, 200,
         "{\"items\":[{\"metadata\":{\"name\":\"mistral\"},\"status\":{\"activeServiceStatus\":{\"rayClusterName\":"
         "\"mistral-abcde\"}}}]}",
         0, 0},
        {NULL, 0, NULL, 0, 0}};
    r = deploy_script_new(own);
    deploy_script_run(r, &(struct deploy_script_how){.text = manifest, .dry_run = true});
    deploy_script_said(r, "  prerequisites: what the pods of RayService mistral request now counts as free\n");
    deploy_script_said(r, "  prerequisites: w: 1 of 2 K8s nodes fit; needs 1 × 12 CPU\n");
    free(r);
}

static void whether_a_scheduler_that_is_asked_for_runs(void **state)
{
    (void)state;
    static const struct one_answer cases[] = {
        {{LEASE, 200, "{\"metadata\":{\"name\":\"volcano\"}}", 0, 0},
         MANIFEST("schedulerName: volcano", GROUP("", "schedulerName: other, ")),
         "  prerequisites: scheduler volcano holds its lease\n",
         NULL},
        {{LEASE, 404, STATUS("404", "none"), 0, 0},
         MANIFEST("schedulerName: default-scheduler", GROUP("", "schedulerName: volcano, ")),
         "! prerequisites: scheduler volcano has no lease in kube-system",
         NULL},
        /* Nobody is asked about Kubernetes' own. */
        {{NULL, 0, NULL, 0, 0},
         MANIFEST("schedulerName: default-scheduler", GROUP("", "schedulerName: default-scheduler, ")),
         "= prerequisites ok\n",
         "scheduler default"},
    };
    ANSWERS_ARE_SAID(cases);
}

static void which_rayservices_are_there(void **state)
{
    (void)state;
    static const struct one_answer cases[] = {
        {{SERVICES, 200, SERVICE("mistral", "", "6"), 0, 0},
         NULL,
         "  prerequisites: RayService mistral exists: it will be updated\n",
         "is there too"},
        {{SERVICES, 200, SERVICE("mistral", DELETING, "6"), 0, 0},
         NULL,
         "# prerequisites: RayService mistral is being deleted: wait until it is gone (raydeck cleanup says why it "
         "hangs)\n",
         "it will be changed"},
        {{SERVICES, 200, SERVICE("second", DELETING, "6"), 0, 0},
         NULL,
         "! prerequisites: RayService second is being deleted\n",
         NULL},
        {{SERVICES, 200, SERVICE("second", "", "6"), 0, 0},
         NULL,
         "! prerequisites: RayService second exists too, and requests 12 Neuron devices\n",
         "it will be changed"},
        {{SERVICES, 200, SERVICE("second", "", "0"), 0, 0}, NULL, "= prerequisites ok\n", "is there too"},
        {{SERVICES, 403, FORBIDDEN, 0, 0}, NULL, "! prerequisites: RayServices could not be listed: not you\n", NULL},
        {{SERVICES, 404, STATUS("404", "none"), 0, 0}, NULL, "= prerequisites ", "is there already"},
    };
    ANSWERS_ARE_SAID(cases);
}

static void what_cannot_be_told_does_not_stop_it(void **state)
{
    (void)state;
    static const struct one_answer cases[] = {
        {{SECRET, 500, STATUS("500", "etcd is away"), 0, 0},
         NULL,
         "! prerequisites: secret/r could not be checked: etcd is away\n",
         "cannot start"},
        {{SECRET, 200, "{\"metadata\":{\"name\":\"r\"}}", 0, 0}, NULL, "= prerequisites ok\n", "secret/r"},
        {{REVIEW, 201, "{\"status\":{}}", 0, 0},
         NULL,
         "! prerequisites: it is unknown whether you may apply (patch) ingresses.networking.k8s.io: no status.allowed "
         "in the answer\n",
         "you may not"},
        {{REVIEW, 500, STATUS("500", "etcd is away"), 0, 0},
         NULL,
         "! prerequisites: it is unknown whether you may create secrets: etcd is away\n",
         "you may not"},
    };
    ANSWERS_ARE_SAID(cases);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct answer_row rows[] = {cases[i].row, {NULL, 0, NULL, 0, 0}};
        struct deploy_script *r = deploy_script_new(rows);
        deploy_script_run(r, &(struct deploy_script_how){.dry_run = true});
        if (r->run.err) fail_msg("%s\n%s", r->run.why, r->run.said);
        free(r);
    }
}

static void a_namespace_that_may_not_be_made_stops_it(void **state)
{
    (void)state;
    static const struct answer_row rows[] = {{NAMESPACE, 404, STATUS("404", "none"), 0, 0},
                                             {REVIEW, 201, "{\"status\":{\"allowed\":false}}", 0, 1},
                                             {NULL, 0, NULL, 0, 0}};
    struct deploy_script *r = deploy_script_new(rows);
    deploy_script_run(r, &(struct deploy_script_how){0});
    assert_string_equal(r->run.why, "a prerequisite is missing: nothing was applied");
    assert_false(r->run.asked);
    deploy_script_said(r, "# prerequisites: you may not create namespaces\n");
    assert_null(strstr(r->run.said, "namespaces in namespace"));
    free(r);
}

/* Whichever question it is that a server does not answer: it is said once, and no other one is asked of it. */
static void a_server_that_breaks_off_is_asked_nothing_more(void **state)
{
    (void)state;
    static const char *const questions[] = {RAY, OPERATORS, NAMESPACE, SERVICES, NODES, PODS, SECRET, REVIEW};
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        const struct answer_row rows[] = {{questions[i], 0, NULL, 0, 0}, {NULL, 0, NULL, 0, 0}};
        struct deploy_script *r = deploy_script_new(rows);
        deploy_script_run(r, &(struct deploy_script_how){0});
        assert_int_not_equal(r->run.err, ERR_OK);
        assert_false(r->run.asked);
        deploy_script_said(r, "# prerequisites: the API server: ");
        const char *question = strstr(r->run.said, "the API server: ");
        assert_null(strstr(question + 1, "the API server: "));
        assert_null(strstr(r->run.said, "not known"));
        deploy_script_said(r, "= prerequisites failed\n");
        /* A failed request may be sent once more, but not another one. */
        const size_t len =
            strcspn(questions[i], "?") < strlen(questions[i]) ? strcspn(questions[i], "?") : strlen(questions[i]) - 1;
        const char *last = r->run.log + strlen(r->run.log) - 1;
        while (last > r->run.log && last[-1] != '\n') last--;
        if (strncmp(last, questions[i], len) != 0) fail_msg("asked after %s: %s", questions[i], last);
        free(r);
    }
}

/* Pods that refer to a Secret that is nowhere do not start: each is looked for once, wherever they refer to it. */
static void the_secrets_that_pods_need_are_looked_for(void **state)
{
    (void)state;
    static const char manifest[] =
        MANIFEST("volumes: [{secret: {secretName: of-volume}}, {secret: {secretName: may-miss, optional: true}}], "
                 "containers: [{env: [{name: A, valueFrom: {secretKeyRef: {name: of-env, key: k}}}, {name: B, "
                 "valueFrom: {secretKeyRef: {name: of-env, key: l}}}, {name: C, valueFrom: {configMapKeyRef: {name: "
                 "of-map, key: k}}}], envFrom: [{secretRef: {name: of-env-from}}, {secretRef: {name: here}}]}]",
                 GROUP("", "")) "---\napiVersion: v1\nkind: Secret\nmetadata: {name: here, namespace: mistral}\n"
                                "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: of-env, namespace: mistral}\n";
    struct deploy_script *r = deploy_script_new(NULL);
    r->empty = true;
    deploy_script_run(r, &(struct deploy_script_how){.text = manifest, .dry_run = true});
    static const char *const missing[] = {"of-volume", "of-env", "of-env-from"};
    unsigned looked_for = 0;
    for (const char *p = r->run.log; (p = strstr(p, "GET /api/v1/namespaces/mistral/secrets/")); p++) looked_for++;
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++) {
        char text[100];
        snprintf(text, sizeof text, "# prerequisites: secret/%s is neither in the manifest nor in namespace mistral",
                 missing[i]);
        deploy_script_said(r, text);
    }
    assert_int_equal(looked_for, sizeof missing / sizeof *missing);
    free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whether_kuberay_is_there_and_acts),
        cmocka_unit_test(lint_is_for_the_operator_that_runs),
        cmocka_unit_test(whether_the_namespace_can_be_used),
        cmocka_unit_test(whether_the_pods_find_nodes),
        cmocka_unit_test(what_other_pods_hold_is_taken_off),
        cmocka_unit_test(whether_a_scheduler_that_is_asked_for_runs),
        cmocka_unit_test(which_rayservices_are_there),
        cmocka_unit_test(what_cannot_be_told_does_not_stop_it),
        cmocka_unit_test(a_namespace_that_may_not_be_made_stops_it),
        cmocka_unit_test(a_server_that_breaks_off_is_asked_nothing_more),
        cmocka_unit_test(the_secrets_that_pods_need_are_looked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
