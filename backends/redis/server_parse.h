/*
 * server_parse.h - parses the replies to CONFIG GET, CLUSTER INFO and SLOWLOG GET into a redis record. No I/O.
 *
 * Of a slow command only the name is kept, never an argument: arguments are keys and values, and may be secrets.
 */
#ifndef RAYDECK_REDIS_SERVER_PARSE_H
#define RAYDECK_REDIS_SERVER_PARSE_H

#include "backends/redis/reply.h"
#include "backends/world/record.h"

/* Sets the field of one CONFIG parameter. A value that is not text changes nothing. */
void config_parse(const char *name, const struct reply *value, struct redis *r);

/* The whole reply to SLOWLOG GET. False, with all fields unknown, where it is not an array. */
bool slowlog_parse(const struct reply *reply, struct redis *r);

/* cluster_size of CLUSTER INFO: the shards that hold at least one slot. */
struct known_u64 cluster_size_parse(const char *text, size_t len);

#endif
