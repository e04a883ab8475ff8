/* replay_losses.c - see replay_losses.h. */
#include "tui/replay_losses.h"

#include "backends/base/mem.h"
#include "tui/replay_session.h"

#include <stdlib.h>
#include <string.h>

enum { STEP_MS = 1000 };

static struct replay_loss *loss_of(struct replay_losses *all, const struct outage *o)
{
    struct replay_loss *last = all->count ? &all->item[all->count - 1] : NULL;
    if (last && last->at_ms == o->t0_ms) return last;
    if (all->count == REPLAY_LOSSES_MAX) return NULL;
    all->item = mem_grow(all->item, all->count + 1, sizeof *all->item);
    last = &all->item[all->count++];
    *last = (struct replay_loss){.at_ms = o->t0_ms, .wall_ms = o->t0_wall_ms};
    return last;
}

static void outage_add(struct replay_losses *all, const struct session *s, uint64_t begin_ms)
{
    const struct focus f = session_focus(s);
    struct outage o;
    if (session_recovery(s)->outage == OUTAGE_NONE) return;
    outage_of(session_recovery(s), session_world(s), &f, clock_now_ms(session_clock(s)),
              clock_wall_ms(session_clock(s)), &o);
    if (!outage_is_loss(&o) || o.found || o.t0_ms < begin_ms) return;
    struct replay_loss *loss = loss_of(all, &o);
    if (loss) outage_cause_words(&o, loss->cause);
}

void replay_losses_find(const struct conf *conf, struct recording *recording, struct replay_losses *ret)
{
    const struct recording_about *about = recording_about(recording);
    struct replay_session r;
    *ret = (struct replay_losses){.count = 0};
    replay_session_open(&r, conf, recording, NULL);
    for (uint64_t now = about->begin_ms; now < about->end_ms;) {
        now = now + STEP_MS < about->end_ms ? now + STEP_MS : about->end_ms;
        replayer_to(r.replayer, now);
        outage_add(ret, r.session, about->begin_ms);
    }
    replay_session_close(&r);
}

void replay_losses_done(struct replay_losses *all)
{
    free(all->item);
    *all = (struct replay_losses){.count = 0};
}

const struct replay_loss *replay_losses_next(const struct replay_losses *all, uint64_t now_ms, uint64_t shown_ms)
{
    const uint64_t after_ms = shown_ms > now_ms ? shown_ms : now_ms;
    for (size_t i = 0; i < all->count; i++)
        if (all->item[i].at_ms > after_ms) return &all->item[i];
    return NULL;
}

const struct replay_loss *replay_losses_previous(const struct replay_losses *all, uint64_t now_ms, uint64_t shown_ms)
{
    const uint64_t before_ms = shown_ms > now_ms ? shown_ms : now_ms + 1;
    for (size_t i = all->count; i; i--)
        if (all->item[i - 1].at_ms < before_ms) return &all->item[i - 1];
    return NULL;
}

uint64_t replay_loss_landing(const struct replay_loss *loss, uint64_t begin_ms)
{
    return loss->at_ms - begin_ms > REPLAY_LOSS_LEAD_MS ? loss->at_ms - REPLAY_LOSS_LEAD_MS : begin_ms;
}
