/* faulty_curl.c - wraps functions of libcurl; see faulty_curl.h. */
#include "tests/support/faulty_curl.h"

#include <assert.h>
#include <dlfcn.h>
#include <string.h>

struct faulty_curl faulty_curl;

typedef CURLMcode add_fn(CURLM *multi, CURL *easy);
typedef CURLMcode perform_fn(CURLM *multi, int *running);
typedef CURLMcode action_fn(CURLM *multi, curl_socket_t fd, int what, int *running);
typedef CURLcode recv_fn(CURL *easy, void *bytes, size_t size, size_t *len);

/* Into a pointer to a function, which ISO C does not convert to. */
static void library_function(const char *name, void *ret)
{
    void *f = dlsym(RTLD_NEXT, name);
    assert(f);
    memcpy(ret, &f, sizeof f);
}

CURLMcode curl_multi_add_handle(CURLM *multi, CURL *easy)
{
    add_fn *add;
    library_function("curl_multi_add_handle", &add);
    return faulty_curl.add ? faulty_curl.add : add(multi, easy);
}

CURLMcode curl_multi_perform(CURLM *multi, int *running)
{
    perform_fn *perform;
    library_function("curl_multi_perform", &perform);
    return faulty_curl.perform ? faulty_curl.perform : perform(multi, running);
}

CURLMcode curl_multi_socket_action(CURLM *multi, curl_socket_t fd, int what, int *running)
{
    action_fn *action;
    library_function("curl_multi_socket_action", &action);
    return faulty_curl.deaf ? CURLM_OK : action(multi, fd, what, running);
}

CURLcode curl_easy_recv(CURL *easy, void *bytes, size_t size, size_t *len)
{
    recv_fn *receive;
    library_function("curl_easy_recv", &receive);
    if (!faulty_curl.held) return receive(easy, bytes, size, len);
    *len = strlen(faulty_curl.held);
    assert(*len <= size);
    memcpy(bytes, faulty_curl.held, *len);
    faulty_curl.held = NULL;
    return CURLE_OK;
}
