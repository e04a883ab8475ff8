/* api_routes.c - routes requests by path and method. */
#include "backends/base/buf.h"
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/sim/api_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BOOKMARK_MS = 60 * 1000, RUBBISH_MS = 3000, PATH_MAX_LEN = 2048 };

struct api *api_new(struct loop *l, const struct api_conf *conf)
{
    struct api *a = mem_zero(1, sizeof *a);
    a->loop = l;
    a->conf = *conf;
    rng_init(&a->rng, conf->seed + 1);
    objects_listen(conf->objects, watches_event, a);
    a->bookmarks = alarm_new(l, watches_bookmark, a);
    uint64_t every = conf->bookmark_ms ? conf->bookmark_ms : BOOKMARK_MS;
    alarm_set(a->bookmarks, every, every);
    a->rubbish = alarm_new(l, watches_send_garbage, a);
    return a;
}

void api_free(struct api *a)
{
    if (!a) return;
    objects_listen(a->conf.objects, NULL, NULL);
    watches_close(a);
    logs_close(a);
    api_chats_free(a);
    api_later_free(a);
    alarm_free(a->bookmarks);
    alarm_free(a->rubbish);
    free(a);
}

void api_set_kuberay(struct api *a, struct kuberay *k)
{
    a->conf.kuberay = k;
}

void api_set_openai(struct api *a, bool on)
{
    a->conf.openai = on;
}

size_t api_watches(const struct api *a)
{
    return a->watch_count;
}

/* ---- discovery --------------------------------------------------------------------------------------------------- */

static cJSON *version_json(void)
{
    return template_text("{'major':'1','minor':'34','emulationMajor':'1','emulationMinor':'34',"
                         "'minCompatibilityMajor':'1','minCompatibilityMinor':'33','gitVersion':'v1.34.4',"
                         "'gitCommit':'113cf36','gitTreeState':'clean','buildDate':'2026-02-10T12:00:00Z',"
                         "'goVersion':'go1.26.8','compiler':'gc','platform':'linux/amd64'}",
                         NULL);
}

static void add_group(cJSON *list, const char *group, const char *wanted)
{
    cJSON *one;
    cJSON_ArrayForEach(one, list) if (strcmp(json_str(one, "name"), group) == 0) return;
    const struct template_value values[] = {{"GROUP", group}, {"VERSION", wanted}, {NULL, NULL}};
    cJSON_AddItemToArray(list, template_text("{'name':'${GROUP}','versions':[{'groupVersion':'${GROUP}/${VERSION}',"
                                             "'version':'${VERSION}'}],'preferredVersion':{'groupVersion':"
                                             "'${GROUP}/${VERSION}','version':'${VERSION}'}}",
                                             values));
}

static cJSON *groups_json(void)
{
    cJSON *answer = template_text("{'kind':'APIGroupList','apiVersion':'v1','groups':[]}", NULL);
    cJSON *list = cJSON_GetObjectItemCaseSensitive(answer, "groups");
    add_group(list, "authorization.k8s.io", "v1");
    for (int i = 0; i < SIM_KIND_COUNT; i++) {
        const struct sim_kind_info *k = sim_kind_info((enum sim_kind)i);
        if (*k->group) add_group(list, k->group, k->version);
    }
    return answer;
}

static void add_resource(cJSON *list, const char *name, const char *singular, const struct sim_kind_info *k,
                         const char *verbs)
{
    const struct template_value values[] = {{"NAME", name}, {"SINGULAR", singular}, {"KIND", k->kind}, {NULL, NULL}};
    cJSON *one = template_text("{'name':'${NAME}','singularName':'${SINGULAR}'}", values);
    cJSON_AddBoolToObject(one, "namespaced", k->namespaced);
    cJSON_AddStringToObject(one, "kind", k->kind);
    cJSON_AddItemToObject(one, "verbs", template_text(verbs, NULL));
    cJSON_AddItemToArray(list, one);
}

/* A kind and its subresources; the order of the verbs is that of built-in kinds, or of those of a CRD. */
static void add_kind(cJSON *list, const struct sim_kind_info *k)
{
    static const char built_in[] = "['create','delete','deletecollection','get','list','patch','update','watch']";
    static const char custom[] = "['delete','deletecollection','get','list','patch','create','update','watch']";
    char singular[64], sub[96];
    size_t i = 0;
    for (; k->kind[i] && i < sizeof singular - 1; i++) singular[i] = (char)(k->kind[i] | 32);
    singular[i] = '\0';
    add_resource(list, k->plural, singular, k, k->custom ? custom : built_in);
    if (k->custom || strcmp(k->plural, "pods") == 0) {
        snprintf(sub, sizeof sub, "%s/status", k->plural);
        add_resource(list, sub, "", k, "['get','patch','update']");
    }
}

static int by_name(const void *a, const void *b)
{
    const cJSON *const *x = a, *const *y = b;
    return strcmp(json_str(*x, "name"), json_str(*y, "name"));
}

/* The API server lists built-in resources in the order of their names. */
static cJSON *list_sorted(cJSON *list)
{
    const size_t count = (size_t)cJSON_GetArraySize(list);
    cJSON **items = mem_zero(count + 1, sizeof(cJSON *)), *sorted = cJSON_CreateArray();
    for (size_t i = 0; i < count; i++) items[i] = cJSON_DetachItemFromArray(list, 0);
    if (count) qsort(items, count, sizeof *items, by_name);
    for (size_t i = 0; i < count; i++) cJSON_AddItemToArray(sorted, items[i]);
    cJSON_Delete(list);
    free(items);
    return sorted;
}

/* The kinds of a group, as recorded (tests/fixtures/deploy/discovery); NULL where there is no such group and version.
 * That of the core group has no apiVersion. */
static cJSON *resources_json(const char *group, const char *wanted)
{
    static const struct sim_kind_info review = {"authorization.k8s.io",    "v1",  "selfsubjectaccessreviews",
                                                "SelfSubjectAccessReview", false, false};
    cJSON *list = cJSON_CreateArray();
    for (int i = 0; i < SIM_KIND_COUNT; i++) {
        const struct sim_kind_info *k = sim_kind_info((enum sim_kind)i);
        if (strcmp(k->group, group) == 0 && strcmp(k->version, wanted) == 0) add_kind(list, k);
    }
    if (strcmp(group, review.group) == 0 && strcmp(wanted, review.version) == 0)
        add_resource(list, review.plural, "selfsubjectaccessreview", &review, "['create']");
    if (!cJSON_GetArraySize(list)) {
        cJSON_Delete(list);
        return NULL;
    }
    char name[128];
    snprintf(name, sizeof name, "%s%s%s", group, *group ? "/" : "", wanted);
    cJSON *answer = cJSON_CreateObject();
    cJSON_AddStringToObject(answer, "kind", "APIResourceList");
    if (*group) cJSON_AddStringToObject(answer, "apiVersion", "v1");
    cJSON_AddStringToObject(answer, "groupVersion", name);
    cJSON_AddItemToObject(answer, "resources", list_sorted(list));
    return answer;
}

/* ---- one object -------------------------------------------------------------------------------------------------- */

void api_not_found(struct https_request *r, const struct target *t)
{
    char text[512], kind[128];
    snprintf(kind, sizeof kind, "%s%s%s", t->plural, *t->group ? "." : "", t->group);
    snprintf(text, sizeof text, "%s \"%.200s\" not found", kind, t->name);
    cJSON *s = status_object(404, "NotFound", text, t->plural, t->name);
    if (*t->group) cJSON_AddStringToObject(cJSON_GetObjectItem(s, "details"), "group", t->group);
    api_json(r, 404, s);
}

static void delete_pod(struct api *a, struct https_request *r, const struct target *t)
{
    size_t len;
    const char *body = https_body(r, &len), *query = https_query(r, "gracePeriodSeconds");
    const cJSON *pod = objects_get(a->conf.objects, SIM_POD, t->ns, t->name);
    cJSON *options = NULL;
    uint64_t grace = 0;
    if (len && json_parse(body, len, &options, NULL) != ERR_OK) {
        api_status(r, 400, "BadRequest", "the body is not valid JSON", "", "");
        return;
    }
    struct known_u64 said = json_u64(options, "gracePeriodSeconds");
    if (query && text_u64(query, strlen(query), 86400, &grace) == ERR_OK) said = known_u64(grace);
    if (!pod)
        api_not_found(r, t);
    else if (!api_delete_refused(r, t, options, pod)) {
        const cJSON *of_ray = kuberay_delete_pod(a->conf.kuberay, t->name, said.known ? (int64_t)said.value : -1);
        if (of_ray)
            api_json(r, 200, cJSON_Duplicate(of_ray, 1));
        else
            api_delete(a, r, t); /* on no node: it goes at once */
    }
    cJSON_Delete(options);
}

void api_not_allowed(struct https_request *r)
{
    api_status(r, 405, "MethodNotAllowed", "the server does not allow this method on the requested resource", "", "");
}

static bool is_json_patch(struct https_request *r)
{
    const char *type = https_header(r, "Content-Type");
    return type && strncmp(type, "application/json-patch+json", 27) == 0;
}

static void serve_object(struct api *a, struct https_request *r, const struct target *t)
{
    const cJSON *obj = objects_get(a->conf.objects, t->kind, t->ns, t->name);
    if (strcmp(https_method(r), "DELETE") == 0 && t->kind == SIM_POD)
        delete_pod(a, r, t);
    else if (strcmp(https_method(r), "DELETE") == 0)
        api_delete(a, r, t);
    else if (strcmp(https_method(r), "PATCH") == 0 && is_json_patch(r))
        api_json_patch(a, r, t);
    else if (strcmp(https_method(r), "PATCH") == 0)
        api_apply(a, r, t);
    else if (strcmp(https_method(r), "GET") != 0)
        api_not_allowed(r);
    else if (!obj)
        api_not_found(r, t);
    else
        api_json(r, 200, cJSON_Duplicate(obj, 1));
}

/* ---- paths ------------------------------------------------------------------------------------------------------- */

static void serve_collection(struct api *a, struct https_request *r, const struct target *t)
{
    const char *watch = https_query(r, "watch");
    if (strcmp(https_method(r), "POST") == 0)
        api_create(a, r, t);
    else if (strcmp(https_method(r), "GET") != 0)
        api_not_allowed(r);
    else if (watch && (strcmp(watch, "true") == 0 || strcmp(watch, "1") == 0))
        api_watch(a, r, t);
    else
        api_list(a, r, t);
}

/* Splits the path at slashes into at most API_SEGMENTS; the last one holds the rest. */
static size_t path_split(char *path, char *segments[API_SEGMENTS])
{
    size_t count = 0;
    for (char *c = path; *c && count < API_SEGMENTS;) {
        *c++ = '\0';
        segments[count++] = c;
        c += strcspn(c, "/");
    }
    return count;
}

/* Reads segments from "v1" on. False: no such path. */
static bool target_of(char *const *segments, size_t count, const char *group, struct target *t)
{
    *t = (struct target){.group = group, .version = "", .plural = "", .ns = "", .name = "", .sub = "", .rest = ""};
    size_t i = 0;
    t->version = segments[i++];
    if (i + 2 < count && strcmp(segments[i], "namespaces") == 0) {
        t->ns = segments[i + 1];
        i += 2;
    }
    if (i >= count || !sim_kind_find(group, t->version, segments[i], &t->kind)) return false;
    t->plural = segments[i++];
    if (i < count) t->name = segments[i++];
    if (i < count) t->sub = segments[i++];
    return i >= count || strcmp(t->sub, "proxy") == 0;
}

static void serve_resource(struct api *a, struct https_request *r, char *const *segments, size_t count,
                           const char *group)
{
    struct target t;
    cJSON *found = NULL;
    if (count == 1) found = resources_json(group, segments[0]);
    if (found) {
        api_json(r, 200, found);
        return;
    }
    if (!target_of(segments, count, group, &t)) {
        api_no_path(r);
        return;
    }
    const char *proxy = strstr(https_path(r), "/proxy");
    t.rest = proxy && proxy[6] ? proxy + 6 : "/";
    if (api_denied(a, r, &t)) return;
    if (!*t.name)
        serve_collection(a, r, &t);
    else if (!*t.sub)
        serve_object(a, r, &t);
    else if (strcmp(t.sub, "log") == 0 && t.kind == SIM_POD && strcmp(https_method(r), "GET") == 0)
        api_log(a, r, &t);
    else if (strcmp(t.sub, "proxy") == 0 && (t.kind == SIM_POD || t.kind == SIM_SERVICE))
        api_proxy(a, r, &t);
    else
        api_no_path(r);
}

static void serve_request(struct api *a, struct https_request *r)
{
    const char *path = https_path(r);
    char copy[PATH_MAX_LEN], *segments[API_SEGMENTS];
    snprintf(copy, sizeof copy, "%s", path);
    size_t count = path_split(copy, segments);
    if (strcmp(path, "/version") == 0)
        api_json(r, 200, version_json());
    else if (strcmp(path, "/healthz") == 0 || strcmp(path, "/livez") == 0 || strcmp(path, "/readyz") == 0)
        https_answer(r, 200, "text/plain; charset=utf-8", "ok", 2);
    else if (strcmp(path, "/api") == 0)
        api_json(r, 200, template_text("{'kind':'APIVersions','versions':['v1']}", NULL));
    else if (strcmp(path, "/apis") == 0)
        api_json(r, 200, groups_json());
    else if (strcmp(path, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews") == 0 &&
             strcmp(https_method(r), "POST") == 0)
        api_review(a, r);
    else if (count >= 2 && strcmp(segments[0], "api") == 0)
        serve_resource(a, r, segments + 1, count - 1, "");
    else if (count >= 3 && strcmp(segments[0], "apis") == 0)
        serve_resource(a, r, segments + 2, count - 2, segments[1]);
    else
        api_no_path(r);
}

/* A request without credentials is of system:anonymous; the 403 names the verb and resource. */
static void reply_unauthorized(struct https_request *r)
{
    char copy[PATH_MAX_LEN], *segments[API_SEGMENTS], *text;
    struct target t;
    snprintf(copy, sizeof copy, "%s", https_path(r));
    size_t count = path_split(copy, segments);
    bool core = count > 2 && strcmp(segments[0], "api") == 0, group = count > 3 && strcmp(segments[0], "apis") == 0;
    bool known = core ? target_of(segments + 1, count - 1, "", &t)
                      : group && target_of(segments + 2, count - 2, segments[1], &t);
    if (known) {
        const char *verb = strcmp(https_method(r), "DELETE") == 0 ? "delete" : *t.name ? "get" : "list";
        text = mem_printf("%s is forbidden: User \"system:anonymous\" cannot %s resource \"%s\" in API group \"%s\" "
                          "%s%s%s",
                          t.plural, verb, t.plural, t.group, *t.ns ? "in the namespace \"" : "at the cluster scope",
                          t.ns, *t.ns ? "\"" : "");
        api_status(r, 403, "Forbidden", text, t.plural, t.name);
    } else {
        text = mem_printf("forbidden: User \"system:anonymous\" cannot get path \"%.1024s\"", https_path(r));
        cJSON *s = status_object(403, "Forbidden", text, "", "");
        cJSON_AddObjectToObject(s, "details");
        api_json(r, 403, s);
    }
    free(text);
}

void api_handle(void *api, struct https_request *r)
{
    const char *auth = https_header(r, "Authorization");
    struct api *a = api;
    if (!auth)
        reply_unauthorized(r);
    else if (strncmp(auth, "Bearer ", 7) != 0 || strcmp(auth + 7, a->conf.token) != 0)
        api_status(r, 401, "Unauthorized", "Unauthorized", "", "");
    else
        serve_request(a, r);
}

/* ---- faults ------------------------------------------------------------------------------------------------------ */

bool api_fault(const struct api *a, enum fault f)
{
    return fault_is_on(a->conf.faults, f);
}

void api_fault_changed(struct api *a, enum fault f)
{
    const bool on = api_fault(a, f);
    if (f == FAULT_WATCH_410 && on) {
        objects_clear_log(a->conf.objects);
        watches_expire(a);
    }
    if (f != FAULT_GARBAGE) return;
    if (on) watches_send_garbage(a);
    if (on)
        alarm_set(a->rubbish, RUBBISH_MS, RUBBISH_MS);
    else
        alarm_stop(a->rubbish);
}
