/* The labels of one request: fetched at once from their URLs, made again where Amazon or
 * the way failed (domain.md 1.6, 1.7). */
#ifndef DRAY_WORKFLOW_EXTERNAL_LABELS_H
#define DRAY_WORKFLOW_EXTERNAL_LABELS_H

#include "workflow/external.h"

/* Amazon's yes to generateShipLabels: each package's label is fetched; the effect is
 * accepted until all are here. */
enum err labels_answered(struct host *h, struct effect *e, const struct call_reply *r,
                         struct fault *f);
/* Where the labels of an accepted request stand when nothing of it is under way any more:
 * all here, or those that are missing are asked for again, alone. */
enum err labels_settle(struct host *h, struct effect *e, const char *why,
                       struct fault *f);
void labels_forget(struct host *h);

#endif
