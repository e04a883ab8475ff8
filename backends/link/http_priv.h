/*
 * http_priv.h - internals of the HTTP client; for backends/link/http*.c only.
 *
 * The caller's callbacks never run inside curl's: curl's callbacks only record in the request what arrived, and
 * http_dispatch calls the caller after curl_multi_socket_action has returned. So the caller may send, cancel and free
 * from any callback.
 */
#ifndef RAYDECK_LINK_HTTP_PRIV_H
#define RAYDECK_LINK_HTTP_PRIV_H

#include "backends/link/curl_err.h"
#include "backends/link/http.h"

#include <curl/curl.h>

struct http_client {
    bool sync_clock;
    struct loop *loop;
    CURLM *multi;
    uv_timer_t timer;
    char *ca_pem, *cert_pem, *key_pem, *server_name, *proxy, *user_agent;
    bool insecure;
    struct http_request *requests; /* in flight, the newest first */
    struct http_request *ended;    /* deferred free: a callback that uses one may be on the stack */
    struct watch *watches;         /* sockets that curl polls */
    size_t handles;                /* libuv's, whose close callbacks are outstanding */
    uv_idle_t next_iteration;      /* active while a body has more bytes than one iteration delivers, or curl waits */
    bool calling_curl;             /* by its timer */
    bool curl_waits;               /* it has asked for a call at once, and gets it in next_iteration */
    uv_check_t iteration_end;
    uint64_t iteration; /* of the loop: timers, idle handles, then sockets */
    unsigned depth;     /* of the caller's callbacks on the stack */
    bool freed;
};

struct http_request {
    struct http_client *client;
    struct http_request *next, **self;
    CURL *easy;
    struct curl_slist *headers, *connect_to;
    struct http_calls calls;
    struct alarm *silence, *limit;
    uint64_t silence_ms;
    struct buf body;    /* collected, or to be delivered to bytes() next */
    uint64_t iteration; /* the client's, at the last call of bytes() */
    size_t head_len;    /* bytes of status lines, headers and trailers so far */
    size_t stream_len;  /* bytes of a streamed body so far */
    size_t stream_max;
    bool compressed;       /* by the response's Content-Encoding */
    bool paused;           /* CURL_WRITEFUNC_PAUSE was returned: curl reads no more until body is delivered */
    long status;           /* of the final response; 0 before its headers are complete */
    bool streamed;         /* the body goes to bytes() */
    bool head_pending;     /* head() must be called */
    bool done_called;      /* done() was called, or is on the stack */
    bool secret;           /* body is wiped */
    bool proxied;          /* its Date is ignored */
    bool finished;         /* curl is done with it, with this result */
    enum err abort_err;    /* we aborted it; ERR_OK: we did not */
    const char *abort_why; /* static storage */
    CURLcode result;
    struct curl_sockets sockets;
    char error[CURL_ERROR_SIZE];
};

/* Sets every option of r->easy; ERR_USAGE for an invalid URL, method or header. */
enum err http_setup(struct http_request *r, const struct http_ask *ask);

void http_dispatch(struct http_client *c);   /* calls the callbacks of everything that curl has recorded */
void http_cancel_all(struct http_client *c); /* cancels all requests in flight */
/* The same in the next loop iteration, after all other handles. It does not share curl's timer, which curl may stop. */
void http_dispatch_next(struct http_client *c);

#endif
