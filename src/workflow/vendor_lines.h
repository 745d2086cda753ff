/* What open orders want, by product: kept from the first report of stock on. */
#ifndef DRAY_WORKFLOW_VENDOR_LINES_H
#define DRAY_WORKFLOW_VENDOR_LINES_H

#include "base/json.h"
#include "workflow/host.h"

/* What an order wants of the stock counts from now on, in place of what it wanted before.
 * Nothing is written while nobody reports stock. */
enum err vendor_lines(struct host *h, int64_t record, const struct json *order,
                      struct fault *f);
/* Before a report of stock: if it is the first one ever, the lines of all open orders are
 * taken from their bodies. */
enum err vendor_lines_learn(struct host *h, struct fault *f);

#endif
