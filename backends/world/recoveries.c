/* recoveries.c - passes each change to the recoveries that it concerns. */
#include "backends/world/recoveries.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/recovery_priv.h"

#include <stdlib.h>

struct one {
    char *uid, *ns, *service; /* uid NULL: of the cluster without a RayService */
    struct recovery recovery;
    bool unproven; /* what was kept of an earlier loss was not held against the head yet */
    bool unread;   /* its namespace is not watched: an absent pod need not be gone */
};

struct recoveries {
    struct one *one[RECOVERIES_MAX]; /* the oldest first */
    size_t count;
    struct outage *kept[RECOVERIES_MAX]; /* recoveries_remember */
    size_t kept_count;
    struct recovery idle; /* of no service: never changes */
};

struct recoveries *recoveries_new(void)
{
    struct recoveries *all = mem_zero(1, sizeof *all);
    recovery_init(&all->idle);
    return all;
}

static void one_free(struct one *one)
{
    recovery_done(&one->recovery);
    free(one->uid);
    free(one->ns);
    free(one->service);
    free(one);
}

void recoveries_free(struct recoveries *all)
{
    if (!all) return;
    for (size_t i = 0; i < all->count; i++) one_free(all->one[i]);
    for (size_t i = 0; i < all->kept_count; i++) free(all->kept[i]);
    recovery_done(&all->idle);
    free(all);
}

static struct outage *kept_of(const struct recoveries *all, const char *uid)
{
    for (size_t i = 0; uid && i < all->kept_count; i++)
        if (text_eq(all->kept[i]->service_uid, uid)) return all->kept[i];
    return NULL;
}

void recoveries_remember(struct recoveries *all, const struct outage *kept)
{
    struct outage *before = kept_of(all, kept->service_uid);
    if (before && kept->head_lost && kept->t0_wall_ms > before->t0_wall_ms) *before = *kept;
    if (all->kept_count == RECOVERIES_MAX || !kept->head_lost || before) return;
    all->kept[all->kept_count] = mem_zero(1, sizeof *kept);
    *all->kept[all->kept_count++] = *kept;
}

static const char *uid_of(const struct focus *f)
{
    return f->rayservice ? f->rayservice->record.key : NULL;
}

static bool has_any(const struct focus *f)
{
    return f->rayservice || f->raycluster;
}

static struct one *one_of(const struct recoveries *all, const char *uid)
{
    for (size_t i = 0; i < all->count; i++)
        if (text_unchanged(all->one[i]->uid, uid)) return all->one[i];
    return NULL;
}

static bool is_there(const struct world *w, const struct one *one)
{
    const struct row *row = one->uid ? world_find(w, TABLE_RAYSERVICE, one->uid) : NULL;
    return row && !row->gone_ms;
}

/* Evicts the recovery of a deleted service; for the service in focus also one without an outage. */
static bool evict_one(struct recoveries *all, const struct world *w, bool in_focus)
{
    size_t out = 0;
    if (all->count < RECOVERIES_MAX) return true;
    while (out < all->count && is_there(w, all->one[out])) out++;
    if (out == all->count && !in_focus) return false;
    for (size_t i = 0; out == all->count && i < all->count; i++)
        if (all->one[i]->recovery.outage != OUTAGE_RUNNING) out = i;
    if (out == all->count) out = 0;
    one_free(all->one[out]);
    for (all->count--; out < all->count; out++) all->one[out] = all->one[out + 1];
    return true;
}

static void one_add(struct recoveries *all, const struct world *w, const char *uid, const char *ns, const char *service,
                    bool in_focus)
{
    if (one_of(all, uid) || !evict_one(all, w, in_focus)) return;
    struct one *one = mem_zero(1, sizeof *one);
    recovery_init(&one->recovery);
    one->uid = mem_str(uid);
    one->ns = mem_str(ns);
    one->service = mem_str(service);
    const struct outage *kept = kept_of(all, uid);
    if (kept) one->recovery.memory->previous = *kept;
    one->unproven = kept != NULL;
    all->one[all->count++] = one;
}

/* A head that is not the one which that loss left behind was made by a later loss, which nobody kept, or is another
 * cluster's: then what was kept is not the last loss. */
static void kept_prove(struct one *one, const struct focus *own)
{
    struct outage *kept = &one->recovery.memory->previous;
    if (!one->unproven || (!own->head && one->recovery.outage == OUTAGE_NONE)) return;
    one->unproven = false;
    if (one->recovery.outage == OUTAGE_NONE && *kept->new_head_uid &&
        !text_eq(own->head->record.key, kept->new_head_uid))
        *kept = (struct outage){.state = OUTAGE_NONE};
}

static void add_services(struct recoveries *all, const struct world *w, const struct focus *f)
{
    WORLD_EACH (row, w, TABLE_RAYSERVICE) {
        const struct rayservice *s = ROW(row, rayservice);
        if (!row->gone_ms && s->name) one_add(all, w, s->record.key, s->ns, s->name, s == f->rayservice);
    }
    if (!f->rayservice && f->raycluster) one_add(all, w, NULL, f->ns, f->service, true);
}

/* The focus of a service that is not on screen. Without Redis, where none is read for it. */
static struct focus focus_beside(const struct world *own, const struct one *one)
{
    struct focus f = focus_of(own, one->ns, one->service);
    if (own == world_of_service(own, NULL)) f.redis = NULL;
    return f;
}

/* Its pods are not read. Recordings made before sources published their namespace have those of the focus. */
static bool is_elsewhere(const struct world *w, const struct one *one, const struct focus *f)
{
    const enum tri read = one->uid ? world_reads_ns(w, one->ns) : TRI_YES;
    return read == TRI_UNKNOWN ? !text_eq(one->ns, f->ns) : read == TRI_NO;
}

/* Where the pods of one namespace are watched, a recovery pauses while that is another one, and resumes once its head
 * is seen again. */
static bool pods_are_read(struct one *one, const struct focus *own)
{
    if (!one->unread) return true;
    if (!own->head) return false;
    one->unread = false;
    recovery_resume(&one->recovery);
    return true;
}

/* What this console has done itself. */
static bool change_is_ours(const struct change *c)
{
    return c->type == CHANGE_DELETED || c->type == CHANGE_KILLED;
}

/* A service that is not in focus observes changes of pods and clusters, and those of its own sources. */
static bool concerns_beside(const struct change *c)
{
    if (c->owner) return true;
    if (change_is_ours(c) || c->type == CHANGE_RELISTED) return true;
    enum table t = c->type == CHANGE_PUT && c->record ? c->record->table : c->table;
    bool row = c->type == CHANGE_PUT || c->type == CHANGE_GONE;
    return row && (t == TABLE_POD || t == TABLE_RAYCLUSTER || t == TABLE_RAYSERVICE || t == TABLE_RAYNODE);
}

void recoveries_observe(struct recoveries *all, const struct world *w, const struct focus *f, const struct change *c,
                        bool moved)
{
    const char *uid = uid_of(f);
    if (moved || !one_of(all, uid)) add_services(all, w, f);
    for (size_t i = 0; i < all->count; i++) {
        struct one *one = all->one[i];
        if (is_elsewhere(w, one, f)) {
            one->unread = true;
        } else if (c->owner && !text_eq(c->owner, one->uid)) {
            continue;
        } else if (text_unchanged(one->uid, uid)) {
            if (has_any(f) && pods_are_read(one, f)) {
                kept_prove(one, f);
                recovery_observe(&one->recovery, w, f, c);
            }
        } else if (one->uid && concerns_beside(c) &&
                   (moved || change_is_ours(c) || one->recovery.outage != OUTAGE_NONE)) {
            const struct world *of = world_of_service(w, one->uid);
            struct focus own = focus_beside(of, one);
            if (!text_eq(uid_of(&own), one->uid) || !pods_are_read(one, &own)) continue;
            kept_prove(one, &own);
            recovery_observe(&one->recovery, of, &own, c);
        }
    }
}

bool recoveries_tick(struct recoveries *all, const struct world *w, const struct focus *f, uint64_t now_ms,
                     uint64_t wall_ms)
{
    const char *uid = uid_of(f);
    bool moved = false;
    for (size_t i = 0; i < all->count; i++) {
        struct one *one = all->one[i];
        if (text_unchanged(one->uid, uid)) {
            if (has_any(f) && pods_are_read(one, f))
                moved = recovery_tick(&one->recovery, w, f, now_ms, wall_ms) || moved;
        } else if (one->uid && !is_elsewhere(w, one, f) && one->recovery.outage != OUTAGE_NONE) {
            const struct world *of = world_of_service(w, one->uid);
            struct focus own = focus_beside(of, one);
            if (text_eq(uid_of(&own), one->uid) && pods_are_read(one, &own))
                moved = recovery_tick(&one->recovery, of, &own, now_ms, wall_ms) || moved;
        }
    }
    return moved;
}

const struct recovery *recoveries_of(const struct recoveries *all, const struct focus *f)
{
    const struct one *one = has_any(f) ? one_of(all, uid_of(f)) : NULL;
    return one ? &one->recovery : &all->idle;
}
