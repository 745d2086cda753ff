/* Gift messages and wrap labels of a shipment's lines become documents, to be printed
 * like any other. */
#ifndef DRAY_WORKFLOW_EXTERNAL_GIFT_H
#define DRAY_WORKFLOW_EXTERNAL_GIFT_H

#include "base/json.h"
#include "workflow/host.h"

/* Every one that is not kept yet; the document's package is the line's id. */
enum err gift_take(struct host *h, const struct record *r, const struct json *body,
                   struct fault *f);

#endif
