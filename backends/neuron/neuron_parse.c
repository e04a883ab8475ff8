/* neuron_parse.c - parses a line of neuron-monitor, and merges the reports of its runtimes. */
#include "backends/neuron/neuron_parse.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <stdlib.h>
#include <string.h>

/* Keys of error_summary, then those of execution_summary other than `completed`. */
static const char *const kind_name[NEURON_KINDS] = {
    "generic",     "numerical",           "transient", "model",       "runtime",    "hardware",
    "with errors", "with numeric errors", "timed out", "wrong input", "not queued",
};
static const char *const kind_field[NEURON_KINDS] = {
    "generic",   "numerical",       "transient",          "model",
    "runtime",   "hardware",        "completed_with_err", "completed_with_num_err",
    "timed_out", "incorrect_input", "failed_to_queue",
};
enum { KINDS_BY_CAUSE = 6, KINDS_ALL = 11 };

/* What one runtime reports about one core. */
struct claim {
    enum tri held;
    struct known_f64 utilisation;
    struct known_u64 memory;
};
/* The merge of all runtimes' claims. */
struct merged {
    struct claim core[NEURON_CORES];
    size_t holder[NEURON_CORES]; /* the runtime, by its place in the monitor */
    bool has_holder[NEURON_CORES];
    size_t listed; /* the highest index listed by any runtime, plus one */
    bool blind;    /* a runtime has no report: it may hold any core */
    uint64_t dropped;
};

struct period_counts {
    bool known;
    uint64_t completed, errors, kind[NEURON_KINDS];
    struct known_f64 period_s, p50, p99;
};

static void add_saturating(uint64_t *sum, uint64_t n)
{
    *sum = *sum > UINT64_MAX - n ? UINT64_MAX : *sum + n;
}

static void set_text(char **field, const char *foreign)
{
    if (*field || !foreign || !*foreign) return;
    *field = text_safe(foreign, strlen(foreign), TEXT_ONE_LINE, NEURON_TEXT_MAX);
}

static struct known_u64 positive_of(struct known_u64 n)
{
    return n.known && n.value ? n : UNKNOWN_U64;
}

/* The index out of a member name such as "11"; false for anything else and for those beyond `limit`. */
static bool index_of(const char *name, size_t limit, size_t *ret, uint64_t *dropped)
{
    uint64_t n;
    if (!name || text_u64(name, strlen(name), UINT32_MAX, &n) != ERR_OK) return false;
    if (n >= limit) {
        (*dropped)++;
        return false;
    }
    *ret = (size_t)n;
    return true;
}

/* ---- one runtime ---------------------------------------------------------------------------------------------- */

static struct known_u64 core_memory(const cJSON *parts)
{
    struct known_u64 sum = UNKNOWN_U64;
    JSON_EACH (part, parts) {
        if (!cJSON_IsNumber(part) || part->valuedouble < 0 || part->valuedouble > 9007199254740992.0) continue;
        add_saturating(&sum.value, (uint64_t)part->valuedouble);
        sum.known = true;
    }
    return sum;
}

/* Fills claims[] from a report; cores not listed stay unknown. Returns false if the report has neither cores nor
 * memory. */
static bool read_claims(const cJSON *report, struct claim claims[NEURON_CORES], struct merged *m)
{
    const cJSON *cores = json_path(report, "neuroncore_counters.neuroncores_in_use");
    const cJSON *memory =
        json_path(report, "memory_used.neuron_runtime_used_bytes.usage_breakdown.neuroncore_memory_usage");
    size_t i;
    JSON_EACH (item, cores) {
        if (!index_of(item->string, NEURON_CORES, &i, &m->dropped)) continue;
        struct known_f64 u = json_f64(item, "neuroncore_utilization");
        if (u.known && u.value >= 0) claims[i].utilisation = u;
        m->listed = i + 1 > m->listed ? i + 1 : m->listed;
    }
    JSON_EACH (item, memory) {
        if (!index_of(item->string, NEURON_CORES, &i, &m->dropped)) continue;
        claims[i].memory = core_memory(item);
        m->listed = i + 1 > m->listed ? i + 1 : m->listed;
    }
    bool reported = cJSON_IsObject(cores) || cJSON_IsObject(memory);
    for (i = 0; reported && i < NEURON_CORES; i++) {
        struct claim *c = &claims[i];
        if ((c->memory.known && c->memory.value) || (c->utilisation.known && c->utilisation.value > 0))
            c->held = TRI_YES;
        else if (cJSON_IsObject(memory))
            c->held = TRI_NO;
        else /* idle without a word on memory: it may be its own, unless it is not even listed */
            c->held = c->utilisation.known ? TRI_UNKNOWN : TRI_NO;
    }
    return reported;
}

static void merge_claims(struct merged *m, const struct claim claims[NEURON_CORES], size_t runtime)
{
    for (size_t i = 0; i < NEURON_CORES; i++) {
        struct claim *into = &m->core[i];
        const struct claim *c = &claims[i];
        if (c->memory.known) {
            into->memory.known = true;
            add_saturating(&into->memory.value, c->memory.value);
        }
        /* a runtime lists other runtimes' cores with 0: its value counts only if it may hold the core */
        if (c->held != TRI_NO && c->utilisation.known &&
            (!into->utilisation.known || c->utilisation.value > into->utilisation.value))
            into->utilisation = c->utilisation;
        if (c->held == TRI_YES && !m->has_holder[i]) {
            m->has_holder[i] = true;
            m->holder[i] = runtime;
        }
        if (c->held == TRI_YES || (c->held == TRI_UNKNOWN && into->held != TRI_YES)) into->held = c->held;
    }
}

static uint64_t count_of(const cJSON *obj, const char *name, bool *known)
{
    struct known_u64 n = json_u64(obj, name);
    *known |= n.known;
    return n.known ? n.value : 0;
}

static void keep_larger(struct known_f64 *into, struct known_f64 n)
{
    if (n.known && n.value >= 0 && (!into->known || n.value > into->value)) *into = n;
}

static void read_executions(const cJSON *stats, struct period_counts *sum)
{
    const cJSON *cause = json_get(stats, "error_summary"), *status = json_get(stats, "execution_summary");
    uint64_t by_cause = 0, by_status = 0;
    for (size_t i = 0; i < KINDS_ALL; i++) {
        uint64_t n = count_of(i < KINDS_BY_CAUSE ? cause : status, kind_field[i], &sum->known);
        add_saturating(&sum->kind[i], n);
        add_saturating(i < KINDS_BY_CAUSE ? &by_cause : &by_status, n);
    }
    add_saturating(&sum->completed, count_of(status, "completed", &sum->known));
    add_saturating(&sum->errors, by_cause > by_status ? by_cause : by_status);
    const cJSON *total = json_path(stats, "latency_stats.total_latency");
    keep_larger(&sum->p50, json_f64(total, "p50"));
    keep_larger(&sum->p99, json_f64(total, "p99"));
    keep_larger(&sum->period_s, json_f64(stats, "period"));
}

/* The first error among a runtime's groups, with the group's name. */
static char *group_error(const cJSON *report)
{
    JSON_EACH (group, report) {
        const char *e = json_str(group, "error");
        if (!e || !*e || !group->string) continue;
        char *both = mem_printf("%s: %s", group->string, e);
        char *safe = text_safe(both, strlen(both), TEXT_ONE_LINE, NEURON_TEXT_MAX);
        free(both);
        return safe;
    }
    return NULL;
}

static void read_runtime(const cJSON *item, struct monitor *mon, struct merged *m, struct period_counts *sum)
{
    const cJSON *report = json_get(item, "report");
    struct runtime *r = RECORD_APPEND(mon, runtimes);
    r->pid = json_u64(item, "pid");
    set_text(&r->tag, json_str(item, "neuron_runtime_tag"));
    set_text(&r->error, json_str(item, "error"));
    if (!r->error) r->error = group_error(report);
    const cJSON *used = json_path(report, "memory_used.neuron_runtime_used_bytes");
    r->device_bytes = json_u64(used, "neuron_device");
    r->host_bytes = json_u64(used, "host");

    struct claim *claims = mem_zero(NEURON_CORES, sizeof *claims);
    if (read_claims(report, claims, m)) {
        merge_claims(m, claims, mon->runtimes_count - 1);
        bool sure = true;
        for (unsigned i = 0; i < NEURON_CORES; i++) {
            if (claims[i].held == TRI_YES) coreset_add(&r->cores, i);
            sure = sure && claims[i].held != TRI_UNKNOWN;
        }
        r->cores.known = sure;
    } else {
        m->blind = true;
    }
    free(claims);
    const cJSON *stats = json_get(report, "execution_stats");
    read_executions(stats, sum);
}

/* ---- the whole line ------------------------------------------------------------------------------------------- */

static void read_hardware(const cJSON *root, struct monitor *mon)
{
    const cJSON *hw = json_get(root, "neuron_hardware_info"), *at = json_get(root, "instance_info");
    set_text(&mon->instance_id, json_str(at, "instance_id"));
    set_text(&mon->instance_type, json_str(at, "instance_type"));
    set_text(&mon->device_type, json_str(hw, "neuron_device_type"));
    set_text(&mon->hardware_error, json_str(hw, "error"));
    /* without the driver the counts are 0, which means unknown */
    mon->devices =
        mon->hardware_error ? positive_of(json_u64(hw, "neuron_device_count")) : json_u64(hw, "neuron_device_count");
    mon->cores_per_device = positive_of(json_u64(hw, "neuroncore_per_device_count"));
    mon->device_memory = positive_of(json_u64(hw, "neuron_device_memory_size"));
}

static void read_errors(const cJSON *root, struct monitor *mon)
{
    for (size_t i = 0; i < mon->runtimes_count && !mon->error; i++) set_text(&mon->error, mon->runtimes[i].error);
    if (!mon->error) mon->error = group_error(json_get(root, "system_data"));
    set_text(&mon->error, json_str(json_get(root, "instance_info"), "error"));
}

static void read_period(const cJSON *root, const struct period_counts *sum, struct monitor *mon)
{
    struct known_f64 s = sum->period_s;
    if (!s.known) s = json_f64(json_path(root, "system_data.memory_info"), "period");
    if (s.known && s.value > 0 && s.value < 86400) mon->period_ms = known_u64((uint64_t)(s.value * 1000 + 0.5));
    /* the first line is printed at once: its period is too short for a rate */
    if (sum->known && mon->period_ms.known && mon->period_ms.value >= 100)
        mon->executions_s = known_f64((double)sum->completed * 1000 / (double)mon->period_ms.value);
    mon->p50 = sum->p50;
    mon->p99 = sum->p99;
}

static void add_sums(const struct period_counts *now, struct neuron_sums *sums, struct monitor *mon)
{
    if (now->known) {
        sums->known = true;
        add_saturating(&sums->completed, now->completed);
        add_saturating(&sums->errors, now->errors);
        for (size_t i = 0; i < KINDS_ALL; i++) add_saturating(&sums->kind[i], now->kind[i]);
    }
    if (!sums->known) return;
    mon->completed = known_u64(sums->completed);
    mon->errors = known_u64(sums->errors);
    for (size_t i = 0; i < KINDS_ALL; i++) {
        if (!sums->kind[i]) continue;
        struct pair *p = RECORD_APPEND(mon, error_kinds);
        record_set(&p->name, kind_name[i]);
        p->value = mem_printf("%llu", (unsigned long long)sums->kind[i]);
    }
}

static size_t core_count(const struct monitor *mon, const struct merged *m, uint64_t *dropped)
{
    uint64_t n = m->listed;
    if (mon->devices.known && mon->cores_per_device.known && mon->devices.value <= UINT32_MAX &&
        mon->cores_per_device.value <= UINT32_MAX && mon->devices.value * mon->cores_per_device.value > n)
        n = mon->devices.value * mon->cores_per_device.value;
    if (n > NEURON_CORES) {
        *dropped += n - NEURON_CORES;
        n = NEURON_CORES;
    }
    return (size_t)n;
}

static struct core *make_core(const struct neuron_where *where, const struct monitor *mon, const struct merged *m,
                              size_t i)
{
    char *key = mem_printf("%s/%zu", where->source, i);
    struct core *c = record_new(TABLE_CORE, key);
    free(key);
    record_set(&c->source, where->source);
    c->index = known_u64(i);
    if (mon->cores_per_device.known) c->device = known_u64(i / mon->cores_per_device.value);
    const struct claim *claim = &m->core[i];
    c->held = claim->held == TRI_YES ? TRI_YES : m->blind ? TRI_UNKNOWN : claim->held;
    if (c->held == TRI_YES || (c->held == TRI_UNKNOWN && !m->blind)) c->utilisation = claim->utilisation;
    if (!m->blind || c->held == TRI_YES) c->memory = claim->memory;
    if (m->has_holder[i]) {
        const struct runtime *r = &mon->runtimes[m->holder[i]];
        record_set(&c->holder_tag, r->tag);
        c->holder_pid = r->pid;
    }
    return c;
}

static struct known_u64 either_sum(struct known_u64 a, struct known_u64 b)
{
    if (!a.known || !b.known) return a.known ? a : b;
    add_saturating(&a.value, b.value);
    return a;
}

static struct device *make_device(const struct neuron_where *where, const struct neuron_sample *s, size_t i)
{
    char *key = mem_printf("%s/d%zu", where->source, i);
    struct device *d = record_new(TABLE_DEVICE, key);
    free(key);
    record_set(&d->source, where->source);
    d->index = known_u64(i);
    d->memory_total = s->monitor->device_memory;
    for (size_t n = 0; n < s->cores; n++) {
        if (s->core[n]->device.known && s->core[n]->device.value == i)
            d->memory_used = either_sum(d->memory_used, s->core[n]->memory);
    }
    return d;
}

static void make_devices(const struct neuron_where *where, const cJSON *root, struct neuron_sample *s)
{
    const cJSON *list = json_path(root, "system_data.neuron_hw_counters.neuron_devices");
    uint64_t n = s->monitor->devices.known ? s->monitor->devices.value : 0;
    JSON_EACH (item, list) {
        struct known_u64 at = json_u64(item, "neuron_device_index");
        if (at.known && at.value >= n) n = at.value + 1;
    }
    if (n > NEURON_DEVICES) {
        s->dropped += n - NEURON_DEVICES;
        n = NEURON_DEVICES;
    }
    for (s->devices = 0; s->devices < n; s->devices++) s->device[s->devices] = make_device(where, s, s->devices);
    JSON_EACH (item, list) {
        struct known_u64 at = json_u64(item, "neuron_device_index");
        if (!at.known || at.value >= s->devices) continue;
        struct device *d = s->device[at.value];
        d->ecc_corrected = either_sum(json_u64(item, "mem_ecc_corrected"), json_u64(item, "sram_ecc_corrected"));
        d->ecc_uncorrected = either_sum(json_u64(item, "mem_ecc_uncorrected"), json_u64(item, "sram_ecc_uncorrected"));
    }
}

static void read_line(const struct neuron_where *where, const cJSON *root, struct neuron_sums *sums,
                      struct neuron_sample *s)
{
    struct monitor *mon = s->monitor = record_new(TABLE_MONITOR, where->source);
    record_set(&mon->knode, where->knode);
    record_set(&mon->pod, where->pod);
    read_hardware(root, mon);
    struct merged *m = mem_zero(1, sizeof *m);
    for (size_t i = 0; i < NEURON_CORES; i++) m->core[i].held = TRI_NO;
    struct period_counts now = {0};
    JSON_EACH (item, json_get(root, "neuron_runtime_data")) {
        if (!cJSON_IsObject(item)) {
            s->unread++;
            m->blind = true;
            continue;
        }
        if (mon->runtimes_count < NEURON_RUNTIMES)
            read_runtime(item, mon, m, &now);
        else
            s->dropped++;
    }
    read_errors(root, mon);
    read_period(root, &now, mon);
    add_sums(&now, sums, mon);
    s->cores = core_count(mon, m, &s->dropped);
    for (size_t i = 0; i < s->cores; i++) s->core[i] = make_core(where, mon, m, i);
    make_devices(where, root, s);
    s->dropped += m->dropped;
    free(m);
}

enum err neuron_parse(const struct neuron_where *where, const char *line, size_t len, struct neuron_sums *sums,
                      struct neuron_sample *ret, struct why *why)
{
    cJSON *root = NULL;
    enum err e = json_parse_shown(line, len, &root, why);
    if (e != ERR_OK) return e;
    if (!json_get(root, "neuron_runtime_data") && !json_get(root, "neuron_hardware_info") &&
        !json_get(root, "system_data")) {
        cJSON_Delete(root);
        return why_set(why, ERR_PARSE, "JSON, but no line of neuron-monitor: none of its sections is there");
    }
    struct neuron_sample *s = mem_zero(1, sizeof *s);
    read_line(where, root, sums, s);
    *ret = *s;
    free(s);
    cJSON_Delete(root);
    return ERR_OK;
}

void neuron_sample_done(struct neuron_sample *sample)
{
    if (!sample) return;
    if (sample->monitor) record_free(&sample->monitor->record);
    for (size_t i = 0; i < sample->cores; i++) {
        if (sample->core[i]) record_free(&sample->core[i]->record);
    }
    for (size_t i = 0; i < sample->devices; i++) {
        if (sample->device[i]) record_free(&sample->device[i]->record);
    }
    *sample = (struct neuron_sample){0};
}
