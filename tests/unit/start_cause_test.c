/* start_cause_test.c - what the messages of pods and replicas that do not start mean, and what to do. */
#include "deploy/start_cause.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_bad_input_has_its_sentence),
                                       cmocka_unit_test(other_words_have_none)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
