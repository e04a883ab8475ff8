/* status_parse.c - parses Status objects and other error bodies. */
#include "backends/kube/status_parse.h"

#include "backends/base/text.h"
#include "backends/link/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STATUS_TEXT = 300,             /* bytes of a Status' message */
    STATUS_BODY_MAX = 1024 * 1024, /* larger bodies are not parsed */
    STATUS_PLAIN = 160             /* bytes of a body that is no Status */
};

static enum err err_of_reason(const char *reason, enum err otherwise)
{
    static const struct {
        const char *reason;
        enum err err;
    } map[] = {{"Unauthorized", ERR_AUTH}, {"Forbidden", ERR_FORBIDDEN},    {"NotFound", ERR_NOT_FOUND},
               {"Conflict", ERR_CONFLICT}, {"AlreadyExists", ERR_CONFLICT}, {"Expired", ERR_GONE},
               {"Gone", ERR_GONE},         {"Timeout", ERR_TIMEOUT},        {"ServiceUnavailable", ERR_SERVER}};
    for (size_t i = 0; reason && i < sizeof map / sizeof map[0]; i++)
        if (strcmp(map[i].reason, reason) == 0) return map[i].err;
    return otherwise;
}

void status_of(const cJSON *status, enum err otherwise, struct why *ret)
{
    const char *message = json_str(status, "message"), *reason = json_str(status, "reason");
    struct known_u64 code = json_u64(status, "code");
    enum err e = err_of_reason(reason, otherwise);
    if (code.known && code.value >= 400 && code.value <= 599) e = http_status_err((long)code.value);
    if (e == ERR_OK) e = ERR_SERVER;
    if (message && *message) {
        char *safe = text_safe(message, strlen(message), TEXT_ONE_LINE, STATUS_TEXT);
        why_set(ret, e, "%s", safe);
        free(safe);
    } else if (reason && *reason) {
        why_set(ret, e, "%.100s", reason);
    } else {
        why_set(ret, e, "%s", err_word(e));
    }
}

/* The first line of a body that is not a Status; HTML is left out. */
static void plain_text(long http_status, const char *body, size_t len, struct why *ret)
{
    enum err e = http_status_err(http_status);
    size_t from = 0, to;
    while (from < len && (body[from] == ' ' || body[from] == '\n' || body[from] == '\r' || body[from] == '\t')) from++;
    to = from;
    while (to < len && body[to] != '\n' && body[to] != '\r') to++;
    if (to == from || body[from] == '<' || body[from] == '{') {
        why_set(ret, e, "HTTP %ld", http_status);
        return;
    }
    char *safe = text_safe(body + from, to - from, TEXT_ONE_LINE, STATUS_PLAIN);
    char number[16];
    snprintf(number, sizeof number, "%ld", http_status);
    if (strncmp(safe, number, strlen(number)) == 0)
        why_set(ret, e, "%s", safe);
    else
        why_set(ret, e, "HTTP %ld: %s", http_status, safe);
    free(safe);
}

void status_parse(long http_status, const char *body, size_t len, struct why *ret)
{
    cJSON *root = NULL;
    enum err of_http = http_status_err(http_status);
    if (of_http == ERR_OK) of_http = ERR_PROTOCOL;
    if (len && len <= STATUS_BODY_MAX && json_parse_shown(body, len, &root, NULL) == ERR_OK && cJSON_IsObject(root) &&
        text_eq(json_str(root, "kind"), "Status")) {
        status_of(root, of_http, ret);
        ret->code = of_http;
    } else {
        plain_text(http_status, body, len, ret);
        ret->code = of_http;
    }
    cJSON_Delete(root);
}
