/* The clocks of an order that Amazon measures (domain.md 4.2): when each runs out, and
 * when it was met. Reads only; a store that was opened to look is enough. */
#ifndef DRAY_WORKFLOW_CLOCKS_H
#define DRAY_WORKFLOW_CLOCKS_H

#include <stdbool.h>
#include <stdint.h>

#include "store/effect.h"
#include "store/record.h"

enum clock_kind {
    CLOCK_ACKNOWLEDGE, /* 24 h after the order was created */
    CLOCK_SHIP,        /* requiredShipDate */
    CLOCK_CONFIRM,     /* 4 h after the parcel left, where that is known */
    CLOCK_COUNT
};
const char *clock_name(enum clock_kind k); /* "acknowledge" "ship" "confirm" */

struct order_clocks {
    struct {
        int64_t due_ms; /* 0: this clock does not run for this order */
        int64_t met_ms; /* 0: still open */
    } of[CLOCK_COUNT];
};

/* The clocks of an order as it stands; none runs for one that is left alone or over
 * without a shipment. */
enum err clocks_read(struct store *s, const struct record *order, struct order_clocks *c,
                     struct fault *f);
/* It ran out before it was met, or has run out by now. */
bool clock_missed(const struct order_clocks *c, enum clock_kind k, int64_t now_ms);
/* The open clock that runs out first, or ran out longest ago; CLOCK_COUNT: none is open.
 */
enum clock_kind clocks_next(const struct order_clocks *c);

#endif
