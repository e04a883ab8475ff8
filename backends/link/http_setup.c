/* http_setup.c - sets the curl options of a request, and the callbacks that record its response. */
#include "backends/base/mem.h"
#include "backends/base/stamp.h"
#include "backends/base/text.h"
#include "backends/link/http_priv.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* READ_BYTES: read and decompressed at once; at worst the output is a thousand times as large. */
enum { CONNECT_MS = 10000, READ_BYTES = 16 * 1024, KEEPALIVE_IDLE_S = 15, KEEPALIVE_EVERY_S = 5, DATE_MAX = 64 };

static void silence_restart(struct http_request *r)
{
    if (r->silence) alarm_set(r->silence, r->silence_ms, 0);
}

/* Returns what a write callback must return to make curl abort the transfer. */
static size_t request_abort(struct http_request *r, enum err err, const char *why, size_t len)
{
    r->abort_err = err;
    r->abort_why = why;
    return len > 0 ? 0 : 1;
}

static bool header_is(const char *line, size_t len, const char *name)
{
    size_t n = strlen(name);
    return len > n && line[n] == ':' && strncasecmp(line, name, n) == 0;
}

/* Is the value exactly that word? */
static bool header_value_is(const char *line, size_t len, const char *word)
{
    const char *at = memchr(line, ':', len), *end = line + len;
    while (++at < end && (*at == ' ' || *at == '\t')) continue;
    while (end > at && strchr("\r\n \t", end[-1])) end--;
    return (size_t)(end - at) == strlen(word) && strncasecmp(at, word, strlen(word)) == 0;
}

static void sync_date(struct http_request *r, const char *line, size_t len)
{
    char text[DATE_MAX];
    uint64_t ms;

    while (len > 0 && (*line == ' ' || *line == '\t')) line++, len--;
    while (len > 0 && strchr("\r\n \t", line[len - 1])) len--;
    if (len >= sizeof text || memchr(line, '\0', len)) return;
    memcpy(text, line, len);
    text[len] = '\0';
    if (!stamp_parse_http(text, &ms)) loop_sync_date(r->client->loop, ms);
}

static size_t on_header(char *line, size_t size, size_t count, void *arg)
{
    struct http_request *r = arg;
    size_t len = size * count;

    silence_restart(r);
    r->head_len += len;
    if (r->head_len > HTTP_HEAD_MAX) return request_abort(r, ERR_LIMIT, "the response header is too large", len);
    if (r->status != 0) return len; /* a trailer */
    if (header_is(line, len, "content-encoding")) r->compressed = !header_value_is(line, len, "identity");
    if (r->client->sync_clock && !r->proxied && header_is(line, len, "date")) sync_date(r, line + 5, len - 5);
    if (len <= 2 && (line[0] == '\r' || line[0] == '\n')) {
        long status = 0;
        curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &status);
        if (status < 200) return len; /* 1xx: the final response follows */
        r->status = status;
        r->head_pending = r->calls.head != NULL;
        r->streamed = r->calls.bytes && status < 300;
        if (r->streamed && r->compressed)
            return request_abort(r, ERR_PROTOCOL, "the stream is compressed, which was not requested", len);
        if (r->streamed) r->body.max = HTTP_BODY_MAX;
    }
    return len;
}

static size_t on_stream(struct http_request *r, const char *bytes, size_t len)
{
    if (r->body.len > 0 && r->body.len + len > HTTP_PIECE) {
        r->paused = true;
        return CURL_WRITEFUNC_PAUSE; /* curl delivers the same bytes again */
    }
    if (len > r->stream_max - r->stream_len || buf_add(&r->body, bytes, len))
        return request_abort(r, ERR_LIMIT, "the stream is too large", len);
    r->stream_len += len;
    return len;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct http_request *r = arg;
    size_t len = size * count;

    silence_restart(r);
    if (r->streamed) return on_stream(r, bytes, len);
    if (!buf_add(&r->body, bytes, len)) return len;
    return request_abort(r, ERR_LIMIT, "the response is too large", len);
}

static bool header_is_sane(const char *s)
{
    for (; *s; s++) {
        if ((unsigned char)*s < 0x20 || *s == 0x7F) return false;
    }
    return true;
}

static void add_header(struct http_request *r, const char *name, const char *value)
{
    /* curl's syntax for a header without a value is "Name;" */
    char *line = *value ? mem_printf("%s: %s", name, value) : mem_printf("%s;", name);
    struct curl_slist *more = curl_slist_append(r->headers, line);

    if (more) r->headers = more;
    mem_free_secret(line);
}

static enum err set_headers(struct http_request *r, const struct http_ask *ask)
{
    bool typed = false;

    for (size_t i = 0; i < HTTP_HEADERS && ask->header[i].name; i++) {
        const struct http_header *h = &ask->header[i];
        if (!*h->name || !h->value || strpbrk(h->name, ":; ") || !header_is_sane(h->name) || !header_is_sane(h->value))
            return ERR_USAGE;
        add_header(r, h->name, h->value);
        typed = typed || strcasecmp(h->name, "content-type") == 0;
    }
    /* suppresses curl's defaults: Expect: 100-continue, and a form's Content-Type */
    r->headers = curl_slist_append(r->headers, "Expect:");
    if (!typed && ask->body) r->headers = curl_slist_append(r->headers, "Content-Type:");
    curl_easy_setopt(r->easy, CURLOPT_HTTPHEADER, r->headers);
    return ERR_OK;
}

/* Verifies server_name, and sends it as SNI, but connects to the URL's host: kubeconfig's tls-server-name. */
static enum err set_server_name(struct http_request *r, const char *url)
{
    const char *name = r->client->server_name;
    char *host = NULL, *port = NULL, *written = NULL, *renamed = NULL;
    enum err err = ERR_USAGE;
    CURLU *u = curl_url();

    if (curl_url_set(u, CURLUPART_URL, url, 0) || curl_url_get(u, CURLUPART_HOST, &host, 0) ||
        curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT))
        goto out;
    bool default_port = curl_url_get(u, CURLUPART_PORT, &written, CURLU_NO_DEFAULT_PORT) != CURLUE_OK;
    if (curl_url_set(u, CURLUPART_HOST, name, 0) || curl_url_get(u, CURLUPART_URL, &renamed, 0)) goto out;
    char *to = mem_printf("::%s:%s", host, port);
    r->connect_to = curl_slist_append(NULL, to);
    free(to);
    char *authority = default_port ? mem_str(host) : mem_printf("%s:%s", host, port);
    add_header(r, "Host", authority);
    free(authority);
    curl_easy_setopt(r->easy, CURLOPT_CONNECT_TO, r->connect_to);
    curl_easy_setopt(r->easy, CURLOPT_URL, renamed);
    err = ERR_OK;
out:
    curl_free(host);
    curl_free(port);
    curl_free(written);
    curl_free(renamed);
    curl_url_cleanup(u);
    return err;
}

static void set_blob(CURL *easy, CURLoption option, char *pem)
{
    if (!pem) return;
    struct curl_blob blob = {.data = pem, .len = strlen(pem), .flags = CURL_BLOB_NOCOPY};
    curl_easy_setopt(easy, option, &blob);
}

static void set_tls(struct http_request *r)
{
    const struct http_client *c = r->client;

    set_blob(r->easy, CURLOPT_CAINFO_BLOB, c->ca_pem);
    set_blob(r->easy, CURLOPT_SSLCERT_BLOB, c->cert_pem);
    set_blob(r->easy, CURLOPT_SSLKEY_BLOB, c->key_pem);
    /* curl 7.88 calls strlen(NULL) when a key is encrypted and no password is set */
    if (c->key_pem) curl_easy_setopt(r->easy, CURLOPT_KEYPASSWD, "");
    curl_easy_setopt(r->easy, CURLOPT_SSL_VERIFYPEER, c->insecure ? 0L : 1L);
    curl_easy_setopt(r->easy, CURLOPT_SSL_VERIFYHOST, c->insecure ? 0L : 2L);
}

static void set_connection(struct http_request *r, const struct http_ask *ask)
{
    const struct http_client *c = r->client;
    CURL *e = r->easy;
    uint64_t connect_ms = ask->connect_timeout_ms ? ask->connect_timeout_ms : CONNECT_MS;
    bool tls = ask->url && strncasecmp(ask->url, "https:", 6) == 0;

    curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L); /* cancelling must not join a hanging resolver thread */
    curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
    curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)ask->timeout_ms);
    curl_easy_setopt(e, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(e, CURLOPT_TCP_KEEPIDLE, (long)KEEPALIVE_IDLE_S);
    curl_easy_setopt(e, CURLOPT_TCP_KEEPINTVL, (long)KEEPALIVE_EVERY_S);
    curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(e, CURLOPT_PIPEWAIT, tls && !ask->fresh ? 1L : 0L);
    curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, ask->fresh ? 1L : 0L);
    curl_easy_setopt(e, CURLOPT_FORBID_REUSE, ask->fresh ? 1L : 0L);
    curl_easy_setopt(e, CURLOPT_BUFFERSIZE, (long)READ_BYTES);
    if (c->proxy) {
        curl_easy_setopt(e, CURLOPT_PROXY, c->proxy);
        curl_easy_setopt(e, CURLOPT_NOPROXY, "");
    }
    curl_easy_setopt(e, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

static void set_method(struct http_request *r, const struct http_ask *ask)
{
    const char *method = ask->method ? ask->method : "GET";

    if (strcmp(method, "HEAD") == 0) {
        curl_easy_setopt(r->easy, CURLOPT_NOBODY, 1L);
        return;
    }
    if (ask->body) {
        curl_easy_setopt(r->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)ask->body_len);
        curl_easy_setopt(r->easy, CURLOPT_COPYPOSTFIELDS, ask->body);
    } else if (strcmp(method, "POST") == 0) {
        curl_easy_setopt(r->easy, CURLOPT_POSTFIELDSIZE, 0L);
        curl_easy_setopt(r->easy, CURLOPT_COPYPOSTFIELDS, "");
    }
    curl_easy_setopt(r->easy, CURLOPT_CUSTOMREQUEST, method);
}

static bool is_scope(const char *s)
{
    return s && *s && header_is_sane(s) && !strpbrk(s, ": /,");
}

static enum err set_sigv4(struct http_request *r, const struct http_sigv4 *v)
{
    if (!v->id) return ERR_OK;
    if (!is_scope(v->region) || !is_scope(v->service) || !is_scope(v->id) || !v->secret || !header_is_sane(v->secret))
        return ERR_USAGE;
    char *how = mem_printf("aws:amz:%s:%s", v->region, v->service);
    curl_easy_setopt(r->easy, CURLOPT_AWS_SIGV4, how);
    curl_easy_setopt(r->easy, CURLOPT_USERNAME, v->id);
    curl_easy_setopt(r->easy, CURLOPT_PASSWORD, v->secret);
    free(how);
    return ERR_OK;
}

enum err http_setup(struct http_request *r, const struct http_ask *ask)
{
    CURL *e = r->easy;

    if (!ask->url || (ask->method && strpbrk(ask->method, " \r\n"))) return ERR_USAGE;
    curl_easy_setopt(e, CURLOPT_ERRORBUFFER, r->error);
    curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(e, CURLOPT_HEADERDATA, r);
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(e, CURLOPT_WRITEDATA, r);
    curl_easy_setopt(e, CURLOPT_PRIVATE, r);
    curl_sockets_set(e, &r->sockets);
    curl_easy_setopt(e, CURLOPT_USERAGENT, r->client->user_agent);
    if (!r->calls.bytes) curl_easy_setopt(e, CURLOPT_ACCEPT_ENCODING, "");
    set_connection(r, ask);
    set_tls(r);
    set_method(r, ask);
    enum err err = ERR_OK;
    if (r->client->server_name)
        err = set_server_name(r, ask->url);
    else
        curl_easy_setopt(e, CURLOPT_URL, ask->url);
    if (!err) err = set_sigv4(r, &ask->sigv4);
    return err ? err : set_headers(r, ask);
}
