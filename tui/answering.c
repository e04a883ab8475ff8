#include "tui/answering.h"

#include "backends/link/loop.h"
#include "backends/world/probe_targets.h"

#include <stdio.h>

enum { WINDOW_MS = 4000 };

enum tri answering_now(const struct session *s, char *ret, size_t size)
{
    const uint64_t wall_ms = clock_wall_ms(session_clock(s));
    struct focus f = session_focus(s);
    ret[0] = '\0';
    if (!f.rayservice) return TRI_UNKNOWN;
    struct probe_targets t = probe_targets_of(session_world(s), &f, loop_now_ms(), wall_ms);
    struct probe_sum sum = probe_sum_of(session_world(s), "probe", wall_ms > WINDOW_MS ? wall_ms - WINDOW_MS : 0);
    size_t good = sum.ok + sum.slow, all = good + sum.failed;
    if (!all && !sum.waiting) return TRI_UNKNOWN;
    snprintf(ret, size, "the last %zu of %zu probes of the workers' proxies were answered", good, all);
    if (t.round_ms.known)
        snprintf(ret, size, "%zu of %zu workers' proxies answered, the oldest answer is %llu s old",
                 t.asked - t.failing, t.expected, (unsigned long long)t.oldest_ms / 1000);
    bool old_good = !t.round_ms.known || (!t.failing && t.asked == t.expected);
    return all && !sum.failed && old_good ? TRI_YES : TRI_NO;
}
