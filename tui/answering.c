/* answering.c - see answering.h. */
#include "tui/answering.h"

#include "backends/world/evidence.h"

#include <stdio.h>

enum tri answering_now(const struct session *s, char *ret, size_t size)
{
    struct focus f = session_focus(s);
    ret[0] = '\0';
    if (!f.rayservice) return TRI_UNKNOWN;
    const struct clock *clock = session_clock(s);
    const struct service_evidence e = evidence_of(session_world(s), &f, clock_now_ms(clock), clock_wall_ms(clock));
    if (e.verdict == VERDICT_UNKNOWN) return TRI_UNKNOWN;
    const struct evidence *line = &e.line[e.from];
    snprintf(ret, size, "%s: %.150s", evidence_name(e.from), line->why);
    if (e.verdict != VERDICT_OK) return TRI_NO;
    snprintf(ret, size, "the service %s: %.80s; of the workers' proxies %.80s",
             e.line[EVIDENCE_ROUTE].verdict == VERDICT_OK ? "answers" : "is not probed", e.line[EVIDENCE_ROUTE].why,
             e.line[EVIDENCE_PROXIES].why);
    return TRI_YES;
}
