/*
 * answers_parse.h - parses responses to single requests: /version, an access review, one value of a Secret. No I/O.
 */
#ifndef RAYDECK_KUBE_ANSWERS_PARSE_H
#define RAYDECK_KUBE_ANSWERS_PARSE_H

#include "backends/base/buf.h"
#include "backends/base/err.h"
#include "backends/base/known.h"

enum { SECRET_VALUE_MAX = 1024 * 1024 };

/* gitVersion of /version: "v1.34.4", safe; NULL where absent. Caller frees. */
char *version_parse(const char *bytes, size_t len);

/* status.allowed of a SelfSubjectAccessReview. */
enum tri review_parse(const char *bytes, size_t len, struct why *why);

/* Appends the decoded value of data.<key> to out, which the caller wipes. ERR_NOT_FOUND: no such key. */
enum err secret_parse(const char *bytes, size_t len, const char *key, struct buf *out, struct why *why);

/* Appends the Redis password of a RayService to out. ERR_NOT_FOUND: the spec does not hold it in clear text. */
enum err inline_password_parse(const char *bytes, size_t len, struct buf *out, struct why *why);

#endif
