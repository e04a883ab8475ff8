/* sigv4.c - Checks AWS Signature Version 4, written apart from curl's. */
#include "tests/support/sigv4.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <ctype.h>
#include <gnutls/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { HASH = 32, HEX = 2 * HASH, SKEW_S = 15 * 60, CANONICAL_MAX = 1024 * 1024 };

char *sigv4_header(const char *request, const char *name)
{
    size_t n = strlen(name);
    const char *end = strstr(request, "\r\n\r\n");

    for (const char *at = strstr(request, "\r\n"); at && at < end; at = strstr(at + 2, "\r\n")) {
        const char *line = at + 2;
        if (strncasecmp(line, name, n) != 0 || line[n] != ':') continue;
        line += n + 1;
        size_t len = strcspn(line, "\r\n");
        while (len && isspace((unsigned char)*line)) line++, len--;
        while (len && isspace((unsigned char)line[len - 1])) len--;
        return mem_strn(line, len);
    }
    return NULL;
}

static char *hash_hex(const char *text, size_t len)
{
    unsigned char out[HASH];
    if (gnutls_hash_fast(GNUTLS_DIG_SHA256, text, len, out)) abort();
    return text_hex(out, HASH);
}

static void hmac_sha256(const void *key, size_t key_len, const char *text, unsigned char out[HASH])
{
    if (gnutls_hmac_fast(GNUTLS_MAC_SHA256, key, key_len, text, strlen(text), out)) abort();
}

/* "name=value" of the Authorization header's parts. Caller frees; NULL: none. */
static char *header_part(const char *authorization, const char *name)
{
    const char *at = strstr(authorization, name);
    if (!at) return NULL;
    at += strlen(name);
    return mem_strn(at, strcspn(at, ", "));
}

/* Runs of blanks in a value count as one. */
static void add_value(struct buf *out, const char *value)
{
    for (const char *c = value; *c; c++) {
        if (*c != ' ' || c[1] != ' ') buf_char(out, *c);
    }
}

static char *canonical_request(const char *request, const char *signed_headers)
{
    struct buf out;
    const char *body = strstr(request, "\r\n\r\n");
    size_t method = strcspn(request, " "), path = strcspn(request + method + 1, " ");

    buf_init(&out, CANONICAL_MAX);
    /* Only what our requests are: without a query. */
    buf_printf(&out, "%.*s\n%.*s\n\n", (int)method, request, (int)path, request + method + 1);
    for (const char *at = signed_headers; *at;) {
        size_t len = strcspn(at, ";");
        char *name = mem_strn(at, len), *value = sigv4_header(request, name);
        buf_printf(&out, "%s:", name);
        if (value) add_value(&out, value);
        buf_char(&out, '\n');
        free(name);
        free(value);
        at += len + (at[len] == ';');
    }
    char *hash = hash_hex(body + 4, strlen(body + 4));
    buf_printf(&out, "\n%s\n%s", signed_headers, hash);
    free(hash);
    return buf_take(&out);
}

static char *signature_of(const char *request, const char *signed_headers, const char *stamp,
                          const struct sigv4_keys *k)
{
    unsigned char key[HASH], next[HASH];
    char day[9];
    snprintf(day, sizeof day, "%.8s", stamp);
    char *first = mem_printf("AWS4%s", k->secret), *text = canonical_request(request, signed_headers);
    char *hash = hash_hex(text, strlen(text));
    char *to_sign =
        mem_printf("AWS4-HMAC-SHA256\n%s\n%s/%s/%s/aws4_request\n%s", stamp, day, k->region, k->service, hash);

    hmac_sha256(first, strlen(first), day, key);
    hmac_sha256(key, HASH, k->region, next);
    hmac_sha256(next, HASH, k->service, key);
    hmac_sha256(key, HASH, "aws4_request", next);
    hmac_sha256(next, HASH, to_sign, key);
    free(first);
    free(text);
    free(hash);
    free(to_sign);
    return text_hex(key, HASH);
}

static bool is_signed(const char *signed_headers, const char *name)
{
    size_t n = strlen(name);
    for (const char *at = signed_headers; at; at = strchr(at, ';')) {
        if (*at == ';') at++;
        if (strncmp(at, name, n) == 0 && (at[n] == ';' || !at[n])) return true;
    }
    return false;
}

static bool is_now(const char *stamp, long now_s)
{
    struct tm tm = {0};
    if (!strptime(stamp, "%Y%m%dT%H%M%SZ", &tm)) return false;
    long at = (long)timegm(&tm);
    return now_s == 0 || (at > now_s - SKEW_S && at < now_s + SKEW_S);
}

static const char *signature_error(const char *request, const char *authorization, const char *stamp, const char *token,
                                   const struct sigv4_keys *k)
{
    char *scope = mem_printf("Credential=%s/%.8s/%s/%s/aws4_request,", k->id, stamp, k->region, k->service);
    char *names = header_part(authorization, "SignedHeaders="), *said = header_part(authorization, "Signature=");
    char *target = sigv4_header(request, "X-Amz-Target");
    const char *error = NULL;

    if (!strstr(authorization, k->id))
        error = "InvalidClientTokenId: The security token included in the request is invalid.";
    else if (!strstr(authorization, scope) || !names || !said)
        error = "SignatureDoesNotMatch: Credential should be scoped to a valid region and service.";
    else if (!is_signed(names, "host") || !is_signed(names, "x-amz-date") ||
             (k->token && !is_signed(names, "x-amz-security-token")) || (target && !is_signed(names, "x-amz-target")))
        error = "IncompleteSignature: host, date, token and target have to be signed.";
    else if (!text_unchanged(token, k->token))
        error = "InvalidClientTokenId: The security token included in the request is invalid.";
    if (!error) {
        char *right = signature_of(request, names, stamp, k);
        if (strcmp(right, said) != 0)
            error =
                "SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided.";
        free(right);
    }
    free(scope);
    free(target);
    free(names);
    free(said);
    return error;
}

bool sigv4_check(const char *request, const struct sigv4_keys *keys, long now_s, char *error, size_t error_size)
{
    char *authorization = sigv4_header(request, "Authorization"), *stamp = sigv4_header(request, "X-Amz-Date"),
         *token = sigv4_header(request, "X-Amz-Security-Token");
    const char *bad = NULL;

    if (!authorization || !stamp || strncmp(authorization, "AWS4-HMAC-SHA256 ", 17) != 0)
        bad = "MissingAuthenticationToken: Request is missing Authentication Token";
    else if (!is_now(stamp, now_s))
        bad = "RequestExpired: Request has expired.";
    else
        bad = signature_error(request, authorization, stamp, token, keys);
    snprintf(error, error_size, "%s", bad ? bad : "");
    free(authorization);
    free(stamp);
    free(token);
    return bad == NULL;
}
