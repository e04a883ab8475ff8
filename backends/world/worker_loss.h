/*
 * worker_loss.h - what follows the deletion of a worker pod: whether it has gone, which pod KubeRay creates in its
 * place, whether that is Ready and serves, and what failed meanwhile. Pure: observe() is called with each change and
 * with time; times are those of these calls.
 */
#ifndef RAYDECK_WORLD_WORKER_LOSS_H
#define RAYDECK_WORLD_WORKER_LOSS_H

#include "backends/base/buf.h"
#include "backends/world/answers.h"

enum worker_loss_phase {
    WORKER_LOSS_NONE,    /* zeroed: none is observed */
    WORKER_LOSS_DELETED, /* the DELETE was accepted; the pod may be Terminating for its grace */
    WORKER_LOSS_CREATED, /* a new worker pod of its group exists, whether or not the old one is still there */
    WORKER_LOSS_READY,   /* it is Ready */
    WORKER_LOSS_SERVES,  /* it is a ready endpoint of the serve service: the end */
    WORKER_LOSS_OVERDUE  /* none of that within WORKER_LOSS_MS: the end */
};
enum { WORKER_LOSS_MS = 10 * 60 * 1000, WORKER_LOSS_NAME_MAX = 256 };

struct worker_loss {
    enum worker_loss_phase phase;
    char uid[WORKER_LOSS_NAME_MAX], name[WORKER_LOSS_NAME_MAX], ns[WORKER_LOSS_NAME_MAX];
    char cluster[WORKER_LOSS_NAME_MAX], group[WORKER_LOSS_NAME_MAX];
    char fresh[WORKER_LOSS_NAME_MAX], fresh_uid[WORKER_LOSS_NAME_MAX]; /* the new pod; "": none yet */
    bool served;                                                       /* the old one was an endpoint */
    uint64_t t0_ms, t0_wall_ms, order;                         /* order: of the newest pod that was there before */
    struct known_u64 gone_ms, created_ms, ready_ms, serves_ms; /* since T0 */
    size_t prompts, prompts_failed, requests, requests_failed; /* ended since T0: prompts; by the users' route */
    size_t waiting;                                            /* prompts in flight that were so at T0 */
};

/* As the DELETE is accepted. */
void worker_loss_begin(struct worker_loss *l, const struct world *w, const struct focus *f, const struct pod *pod,
                       uint64_t now_ms, uint64_t wall_ms);
/* True: its phase has changed, or the last prompt that was in flight at T0 has ended. */
bool worker_loss_observe(struct worker_loss *l, const struct world *w, const struct focus *f, uint64_t now_ms);
bool worker_loss_is_over(const struct worker_loss *l);
bool worker_loss_is_bad(const struct worker_loss *l); /* no new pod came, or requests failed */
/* One line of where it stands, with why the new pod is not Ready. */
void worker_loss_text(const struct worker_loss *l, const struct world *w, struct buf *out);

#endif
