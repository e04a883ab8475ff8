#include "backends/redis/budget.h"

void budget_init(struct budget *b, uint32_t calls_rate, uint32_t bytes_rate, uint64_t now_ms)
{
    *b = (struct budget){.calls_rate = calls_rate,
                         .bytes_rate = bytes_rate,
                         .calls = calls_rate,
                         .bytes = bytes_rate,
                         .filled_ms = now_ms};
}

static int64_t filled(int64_t left, uint32_t rate, uint64_t ms)
{
    const int64_t more = ms >= 1000 ? rate : (int64_t)(rate * ms / 1000);
    /* a debt of many seconds is paid in full, a credit never grows beyond one second's */
    const int64_t sum = left < 0 && ms > 1000 ? left + (int64_t)(rate * (ms / 1000)) : left + more;
    return sum > (int64_t)rate ? (int64_t)rate : sum;
}

static uint64_t until_positive(int64_t left, uint32_t rate)
{
    return left > 0 || rate == 0 ? 0 : (uint64_t)(1 - left) * 1000 / rate + 1;
}

uint64_t budget_wait(struct budget *b, uint64_t now_ms)
{
    /* a few milliseconds fill nothing at a low rate: they are left to add up */
    const uint64_t ms = now_ms > b->filled_ms ? now_ms - b->filled_ms : 0;
    if (ms >= 10) {
        b->calls = filled(b->calls, b->calls_rate, ms);
        b->bytes = filled(b->bytes, b->bytes_rate, ms);
        b->filled_ms = now_ms;
    }
    const uint64_t calls = until_positive(b->calls, b->calls_rate), bytes = until_positive(b->bytes, b->bytes_rate);
    return calls > bytes ? calls : bytes;
}

void budget_spend(struct budget *b, uint64_t calls, uint64_t bytes)
{
    if (b->calls_rate) b->calls -= (int64_t)calls;
    if (b->bytes_rate) b->bytes -= (int64_t)bytes;
}
