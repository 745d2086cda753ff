/* Whether what is told per box has been told for every box of an order. */
#ifndef DRAY_ENGINE_BOXES_H
#define DRAY_ENGINE_BOXES_H

#include <stdbool.h>
#include <stdint.h>

#include "workflow/host.h"

/* True when each of the events (a list that ends with NULL) has happened, for every box
 * where it is told per box. */
enum err boxes_complete(struct host *h, int64_t record, char *const *events,
                        bool *complete, struct fault *f);

#endif
