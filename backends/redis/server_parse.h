/*
 * server_parse.h - what CONFIG GET and SLOWLOG GET answer, into the fields of a redis record that they tell. No I/O.
 *
 * Of a slow command only its name is kept, never an argument: those are keys and values, and may be secrets.
 */
#ifndef RAYDECK_REDIS_SERVER_PARSE_H
#define RAYDECK_REDIS_SERVER_PARSE_H

#include "backends/redis/reply.h"
#include "backends/world/record.h"

/* One setting by its own name. An answer that is not text leaves it as it was. */
void config_parse(const char *name, const struct reply *value, struct redis *r);

/* The whole answer of SLOWLOG GET. False, and nothing is known, where it is none. */
bool slowlog_parse(const struct reply *reply, struct redis *r);

#endif
