/* kube_tls_test.c - the API server over TLS: its certificate is held against the kubeconfig's, and ours against the
 * server's. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/kube/kube_api.h"
#include "backends/link/http.h"
#include "backends/sim/pki.h"
#include "tests/support/deadline.h"
#include "tests/support/kube_fixture.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <microhttpd.h>

/* A server of its own thread that answers empty lists to whoever shows a certificate of `trusted`. */
struct tls_server {
    struct pki own, trusted;
    struct MHD_Daemon *daemon;
    unsigned port;
};

static bool shows_a_good_certificate(struct MHD_Connection *c)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    unsigned status = 1;
    return info && gnutls_certificate_verify_peers2((gnutls_session_t)info->tls_session, &status) == 0 && status == 0;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *c, const char *url, const char *method,
                                  const char *version, const char *data, size_t *size, void **state)
{
    const char *list = "{\"metadata\":{\"resourceVersion\":\"7\"},\"items\":[]}", *text = list;
    unsigned status = 200;
    (void)arg, (void)url, (void)method, (void)version, (void)data, (void)size, (void)state;
    if (!shows_a_good_certificate(c))
        status = 401, text = "{\"kind\":\"Status\",\"message\":\"Unauthorized\",\"code\":401}";
    else if (MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, "watch"))
        text = "";
    struct MHD_Response *r =
        MHD_create_response_from_buffer(strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT);
    enum MHD_Result done = MHD_queue_response(c, status, r);
    MHD_destroy_response(r);
    return done;
}

static int server_start(void **state)
{
    struct tls_server *t = mem_zero(1, sizeof *t);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(pki_make(&t->own, NULL), ERR_OK);
    assert_int_equal(pki_make(&t->trusted, NULL), ERR_OK);
    t->daemon = MHD_start_daemon(MHD_USE_TLS | MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, on_request, t,
                                 MHD_OPTION_SOCK_ADDR, &at, MHD_OPTION_HTTPS_MEM_CERT, t->own.cert_pem,
                                 MHD_OPTION_HTTPS_MEM_KEY, t->own.key_pem, MHD_OPTION_HTTPS_MEM_TRUST,
                                 t->trusted.ca_pem, MHD_OPTION_END);
    assert_non_null(t->daemon);
    t->port = MHD_get_daemon_info(t->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
    *state = t;
    return 0;
}

static int server_stop(void **state)
{
    struct tls_server *t = *state;
    MHD_stop_daemon(t->daemon);
    pki_done(&t->own);
    pki_done(&t->trusted);
    free(t);
    return 0;
}

static char *base64_text(const char *text)
{
    struct buf b;
    buf_init(&b, 1024 * 1024);
    assert_int_equal(text_base64_encode(text, strlen(text), &b), ERR_OK);
    return buf_take(&b);
}

/* cluster: more of the cluster's map, beginning with a comma. */
static void open_tls(struct kube_fixture *s, const struct tls_server *t, const char *ca_pem, const char *cluster,
                     bool with_cert)
{
    char *ca = base64_text(ca_pem), *cert = base64_text(t->trusted.cert_pem), *key = base64_text(t->trusted.key_pem);
    char *user =
        with_cert ? mem_printf("{client-certificate-data: %s, client-key-data: %s}", cert, key) : mem_str("{}");
    char *text = mem_printf("current-context: c\nclusters:\n- {name: k, cluster: {server: \"https://127.0.0.1:%u\", "
                            "certificate-authority-data: %s%s}}\nusers:\n- {name: u, user: %s}\n"
                            "contexts:\n- {name: c, context: {cluster: k, user: u}}\n",
                            t->port, ca, cluster, user);
    kube_fixture_start(s);
    kube_fixture_open_text(s, text, NULL);
    free(ca);
    free(cert);
    free(key);
    free(user);
    free(text);
}

static bool nodes_told(struct kube_fixture *s)
{
    enum source_state st = kube_fixture_state(s, "kube/nodes");
    return st == SOURCE_LIVE || st == SOURCE_DOWN || st == SOURCE_DENIED;
}

static void kube_tls_check(const struct tls_server *t, const char *ca_pem, const char *cluster, bool with_cert,
                           enum source_state state, enum err err)
{
    struct kube_fixture s = {0};
    open_tls(&s, t, ca_pem, cluster, with_cert);
    kube_fixture_until(&s, nodes_told, "an answer");
    if (kube_fixture_state(&s, "kube/nodes") != state)
        fail_msg("state %d: %s", kube_fixture_state(&s, "kube/nodes"), kube_fixture_why(&s, "kube/nodes"));
    assert_int_equal(world_source_named(s.world, "kube/nodes")->err, err);
    assert_int_equal(kube_api.where(s.be)->insecure, strstr(cluster, "insecure") != NULL);
    kube_fixture_stop(&s);
}

static void a_client_certificate_opens_the_door(void **state)
{
    const struct tls_server *t = *state;
    kube_tls_check(t, t->own.ca_pem, "", true, SOURCE_LIVE, ERR_OK);
    kube_tls_check(t, t->own.ca_pem, "", false, SOURCE_DENIED, ERR_AUTH);
}

static void a_server_that_another_authority_signed(void **state)
{
    const struct tls_server *t = *state;
    kube_tls_check(t, t->trusted.ca_pem, "", true, SOURCE_DOWN, ERR_TLS);
}

static void the_name_is_verified(void **state)
{
    const struct tls_server *t = *state;
    kube_tls_check(t, t->own.ca_pem, ", tls-server-name: localhost", true, SOURCE_LIVE, ERR_OK);
    kube_tls_check(t, t->own.ca_pem, ", tls-server-name: elsewhere.example", true, SOURCE_DOWN, ERR_TLS);
}

static void insecure_is_said(void **state)
{
    const struct tls_server *t = *state;
    kube_tls_check(t, t->trusted.ca_pem, ", insecure-skip-tls-verify: true", true, SOURCE_LIVE, ERR_OK);
}

/* ---- a key that nobody looked at before the HTTP client ---- */

static char *key_encrypted(const char *key_pem)
{
    gnutls_x509_privkey_t key;
    gnutls_datum_t in = {(unsigned char *)(uintptr_t)key_pem, (unsigned)strlen(key_pem)}, out = {0};
    assert_int_equal(gnutls_x509_privkey_init(&key), 0);
    assert_int_equal(gnutls_x509_privkey_import(key, &in, GNUTLS_X509_FMT_PEM), 0);
    assert_int_equal(
        gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, "a password", GNUTLS_PKCS_PBES2_AES_256, &out), 0);
    char *text = mem_strn((const char *)out.data, out.size);
    gnutls_free(out.data);
    gnutls_x509_privkey_deinit(key);
    return text;
}

static void on_refused(void *arg, const struct http_answer *a)
{
    *(enum err *)arg = a->err;
}

static void an_encrypted_key_ends_in_an_error_of_the_client(void **state)
{
    const struct tls_server *t = *state;
    enum err err = ERR_OK;
    struct loop *l = loop_new();
    char *key = key_encrypted(t->trusted.key_pem), *url = mem_printf("https://127.0.0.1:%u/", t->port);
    struct http_client *c = http_client_new(
        l,
        &(struct http_client_conf){.tls = {.ca_pem = t->own.ca_pem, .cert_pem = t->trusted.cert_pem, .key_pem = key}});
    http_send(c, &(struct http_ask){.url = url, .timeout_ms = 5000},
              &(struct http_calls){.done = on_refused, .arg = &err});
    for (uint64_t limit = loop_now_ms() + DEADLINE_MS; err == ERR_OK && loop_now_ms() < limit;) loop_step(l, 50);
    assert_int_equal(err, ERR_TLS);
    http_client_free(c);
    loop_free(l);
    free(key);
    free(url);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_certificate_opens_the_door),
        cmocka_unit_test(a_server_that_another_authority_signed),
        cmocka_unit_test(the_name_is_verified),
        cmocka_unit_test(insecure_is_said),
        cmocka_unit_test(an_encrypted_key_ends_in_an_error_of_the_client),
    };
    return cmocka_run_group_tests(tests, server_start, server_stop);
}
