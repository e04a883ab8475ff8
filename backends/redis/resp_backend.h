/*
 * resp_backend.h - the Redis backend that speaks RESP: tcp, unix socket, TLS, or through a command.
 */
#ifndef RAYDECK_REDIS_RESP_BACKEND_H
#define RAYDECK_REDIS_RESP_BACKEND_H

#include "backends/backend.h"

extern const struct redis_ops redis_resp;

#endif
