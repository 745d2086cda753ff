/* The round (law 2): completions in, tasks resumed, their writes applied, one commit,
 * then what waited for durability goes on and the sends that the commit made legal begin.
 */
#ifndef DRAY_WORKFLOW_ROUND_H
#define DRAY_WORKFLOW_ROUND_H

#include <stdbool.h>

#include "workflow/host.h"

/* Who takes part in rounds beside the workflow (the engine's tasks). */
struct round_party {
    void (*step)(void *arg);    /* resume what can go on; may write */
    void (*durable)(void *arg); /* everything written so far is durable */
    bool (*busy)(void *arg);    /* wants another round at once */
    void *arg;
};

/* Who takes part in every round of a host, whoever drives it: before the party, in the
 * order of joining. Owned by the caller, who leaves before the host is closed. */
struct round_guest {
    struct round_party party;
    struct round_guest *next;
};
void round_join(struct host *h, struct round_guest *g);
void round_leave(struct host *h, struct round_guest *g);

/* Goes through rounds until `done` says so (asked after each commit), and until what was
 * sent by then is answered and what is exported is written; or until a signal came
 * (ERR_CANCELLED) or a flush failed (ERR_IO). With a virtual clock time jumps when
 * nothing else is left. `deadline_ms` is monotonic; INT64_MAX: none; ERR_BUSY when it
 * passes. */
enum err round_run(struct host *h, const struct round_party *party,
                   bool (*done)(void *arg), void *arg, int64_t deadline_ms,
                   struct fault *f);

/* After a round_run that was cut off: sends nothing more and goes on until what was sent
 * is answered and what is exported is written, at most for 15 seconds. Who stops before
 * that leaves effects of which nobody knows. */
enum err round_end(struct host *h, struct fault *f);

#endif
