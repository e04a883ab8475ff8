/*
 * sim_recorded_test.c - the simulated cluster against recordings of the real one (tests/fixtures/recordings): what is
 * true of pods, endpoints, statuses, proxies and users' requests after the head is killed, each sentence held against
 * both. It prints a table: the recordings first, then the simulations; "ok" holds, "-" is not said of that one.
 */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tests/support/replay.h"
#include "tests/support/sim_play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOMENTS = 200, SECOND_MS = 1000, BEFORE_S = 3 };

/* One second of a run. */
struct moment {
    bool head, head_runs, head_ready; /* there is a head pod; its container runs; it is Ready and not being deleted */
    bool is_first_head;
    char head_status[32]; /* as kubectl get pods words it */
    size_t workers, workers_ready, endpoints, worker_endpoints;
    uint64_t restarts;                     /* of the workers' containers, since the kill */
    size_t proxies_ok, proxies_failed;     /* probes of the workers' own proxies that ended in it */
    bool service_running, service_apps;    /* RayService.status: serviceStatus Running; it has application statuses */
    bool cluster_ready, head_condition;    /* RayCluster.status: state ready; condition HeadPodReady */
    size_t requests_served, requests_lost; /* of users, to the model */
};

enum trait {
    FT = 1,
    NO_FT = 2,
    OPERATOR_UP = 4,
    HEAD_KILLED = 8,
    REDIS_EMPTY = 16,
    WORKER_KILLED = 32,
    AS_KILLED = 64, /* once, and nothing else happened */
    HEAD_CRASHES = 128,
    OPERATOR_STOPPED = 256
};

struct run {
    const char *name;
    unsigned traits;
    struct moment moment[MOMENTS]; /* the kill comes in moment[BEFORE_S] */
    size_t count;
    uint64_t restarts_before;
    char first_head[64];
};

/* ---- what is there ----------------------------------------------------------------------------------------------- */

static void moment_pods(const struct world *w, const struct focus *f, struct moment *m)
{
    for (struct focus_pods at = focus_pods_of(w, f); at.row; focus_pods_next(&at)) {
        const struct pod *p = ROW(at.row, pod);
        if (at.row->gone_ms || !text_eq(p->role, "worker")) continue;
        m->workers++;
        m->workers_ready += p->is_ready == TRI_YES && !p->deleted.known;
        m->restarts += p->restarts.value;
    }
    m->head = f->head != NULL;
    if (f->head && f->head->status) snprintf(m->head_status, sizeof m->head_status, "%s", f->head->status);
    m->head_runs = f->head && f->head->started.known;
    m->head_ready = f->head && f->head->is_ready == TRI_YES && !f->head->deleted.known;
}

static void run_note(struct run *r, const struct world *w, const struct focus *f, uint64_t wall_ms,
                     const struct replay_users *users)
{
    assert_true(r->count < MOMENTS);
    struct moment *m = &r->moment[r->count];
    const struct probe_sum probes = probe_sum_of(w, "probe", wall_ms - SECOND_MS);
    const struct serve_endpoints endpoints = serve_endpoints_of(w, f);
    assert_true(f->rayservice && f->raycluster);
    moment_pods(w, f, m);
    if (!r->count) {
        snprintf(r->first_head, sizeof r->first_head, "%s", f->head->record.key);
        r->restarts_before = m->restarts;
    }
    m->restarts = m->restarts > r->restarts_before ? m->restarts - r->restarts_before : 0;
    m->is_first_head = f->head && text_eq(f->head->record.key, r->first_head);
    m->endpoints = endpoints.ready;
    m->worker_endpoints = endpoints.besides_head;
    m->proxies_ok = probes.ok + probes.slow;
    m->proxies_failed = probes.failed;
    m->service_running = text_eq(f->rayservice->service_status, "Running");
    for (size_t i = 0; i < f->rayservice->deployments_count; i++)
        m->service_apps = m->service_apps || f->rayservice->deployments[i].app_status;
    m->cluster_ready = text_eq(f->raycluster->state, "ready");
    m->head_condition = f->raycluster->head_ready == TRI_YES;
    m->requests_served = users->served;
    m->requests_lost = users->failed;
    r->count++;
}

static void run_recorded(struct run *r, const char *folder, unsigned parts, uint64_t kill_ms, size_t seconds)
{
    struct replay p;
    replay_open(&p, folder, parts);
    for (size_t i = 0; i < seconds; i++) {
        const uint64_t at_ms = kill_ms + (i + 1) * SECOND_MS - BEFORE_S * SECOND_MS;
        replay_until(&p, at_ms);
        const struct replay_users users = replay_users_of(&p, at_ms);
        run_note(r, p.world, &p.focus, at_ms, &users);
    }
    replay_close(&p);
}

static void run_simulated(struct run *r, int64_t grace_s, size_t again_s, size_t seconds)
{
    struct sim_play p;
    const size_t redis_s = r->traits & HEAD_CRASHES ? 20 : 5;
    sim_play_open(&p, r->traits & FT);
    for (size_t i = 0; i < seconds; i++) {
        if (i == BEFORE_S && (r->traits & HEAD_KILLED)) sim_play_kill_head(&p, grace_s);
        if (i == BEFORE_S && (r->traits & WORKER_KILLED)) sim_play_kill_worker(&p);
        if (i == BEFORE_S && (r->traits & REDIS_EMPTY)) sim_play_redis_gone(&p, true);
        if (i == BEFORE_S + redis_s && (r->traits & REDIS_EMPTY)) sim_play_redis_gone(&p, false);
        if (i == BEFORE_S && (r->traits & OPERATOR_STOPPED)) sim_play_fault(&p, FAULT_OPERATOR_DOWN, true);
        if (i == BEFORE_S + 20 && (r->traits & OPERATOR_STOPPED)) sim_play_fault(&p, FAULT_OPERATOR_DOWN, false);
        if (again_s && i == BEFORE_S + again_s) sim_play_kill_head(&p, grace_s);
        sim_play_pass(&p, SECOND_MS);
        const struct replay_users users = sim_play_users(&p);
        run_note(r, p.world, &p.focus, p.now_ms, &users);
    }
    sim_play_close(&p);
}

/* ---- what is true of it ------------------------------------------------------------------------------------------ */

/* The longest time in which something was so. */
static size_t seconds_of(const struct run *r, bool (*is)(const struct moment *m))
{
    size_t longest = 0, now = 0;
    for (size_t i = 0; i < r->count; i++) {
        now = is(&r->moment[i]) ? now + 1 : 0;
        if (now > longest) longest = now;
    }
    return longest;
}

/* The first second after the kill in which something is so; MOMENTS: none. */
static size_t first_of(const struct run *r, bool (*is)(const struct moment *m))
{
    for (size_t i = BEFORE_S + 1; i < r->count; i++)
        if (is(&r->moment[i])) return i;
    return MOMENTS;
}

static bool no_head(const struct moment *m)
{
    return !m->head;
}
static bool new_head(const struct moment *m)
{
    return m->head && !m->is_first_head;
}
static bool new_head_runs(const struct moment *m)
{
    return new_head(m) && m->head_runs;
}
static bool new_head_ready(const struct moment *m)
{
    return new_head(m) && m->head_ready;
}
static bool request_lost(const struct moment *m)
{
    return m->requests_lost > 0;
}
static bool worker_restarted(const struct moment *m)
{
    return m->restarts > 0;
}
static bool proxy_fails(const struct moment *m)
{
    return m->proxies_failed > 0;
}
static bool no_worker_endpoint(const struct moment *m)
{
    return m->worker_endpoints == 0;
}
static bool endpoints_differ(const struct moment *m)
{
    return m->worker_endpoints != m->workers_ready;
}
static bool status_differs(const struct moment *m)
{
    return m->service_running != (m->endpoints > 0);
}
static bool condition_lies(const struct moment *m)
{
    return m->head_condition && new_head(m) && !m->head_ready;
}
static bool cluster_not_ready(const struct moment *m)
{
    return !m->cluster_ready;
}
static bool apps_of_no_head(const struct moment *m)
{
    return m->service_apps && new_head(m) && !m->head_ready;
}
static bool restarted_without_head(const struct moment *m)
{
    return m->restarts > 0 && !m->head_ready && m->workers_ready == m->workers;
}

static bool head_follows_at_once(const struct run *r)
{
    return first_of(r, new_head) < MOMENTS && seconds_of(r, no_head) <= 1;
}
static bool told_of_no_head(const struct moment *m)
{
    return !m->head && m->head_condition && m->service_apps;
}
static bool nobody_makes_a_head(const struct run *r)
{
    return seconds_of(r, no_head) >= 15;
}
static bool statuses_are_of_the_old_head(const struct run *r)
{
    return seconds_of(r, told_of_no_head) >= 15;
}
static bool head_runs_soon(const struct run *r)
{
    return first_of(r, new_head_runs) <= first_of(r, new_head) + 3;
}
static bool head_ready_later(const struct run *r)
{
    size_t runs = first_of(r, new_head_runs), ready = first_of(r, new_head_ready);
    return ready < MOMENTS && ready >= runs + 8;
}
static bool no_request_is_lost(const struct run *r)
{
    return first_of(r, request_lost) == MOMENTS;
}
static bool requests_are_lost(const struct run *r)
{
    return first_of(r, request_lost) < MOMENTS;
}
static bool workers_are_untouched(const struct run *r)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct moment *m = &r->moment[i];
        if (m->restarts || m->proxies_failed || m->workers_ready != 2 || m->worker_endpoints != 2) return false;
    }
    return true;
}
static bool workers_restart_once(const struct run *r)
{
    const struct moment *last = &r->moment[r->count - 1];
    return last->restarts == last->workers && last->workers == 2;
}
static bool workers_serve_on_for_a_while(const struct run *r)
{
    return first_of(r, request_lost) >= BEFORE_S + 3 && first_of(r, proxy_fails) >= BEFORE_S + 3;
}
static bool workers_fail_before_they_restart(const struct run *r)
{
    return first_of(r, no_worker_endpoint) < MOMENTS && first_of(r, proxy_fails) <= first_of(r, worker_restarted) + 1;
}
static bool workers_wait_for_serve(const struct run *r)
{
    return seconds_of(r, restarted_without_head) <= 1;
}
static bool endpoints_are_ready_workers(const struct run *r)
{
    return seconds_of(r, endpoints_differ) <= 1;
}
static bool status_is_of_endpoints(const struct run *r)
{
    return seconds_of(r, status_differs) <= 2;
}
static bool condition_is_of_the_head(const struct run *r)
{
    return seconds_of(r, condition_lies) <= 1;
}
static bool cluster_stays_ready(const struct run *r)
{
    return seconds_of(r, cluster_not_ready) == 0;
}
static bool no_apps_of_no_head(const struct run *r)
{
    return seconds_of(r, apps_of_no_head) <= 1;
}
static bool proxies_come_before_endpoints(const struct run *r)
{
    size_t gone = first_of(r, no_worker_endpoint);
    for (size_t i = gone; i < r->count; i++)
        if (r->moment[i].worker_endpoints) return r->moment[i].proxies_ok || r->moment[i - 1].proxies_ok;
    return false;
}
static bool endpoints_go_before_proxies(const struct run *r)
{
    size_t endpoints = first_of(r, no_worker_endpoint), proxies = first_of(r, proxy_fails);
    return endpoints < MOMENTS && proxies >= endpoints + 5 && proxies <= endpoints + 23;
}
/* The kubelet starts a container that has ended at once, and the next time after CrashLoopBackOff. */
static bool restarts_back_off(const struct run *r)
{
    const char *before = "Running";
    size_t errors = 0, loops = 0;
    for (size_t i = 0; i < r->count; i++) {
        const char *now = r->moment[i].head_status;
        if (text_eq(now, before)) continue;
        const bool error = text_eq(now, "Error"), loop = text_eq(now, "CrashLoopBackOff");
        if (error && !text_eq(before, "Running")) return false;
        if (loop && (!text_eq(before, "Error") || errors < 2)) return false;
        if (text_eq(now, "Running") && !text_eq(before, errors < 2 ? "Error" : "CrashLoopBackOff")) return false;
        errors += error;
        loops += loop;
        before = now;
    }
    return errors >= 2 && loops >= 1 && text_eq(before, "Running");
}
static bool first_restart_is_soon(const struct run *r)
{
    for (size_t i = 0; i + 3 < r->count; i++)
        if (text_eq(r->moment[i].head_status, "Error"))
            return text_eq(r->moment[i + 1].head_status, "Running") || text_eq(r->moment[i + 2].head_status, "Running");
    return false;
}
static bool all_is_well_again(const struct run *r)
{
    const struct moment *last = &r->moment[r->count - 1];
    return last->head_ready && last->workers_ready == 2 && !last->requests_lost && last->service_running &&
           last->service_apps;
}

static const struct {
    const char *words;
    unsigned traits; /* all of them: of which runs it is said */
    bool (*holds)(const struct run *r);
} truths[] = {
    {"a new head pod follows within a second", HEAD_KILLED | OPERATOR_UP, head_follows_at_once},
    {"its container runs within 3 s", HEAD_KILLED, head_runs_soon},
    {"it is Ready 8 s later or more", HEAD_KILLED, head_ready_later},
    {"operator stopped: no head pod for 15 s or more", OPERATOR_STOPPED, nobody_makes_a_head},
    {"operator stopped: the statuses are of the old head", OPERATOR_STOPPED, statuses_are_of_the_old_head},
    {"FT: no request of users is lost", HEAD_KILLED | FT, no_request_is_lost},
    {"FT: workers, endpoints and proxies are untouched", HEAD_KILLED | FT, workers_are_untouched},
    {"no FT: requests are lost", HEAD_KILLED | NO_FT, requests_are_lost},
    {"no FT: each worker restarts once", HEAD_KILLED | NO_FT, workers_restart_once},
    {"no FT: workers serve on for 3 s or more", HEAD_KILLED | NO_FT, workers_serve_on_for_a_while},
    {"no FT: workers fail, then restart", HEAD_KILLED | NO_FT, workers_fail_before_they_restart},
    {"workers are not Ready without a Serve controller", NO_FT, workers_wait_for_serve},
    {"the endpoints are the Ready workers", 0, endpoints_are_ready_workers},
    {"RayService is Running while there is an endpoint", 0, status_is_of_endpoints},
    {"HeadPodReady is of the head that is", OPERATOR_UP, condition_is_of_the_head},
    {"RayCluster.status.state stays ready", 0, cluster_stays_ready},
    {"no application status of a head that is not Ready", OPERATOR_UP, no_apps_of_no_head},
    {"no FT: proxies answer before endpoints are back", HEAD_KILLED | NO_FT | AS_KILLED, proxies_come_before_endpoints},
    {"empty Redis: endpoints go 5 to 23 s before proxies", REDIS_EMPTY, endpoints_go_before_proxies},
    {"empty Redis: requests are lost", REDIS_EMPTY, requests_are_lost},
    {"empty Redis: each worker restarts once", REDIS_EMPTY, workers_restart_once},
    {"worker deleted: no request of users is lost", WORKER_KILLED, no_request_is_lost},
    {"the head's container restarts within 2 s at first", HEAD_CRASHES, first_restart_is_soon},
    {"then by way of CrashLoopBackOff", HEAD_CRASHES | FT, restarts_back_off},
    {"in the end all is well again", 0, all_is_well_again},
};

/* ---- both -------------------------------------------------------------------------------------------------------- */

enum { RUNS = 14 };

static void runs_make(struct run *r)
{
    const unsigned killed = HEAD_KILLED | OPERATOR_UP | AS_KILLED;
    r[0] = (struct run){.name = "noft-kill", .traits = killed | NO_FT};
    run_recorded(&r[0], "real-noft-kill", REPLAY_AS_RECORDED, UINT64_C(1795951892271), 120);
    r[1] = (struct run){.name = "mistral 30", .traits = killed | FT};
    run_recorded(&r[1], "ray-mistral", REPLAY_AS_RECORDED, UINT64_C(1795440528077), 90);
    r[2] = (struct run){.name = "mistral 0", .traits = killed | FT};
    run_recorded(&r[2], "ray-mistral", REPLAY_AS_RECORDED, UINT64_C(1795440623272), 90);
    r[3] = (struct run){.name = "operator", .traits = HEAD_KILLED | FT | OPERATOR_STOPPED};
    run_recorded(&r[3], "real-operator-down", REPLAY_AS_RECORDED, UINT64_C(1795951203532), 52);
    r[4] = (struct run){.name = "s:noft 0", .traits = killed | NO_FT};
    run_simulated(&r[4], 0, 0, 90);
    r[5] = (struct run){.name = "s:noft 30", .traits = killed | NO_FT};
    run_simulated(&r[5], -1, 0, 110);
    r[6] = (struct run){.name = "s:noft 0 0", .traits = HEAD_KILLED | OPERATOR_UP | NO_FT};
    run_simulated(&r[6], 0, 25, 110);
    r[7] = (struct run){.name = "s:ft 0", .traits = killed | FT};
    run_simulated(&r[7], 0, 0, 60);
    r[8] = (struct run){.name = "s:ft 30", .traits = killed | FT};
    run_simulated(&r[8], -1, 0, 80);
    r[9] = (struct run){.name = "s:redis", .traits = FT | OPERATOR_UP | REDIS_EMPTY};
    run_simulated(&r[9], 0, 0, 110);
    r[10] = (struct run){.name = "s:worker", .traits = FT | OPERATOR_UP | WORKER_KILLED};
    run_simulated(&r[10], 0, 0, 60);
    r[11] = (struct run){.name = "gcs-crash", .traits = FT | OPERATOR_UP | HEAD_CRASHES};
    run_recorded(&r[11], "real-gcs-crash-twice", REPLAY_AS_RECORDED, UINT64_C(1795951360845), 190);
    r[12] = (struct run){.name = "s:redis 20", .traits = FT | OPERATOR_UP | REDIS_EMPTY | HEAD_CRASHES};
    run_simulated(&r[12], 0, 0, 110);
    r[13] = (struct run){.name = "s:operator", .traits = HEAD_KILLED | FT | OPERATOR_STOPPED};
    run_simulated(&r[13], 0, 0, 60);
}

static void simulations_are_as_recordings(void **state)
{
    (void)state;
    struct run *runs = mem_zero(RUNS, sizeof *runs);
    size_t broken = 0;
    runs_make(runs);
    print_message("%-52s", "");
    for (size_t i = 0; i < RUNS; i++) print_message(" %-10s", runs[i].name);
    print_message("\n");
    for (size_t t = 0; t < ARRAY_LEN(truths); t++) {
        print_message("%-52s", truths[t].words);
        for (size_t i = 0; i < RUNS; i++) {
            const bool said = (runs[i].traits & truths[t].traits) == truths[t].traits;
            const bool holds = said && truths[t].holds(&runs[i]);
            broken += said && !holds;
            print_message(" %-10s", !said ? "-" : holds ? "ok" : "NO");
        }
        print_message("\n");
    }
    free(runs);
    if (broken) fail_msg("%zu sentences do not hold", broken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(simulations_are_as_recordings)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
