/* Finds out what became of what was sent (laws 6 and 7; design 8). */
#ifndef DRAY_WORKFLOW_PROVER_H
#define DRAY_WORKFLOW_PROVER_H

#include <stdbool.h>
#include <stdint.h>

#include "workflow/host.h"

struct prover *prover_new(struct host *h);
void prover_free(struct prover *p);

/* An effect wants to be looked at at `when_ms` (UTC). */
void prover_wake(struct prover *p, int64_t when_ms);
/* Looks at every effect that is due: waiting ones again, accepted ones by the cheaper of
 * a list and their transactions, unknown ones by their look-up. Called once a round. */
enum err prover_step(struct prover *p, struct fault *f);
/* prover_step has something to do now. */
bool prover_busy(const struct prover *p);

/* When an accepted effect is to be looked at for the (checks+1)th time. `eager`: somebody
 * waits. */
int64_t prover_next(const struct host *h, int64_t checks);
/* When an unknown effect may be looked up: Amazon may still be working on the first
 * request. */
int64_t prover_quiet(enum effect_kind kind, int64_t sent_ms);

/* Somebody waits for this effect: it is asked about at once, then after 1, 2, 5 s. */
enum err prover_expect(struct host *h, int64_t effect, struct fault *f);

#endif
