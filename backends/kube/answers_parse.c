/* answers_parse.c - parses responses to single requests: access reviews, /version, Secrets. */
#include "backends/kube/answers_parse.h"

#include "backends/base/json.h"
#include "backends/base/text.h"
#include "backends/kube/ft_wiring.h"
#include "backends/kube/kube_fields.h"

#include <string.h>

char *version_parse(const char *bytes, size_t len)
{
    cJSON *root = NULL;
    char *version = NULL;
    if (json_parse_shown(bytes, len, &root, NULL) == ERR_OK)
        kube_text(&version, json_str(root, "gitVersion"), KUBE_NAME_MAX);
    cJSON_Delete(root);
    return version;
}

enum tri review_parse(const char *bytes, size_t len, struct why *why)
{
    cJSON *root = NULL;
    enum tri answer = TRI_UNKNOWN;
    if (json_parse_shown(bytes, len, &root, why) != ERR_OK) return answer;
    const cJSON *status = json_get(root, "status");
    const char *reason = json_str(status, "reason");
    answer = json_bool(status, "allowed");
    if (answer == TRI_UNKNOWN)
        why_set(why, ERR_PROTOCOL, "the response has no status.allowed");
    else
        why_set(why, answer == TRI_YES ? ERR_OK : ERR_FORBIDDEN, "%.200s", reason ? reason : "");
    cJSON_Delete(root);
    return answer;
}

enum err secret_parse(const char *bytes, size_t len, const char *key, struct buf *out, struct why *why)
{
    cJSON *root = NULL;
    /* without the parser's message, which could quote the Secret */
    enum err e = json_parse_shown(bytes, len, &root, NULL);
    if (e != ERR_OK) return why_set(why, e, "the answer is not JSON");
    const char *value = json_str(json_get(root, "data"), key);
    if (!value)
        e = why_set(why, ERR_NOT_FOUND, "the Secret has no key %.100s", key);
    else if ((e = text_base64_decode(value, strlen(value), out)) != ERR_OK)
        why_set(why, e, "the Secret's key %.100s: %s", key, e == ERR_LIMIT ? "too long" : "not base64");
    json_wipe(root);
    return e;
}

enum err inline_password_parse(const char *bytes, size_t len, struct buf *out, struct why *why)
{
    cJSON *root = NULL;
    size_t password_len = 0;
    enum err e = json_parse_shown(bytes, len, &root, NULL);
    if (e != ERR_OK) return why_set(why, e, "the answer is not JSON");
    const char *password = ft_inline_password(root, &password_len);
    if (!password)
        e = why_set(why, ERR_NOT_FOUND, "the RayService holds no password in clear text");
    else if ((e = buf_add(out, password, password_len)) != ERR_OK)
        why_set(why, e, "the password is too long");
    json_wipe(root);
    return e;
}
