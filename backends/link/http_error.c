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
    switch (code) {
    case CURLE_OK: return ERR_OK;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY: return ERR_DNS;
    case CURLE_COULDNT_CONNECT: return connect_err(easy);
    case CURLE_OPERATION_TIMEDOUT: return ERR_TIMEOUT;
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2_STREAM: return ERR_RESET;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CLIENTCERT: return ERR_TLS;
    case CURLE_URL_MALFORMAT: return ERR_USAGE;
    case CURLE_UNSUPPORTED_PROTOCOL: return protocol_err(easy);
    case CURLE_FILESIZE_EXCEEDED: return ERR_LIMIT;
    case CURLE_PROXY: return ERR_REFUSED;
    case CURLE_OUT_OF_MEMORY:
    case CURLE_INTERFACE_FAILED: return ERR_IO;
    default: return ERR_PROTOCOL;
    }
}
