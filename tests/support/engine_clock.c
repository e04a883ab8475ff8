/* engine_clock.c - the clock of a step engine in a test. */
#include "tests/support/engine_clock.h"

#include "backends/link/clock.h"

enum { TURN_MS = 10 };

void engine_clock_start(struct loop *loop)
{
    struct clock *c = loop_clock(loop);
    clock_set(c, clock_now_ms(c), clock_wall_ms(c));
}

void engine_clock_turn(struct loop *loop, const struct step_engine *e)
{
    if (e->alarm && !e->call && alarm_is_set(e->alarm)) clock_advance(loop_clock(loop), TURN_MS);
}
