/* redis_kinds.c - the list of Redis backends. */
#include "backends/redis/resp_backend.h"

#include <stddef.h>

const struct redis_ops *const redis_kinds[] = {&redis_resp, NULL};
