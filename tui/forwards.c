/* forwards.c - begins, lists and ends the forwards of a context; see forwards.h. */
#include "tui/forwards.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <stdio.h>
#include <stdlib.h>

struct forward_slot {
    struct forward_item item;
    struct forwards *of;
    const struct kube_ops *ops;
    struct kube_forward *kube;
};
struct forwards {
    struct forward_slot *slot[FORWARDS];
    size_t count;
    void (*changed)(void *arg, const struct forward_item *item);
    void *arg;
};

struct forwards *forwards_new(void (*changed)(void *arg, const struct forward_item *item), void *arg)
{
    struct forwards *f = mem_zero(1, sizeof *f);
    f->changed = changed;
    f->arg = arg;
    return f;
}

static void slot_free(struct forward_slot *slot)
{
    slot->ops->forward_close(slot->kube);
    free(slot->item.ns);
    free(slot->item.target);
    free(slot);
}

static void slot_remove(struct forwards *f, size_t i)
{
    slot_free(f->slot[i]);
    for (f->count--; i < f->count; i++) f->slot[i] = f->slot[i + 1];
}

void forwards_free(struct forwards *f)
{
    if (!f) return;
    while (f->count) slot_free(f->slot[--f->count]);
    free(f);
}

/* count: there is none. */
static size_t slot_of_port(const struct forwards *f, unsigned local)
{
    size_t i = 0;
    while (i < f->count && f->slot[i]->item.local != local) i++;
    return i;
}

static void on_changed(void *arg, enum forward_phase phase, enum err err, const char *why)
{
    struct forward_slot *slot = arg;
    slot->item.phase = phase;
    if (phase != FORWARD_UP) why_set(&slot->item.why, err, "%s", why);
    slot->of->changed(slot->of->arg, &slot->item);
}

enum err forwards_begin(struct forwards *f, const struct session *s, const char *ns, const char *target, unsigned local,
                        unsigned remote, const struct forward_item **ret_taken, struct why *why)
{
    const struct kube_ops *ops = NULL;
    struct kube *kube = session_kube(s, &ops);
    size_t at = slot_of_port(f, local);
    if (!kube || !ops->forward) return why_set(why, ERR_UNSUPPORTED, "there is no Kubernetes to forward a port to");
    if (at < f->count && f->slot[at]->item.phase == FORWARD_FAILED) {
        slot_remove(f, at);
        at = f->count;
    }
    if (at < f->count) {
        if (ret_taken) *ret_taken = &f->slot[at]->item;
        return why_set(why, ERR_CONFLICT, "local port %u leads to %s already: :forwards ends it", local,
                       f->slot[at]->item.target);
    }
    if (f->count == FORWARDS)
        return why_set(why, ERR_LIMIT, "%d ports are forwarded already: :forwards ends one", FORWARDS);
    struct forward_slot *slot = mem_zero(1, sizeof *slot);
    slot->of = f;
    slot->ops = ops;
    slot->item = (struct forward_item){mem_str(ns), mem_str(target), local, remote, FORWARD_STARTS, {0}};
    f->slot[f->count++] = slot;
    slot->kube = ops->forward(
        kube, &(struct kube_forward_conf){
                  .ns = ns, .target = target, .local = local, .remote = remote, .changed = on_changed, .arg = slot});
    return ERR_OK;
}

bool forwards_end(struct forwards *f, unsigned local)
{
    const size_t i = f ? slot_of_port(f, local) : 0;
    if (!f || i == f->count) return false;
    slot_remove(f, i);
    return true;
}

size_t forwards_count(const struct forwards *f)
{
    return f ? f->count : 0;
}

const struct forward_item *forwards_item(const struct forwards *f, size_t i)
{
    return &f->slot[i]->item;
}

const char *forward_phase_word(enum forward_phase phase)
{
    return phase == FORWARD_UP ? "up" : phase == FORWARD_STARTS ? "starting" : "failed";
}

enum role forwards_words(const struct forwards *f, char *out, size_t size)
{
    const struct forward_item *worst = NULL;
    out[0] = '\0';
    for (size_t i = 0; f && i < f->count; i++) {
        const struct forward_item *item = &f->slot[i]->item;
        const bool worse = !worst || (item->phase == FORWARD_FAILED && worst->phase != FORWARD_FAILED) ||
                           (item->phase == FORWARD_STARTS && worst->phase == FORWARD_UP);
        if (worse) worst = item;
    }
    if (!worst) return ROLE_STRIP;
    const int len = snprintf(out, size, "localhost:%u %s", worst->local, forward_phase_word(worst->phase));
    if (f->count > 1 && (size_t)len < size) snprintf(out + len, size - (size_t)len, " +%zu", f->count - 1);
    return worst->phase == FORWARD_UP ? ROLE_STRIP : ROLE_STALE;
}
