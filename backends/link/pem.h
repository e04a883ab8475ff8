/*
 * pem.h - checks PEM (RFC 7468) by its labels and headers, without decoding it.
 */
#ifndef RAYDECK_LINK_PEM_H
#define RAYDECK_LINK_PEM_H

#include "backends/base/err.h"

/* ERR_UNSUPPORTED for an encrypted private key: PKCS #8's "ENCRYPTED PRIVATE KEY" (RFC 5958) and RFC 1421's
 * "Proc-Type: 4,ENCRYPTED". There is no prompt for a passphrase, and libcurl 7.88 crashes without one. The message
 * begins "its client key" and says how to decrypt it. A NULL pem is fine. */
enum err pem_key_check(const char *pem, struct why *why);

#endif
