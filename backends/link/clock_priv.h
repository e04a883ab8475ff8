/* clock_priv.h - creates and frees the clock of a loop; for loop.c and clock.c. */
#ifndef RAYDECK_LINK_CLOCK_PRIV_H
#define RAYDECK_LINK_CLOCK_PRIV_H

#include "backends/link/clock.h"

#include <uv.h>

struct clock *clock_new(uv_loop_t *uv); /* uv is borrowed */
void clock_free(struct clock *c);       /* after every alarm was freed; NULL is fine */

#endif
