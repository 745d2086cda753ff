/* Asks Amazon about one effect: its transaction, or the order and label themselves
 * (durability.md 1.2, 1.3; domain.md 2.4). */
#ifndef DRAY_WORKFLOW_LOOKUP_H
#define DRAY_WORKFLOW_LOOKUP_H

#include <stdbool.h>

#include "workflow/host.h"

/* getTransactionStatus for an accepted effect; one call for all effects of that
 * transaction. Success proves them; Failure sends a batch again in halves, and a single
 * one is looked up before it counts as failed; everything else leaves them as they are.
 */
void lookup_transaction(struct host *h, const struct effect *e);
/* The effect, or its transaction, is being asked about. */
bool lookup_asking(const struct host *h, const struct effect *e);

/* Looks whether an unknown effect is there. There: proved. Not there: sent once more, or
 * held when it was sent twice or cannot be looked up. */
void lookup_unknown(struct host *h, const struct effect *e);

/* Asks for the order's own state (getOrder), since an effect of it waits for that. */
void lookup_order(struct host *h, const struct effect *e);

/* Asks for the packing slip of the effect's order alone, since no list brought it. */
void lookup_slip(struct host *h, const struct effect *e);

/* Withdraws what is under way. */
void lookup_forget(struct host *h);

#endif
