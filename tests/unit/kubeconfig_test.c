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

#define CLUSTER "clusters:\n- name: a\n  cluster: {"
#define USER "users:\n- name: a\n  user: {"
#define EXEC "users:\n- name: a\n  user: {exec: {command: x, apiVersion: client.authentication.k8s.io/v1, "

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
        {"contexts: 7\n", "k:1: contexts is not a list", ERR_PARSE},
        {"clusters:\n- name: a\n  cluster: 7\n", "k:3: cluster is not a map", ERR_PARSE},
        {"contexts:\n- name: a\n  context: {cluster: c, user: [u]}\n", "k:3: user is not a text", ERR_PARSE},
        {"contexts:\n- name: a\n  context: {namespace: {}}\n", "k:3: namespace is not a text", ERR_PARSE},
        {"contexts:\n- name: a\ncurrent-context: [a]\n", "k:3: current-context is not a text", ERR_PARSE},
        {"users:\n- name: a\n  user:\n    exec: aws\n", "k:4: exec is not a map", ERR_PARSE},
        {EXEC "args: x}}\n", "k:3: args is not a list", ERR_PARSE},
        {EXEC "args: [a, [b]]}}\n", "k:3: args holds what is not a text", ERR_PARSE},
        {EXEC "env: {A: b}}}\n", "k:3: env is not a list", ERR_PARSE},
        {EXEC "env: [{value: b}]}}\n", "k:3: env holds a variable without a name", ERR_PARSE},
        {EXEC "env: [{name: A=B, value: b}]}}\n", "k:3: env holds a variable without a name", ERR_PARSE},
        {USER "client-certificate: []}\n", "k:3: client-certificate is not a text", ERR_PARSE},
        {USER "client-certificate-data: '%'}\n", "k:3: client-certificate-data is not base64", ERR_PARSE},
        {USER "client-key: []}\n", "k:3: client-key is not a text", ERR_PARSE},
        {USER "client-key-data: aGVsbG8=}\n", "k:3: client-key-data is not PEM", ERR_PARSE},
        {USER "token: []}\n", "k:3: token is not a text", ERR_PARSE},
        {USER "tokenFile: []}\n", "k:3: tokenFile is not a text", ERR_PARSE},
        {USER "username: []}\n", "k:3: username is not a text", ERR_PARSE},
        {USER "password: []}\n", "k:3: password is not a text", ERR_PARSE},
        {USER "as: []}\n", "k:3: as is not a text", ERR_PARSE},
        {CLUSTER "certificate-authority: []}\n", "k:3: certificate-authority is not a text", ERR_PARSE},
        {CLUSTER "proxy-url: []}\n", "k:3: proxy-url is not a text", ERR_PARSE},
        {CLUSTER "tls-server-name: []}\n", "k:3: tls-server-name is not a text", ERR_PARSE},
        {EXEC "installHint: []}}\n", "k:3: installHint is not a text", ERR_PARSE},
        {USER "exec: {command: [], apiVersion: client.authentication.k8s.io/v1}}\n", "k:3: command is not a text",
         ERR_PARSE},
        {USER "exec: {command: x, apiVersion: []}}\n", "k:3: apiVersion is not a text", ERR_PARSE},
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

/* As kubectl, which reads a user when it is chosen: tests/fixtures/kube/kubeconfig/old-exec-elsewhere.yaml is of those
 * that `aws eks update-kubeconfig` wrote until 2022. */
static void what_another_user_has_is_no_obstacle(void **state)
{
    (void)state;
    static const struct {
        const char *exec, *message;
    } cases[] = {
        {"{command: x, apiVersion: client.authentication.k8s.io/v1alpha1}",
         "k:11: exec has an apiVersion other than client.authentication.k8s.io/v1, v1beta1"},
        {"{command: x}", "k:11: exec has an apiVersion other than client.authentication.k8s.io/v1, v1beta1"},
        {"{command: x, interactiveMode: Always, apiVersion: client.authentication.k8s.io/v1}",
         "k:11: exec wants a terminal (interactiveMode: Always)"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct kubeconfig kc;
        struct kube_choice c = {0};
        struct why why = {0};
        char *text =
            mem_printf("clusters:\n- {name: k, cluster: {server: https://h}}\ncontexts:\n"
                       "- {name: good, context: {cluster: k, user: good}}\n"
                       "- {name: bad, context: {cluster: k, user: bad}}\nusers:\n"
                       "- {name: good, user: {token: t}}\n- name: bad\n  user:\n    # none of ours\n    exec: %s\n",
                       cases[i].exec);
        kubeconfig_init(&kc);
        assert_int_equal(kubeconfig_parse(&kc, "k", text, strlen(text), &why), ERR_OK);
        assert_int_equal(kubeconfig_choose(&kc, "good", &c, &why), ERR_OK);
        assert_int_equal(kubeconfig_choose(&kc, "bad", &c, &why), ERR_UNSUPPORTED);
        assert_string_equal(why.text, cases[i].message);
        kubeconfig_done(&kc);
        free(text);
    }
}

static void kubeconfig_add_text(struct kubeconfig *kc, const char *path, const char *text)
{
    struct why why = {0};
    if (kubeconfig_parse(kc, path, text, strlen(text), &why) != ERR_OK) fail_msg("%s", why.text);
}

static void what_is_empty_is_not_set(void **state)
{
    (void)state;
    struct kubeconfig kc;
    kubeconfig_init(&kc);
    kubeconfig_add_text(
        &kc, "k",
        "kind: Config\ncurrent-context: ''\nclusters:\n- {name: none, cluster: ~}\n- {name: a, cluster: "
        "{server: ~, proxy-url: '', tls-server-name: '~'}}\nusers:\n- {name: a, user: {token: null, "
        "username: 'null', exec: ~, auth-provider: ~}}\n- {name: b, user: {exec: {command: x, "
        "apiVersion: client.authentication.k8s.io/v1, args: ~, env: ~}}}\ncontexts: ~\n");
    assert_null(kc.current);
    assert_int_equal(kc.cluster_count, 2);
    assert_null(kc.clusters[1].server);
    assert_null(kc.clusters[1].proxy);
    assert_string_equal(kc.clusters[1].tls_server_name, "~"); /* is quoted */
    assert_null(kc.users[0].token);
    assert_string_equal(kc.users[0].username, "null");
    assert_null(kc.users[0].exec);
    assert_null(kc.users[0].unsupported);
    assert_null(kc.users[1].exec->args[0]);
    assert_null(kc.users[1].exec->env[0]);
    assert_false(kc.users[1].exec->cluster_info);
    kubeconfig_done(&kc);
}

/* As kubectl: relative to the file, but for a program's name, which is looked for in PATH. */
static void paths_are_relative_to_their_file(void **state)
{
    (void)state;
    static const struct {
        const char *file, *path, *ca, *command;
    } cases[] = {
        {"/d/k", "x", "/d/x", "x"},
        {"/d/k", "s/x", "/d/s/x", "/d/s/x"},
        {"/d/k", "/s/x", "/s/x", "/s/x"},
        {"k", "s/x", "s/x", "s/x"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct kubeconfig kc;
        char *text =
            mem_printf("clusters:\n- {name: a, cluster: {certificate-authority: %s}}\nusers:\n- {name: a, user: "
                       "{exec: {command: %s, apiVersion: client.authentication.k8s.io/v1}}}\n",
                       cases[i].path, cases[i].path);
        kubeconfig_init(&kc);
        kubeconfig_add_text(&kc, cases[i].file, text);
        assert_string_equal(kc.clusters[0].ca_file, cases[i].ca);
        assert_string_equal(kc.users[0].exec->command, cases[i].command);
        kubeconfig_done(&kc);
        free(text);
    }
}

static void a_setting_that_would_make_us_somebody_else_is_refused(void **state)
{
    (void)state;
    static const char *const settings[] = {"auth-provider", "as-groups", "as-uid", "as-user-extra"};
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        struct kubeconfig kc;
        struct kube_choice c;
        struct why why = {0};
        char *text = mem_printf("clusters:\n- {name: a, cluster: {server: 'https://a'}}\nusers:\n- name: a\n  user:\n"
                                "    token: t\n    %s: x\n    as-user-extra: y\ncontexts:\n- {name: a, context: "
                                "{cluster: a, user: a}}\n",
                                settings[i]);
        char *expected = mem_printf("k:7: %s is not supported", settings[i]);
        kubeconfig_init(&kc);
        if (i == 3) *strstr(text, "    as-user-extra: y") = '#'; /* a key stands in a map but once */
        kubeconfig_add_text(&kc, "k", text);
        assert_int_equal(kubeconfig_choose(&kc, NULL, &c, &why), ERR_UNSUPPORTED);
        assert_string_equal(why.text, expected);
        kubeconfig_done(&kc);
        free(expected);
        free(text);
    }
}

/* N elements, and one more. */
static void what_is_too_much_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *begin, *element, *end;
        int most;
        const char *message;
    } cases[] = {
        {EXEC "args: [x", ", x", "]}}\n", KUBECONFIG_EXEC_ARGS, "k:3: args has too many words"},
        {EXEC "env: [{name: A}", ", {name: A}", "]}}\n", KUBECONFIG_EXEC_ENV, "k:3: env has too many variables"},
        {"clusters:\n- name: n0\n", "- name: n%d\n", "", KUBECONFIG_ENTRIES, "k:4098: clusters are too many"},
        {"users:\n- name: n0\n", "- name: n%d\n", "", KUBECONFIG_ENTRIES, "k:4098: users are too many"},
        {"contexts:\n- name: n0\n", "- name: n%d\n", "", KUBECONFIG_ENTRIES, "k:4098: contexts are too many"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (int more = 0; more < 2; more++) {
            struct kubeconfig kc;
            struct why why = {0};
            struct buf text;
            buf_init(&text, 1024 * 1024);
            buf_str(&text, cases[i].begin);
            for (int n = 1; n < cases[i].most + more; n++) {
                const char *number = strstr(cases[i].element, "%d");
                if (number)
                    buf_printf(&text, "- name: n%d\n", n);
                else
                    buf_str(&text, cases[i].element);
            }
            buf_str(&text, cases[i].end);
            kubeconfig_init(&kc);
            assert_int_equal(kubeconfig_parse(&kc, "k", buf_text(&text), text.len, &why), more ? ERR_LIMIT : ERR_OK);
            assert_string_equal(why.text, more ? cases[i].message : "");
            kubeconfig_done(&kc);
            buf_done(&text);
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
    struct kube_places places = {.env = fake_env, .account = "/dev/null/none"};
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
    struct kube_places places = {.env = no_env, .account = "/dev/null/none"};
    struct kube_open conf = {0};
    assert_int_equal(kube_access_load(&conf, &places, &a, &why), ERR_NOT_FOUND);
    assert_int_equal(strncmp(why.text, "no kubeconfig", 13), 0);
    conf.kubeconfig = "/nonexistent/kubeconfig";
    assert_int_equal(kube_access_load(&conf, &places, &a, &why), ERR_NOT_FOUND);
    assert_non_null(strstr(why.text, "/nonexistent/kubeconfig"));
    assert_null(a);
}

/* What the look-ups of one test find. */
static const char *list_now, *home_now, *port_now;

static const char *table_env(const char *name)
{
    if (strcmp(name, "KUBECONFIG") == 0) return list_now;
    if (strcmp(name, "HOME") == 0) return home_now;
    if (strcmp(name, "KUBERNETES_SERVICE_HOST") == 0) return port_now ? "10.0.0.1" : NULL;
    return strcmp(name, "KUBERNETES_SERVICE_PORT") == 0 ? port_now : NULL;
}

static void where_files_are_looked_for(void **state)
{
    (void)state;
    char folder[] = "/tmp/raydeck-home-XXXXXX", kube[64], config[80], broken[80], list[400];
    assert_non_null(mkdtemp(folder));
    snprintf(kube, sizeof kube, "%s/.kube", folder);
    snprintf(config, sizeof config, "%s/config", kube);
    snprintf(broken, sizeof broken, "%s/token", folder);
    assert_int_equal(mkdir(kube, 0700), 0);
    file_put(kube, "config",
             "clusters: [{name: c, cluster: {server: 'https://home'}}]\ncontexts: [{name: home, context: "
             "{cluster: c}}]\n");
    file_put(folder, "token", "clusters: 7\n");
    const struct {
        const char *list, *home, *where;
        enum err err;
        const char *why;
    } cases[] = {
        {NULL, folder, config, ERR_OK, ""},
        {"", folder, config, ERR_OK, ""},
        {DIR "full.yaml", folder, DIR "full.yaml", ERR_OK, ""},
        {":" DIR "full.yaml::/dev/null/none:", folder, DIR "full.yaml", ERR_OK, ""},
        {"/dev/null/none:/dev/null/neither", folder, NULL, ERR_NOT_FOUND,
         "KUBECONFIG: none of its files exists (/dev/null/none:/dev/null/neither)"},
        {NULL, NULL, NULL, ERR_NOT_FOUND, "no kubeconfig: neither --kubeconfig nor KUBECONFIG nor ~/.kube/config"},
        {NULL, "", NULL, ERR_NOT_FOUND, "no kubeconfig: "},
        {NULL, "/dev/null/none", NULL, ERR_NOT_FOUND, "no kubeconfig: "},
        {list, folder, NULL, ERR_PARSE, "clusters is not a list"},
    };
    snprintf(list, sizeof list, "%s:" DIR "full.yaml", broken);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct kube_access *a = NULL;
        struct why why = {0};
        const struct kube_places places = {.env = table_env, .account = "/dev/null/none"};
        list_now = cases[i].list;
        home_now = cases[i].home;
        const enum err err = kube_access_load(&(struct kube_open){0}, &places, &a, &why);
        if (err != cases[i].err) fail_msg("%zu: %d: %s", i, (int)err, why.text);
        if (a) assert_string_equal(a->where, cases[i].where);
        if (!strstr(why.text, cases[i].why)) fail_msg("%s", why.text);
        kube_access_free(a);
    }
    list_now = home_now = NULL;
    unlink(config);
    rmdir(kube);
    folder_remove(folder);
}

static void a_service_account_that_is_not_whole(void **state)
{
    (void)state;
    static const struct {
        const char *token, *ns, *port;
        enum err err;
        const char *ret_ns;
    } cases[] = {
        {"t", "mistral\n", "6443", ERR_OK, "mistral"},
        {"t", "", "6443", ERR_OK, NULL},
        {"t", NULL, "6443", ERR_OK, NULL},
        {" \n", "mistral", "6443", ERR_NOT_FOUND, NULL},
        {NULL, "mistral", "6443", ERR_NOT_FOUND, NULL},
        {"t", "mistral", NULL, ERR_NOT_FOUND, NULL},
        {"t", "mistral", "65535", ERR_OK, "mistral"},
        {"t", "mistral", "65536", ERR_PARSE, NULL},
        {"t", "mistral", "x", ERR_PARSE, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct kube_access *a = NULL;
        struct why why = {0};
        char folder[] = "/tmp/raydeck-account-XXXXXX", server[64];
        assert_non_null(mkdtemp(folder));
        if (cases[i].token) file_put(folder, "token", cases[i].token);
        if (cases[i].ns) file_put(folder, "namespace", cases[i].ns);
        file_put(folder, "ca.crt", "-----BEGIN CERTIFICATE-----\n");
        const struct kube_places places = {.env = table_env, .account = folder};
        list_now = home_now = NULL;
        port_now = cases[i].port;
        const enum err err = kube_access_load(&(struct kube_open){0}, &places, &a, &why);
        if (err != cases[i].err) fail_msg("%zu: %d: %s", i, (int)err, why.text);
        if (a) {
            snprintf(server, sizeof server, "https://10.0.0.1:%s", cases[i].port);
            assert_string_equal(a->server, server);
            if (cases[i].ret_ns)
                assert_string_equal(a->choice.context->ns, cases[i].ret_ns);
            else
                assert_null(a->choice.context->ns);
        }
        kube_access_free(a);
        folder_remove(folder);
    }
    port_now = NULL;
}

#define CERT "client-certificate-data: LS0tLS1CRUdJTiBY"
#define KEY "client-key-data: LS0tLS1CRUdJTiBY"

static void certificates_come_in_pairs_and_can_be_read(void **state)
{
    (void)state;
    static const struct {
        const char *cluster, *user;
        enum err err;
        const char *why;
    } cases[] = {
        {"", CERT ", " KEY, ERR_OK, ""},
        {"", "token: t", ERR_OK, ""},
        {"", CERT, ERR_PARSE, "/token:5: user u has a client certificate without its key, or the other way round"},
        {"", KEY, ERR_PARSE, "/token:5: user u has a client certificate without its key, or the other way round"},
        {"", CERT ", client-key: absent", ERR_NOT_FOUND, "/token:5: "},
        {"", KEY ", client-certificate: absent", ERR_NOT_FOUND, "/token:5: "},
        {", certificate-authority: absent", CERT ", " KEY, ERR_NOT_FOUND, "/token:3: "},
        {", certificate-authority: absent, insecure-skip-tls-verify: true", CERT ", " KEY, ERR_OK, ""},
        {"", CERT ", " KEY ", client-key: absent", ERR_OK, ""}, /* data goes before the file */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct kube_access *a = NULL;
        struct why why = {0};
        const struct kube_places places = {.env = no_env, .account = "/dev/null/none"};
        char folder[] = "/tmp/raydeck-pair-XXXXXX", path[64];
        assert_non_null(mkdtemp(folder));
        snprintf(path, sizeof path, "%s/token", folder);
        char *text =
            mem_printf("current-context: c\nclusters:\n- {name: k, cluster: {server: \"https://k/\"%s}}\nusers:\n"
                       "- {name: u, user: {%s}}\ncontexts:\n- {name: c, context: {cluster: k, user: u}}\n",
                       cases[i].cluster, cases[i].user);
        file_put(folder, "token", text);
        const enum err err = kube_access_load(&(struct kube_open){.kubeconfig = path}, &places, &a, &why);
        if (err != cases[i].err || !strstr(why.text, cases[i].why)) fail_msg("%zu: %s", i, why.text);
        if (a) assert_string_equal(a->server, "https://k");
        kube_access_free(a);
        free(text);
        folder_remove(folder);
    }
}

/* ---- a key that only its password opens ---- */

static enum err load_key(const char *key_text, bool inline_data, struct why *why)
{
    struct kube_access *a = NULL;
    struct kube_places places = {.env = no_env, .account = "/dev/null/none"};
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
        cmocka_unit_test(what_another_user_has_is_no_obstacle),
        cmocka_unit_test(what_is_empty_is_not_set),
        cmocka_unit_test(paths_are_relative_to_their_file),
        cmocka_unit_test(a_setting_that_would_make_us_somebody_else_is_refused),
        cmocka_unit_test(what_is_too_much_is_refused),
        cmocka_unit_test(empty_is_no_error_but_no_choice),
        cmocka_unit_test(kubeconfig_of_the_environment),
        cmocka_unit_test(the_service_account_of_a_pod),
        cmocka_unit_test(nothing_is_found),
        cmocka_unit_test(where_files_are_looked_for),
        cmocka_unit_test(a_service_account_that_is_not_whole),
        cmocka_unit_test(certificates_come_in_pairs_and_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
