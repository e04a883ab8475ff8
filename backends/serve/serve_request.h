/*
 * serve_request.h - one request to Serve or the Ray dashboard, directly or through the API server's proxy. Used by
 * prompts, probes and the Serve status.
 */
#ifndef RAYDECK_SERVE_REQUEST_H
#define RAYDECK_SERVE_REQUEST_H

#include "backends/backend.h"
#include "backends/serve/serve_failure.h"

struct serve_request;
struct serve_request_calls {
    /* Called once, from the loop, also if the request could not be sent. The request is freed when it returns. */
    void (*done)(void *arg, const struct http_answer *answer);
    void *arg;
    /* Optional: receives a 2xx body as it arrives, instead of done. Returning false ends it with ERR_CANCELLED. */
    bool (*bytes)(void *arg, const char *bytes, size_t len);
};
/* Sends GET path->base + suffix; suffix begins with '/'. path, suffix and calls are copied, how is borrowed for the
 * call. Never NULL; valid until done returns or serve_request_cancel. timeout_ms: of the whole request. body_max:
 * bytes; it limits a collected body, 0: HTTP_BODY_MAX; a streamed body is limited to HTTP_BODY_MAX, too. */
struct serve_request *serve_request_get(struct loop *l, const struct serve_open *how, const struct serve_path *path,
                                        const char *suffix, uint64_t timeout_ms, size_t body_max,
                                        const struct serve_request_calls *calls);
/* The same on a connection of its own, where the path is direct. */
struct serve_request *serve_request_get_fresh(struct loop *l, const struct serve_open *how,
                                              const struct serve_path *path, const char *suffix, uint64_t timeout_ms,
                                              size_t body_max, const struct serve_request_calls *calls);
/* Sends POST with a JSON body, which is copied. */
struct serve_request *serve_request_post(struct loop *l, const struct serve_open *how, const struct serve_path *path,
                                         const char *suffix, const char *json, uint64_t timeout_ms, size_t body_max,
                                         const struct serve_request_calls *calls);
/* The pod whose replica answers, as the application of deploy/assets/serve names it in X-Serving-Pod: safe text. NULL:
 * not known, or not yet. Borrowed until done returns. */
const char *serve_request_pod(const struct serve_request *g);
void serve_request_cancel(struct serve_request *g); /* no callback follows; frees it. NULL is fine */

enum { SERVE_PORT = 8000 }; /* Ray Serve's default; no record says another */
/* "direct HOST:PORT", without a slash at the end. */
struct serve_path serve_path_direct(const char *url);
struct serve_path serve_path_copy(const struct serve_path *path);
void serve_path_done(struct serve_path *path);
bool serve_path_same(const struct serve_path *a, const struct serve_path *b);

#endif
