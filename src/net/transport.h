/* The network door (law 1): one HTTP request out, one reply in.
 *
 * Two sides: libcurl (net/http_client.h) and, in tests, the simulator in the same process
 * (bind/sim.c). Both only queue what happens; transport_drain delivers it, so no callback
 * runs inside a callback of libcurl (law 2). */
#ifndef DRAY_NET_TRANSPORT_H
#define DRAY_NET_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/secret.h"

struct http_header {
    const char *name;
    const char *value;
};

/* A request. Everything is borrowed until transport_send returns, except `body`, which
 * must stay until the exchange ends (a write is not copied, so that it cannot be
 * replayed). */
struct http_request {
    const char *method; /* GET POST PUT PATCH DELETE */
    const char *url;    /* complete, already encoded */
    const struct http_header *headers;
    size_t header_count;
    const struct secret *token; /* sent as x-amz-access-token; NULL: none */
    const char *body;           /* NULL: no body */
    size_t body_len;
    bool write;         /* law 4: leaves at most once, whatever libcurl would like */
    const char *socket; /* path of a local socket that is asked, whatever host `url`
                           names; NULL: none */
    int64_t timeout_ms; /* for the whole exchange; 0: two minutes */
    size_t reply_max;   /* most body bytes accepted; 0: 64 MiB */
    bool secret; /* the reply holds tokens or presigned URLs: nothing of it stays */
};

enum http_outcome {
    HTTP_ANSWERED, /* a status line and the whole body came */
    HTTP_NOT_SENT, /* certainly no byte of the request reached a server */
    HTTP_UNKNOWN   /* it may have arrived: timeout, reset, cut reply, curl error 65 */
};

/* What came back. Lives until the done function returns. */
struct http_reply {
    enum http_outcome outcome;
    int status;            /* 0 unless a status line came */
    char request_id[96];   /* x-amzn-RequestId, "" when absent */
    char error_type[96];   /* x-amzn-ErrorType, "" when absent */
    char content_type[96]; /* "" when absent */
    double rate_limit;     /* x-amzn-RateLimit-Limit, 0 when absent or not a number */
    int64_t
        date_ms; /* Date header, INSTANT_NONE when absent: for `doctor`'s clock check */
    struct buf body;         /* empty when a body function took it */
    char why[200];           /* for people, when outcome is not HTTP_ANSWERED */
    int64_t started_mono_ms; /* when it was handed to the network */
    int64_t took_ms;
};

/* A piece of the body; reply->status is known. Called from transport_drain. False: stop
 * here; the exchange ends as HTTP_UNKNOWN with what was received discarded. */
typedef bool http_body_fn(void *arg, const struct http_reply *reply, const char *data,
                          size_t len);
/* The end. Called exactly once from transport_drain unless withdrawn. The exchange is
 * gone after it. */
typedef void http_done_fn(void *arg, struct http_reply *reply);

struct exchange;

/* What each side implements; the first member of its struct. */
struct transport {
    struct exchange *(*send)(struct transport *t, const struct http_request *request,
                             http_body_fn *body, http_done_fn *done, void *arg);
    void (*withdraw)(struct transport *t, struct exchange *x);
    void (*drain)(struct transport *t);
    bool (*queued)(const struct transport *t);
    void (*free)(struct transport *t);
};

/* Starts an exchange. Never calls `body` or `done` itself, also when it fails at once.
 * `body` may be NULL: then the reply's body is gathered. */
static inline struct exchange *transport_send(struct transport *t,
                                              const struct http_request *request,
                                              http_body_fn *body, http_done_fn *done,
                                              void *arg)
{
    return t->send(t, request, body, done, arg);
}
/* Ends an exchange without a call of its functions. A write that was under way is then as
 * unknown as any other. */
static inline void transport_withdraw(struct transport *t, struct exchange *x)
{
    t->withdraw(t, x);
}
/* Delivers everything that is queued. */
static inline void transport_drain(struct transport *t)
{
    t->drain(t);
}
/* True when transport_drain would deliver something. */
static inline bool transport_queued(const struct transport *t)
{
    return t->queued(t);
}
static inline void transport_free(struct transport *t)
{
    if (t != NULL)
        t->free(t);
}

#endif
