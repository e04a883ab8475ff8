/* blocking_priv.h - the pool of blocking calls that each loop owns; for loop.c and blocking.c. */
#ifndef RAYDECK_LINK_BLOCKING_PRIV_H
#define RAYDECK_LINK_BLOCKING_PRIV_H

#include "backends/link/loop.h"

struct blocking_pool;

struct blocking_pool *blocking_pool_new(uv_loop_t *uv);
void blocking_pool_close(struct blocking_pool *p);        /* waits for no thread; run the loop for its close callback */
struct blocking_pool *loop_blocking_pool(struct loop *l); /* borrowed */

#endif
