/* tls_cert.h - self-signed certificates for tests, made by openssl; each is its own CA. */
#ifndef RAYDECK_TESTS_TLS_CERT_H
#define RAYDECK_TESTS_TLS_CERT_H

/* names: as subjectAltName has them, "DNS:a.example,IP:127.0.0.1". Writes the files; fails the test when it cannot. */
void tls_cert_make(const char *cert, const char *key, const char *names);

#endif
