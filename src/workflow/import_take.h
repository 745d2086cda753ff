/* What an import makes of one order or shipment: its row and what the log says of it. */
#ifndef DRAY_WORKFLOW_IMPORT_TAKE_H
#define DRAY_WORKFLOW_IMPORT_TAKE_H

#include "spapi/page.h"
#include "workflow/import.h"

struct import_take {
    struct host *host;
    struct account *account;
    int64_t reach_ms; /* what is open and not older comes by the ordinary lists */
    struct import_counts counts;
};

enum err import_take_begin(struct import_take *t, struct host *h, struct account *a,
                           struct fault *f);
/* One element of getOrders or getShipments, and counts it. May be called for the same one
 * again. */
enum err import_take(struct import_take *t, const struct page_item *item,
                     struct fault *f);
void import_count(struct import_counts *sum, const struct import_counts *c);

#endif
