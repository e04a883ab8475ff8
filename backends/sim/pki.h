/* pki.h - a short-lived CA and its server certificate for 127.0.0.1 and localhost. */
#ifndef RAYDECK_SIM_PKI_H
#define RAYDECK_SIM_PKI_H

#include "backends/base/err.h"

struct pki {
    char *ca_pem, *cert_pem, *key_pem;
};
/* Fills *ret; free with pki_done. */
enum err pki_make(struct pki *ret, struct why *why);
void pki_done(struct pki *p); /* wipes the key */

#endif
