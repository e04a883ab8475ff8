/* drill_cause.c - why a loss of the head was not lived through: the first explanation that outage and requests bear
 * out.
 */
#include "deploy/drill_verdict_priv.h"

#include "backends/base/mem.h"

#include <stdio.h>
#include <string.h>

enum { EXPLANATION_MAX = 200, TWO_HEADS_MS = 3000 };

static void explain_ft(const struct verdict_ask *ask, char out[EXPLANATION_MAX])
{
    if (ask->outage->ft == TRI_NO) snprintf(out, EXPLANATION_MAX, "GCS fault tolerance is off");
}

static void explain_state(const struct verdict_ask *ask, char out[EXPLANATION_MAX])
{
    const struct outage *o = ask->outage;

    if (*o->other_storage_ns)
        snprintf(out, EXPLANATION_MAX, "the new head reads another external storage namespace, %s",
                 o->other_storage_ns);
    else if (o->state_gone)
        snprintf(out, EXPLANATION_MAX, "the GCS's state was gone from Redis, which came back empty");
    else if (o->fields.known && o->fields.lost > o->fields.before / 4)
        snprintf(out, EXPLANATION_MAX, "the new head did not find the GCS's state: %zu of %zu fields are gone",
                 o->fields.lost, o->fields.before);
}

static void explain_patience(const struct verdict_ask *ask, char out[EXPLANATION_MAX])
{
    const struct outage *o = ask->outage;
    const bool passed =
        o->reconnect_s.known && o->gcs_silent_ms.known && o->gcs_silent_ms.value > o->reconnect_s.value * 1000;

    if (passed && (o->restarts || o->replaced))
        snprintf(out, EXPLANATION_MAX, "the workers give up after %llu s (RAY_gcs_rpc_server_reconnect_timeout_s)",
                 (unsigned long long)o->reconnect_s.value);
}

/* NODE says ALIVE of the old head, too, once the new one is there. */
static void explain_two_heads(const struct verdict_ask *ask, char out[EXPLANATION_MAX])
{
    const struct outage_rung *back = &ask->outage->rung[RUNG_GCS_BACK], *alone = &ask->outage->rung[RUNG_HEAD_ALIVE];
    const bool silent = ask->outage->rung[RUNG_GCS_SILENT].seen;
    char seconds[TEXT_NUM_MAX];

    if (silent || !back->seen) return;
    if (alone->seen && alone->after_ms > back->after_ms + TWO_HEADS_MS)
        snprintf(out, EXPLANATION_MAX, "two heads were ALIVE in NODE for %s: the old GCS ran on",
                 text_seconds(seconds, alone->after_ms - back->after_ms));
    else if (!alone->seen)
        snprintf(out, EXPLANATION_MAX, "two heads are ALIVE in NODE: the old GCS runs on");
}

static void explain_ladder(const struct verdict_ask *ask, char out[EXPLANATION_MAX])
{
    const struct outage *o = ask->outage;

    if (o->missing == RUNG_COUNT || !*o->rung[o->missing].why || ask->outage->state != OUTAGE_RUNNING) return;
    snprintf(out, EXPLANATION_MAX, "%s: %s", rung_words(o->missing), o->rung[o->missing].why);
}

/* The users' requests fail, and those to the workers do not. */
static void explain_route(const struct verdict_ask *ask, char out[EXPLANATION_MAX])
{
    const struct tally_sum *route = &ask->tally->sum[TALLY_ROUTE], *proxies = &ask->tally->sum[TALLY_PROXIES];
    const char *name = tally_series_name(ask->tally, TALLY_ROUTE);
    char by[sizeof route->path + 4] = "";

    if (strcmp(name, route->path) != 0) snprintf(by, sizeof by, " (%s)", route->path);
    if (route->failed && tally_ended(proxies) && !proxies->failed)
        snprintf(out, EXPLANATION_MAX, "the workers' proxies answered all the while: does the %s%s lead to the head?",
                 name, by);
}

static void explain_proxies(const struct verdict_ask *ask, char out[EXPLANATION_MAX])
{
    const struct outage *o = ask->outage;
    const struct tally_sum *proxies = &ask->tally->sum[TALLY_PROXIES];

    if (!proxies->failed || !o->workers || o->restarts || o->replaced) return;
    snprintf(out, EXPLANATION_MAX, "the workers ran on and their proxies failed: %llu of %llu",
             (unsigned long long)proxies->failed, (unsigned long long)tally_ended(proxies));
}

static void (*const explanations[])(const struct verdict_ask *ask, char out[EXPLANATION_MAX]) = {
    explain_ft, explain_state, explain_patience, explain_two_heads, explain_ladder, explain_route, explain_proxies,
};

/* By its beginning: each is cut to its own length. */
static bool cause_has(const char *cause, const char *text)
{
    char head[32];

    snprintf(head, sizeof head, "%.*s", (int)sizeof head - 1, text);
    return strstr(cause, head) != NULL;
}

void drill_cause_explain(const struct verdict_ask *ask, struct drill_verdict *v)
{
    const size_t used = strlen(v->cause);
    char text[EXPLANATION_MAX] = "";

    for (size_t i = 0; i < ARRAY_LEN(explanations) && !*text; i++) explanations[i](ask, text);
    if (*text && !cause_has(v->cause, text)) snprintf(v->cause + used, sizeof v->cause - used, "; %s", text);
}
