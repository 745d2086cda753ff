/* What the warehouse floor and the carrier report about orders (design 9): the one way in
 * for `dray event`, for files, scripts and HTTP.
 *
 * A report is checked against the event's declaration, finds its order, and becomes an
 * entry of the log and a fact in one transaction. What was reported before changes
 * nothing. A report about an order that nobody knows is kept until the order appears. */
#ifndef DRAY_WORKFLOW_FLOOR_H
#define DRAY_WORKFLOW_FLOOR_H

#include <stdint.h>

#include "base/json.h"
#include "base/zone.h"
#include "workflow/host.h"

struct report {
    const char *event; /* a declared kind, or "stock" */
    /* An object: order or trackingNumber, box, account, at, and the event's own fields.
     * Of stock: warehouse, product, quantity, account. */
    const struct json *fields;
    const char *id;          /* what makes it itself; NULL: all that it says */
    const struct zone *zone; /* of times that carry none; NULL: the warehouse's */
    const char *source;      /* who says so: "dray event", "feed dhl" … */
};

enum report_outcome {
    REPORT_TAKEN, /* an event and a fact */
    REPORT_SAME,  /* reported before: nothing changed */
    REPORT_KEPT   /* nobody knows its order yet: it waits */
};
const char *report_outcome_name(enum report_outcome o); /* "taken" "same" "waiting" */

struct report_result {
    enum report_outcome outcome;
    int64_t event;  /* the log's entry; 0 unless taken */
    int64_t record; /* the order's row; 0 when it waits */
};

/* ERR_INPUT: an event that is not declared, a field that it does not have, a wrong type,
 * a time without a zone, or a box that cannot be told from others; the sentence begins
 * with the field. ERR_CONFLICT: two accounts have that order, or the id was used for
 * another report. Nothing has changed then. */
enum err floor_report(struct host *h, const struct report *r, struct report_result *out,
                      struct fault *f);

/* An order or shipment was seen for the first time: what waited for it is taken. */
enum err floor_order_seen(struct host *h, const struct record *r, struct fault *f);
/* A tracking number is known to be of this record's box ("": not known which): what
 * waited for it is taken. */
enum err floor_tracking_seen(struct host *h, const struct record *r, const char *tracking,
                             const char *box, struct fault *f);
#endif
