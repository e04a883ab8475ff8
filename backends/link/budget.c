/* budget.c - token buckets. */
#include "backends/link/budget.h"

#include <stdbool.h>
#include <stdio.h>

enum { MILLI = 1000, MIB = 1024 * 1024 };

void budget_init(struct budget *b, const struct budget_rate *rates, uint64_t now_ms)
{
    *b = (struct budget){.filled_ms = now_ms};
    for (int i = 0; i < BUDGET_KINDS; i++) {
        b->rate[i] = rates[i];
        b->left[i] = (int64_t)rates[i].burst * MILLI;
    }
}

static void budget_fill(struct budget *b, uint64_t now_ms)
{
    if (now_ms <= b->filled_ms) return;
    uint64_t ms = now_ms - b->filled_ms;
    for (int i = 0; i < BUDGET_KINDS; i++) {
        /* clamps to a full bucket before multiplying, which would overflow after a long sleep */
        const int64_t full = (int64_t)b->rate[i].burst * MILLI;
        const uint64_t missing = b->left[i] < full ? (uint64_t)(full - b->left[i]) : 0;
        const bool is_full = b->rate[i].rate == 0 || ms >= missing / b->rate[i].rate + 1;
        b->left[i] = is_full ? full : b->left[i] + (int64_t)(b->rate[i].rate * ms);
    }
    b->filled_ms = now_ms;
}

uint64_t budget_wait(struct budget *b, uint64_t now_ms, enum budget_kind *ret_kind)
{
    uint64_t longest = 0;
    budget_fill(b, now_ms);
    for (int i = 0; i < BUDGET_KINDS; i++) {
        if (b->rate[i].rate == 0 || b->left[i] > 0) continue;
        const uint64_t wait = (uint64_t)-b->left[i] / b->rate[i].rate + 1;
        if (wait <= longest) continue;
        longest = wait;
        if (ret_kind) *ret_kind = (enum budget_kind)i;
    }
    return longest;
}

void budget_spend(struct budget *b, enum budget_kind kind, uint64_t amount)
{
    const uint64_t most = UINT32_MAX; /* caps a single cost, so that the debt stays payable */
    if (b->rate[kind].rate) b->left[kind] -= (int64_t)(amount < most ? amount : most) * MILLI;
}

char *budget_words(const struct budget *b, enum budget_kind kind, char out[BUDGET_TEXT_MAX])
{
    const unsigned rate = b->rate[kind].rate;
    if (kind == BUDGET_BYTES && rate >= MIB)
        snprintf(out, BUDGET_TEXT_MAX, "%u MiB/s", rate / MIB);
    else
        snprintf(out, BUDGET_TEXT_MAX, "%u %s/s", rate,
                 kind == BUDGET_CONNECTIONS ? "connections"
                 : kind == BUDGET_REQUESTS  ? "requests"
                                            : "bytes");
    return out;
}
