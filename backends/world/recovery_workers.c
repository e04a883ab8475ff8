#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/recovery_memory.h"

#include <stdlib.h>
#include <string.h>

static bool is_worker(const struct focus *f, const struct pod *p)
{
    return text_eq(p->role, "worker") && focus_has_pod(f, p);
}

void workers_forget(struct recovery *r)
{
    for (size_t i = 0; i < r->workers; i++) {
        free(r->worker[i].uid);
        free(r->worker[i].name);
        r->memory->probed[i] = r->memory->probe_ok[i] = false;
    }
    for (size_t i = 0; i < r->memory->runtimes; i++) free(r->memory->runtime[i].monitor);
    r->workers = r->memory->runtimes = 0;
}

static void runtimes_take(struct recovery_memory *m, const struct world *w)
{
    WORLD_EACH (row, w, TABLE_MONITOR) {
        const struct monitor *mon = ROW(row, monitor);
        for (size_t i = 0; !row->gone_ms && i < mon->runtimes_count && m->runtimes < RECOVERY_WORKERS; i++) {
            if (!mon->runtimes[i].pid.known) continue;
            m->runtime[m->runtimes].monitor = mem_str(mon->record.key);
            m->runtime[m->runtimes++].pid = mon->runtimes[i].pid.value;
        }
    }
}

void workers_take(struct recovery *r, const struct world *w, const struct focus *f)
{
    workers_forget(r);
    for (struct focus_pods at = focus_pods_of(w, f); at.row; focus_pods_next(&at)) {
        const struct pod *p = ROW(at.row, pod);
        if (at.row->gone_ms || p->deleted.known || !is_worker(f, p) || r->workers == RECOVERY_WORKERS) continue;
        struct worker_then *then = &r->worker[r->workers++];
        then->uid = mem_str(p->record.key);
        then->name = mem_str(p->name);
        then->restarts = p->restarts;
        if (!p->reconnect_s.known) continue;
        if (!r->reconnect_s.known || p->reconnect_s.value < r->reconnect_s.value) r->reconnect_s = p->reconnect_s;
    }
    runtimes_take(r->memory, w);
}

static bool runtime_runs(const struct monitor *m, uint64_t pid)
{
    for (size_t i = 0; i < m->runtimes_count; i++)
        if (m->runtimes[i].pid.known && m->runtimes[i].pid.value == pid) return true;
    return false;
}

struct runtimes_now recovery_runtimes(const struct recovery *r, const struct world *w)
{
    struct runtimes_now now = {.then = r->memory->runtimes};
    for (size_t i = 0; i < now.then; i++) {
        const struct row *row = world_find(w, TABLE_MONITOR, r->memory->runtime[i].monitor);
        now.same += row && !row->gone_ms && runtime_runs(ROW(row, monitor), r->memory->runtime[i].pid);
    }
    return now;
}

struct worker_now recovery_workers(const struct recovery *r, const struct world *w, const struct focus *f)
{
    (void)f;
    struct worker_now now = {.then = r->workers, .known = r->outage != OUTAGE_NONE && r->workers > 0};
    for (size_t i = 0; i < r->workers; i++) {
        const struct row *row = world_find(w, TABLE_POD, r->worker[i].uid);
        const struct pod *p = row && !row->gone_ms ? ROW(row, pod) : NULL;
        if (!p || p->deleted.known) {
            now.replaced++;
            continue;
        }
        now.same++;
        const struct known_u64 *before = &r->worker[i].restarts, *after = &p->restarts;
        if (before->known && after->known && after->value > before->value) now.restarts += after->value - before->value;
    }
    return now;
}

void workers_request(struct recovery *r, const struct request *q)
{
    bool ok = text_eq(q->phase, "ok"), slow = text_eq(q->phase, "slow"), probe = text_eq(q->kind, "probe");
    if (text_eq(q->phase, "failed")) r->requests_failed++;
    if (ok || slow) {
        r->requests_ok++;
        r->requests_slow += slow;
        r->probes_ok += probe;
        r->prompts_ok += !probe;
        if (q->latency_us.known && q->latency_us.value > r->slowest_us) r->slowest_us = q->latency_us.value;
        if (probe && q->latency_us.known && q->latency_us.value > r->slowest_probe_us)
            r->slowest_probe_us = q->latency_us.value;
    }
    for (size_t i = 0; probe && q->pod && i < r->workers; i++) {
        if (!text_eq(q->pod, r->worker[i].name)) continue;
        r->memory->probed[i] = true;
        if (r->rung[RUNG_HEAD_READY].reached) r->memory->probe_ok[i] = ok || slow;
    }
}

/* Nobody probed: nothing is claimed about answers, and nothing is waited for. */
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
