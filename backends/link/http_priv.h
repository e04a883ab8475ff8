/*
 * http_priv.h - what the files of the HTTP client share; for backends/link/http*.c only.
 *
 * No callback of the owner runs inside one of curl's: what curl brings is kept in the request and told after
 * curl_multi_socket_action has returned (http.c). So the owner may send, cancel and free from any callback.
 */
#ifndef RAYDECK_LINK_HTTP_PRIV_H
#define RAYDECK_LINK_HTTP_PRIV_H

#include "backends/link/curl_err.h"
#include "backends/link/http.h"

#include <curl/curl.h>

struct http_client {
    bool keeps_time;
    struct loop *loop;
    CURLM *multi;
    uv_timer_t timer;
    char *ca_pem, *cert_pem, *key_pem, *server_name, *proxy, *user_agent;
    bool insecure;
    struct http_request *requests; /* in flight, the newest first */
    struct http_request *ended;    /* over, but perhaps still looked at by a telling() further up */
    struct watch *watches;         /* sockets that curl waits for */
    size_t handles;                /* libuv's, until their close callbacks */
    uv_idle_t next_turn;           /* active while bytes wait for it */
    uint64_t turn;                 /* of the loop, as far as it matters: counts next_turn's callbacks */
    unsigned telling;              /* callbacks of the owner that are running */
    bool dead;
};

struct http_request {
    struct http_client *client;
    struct http_request *next, **self;
    CURL *easy;
    struct curl_slist *headers, *connect_to;
    struct http_calls calls;
    struct alarm *silence;
    uint64_t silence_ms;
    struct buf body;  /* collected, or what is to be told to bytes() next */
    uint64_t turn;    /* the client's, in which bytes() was told last */
    size_t head_len;  /* bytes of status lines, headers and trailers so far */
    size_t got;       /* bytes of a streamed body so far */
    size_t most;      /* of got */
    bool compressed;  /* the answer says that its body is */
    bool paused;      /* curl keeps what comes, and reads no more, until body has been told */
    long status;      /* of the final headers; 0 before they are in */
    bool streamed;    /* the body goes to bytes() */
    bool head_due;    /* head() has to be told */
    bool over;        /* done() has been called, or is being called */
    bool secret;      /* body is wiped */
    bool foreign;     /* its Date is not heard */
    bool finished;    /* curl is done with it: result says how */
    enum err stopped; /* we ended it ourselves, and why */
    const char *stopped_why;
    CURLcode result;
    struct curl_sockets sockets;
    char error[CURL_ERROR_SIZE];
};

/* Sets every option of r->easy; ERR_USAGE where the ask cannot be sent at all. */
enum err http_setup(struct http_request *r, const struct http_ask *ask);

void http_tell_all(struct http_client *c);   /* everything that curl has brought, to whom it may concern */
void http_end_all(struct http_client *c);    /* cancels what is in flight */
void http_wake(struct http_client *c);       /* http_tell_all from the loop, soon */
void http_tell_later(struct http_client *c); /* the same in the loop's next turn, after the others had theirs */

#endif
