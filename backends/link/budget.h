/*
 * budget.h - how much one source may be asked: connections, requests and bytes, as buckets that fill with time. Pure:
 * the time is the caller's.
 *
 * A look at a server must not be felt by those who live on it, whatever it answers. A bucket holds a burst, so that
 * what is small is read at once, and fills at its rate, so that what is large, or never ends, is spread out. What was
 * spent may be known only afterwards (an answer's size): a bucket may be in debt, and is waited for. A budget belongs
 * to the source, not to a connection: another connection begins with what the last one left.
 */
#ifndef RAYDECK_LINK_BUDGET_H
#define RAYDECK_LINK_BUDGET_H

#include <stdint.h>

enum budget_kind { BUDGET_CONNECTIONS, BUDGET_REQUESTS, BUDGET_BYTES, BUDGET_KINDS };

struct budget_rate {
    uint32_t rate, burst; /* a second; at once. A rate of 0 is unlimited */
};
struct budget {
    struct budget_rate rate[BUDGET_KINDS];
    int64_t left[BUDGET_KINDS]; /* thousandths */
    uint64_t filled_ms;
};

/* rates: BUDGET_KINDS of them, copied. Begins full. */
void budget_init(struct budget *b, const struct budget_rate *rates, uint64_t now_ms);

/* 0: go on. Else the milliseconds until something may be asked again; ret_kind (may be NULL): what is short. */
uint64_t budget_wait(struct budget *b, uint64_t now_ms, enum budget_kind *ret_kind);
void budget_spend(struct budget *b, enum budget_kind kind, uint64_t amount);

/* The limit for a person: "10 requests/s", "4 MiB/s". */
enum { BUDGET_TEXT_MAX = 48 };
char *budget_words(const struct budget *b, enum budget_kind kind, char out[BUDGET_TEXT_MAX]);

#endif
