/*
 * pem.h - what can be said of PEM (RFC 7468) without reading what it holds.
 */
#ifndef RAYDECK_LINK_PEM_H
#define RAYDECK_LINK_PEM_H

#include "backends/base/err.h"

/* ERR_UNSUPPORTED where a private key can be used with a password only: PKCS #8's "ENCRYPTED PRIVATE KEY" (RFC 5958)
 * and RFC 1421's "Proc-Type: 4,ENCRYPTED". There is nobody to type one, and libcurl 7.88 crashes without. why says what
 * to do, and begins "its client key"; a NULL pem is fine. */
enum err pem_key_check(const char *pem, struct why *why);

#endif
