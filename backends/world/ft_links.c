/* ft_links.c - see ft_links.h. */
#include "backends/world/ft_links.h"

#include "backends/base/text.h"
#include "backends/world/evidence.h"

#include <stdio.h>
#include <string.h>

const char *ft_link_word(enum verdict verdict)
{
    return verdict == VERDICT_OK     ? "works"
           : verdict == VERDICT_WARN ? "works in part"
           : verdict == VERDICT_NO   ? "does not work"
                                     : "unknown";
}

static struct ft_link_state link_state(enum verdict verdict, const char *why)
{
    struct ft_link_state s = {.verdict = verdict};
    snprintf(s.why, sizeof s.why, "%s", why);
    return s;
}

/* Whether lists of the cluster's pods can be believed. */
static bool pods_are_read(const struct world *w, uint64_t now_ms)
{
    return world_freshness(w, WORLD_KUBE, now_ms, NULL, NULL) == FRESH_LIVE;
}

static bool redis_is_read(const struct world *w, uint64_t now_ms)
{
    return world_freshness(w, WORLD_REDIS, now_ms, NULL, NULL) == FRESH_LIVE;
}

/* ---- the boxes ---- */

static void workers_write(struct ft_links *l, const struct world *w, const struct focus *f, bool read)
{
    size_t all = 0, ready = 0;
    for (struct focus_pods at = focus_pods_of(w, f); at.row; focus_pods_next(&at)) {
        const struct pod *p = ROW(at.row, pod);
        if (at.row->gone_ms || !text_eq(p->role, "worker")) continue;
        all++;
        ready += p->is_ready == TRI_YES;
    }
    if (read)
        snprintf(l->workers, sizeof l->workers, "%zu of %zu ready", ready, all);
    else
        snprintf(l->workers, sizeof l->workers, "–");
}

static void head_write(struct ft_links *l, const struct focus *f, bool read)
{
    const char *word = !read                          ? "–"
                       : !f->head                     ? "no pod"
                       : f->head->is_ready == TRI_YES ? "ready"
                       : f->head->deleted.known       ? "terminating"
                                                      : "not ready";
    snprintf(l->head, sizeof l->head, "%s", word);
}

/* ---- the connections ---- */

static struct ft_link_state requests_of(const struct world *w, const struct focus *f, uint64_t now_ms, uint64_t wall_ms)
{
    const struct service_evidence e = evidence_of(w, f, now_ms, wall_ms);
    return link_state(e.verdict, e.line[e.from].why);
}

static bool gcs_beats(const struct focus *f, uint64_t wall_ms)
{
    return f->redis && f->redis->heartbeat.known && wall_ms < f->redis->heartbeat.value + FT_LINKS_BEAT_MS;
}

static struct ft_link_state state_of(const struct world *w, const struct focus *f, uint64_t now_ms, uint64_t wall_ms)
{
    const bool read = pods_are_read(w, now_ms), head = f->head && f->head->is_ready == TRI_YES;
    if (f->rayservice && f->rayservice->ft == TRI_NO)
        return link_state(VERDICT_NO, "off: its state is in the head's memory");
    if (read && f->rayservice && !f->head) return link_state(VERDICT_NO, "there is no head pod, and so no GCS");
    if (!redis_is_read(w, now_ms)) return link_state(VERDICT_UNKNOWN, "Redis is not read from here");
    if (gcs_beats(f, wall_ms) && (!read || head))
        return link_state(VERDICT_OK, "the GCS writes its heartbeat into Redis");
    if (read && f->head && !head) return link_state(VERDICT_NO, "the head pod is not ready");
    if (f->redis && f->redis->heartbeat.known) return link_state(VERDICT_NO, "the GCS's heartbeat in Redis is old");
    return link_state(VERDICT_UNKNOWN, "no heartbeat of the GCS was read");
}

/* The workers' connections themselves are seen by nobody: they are up as long as the GCS is. */
static struct ft_link_state gcs_of(const struct world *w, const struct focus *f, const struct ft_link_state *state,
                                   uint64_t now_ms)
{
    if (!pods_are_read(w, now_ms)) return link_state(VERDICT_UNKNOWN, "the pods are not read");
    if (!f->rayservice) return link_state(VERDICT_UNKNOWN, "there is no RayService");
    if (!f->head) return link_state(VERDICT_NO, "no head pod: the workers wait for one");
    if (f->head->is_ready != TRI_YES) return link_state(VERDICT_NO, "the head pod is not ready: the workers wait");
    if (state->verdict == VERDICT_OK) return link_state(VERDICT_OK, "the GCS is up, by its heartbeat");
    return link_state(VERDICT_UNKNOWN, "the head pod is ready; its GCS is not seen");
}

struct ft_links ft_links_of(const struct world *w, const struct focus *f, uint64_t now_ms, uint64_t wall_ms)
{
    struct ft_links l = {.ft = f->rayservice ? f->rayservice->ft : TRI_UNKNOWN};
    const bool read = pods_are_read(w, now_ms) && f->rayservice;
    workers_write(&l, w, f, read);
    head_write(&l, f, read);
    snprintf(l.redis, sizeof l.redis, "%s", l.ft == TRI_NO ? "none" : redis_is_read(w, now_ms) ? "read" : "–");
    l.link[FT_LINK_REQUESTS] = requests_of(w, f, now_ms, wall_ms);
    l.link[FT_LINK_STATE] = state_of(w, f, now_ms, wall_ms);
    l.link[FT_LINK_GCS] = gcs_of(w, f, &l.link[FT_LINK_STATE], now_ms);
    return l;
}
