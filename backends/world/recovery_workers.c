/* recovery_workers.c - compares the worker pods and Neuron runtimes with those at T0, and counts requests since. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/recovery_priv.h"
#include "backends/world/request_kind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_worker(const struct focus *f, const struct pod *p)
{
    return text_eq(p->role, "worker") && focus_has_pod(f, p);
}

void workers_clear(struct recovery *r)
{
    for (size_t i = 0; i < r->workers; i++) {
        free(r->worker[i].uid);
        free(r->worker[i].name);
        r->memory->probed[i] = r->memory->probe_ok[i] = false;
    }
    for (size_t i = 0; i < r->memory->runtimes; i++) free(r->memory->runtime[i].monitor);
    r->workers = r->memory->runtimes = 0;
}

/* A monitor inside a pod of another RayService does not belong to this one. */
static bool monitor_is_ours(const struct world *w, const struct focus *f, const struct monitor *mon)
{
    const struct pod *p = mon->pod ? pod_named(w, f->ns, mon->pod) : NULL;
    return !mon->pod || !p || focus_has_pod(f, p);
}

static void runtimes_capture(struct recovery_memory *m, const struct world *w, const struct focus *f)
{
    WORLD_EACH (row, w, TABLE_MONITOR) {
        const struct monitor *mon = ROW(row, monitor);
        if (row->gone_ms || !monitor_is_ours(w, f, mon)) continue;
        for (size_t i = 0; i < mon->runtimes_count && m->runtimes < RECOVERY_WORKERS; i++) {
            if (!mon->runtimes[i].pid.known) continue;
            m->runtime[m->runtimes].monitor = mem_str(mon->record.key);
            m->runtime[m->runtimes++].pid = mon->runtimes[i].pid.value;
        }
    }
}

void workers_capture(struct recovery *r, const struct world *w, const struct focus *f)
{
    workers_clear(r);
    for (struct focus_pods at = focus_pods_of(w, f); at.row; focus_pods_next(&at)) {
        const struct pod *p = ROW(at.row, pod);
        if (at.row->gone_ms || p->deleted.known || !is_worker(f, p) || r->workers == RECOVERY_WORKERS) continue;
        struct worker_before *then = &r->worker[r->workers++];
        then->uid = mem_str(p->record.key);
        then->name = mem_str(p->name);
        then->restarts = p->restarts;
        if (!p->reconnect_s.known) continue;
        if (!r->reconnect_s.known || p->reconnect_s.value < r->reconnect_s.value) r->reconnect_s = p->reconnect_s;
    }
    runtimes_capture(r->memory, w, f);
}

/* What a monitor last reported is true of now only while it is heard. */
static bool monitor_is_heard(const struct world *w, const struct row *row)
{
    const struct source *src = row && !row->gone_ms ? world_source_named(w, row->source) : NULL;
    return src && src->state == SOURCE_LIVE;
}

static bool runtime_runs(const struct monitor *m, uint64_t pid)
{
    for (size_t i = 0; i < m->runtimes_count; i++)
        if (m->runtimes[i].pid.known && m->runtimes[i].pid.value == pid) return true;
    return false;
}

/* Compares one worker pod, found by its UID, with T0. */
static void worker_fill(const struct worker_before *then, const struct world *w, struct outage_worker *out)
{
    const struct row *row = world_find(w, TABLE_POD, then->uid);
    const struct pod *p = row && !row->gone_ms ? ROW(row, pod) : NULL;
    *out = (struct outage_worker){.fate = WORKER_SAME};
    snprintf(out->name, sizeof out->name, "%s", then->name ? then->name : "");
    if (!p || p->deleted.known) {
        out->fate = WORKER_REPLACED;
    } else if (then->restarts.known && p->restarts.known && p->restarts.value > then->restarts.value) {
        out->fate = WORKER_RESTARTED;
        out->restarts = p->restarts.value - then->restarts.value;
    }
}

void outage_fill_workers(const struct recovery *r, const struct world *w, struct outage *ret)
{
    const struct recovery_memory *m = r->memory;
    ret->workers = r->workers;
    for (size_t i = 0; i < r->workers; i++) {
        worker_fill(&r->worker[i], w, &ret->worker[i]);
        ret->replaced += ret->worker[i].fate == WORKER_REPLACED;
        ret->same += ret->worker[i].fate != WORKER_REPLACED;
        ret->restarts += ret->worker[i].restarts;
    }
    ret->runtimes = m->runtimes;
    for (size_t i = 0; i < m->runtimes; i++) {
        const struct row *row = world_find(w, TABLE_MONITOR, m->runtime[i].monitor);
        if (!monitor_is_heard(w, row))
            ret->runtimes_unheard++;
        else
            ret->runtimes_same += runtime_runs(ROW(row, monitor), m->runtime[i].pid);
    }
}

/* ---- requests ------------------------------------------------------------------------------------------------ */

static void count_failure(struct recovery *r, const char *name)
{
    size_t i = 0;
    if (!name || !*name) name = "failed";
    while (i < OUTAGE_FAILURES - 1 && r->failure[i].count && strcmp(r->failure[i].name, name) != 0) i++;
    if (!r->failure[i].count)
        snprintf(r->failure[i].name, sizeof r->failure[i].name, "%s", i < OUTAGE_FAILURES - 1 ? name : "other");
    r->failure[i].count++;
}

/* Keeps the worst result of each second. */
static void mark_second(struct recovery *r, const struct request *q, char one)
{
    if (!q->due.known || q->due.value < r->t0_wall_ms) return;
    uint64_t second = (q->due.value - r->t0_wall_ms) / 1000;
    if (second >= OUTAGE_SECONDS) return;
    for (size_t i = strlen(r->second); i <= second; i++) r->second[i] = ' ';
    char *at = &r->second[second];
    if (*at == ' ' || one == 'X' || (one == 's' && *at == '.')) *at = one;
}

static void count_answer(struct recovery_memory *m, const struct request *q)
{
    uint64_t took = q->latency_us.known ? q->latency_us.value / 1000 : 0;
    uint64_t at = q->done.known ? q->done.value : q->due.known ? q->due.value + took : 0;
    if (at <= m->answered_wall_ms) return;
    if (at - m->answered_wall_ms > m->gap_ms) m->gap_ms = at - m->answered_wall_ms;
    m->answered_wall_ms = at;
}

static void worker_probed(struct recovery *r, const struct request *q, bool answered)
{
    for (size_t i = 0; q->pod && i < r->workers; i++) {
        if (!text_eq(q->pod, r->worker[i].name)) continue;
        r->memory->probed[i] = true;
        if (r->rung[RUNG_HEAD_READY].reached) r->memory->probe_ok[i] = answered;
    }
}

static void answered_add(struct outage_requests *n, const struct request *q)
{
    const bool ok = text_eq(q->phase, "ok"), slow = text_eq(q->phase, "slow");
    n->ok += ok;
    n->slow += slow;
    if ((ok || slow) && q->latency_us.known && q->latency_us.value >= n->slowest_us.value)
        n->slowest_us = q->latency_us;
}

/* Only the workers' own responses are counted: NULL for a probe of the users' route. */
static struct outage_requests *requests_of(struct recovery *r, const struct request *q)
{
    if (text_eq(q->kind, REQUEST_ROUTE)) return NULL;
    return &r->request[text_eq(q->kind, REQUEST_PROBE) ? OUTAGE_PROBES : OUTAGE_PROMPTS];
}

void workers_request(struct recovery *r, const struct request *q)
{
    bool ok = text_eq(q->phase, "ok"), slow = text_eq(q->phase, "slow"), failed = text_eq(q->phase, "failed");
    bool probe = text_eq(q->kind, REQUEST_PROBE);
    struct outage_requests *n = requests_of(r, q);
    if (!n) return;
    answered_add(n, q);
    n->failed += failed;
    if (failed) count_failure(r, q->failure);
    if (!probe) return;
    if (ok || slow) count_answer(r->memory, q);
    if (ok || slow || failed) mark_second(r, q, ok ? '.' : slow ? 's' : 'X');
    worker_probed(r, q, ok || slow);
}

static bool ended_since(const struct row *row, uint64_t wall_ms)
{
    const struct request *q = ROW(row, request);
    return !row->gone_ms && q->done.known && q->done.value > wall_ms && !text_eq(q->phase, "waiting");
}

void workers_count_since(struct recovery *r, const struct world *w, uint64_t wall_ms)
{
    WORLD_EACH (row, w, TABLE_REQUEST)
        if (ended_since(row, wall_ms)) workers_request(r, ROW(row, request));
}

void workers_forget_answers(struct recovery *r, const struct world *w, uint64_t until_wall_ms)
{
    for (int i = 0; i < OUTAGE_CLASSES; i++) {
        r->request[i].ok = r->request[i].slow = 0;
        r->request[i].slowest_us = UNKNOWN_U64;
    }
    WORLD_EACH (row, w, TABLE_REQUEST) {
        struct outage_requests *n = requests_of(r, ROW(row, request));
        if (n && ended_since(row, until_wall_ms)) answered_add(n, ROW(row, request));
    }
}

/* A worker that is not probed is not waited for. */
bool workers_proxies_answer(const struct recovery *r)
{
    for (size_t i = 0; i < r->workers; i++)
        if (r->memory->probed[i] && !r->memory->probe_ok[i]) return false;
    return true;
}

bool workers_settled(const struct recovery *r, const struct world *w, const struct focus *f)
{
    size_t ready = 0;
    for (struct focus_pods at = focus_pods_of(w, f); at.row; focus_pods_next(&at)) {
        const struct pod *p = ROW(at.row, pod);
        if (at.row->gone_ms || !is_worker(f, p)) continue;
        if (p->is_ready != TRI_YES || p->deleted.known) return false;
        ready++;
    }
    return ready >= r->workers;
}
