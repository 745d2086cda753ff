/* The containers of a confirmation as the floor's `packed` reports tell them (design 8,
 * "Containers"). */
#ifndef DRAY_WORKFLOW_VENDOR_PACKED_H
#define DRAY_WORKFLOW_VENDOR_PACKED_H

#include <stdbool.h>

#include "workflow/order.h"

/* Gives `asked`, in the order's memory, the boxes that were reported as its containers;
 * false when none was. packed_asked tells later where they came from. */
enum err packed_inherit(struct host *h, struct order *o, struct json *asked,
                        bool *inherited, struct fault *f);
bool packed_asked(const struct json *asked);
/* What such boxes leave open, as a question for a person: whether they hold all lines,
 * and weigh something. "" when nothing. */
enum err packed_question(struct host *h, int64_t record, const struct json *boxes,
                         char *out, size_t size, struct fault *f);
/* packedItems of a report into Amazon's form: { line = 1, quantity = 2 } or
 * { product = "SKU", quantity = 2 } stand for a line of the order. ERR_INPUT when the
 * order has no such line. */
enum err packed_items(struct host *h, int64_t record, struct json *payload,
                      struct arena *a, struct fault *f);
/* A report is about to take the place of what a confirmation was sent with: its
 * containers are kept with it. */
enum err packed_keep(struct host *h, int64_t record, struct fault *f);
/* A report was taken: a confirmation that was held with a question about boxes may go on.
 */
enum err packed_answer(struct host *h, int64_t record, struct fault *f);

#endif
