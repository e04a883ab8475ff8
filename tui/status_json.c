/* status_json.c - see status.h. */
#include "tui/status.h"

#include "backends/base/mem.h"
#include "backends/base/stamp.h"
#include "backends/base/text.h"
#include "backends/world/chat_page.h"
#include "backends/world/serve_not_running.h"

#include <stdlib.h>
#include <string.h>

static void add_text(cJSON *object, const char *name, const char *text)
{
    cJSON_AddItemToObject(object, name, text ? cJSON_CreateString(text) : cJSON_CreateNull());
}

static int compare_keys(const void *a, const void *b)
{
    const struct row *const *one = a, *const *other = b;
    return strverscmp((*one)->record->key, (*other)->record->key);
}

const struct row **status_rows(const struct world *w, enum table table, size_t *ret_count)
{
    const bool listed_in_order =
        table == TABLE_POD || table == TABLE_RAYSERVICE || table == TABLE_RAYCLUSTER || table == TABLE_KNODE;
    const size_t max = world_count(w, table);
    const struct row **rows = max ? mem_alloc(max * sizeof(struct row *)) : NULL;
    size_t count = 0;
    WORLD_EACH (row, w, table)
        if (!row->gone_ms && count < max) rows[count++] = row;
    if (!listed_in_order && count > 1) qsort(rows, count, sizeof *rows, compare_keys);
    *ret_count = count;
    return rows;
}

/* The living rows of a table as an array; `ours` picks those of the service in focus. */
static void add_rows(const struct status_of *s, cJSON *object, const char *name, enum table table,
                     bool (*ours)(const struct status_of *s, const struct row *row))
{
    cJSON *array = cJSON_AddArrayToObject(object, name);
    size_t count;
    const struct row **rows = status_rows(s->world, table, &count);
    for (size_t i = 0; i < count; i++) {
        if (!ours || ours(s, rows[i])) cJSON_AddItemToArray(array, record_to_json(rows[i]->record, RECORD_AS_NULL));
    }
    free(rows);
}

static bool pod_ours(const struct status_of *s, const struct row *row)
{
    return !s->focus.rayservice || focus_has_pod(&s->focus, ROW(row, pod));
}

/* "ok", "age_ms", "error", and the kinds that are denied, of one of the three worlds. */
static cJSON *add_world(const struct status_of *s, cJSON *root, const char *name, enum world_kind kind)
{
    cJSON *object = cJSON_AddObjectToObject(root, name);
    struct known_u64 age = UNKNOWN_U64;
    const struct source *source = NULL;
    enum freshness fresh = world_freshness(s->world, kind, s->now_ms, &age, &source);
    cJSON_AddBoolToObject(object, "ok", fresh == FRESH_LIVE);
    json_add_u64(object, "age_ms", age);
    const char *off = status_off_why(s, kind);
    const char *error = fresh == FRESH_LIVE  ? NULL
                        : fresh == FRESH_OFF ? (off ? off : "not configured")
                        : source && source->why && *source->why
                            ? source->why
                            : (fresh == FRESH_STALE ? "not heard of for too long" : "no answer yet");
    add_text(object, "error", error);
    char denied[256];
    add_text(object, "denied", world_denied_words(s->world, kind, denied, sizeof denied) ? denied : NULL);
    return object;
}

static void add_service(const struct status_of *s, cJSON *root)
{
    cJSON *service = cJSON_AddObjectToObject(root, "service");
    const struct rayservice *r = s->focus.rayservice;
    add_text(service, "context", s->context);
    add_text(service, "namespace", r ? r->ns : s->focus.ns);
    add_text(service, "name", r ? r->name : s->focus.service);
    add_text(service, "cluster", s->focus.raycluster ? s->focus.raycluster->name : NULL);
    add_text(service, "head_pod", s->focus.head ? s->focus.head->name : NULL);
    add_text(service, "storage_namespace", s->focus.gcs_ns);
    cJSON_AddItemToObject(service, "rayservice", r ? record_to_json(&r->record, RECORD_AS_NULL) : cJSON_CreateNull());
}

/* The application that is not running, and why; null: all run, or unknown. */
static void add_not_running(const struct status_of *s, cJSON *root)
{
    const struct serve_not_running serve = serve_not_running_of(s->world, &s->focus);
    if (!serve.status) {
        cJSON_AddNullToObject(root, "serve_not_running");
        return;
    }
    cJSON *object = cJSON_AddObjectToObject(root, "serve_not_running");
    add_text(object, "name", serve.name);
    add_text(object, "status", serve.status);
    add_text(object, "message", serve.message);
    cJSON_AddBoolToObject(object, "failed", serve.failed);
    cJSON_AddBoolToObject(object, "upgrade", serve.upgrade);
}

static void add_page_pod(void *arg, const struct endpoint *e)
{
    cJSON *item = cJSON_CreateObject();
    add_text(item, "name", e->pod);
    json_add_tri(item, "ready", e->ready);
    cJSON_AddItemToArray(arg, item);
}

/* null: there is none, or it is not known. */
static void add_page(const struct status_of *s, cJSON *root)
{
    const struct chat_page page = chat_page_at(s->world, &s->focus, s->now_ms);
    if (!page.there) {
        cJSON_AddNullToObject(root, "chat_page");
        return;
    }
    cJSON *object = cJSON_AddObjectToObject(root, "chat_page");
    json_add_tri(object, "answers", page.answers);
    add_text(object, "why", page.why);
    chat_page_each(s->world, &s->focus, add_page_pod, cJSON_AddArrayToObject(object, "pods"));
}

static void add_sources(const struct status_of *s, cJSON *root)
{
    static const char *const words[] = {"off", "waiting", "live", "stale", "down", "denied", "absent"};
    cJSON *array = cJSON_AddArrayToObject(root, "sources");
    for (size_t i = 0; i < world_sources(s->world); i++) {
        const struct source *source = world_source(s->world, i);
        struct known_u64 age = UNKNOWN_U64;
        cJSON *item = cJSON_CreateObject();
        add_text(item, "id", source->id);
        add_text(item, "state", words[source_freshness(source, s->now_ms, &age)]);
        json_add_u64(item, "age_ms", age);
        add_text(item, "error", source->err ? err_word(source->err) : NULL);
        add_text(item, "why", source->why && *source->why ? source->why : NULL);
        add_text(item, "detail", source->detail);
        add_text(item, "namespace", source->scope);
        cJSON_AddNumberToObject(item, "unread", (double)source->unread);
        add_text(item, "unread_why", source->unread_why);
        cJSON_AddItemToArray(array, item);
    }
}

cJSON *status_json(const struct status_of *s)
{
    char stamp[STAMP_TEXT_MAX];
    cJSON *root = cJSON_CreateObject();
    cJSON_AddNumberToObject(root, "version", 1);
    add_text(root, "time", stamp_iso(stamp, s->wall_ms));
    cJSON_AddBoolToObject(root, "replay", s->replay);
    add_service(s, root);
    cJSON_AddItemToObject(root, "answers", status_answers_json(s));
    add_not_running(s, root);
    add_page(s, root);
    cJSON_AddItemToObject(root, "outage",
                          s->outage->state == OUTAGE_NONE ? cJSON_CreateNull() : outage_to_json(s->outage));
    cJSON *kube = add_world(s, root, "kubernetes", WORLD_KUBE);
    add_rows(s, kube, "pods", TABLE_POD, pod_ours);
    add_rows(s, kube, "rayservices", TABLE_RAYSERVICE, NULL);
    add_rows(s, kube, "rayclusters", TABLE_RAYCLUSTER, NULL);
    add_rows(s, kube, "nodes", TABLE_KNODE, NULL);
    cJSON *redis = add_world(s, root, "redis", WORLD_REDIS);
    add_rows(s, redis, "servers", TABLE_REDIS, NULL);
    add_rows(s, redis, "tables", TABLE_GCSTABLE, NULL);
    add_rows(s, redis, "nodes", TABLE_RAYNODE, NULL);
    add_rows(s, redis, "actors", TABLE_ACTOR, NULL);
    add_rows(s, redis, "jobs", TABLE_JOB, NULL);
    add_rows(s, redis, "checkpoints", TABLE_CHECKPOINT, NULL);
    cJSON *neuron = add_world(s, root, "neuron", WORLD_NEURON);
    add_rows(s, neuron, "monitors", TABLE_MONITOR, NULL);
    add_rows(s, neuron, "cores", TABLE_CORE, NULL);
    add_rows(s, neuron, "devices", TABLE_DEVICE, NULL);
    add_sources(s, root);
    return root;
}

bool status_service_is_missing(const struct status_of *s)
{
    const bool live = world_freshness(s->world, WORLD_KUBE, s->now_ms, NULL, NULL) == FRESH_LIVE;
    return s->focus.service && !s->focus.rayservice && live;
}

enum err status_err(const struct status_of *s)
{
    static const enum world_kind kinds[] = {WORLD_KUBE, WORLD_REDIS, WORLD_NEURON};
    if (status_service_is_missing(s)) return ERR_NOT_FOUND;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        const struct source *source = NULL;
        enum freshness fresh = world_freshness(s->world, kinds[i], s->now_ms, NULL, &source);
        if (fresh == FRESH_LIVE || fresh == FRESH_OFF) continue;
        return source && source->err ? source->err : ERR_TIMEOUT;
    }
    /* An item dropped at a limit counts as not seen. */
    for (size_t i = 0; i < world_sources(s->world); i++)
        if (world_source(s->world, i)->err == ERR_EXHAUSTED) return ERR_EXHAUSTED;
    return ERR_OK;
}
