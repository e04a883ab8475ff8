/* node_filter.c - the scheduler's filters that look at a node and a pod alone; see node_filter.h. */
#include "deploy/node_filter.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TAINT_TEXT = 512 };

static const char *str_or_empty(const cJSON *object, const char *name)
{
    const char *text = json_str(object, name);
    return text ? text : "";
}

/* ---- taints ---- */

bool toleration_matches(const cJSON *toleration, const cJSON *taint)
{
    const char *effect = str_or_empty(toleration, "effect"), *key = str_or_empty(toleration, "key");
    const char *operator_ = str_or_empty(toleration, "operator");
    if (*effect && strcmp(effect, str_or_empty(taint, "effect")) != 0) return false;
    if (*key && strcmp(key, str_or_empty(taint, "key")) != 0) return false;
    if (strcmp(operator_, "Exists") == 0) return true;
    return (!*operator_ || strcmp(operator_, "Equal") == 0) &&
           strcmp(str_or_empty(toleration, "value"), str_or_empty(taint, "value")) == 0;
}

/* What the admission plug-in DefaultTolerationSeconds adds. */
static bool is_tolerated_by_default(const cJSON *taint)
{
    const char *key = str_or_empty(taint, "key");
    return strcmp(str_or_empty(taint, "effect"), "NoExecute") == 0 &&
           (strcmp(key, "node.kubernetes.io/not-ready") == 0 || strcmp(key, "node.kubernetes.io/unreachable") == 0);
}

static bool is_tolerated(const cJSON *spec, const cJSON *taint)
{
    JSON_EACH (t, json_get(spec, "tolerations"))
        if (toleration_matches(t, taint)) return true;
    return is_tolerated_by_default(taint);
}

const cJSON *node_untolerated_taint(const cJSON *node, const cJSON *spec)
{
    JSON_EACH (taint, json_path(node, "spec.taints")) {
        const char *effect = str_or_empty(taint, "effect");
        const bool keeps_away = strcmp(effect, "NoSchedule") == 0 || strcmp(effect, "NoExecute") == 0;
        if (keeps_away && !is_tolerated(spec, taint)) return taint;
    }
    return NULL;
}

static bool is_cordoned(const cJSON *node, const cJSON *spec)
{
    if (json_bool(json_get(node, "spec"), "unschedulable") != TRI_YES) return false;
    cJSON *taint = cJSON_CreateObject();
    cJSON_AddStringToObject(taint, "key", "node.kubernetes.io/unschedulable");
    cJSON_AddStringToObject(taint, "effect", "NoSchedule");
    const bool tolerated = is_tolerated(spec, taint);
    cJSON_Delete(taint);
    return !tolerated;
}

const char *taint_words(const cJSON *taint, char *out, size_t size)
{
    char text[TAINT_TEXT];
    const char *value = str_or_empty(taint, "value");
    snprintf(text, sizeof text, "%s%s%s:%s", str_or_empty(taint, "key"), *value ? "=" : "", value,
             str_or_empty(taint, "effect"));
    text_safe_into(out, size, text, strlen(text));
    return out;
}

/* ---- selectors ---- */

static bool is_among(const cJSON *values, const char *text)
{
    JSON_EACH (v, values)
        if (cJSON_IsString(v) && strcmp(v->valuestring, text) == 0) return true;
    return false;
}

static bool integer_of(const char *text, long long *ret)
{
    char *end = NULL;
    if (!text || !*text || *text == ' ') return false;
    errno = 0;
    *ret = strtoll(text, &end, 10);
    return !*end && !errno;
}

/* Gt, Lt: both sides are whole numbers, of which there is one. */
static bool integer_exceeds(const char *has, const cJSON *values, bool greater)
{
    long long a, b;
    const cJSON *only = cJSON_GetArraySize(values) == 1 ? values->child : NULL;
    if (!cJSON_IsString(only) || !integer_of(has, &a) || !integer_of(only->valuestring, &b)) return false;
    return greater ? a > b : a < b;
}

/* A NodeSelectorRequirement on what the node has under its key; has NULL: nothing. */
static bool requirement_holds(const cJSON *requirement, const char *has)
{
    const char *operator_ = str_or_empty(requirement, "operator");
    const cJSON *values = json_get(requirement, "values");
    if (strcmp(operator_, "In") == 0) return has && is_among(values, has);
    if (strcmp(operator_, "NotIn") == 0) return !has || !is_among(values, has);
    if (strcmp(operator_, "Exists") == 0) return has != NULL;
    if (strcmp(operator_, "DoesNotExist") == 0) return has == NULL;
    if (strcmp(operator_, "Gt") == 0) return has && integer_exceeds(has, values, true);
    return strcmp(operator_, "Lt") == 0 && has && integer_exceeds(has, values, false);
}

bool label_requirement_holds(const cJSON *requirement, const cJSON *labels)
{
    return requirement_holds(requirement, json_str(labels, str_or_empty(requirement, "key")));
}

/* All of its requirements; a term without any matches no node. */
static bool term_holds(const cJSON *term, const cJSON *node)
{
    const cJSON *meta = json_get(node, "metadata"), *labels = json_get(meta, "labels");
    const cJSON *expressions = json_get(term, "matchExpressions"), *fields = json_get(term, "matchFields");
    if (cJSON_GetArraySize(expressions) + cJSON_GetArraySize(fields) == 0) return false;
    JSON_EACH (r, expressions)
        if (!label_requirement_holds(r, labels)) return false;
    JSON_EACH (r, fields) {
        const bool is_name = strcmp(str_or_empty(r, "key"), "metadata.name") == 0; /* there is no other */
        if (!is_name || !requirement_holds(r, json_str(meta, "name"))) return false;
    }
    return true;
}

bool node_is_selected(const cJSON *node, const cJSON *spec)
{
    const cJSON *labels = json_path(node, "metadata.labels");
    JSON_EACH (wanted, json_get(spec, "nodeSelector")) {
        const char *has = wanted->string ? json_str(labels, wanted->string) : NULL;
        if (!has || !cJSON_IsString(wanted) || strcmp(has, wanted->valuestring) != 0) return false;
    }
    const cJSON *required = json_path(spec, "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution");
    if (!cJSON_IsObject(required)) return true;
    JSON_EACH (term, json_get(required, "nodeSelectorTerms"))
        if (term_holds(term, node)) return true;
    return false;
}

enum node_verdict node_filter(const cJSON *node, const cJSON *spec)
{
    if (is_cordoned(node, spec)) return NODE_CORDONED;
    if (node_untolerated_taint(node, spec)) return NODE_TAINTED;
    return node_is_selected(node, spec) ? NODE_FITS : NODE_NOT_SELECTED;
}
