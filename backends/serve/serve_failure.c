/* serve_failure.c - classifies a response by its error, HTTP status and body, and names the hop it came from. */
#include "backends/serve/serve_failure.h"

#include "backends/base/json.h"
#include "backends/base/mask.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/serve/openai_parse.h"

#include <stdlib.h>
#include <string.h>

static const char *const failure_words[] = {
#define X(name, word) word,
    SERVE_FAILURE_MAP(X)
#undef X
};

const char *serve_failure_word(enum serve_failure f)
{
    return (size_t)f < ARRAY_LEN(failure_words) ? failure_words[f] : NULL;
}

enum serve_failure serve_failure_of_word(const char *word)
{
    if (!word) return SERVE_FAILURE_NONE;
    for (size_t i = 0; i < ARRAY_LEN(failure_words); i++)
        if (failure_words[i] && strcmp(failure_words[i], word) == 0) return (enum serve_failure)i;
    return SERVE_FAILURE_BODY;
}

/* ---- classification -------------------------------------------------------------------------------------------- */

static enum serve_failure failure_of_err(enum err e)
{
    switch (e) {
    case ERR_OK: return SERVE_FAILURE_NONE;
    case ERR_REFUSED: return SERVE_FAILURE_REFUSED;
    case ERR_RESET:
    case ERR_IO:
    case ERR_PROTOCOL: return SERVE_FAILURE_RESET;
    case ERR_TIMEOUT: return SERVE_FAILURE_TIMEOUT;
    case ERR_AUTH:
    case ERR_FORBIDDEN: return SERVE_FAILURE_FORBIDDEN;
    case ERR_LIMIT:
    case ERR_PARSE: return SERVE_FAILURE_BODY;
    case ERR_SERVER: return SERVE_FAILURE_SERVER;
    case ERR_CANCELLED: return SERVE_FAILURE_CANCELLED;
    case ERR_EXHAUSTED: return SERVE_FAILURE_OURS;
    default: return SERVE_FAILURE_UNREACHABLE;
    }
}

/* Messages of Go's net package in the API server's Status (recorded from 1.34.4). Any other is of the API server
 * itself: that it cannot reach etcd, that it ends, that it has no agent to the nodes. */
static enum serve_failure failure_of_dialler(const char *message)
{
    static const struct {
        const char *words;
        enum serve_failure failure;
    } known[] = {
        {"connection refused", SERVE_FAILURE_REFUSED},
        {"connection reset", SERVE_FAILURE_RESET},
        {"broken pipe", SERVE_FAILURE_RESET},
        {"EOF", SERVE_FAILURE_RESET},
        {"i/o timeout", SERVE_FAILURE_TIMEOUT},
        {"deadline exceeded", SERVE_FAILURE_TIMEOUT},
        {"no endpoints available", SERVE_FAILURE_UNREACHABLE},
        {"no route to host", SERVE_FAILURE_UNREACHABLE},
        {"no such host", SERVE_FAILURE_UNREACHABLE},
    };
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (strstr(message, known[i].words)) return known[i].failure;
    }
    return SERVE_FAILURE_API_SERVER;
}

/* The message of a Kubernetes Status; NULL where the body is none. Caller frees. */
static char *status_message(const struct http_answer *answer)
{
    cJSON *root = NULL;
    char *message = NULL;
    if (answer->body_len > 65536 || json_parse_shown(answer->body, answer->body_len, &root, NULL) != ERR_OK)
        return NULL;
    const char *kind = json_str(root, "kind"), *text = json_str(root, "message");
    if (kind && strcmp(kind, "Status") == 0)
        message = mask_text(text ? text : "", text ? strlen(text) : 0, TEXT_ONE_LINE, ERR_TEXT_MAX / 2);
    cJSON_Delete(root);
    return message;
}

static enum err err_of_failure(enum serve_failure f)
{
    switch (f) {
    case SERVE_FAILURE_REFUSED: return ERR_REFUSED;
    case SERVE_FAILURE_RESET: return ERR_RESET;
    case SERVE_FAILURE_TIMEOUT: return ERR_TIMEOUT;
    default: return ERR_SERVER;
    }
}

static enum serve_failure failure_of_status(const struct http_answer *answer, bool proxied, struct why *why)
{
    long status = answer->status;
    enum err e = http_status_err(status);
    char *message = proxied ? status_message(answer) : NULL;
    enum serve_failure f;
    if (message && status >= 500) {
        f = failure_of_dialler(message);
        e = err_of_failure(f);
    } else if (message && status == 404) {
        f = SERVE_FAILURE_UNREACHABLE;
    } else if (message && status == 429) { /* priority and fairness */
        f = SERVE_FAILURE_API_SERVER;
    } else if (status == 401 || status == 403) {
        f = SERVE_FAILURE_FORBIDDEN;
    } else {
        f = status >= 500 ? SERVE_FAILURE_SERVER : status >= 400 ? SERVE_FAILURE_CLIENT : SERVE_FAILURE_BODY;
    }
    if (message)
        why_set(why, e, "API server: %ld %s", status, message);
    else
        why_set(why, e == ERR_OK ? ERR_PROTOCOL : e, "HTTP status %ld", status);
    free(message);
    return f;
}

enum serve_failure serve_failure_of(const struct http_answer *answer, bool proxied, struct why *why)
{
    if (answer->err != ERR_OK) {
        why_set(why, answer->err, "%s%s", proxied ? "API server: " : "",
                answer->why && *answer->why ? answer->why : err_word(answer->err));
        return failure_of_err(answer->err);
    }
    if (answer->status >= 200 && answer->status < 300) return SERVE_FAILURE_NONE;
    return failure_of_status(answer, proxied, why);
}

enum serve_failure serve_failure_of_health(const struct http_answer *answer, bool proxied, struct why *why)
{
    static const char body[] = "success";
    const enum serve_failure f = serve_failure_of(answer, proxied, why);

    if (f != SERVE_FAILURE_NONE) return f;
    if (answer->body_len >= strlen(body) && memcmp(answer->body, body, strlen(body)) == 0) return f;
    why_set(why, ERR_PROTOCOL, "\"%s\" was expected", body);
    return SERVE_FAILURE_BODY;
}

/* ---- of a prompt ------------------------------------------------------------------------------------------------ */

enum { EXCERPT_MAX = 120, EXCERPT_LOOK = 4096 };

/* The hop that an error body comes from; "" if unknown. 502 and 504 come from a gateway; a running application sends
 * 500, or JSON. */
static const char *hop_of(const struct http_answer *answer)
{
    static const struct {
        const char *words, *hop;
    } known[] = {
        {"nginx", " from the proxy before Serve (nginx)"},
        {"awselb", " from the load balancer (AWS)"},
        {"upstream connect error", " from the proxy before Serve (Envoy)"},
        {"no healthy upstream", " from the proxy before Serve (Envoy)"},
    };
    size_t len = answer->body_len < EXCERPT_LOOK ? answer->body_len : EXCERPT_LOOK;
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (memmem(answer->body, len, known[i].words, strlen(known[i].words))) return known[i].hop;
    if (answer->status == 502 || answer->status == 504) return " from a proxy before Serve";
    return answer->status == 500 ? " from Serve or the application" : "";
}

/* The beginning of a body, on one line and without HTML tags. Caller frees. */
static char *excerpt_of(const struct http_answer *answer)
{
    char plain[EXCERPT_LOOK];
    size_t len = 0;
    bool tag = false, blank = true;
    for (size_t i = 0; i < answer->body_len && i < EXCERPT_LOOK; i++) {
        char c = answer->body[i];
        bool gap = c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '<' || c == '>';
        if (c == '<') tag = true;
        if (!tag && !gap) plain[len++] = c;
        if (gap && !blank) plain[len++] = ' ';
        if (!tag || gap) blank = gap;
        if (c == '>') tag = false;
    }
    while (len && plain[len - 1] == ' ') len--;
    return mask_text(plain, len, TEXT_ONE_LINE, EXCERPT_MAX);
}

static bool is_status(const struct http_answer *answer, bool proxied)
{
    char *message = proxied ? status_message(answer) : NULL;
    free(message);
    return message != NULL;
}

enum serve_failure serve_failure_of_prompt(const struct http_answer *answer, bool proxied, struct why *why)
{
    enum serve_failure f = serve_failure_of(answer, proxied, why);
    if (answer->err != ERR_OK || answer->status < 400 || is_status(answer, proxied)) return f;
    char *message = openai_parse_error(answer->body, answer->body_len), *excerpt = message ? NULL : excerpt_of(answer);
    enum err e = http_status_err(answer->status);
    if (message)
        why_set(why, e, "HTTP status %ld: %s", answer->status, message);
    else
        why_set(why, e, "HTTP status %ld%s%s%s", answer->status, answer->status >= 500 ? hop_of(answer) : "",
                *excerpt ? ": " : "", excerpt);
    if (message && answer->status == 500) f = SERVE_FAILURE_MODEL;
    free(message);
    free(excerpt);
    return f;
}
