/*
 * budget.h - rate limits on a source's connections, requests and bytes: one token bucket each. Pure: the caller passes
 * the time.
 *
 * Observing a server must not load it, whatever it replies. The burst lets small data be read at once; the rate
 * spreads out what is large or endless. A cost may be known only afterwards (a reply's size), so a bucket may go into
 * debt, which must be waited off. A budget belongs to the source and outlives its connections.
 */
#ifndef RAYDECK_LINK_BUDGET_H
#define RAYDECK_LINK_BUDGET_H

#include <stdint.h>

enum budget_kind { BUDGET_CONNECTIONS, BUDGET_REQUESTS, BUDGET_BYTES, BUDGET_KINDS };

struct budget_rate {
    uint32_t rate, burst; /* tokens a second, and at once; rate 0: unlimited */
};
struct budget {
    struct budget_rate rate[BUDGET_KINDS];
    int64_t left[BUDGET_KINDS]; /* thousandths of a token; negative: debt */
    uint64_t filled_ms;
};

/* rates: BUDGET_KINDS of them, copied. All buckets start full. */
void budget_init(struct budget *b, const struct budget_rate *rates, uint64_t now_ms);

/* 0: the next request may be sent. Else the milliseconds until then; *ret_kind (may be NULL): the bucket in debt. */
uint64_t budget_wait(struct budget *b, uint64_t now_ms, enum budget_kind *ret_kind);
void budget_spend(struct budget *b, enum budget_kind kind, uint64_t amount);

/* The limit as text: "10 requests/s", "4 MiB/s". */
enum { BUDGET_TEXT_MAX = 48 };
char *budget_words(const struct budget *b, enum budget_kind kind, char out[BUDGET_TEXT_MAX]);

#endif
