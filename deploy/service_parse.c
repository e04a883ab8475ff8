/* service_parse.c - Parses a RayService's status as far as a deployment waits for it. */
#include "deploy/service_parse.h"

#include "backends/base/buf.h"
#include "backends/base/text.h"

#include <string.h>

static void copy_word(char *out, size_t size, const char *text)
{
    out[0] = '\0';
    if (text) text_safe_into(out, size, text, strlen(text));
}

static const cJSON *condition_of(const cJSON *status, const char *type)
{
    JSON_EACH (c, json_get(status, "conditions"))
        if (text_eq(json_str(c, "type"), type)) return c;
    return NULL;
}

static enum tri is_true(const cJSON *c)
{
    const char *text = json_str(c, "status");
    return text_eq(text, "True") ? TRI_YES : text_eq(text, "False") ? TRI_NO : TRI_UNKNOWN;
}

void service_parse(const cJSON *object, struct service_seen *ret)
{
    const cJSON *meta = json_get(object, "metadata"), *status = json_get(object, "status");
    const cJSON *ready = condition_of(status, "Ready");
    struct known_u64 generation = json_u64(meta, "generation"), seen = json_u64(status, "observedGeneration");
    struct buf b;
    *ret = (struct service_seen){.ready = is_true(ready),
                                 .upgrading = is_true(condition_of(status, "UpgradeInProgress")) == TRI_YES};
    /* A status that is empty says nothing of any generation. */
    ret->current = seen.known ? !generation.known || seen.value >= generation.value : status && status->child;
    copy_word(ret->reason, sizeof ret->reason, json_str(ready, "reason"));
    copy_word(ret->message, sizeof ret->message, json_str(ready, "message"));
    copy_word(ret->uid, sizeof ret->uid, json_str(meta, "uid"));
    copy_word(ret->active, sizeof ret->active, json_str(json_get(status, "activeServiceStatus"), "rayClusterName"));
    copy_word(ret->pending, sizeof ret->pending, json_str(json_get(status, "pendingServiceStatus"), "rayClusterName"));
    copy_word(ret->deleting, sizeof ret->deleting, json_str(meta, "deletionTimestamp"));
    ret->refused = ret->ready == TRI_NO && strcmp(ret->reason, "ValidationFailed") == 0;
    if (!ready && text_eq(json_str(status, "serviceStatus"), "Running")) {
        ret->ready = TRI_YES; /* before 1.3 */
        copy_word(ret->reason, sizeof ret->reason, "Running");
    }
    buf_init(&b, (size_t)16 * 1024);
    JSON_EACH (f, json_get(meta, "finalizers"))
        if (cJSON_IsString(f)) buf_printf(&b, "%s%s", b.len ? ", " : "", f->valuestring);
    copy_word(ret->finalizers, sizeof ret->finalizers, buf_text(&b));
    buf_done(&b);
}
