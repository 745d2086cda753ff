/* Whether an effect may leave, and what it asked, for who has its order open already. */
#ifndef DRAY_WORKFLOW_VENDOR_STEP_H
#define DRAY_WORKFLOW_VENDOR_STEP_H

#include "workflow/order.h"
#include "workflow/vendor.h"

/* As vendor_stand. The order may be open without its body. */
enum err vendor_stand_of(struct host *h, struct order *o, const struct effect *e,
                         struct stand *out, struct fault *f);
/* What was asked of an effect that is stored; a confirmation without containers takes
 * those of the label request. In the order's memory. */
enum err vendor_asked(struct host *h, struct order *o, const struct effect *e,
                      struct json **asked, struct fault *f);
/* The containers that the order's confirmation was asked with; NULL when there is none,
 * or it left them to dray. In the order's memory. */
enum err vendor_confirmed_boxes(struct host *h, struct order *o,
                                const struct json **boxes, struct fault *f);

#endif
