/*
 * shape.h - whether two JSON values have the same members of the same types. The members of maps with free keys
 * (labels, annotations, resources, selectors) and the elements of an array count as one.
 */
#ifndef RAYDECK_TESTS_SHAPE_H
#define RAYDECK_TESTS_SHAPE_H

#include <cjson/cJSON.h>
#include <stdbool.h>

/* Fails the test, naming the paths, when `ours` lacks something `recorded` has, or has something it has not. `except`
 * is a NULL-terminated list of path prefixes that are not looked at, as ".status.hostIPs[]"; NULL: none. */
void shape_assert(const cJSON *recorded, const cJSON *ours, const char *const *except);

#endif
