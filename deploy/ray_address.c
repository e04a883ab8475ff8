/* ray_address.c - what Ray takes as the address of Redis; see ray_address.h. */
#include "deploy/ray_address.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/base/url.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { PORT_MAX = 65535, PORT_DIGITS = 5 };

/* The first address without its scheme and userinfo; it ends at the comma or the text's end. */
static const char *rest_of(const char *address, size_t *ret_len)
{
    const struct url_part user = url_userinfo(address);
    const char *authority = url_authority(address), *at = user.at ? user.at + user.len + 1 : authority;
    if (!at) at = address;
    *ret_len = strcspn(at, ",");
    return at;
}

const char *ray_address_host(const char *address, size_t *ret_len)
{
    size_t len;
    const char *at = rest_of(address, &len);
    const size_t host = at[0] == '[' ? strcspn(at, "]") + 1 : strcspn(at, ":/?#");
    *ret_len = host < len ? host : len;
    return at;
}

/* Ray splits at the last colon and makes a number of all that follows. 0: it has none to make. */
static unsigned port_of(const char *at, size_t len)
{
    const char *colon = memrchr(at, ':', len);
    const char *bracket = memrchr(at, ']', len);
    unsigned port = 0;
    if (!colon || (bracket && bracket > colon)) return 0;
    const size_t digits = len - (size_t)(colon + 1 - at);
    if (!digits || digits > PORT_DIGITS) return 0;
    for (size_t i = 1; i <= digits; i++) {
        if (!isdigit((unsigned char)colon[i])) return 0;
        port = port * 10 + (unsigned)(colon[i] - '0');
    }
    return port <= PORT_MAX ? port : 0;
}

unsigned ray_address_port(const char *address)
{
    size_t len;
    const char *at = rest_of(address, &len);
    return port_of(at, len);
}

bool ray_address_has_own_scheme(const char *address)
{
    const char *authority = url_authority(address);
    const size_t scheme = authority ? (size_t)(authority - address) - strlen("://") : 0;
    return !authority || (scheme == 5 && strncmp(address, "redis", 5) == 0) ||
           (scheme == 6 && strncmp(address, "rediss", 6) == 0);
}

static const char *one_refusal(const char *one)
{
    const char *authority = url_authority(one);
    if (!ray_address_has_own_scheme(one)) return "it has another scheme than redis:// and rediss://";
    if (url_userinfo(one).at) return "it holds a user or password, which Ray takes for a part of the host's name";
    const char *at = authority ? authority : one;
    if (strpbrk(at, "/?#")) return "it has a path or a query: Ray takes all that follows the last colon for the port";
    const size_t len = strlen(at);
    if (!memchr(at, ':', len)) return "it has no port: Ray has no default for it";
    return port_of(at, len) ? NULL : "its port is not a number from 1 to 65535";
}

const char *ray_address_refusal(const char *address)
{
    const char *refusal = NULL;
    if (strchr(address, '$')) return NULL;
    char *copy = mem_str(address), *left = copy;
    for (char *one = copy; one && !refusal; one = left) {
        left = strchr(one, ',');
        if (left) *left++ = '\0';
        refusal = one_refusal(one);
    }
    mem_free_secret(copy);
    return refusal;
}

static bool host_is(const char *host, size_t len, const char *name)
{
    return strlen(name) == len && strncasecmp(host, name, len) == 0;
}

static bool host_ends(const char *host, size_t len, const char *suffix)
{
    const size_t n = strlen(suffix);
    return len > n && strncasecmp(host + len - n, suffix, n) == 0;
}

bool ray_address_is_loopback(const char *address)
{
    size_t len;
    const char *host = ray_address_host(address, &len);
    return host_is(host, len, "localhost") || host_is(host, len, "[::1]") ||
           (len > 4 && strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") >= len);
}

bool ray_address_is_internal(const char *address)
{
    size_t len;
    const char *host = ray_address_host(address, &len);
    if (!len || host[0] == '[' || memchr(host, '$', len)) return false;
    if (!memchr(host, '.', len)) return true; /* a Service of the same namespace */
    return host_ends(host, len, ".svc") || host_ends(host, len, ".cluster.local") || host_ends(host, len, ".internal");
}

/* A label of the name, or the part before its first dot. */
enum redis_endpoint ray_address_endpoint(const char *address)
{
    size_t len;
    const char *host = ray_address_host(address, &len);
    char *name = mem_strn(host, len), *dot = strchr(name, '.');
    enum redis_endpoint kind = ENDPOINT_PLAIN;
    const bool elasticache = text_has(name, ".cache.amazonaws.com"), memorydb = text_has(name, ".memorydb.");
    if (elasticache || (memorydb && text_has(name, ".amazonaws.com"))) {
        if (text_has(name, ".serverless."))
            kind = ENDPOINT_SERVERLESS;
        else if (strncmp(name, "clustercfg.", 11) == 0 || text_has(name, ".clustercfg."))
            kind = ENDPOINT_CLUSTER;
        else if (strncmp(name, "replica.", 8) == 0 ||
                 (elasticache && text_has(name, ".ng.") && dot && dot - name > 3 && memcmp(dot - 3, "-ro", 3) == 0))
            kind = ENDPOINT_READER;
    }
    free(name);
    return kind;
}
