/* outage_words.c - the text of an outage: its lengths, offsets, causes and counts. */
#include "backends/world/outage.h"

#include "backends/base/text.h"

#include <stdio.h>

const char *outage_phase_words(enum outage_phase phase)
{
    switch (phase) {
    case PHASE_SILENT: return "GCS SILENT";
    case PHASE_STATELESS: return "GCS STATE GONE";
    case PHASE_GOING: return "HEAD GOING";
    case PHASE_DOWN: return "HEAD DOWN";
    case PHASE_RECOVERING: return "RECOVERING";
    default: return "";
    }
}

char *outage_length(char out[TEXT_NUM_MAX], struct known_u64 ms)
{
    if (ms.known) return text_seconds(out, ms.value);
    snprintf(out, TEXT_NUM_MAX, "–");
    return out;
}

struct known_u64 outage_rung_clock(const struct outage *o, enum rung rung, uint64_t now_ms)
{
    const struct outage_rung *at = &o->rung[rung];
    if (at->seen) return known_u64(at->after_ms);
    if (rung != o->waits_for || rung == RUNG_GCS_SILENT) return UNKNOWN_U64;
    return known_u64(now_ms > o->t0_ms ? now_ms - o->t0_ms : 0);
}

char *outage_offset(char out[TEXT_NUM_MAX], uint64_t after_ms)
{
    char seconds[TEXT_NUM_MAX];
    snprintf(out, TEXT_NUM_MAX, "+%.20s", text_seconds(seconds, after_ms));
    return out;
}

char *outage_cause_words(const struct outage *o, char out[OUTAGE_WORDS_MAX])
{
    static const char *const words[CAUSE_COUNT] = {
#define X(name, text) text,
        OUTAGE_CAUSE_MAP(X)
#undef X
    };
    const char *cause = (unsigned)o->cause < CAUSE_COUNT ? words[o->cause] : "";
    if (o->cause == CAUSE_DELETED && outage_phase_of(o) == PHASE_GOING) cause = "head pod Terminating";
    bool more = (o->cause == CAUSE_CONTAINER || o->cause == CAUSE_FOUND) && *o->evidence;
    snprintf(out, OUTAGE_WORDS_MAX, "%s%s%.96s", cause, more ? ": " : "", more ? o->evidence : "");
    return out;
}

const char *outage_since_words(const struct outage *o)
{
    if (o->cause == CAUSE_KILLED) return "since gcs_server was killed";
    if (o->served_on_ms) return "since the head was down";
    if (o->ours || o->cause == CAUSE_DELETED || o->rung[RUNG_DELETE_ACCEPTED].seen) return "since the delete";
    return o->head_lost ? "since the head was lost" : "since the GCS fell silent";
}

char *outage_fate_words(const struct outage *o, char out[OUTAGE_WORDS_MAX])
{
    char fate[48] = "same UIDs";
    if (o->replaced) snprintf(fate, sizeof fate, "%zu replaced", o->replaced);
    snprintf(out, OUTAGE_WORDS_MAX, "%s, %llu restart%s", fate, (unsigned long long)o->restarts,
             text_plural(o->restarts));
    return out;
}

char *outage_worker_words(const struct outage *o, char out[OUTAGE_WORDS_MAX])
{
    char fate[OUTAGE_WORDS_MAX];
    if (o->workers)
        snprintf(out, OUTAGE_WORDS_MAX, "%zu/%zu %s%.80s", o->same, o->workers, o->replaced ? "the same, " : "",
                 outage_fate_words(o, fate));
    else
        snprintf(out, OUTAGE_WORDS_MAX, "–");
    return out;
}

char *outage_runtime_words(const struct outage *o, char out[OUTAGE_WORDS_MAX])
{
    if (!o->runtimes)
        snprintf(out, OUTAGE_WORDS_MAX, "–");
    else if (o->runtimes_unheard)
        snprintf(out, OUTAGE_WORDS_MAX, "%zu/%zu same pids, %zu not heard", o->runtimes_same, o->runtimes,
                 o->runtimes_unheard);
    else
        snprintf(out, OUTAGE_WORDS_MAX, "%zu/%zu same pids", o->runtimes_same, o->runtimes);
    return out;
}

char *outage_request_words(const struct outage *o, enum outage_class class, char out[OUTAGE_WORDS_MAX])
{
    static const char *const nouns[] = {"probes", "prompts", "requests"};
    const bool all = class == OUTAGE_CLASSES;
    size_t ok = all ? outage_answered(o) : o->request[class].ok + o->request[class].slow;
    size_t failed = all ? outage_failed(o) : o->request[class].failed;
    out[0] = '\0';
    if (ok || failed) snprintf(out, OUTAGE_WORDS_MAX, "%zu/%zu %s, %zu failed", ok, ok + failed, nouns[class], failed);
    return out;
}

char *outage_field_words(const struct outage_fields *k, char out[OUTAGE_WORDS_MAX], bool *ret_bad)
{
    char lost[32] = "", added[32] = "", expected[48] = "";
    bool known = k && k->known;
    if (ret_bad) *ret_bad = known && k->lost;
    if (!known) {
        snprintf(out, OUTAGE_WORDS_MAX, "–");
        return out;
    }
    if (k->lost) snprintf(lost, sizeof lost, " LOST %zu", k->lost);
    if (k->added) snprintf(added, sizeof added, " +%zu", k->added);
    if (k->lost_expected) snprintf(expected, sizeof expected, " -%zu expected", k->lost_expected);
    snprintf(out, OUTAGE_WORDS_MAX, "kept %zu/%zu%s%s%s", k->kept, k->before, lost, added, expected);
    return out;
}

char *outage_rung_words(const struct outage_rung *rung, char out[OUTAGE_WORDS_MAX])
{
    char was[TEXT_NUM_MAX], lost[TEXT_NUM_MAX];
    out[0] = '\0';
    if (rung->lost)
        snprintf(out, OUTAGE_WORDS_MAX, "%s %s, lost again %s", rung->seen ? "first" : "was",
                 outage_offset(was, rung->was_after_ms), outage_offset(lost, rung->lost_after_ms));
    return out;
}

void outage_rung_news(const struct outage *o, enum rung rung, struct outage_rung *printed, struct buf *out)
{
    char after[TEXT_NUM_MAX], lost[OUTAGE_WORDS_MAX];
    const struct outage_rung *now = &o->rung[rung];
    const bool lost_again = now->lost && (!printed->lost || printed->lost_after_ms != now->lost_after_ms);
    if (lost_again)
        buf_printf(out, "%8s  %-40s %s\n", outage_offset(after, now->lost_after_ms), rung_words(rung),
                   outage_rung_words(now, lost));
    if (now->seen && (!printed->seen || lost_again || printed->after_ms != now->after_ms))
        buf_printf(out, "%8s  %-40s %s\n", outage_offset(after, now->after_ms), rung_words(rung), now->note);
    *printed = *now;
}

char *outage_main_words(const struct outage *o, char out[OUTAGE_WORDS_MAX])
{
    char length[TEXT_NUM_MAX];
    if (o->head_lost)
        snprintf(out, OUTAGE_WORDS_MAX, "head down %s", outage_length(length, o->head_down_ms));
    else if (o->state_gone_ms.known)
        snprintf(out, OUTAGE_WORDS_MAX, "GCS state gone %s", outage_length(length, o->state_gone_ms));
    else
        snprintf(out, OUTAGE_WORDS_MAX, "GCS silent %s", outage_length(length, o->gcs_silent_ms));
    return out;
}

/* What the head is in a phase of an outage; NULL: the pod itself says it. Without a default, so that the compiler
 * names a phase that is missing. */
static const char *phase_head_words(enum outage_phase phase)
{
    switch (phase) {
    case PHASE_SILENT: return "GCS silent";
    case PHASE_STATELESS: return "GCS state gone";
    case PHASE_GOING: return "head terminating";
    case PHASE_DOWN: return "head down";
    case PHASE_RECOVERING: return "head back, recovering";
    case PHASE_NONE:
    case PHASE_OVER: break;
    }
    return NULL;
}

char *outage_head_words(const struct outage *o, const struct pod *head, char out[OUTAGE_WORDS_MAX])
{
    char length[TEXT_NUM_MAX];
    const enum outage_phase phase = outage_phase_of(o);
    const char *words = phase_head_words(phase);
    if (words && phase == PHASE_GOING)
        snprintf(out, OUTAGE_WORDS_MAX, "%s", words);
    else if (words)
        snprintf(out, OUTAGE_WORDS_MAX, "%s %s", words, outage_length(length, outage_phase_ms(o)));
    else if (head)
        snprintf(out, OUTAGE_WORDS_MAX, "%s", head->is_ready == TRI_NO ? "head not ready" : "head up");
    else
        snprintf(out, OUTAGE_WORDS_MAX, "no head");
    return out;
}

static void failures_text(const struct outage *o, struct buf *out)
{
    const char *before = ": ";
    for (int i = 0; i < OUTAGE_FAILURES; i++) {
        if (!o->failure[i].count) continue;
        buf_printf(out, "%s%zu %s", before, o->failure[i].count, o->failure[i].name);
        before = ", ";
    }
}

void outage_losses_text(const struct outage *o, struct buf *out)
{
    char length[TEXT_NUM_MAX], words[OUTAGE_WORDS_MAX];
    if (o->state == OUTAGE_NONE) return;
    buf_printf(out, "outage    %s", outage_main_words(o, words));
    if (o->recovered_ms.known) buf_printf(out, ", recovered after %s", outage_length(length, o->recovered_ms));
    if (o->gcs_silent_ms.known && (o->head_lost || o->state_gone_ms.known))
        buf_printf(out, ", GCS silent %s", outage_length(length, o->gcs_silent_ms));
    if (o->state_gone_ms.known && o->head_lost)
        buf_printf(out, ", GCS state gone %s", outage_length(length, o->state_gone_ms));
    if (o->unserved_ms.known)
        buf_printf(out, ", no probe answered for %s at most", outage_length(length, o->unserved_ms));
    buf_printf(out, "\nworkers   %s\n", o->workers ? outage_worker_words(o, words) : "none were there");
    if (!*outage_request_words(o, OUTAGE_CLASSES, words)) snprintf(words, sizeof words, "none was seen");
    buf_printf(out, "requests  %s", words);
    failures_text(o, out);
    buf_char(out, '\n');
    if (o->fields.known) buf_printf(out, "GCS       fields %s\n", outage_field_words(&o->fields, words, NULL));
}
