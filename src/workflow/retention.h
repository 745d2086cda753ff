/* What is over goes after a while, by itself, once a day and a little at a time
 * (store/prune.h): `keep { runs = "90d", reports = "90d", orders = "400d" }` of the
 * project file says how long it stays. */
#ifndef DRAY_WORKFLOW_RETENTION_H
#define DRAY_WORKFLOW_RETENTION_H

#include "workflow/host.h"

/* From now on, in the host's rounds, until host_close; h->retention is set. The last
 * day's turn is remembered over restarts. */
void retention_begin(struct host *h);
void retention_free(struct retention *r); /* host_close does; NULL is fine */

#endif
