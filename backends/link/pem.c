/* pem.c - recognizes encrypted private keys. */
#include "backends/link/pem.h"

#include <stdbool.h>
#include <string.h>

/* RFC 1421 allows any blanks after the colon of a header field. */
static bool proc_type_encrypted(const char *pem)
{
    static const char field[] = "Proc-Type:", value[] = "4,ENCRYPTED";
    for (const char *at = pem; (at = strstr(at, field)); at++) {
        const char *is = at + sizeof field - 1;
        is += strspn(is, " \t");
        if (strncmp(is, value, sizeof value - 1) == 0) return true;
    }
    return false;
}

enum err pem_key_check(const char *pem, struct why *why)
{
    if (!pem || (!strstr(pem, "-----BEGIN ENCRYPTED PRIVATE KEY-----") && !proc_type_encrypted(pem))) return ERR_OK;
    return why_set(why, ERR_UNSUPPORTED,
                   "its client key is encrypted, and raydeck has no prompt for a passphrase; decrypt it: "
                   "(umask 077; openssl pkey -in KEY -out PLAIN)");
}
