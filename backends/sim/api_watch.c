/* api_watch.c - watches: JSON lines from a resourceVersion on, bookmarks each minute, 410 as an ERROR event. */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/sim/api_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

enum { LONGEST_WATCH_S = 3000 };

struct watch {
    struct api *api;
    struct https_stream *stream;
    enum sim_kind kind;
    char *ns, *labels, *fields;
    bool bookmarks;
    uint64_t sent; /* version of the last event considered */
    struct alarm *end;
    struct watch *prev, *next;
};

static void watch_free(void *arg)
{
    struct watch *w = arg;
    DL_DELETE(w->api->watches, w);
    w->api->watch_count--;
    alarm_free(w->end);
    free(w->ns);
    free(w->labels);
    free(w->fields);
    free(w);
}

static void watch_line(struct watch *w, const char *type, const cJSON *object)
{
    char *text = cJSON_PrintUnformatted(object);
    char *line = mem_printf("{\"type\":\"%s\",\"object\":%s}\n", type, text);
    /* As the API server does, ends the watch of a reader that is 16 MB behind. */
    if (https_stream_write(w->stream, line, strlen(line)) == ERR_LIMIT) https_stream_end(w->stream);
    free(line);
    cJSON_free(text);
}

static bool watch_wants(const struct watch *w, enum sim_kind kind, const cJSON *object)
{
    return kind == w->kind && (!w->ns || strcmp(object_ns(object), w->ns) == 0) &&
           selector_matches(w->labels, w->fields, object);
}

static void watch_event(void *arg, const struct object_event *e)
{
    struct watch *w = arg;
    w->sent = e->version;
    if (watch_wants(w, e->kind, e->object)) watch_line(w, e->type, e->object);
}

void watches_event(void *api, const struct object_event *e)
{
    struct api *a = api;
    struct watch *w;
    logs_event(a, e);
    DL_FOREACH(a->watches, w)
    if (e->version > w->sent) watch_event(w, e);
}

/* A bookmark's object is empty but for what Go writes of fields without omitempty. */
static void watch_bookmark(struct watch *w, bool initial_end)
{
    const struct sim_kind_info *info = sim_kind_info(w->kind);
    char version[24], api[64];
    snprintf(version, sizeof version, "%" PRIu64, objects_version(w->api->conf.objects));
    snprintf(api, sizeof api, "%s%s%s", info->group, *info->group ? "/" : "", info->version);
    const struct template_value values[] = {{"KIND", info->kind}, {"API", api}, {"VERSION", version}, {NULL, NULL}};
    static const char *const rest[SIM_KIND_COUNT] = {
        [SIM_POD] = ",'spec':{'containers':null},'status':{}",
        [SIM_NODE] = ",'spec':{},'status':{'daemonEndpoints':{'kubeletEndpoint':{'Port':0}},'nodeInfo':{'machineID':'',"
                     "'systemUUID':'','bootID':'','kernelVersion':'','osImage':'','containerRuntimeVersion':'',"
                     "'kubeletVersion':'','kubeProxyVersion':'','operatingSystem':'','architecture':''}}",
        [SIM_SLICE] = ",'addressType':'','endpoints':null,'ports':null",
        [SIM_EVENT] = ",'involvedObject':{},'source':{},'firstTimestamp':null,'lastTimestamp':null,'eventTime':null,"
                      "'reportingComponent':'','reportingInstance':''",
        [SIM_SERVICE] = ",'spec':{},'status':{'loadBalancer':{}}",
    };
    char *text = mem_printf("{'kind':'${KIND}','apiVersion':'${API}','metadata':{'resourceVersion':'${VERSION}'%s}%s}",
                            initial_end ? ",'annotations':{'k8s.io/initial-events-end':'true'}" : "",
                            rest[w->kind] ? rest[w->kind] : "");
    cJSON *object = template_text(text, values);
    watch_line(w, "BOOKMARK", object);
    cJSON_Delete(object);
    free(text);
}

void watches_bookmark(void *api)
{
    struct api *a = api;
    struct watch *w;
    DL_FOREACH(a->watches, w)
    if (w->bookmarks) watch_bookmark(w, false);
}

void watches_expire(struct api *a)
{
    struct watch *w;
    DL_FOREACH(a->watches, w)
    {
        char version[24];
        snprintf(version, sizeof version, "%" PRIu64, w->sent);
        cJSON *gone = status_expired(version, objects_floor(a->conf.objects) + 1);
        watch_line(w, "ERROR", gone);
        cJSON_Delete(gone);
        https_stream_end(w->stream);
    }
}

void watches_send_garbage(void *api)
{
    struct api *a = api;
    static const char line[] =
        "{\"type\":\"MODIFIED\",\"object\":{\"kind\":\"Pod\",\"metadata\":{\"name\":\"\x1b[2J\xff\n";
    struct watch *w;
    DL_FOREACH(a->watches, w) https_stream_write(w->stream, line, sizeof line - 1);
}

void watches_close(struct api *a)
{
    while (a->watches) watch_free(a->watches);
}

static void watch_end(void *arg)
{
    struct watch *w = arg;
    https_stream_end(w->stream);
}

static uint64_t seconds_asked(struct https_request *r)
{
    const char *asked = https_query(r, "timeoutSeconds");
    uint64_t seconds = LONGEST_WATCH_S;
    if (asked) (void)text_u64(asked, strlen(asked), 24 * 3600, &seconds);
    return seconds ? seconds : LONGEST_WATCH_S;
}

static bool query_is(struct https_request *r, const char *name)
{
    const char *value = https_query(r, name);
    return value && (strcmp(value, "true") == 0 || strcmp(value, "1") == 0);
}

static struct watch *watch_new(struct api *a, struct https_request *r, const struct target *t)
{
    struct watch *w = mem_zero(1, sizeof *w);
    w->api = a;
    w->kind = t->kind;
    w->ns = *t->ns ? mem_str(t->ns) : NULL;
    w->labels = mem_str(https_query(r, "labelSelector"));
    w->fields = mem_str(https_query(r, "fieldSelector"));
    w->bookmarks = query_is(r, "allowWatchBookmarks");
    w->end = alarm_new(a->loop, watch_end, w);
    alarm_set(w->end, seconds_asked(r) * 1000, 0);
    DL_APPEND(a->watches, w);
    a->watch_count++;
    w->stream = https_stream_new(r, "application/json", watch_free, w);
    return w;
}

/* Sends every object as ADDED: for a watch without a resourceVersion. */
static void watch_replay(struct watch *w)
{
    size_t count;
    cJSON *const *all = objects_all(w->api->conf.objects, w->kind, &count);
    for (size_t i = 0; i < count; i++)
        if (watch_wants(w, w->kind, all[i])) watch_line(w, "ADDED", all[i]);
    w->sent = objects_version(w->api->conf.objects);
}

void api_watch(struct api *a, struct https_request *r, const struct target *t)
{
    const char *asked = https_query(r, "resourceVersion");
    bool initial = query_is(r, "sendInitialEvents");
    uint64_t from = 0;
    if (asked && *asked && text_u64(asked, strlen(asked), UINT64_MAX, &from) != ERR_OK) {
        char *message = mem_printf("resourceVersion: Invalid value: \"%.64s\": strconv.ParseUint: parsing \"%.64s\": "
                                   "invalid syntax",
                                   asked, asked);
        api_status(r, 500, NULL, message, "", "");
        free(message);
        return;
    }
    if (a->watch_count >= API_WATCHES) {
        api_status(r, 429, "TooManyRequests", "Too many requests, please try again later.", "", "");
        return;
    }
    struct watch *w = watch_new(a, r, t);
    if (from == 0 || initial) {
        watch_replay(w);
        if (initial) watch_bookmark(w, true);
    } else if (from < objects_floor(a->conf.objects)) {
        cJSON *gone = status_expired(asked, objects_floor(a->conf.objects) + 1);
        watch_line(w, "ERROR", gone);
        cJSON_Delete(gone);
        https_stream_end(w->stream);
    } else {
        w->sent = from;
        objects_since(a->conf.objects, from, watch_event, w);
    }
}
