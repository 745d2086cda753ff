/* What dray would have done to an order while it only observed (writes = "observe"),
 * beside what people did to it meanwhile by other means (design 12).
 *
 * What people did is what Amazon shows: its state of the order, a label that came. Scans,
 * prints and a seller's packages in detail are shown by nothing. */
#ifndef DRAY_WORKFLOW_OBSERVED_H
#define DRAY_WORKFLOW_OBSERVED_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "store/record.h"
#include "store/store.h"

enum observed_is {
    OBSERVED_SAME,
    OBSERVED_DIFFERENT, /* people did something else, or what no rule wanted */
    OBSERVED_NOT_YET,   /* people did nothing so far */
    OBSERVED_UNSEEN,    /* no list of Amazon's tells */
    OBSERVED_COUNT
};
const char *
observed_name(enum observed_is is); /* "same" "different" "not yet" "unseen" */

/* One step of an order. Texts are constants or in the arena. */
struct observed {
    const char *step;   /* "acknowledge", "label", "ship" … */
    const char *verb;   /* what dray planned; "" for nothing */
    int64_t planned_ms; /* UTC; 0 without verb */
    const char *by;     /* the rule or script that planned it; "" */
    const char
        *people;     /* "accepted", "shipped", "cancelled", "label" …; "" for nothing */
    int64_t seen_ms; /* when dray saw it, UTC; 0 without */
    enum observed_is is;
};

/* Every step of the order or shipment that dray planned without sending it, and those
 * that only people did. Steps that dray sent itself are left out. */
enum err observed_list(struct store *s, struct arena *a, const struct record *r,
                       struct observed **list, size_t *count, struct fault *f);

#endif
