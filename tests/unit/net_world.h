/* A loop, the libcurl transport and what came of its exchanges: for the tests of the net
 * room. */
#ifndef DRAY_TESTS_NET_WORLD_H
#define DRAY_TESTS_NET_WORLD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "net/http_client.h"
#include "net/loop.h"
#include "net/server.h"

enum { WORLD_LIMIT_MS = 10000 };

struct world {
    struct clock *clock;
    struct loop *loop;
    struct transport *net;
    struct server *server; /* NULL: the test has another one */
};

/* What became of one exchange. */
struct got {
    int done;                /* how often its end was told */
    struct http_reply reply; /* body is not in it */
    char *body;
    size_t body_len;
};

static inline void world_open(struct world *w)
{
    *w = (struct world){.clock = clock_new_real()};
    w->loop = loop_new(w->clock);
    w->net = http_client_new(w->loop, "dray-test/1.0 (Language=C)");
}

static inline void world_close(struct world *w)
{
    transport_free(w->net);
    server_free(w->server);
    loop_free(w->loop);
    clock_free(w->clock);
}

static inline void got_clear(struct got *g)
{
    free(g->body);
    *g = (struct got){0};
}

static inline void on_done(void *arg, struct http_reply *reply)
{
    struct got *g = arg;
    g->done++;
    g->reply = *reply;
    free(g->body);
    g->body = mem_copy(buf_str(&reply->body), reply->body.len);
    g->body_len = reply->body.len;
    g->reply.body = (struct buf){0};
}

static inline void world_drain(struct world *w)
{
    transport_drain(w->net);
    if (w->server != NULL)
        server_drain(w->server);
}

/* Turns until *count reaches `want`; false after ten seconds. */
static inline bool world_run(struct world *w, const int *count, int want)
{
    int64_t limit = clock_mono_ms(w->clock) + WORLD_LIMIT_MS;
    world_drain(w);
    while (*count < want && clock_mono_ms(w->clock) < limit) {
        loop_turn(w->loop, limit);
        world_drain(w);
    }
    return *count >= want;
}

static inline const char *world_url(uint16_t port, const char *path)
{
    static char url[512];
    snprintf(url, sizeof url, "http://127.0.0.1:%u%s", (unsigned)port, path);
    return url;
}

/* One exchange from its start to its end; false when it does not end. */
static inline bool world_ask(struct world *w, const struct http_request *request,
                             struct got *got)
{
    got_clear(got);
    transport_send(w->net, request, NULL, on_done, got);
    return world_run(w, &got->done, 1);
}

#endif
