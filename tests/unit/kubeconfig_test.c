/* kubeconfig_test.c - kubeconfig files: merged, chosen, refused. */
#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/kube/kube_access.h"
#include "backends/kube/kubeconfig_parse.h"
#include "tests/support/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define DIR "tests/fixtures/kube/kubeconfig/"

static void kubeconfig_add(struct kubeconfig *kc, const char *path)
{
    size_t len;
    struct why why = {0};
    char *bytes = fixture_read(path, &len);
    if (kubeconfig_parse(kc, path, bytes, len, &why) != ERR_OK) fail_msg("%s", why.text);
    free(bytes);
}

static void every_field(void **state)
{
    (void)state;
    struct kubeconfig kc;
    struct kube_choice c;
    kubeconfig_init(&kc);
    kubeconfig_add(&kc, DIR "full.yaml");
    assert_int_equal(kubeconfig_choose(&kc, NULL, &c, NULL), ERR_OK);
    assert_string_equal(c.context->name, "mistral");
    assert_string_equal(c.context->ns, "mistral");
    assert_string_equal(c.cluster->server, "https://ABCD.gr7.us-west-2.eks.amazonaws.com/");
    assert_string_equal(c.cluster->ca_data, "-----BEGIN CERTIFICATE-----\nZXhhbXBsZQ==\n-----END CERTIFICATE-----\n");
    assert_string_equal(c.cluster->tls_server_name, "kubernetes");
    assert_string_equal(c.cluster->proxy, "http://proxy.example:3128");
    assert_false(c.cluster->insecure);
    const struct kube_exec *x = c.user->exec;
    assert_string_equal(x->command, "aws");
    assert_string_equal(x->args[0], "--region");
    assert_string_equal(x->args[5], "trainium-inferentia");
    assert_null(x->args[6]);
    assert_string_equal(x->env[0], "AWS_PROFILE=lab");
    assert_null(x->env[1]);
    assert_string_equal(x->api_version, "client.authentication.k8s.io/v1beta1");
    assert_string_equal(x->install_hint, "Install the AWS CLI");
    assert_true(x->cluster_info);

    assert_int_equal(kubeconfig_choose(&kc, "by-cert", &c, NULL), ERR_OK);
    assert_null(c.context->ns);
    assert_string_equal(c.cluster->ca_file, DIR "ca.crt");
    assert_true(c.cluster->insecure);
    assert_non_null(strstr(c.user->key_data, "PRIVATE KEY"));
    assert_int_equal(kubeconfig_choose(&kc, "by-token", &c, NULL), ERR_OK);
    assert_string_equal(c.user->token, "example-token");
    assert_string_equal(c.user->token_file, DIR "sub/token");
    assert_string_equal(c.user->as, "someone");
    assert_int_equal(kubeconfig_choose(&kc, "anonymous", &c, NULL), ERR_OK);
    assert_null(c.user);
    kubeconfig_done(&kc);
}

static void choices_that_cannot_be(void **state)
{
    (void)state;
    struct kubeconfig kc;
    struct kube_choice c;
    struct why why = {0};
    kubeconfig_init(&kc);
    kubeconfig_add(&kc, DIR "full.yaml");
    assert_int_equal(kubeconfig_choose(&kc, "mistrel", &c, &why), ERR_NOT_FOUND);
    assert_string_equal(why.text, DIR "full.yaml: no context mistrel; there are: mistral, by-cert, by-token, by-old, "
                                      "lost, nobody, anonymous");
    assert_int_equal(kubeconfig_choose(&kc, "by-old", &c, &why), ERR_UNSUPPORTED);
    assert_string_equal(why.text, DIR "full.yaml:33: auth-provider is not supported");
    assert_int_equal(kubeconfig_choose(&kc, "lost", &c, &why), ERR_NOT_FOUND);
    assert_string_equal(why.text, DIR "full.yaml:39: context lost names the cluster nowhere, which is not there");
    assert_int_equal(kubeconfig_choose(&kc, "nobody", &c, &why), ERR_NOT_FOUND);
    assert_string_equal(why.text, DIR "full.yaml:40: context nobody names the user ghost, which is not there");
    kubeconfig_done(&kc);
    assert_int_equal(kubeconfig_choose(&kc, NULL, &c, &why), ERR_NOT_FOUND);
}

static void the_first_file_counts(void **state)
{
    (void)state;
    struct kubeconfig kc;
    struct kube_choice c;
    kubeconfig_init(&kc);
    kubeconfig_add(&kc, DIR "second.yaml");
    kubeconfig_add(&kc, DIR "full.yaml");
    assert_string_equal(kc.paths, DIR "second.yaml, " DIR "full.yaml");
    assert_int_equal(kubeconfig_choose(&kc, NULL, &c, NULL), ERR_OK);
    assert_string_equal(c.context->name, "other");
    assert_string_equal(c.cluster->server, "http://127.0.0.1:8001");
    assert_string_equal(c.user->name, "token"); /* of the other file */
    assert_int_equal(kubeconfig_choose(&kc, "mistral", &c, NULL), ERR_OK);
    assert_string_equal(c.cluster->server, "https://second.example");
    assert_null(c.cluster->ca_data); /* entries are not mixed */
    kubeconfig_done(&kc);
}

static void errors_name_file_and_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
        enum err err;
    } cases[] = {
        {"- a\n", "k:1: this is not a kubeconfig", ERR_PARSE},
        {"kind: Deployment\n", "k:1: kind is not Config", ERR_PARSE},
        {"clusters:\n- cluster: {}\n", "k:2: clusters has an entry without a name", ERR_PARSE},
        {"clusters:\n- name: a\n  cluster:\n    server: [x]\n", "k:4: server is not a text", ERR_PARSE},
        {"clusters:\n- name: a\n  cluster: {server: x,\n    certificate-authority-data: '%%%'}\n",
         "k:4: certificate-authority-data is not base64", ERR_PARSE},
        {"clusters:\n- name: a\n  cluster: {certificate-authority-data: aGVsbG8=}\n",
         "k:3: certificate-authority-data is not PEM", ERR_PARSE},
        {"users:\n- name: a\n  user:\n    exec: {apiVersion: client.authentication.k8s.io/v1}\n",
         "k:4: exec has no command", ERR_PARSE},
        {"users:\n- name: a\n  user:\n    exec: {command: x, apiVersion: client.authentication.k8s.io/v1alpha1}\n",
         "k:4: exec has an apiVersion other than client.authentication.k8s.io/v1, v1beta1", ERR_UNSUPPORTED},
        {"users:\n- name: a\n  user:\n    exec: {command: x, interactiveMode: Always, apiVersion: "
         "client.authentication.k8s.io/v1}\n",
         "k:4: exec wants a terminal (interactiveMode: Always)", ERR_UNSUPPORTED},
        {"contexts: 7\n", "k:1: contexts is not a list", ERR_PARSE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct kubeconfig kc;
        struct why why = {0};
        kubeconfig_init(&kc);
        assert_int_equal(kubeconfig_parse(&kc, "k", cases[i].text, strlen(cases[i].text), &why), cases[i].err);
        assert_string_equal(why.text, cases[i].message);
        kubeconfig_done(&kc);
    }
}

static void empty_is_no_error_but_no_choice(void **state)
{
    (void)state;
    struct kubeconfig kc;
    struct kube_choice c;
    struct why why = {0};
    kubeconfig_init(&kc);
    assert_int_equal(kubeconfig_parse(&kc, "k", "", 0, &why), ERR_OK);
    assert_int_equal(kubeconfig_choose(&kc, NULL, &c, &why), ERR_NOT_FOUND);
    assert_string_equal(why.text, "k: there is no context in it");
    kubeconfig_done(&kc);
}

/* ---- where it is found ---- */

struct folder {
    char path[64];
};

static struct folder folder_now; /* of the running test: getenv-like look-ups take no argument */

static const char *fake_env(const char *name)
{
    static char list[300];
    if (strcmp(name, "KUBECONFIG") == 0 && *folder_now.path) {
        snprintf(list, sizeof list, "%s/absent:" DIR "second.yaml:" DIR "full.yaml", folder_now.path);
        return list;
    }
    return NULL;
}

static const char *pod_env(const char *name)
{
    if (strcmp(name, "KUBERNETES_SERVICE_HOST") == 0) return "fd00::1";
    return strcmp(name, "KUBERNETES_SERVICE_PORT") == 0 ? "443" : NULL;
}

static const char *no_env(const char *name)
{
    (void)name;
    return NULL;
}

static void file_put(const char *folder, const char *name, const char *text)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void folder_remove(const char *folder)
{
    static const char *const names[] = {"token", "ca.crt", "namespace"};
    char path[200];
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

static void kubeconfig_of_the_environment(void **state)
{
    (void)state;
    struct kube_access *a = NULL;
    struct why why = {0};
    struct kube_places places = {.env = fake_env, .account = "/nonexistent"};
    struct kube_open conf = {.context = "by-cert"};
    snprintf(folder_now.path, sizeof folder_now.path, "/nonexistent");
    if (kube_access_load(&conf, &places, &a, &why) != ERR_OK) fail_msg("%s", why.text);
    assert_string_equal(a->server, "https://127.0.0.1:6443");
    assert_null(a->ca_pem); /* insecure: it is not read */
    assert_non_null(strstr(a->key_pem, "PRIVATE KEY"));
    assert_string_equal(a->where, DIR "second.yaml, " DIR "full.yaml");
    kube_access_free(a);
    folder_now.path[0] = '\0';
}

static void the_service_account_of_a_pod(void **state)
{
    (void)state;
    struct kube_access *a = NULL;
    struct why why = {0};
    char folder[] = "/tmp/raydeck-account-XXXXXX";
    assert_non_null(mkdtemp(folder));
    file_put(folder, "token", " abc.def \n");
    file_put(folder, "ca.crt", "-----BEGIN CERTIFICATE-----\n");
    file_put(folder, "namespace", "mistral\n");
    struct kube_places places = {.env = pod_env, .account = folder};
    struct kube_open conf = {0};
    if (kube_access_load(&conf, &places, &a, &why) != ERR_OK) fail_msg("%s", why.text);
    assert_string_equal(a->server, "https://[fd00::1]:443");
    assert_string_equal(a->where, "in-cluster");
    assert_string_equal(a->choice.context->ns, "mistral");
    assert_string_equal(a->ca_pem, "-----BEGIN CERTIFICATE-----\n");
    char *token = NULL;
    assert_int_equal(kube_token_read(a->choice.user->token_file, &token, &why), ERR_OK);
    assert_string_equal(token, "abc.def");
    free(token);
    kube_access_free(a);
    folder_remove(folder);
}

static void nothing_is_found(void **state)
{
    (void)state;
    struct kube_access *a = NULL;
    struct why why = {0};
    struct kube_places places = {.env = no_env, .account = "/nonexistent"};
    struct kube_open conf = {0};
    assert_int_equal(kube_access_load(&conf, &places, &a, &why), ERR_NOT_FOUND);
    assert_int_equal(strncmp(why.text, "no kubeconfig", 13), 0);
    conf.kubeconfig = "/nonexistent/kubeconfig";
    assert_int_equal(kube_access_load(&conf, &places, &a, &why), ERR_NOT_FOUND);
    assert_non_null(strstr(why.text, "/nonexistent/kubeconfig"));
    assert_null(a);
}

/* ---- a key that only its password opens ---- */

static enum err load_key(const char *key_text, bool inline_data, struct why *why)
{
    struct kube_access *a = NULL;
    struct kube_places places = {.env = no_env, .account = "/nonexistent"};
    char folder[] = "/tmp/raydeck-key-XXXXXX", path[64];
    struct buf b64;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/token", folder);
    file_put(folder, "ca.crt", key_text);
    buf_init(&b64, 65536);
    assert_int_equal(text_base64_encode(key_text, strlen(key_text), &b64), ERR_OK);
    char *key = inline_data ? mem_printf("client-key-data: %s", buf_text(&b64)) : mem_str("client-key: ca.crt");
    char *text = mem_printf("current-context: c\nclusters:\n- {name: k, cluster: {server: \"https://k\"}}\nusers:\n"
                            "- name: u\n  user: {client-certificate-data: LS0tLS1CRUdJTiBY, %s}\n"
                            "contexts:\n- {name: c, context: {cluster: k, user: u}}\n",
                            key);
    file_put(folder, "token", text);
    enum err e = kube_access_load(&(struct kube_open){.kubeconfig = path}, &places, &a, why);
    kube_access_free(a);
    buf_done(&b64);
    free(key);
    free(text);
    folder_remove(folder);
    return e;
}

static void an_encrypted_key_is_refused_by_name(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n",
        "-----BEGIN RSA PRIVATE KEY-----\r\nProc-Type: 4,ENCRYPTED\r\nDEK-Info: AES-256-CBC,00\r\n\r\nMIIB\r\n",
        "-----BEGIN EC PARAMETERS-----\nBggq\n-----END EC PARAMETERS-----\n"
        "-----BEGIN EC PRIVATE KEY-----\nProc-Type:4,ENCRYPTED\n\nMIIB\n",
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        for (int data = 0; data < 2; data++) {
            struct why why = {0};
            assert_int_equal(load_key(keys[i], data, &why), ERR_UNSUPPORTED);
            assert_non_null(strstr(why.text, "/token:5: user u: its client key is encrypted"));
            assert_non_null(strstr(why.text, "openssl pkey"));
        }
    struct why why = {0};
    if (load_key("-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n", true, &why))
        fail_msg("%s", why.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field),
        cmocka_unit_test(an_encrypted_key_is_refused_by_name),
        cmocka_unit_test(choices_that_cannot_be),
        cmocka_unit_test(the_first_file_counts),
        cmocka_unit_test(errors_name_file_and_line),
        cmocka_unit_test(empty_is_no_error_but_no_choice),
        cmocka_unit_test(kubeconfig_of_the_environment),
        cmocka_unit_test(the_service_account_of_a_pod),
        cmocka_unit_test(nothing_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
