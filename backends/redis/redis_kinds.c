/* redis_kinds.c - the kinds of Redis backend there are. */
#include "backends/redis/resp_backend.h"

#include <stddef.h>

const struct redis_ops *const redis_kinds[] = {&redis_resp, NULL};
