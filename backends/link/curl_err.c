/* curl_err.c - maps CURLcode to err, and distinguishes local limits from the peer's failures. */
#include "backends/link/curl_err.h"

#include "backends/base/mem.h"
#include "backends/link/descriptors.h"
#include "backends/link/loop.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* Descriptors that resolving a name and reading a CA file take: with fewer left, EMFILE is the likely cause. */
enum { DESCRIPTORS_NEEDED = 4 };

/* curl has no errno where socket(2) failed, and 7.88 not for every refused connection. */
static enum err connect_err(CURL *easy, const struct curl_sockets *s)
{
    long os = 0;

    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &os);
    switch (os) {
    case 0: return s->opened ? ERR_REFUSED : ERR_IO;
    case ECONNREFUSED: return ERR_REFUSED;
    case ETIMEDOUT: return ERR_TIMEOUT;
    case ECONNRESET: return ERR_RESET;
    default: return ERR_IO;
    }
}

/* May curl have reported EMFILE as something else? */
static bool descriptors_exhausted(const struct curl_sockets *s, enum err err)
{
    bool ambiguous =
        err == ERR_DNS || err == ERR_TLS || err == ERR_IO || err == ERR_PROTOCOL || (err == ERR_REFUSED && !s->opened);
    return (s->limit_errno && !s->opened) || (ambiguous && descriptors_short(DESCRIPTORS_NEEDED));
}

/* CURLE_UNSUPPORTED_PROTOCOL means a URL that is not http(s), or, once connected, a server that is not HTTP. */
static enum err protocol_err(CURL *easy)
{
    long port = 0;

    curl_easy_getinfo(easy, CURLINFO_PRIMARY_PORT, &port);
    return port > 0 ? ERR_PROTOCOL : ERR_USAGE;
}

static enum err err_of(CURL *easy, CURLcode code, const struct curl_sockets *s)
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

    if (code == CURLE_COULDNT_CONNECT) return connect_err(easy, s);
    if (code == CURLE_UNSUPPORTED_PROTOCOL) return protocol_err(easy);
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (known[i].code == code) return known[i].err;
    }
    return ERR_PROTOCOL;
}

enum err curl_err(CURL *easy, CURLcode code, const struct curl_sockets *s)
{
    enum err err = err_of(easy, code, s);
    return err && descriptors_exhausted(s, err) ? ERR_EXHAUSTED : err;
}

const char *curl_err_words(enum err err, CURLcode code, const char *buffer, const struct curl_sockets *s)
{
    if (err == ERR_EXHAUSTED)
        return strerror(s->limit_errno ? s->limit_errno : code == CURLE_OUT_OF_MEMORY ? ENOMEM : EMFILE);
    /* curl's message is about its own poll(2), although the peer closed the connection */
    if (err == ERR_RESET && (code == CURLE_UNRECOVERABLE_POLL || strstr(buffer, "poll"))) return strerror(ECONNRESET);
    return *buffer ? buffer : curl_easy_strerror(code);
}

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct curl_sockets *s = arg;
    int fd = socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);

    (void)purpose;
    s->opened = s->opened || fd >= 0;
    /* an address family that the kernel does not support (IPv6) is no local limit */
    if (fd < 0 && loop_err(-errno) == ERR_EXHAUSTED) s->limit_errno = errno;
    return fd < 0 ? CURL_SOCKET_BAD : fd;
}

void curl_sockets_set(CURL *easy, struct curl_sockets *s)
{
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, s);
}
