/* error_parse.c - parses AWS's errors in XML and JSON. */
#include "backends/aws/error_parse.h"

#include "backends/aws/xml_walk.h"
#include "backends/base/json.h"
#include "backends/base/mask.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/link/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* First line only: in a signature error the canonical request follows, with the session token. */
static void set_message(struct aws_error *e, const char *text)
{
    char *masked = mask_text(text, strcspn(text, "\r\n"), TEXT_ONE_LINE, sizeof e->message - 1);
    snprintf(e->message, sizeof e->message, "%s", masked);
    free(masked);
}

static void error_close(void *arg, const char *path, const char *text)
{
    struct aws_error *e = arg;

    if (xml_ends(path, "Error/Code")) text_safe_into(e->code, sizeof e->code, text, strlen(text));
    if (xml_ends(path, "Error/Message")) set_message(e, text);
}

/* "com.amazonaws.memorydb#ClusterNotFoundFault:http://…": the name alone. */
static void set_type(struct aws_error *e, const char *type)
{
    const char *hash = type ? strchr(type, '#') : NULL, *name = hash ? hash + 1 : type;

    if (name) text_safe_into(e->code, sizeof e->code, name, strcspn(name, ":"));
}

static enum err parse_json(const char *bytes, size_t len, struct aws_error *e)
{
    cJSON *root = NULL;

    if (json_parse_shown(bytes, len, &root, NULL)) return ERR_PARSE;
    const char *type = json_str(root, "__type"), *message = json_str(root, "message");
    if (!message) message = json_str(root, "Message");
    set_type(e, type ? type : json_str(root, "code"));
    if (message) set_message(e, message);
    json_wipe(root);
    return ERR_OK;
}

enum err aws_error_parse(const char *bytes, size_t len, struct aws_error *ret)
{
    struct aws_error e = {0};
    const struct xml_calls calls = {.close = error_close, .arg = &e};

    const bool json = len > 0 && *bytes == '{';
    if ((json ? parse_json(bytes, len, &e) : xml_walk(bytes, len, &calls, NULL)) || !*e.code) return ERR_PARSE;
    *ret = e;
    return ERR_OK;
}

static bool is_slow_down(const char *code)
{
    return text_begins(code, "Throttl") || text_begins(code, "RequestLimitExceeded") ||
           text_begins(code, "ServiceUnavailable") || text_begins(code, "Internal") ||
           text_begins(code, "TooManyRequests");
}

enum err aws_error_err(const char *code, long status)
{
    static const struct {
        const char *begin;
        enum err err;
    } known[] = {
        {"AccessDenied", ERR_FORBIDDEN},    {"UnauthorizedOperation", ERR_FORBIDDEN},
        {"NotAuthorized", ERR_FORBIDDEN},   {"OptInRequired", ERR_FORBIDDEN},
        {"ExpiredToken", ERR_AUTH},         {"RequestExpired", ERR_AUTH},
        {"RequestTimeTooSkewed", ERR_AUTH}, {"InvalidClientTokenId", ERR_AUTH},
        {"UnrecognizedClient", ERR_AUTH},   {"SignatureDoesNotMatch", ERR_AUTH},
        {"IncompleteSignature", ERR_AUTH},  {"MissingAuthenticationToken", ERR_AUTH},
        {"AuthFailure", ERR_AUTH},          {"InvalidIdentityToken", ERR_AUTH},
        {"IDPRejectedClaim", ERR_AUTH},     {"InvalidParameter", ERR_USAGE},
        {"ValidationError", ERR_USAGE},
    };

    if (is_slow_down(code)) return ERR_SERVER;
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (text_begins(code, known[i].begin)) return known[i].err;
    }
    if (text_ends(code, "NotFound") || text_ends(code, "NotFoundFault")) return ERR_NOT_FOUND;
    /* a 404 without a known code comes from a wrong endpoint: it does not mean that the cache does not exist */
    enum err err = http_status_err(status);
    return err == ERR_OK || err == ERR_NOT_FOUND ? ERR_PROTOCOL : err;
}

bool aws_error_is_transient(const char *code, long status)
{
    return is_slow_down(code) || status == 429 || (status >= 500 && status < 600);
}
