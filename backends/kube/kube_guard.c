/* kube_guard.c - classifies requests by method and path, and asks the guard about those that change something. */
#include "backends/kube/kube_guard.h"

#include "backends/base/text.h"
#include "backends/kube/request_body.h"

#include <string.h>

static size_t path_len(const char *path)
{
    return strcspn(path, "?#");
}

/* Returns the segment at *p and advances *p past it; length 0 at the end. */
static size_t segment_next(const char **p, const char *end, const char **ret)
{
    if (*p == end || **p != '/') return 0;
    *ret = ++*p;
    while (*p < end && **p != '/') ++*p;
    return (size_t)(*p - *ret);
}

static bool segment_is(const char *s, size_t len, const char *word)
{
    return strlen(word) == len && memcmp(s, word, len) == 0;
}

/* /api/v1/namespaces/NS/{pods,services}/NAME/proxy[/…], without "..", also percent-encoded: a proxy may resolve it. */
static bool is_proxy(const char *path)
{
    static const char *const words[] = {"api", "v1", "namespaces", NULL, NULL, NULL, "proxy"};
    const char *p = path, *end = path + path_len(path), *s = NULL;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const size_t len = segment_next(&p, end, &s);
        if (len == 0 || (words[i] && !segment_is(s, len, words[i]))) return false;
        if (i == 4 && !segment_is(s, len, "pods") && !segment_is(s, len, "services")) return false;
    }
    for (p = path; p < end; p++)
        if (strncmp(p, "..", 2) == 0 || strncasecmp(p, "%2e", 3) == 0 || strncasecmp(p, "%2f", 3) == 0) return false;
    return true;
}

static bool is_dry_run(const char *path)
{
    const char *p = path + path_len(path);
    while (*p == '?' || *p == '&') {
        const size_t len = strcspn(++p, "&#");
        if (segment_is(p, len, "dryRun=All")) return true;
        p += len;
    }
    return false;
}

bool kube_request_changes(const char *method, const char *path)
{
    const bool post = text_eq(method, "POST");
    if (text_eq(method, "GET") || text_eq(method, "HEAD")) return false;
    if (post && (strcmp(path, REVIEW_PATH) == 0 || is_proxy(path))) return false;
    return strstr(path, "/proxy") || !is_dry_run(path);
}

static bool is_held_lease(const struct kube_guard *guard, const char *method, const char *path)
{
    const char *lease = guard->held_lease ? guard->held_lease(guard->arg) : NULL;
    return lease && text_eq(method, "PATCH") && segment_is(path, path_len(path), lease);
}

enum err kube_guard_check(const struct kube_guard *guard, const char *method, const char *path, struct why *why)
{
    if (!kube_request_changes(method, path)) return ERR_OK;
    if (is_held_lease(guard, method, path)) return ERR_OK;
    if (!guard->may_change) return why_set(why, ERR_GUARD, "READ-ONLY: nothing was allowed to be changed");
    return guard->may_change(guard->arg, why);
}
