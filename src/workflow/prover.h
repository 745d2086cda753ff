/* Finds out what became of what was sent (laws 6 and 7; design 8). */
#ifndef DRAY_WORKFLOW_PROVER_H
#define DRAY_WORKFLOW_PROVER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "workflow/host.h"

enum {
    PROVER_LOOKS = 2000,        /* effects of an account looked at in one step */
    PROVER_AGAIN_MS = MS_SECOND /* until those that were left are looked at */
};

struct prover *prover_new(struct host *h);
void prover_free(struct prover *p);

/* An effect wants to be looked at at `when_ms` (UTC). */
void prover_wake(struct prover *p, int64_t when_ms);
/* Looks at every effect that is due: waiting ones again, accepted ones by the cheaper of
 * a list and their transactions, unknown ones by their look-up. Called once a round. */
enum err prover_step(struct prover *p, struct fault *f);
/* prover_step has something to do now. */
bool prover_busy(const struct prover *p);

/* When an effect is to be looked at for the (checks+1)th time: after 0, 1, 2, 5 s while
 * somebody waits for it or for everything, then in minutes (design 8). e NULL: nobody
 * waits for it alone. */
int64_t prover_next(const struct host *h, const struct effect *e, int64_t checks);
/* It is asked about, or looked at, once more at `next_ms`; its state stays. `checked`:
 * this look counts. */
enum err prover_later(struct host *h, struct effect *e, bool checked, int64_t next_ms,
                      struct fault *f);
/* When an unknown effect may be looked up: Amazon may still be working on the first
 * request. */
int64_t prover_quiet(enum effect_kind kind, int64_t sent_ms);

/* Somebody waits for one effect. Zero it first; it stays where it is until it ends. */
struct prover_wait {
    int64_t effect; /* that was waited for last; 0: none */
    bool set;
    LIST_ENTRY(prover_wait) link;
};
/* It is asked about at once, unless this goes on with a wait for it that was ended. */
enum err prover_wait_begin(struct host *h, struct prover_wait *w, int64_t effect,
                           struct fault *f);
void prover_wait_end(struct prover_wait *w);
/* Somebody begins to wait for everything (host->eager): all is asked about at once, and
 * then as often as if it had just been sent. */
enum err prover_hurry(struct host *h, struct fault *f);

#endif
