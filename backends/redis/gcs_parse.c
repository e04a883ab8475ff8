/* gcs_parse.c - decodes the GCS's protobuf messages: nodes, actors, jobs, workers, placement groups. */
#include "backends/redis/gcs_parse.h"

#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/redis/gcs.pb-c.h"
#include "backends/redis/gcs_text.h"
#include "backends/redis/proto_arena.h"

#include <stdlib.h>
#include <string.h>

enum { ACTOR_ALIVE = 2, ACTOR_DEAD = 4, NODE_DEAD = 1, RESTART_FOR_EVER = -1 };

static char *name_text(ProtobufCBinaryData text)
{
    return text.len ? text_safe((const char *)text.data, text.len, TEXT_ONE_LINE, GCS_TEXT_MAX) : NULL;
}

/* Copies to a C string; a NUL byte becomes \x00, as text_safe writes it. Caller frees. */
static char *string_of(ProtobufCBinaryData text)
{
    static const char nul[] = "\\x00";
    size_t nuls = 0, out = 0;
    for (size_t i = 0; i < text.len; i++) nuls += text.data[i] == 0;
    char *copy = mem_alloc(text.len + nuls * (sizeof nul - 1) + 1);
    for (size_t i = 0; i < text.len; i++) {
        const bool zero = text.data[i] == 0;
        memcpy(copy + out, zero ? nul : (const char *)&text.data[i], zero ? sizeof nul - 1 : 1);
        out += zero ? sizeof nul - 1 : 1;
    }
    copy[out] = '\0';
    return copy;
}

static char *prose_text(ProtobufCBinaryData text)
{
    char *string = string_of(text), *safe = gcs_prose(string);
    mem_free_secret(string);
    return safe;
}

static char *id_text(ProtobufCBinaryData id)
{
    return id.len > 0 && id.len <= GCS_ID_MAX ? text_hex(id.data, id.len) : NULL;
}

/* Time stamps, ports and pids: proto3 decodes an unset field as zero. */
static struct known_u64 known_if_set(uint64_t value)
{
    return value ? known_u64(value) : UNKNOWN_U64;
}

static struct known_u64 known_if_positive(int64_t value)
{
    return value > 0 ? known_u64((uint64_t)value) : UNKNOWN_U64;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct pair *)a)->name, ((const struct pair *)b)->name);
}

/* Sorts the map, whose order on the wire is arbitrary, so that equal resources make equal records. */
static void set_resources(struct raynode *r, const Gcs__Node *m)
{
    for (size_t i = 0; i < m->n_resources_total && r->resources_count < GCS_RESOURCES_MAX; i++) {
        char *name = name_text(m->resources_total[i]->name);
        if (!name) continue;
        struct pair *p = RECORD_APPEND(r, resources);
        p->name = name;
        p->value = mem_printf("%.15g", m->resources_total[i]->amount);
    }
    if (r->resources_count > 1) qsort(r->resources, r->resources_count, sizeof *r->resources, by_name);
}

static struct record *node_record(const char *key, const struct gcs_place *place, const Gcs__Node *m)
{
    (void)place;
    struct raynode *r = record_new(TABLE_RAYNODE, key);
    record_set(&r->state, gcs_node_state(m->state));
    r->address = name_text(m->address);
    r->port = known_if_positive(m->port);
    r->hostname = name_text(m->hostname);
    r->pod = name_text(m->instance_id);
    r->group = name_text(m->node_type_name);
    r->is_head = tri_of(m->is_head_node);
    r->started = known_if_set(m->start_time_ms);
    r->ended = known_if_set(m->end_time_ms);
    if (m->death_info && m->state == NODE_DEAD) {
        record_set(&r->death_reason, gcs_node_death(m->death_info->reason));
        r->death_message = prose_text(m->death_info->reason_message);
    }
    set_resources(r, m);
    return &r->record;
}

/* Ray maps a core as neuron_cores, and in a placement group again as neuron_cores_group_…, with the same indices. */
static bool is_neuron_cores(ProtobufCBinaryData name)
{
    static const char plain[] = "neuron_cores", grouped[] = "neuron_cores_group_";
    const size_t group = sizeof grouped - 1;
    return (name.len == sizeof plain - 1 && memcmp(name.data, plain, name.len) == 0) ||
           (name.len >= group && memcmp(name.data, grouped, group) == 0);
}

static void set_cores(struct actor *r, const Gcs__Actor *m)
{
    /* An ALIVE actor has all of its resources; before that they are unknown, and a DEAD one holds none. */
    r->cores.known = m->state == ACTOR_ALIVE || m->state == ACTOR_DEAD;
    if (m->state == ACTOR_DEAD) return;
    for (size_t i = 0; i < m->n_resource_mapping; i++) {
        const Gcs__ResourceMapEntry *e = m->resource_mapping[i];
        if (!is_neuron_cores(e->name)) continue;
        for (size_t j = 0; j < e->n_resource_ids; j++) {
            const Gcs__ResourceId *id = e->resource_ids[j];
            if (!(id->quantity > 0) || id->index < 0 || id->index >= CORESET_MAX) continue;
            coreset_add(&r->cores, (unsigned)id->index);
            r->cores.known = true;
        }
    }
}

static char *death_text(const Gcs__DeathCause *cause)
{
    const Gcs__ErrorContext *const contexts[] = {cause->actor_died_error_context, cause->oom_context,
                                                 cause->runtime_env_failed_context, cause->actor_unschedulable_context};
    for (size_t i = 0; i < ARRAY_LEN(contexts); i++)
        if (contexts[i] && contexts[i]->error_message.len) return prose_text(contexts[i]->error_message);
    const Gcs__Exception *exception = cause->creation_task_failure_context;
    if (!exception) return NULL;
    char *traceback = string_of(exception->formatted_exception_string), *last = gcs_last_line(traceback);
    mem_free_secret(traceback);
    return last;
}

static struct record *actor_record(const char *key, const struct gcs_place *place, const Gcs__Actor *m)
{
    (void)place;
    struct actor *r = record_new(TABLE_ACTOR, key);
    record_set(&r->state, gcs_actor_state(m->state));
    r->class_name = name_text(m->class_name);
    r->name = name_text(m->name);
    r->ray_ns = name_text(m->ray_namespace);
    r->job = id_text(m->job_id);
    r->ray_node = id_text(m->node_id.len ? m->node_id : m->address ? m->address->node_id : m->node_id);
    r->ip = m->address ? name_text(m->address->ip_address) : NULL;
    r->pid = known_if_set(m->pid);
    r->restarts = known_u64(m->num_restarts);
    r->max_restarts =
        m->max_restarts == RESTART_FOR_EVER ? mem_str("unlimited") : mem_printf("%lld", (long long)m->max_restarts);
    r->started = known_if_set(m->start_time);
    r->ended = known_if_set(m->end_time);
    r->detached = tri_of(m->is_detached);
    if (m->death_cause && m->state == ACTOR_DEAD) r->death_cause = death_text(m->death_cause);
    set_cores(r, m);
    return &r->record;
}

static struct record *job_record(const char *key, const struct gcs_place *place, const Gcs__Job *m)
{
    (void)place;
    struct job *r = record_new(TABLE_JOB, key);
    r->dead = tri_of(m->is_dead);
    r->driver_ip = name_text(m->driver_ip_address);
    if (!r->driver_ip && m->driver_address) r->driver_ip = name_text(m->driver_address->ip_address);
    r->driver_pid = known_if_positive(m->driver_pid);
    r->entrypoint = prose_text(m->entrypoint);
    r->started = known_if_set(m->start_time);
    r->ended = known_if_set(m->end_time);
    return &r->record;
}

static struct record *worker_record(const char *key, const struct gcs_place *place, const Gcs__Worker *m)
{
    (void)place;
    struct rayworker *r = record_new(TABLE_RAYWORKER, key);
    r->alive = tri_of(m->is_alive);
    record_set(&r->type, gcs_worker_type(m->worker_type));
    if (m->worker_address) {
        r->ray_node = id_text(m->worker_address->node_id);
        r->ip = name_text(m->worker_address->ip_address);
    }
    r->pid = known_if_set(m->pid);
    if (!m->is_alive) {
        record_set(&r->exit_type, gcs_worker_exit(m->exit_type));
        r->exit_detail = prose_text(m->exit_detail);
    }
    r->started = known_if_set(m->start_time_ms);
    r->ended = known_if_set(m->end_time_ms);
    return &r->record;
}

static struct record *pgroup_record(const char *key, const struct gcs_place *place, const Gcs__PlacementGroup *m)
{
    struct pgroup *r = record_new(TABLE_PGROUP, key);
    r->name = name_text(m->name);
    record_set(&r->strategy, gcs_pgroup_strategy(m->strategy));
    record_set(&r->state, gcs_pgroup_state(m->state, place->age));
    r->bundles = known_u64(m->n_bundles);
    r->detached = tri_of(m->is_detached);
    return &r->record;
}

/* The only cast from ProtobufCMessage to a message type. */
#define AS(type, message) ((const type *)(const void *)(message))

static struct record *record_of(enum gcs_table table, const char *key, const struct gcs_place *place,
                                const ProtobufCMessage *m)
{
    switch (table) {
    case GCS_NODE: return node_record(key, place, AS(Gcs__Node, m));
    case GCS_ACTOR: return actor_record(key, place, AS(Gcs__Actor, m));
    case GCS_JOB: return job_record(key, place, AS(Gcs__Job, m));
    case GCS_WORKERS: return worker_record(key, place, AS(Gcs__Worker, m));
    default: return pgroup_record(key, place, AS(Gcs__PlacementGroup, m));
    }
}

/* All records of the GCS start with the columns ns and id. */
static void set_place(struct record *record, enum gcs_table table, const char *ns, char *id /* takes */)
{
    char **at_ns, **at_id;
#define PLACE(type) (at_ns = &((struct type *)(void *)record)->ns, at_id = &((struct type *)(void *)record)->id)
    switch (table) {
    case GCS_NODE: PLACE(raynode); break;
    case GCS_ACTOR: PLACE(actor); break;
    case GCS_JOB: PLACE(job); break;
    case GCS_WORKERS: PLACE(rayworker); break;
    default: PLACE(pgroup); break;
    }
#undef PLACE
    record_set(at_ns, ns);
    *at_id = id;
}

enum err gcs_parse(enum gcs_table table, const struct gcs_place *place, struct gcs_span id, struct gcs_span value,
                   struct record **ret, struct why *why)
{
    const ProtobufCMessageDescriptor *const kinds[] = {&gcs__node__descriptor, &gcs__actor__descriptor,
                                                       &gcs__job__descriptor, &gcs__worker__descriptor,
                                                       &gcs__placement_group__descriptor};
    const char *word = gcs_table_word(table);
    if ((size_t)table >= ARRAY_LEN(kinds)) return why_set(why, ERR_UNSUPPORTED, "this GCS table holds no records");
    if (id.len == 0 || id.len > GCS_ID_MAX) return why_set(why, ERR_LIMIT, "%s: an id of %zu bytes", word, id.len);
    if (value.len > GCS_VALUE_MAX) return why_set(why, ERR_LIMIT, "%s: a value of %zu bytes", word, value.len);
    struct arena arena;
    arena_init(&arena, GCS_UNPACK_MAX);
    const ProtobufCMessage *m =
        protobuf_c_message_unpack(kinds[table], &arena.allocator, value.len, (const uint8_t *)value.at);
    if (m) {
        char *key = gcs_record_key(place->ns, id);
        struct record *record = record_of(table, key, place, m);
        set_place(record, table, place->ns, text_hex(id.at, id.len));
        free(key);
        *ret = record;
    }
    arena_done(&arena);
    return m ? ERR_OK : why_set(why, ERR_PARSE, "%s: a value that is no such record", word);
}

char *gcs_record_key(const char *ns, struct gcs_span id)
{
    char *hex = text_hex(id.at, id.len);
    char *key = mem_printf("%s/%s", ns, hex);
    free(hex);
    return key;
}

char *gcs_field_name(enum gcs_table table, struct gcs_span id)
{
    /* other tables, unknown ones included, may have textual fields: printable names are kept as they are */
    const bool text = table == GCS_KV || (table == GCS_OTHER && text_is_safe(id.at, id.len, TEXT_ONE_LINE));
    if (text) return text_safe(id.at, id.len, TEXT_ONE_LINE, GCS_TEXT_MAX);
    return text_hex(id.at, id.len < GCS_NAME_MAX ? id.len : (size_t)GCS_NAME_MAX);
}

struct known_u64 gcs_heartbeat(struct gcs_span value)
{
    cJSON *json;
    if (json_parse_shown(value.at, value.len, &json, NULL) != ERR_OK) return UNKNOWN_U64;
    const struct known_f64 seconds = json_f64(json, "time");
    cJSON_Delete(json);
    if (!seconds.known || !(seconds.value > 0) || seconds.value > 1e11) return UNKNOWN_U64;
    return known_u64((uint64_t)(seconds.value * 1000));
}

char *gcs_ray_version(struct gcs_span value)
{
    cJSON *json;
    if (json_parse_shown(value.at, value.len, &json, NULL) != ERR_OK) return NULL;
    const char *version = json_str(json, "ray_version");
    char *safe = version ? text_safe(version, strlen(version), TEXT_ONE_LINE, 32) : NULL;
    cJSON_Delete(json);
    return safe;
}
