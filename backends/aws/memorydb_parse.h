/*
 * memorydb_parse.h - parses responses of MemoryDB (API version 2021-01-01, JSON 1.1): DescribeClusters,
 * DescribeParameters.
 *
 * No I/O; the results are those of elasticache_parse.h. MemoryDB always runs in cluster mode, with a single shard too;
 * failover is on where a shard has a replica (developer guide, "Minimizing downtime in MemoryDB with Multi-AZ").
 */
#ifndef RAYDECK_AWS_MEMORYDB_PARSE_H
#define RAYDECK_AWS_MEMORYDB_PARSE_H

#include "backends/aws/elasticache_parse.h"

/* As caches_parse. */
enum err memorydb_clusters_parse(const char *bytes, size_t len, struct caches *out, struct why *why);
/* As cache_parameters_parse. */
enum err memorydb_parameters_parse(const char *bytes, size_t len, struct cache_parameters *out, struct why *why);

#endif
