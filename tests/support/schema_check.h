/*
 * schema_check.h - holds a JSON value against a JSON Schema: type, enum, required, properties, additionalProperties
 * (false), items. Fails the test at the first place that does not fit, and for a keyword that it does not know.
 */
#ifndef RAYDECK_TESTS_SCHEMA_CHECK_H
#define RAYDECK_TESTS_SCHEMA_CHECK_H

#include <cjson/cJSON.h>

void schema_check(const cJSON *schema, const cJSON *value);

#endif
