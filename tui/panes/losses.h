/*
 * losses.h - the last two losses of the head that this console watched, side by side: the same kill with and without
 * GCS fault tolerance, for one. What is kept outlives the session it was seen in. Pure: taken out of what a frame looks
 * at, drawn over the screen.
 *
 * Nothing is guessed: what was not observed is unknown and drawn so; a second without a probe is a blank.
 */
#ifndef RAYDECK_PANES_LOSSES_H
#define RAYDECK_PANES_LOSSES_H

#include "tui/panes/overlay.h"
#include "tui/panes/pane.h"

enum { LOSS_SECONDS = 90 /* how long after T0 it is looked at */, LOSSES = 2 };

struct loss {
    uint64_t t0_wall_ms; /* 0: none */
    enum tri ft;         /* GCS fault tolerance, at T0 */
    struct known_u64 grace_s;
    /* A character a second since T0: '.' all probes answered, 's' one was slow, 'X' one failed, ' ' none. */
    char dots[LOSS_SECONDS + 1];
    size_t answered, failed, prompts; /* probes; prompts answered */
    struct known_u64 gap_ms, head_ms; /* the longest time without an answer; T0 to the new head's readiness */
    struct worker_now workers;
    struct runtimes_now runtimes;
    bool gcs_known;
    size_t gcs_before, gcs_kept, gcs_expected; /* fields; those lost as expected */
};
struct losses {
    struct loss item[LOSSES]; /* the older one first */
};

/* Looks at the loss that is being watched, if one is; about once a second, and before what is known of it goes. */
void losses_take(struct losses *l, const struct view *v);
void losses_draw(const struct losses *l, struct canvas *cv);
enum overlay losses_input(const struct input *in);

#endif
