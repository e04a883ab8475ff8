/* child_env_test.c - which variables of the environment a child is given. */
#include "backends/base/mem.h"
#include "backends/link/child_env.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const environment[] = {
    "PATH=/bin",
    "HOME=/home/me",
    "REDIS_PASSWORD=r3dis",
    "RAYDECK_REDIS=rediss://u:r3dis@h:6379",
    "REDIS_URL=redis://:r3dis@h:6379/0",
    "REDIS_URI=redis://:r3dis@h:6379/0",
    "DATABASE_URI=postgres://me:secret@h/db",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://169.254.170.23/v1/credentials",
    "HF_TOKEN=hf_0123456789abcdefghij",
    "HUGGING_FACE_HUB_TOKEN=hf_0123456789abcdefghij",
    "OPENAI_API_KEY=sk-0123456789abcdefghij",
    "DB_PASSWORD=x",
    "NOTES=hf_0123456789abcdefghij",
    "AWS_ACCESS_KEY_ID=AKIA0123456789ABCDEF",
    "AWS_SECRET_ACCESS_KEY=s3cr3t",
    "AWS_SESSION_TOKEN=t0ken",
    "AWS_PROFILE=lab",
    "AWS_REGION=us-west-2",
    "AWS_WEB_IDENTITY_TOKEN_FILE=/var/run/token",
    "AZURE_CLIENT_SECRET=azure",
    "https_proxy=http://user:pass@proxy:3128",
    "SSH_AUTH_SOCK=/run/agent",
    "KUBECONFIG=/home/me/.kube/config",
    "EMPTY=",
    NULL,
};

static bool env_has(char **env, const char *name)
{
    const size_t len = strlen(name);
    for (; *env; env++)
        if (strncmp(*env, name, len) == 0 && (*env)[len] == '=') return true;
    return false;
}

static void child_env_check(enum child_secrets which, const char *const *kept, const char *const *gone)
{
    char **env = child_env_new(environment, which, NULL);
    for (; *kept; kept++)
        if (!env_has(env, *kept)) fail_msg("%s is missing", *kept);
    for (; *gone; gone++)
        if (env_has(env, *gone)) fail_msg("%s is given", *gone);
    free(env);
}
#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})
#define PLAIN                                                                                                          \
    "PATH", "HOME", "AWS_PROFILE", "AWS_REGION", "https_proxy", "SSH_AUTH_SOCK", "KUBECONFIG", "EMPTY",                \
        "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI"
#define OURS "REDIS_PASSWORD", "RAYDECK_REDIS", "REDIS_URL", "REDIS_URI", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"
#define AWS "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"

static void a_child_gets_no_secret_that_it_does_not_need(void **state)
{
    (void)state;
    child_env_check(CHILD_SECRETS_NONE, NAMES(PLAIN),
                    NAMES(OURS, AWS, "OPENAI_API_KEY", "DB_PASSWORD", "DATABASE_URI", "NOTES", "AZURE_CLIENT_SECRET"));
    child_env_check(CHILD_SECRETS_AWS, NAMES(PLAIN, AWS),
                    NAMES(OURS, "OPENAI_API_KEY", "DB_PASSWORD", "DATABASE_URI", "NOTES", "AZURE_CLIENT_SECRET"));
    child_env_check(CHILD_SECRETS_CLOUD, NAMES(PLAIN, AWS, "AZURE_CLIENT_SECRET"), NAMES(OURS, "NOTES"));
}

static void what_a_command_needs_is_in_its_words(void **state)
{
    (void)state;
    static const struct {
        const char *command;
        enum child_secrets secrets;
    } cases[] = {
        {"neuron-monitor", CHILD_SECRETS_NONE},
        {"/opt/aws/neuron/bin/neuron-monitor -c aws.json", CHILD_SECRETS_NONE},
        {"kubectl exec -n ray pod -- neuron-monitor", CHILD_SECRETS_AWS},
        {"/usr/local/bin/kubectl exec pod -- neuron-monitor", CHILD_SECRETS_AWS},
        {"cd /tmp && exec 'aws' ssm start-session", CHILD_SECRETS_AWS},
        {"ssh -W %h:%p bastion", CHILD_SECRETS_AWS},
        {"cat kubectl.log", CHILD_SECRETS_NONE},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (child_secrets_of_command(cases[i].command) != cases[i].secrets) fail_msg("%s", cases[i].command);
    assert_int_equal(child_secrets_of_plugin("aws"), CHILD_SECRETS_AWS);
    assert_int_equal(child_secrets_of_plugin("/usr/bin/aws-iam-authenticator"), CHILD_SECRETS_AWS);
    assert_int_equal(child_secrets_of_plugin("kubelogin"), CHILD_SECRETS_CLOUD);
}

static void what_is_asked_for_is_given(void **state)
{
    (void)state;
    const char *const with[] = {"RAYDECK_CHILD_ENV=DB_PASSWORD, OPENAI_API_KEY", "DB_PASSWORD=x", "OPENAI_API_KEY=y",
                                "DB_PASSWORD_2=z", NULL};
    char **env = child_env_new(with, CHILD_SECRETS_NONE, NULL);
    assert_true(env_has(env, "DB_PASSWORD"));
    assert_true(env_has(env, "OPENAI_API_KEY"));
    assert_false(env_has(env, "DB_PASSWORD_2"));
    free(env);
}

static void what_is_added_comes_first_and_once(void **state)
{
    (void)state;
    const char *const extra[] = {"HOME=/here", "REDIS_PASSWORD=on purpose", NULL};
    char **env = child_env_new(environment, CHILD_SECRETS_NONE, extra);
    assert_string_equal(env[0], "HOME=/here");
    assert_string_equal(env[1], "REDIS_PASSWORD=on purpose");
    for (size_t i = 2; env[i]; i++) assert_true(strncmp(env[i], "HOME=", 5) != 0);
    free(env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_gets_no_secret_that_it_does_not_need),
        cmocka_unit_test(what_a_command_needs_is_in_its_words),
        cmocka_unit_test(what_is_asked_for_is_given),
        cmocka_unit_test(what_is_added_comes_first_and_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
