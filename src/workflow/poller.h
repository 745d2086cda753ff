/* What is asked for by lists: orders, their states, labels, packing slips, invoices (law
 * 12). */
#ifndef DRAY_WORKFLOW_POLLER_H
#define DRAY_WORKFLOW_POLLER_H

#include <stdbool.h>
#include <stdint.h>

#include "workflow/host.h"

enum poll_kind {
    POLL_ORDERS,   /* new ones, with details */
    POLL_ACCEPTED, /* numbers of orders with that state … */
    POLL_SHIPPED,
    POLL_CANCELLED,
    POLL_LABELS,
    POLL_SLIPS,
    POLL_INVOICES,
    POLL_SHIPMENTS, /* a seller's: CREATED and ACCEPTED, all there are */
    POLL_PROGRESS,  /* the other statuses, what changed since the last time */
    POLL_PROOF,     /* those that show what was sent; asked by the prover */
    POLL_KIND_COUNT
};
/* "orders" "accepted" "shipped" "cancelled" "labels" "slips" "invoices", "shipments"
 * "progress" "proof" */
const char *poll_name(enum poll_kind k);
enum poll_kind poll_find(const char *name); /* POLL_KIND_COUNT when unknown */
/* Whose list it is. */
enum program poll_program(enum poll_kind k);

/* How a poll ended. */
struct poll_end {
    enum err err;
    int64_t items;   /* elements that Amazon listed */
    int64_t changed; /* new or changed records, or new documents */
    struct fault fault;
};
typedef void poll_done_fn(void *arg, const struct poll_end *end);

struct poller *poller_new(struct host *h);
void poller_free(struct poller *p); /* waiting functions are not called */

/* Asks one list of one account now; one at a time for each: who comes while it is under
 * way shares the next one. `done` (may be NULL) is called within a round, when its
 * documents are durable. */
struct poll_wait;
struct poll_wait *poller_ask(struct poller *p, struct account *a, enum poll_kind kind,
                             poll_done_fn *done, void *arg);
void poller_withdraw(struct poll_wait *w);
/* Answers polls whose documents have their rows. Called once a round, after the intake.
 */
enum err poller_step(struct poller *p, struct fault *f);
/* poller_step would do something. */
bool poller_busy(const struct poller *p);
/* How many pages that list would have at the least, for the prover's choice. */
int64_t poller_cost(struct poller *p, struct account *a, enum poll_kind kind);
/* How many elements the last one brought, or the one under way so far. */
int64_t poller_brought(const struct poller *p, const struct account *a,
                       enum poll_kind kind);
/* How far back that list would go if it were asked for now (UTC); 0: as far as there is
 * anything. For lists by cursor: new orders, documents, shipments. */
enum err poller_reach(struct host *h, struct account *a, enum poll_kind kind,
                      int64_t *after_ms, struct fault *f);
bool poller_asking(const struct poller *p, const struct account *a, enum poll_kind kind);

#endif
