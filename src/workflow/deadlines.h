/* Clocks as events (design 9): deadline.near when a clock of an order is about to run
 * out, deadline.missed when it did, each once; of scans every day anew.
 *
 * What starts a clock plans a look at the order; only orders that are due are looked at.
 */
#ifndef DRAY_WORKFLOW_DEADLINES_H
#define DRAY_WORKFLOW_DEADLINES_H

#include <stdbool.h>

#include "workflow/host.h"

struct deadlines;

/* An event of a record, or a new state of an effect: perhaps a clock starts. */
enum err deadlines_hear(struct host *h, const struct record *r, const char *what,
                        struct fault *f);
enum err deadlines_hear_effect(struct host *h, const struct effect *e, struct fault *f);

/* From now on events are told, in the host's rounds, until host_close; h->deadlines is
 * set. */
void deadlines_begin(struct host *h);
void deadlines_free(struct deadlines *d); /* host_close does; NULL is fine */
/* Nothing is due just now. */
bool deadlines_settled(const struct deadlines *d);

#endif
