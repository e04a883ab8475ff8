/* blocking_priv.h - the threads' side of a loop; for loop.c and blocking.c. */
#ifndef RAYDECK_LINK_BLOCKING_PRIV_H
#define RAYDECK_LINK_BLOCKING_PRIV_H

#include "backends/link/loop.h"

struct blocking_pool;

struct blocking_pool *blocking_pool_new(uv_loop_t *uv);
void blocking_pool_close(struct blocking_pool *p); /* waits for no thread; the loop has to run its close callback */
struct blocking_pool *loop_blocking_pool(struct loop *l); /* borrowed */

#endif
