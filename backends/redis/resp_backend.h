/*
 * resp_backend.h - the vtable of the RESP backend, the only one for Redis.
 */
#ifndef RAYDECK_REDIS_RESP_BACKEND_H
#define RAYDECK_REDIS_RESP_BACKEND_H

#include "backends/backend.h"

extern const struct redis_ops redis_resp;

#endif
