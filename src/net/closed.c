/* A network door that stays shut. */
#include "net/closed.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "base/mem.h"

struct exchange {
    LIST_ENTRY(exchange) link;
};

struct closed {
    struct transport transport;
    LIST_HEAD(, exchange) waiting;
};

static struct exchange *closed_send(struct transport *t,
                                    const struct http_request *request,
                                    http_body_fn *body, http_done_fn *done, void *arg)
{
    struct closed *c = (struct closed *)t;
    struct exchange *x = mem_new(sizeof *x);
    (void)request;
    (void)body;
    (void)done;
    (void)arg;
    LIST_INSERT_HEAD(&c->waiting, x, link);
    return x;
}

static void closed_withdraw(struct transport *t, struct exchange *x)
{
    (void)t;
    LIST_REMOVE(x, link);
    free(x);
}

static void closed_drain(struct transport *t)
{
    (void)t;
}

static bool closed_queued(const struct transport *t)
{
    (void)t;
    return false;
}

static void closed_free(struct transport *t)
{
    struct closed *c = (struct closed *)t;
    struct exchange *next;
    for (struct exchange *x = LIST_FIRST(&c->waiting); x != NULL; x = next) {
        next = LIST_NEXT(x, link);
        free(x);
    }
    free(c);
}

struct transport *transport_new_closed(void)
{
    struct closed *c = mem_new(sizeof *c);
    c->transport = (struct transport){.send = closed_send,
                                      .withdraw = closed_withdraw,
                                      .drain = closed_drain,
                                      .queued = closed_queued,
                                      .free = closed_free};
    LIST_INIT(&c->waiting);
    return &c->transport;
}
