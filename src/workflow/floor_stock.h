/* Stock as the warehouse reports it: what is free of a product, and whether an order can
 * be filled (design 9). */
#ifndef DRAY_WORKFLOW_FLOOR_STOCK_H
#define DRAY_WORKFLOW_FLOOR_STOCK_H

#include <stdbool.h>

#include "base/json.h"
#include "store/stock.h"
#include "workflow/host.h"

/* The stock of the product of an order's line, by the vendor's name for it, else by the
 * buyer's; quantity - held is free. ERR_NOT_FOUND (f untouched) when none was reported.
 * Its texts are borrowed. */
enum err floor_item_stock(struct host *h, const struct record *r, const struct json *item,
                          struct stock *stock, struct fault *f);
/* Every line is there for this order: a new one comes behind all that are accepted; of
 * those, who is to ship sooner is first. ERR_STATE names a product without a report. */
enum err floor_fillable(struct host *h, int64_t record, bool *fillable, struct fault *f);

/* Tells some of the orders that a change of stock concerns; h->stock_moved is false when
 * all have heard. Once a round. */
enum err floor_stock_step(struct host *h, struct fault *f);

#endif
