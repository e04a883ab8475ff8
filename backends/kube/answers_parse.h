/*
 * answers_parse.h - single answers of the API server: its version, an access review, one value of a Secret. No I/O.
 */
#ifndef RAYDECK_KUBE_ANSWERS_PARSE_H
#define RAYDECK_KUBE_ANSWERS_PARSE_H

#include "backends/base/buf.h"
#include "backends/base/err.h"
#include "backends/base/known.h"

enum { SECRET_VALUE_MAX = 1024 * 1024 };

/* /version: "v1.34.4", safe; caller frees. NULL where it is not said. */
char *version_parse(const char *bytes, size_t len);

/* A SelfSubjectAccessReview: may it be done? */
enum tri review_parse(const char *bytes, size_t len, struct why *why);

/* The decoded value of data.<key> is added to out (whose owner wipes it). ERR_NOT_FOUND: no such key. */
enum err secret_parse(const char *bytes, size_t len, const char *key, struct buf *out, struct why *why);

/* A RayService: its Redis password where it stands in clear. ERR_NOT_FOUND: it does not. */
enum err inline_password_parse(const char *bytes, size_t len, struct buf *out, struct why *why);

#endif
