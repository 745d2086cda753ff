/* One request under way with libcurl; shared by http_client.c, which owns the connections
 * and the queue, and http_exchange.c, which owns what one exchange sends and gathers. */
#ifndef DRAY_NET_HTTP_EXCHANGE_H
#define DRAY_NET_HTTP_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

#include <curl/curl.h>

#include "base/buf.h"
#include "net/transport.h"

struct exchange {
    void *client; /* who owns it: struct http_client */
    CURL *easy;   /* NULL before the start and after the end */
    struct curl_slist *headers;
    char error[CURL_ERROR_SIZE];

    http_body_fn *body;
    http_done_fn *done;
    void *arg;
    void (*ready)(struct exchange *x); /* called when `waiting` got something */

    const char *out; /* the request's body, borrowed */
    size_t out_len;
    size_t out_at;
    bool write;
    int departures; /* how often a request was about to leave */

    struct http_reply reply;
    struct buf waiting; /* body bytes that `body` has not seen yet */
    size_t received;
    size_t reply_max;
    bool too_long;  /* the reply passed reply_max */
    bool paused;    /* libcurl was told to stop reading until `waiting` is delivered */
    bool finished;  /* reply->outcome is decided */
    bool withdrawn; /* over for its owner; freed when its delivery returns */
    bool queued;
    uint64_t number; /* place in the order of becoming ready */

    TAILQ_ENTRY(exchange) open_link;
    TAILQ_ENTRY(exchange) ready_link;
};

/* Fills `x` from the request: the reply's limits, the headers, who is called. */
void http_exchange_init(struct exchange *x, const struct http_request *request,
                        http_body_fn *body, http_done_fn *done, void *arg);
/* Frees what `x` holds, not `x`; headers are cleansed. `easy` must be NULL. */
void http_exchange_clear(struct exchange *x);
/* NULL, or a sentence why this request must not leave. */
const char *http_exchange_refusal(const struct http_request *request);
/* Sets every option of x->easy, which is fresh or reset. */
void http_exchange_options(struct exchange *x, const struct http_request *request,
                           const char *user_agent);
/* Decides the outcome from what libcurl says at the end; x->easy is still there. */
void http_exchange_judge(struct exchange *x, CURLcode code);
/* The exchange ends as `outcome` with that sentence; what was received is forgotten. */
void http_exchange_fail(struct exchange *x, enum http_outcome outcome, const char *why);

#endif
