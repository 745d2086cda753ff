/* The bodies of a vendor's requests: complete and right by default, and what was asked
 * beats the default (design 2, 6, 8; domain.md 1.3, 1.4, 4.5). */
#ifndef DRAY_WORKFLOW_VENDOR_BODY_H
#define DRAY_WORKFLOW_VENDOR_BODY_H

#include "base/json.h"
#include "workflow/order.h"
#include "workflow/vendor.h"

/* Puts what a script gave into the form of Amazon's type: fields of the nested part
 * (shipmentDetails, statusUpdateDetails, acknowledgementStatus) may stand on top;
 * `meaning` becomes its code pair; dray's own words (why, again) are kept under "dray".
 * ERR_INPUT names the field. */
enum err body_asked(struct order *o, enum verb verb, const struct json *given,
                    struct json **asked, struct fault *f);

/* The complete element for one effect, in the order's memory. `labels` may be empty: then
 * ship method and tracking number are left out. The result has passed the checker and
 * Amazon's rules about lines and quantities. */
enum err body_build(struct host *h, struct order *o, enum verb verb,
                    const struct json *asked, const struct paper *labels,
                    size_t label_count, struct json **element, struct fault *f);

/* What is still missing before containers can be written; "" when nothing. For a person.
 */
void body_question(const struct order *o, const struct json *asked,
                   const struct paper *labels, size_t label_count, char *out,
                   size_t size);

#endif
