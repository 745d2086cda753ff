/* Questions about single shipments that are answered when their documents have rows. */
#ifndef DRAY_WORKFLOW_EXTERNAL_LOOK_H
#define DRAY_WORKFLOW_EXTERNAL_LOOK_H

#include "workflow/external.h"

/* Ends questions whose documents have their rows. Called once a round, after the intake.
 */
enum err external_look_step(struct host *h, struct fault *f);
/* external_look_step would do something. */
bool external_look_busy(const struct host *h);

/* The document of generateInvoice or retrieveInvoice goes to the archive. *fresh counts
 * it when it is new. */
enum err external_take_invoice(struct host *h, int64_t record,
                               const struct page_item *item, int64_t *fresh,
                               struct fault *f);

#endif
