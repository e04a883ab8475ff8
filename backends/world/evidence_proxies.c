/* evidence_proxies.c - the Serve proxies of the worker pods, each probed separately. */
#include "backends/base/text.h"
#include "backends/world/answers_text.h"
#include "backends/world/evidence_priv.h"
#include "backends/world/request_kind.h"

enum {
    HANGING_MS = 3000, /* no probe ended for so long, with some in flight: may be hanging */
    HANGING = 10       /* in flight, at least, for that */
};

/* Why there are no probes, from their source. */
static void say_no_probes(const struct evidence_view *v, const struct probe_targets *t, struct evidence *line)
{
    const struct source *s = world_source_named(v->world, PROBER_SOURCE);
    if (s && s->err == ERR_EXHAUSTED)
        say(line->why, "probes cannot be sent: %s", s->why ? s->why : err_word(s->err));
    else if (s && source_freshness(s, v->now_ms, NULL) == FRESH_DENIED)
        say(line->why, "probes denied: %s", s->why ? s->why : err_word(s->err));
    else if (t->unseen)
        say(line->why, "not seen: %s", t->unseen->why ? t->unseen->why : "no answer");
    else if (t->last_done_ms && v->wall_ms > t->last_done_ms)
        say(line->why, "no probe ended for %llu s", (unsigned long long)(v->wall_ms - t->last_done_ms) / 1000);
    else
        say(line->why, "nothing is probed");
}

/* Where a round is long: how much of it is known, and how old that is. */
static void judge_round(const struct probe_targets *t, struct evidence *line)
{
    if (!t->round_ms.known) return;
    if (t->asked < t->expected) {
        if (line->verdict == VERDICT_OK) line->verdict = VERDICT_WARN;
        say(line->why, "%zu of %zu proxies probed this round", t->asked, t->expected);
    } else {
        say(line->why, "oldest of %zu probed %llu s ago", t->asked, (unsigned long long)t->oldest_age_ms / 1000);
    }
}

void evidence_judge_proxies(const struct evidence_view *v, struct service_evidence *e)
{
    const struct probe_targets *t = &e->proxies;
    struct evidence *line = &e->line[EVIDENCE_PROXIES];
    const char *class = t->failed && t->failed->failure ? t->failed->failure : "failed";
    uint64_t quiet_ms = v->wall_ms > t->last_done_ms ? v->wall_ms - t->last_done_ms : 0;
    if (!t->asked) {
        say_no_probes(v, t, line);
        return;
    }
    evidence_rest_on(line, t->last, v->wall_ms);
    if (t->last_ok && (!t->endpoints_known || t->endpoints_asked > t->endpoints_failing))
        evidence_answered(e, t->last_ok);
    if (t->failing) {
        line->verdict = t->failing == t->asked ? VERDICT_NO : VERDICT_WARN;
        say(line->why, "%zu of %zu proxies fail: %s", t->failing, t->asked, class);
    } else if (quiet_ms >= HANGING_MS && t->waiting > (t->asked < HANGING ? t->asked : HANGING)) {
        if (!e->hanging) e->hanging_line = EVIDENCE_PROXIES;
        e->hanging = true;
        say(line->why, "no answer for %llu s, %zu probes waiting", (unsigned long long)quiet_ms / 1000, t->waiting);
    } else {
        line->verdict = VERDICT_OK;
        say(line->why, "%zu of %zu answer", t->asked, t->asked);
    }
    judge_round(t, line);
}
