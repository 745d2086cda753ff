/* Which list of which account is asked when, by itself (design 9).
 *
 * Orders often enough for the clocks of domain.md 4.2, everything at least hourly; lists
 * of documents often only while an order waits for one. `poll = { orders = "5m" }` of an
 * account changes how often. What a script, or the prover, asks meanwhile is beside it.
 */
#ifndef DRAY_WORKFLOW_RHYTHM_H
#define DRAY_WORKFLOW_RHYTHM_H

#include <stdbool.h>

#include "workflow/host.h"

struct rhythm;

/* From now on, in the host's rounds, until host_close: every list is due at once,
 * accounts begin one after the other. h->rhythm is set. */
void rhythm_begin(struct host *h);
/* The accounts say anew how often; nothing before rhythm_begin. */
void rhythm_renew(struct host *h);
void rhythm_free(struct rhythm *r); /* host_close does; NULL is fine */

/* Every list was answered at least once, or could not be had. */
bool rhythm_settled(const struct rhythm *r);
/* How many lists of the last time could not be had. */
size_t rhythm_failures(const struct rhythm *r);

#endif
