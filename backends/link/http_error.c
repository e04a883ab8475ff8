#include "backends/base/mem.h"
#include "backends/link/http_inside.h"

#include <errno.h>

static enum err connect_err(CURL *easy)
{
    long os = 0;

    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &os);
    switch (os) {
    case 0:
    case ECONNREFUSED: return ERR_REFUSED;
    case ETIMEDOUT: return ERR_TIMEOUT;
    case ECONNRESET: return ERR_RESET;
    default: return ERR_IO;
    }
}

/* curl has one word for a URL that is not http and for a server that does not speak it. */
static enum err protocol_err(CURL *easy)
{
    long port = 0;

    curl_easy_getinfo(easy, CURLINFO_PRIMARY_PORT, &port);
    return port > 0 ? ERR_PROTOCOL : ERR_USAGE;
}

enum err http_curl_err(CURL *easy, CURLcode code)
{
    static const struct {
        CURLcode code;
        enum err err;
    } known[] = {
        {CURLE_OK, ERR_OK},
        {CURLE_COULDNT_RESOLVE_HOST, ERR_DNS},
        {CURLE_COULDNT_RESOLVE_PROXY, ERR_DNS},
        {CURLE_OPERATION_TIMEDOUT, ERR_TIMEOUT},
        {CURLE_GOT_NOTHING, ERR_RESET},
        {CURLE_SEND_ERROR, ERR_RESET},
        {CURLE_RECV_ERROR, ERR_RESET},
        {CURLE_UNRECOVERABLE_POLL, ERR_RESET},
        {CURLE_PARTIAL_FILE, ERR_RESET},
        {CURLE_HTTP2_STREAM, ERR_RESET},
        {CURLE_PEER_FAILED_VERIFICATION, ERR_TLS},
        {CURLE_SSL_CONNECT_ERROR, ERR_TLS},
        {CURLE_SSL_CERTPROBLEM, ERR_TLS},
        {CURLE_SSL_CIPHER, ERR_TLS},
        {CURLE_SSL_CACERT_BADFILE, ERR_TLS},
        {CURLE_SSL_ISSUER_ERROR, ERR_TLS},
        {CURLE_SSL_INVALIDCERTSTATUS, ERR_TLS},
        {CURLE_SSL_CLIENTCERT, ERR_TLS},
        {CURLE_URL_MALFORMAT, ERR_USAGE},
        {CURLE_FILESIZE_EXCEEDED, ERR_LIMIT},
        {CURLE_PROXY, ERR_REFUSED},
        {CURLE_OUT_OF_MEMORY, ERR_IO},
        {CURLE_INTERFACE_FAILED, ERR_IO},
    };

    if (code == CURLE_COULDNT_CONNECT) return connect_err(easy);
    if (code == CURLE_UNSUPPORTED_PROTOCOL) return protocol_err(easy);
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (known[i].code == code) return known[i].err;
    }
    return ERR_PROTOCOL;
}
