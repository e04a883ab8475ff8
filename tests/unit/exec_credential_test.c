/* exec_credential_test.c - answers of credential plug-ins. */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/kube/exec_credential_parse.h"
#include "tests/support/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct kube_exec plug_in(void)
{
    static char command[] = "aws", version[] = "client.authentication.k8s.io/v1beta1";
    return (struct kube_exec){.command = command, .api_version = version};
}

static void a_token_with_an_end(void **state)
{
    (void)state;
    size_t len;
    struct kube_exec x = plug_in();
    struct exec_answer a = {0};
    char *bytes = fixture_read("tests/fixtures/kube/auth/exec-token.json", &len);
    assert_int_equal(exec_answer_parse(&x, bytes, len, &a, NULL), ERR_OK);
    assert_string_equal(a.token, "k8s-aws-v1.example");
    assert_int_equal(a.ends.value, 1795438624000);
    assert_null(a.cert);
    exec_answer_done(&a);
    free(bytes);
}

#define HEAD "{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1beta1\",\"status\":"

static void certificates_come_in_pairs(void **state)
{
    (void)state;
    struct kube_exec x = plug_in();
    struct exec_answer a = {0};
    const char *both = HEAD "{\"clientCertificateData\":\"C\",\"clientKeyData\":\"K\"}}";
    assert_int_equal(exec_answer_parse(&x, both, strlen(both), &a, NULL), ERR_OK);
    assert_string_equal(a.cert, "C");
    assert_string_equal(a.key, "K");
    assert_false(a.ends.known);
    exec_answer_done(&a);
    const char *token_too = HEAD "{\"token\":\"T\",\"clientCertificateData\":\"\",\"clientKeyData\":\"\"}}";
    assert_int_equal(exec_answer_parse(&x, token_too, strlen(token_too), &a, NULL), ERR_OK);
    assert_string_equal(a.token, "T");
    assert_null(a.cert);
    assert_null(a.key);
    exec_answer_done(&a);
}

/* What is printed in ASCII, and no blank: it becomes part of a header. */
static void a_token_is_of_printable_characters(void **state)
{
    (void)state;
    static const struct {
        const char *token;
        bool good;
    } cases[] = {{"!", true}, {"~", true}, {"a b", false}, {"\\u007f", false}, {"\\u001f", false}, {"\\u00e9", false}};
    struct kube_exec x = plug_in();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct exec_answer a = {0};
        char *text = mem_printf(HEAD "{\"token\":\"%s\"}}", cases[i].token);
        assert_int_equal(exec_answer_parse(&x, text, strlen(text), &a, NULL), cases[i].good ? ERR_OK : ERR_PARSE);
        exec_answer_done(&a);
        free(text);
    }
}

static void answers_that_are_none_keep_the_secret(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "s3cr3t",
        "{\"kind\":\"Other\",\"status\":{\"token\":\"s3cr3t\"}}",
        "{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/"
        "v1\",\"status\":{\"token\":\"s3cr3t\"}}",
        HEAD "{\"token\":\"s3cr3t\\r\\nX: y\"}}",
        HEAD "{\"clientCertificateData\":\"s3cr3t\"}}",
        HEAD "{\"clientCertificateData\":\"s3cr3t\",\"clientKeyData\":\"\",\"token\":\"s3cr3t\"}}",
        HEAD "{\"clientKeyData\":\"s3cr3t\",\"token\":\"s3cr3t\"}}",
        HEAD "{\"token\":\"\"}}",
        HEAD "null}",
    };
    struct kube_exec x = plug_in();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct exec_answer a = {0};
        struct why why = {0};
        assert_int_equal(exec_answer_parse(&x, bad[i], strlen(bad[i]), &a, &why), ERR_PARSE);
        assert_int_equal(strncmp(why.text, "aws: ", 5), 0);
        assert_null(strstr(why.text, "s3cr3t"));
        assert_null(a.token);
    }
}

static void an_encrypted_key_of_a_plug_in_is_refused(void **state)
{
    (void)state;
    struct kube_exec x = plug_in();
    struct exec_answer a = {0};
    struct why why = {0};
    const char *answer = HEAD "{\"clientCertificateData\":\"C\",\"clientKeyData\":\"-----BEGIN ENCRYPTED PRIVATE "
                              "KEY-----\\nMIIB\\n\"}}";
    assert_int_equal(exec_answer_parse(&x, answer, strlen(answer), &a, &why), ERR_UNSUPPORTED);
    assert_non_null(strstr(why.text, "aws: its client key is encrypted"));
    assert_null(a.key);
}

static void what_the_plug_in_is_told(void **state)
{
    (void)state;
    char server[] = "https://s", name[] = "kubernetes", proxy[] = "http://p:3128";
    struct kube_exec x = plug_in();
    struct kube_cluster c = {.server = server, .tls_server_name = name};
    char *env = exec_info(&x, &c, "PEM");
    assert_string_equal(env, "KUBERNETES_EXEC_INFO={\"spec\":{\"interactive\":false},\"kind\":\"ExecCredential\","
                             "\"apiVersion\":\"client.authentication.k8s.io/v1beta1\"}");
    free(env);
    x.cluster_info = true;
    env = exec_info(&x, &c, "PEM");
    assert_non_null(strstr(env, "\"cluster\":{\"server\":\"https://s\",\"tls-server-name\":\"kubernetes\","
                                "\"certificate-authority-data\":\"UEVN\"}"));
    free(env);
    c = (struct kube_cluster){.server = server, .proxy = proxy, .insecure = true};
    env = exec_info(&x, &c, NULL);
    assert_non_null(strstr(env, "\"cluster\":{\"server\":\"https://s\",\"insecure-skip-tls-verify\":true,\"proxy-url\":"
                                "\"http://p:3128\"}"));
    free(env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_with_an_end),
        cmocka_unit_test(certificates_come_in_pairs),
        cmocka_unit_test(a_token_is_of_printable_characters),
        cmocka_unit_test(answers_that_are_none_keep_the_secret),
        cmocka_unit_test(an_encrypted_key_of_a_plug_in_is_refused),
        cmocka_unit_test(what_the_plug_in_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
