/*
 * ray_address.h - a Redis address as Ray's start parses it, and what the name of its host says of the endpoint. Pure.
 *
 * Sources: ray, python/ray/_private/services.py get_address and scripts/scripts.py (a comma separates addresses); AWS,
 * the endpoints of ElastiCache and MemoryDB.
 */
#ifndef RAYDECK_DEPLOY_RAY_ADDRESS_H
#define RAYDECK_DEPLOY_RAY_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

/* Why `ray start` ends with that address; NULL: it parses it. A text with a '$' is another's to complete: NULL. */
const char *ray_address_refusal(const char *address);

/* redis:// or rediss://, or none, which Ray takes for redis://. */
bool ray_address_has_own_scheme(const char *address);

/* The host of the first address: without scheme, user and port. *ret_len may be 0. */
const char *ray_address_host(const char *address, size_t *ret_len);
unsigned ray_address_port(const char *address);    /* of the first address; 0: none, or not a number */
bool ray_address_is_loopback(const char *address); /* localhost, 127.0.0.0/8 or ::1: the head's own pod */
/* A name that only the K8s cluster resolves, and no public certificate authority certifies. */
bool ray_address_is_internal(const char *address);

enum redis_endpoint {
    ENDPOINT_PLAIN,
    ENDPOINT_CLUSTER,    /* the configuration endpoint of cluster mode: any number of shards */
    ENDPOINT_SERVERLESS, /* always in cluster mode */
    ENDPOINT_READER      /* replicas, which reject writes */
};
enum redis_endpoint ray_address_endpoint(const char *address);

#endif
