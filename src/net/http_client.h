/* libcurl's multi interface behind the transport door, driven by the loop.
 *
 * HTTP/1.1 only. Plain http only to loopback. TLS 1.2 and newer, verified. A write leaves
 * once (law 4): with a body it is fed through a read callback whose seek callback fails,
 * with its size set and Expect removed; without a body it uses a fresh connection.
 * Redirects are not followed. Holds the loop while exchanges are open. */
#ifndef DRAY_NET_HTTP_CLIENT_H
#define DRAY_NET_HTTP_CLIENT_H

#include "net/loop.h"
#include "net/transport.h"

/* `user_agent` is copied; at most 500 characters (domain.md 2.7). libcurl is started with
 * the first transport. */
struct transport *http_client_new(struct loop *l, const char *user_agent);

/* "libcurl/7.88.1 OpenSSL/3.0.17 …" */
const char *http_client_library(void);

/* True for an https URL, or http to 127.0.0.0/8, ::1 or localhost. */
bool http_url_allowed(const char *url);

#endif
