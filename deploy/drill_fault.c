/* drill_fault.c - the faults of a drill, in words; see drill_fault.h. */
#include "deploy/drill_fault.h"

#include "backends/base/text.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *word;
    int64_t grace_s;
    struct drill_right right;
} faults[DRILL_FAULTS] = {
#define X(name, word, grace, verb, resource) [DRILL_FAULT_##name] = {word, grace, {verb, resource}},
    DRILL_FAULT_MAP(X)
#undef X
};

enum err drill_fault_find(const char *word, int64_t grace_s, enum drill_fault *ret, int64_t *ret_grace_s,
                          struct why *why)
{
    enum drill_fault f = grace_s == 0 ? DRILL_FAULT_DELETE_NOW : DRILL_FAULT_DELETE;

    if (word) {
        for (f = 0; f < DRILL_FAULTS && strcmp(faults[f].word, word) != 0;) f++;
        if (f == DRILL_FAULTS) return why_set(why, ERR_USAGE, "--fault %s: there are delete, delete-now and gcs", word);
    }
    if (word && grace_s >= 0 && f != DRILL_FAULT_DELETE && !(f == DRILL_FAULT_DELETE_NOW && grace_s == 0))
        return why_set(why, ERR_USAGE, "--fault %s takes no --grace of %lld s", word, (long long)grace_s);
    *ret = f == DRILL_FAULT_DELETE && grace_s == 0 ? DRILL_FAULT_DELETE_NOW : f;
    *ret_grace_s = f == DRILL_FAULT_DELETE ? grace_s : faults[f].grace_s;
    return ERR_OK;
}

const char *drill_fault_word(enum drill_fault f)
{
    return faults[f].word;
}

struct drill_right drill_fault_right(enum drill_fault f)
{
    return faults[f].right;
}

static const char *grace_words(int64_t grace_s, char out[24])
{
    snprintf(out, 24, "grace %lld%s", (long long)grace_s, grace_s ? " s" : "");
    return grace_s < 0 ? "with its grace" : out;
}

const char *drill_fault_text(enum drill_fault f, int64_t grace_s, char out[DRILL_FAULT_TEXT_MAX])
{
    char grace[24];

    if (f == DRILL_FAULT_GCS)
        snprintf(out, DRILL_FAULT_TEXT_MAX, "gcs_server killed in the head's container");
    else
        snprintf(out, DRILL_FAULT_TEXT_MAX, "deletion of the head pod, %s", grace_words(grace_s, grace));
    return out;
}

const char *drill_fault_plan(enum drill_fault f, int64_t grace_s, char out[DRILL_FAULT_TEXT_MAX])
{
    char grace[24];

    if (f == DRILL_FAULT_GCS)
        snprintf(out, DRILL_FAULT_TEXT_MAX, "will have its gcs_server killed, by kubectl exec");
    else
        snprintf(out, DRILL_FAULT_TEXT_MAX, "will be deleted, %s", grace_words(grace_s, grace));
    return out;
}
