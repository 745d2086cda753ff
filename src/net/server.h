/* An HTTP server on loopback: libmicrohttpd's epoll descriptor in the loop.
 *
 * Requests only queue; server_drain hands them to the handler, which answers now or
 * later. */
#ifndef DRAY_NET_SERVER_H
#define DRAY_NET_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "net/loop.h"
#include "net/transport.h"

struct server;
struct server_request;

/* Called from server_drain; must lead to exactly one server_answer or server_hang_up. */
typedef void server_fn(void *arg, struct server_request *request);

/* Listens on 127.0.0.1; port 0 picks a free one. Bodies above `body_max` are answered
 * 413. */
struct server *server_new(struct loop *l, uint16_t port, size_t body_max, server_fn *fn,
                          void *arg, struct fault *f);
/* The same on a local socket that listens already (net/local.h); it is taken over. */
struct server *server_new_local(struct loop *l, int descriptor, size_t body_max,
                                server_fn *fn, void *arg, struct fault *f);
/* What waits is hung up. */
void server_free(struct server *s);
uint16_t server_port(const struct server *s);
void server_drain(struct server *s);
bool server_queued(const struct server *s);

const char *server_method(const struct server_request *r);
const char *server_path(const struct server_request *r);  /* decoded, without the query */
const char *server_query(const struct server_request *r); /* as sent, "" when none */
/* A header by name, case ignored; NULL when absent. */
const char *server_header(const struct server_request *r, const char *name);
const char *server_body(const struct server_request *r, size_t *len);

/* On a local socket: who asks is the user that this process runs as. */
bool server_from_owner(const struct server_request *r);

/* How an answer misbehaves, for the simulator. */
enum server_trouble {
    SERVER_FINE,
    SERVER_CUT_SHORT /* announces the whole length, sends half, closes */
};
/* Answers and ends the request. Everything is copied. */
void server_answer(struct server_request *r, int status,
                   const struct http_header *headers, size_t header_count,
                   const char *body, size_t len, enum server_trouble trouble);
/* Closes the connection without a byte of answer. */
void server_hang_up(struct server_request *r);

#endif
