/*
 * command_pace.h - sends one reader's commands as the budget of its source allows: what was sent and received is
 * charged after each batch, and the next one waits where the budget is in debt.
 */
#ifndef RAYDECK_REDIS_COMMAND_PACE_H
#define RAYDECK_REDIS_COMMAND_PACE_H

#include "backends/link/budget.h"
#include "backends/link/loop.h"
#include "backends/redis/resp.h"

struct command_pace {
    struct loop *loop;
    struct resp *conn;
    struct budget *budget;
    void (*next)(void *arg); /* sends the next batch; may free what the pace is in */
    void *arg;
    struct alarm *wake;
    uint64_t calls, received; /* sent since the last charge; resp_received at that time */
};

/* All is borrowed until command_pace_done. */
void command_pace_init(struct command_pace *p, struct loop *l, struct resp *conn, struct budget *budget,
                       void (*next)(void *arg), void *arg);
void command_pace_done(struct command_pace *p);

/* Counts, and sends. The reply's callback gets `next`'s argument. */
void command_pace_send(struct command_pace *p, enum allow command, const struct gcs_span *args, size_t count,
                       resp_done *done);
void command_pace_charge(struct command_pace *p); /* at the end */
void command_pace_next(struct command_pace *p);   /* charges, and calls next, now or when the budget allows */

#endif
