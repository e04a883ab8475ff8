#include "backends/base/mem.h"
#include "backends/link/descriptors.h"
#include "backends/link/http_inside.h"

#include <errno.h>

enum { SPARE = 4 }; /* descriptors: fewer, and a name's look-up, or a file of authorities, failed for the lack */

/* curl keeps no errno where it had no socket, and 7.88 none of some that were refused. */
static enum err connect_err(const struct http_request *r)
{
    long os = 0;

    curl_easy_getinfo(r->easy, CURLINFO_OS_ERRNO, &os);
    switch (os) {
    case 0: return r->socketed ? ERR_REFUSED : ERR_IO;
    case ECONNREFUSED: return ERR_REFUSED;
    case ETIMEDOUT: return ERR_TIMEOUT;
    case ECONNRESET: return ERR_RESET;
    default: return ERR_IO;
    }
}

/* Whether the lack of a descriptor may be what curl tells as another failure. */
static bool lacked_descriptors(const struct http_request *r, enum err err)
{
    bool doubtful = err == ERR_DNS || err == ERR_TLS || err == ERR_IO || err == ERR_PROTOCOL ||
                    (err == ERR_REFUSED && !r->socketed);
    return (r->socket_errno && !r->socketed) || (doubtful && descriptors_short(SPARE));
}

/* curl has one word for a URL that is not http and for a server that does not speak it. */
static enum err protocol_err(CURL *easy)
{
    long port = 0;

    curl_easy_getinfo(easy, CURLINFO_PRIMARY_PORT, &port);
    return port > 0 ? ERR_PROTOCOL : ERR_USAGE;
}

static enum err curl_err(const struct http_request *r)
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
        {CURLE_OUT_OF_MEMORY, ERR_EXHAUSTED},
        {CURLE_INTERFACE_FAILED, ERR_IO},
    };

    if (r->result == CURLE_COULDNT_CONNECT) return connect_err(r);
    if (r->result == CURLE_UNSUPPORTED_PROTOCOL) return protocol_err(r->easy);
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (known[i].code == r->result) return known[i].err;
    }
    return ERR_PROTOCOL;
}

enum err http_curl_err(const struct http_request *r)
{
    enum err err = curl_err(r);
    return err && lacked_descriptors(r, err) ? ERR_EXHAUSTED : err;
}
