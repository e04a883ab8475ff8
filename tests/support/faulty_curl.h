/*
 * faulty_curl.h - libcurl with the failures that it seldom shows: all test programs call these functions in front of
 * the library's own.
 */
#ifndef RAYDECK_TESTS_FAULTY_CURL_H
#define RAYDECK_TESTS_FAULTY_CURL_H

#include <curl/curl.h>
#include <stdbool.h>

/* All zero: libcurl as it is. */
extern struct faulty_curl {
    CURLMcode add, perform; /* what curl_multi_add_handle, curl_multi_perform return, doing nothing */
    bool deaf;              /* curl_multi_socket_action does nothing: what is in flight stays so, without a time-out */
    const char *held;       /* what the next curl_easy_recv returns, as if it had been decrypted before */
} faulty_curl;

#endif
