/*
 * sigv4.h - AWS's signature, version 4, as the one who receives a request works it out (AWS General Reference,
 * "Signature Version 4 signing process"), with GnuTLS: nothing of what signs is used.
 */
#ifndef RAYDECK_TESTS_SIGV4_H
#define RAYDECK_TESTS_SIGV4_H

#include <stdbool.h>
#include <stddef.h>

struct sigv4_keys {
    const char *id, *secret, *token; /* token NULL: a request that has none */
    const char *region, *service;
};

/* Whether the request (head and body, as they came) is signed with these keys, its host, date, token, target and body
 * included. now_s 0: of any time. Otherwise false, and error is AWS's code and message for it: "SignatureDoesNotMatch:
 * …". */
bool sigv4_check(const char *request, const struct sigv4_keys *keys, long now_s, char *error, size_t error_size);

/* The value of a header, without blanks around it; NULL: none. Caller frees. */
char *sigv4_header(const char *request, const char *name);

#endif
