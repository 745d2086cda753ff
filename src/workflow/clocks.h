/* The clocks of an order that Amazon measures (domain.md 4.2): when each runs out, and
 * when it was met. Reads only; a store that was opened to look is enough. */
#ifndef DRAY_WORKFLOW_CLOCKS_H
#define DRAY_WORKFLOW_CLOCKS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "spapi/account.h"
#include "store/effect.h"
#include "store/record.h"

/* The same numbers as enum deadline. */
enum clock_kind {
    CLOCK_ACKNOWLEDGE = DEADLINE_ACKNOWLEDGE, /* 24 h after the order was created */
    CLOCK_LABEL = DEADLINE_LABEL,             /* 30 min after it was asked for */
    CLOCK_SHIP = DEADLINE_SHIP,               /* requiredShipDate */
    CLOCK_CONFIRM = DEADLINE_CONFIRM, /* 4 h after the parcel left, where that is known */
    CLOCK_SCAN = DEADLINE_SCAN, /* own carrier: 24 h after the confirmation, and after
                                   each scan until the last one */
    CLOCK_COUNT = DEADLINE_COUNT
};
const char *clock_name(enum clock_kind k); /* "acknowledge" … "scan" */
/* How long it runs; 0 for CLOCK_SHIP, whose end is a date. */
int64_t clock_limit_ms(enum clock_kind k);

/* One clock of an order; scans have one for each parcel. */
struct clock_run {
    enum clock_kind kind;
    const char *package; /* the parcel's tracking number; "" */
    int64_t due_ms;
    int64_t met_ms; /* 0: still open */
};
/* All clocks that run or ran for an order as it stands, in the arena; none for one that
 * is left alone or over without a shipment. */
enum err clocks_list(struct store *s, struct arena *a, const struct record *order,
                     struct clock_run **list, size_t *count, struct fault *f);

struct order_clocks {
    struct {
        int64_t due_ms; /* 0: this clock does not run for this order */
        int64_t met_ms; /* 0: still open */
    } of[CLOCK_COUNT];
};

/* The same, one of each kind: of several the open one that runs out first. */
enum err clocks_read(struct store *s, const struct record *order, struct order_clocks *c,
                     struct fault *f);
/* It ran out before it was met, or has run out by now. */
bool clock_missed(const struct order_clocks *c, enum clock_kind k, int64_t now_ms);
/* The open clock that runs out first, or ran out longest ago; CLOCK_COUNT: none is open.
 */
enum clock_kind clocks_next(const struct order_clocks *c);

#endif
