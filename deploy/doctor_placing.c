/* doctor_placing.c - D16: why pods are Pending. The scheduler's sentence is in the pod's condition, else in its last
 * event. */
#include "backends/base/text.h"
#include "deploy/doctor_priv.h"
#include "deploy/scheduler_parse.h"
#include "deploy/start_cause.h"

#include <stdio.h>
#include <string.h>

enum { STARTING_MS = 10 * 60 * 1000 /* images of several GB take minutes */ };

static const char *sentence_of(const struct doctor *d, const struct pod *p)
{
    const struct event *last = NULL;
    struct scheduler_words words;
    if (scheduler_parse(p->message, &words)) return p->message;
    WORLD_EACH (row, d->w, TABLE_EVENT) {
        const struct event *e = ROW(row, event);
        if (!text_eq(e->reason, "FailedScheduling") || !event_is_about(e, p->ns, p->name, p->record.key)) continue;
        if (!last || e->last.value >= last->last.value) last = e;
    }
    return last && last->message ? last->message : p->message;
}

static void words_add(char out[FINDING_TEXT_MAX], const char *what, const char *words)
{
    const size_t len = strlen(out);
    if (len + strlen(what) + strlen(words) + 4 > FINDING_TEXT_MAX) return;
    snprintf(out + len, FINDING_TEXT_MAX - len, "%s%s%s", len ? "; " : "", what, words);
}

static void check_unplaced(struct doctor *d, const struct pod *p)
{
    const char *sentence = sentence_of(d, p);
    struct scheduler_words w;
    char text[FINDING_TEXT_MAX] = "";
    if (!scheduler_parse(sentence, &w)) {
        doctor_say_pod(d, RULE_D16, sentence ? FINDING_ERROR : FINDING_UNKNOWN, p, "Pending: %s",
                       sentence ? sentence : "no message from the scheduler");
        return;
    }
    if (w.resources[0]) words_add(text, "not enough ", w.resources);
    if (w.selector)
        words_add(text, p->selector ? "no node matches " : "no node matches its selector or affinity",
                  p->selector ? p->selector : "");
    if (w.tainted)
        words_add(text, w.taints[0] ? "taints not tolerated: " : "nodes have taints it does not tolerate", w.taints);
    if (w.others[0]) words_add(text, "", w.others);
    if (w.neuron) words_add(text, "Neuron devices: are the nodes up, and their device plug-in?", "");
    doctor_say_pod(d, RULE_D16, FINDING_ERROR, p, "Pending: %s", text[0] ? text : sentence);
}

static bool cannot_start(const char *reason)
{
    static const char *const words[] = {"ImagePull", "ErrImage", "InvalidImage", "Error", "BackOff"};
    for (size_t i = 0; reason && i < sizeof words / sizeof words[0]; i++)
        if (text_has(reason, words[i])) return true;
    return false;
}

/* It has a node: images, volumes, init containers. */
static void check_unstarted(struct doctor *d, const struct pod *p)
{
    const uint64_t age =
        p->created.known && d->ask->wall_ms > p->created.value ? d->ask->wall_ms - p->created.value : 0;
    const char *reason = p->reason ? p->reason : p->status;
    char since[32];
    const char *cause = start_cause(p->message);
    if (cannot_start(reason))
        doctor_say_pod(d, RULE_D16, FINDING_ERROR, p, "Pending on %s: %s%s%s%s%s", p->node, reason, cause ? ": " : "",
                       cause ? cause : "", p->message ? ": " : "", p->message ? p->message : "");
    else if (age > STARTING_MS)
        doctor_say_pod(d, RULE_D16, FINDING_WARNING, p, "Pending on %s for %s: %s", p->node, doctor_seconds(since, age),
                       reason ? reason : "no reason reported");
    else
        doctor_say_pod(d, RULE_D16, FINDING_INFO, p, "starting on %s: %s", p->node,
                       reason ? reason : "no reason reported");
}

void doctor_placing(struct doctor *d)
{
    if (!doctor_needs(d, RULE_D16, d->service, "kube/pods", TABLE_POD)) return;
    for (struct focus_pods at = focus_pods_of(d->w, d->f); at.row; focus_pods_next(&at)) {
        const struct pod *p = ROW(at.row, pod);
        if (at.row->gone_ms || p->deleted.known) continue;
        if (!p->phase)
            doctor_say_pod(d, RULE_D16, FINDING_UNKNOWN, p, "its phase is unknown");
        else if (text_eq(p->phase, "Pending") && !p->node)
            check_unplaced(d, p);
        else if (text_eq(p->phase, "Pending"))
            check_unstarted(d, p);
    }
}
