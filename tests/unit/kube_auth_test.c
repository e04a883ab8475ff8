/* kube_auth_test.c - which credentials a request is sent with, and when they are read or run for again: real files, and
 * a real shell as the plug-in. */
#include "backends/kube/kube_auth.h"

#include "backends/base/mem.h"
#include "tests/support/deadline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    struct loop *loop;
    char folder[64], file[80];
    struct kube_user user;
    struct kube_cluster cluster;
    struct kube_access access;
    struct kube_auth *auth;
    unsigned changes, certificates; /* how often it was told of a change, and of another certificate */
    struct why why;
};

static void on_changed(void *arg, bool certificate)
{
    struct fixture *f = arg;
    f->changes++;
    f->certificates += certificate;
}

static int fixture_open(void **state)
{
    static char server[] = "https://server";
    struct fixture *f = mem_zero(1, sizeof *f);
    snprintf(f->folder, sizeof f->folder, "/tmp/raydeck-auth-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->file, sizeof f->file, "%s/token", f->folder);
    f->loop = loop_new();
    f->cluster.server = server;
    f->access.choice.cluster = &f->cluster;
    f->access.choice.user = &f->user;
    *state = f;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;
    kube_auth_free(f->auth);
    loop_free(f->loop);
    unlink(f->file);
    rmdir(f->folder);
    free(f);
    return 0;
}

static void auth_begin(struct fixture *f)
{
    kube_auth_free(f->auth);
    f->auth = kube_auth_new(f->loop, &f->access, on_changed, f);
}

static void token_put(const struct fixture *f, const char *text)
{
    FILE *file = fopen(f->file, "we");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static enum auth_state auth_check(struct fixture *f)
{
    f->why = (struct why){0};
    return kube_auth_check(f->auth, &f->why);
}

static void until_changes(struct fixture *f, unsigned changes)
{
    const uint64_t limit = loop_now_ms() + DEADLINE_MS;
    while (f->changes < changes) {
        if (loop_now_ms() > limit) fail_msg("told %u times", f->changes);
        loop_step(f->loop, 10);
    }
}

static void what_the_kubeconfig_holds_is_sent_at_once(void **state)
{
    struct fixture *f = *state;
    static char name[] = "user", password[] = "pass", token[] = "t";
    static const struct {
        char *token, *name, *password;
        const char *header;
    } cases[] = {{NULL, NULL, NULL, NULL},
                 {token, NULL, NULL, "Bearer t"},
                 {NULL, name, password, "Basic dXNlcjpwYXNz"},
                 {NULL, name, NULL, "Basic dXNlcjo="},
                 {NULL, NULL, password, NULL},
                 {token, name, password, "Bearer t"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        f->user = (struct kube_user){.token = cases[i].token, .username = cases[i].name, .password = cases[i].password};
        auth_begin(f);
        assert_int_equal(auth_check(f), AUTH_READY);
        if (cases[i].header)
            assert_string_equal(kube_auth_header(f->auth), cases[i].header);
        else
            assert_null(kube_auth_header(f->auth));
        assert_false(kube_auth_refused(f->auth, kube_auth_generation(f->auth))); /* there is nothing newer to send */
    }
    f->access.choice.user = NULL;
    auth_begin(f);
    assert_int_equal(auth_check(f), AUTH_READY);
    assert_false(kube_auth_refused(f->auth, kube_auth_generation(f->auth)));
}

static void a_token_file_is_waited_for(void **state)
{
    struct fixture *f = *state;
    f->user.token_file = f->file;
    token_put(f, " one \n");
    auth_begin(f);
    assert_int_equal(auth_check(f), AUTH_WAITING);
    assert_int_equal(auth_check(f), AUTH_WAITING); /* the same reading */
    until_changes(f, 1);
    assert_int_equal(auth_check(f), AUTH_READY);
    assert_string_equal(kube_auth_header(f->auth), "Bearer one");
    assert_int_equal(f->certificates, 0);
    token_put(f, "two");
    assert_int_equal(auth_check(f), AUTH_READY); /* not read for each request */
    loop_step(f->loop, 50);
    assert_int_equal(f->changes, 1);
}

/* The server refuses it: it is read anew, and not sent again before. */
static void a_token_that_is_refused_is_read_anew(void **state)
{
    struct fixture *f = *state;
    f->user.token_file = f->file;
    token_put(f, "one");
    auth_begin(f);
    auth_check(f);
    until_changes(f, 1);
    const unsigned first = kube_auth_generation(f->auth);
    token_put(f, "two");
    assert_true(kube_auth_refused(f->auth, first));
    assert_int_equal(auth_check(f), AUTH_WAITING);
    until_changes(f, 2);
    assert_int_equal(auth_check(f), AUTH_READY);
    assert_string_equal(kube_auth_header(f->auth), "Bearer two");
    assert_int_not_equal(kube_auth_generation(f->auth), first);
    /* What was sent with the first one and is refused now says nothing of the second. */
    assert_true(kube_auth_refused(f->auth, first));
    assert_int_equal(auth_check(f), AUTH_READY);
    /* The same token again is the same generation. */
    const unsigned second = kube_auth_generation(f->auth);
    assert_true(kube_auth_refused(f->auth, second));
    until_changes(f, 3);
    assert_int_equal(auth_check(f), AUTH_READY);
    assert_int_equal(kube_auth_generation(f->auth), second);
}

static void a_token_file_that_cannot_be_read_says_why(void **state)
{
    struct fixture *f = *state;
    static char token[] = "of-kubeconfig";
    f->user.token_file = f->file;
    auth_begin(f);
    assert_int_equal(auth_check(f), AUTH_WAITING);
    until_changes(f, 1);
    assert_int_equal(auth_check(f), AUTH_FAILED);
    assert_int_equal(f->why.code, ERR_AUTH);
    assert_non_null(strstr(f->why.text, f->file));
    token_put(f, "one");
    assert_int_equal(auth_check(f), AUTH_FAILED); /* read again with back-off, not for each request */
    loop_step(f->loop, 50);
    assert_int_equal(f->changes, 1);
    const uint64_t limit = loop_now_ms() + DEADLINE_MS;
    while (auth_check(f) != AUTH_READY) {
        if (loop_now_ms() > limit) fail_msg("%s", f->why.text);
        loop_step(f->loop, 20);
    }
    assert_string_equal(kube_auth_header(f->auth), "Bearer one");
    assert_int_equal(f->changes, 2);
    f->changes = 1;
    token_put(f, " \n");
    auth_begin(f);
    auth_check(f);
    until_changes(f, 2);
    assert_int_equal(auth_check(f), AUTH_FAILED);
    assert_non_null(strstr(f->why.text, "no token in it"));
    /* The kubeconfig's own token is sent where there is one: the server decides. */
    unlink(f->file);
    f->user.token = token;
    auth_begin(f);
    assert_int_equal(auth_check(f), AUTH_WAITING);
    until_changes(f, 3);
    assert_int_equal(auth_check(f), AUTH_READY);
    assert_string_equal(kube_auth_header(f->auth), "Bearer of-kubeconfig");
}

/* ---- plug-ins ---- */

#define ANSWER(status)                                                                                                 \
    "echo x >> \"$1\"; echo "                                                                                          \
    "'{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{" status "}}'"

static struct kube_exec plug_in(const struct fixture *f, const char *script)
{
    static char shell[] = "/bin/sh", dash_c[] = "-c", name[] = "sh", version[] = "client.authentication.k8s.io/v1";
    return (struct kube_exec){.command = shell,
                              .args = {dash_c, (char *)(uintptr_t)script, name, (char *)(uintptr_t)f->file},
                              .api_version = version};
}

static unsigned plugin_runs(const struct fixture *f)
{
    FILE *file = fopen(f->file, "re");
    unsigned count = 0;
    if (!file) return 0;
    for (int c; (c = fgetc(file)) != EOF;) count += c == 'x';
    fclose(file);
    return count;
}

static void a_plug_ins_credentials_take_the_place_of_the_kubeconfigs(void **state)
{
    struct fixture *f = *state;
    static char cert[] = "of-kubeconfig";
    struct kube_exec x = plug_in(f, ANSWER("\"token\":\"t\",\"clientCertificateData\":\"C\",\"clientKeyData\":\"K\""));
    f->user.exec = &x;
    f->access.cert_pem = f->access.key_pem = cert;
    auth_begin(f);
    assert_string_equal(kube_auth_cert(f->auth), "of-kubeconfig");
    assert_int_equal(auth_check(f), AUTH_WAITING);
    assert_int_equal(auth_check(f), AUTH_WAITING);
    until_changes(f, 1);
    assert_int_equal(auth_check(f), AUTH_READY);
    assert_string_equal(kube_auth_header(f->auth), "Bearer t");
    assert_string_equal(kube_auth_cert(f->auth), "C");
    assert_string_equal(kube_auth_key(f->auth), "K");
    assert_int_equal(f->certificates, 1);
    assert_int_equal(plugin_runs(f), 1);
    /* Refused the moment it was given: another run would say the same. */
    assert_false(kube_auth_refused(f->auth, kube_auth_generation(f->auth)));
    assert_int_equal(auth_check(f), AUTH_READY);
    f->access.cert_pem = f->access.key_pem = NULL;
}

/* Its certificate expires, and the next run returns the same one: connections need not be opened anew. */
static void the_same_certificate_again_is_no_other_one(void **state)
{
    struct fixture *f = *state;
    struct kube_exec x = plug_in(f, "echo x >> \"$1\"; echo '{\"kind\":\"ExecCredential\",\"apiVersion\":"
                                    "\"client.authentication.k8s.io/v1\",\"status\":{\"clientCertificateData\":\"C\","
                                    "\"clientKeyData\":\"K\",\"expirationTimestamp\":\"'$(date -u -d \"12 seconds\" "
                                    "+%Y-%m-%dT%H:%M:%SZ)'\"}}'");
    f->user.exec = &x;
    auth_begin(f);
    const uint64_t limit = loop_now_ms() + DEADLINE_MS;
    while (f->changes < 2) {
        if (loop_now_ms() > limit) fail_msg("run %u times", plugin_runs(f));
        auth_check(f);
        loop_step(f->loop, 20);
    }
    assert_int_equal(plugin_runs(f), 2);
    assert_int_equal(f->certificates, 1);
    assert_null(kube_auth_header(f->auth));
}

static void a_plug_in_that_fails_is_run_with_back_off(void **state)
{
    struct fixture *f = *state;
    struct kube_exec x = plug_in(f, "echo x >> \"$1\"; echo Token has expired >&2; exit 3");
    f->user.exec = &x;
    auth_begin(f);
    assert_int_equal(auth_check(f), AUTH_WAITING);
    until_changes(f, 1);
    assert_int_equal(auth_check(f), AUTH_FAILED);
    assert_int_equal(f->why.code, ERR_AUTH);
    assert_non_null(strstr(f->why.text, "Token has expired"));
    loop_step(f->loop, 50);
    assert_int_equal(auth_check(f), AUTH_FAILED);
    assert_int_equal(plugin_runs(f), 1);
}

static void a_token_of_the_kubeconfig_needs_no_plug_in(void **state)
{
    struct fixture *f = *state;
    static char token[] = "t";
    struct kube_exec x = plug_in(f, ANSWER("\"token\":\"other\""));
    f->user.exec = &x;
    f->user.token = token;
    auth_begin(f);
    assert_int_equal(auth_check(f), AUTH_READY);
    assert_string_equal(kube_auth_header(f->auth), "Bearer t");
    loop_step(f->loop, 50);
    assert_int_equal(plugin_runs(f), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        T(what_the_kubeconfig_holds_is_sent_at_once),
        T(a_token_file_is_waited_for),
        T(a_token_that_is_refused_is_read_anew),
        T(a_token_file_that_cannot_be_read_says_why),
        T(a_plug_ins_credentials_take_the_place_of_the_kubeconfigs),
        T(the_same_certificate_again_is_no_other_one),
        T(a_plug_in_that_fails_is_run_with_back_off),
        T(a_token_of_the_kubeconfig_needs_no_plug_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
