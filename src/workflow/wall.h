/* Somebody sets the clock on the wall while dray works: what is timed by it is timed
 * anew, and people are told.
 *
 * Timers stand on the monotonic clock and do not notice; due times of effects are UTC. */
#ifndef DRAY_WORKFLOW_WALL_H
#define DRAY_WORKFLOW_WALL_H

#include <stdbool.h>

#include "workflow/host.h"

struct wall {
    int64_t offset_ms; /* wall time less monotonic time, as last seen */
};

void wall_init(struct wall *w, const struct host *h);
/* Looks at both clocks. *set when they parted by a minute or more since the last look:
 * quiet windows begin again, other due times are at most as far away as they ever are. */
enum err wall_step(struct wall *w, struct host *h, bool *set, struct fault *f);

#endif
