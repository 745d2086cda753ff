/* The queues before the printers: one job at a time for each, in the order in which they
 * became ready (laws 4 and 5).
 *
 * A print whose printer took nothing is tried again with back-off, and what waits behind
 * it waits with it; one that broke off in the middle is held for a person. */
#ifndef DRAY_WORKFLOW_PRINTING_H
#define DRAY_WORKFLOW_PRINTING_H

#include <stdbool.h>
#include <stddef.h>

#include "workflow/host.h"

struct printing;

struct printing *printing_new(struct host *h);
void printing_free(struct printing *p);
/* The project file names other printers now; what is on its way ends where it began. */
void printing_renew(struct printing *p);
/* Queues what was ready at the last end. */
enum err printing_open(struct printing *p, struct fault *f);

/* A print became ready. */
void printing_queue(struct printing *p, int64_t effect);
/* Applies what printers said; marks what leaves next as `sending`, unless `ended`. Called
 * once a round. */
enum err printing_step(struct printing *p, bool ended, struct fault *f);
/* The marks are durable: bytes leave. Called after the round's commit. */
void printing_release(struct printing *p);
/* Prints what can be printed now, and does nothing else; commits. For who owns the state
 * for this alone. What no printer takes stays ready. */
enum err printing_run(struct printing *p, struct fault *f);
/* printing_step has something to do now. */
bool printing_busy(const struct printing *p);
/* Prints marked or on their way. */
size_t printing_under_way(const struct printing *p);

#endif
