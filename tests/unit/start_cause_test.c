/* start_cause_test.c - what the messages of pods and replicas that do not start mean, and what to do. */
#include "deploy/start_cause.h"

#include "backends/base/buf.h"
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "tests/support/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void each_bad_input_has_its_sentence(void **state)
{
    (void)state;
    static const struct {
        const char *message, *begins;
    } cases[] = {
        {"OSError: mistralai/Mistral-8B is not a local folder and is not a valid model identifier listed on "
         "'https://huggingface.co/models'",
         "huggingface.co has no such model"},
        {"huggingface_hub.errors.RepositoryNotFoundError: 401 Client Error. Repository Not Found for url: "
         "https://huggingface.co/api/models/x/y. Invalid username or password.",
         "huggingface.co has no such model"},
        {"401 Client Error: Unauthorized for url: https://huggingface.co/api/whoami-v2",
         "Hugging Face refuses the token"},
        {"403 Client Error: Forbidden for url: https://huggingface.co/m/resolve/main/config.json",
         "Hugging Face refuses the token"},
        {"403 Client Error. Cannot access gated repo for url https://huggingface.co/m/resolve/main/config.json",
         "the model is gated"},
        {"0/3 nodes are available: 3 Insufficient aws.amazon.com/neuron.",
         "no K8s node has enough free Neuron devices"},
        {"RuntimeError: No neuron device available, please check /dev/neuron0", "no Neuron device is there"},
        {"Could not establish connection to Redis 10.0.0.7:6379", "the pod does not reach Redis"},
        {"WRONGPASS invalid username-password pair or user is disabled.", "Redis refuses the user or password"},
        {"Back-off pulling image \"ray:9\": ErrImagePull: failed to pull and unpack image \"docker.io/ray:9\": failed "
         "to "
         "resolve reference: docker.io/ray:9: not found",
         "the registry has no such image or tag"},
        {"failed to pull and unpack image \"1.dkr.ecr.us-west-2.amazonaws.com/ray:9\": pulling from host failed with "
         "status code: 401 Unauthorized",
         "the registry refuses the pull"},
        {"Failed to pull image \"r.example/ray:9\": dial tcp: lookup r.example: no such host",
         "the K8s node does not reach the registry"},
        {"Back-off pulling image \"ray:9\"", "the image cannot be pulled"},
        {"MountVolume.SetUp failed for volume \"token\" : secret \"hf-token\" not found",
         "a Secret that the pod names"},
        {"Error: secret \"redis-auth\" not found", "a Secret that the pod names"},
        {"Error: couldn't find key password in Secret mistral/redis-auth", "the Secret or ConfigMap lacks a key"},
        {"MountVolume.SetUp failed for volume \"code\" : configmap \"serve-code\" not found", "a ConfigMap that"},
        {"Memory cgroup out of memory: Killed process 4211 (ray::Serve)", "the container used more memory"},
        {"0/3 nodes are available: 3 Insufficient memory.", "no K8s node has so much CPU or memory"},
        {"0/3 nodes are available: 3 node(s) had untolerated taint {aws.amazon.com/neuron: }.",
         "the K8s nodes have taints"},
        {"0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.", "no K8s node has the labels"},
        {"0/3 nodes are available: 3 node(s) were unschedulable.", "the K8s nodes are cordoned"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *cause = start_cause(cases[i].message);
        if (!cause || strncmp(cause, cases[i].begins, strlen(cases[i].begins)) != 0)
            fail_msg("%s: %s", cases[i].message, cause ? cause : "no cause");
        assert_non_null(strstr(cause, ": ")); /* and what to do */
    }
}

static void other_words_have_none(void **state)
{
    (void)state;
    static const char *const messages[] = {"", "took 401 ms", "out of memory on the device", "not found",
                                           "back-off 40s restarting failed container=head"};
    assert_null(start_cause(NULL));
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) assert_null(start_cause(messages[i]));
}

/* What was recorded, and the sentence for it. */
struct expected {
    const char *what, *begins;
};

static void cause_begins(const struct expected *expected, const char *what, const char *message)
{
    while (expected->what && strcmp(expected->what, what) != 0) expected++;
    if (!expected->what) fail_msg("%s: recorded, and nothing is expected of it", what);
    const char *cause = start_cause(message);
    if (expected->begins ? !cause || strncmp(cause, expected->begins, strlen(expected->begins)) != 0 : !!cause)
        fail_msg("%s: %s: %s", what, message, cause ? cause : "no cause");
}

/* As the kubelet writes them into an event, and into the state of the waiting container: of 1.34.1
 * (pkg/kubelet/images/image_manager.go). */
static void recorded_pulls_have_their_sentence(void **state)
{
    (void)state;
    static const struct expected expected[] = {{"absent", "the registry has no such image or tag: "},
                                               {"basic", "the registry refuses the pull: "},
                                               {"scope", "the registry refuses the pull: "},
                                               {"refused", "the registry refuses the pull: "},
                                               {"forbidden", "the registry refuses the pull: "},
                                               {"limited", "the registry answers too many pulls (429): "},
                                               {"broken", "the registry itself fails (5xx): "},
                                               {"foreign", "the image is not made for the K8s node's CPU: "},
                                               {"closed", "the K8s node does not reach the registry: "},
                                               {"unresolved", "the K8s node does not reach the registry: "},
                                               {"name", "this is no image's name: "},
                                               {NULL, NULL}};
    cJSON *recorded = fixture_json("tests/fixtures/start/pulls.json");
    assert_true(cJSON_GetArraySize(recorded) >= (int)(sizeof expected / sizeof *expected) - 1);
    JSON_EACH (pull, recorded) {
        const char *what = json_str(pull, "what"), *image = json_str(pull, "image"), *error = json_str(pull, "error");
        char *messages[] = {mem_str(error), mem_printf("Failed to pull image \"%s\": %s", image, error),
                            mem_printf("Back-off pulling image \"%s\": ErrImagePull: %s", image, error)};
        for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
            cause_begins(expected, what, messages[i]);
            free(messages[i]);
        }
    }
    cJSON_Delete(recorded);
    /* These it writes itself. */
    static const struct expected own[] = {{"name", "this is no image's name: "},
                                          {"unavailable", "the K8s node does not reach the registry: "},
                                          {"signature", "the K8s node's policy refuses the image's signature: "},
                                          {NULL, NULL}};
    cause_begins(
        own, "unavailable",
        "Back-off pulling image \"r.example/ray:9\": RegistryUnavailable: image pull failed for r.example/ray:9 "
        "because the registry is unavailable: pinging it");
    cause_begins(
        own, "signature",
        "image pull failed for r.example/ray:9 because the signature validation failed: Source image rejected");
    cause_begins(own, "name",
                 "Failed to apply default image tag \"registry.test/Ray:9\": couldn't parse image reference "
                 "\"registry.test/Ray:9\": invalid reference format: repository name must be lowercase");
}

/* A whole traceback, as Serve's status has it: causes first. */
static void recorded_loads_have_their_sentence(void **state)
{
    (void)state;
    static const struct expected expected[] = {{"absent", "huggingface.co has no such model: "},
                                               {"absent, with a token", "huggingface.co has no such model: "},
                                               {"gated, without a token", "the model is gated: "},
                                               {"gated, not accepted", "the model is gated: "},
                                               {"token refused", "Hugging Face refuses the token: "},
                                               {"token may not", "Hugging Face refuses the token: "},
                                               {"no such revision", "the model has no such revision"},
                                               {"limited", "Hugging Face answers too many requests (429): "},
                                               {"broken", "Hugging Face itself fails (5xx): "},
                                               {"closed", "the pod does not reach Hugging Face: "},
                                               {"no model id", "this is neither a model's id nor a folder: "},
                                               {NULL, NULL}};
    static const char between[] = "\n\nThe above exception was the direct cause of the following exception:\n\n";
    cJSON *recorded = fixture_json("tests/fixtures/start/hub.json");
    assert_true(cJSON_GetArraySize(recorded) >= 2 * ((int)(sizeof expected / sizeof *expected) - 1));
    JSON_EACH (load, recorded) {
        const cJSON *errors = json_get(load, "errors");
        struct buf all;
        buf_init(&all, 64 * 1024);
        for (int i = cJSON_GetArraySize(errors); i-- > 0;)
            buf_printf(&all, "%s%s", all.len ? between : "", cJSON_GetStringValue(cJSON_GetArrayItem(errors, i)));
        cause_begins(expected, json_str(load, "what"), all.data);
        buf_done(&all);
    }
    cJSON_Delete(recorded);
}

static void recorded_ends_of_the_gcs_have_their_sentence(void **state)
{
    (void)state;
    static const struct expected expected[] = {{"closed", "the pod does not reach Redis: "},
                                               {"refused", "Redis refuses the user or password: "},
                                               {"noauth", "Redis answers, and refuses the first command of Ray"},
                                               {"unresolved", "the name of Redis does not resolve in the pod: "},
                                               {NULL, NULL}};
    cJSON *recorded = fixture_json("tests/fixtures/start/redis.json");
    assert_int_equal(cJSON_GetArraySize(recorded), (int)(sizeof expected / sizeof *expected) - 1);
    JSON_EACH (end, recorded) cause_begins(expected, json_str(end, "what"), json_str(end, "error"));
    cJSON_Delete(recorded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_bad_input_has_its_sentence), cmocka_unit_test(recorded_pulls_have_their_sentence),
        cmocka_unit_test(recorded_loads_have_their_sentence),
        cmocka_unit_test(recorded_ends_of_the_gcs_have_their_sentence), cmocka_unit_test(other_words_have_none)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
