/*
 * quantity.h - Kubernetes' resource quantities ("500m", "20G", "16Gi", "1e3") as numbers. Pure.
 *
 * Format: apimachinery pkg/api/resource, type Quantity: a decimal number and a suffix, one of Ki Mi Gi Ti Pi Ei, of
 * n u m k M G T P E, or an exponent (e3, E-2).
 */
#ifndef RAYDECK_DEPLOY_QUANTITY_H
#define RAYDECK_DEPLOY_QUANTITY_H

#include "backends/base/json.h"

enum { QUANTITY_TEXT_MAX = 32 };
#define QUANTITY_MIB (1024ULL * 1024 * 1000) /* 1Mi in thousandths */

/* In thousandths, rounded up as Kubernetes' MilliValue does. ERR_PARSE: not a quantity, or a negative one; ERR_LIMIT:
 * beyond 64 bits. ret is untouched on failure. */
enum err quantity_parse(const char *text, uint64_t *ret_milli);

/* resources[name], which may be a string or a number; unknown where absent or no quantity. */
struct known_u64 quantity_of(const cJSON *resources, const char *name);

/* Formats it: "16", "500m"; bytes as "360.0G". Returns out. */
const char *quantity_count_text(uint64_t milli, char out[QUANTITY_TEXT_MAX]);
const char *quantity_bytes_text(uint64_t milli, char out[QUANTITY_TEXT_MAX]);

#endif
