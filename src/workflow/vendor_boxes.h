/* Lines and boxes of a request: every line present, ids as ordered, quantities that add
 * up (domain.md 4.3, 4.5; design 8 "Containers"). */
#ifndef DRAY_WORKFLOW_VENDOR_BOXES_H
#define DRAY_WORKFLOW_VENDOR_BOXES_H

#include "workflow/order.h"

/* Fills element[list]: all lines of the order when it is absent, else each given line is
 * completed. Orders name lines by text (`as_text`), Shipping by integer. ERR_INPUT when a
 * line is unknown, missing, twice, or its quantity is not the ordered one: partial
 * shipping does not exist. */
enum err boxes_lines(struct order *o, struct json *element, const char *list,
                     const char *quantity, bool as_text, struct fault *f);

/* Fills element.containers: completes each given one; when absent and `needed`, one box
 * with all lines. Ship method and tracking number come from the label of the same
 * package, or of the same place. ERR_INPUT when what is packed does not add up to what
 * was ordered, or when the vendor's own carrier has no tracking number. */
enum err boxes_containers(struct order *o, struct json *element, bool needed,
                          const struct paper *labels, size_t label_count,
                          struct fault *f);

#endif
