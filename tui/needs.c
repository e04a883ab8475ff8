/* needs.c - see needs.h. */
#include "tui/needs.h"

#include "backends/base/mem.h"

enum {
    /* Of a cluster that is watched now. */
    NEEDS_OF_LIVE = NEED_PROMPT | NEED_DELETE | NEED_WORKER | NEED_CHANGE | NEED_ARMABLE | NEED_LIVE | NEED_KUBE |
                    NEED_PODS | NEED_RECORDER
};

bool needs_exclude(unsigned needs, bool replay)
{
    return (needs & (unsigned)(replay ? NEEDS_OF_LIVE : NEED_REPLAY)) != 0;
}

static bool kube_is_there(const struct session *s)
{
    const struct kube_ops *ops;
    return session_kube(s, &ops) != NULL;
}

enum err needs_check(const struct needs_given *given, unsigned needs, struct why *why)
{
    const struct session *s = given->session;
    if (session_replays(s) && needs == NEED_KUBE)
        return why_set(
            why, ERR_UNSUPPORTED,
            "a recording is replayed, which holds no objects and no logs; rows and details show what it holds");
    if (session_replays(s) && needs_exclude(needs, true))
        return why_set(why, ERR_UNSUPPORTED, "a recording is replayed: nothing is sent to a cluster or changed");
    if (!session_replays(s) && needs_exclude(needs, false))
        return why_set(why, ERR_UNSUPPORTED, "no recording is replayed: raydeck replay FILE");
    if (needs & NEED_DEMO && !given->demo) return why_set(why, ERR_UNSUPPORTED, "only the demo can be restarted");
    if (needs & NEED_PODS && given->demo)
        return why_set(why, ERR_UNSUPPORTED, "the demo's pods are simulated: no program runs in them");
    if (needs & NEED_SCRIPT && !given->script)
        return why_set(why, ERR_UNSUPPORTED, "no script runs: --script FILE, or --script walkthrough");
    if (needs & NEED_RECORDER && !given->recorder)
        return why_set(why, ERR_UNSUPPORTED, "the flight recorder is off (--no-recorder)");
    if (needs & (NEED_KUBE | NEED_CHANGE) && !kube_is_there(s))
        return why_set(why, ERR_UNSUPPORTED, "there is no Kubernetes");
    return needs & NEED_PROMPT ? session_may_ask(s, NULL, why) : ERR_OK;
}
