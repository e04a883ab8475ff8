/*
 * profile_parse.h - parses the profiles of ~/.aws/credentials and ~/.aws/config (AWS SDKs and Tools Reference Guide,
 * "Location of the shared config and credentials files").
 *
 * No I/O. Values may be secrets: messages never quote them, and they are wiped.
 */
#ifndef RAYDECK_AWS_PROFILE_PARSE_H
#define RAYDECK_AWS_PROFILE_PARSE_H

#include "backends/base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { PROFILE_VALUES = 10000, PROFILE_FILE_MAX = 1024 * 1024 };

struct profile_value;
struct profiles {
    struct profile_value *value;
    size_t count;
};
enum profile_file { PROFILE_CREDENTIALS /* [name] */, PROFILE_CONFIG /* [default], [profile name] */ };

/* Merges a file; add credentials first, since existing values win. Skips other sections and indented lines (settings of
 * one service). ERR_PARSE, ERR_LIMIT: the message has `name` and the line. */
enum err profiles_parse(struct profiles *p, enum profile_file kind, const char *name, const char *bytes, size_t len,
                        struct why *why);
bool profiles_has(const struct profiles *p, const char *profile);
const char *profiles_get(const struct profiles *p, const char *profile, const char *key); /* NULL: none, or empty */
void profiles_done(struct profiles *p);                                                   /* a zeroed one is fine */

#endif
