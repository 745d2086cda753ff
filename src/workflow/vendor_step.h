/* Whether an effect may leave, for who has its order open already. */
#ifndef DRAY_WORKFLOW_VENDOR_STEP_H
#define DRAY_WORKFLOW_VENDOR_STEP_H

#include "workflow/order.h"
#include "workflow/vendor.h"

/* As vendor_stand. The order may be open without its body. */
enum err vendor_stand_of(struct host *h, struct order *o, const struct effect *e,
                         struct stand *out, struct fault *f);

#endif
