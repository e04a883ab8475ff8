/* command_pace.c - charges a source's budget with what one reader sends and receives, and waits for it. */
#include "backends/redis/command_pace.h"

static void on_wake(void *arg)
{
    struct command_pace *p = arg;
    p->received = resp_received(p->conn); /* what came meanwhile was another's */
    p->next(p->arg);
}

void command_pace_init(struct command_pace *p, struct loop *l, struct resp *conn, struct budget *budget,
                       void (*next)(void *arg), void *arg)
{
    *p = (struct command_pace){.loop = l, .conn = conn, .budget = budget, .next = next, .arg = arg};
    p->wake = alarm_new(l, on_wake, p);
    p->received = resp_received(conn);
}

void command_pace_done(struct command_pace *p)
{
    alarm_free(p->wake);
}

void command_pace_send(struct command_pace *p, enum allow command, const struct gcs_span *args, size_t count,
                       resp_done *done)
{
    p->calls++;
    /* fails only where the connection is closed, which its owner learns from its closed callback */
    (void)resp_send(p->conn, command, args, count, done, p->arg);
}

void command_pace_charge(struct command_pace *p)
{
    const uint64_t received = resp_received(p->conn);
    budget_spend(p->budget, BUDGET_REQUESTS, p->calls);
    budget_spend(p->budget, BUDGET_BYTES, received - p->received);
    p->calls = 0;
    p->received = received;
}

void command_pace_next(struct command_pace *p)
{
    command_pace_charge(p);
    const uint64_t wait = budget_wait(p->budget, loop_now_ms(), NULL);
    if (wait)
        alarm_set(p->wake, wait, 0);
    else
        p->next(p->arg);
}
