/* Sends what is ready, within the quota, each thing once (laws 4 and 5). */
#ifndef DRAY_WORKFLOW_SENDER_H
#define DRAY_WORKFLOW_SENDER_H

#include <stdbool.h>

#include "workflow/host.h"

struct sender *sender_new(struct host *h);
void sender_free(struct sender *s);

/* Something became ready. */
void sender_wake(struct sender *s);
/* Marks what the quota lets leave as `sending`; nothing leaves yet. Called once a round.
 */
enum err sender_step(struct sender *s, struct fault *f);
/* sender_step has something to do now. */
bool sender_busy(const struct sender *s);
/* The marks are durable: the requests leave. Called after the round's commit. */
void sender_release(struct sender *s);
/* Requests marked or on the network. */
size_t sender_under_way(const struct sender *s);

#endif
