/* pki.c - a certificate authority and the certificates of one run. */
#include "backends/sim/pki.h"

#include "backends/base/mem.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { VALID_SECONDS = 30 * 24 * 3600, SERIAL_BYTES = 16 };

static int fresh_key(gnutls_x509_privkey_t *ret)
{
    int e = gnutls_x509_privkey_init(ret);
    if (e == 0)
        e = gnutls_x509_privkey_generate(*ret, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
    return e;
}

/* Sets what both certificates need: serial, validity, name, key identifier. */
static int fresh_cert(gnutls_x509_crt_t *ret, gnutls_x509_privkey_t key, const char *name)
{
    unsigned char serial[SERIAL_BYTES], id[64];
    size_t id_len = sizeof id;
    time_t now = time(NULL);
    gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof serial);
    serial[0] &= 0x7f;
    int e = gnutls_x509_crt_init(ret);
    if (e == 0) e = gnutls_x509_crt_set_version(*ret, 3);
    if (e == 0) e = gnutls_x509_crt_set_serial(*ret, serial, sizeof serial);
    if (e == 0) e = gnutls_x509_crt_set_activation_time(*ret, now - 3600);
    if (e == 0) e = gnutls_x509_crt_set_expiration_time(*ret, now + VALID_SECONDS);
    if (e == 0) e = gnutls_x509_crt_set_dn_by_oid(*ret, GNUTLS_OID_X520_COMMON_NAME, 0, name, (unsigned)strlen(name));
    if (e == 0) e = gnutls_x509_crt_set_key(*ret, key);
    if (e == 0) e = gnutls_x509_crt_get_key_id(*ret, 0, id, &id_len);
    if (e == 0) e = gnutls_x509_crt_set_subject_key_id(*ret, id, id_len);
    return e;
}

static int for_server(gnutls_x509_crt_t cert)
{
    static const unsigned char loopback[] = {127, 0, 0, 1};
    int e = gnutls_x509_crt_set_basic_constraints(cert, 0, -1);
    if (e == 0)
        e = gnutls_x509_crt_set_subject_alt_name(cert, GNUTLS_SAN_IPADDRESS, loopback, sizeof loopback,
                                                 GNUTLS_FSAN_SET);
    if (e == 0) e = gnutls_x509_crt_set_subject_alt_name(cert, GNUTLS_SAN_DNSNAME, "localhost", 9, GNUTLS_FSAN_APPEND);
    if (e == 0) e = gnutls_x509_crt_set_key_usage(cert, GNUTLS_KEY_DIGITAL_SIGNATURE);
    if (e == 0) e = gnutls_x509_crt_set_key_purpose_oid(cert, GNUTLS_KP_TLS_WWW_SERVER, 0);
    return e;
}

static int for_ca(gnutls_x509_crt_t cert)
{
    int e = gnutls_x509_crt_set_basic_constraints(cert, 1, -1);
    if (e == 0) e = gnutls_x509_crt_set_key_usage(cert, GNUTLS_KEY_KEY_CERT_SIGN);
    return e;
}

static char *datum_text(gnutls_datum_t *pem)
{
    char *text = mem_strn((const char *)pem->data, pem->size);
    gnutls_memset(pem->data, 0, pem->size);
    gnutls_free(pem->data);
    return text;
}

static int export_all(struct pki *p, gnutls_x509_crt_t ca, gnutls_x509_crt_t cert, gnutls_x509_privkey_t key)
{
    gnutls_datum_t pem;
    int e = gnutls_x509_crt_export2(ca, GNUTLS_X509_FMT_PEM, &pem);
    if (e == 0) p->ca_pem = datum_text(&pem);
    if (e == 0) e = gnutls_x509_crt_export2(cert, GNUTLS_X509_FMT_PEM, &pem);
    if (e == 0) p->cert_pem = datum_text(&pem);
    if (e == 0) e = gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &pem);
    if (e == 0) p->key_pem = datum_text(&pem);
    return e;
}

enum err pki_make(struct pki *ret, struct why *why)
{
    struct pki made = {0};
    gnutls_x509_privkey_t ca_key = NULL, key = NULL;
    gnutls_x509_crt_t ca = NULL, cert = NULL;
    int e = fresh_key(&ca_key);
    if (e == 0) e = fresh_cert(&ca, ca_key, "raydeck-sim CA");
    if (e == 0) e = for_ca(ca);
    if (e == 0) e = gnutls_x509_crt_sign2(ca, ca, ca_key, GNUTLS_DIG_SHA256, 0);
    if (e == 0) e = fresh_key(&key);
    if (e == 0) e = fresh_cert(&cert, key, "raydeck-sim");
    if (e == 0) e = for_server(cert);
    if (e == 0) e = gnutls_x509_crt_sign2(cert, ca, ca_key, GNUTLS_DIG_SHA256, 0);
    if (e == 0) e = export_all(&made, ca, cert, key);
    gnutls_x509_crt_deinit(cert);
    gnutls_x509_crt_deinit(ca);
    gnutls_x509_privkey_deinit(key);
    gnutls_x509_privkey_deinit(ca_key);
    if (e != 0) {
        pki_done(&made);
        return why_set(why, ERR_TLS, "certificate: %s", gnutls_strerror(e));
    }
    *ret = made;
    return ERR_OK;
}

void pki_done(struct pki *p)
{
    free(p->ca_pem);
    free(p->cert_pem);
    mem_free_secret(p->key_pem);
    *p = (struct pki){0};
}
