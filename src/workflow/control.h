/* What a person decides: about one effect, one order, or all sends (design 8, 12). Every
 * decision has an actor and a reason, and stands in the log. */
#ifndef DRAY_WORKFLOW_CONTROL_H
#define DRAY_WORKFLOW_CONTROL_H

#include "base/json.h"
#include "workflow/host.h"

struct decision {
    const char *actor; /* the person's login name */
    const char *why;   /* never empty */
};

/* planned, waiting, ready -> held. ERR_STATE for any other. */
enum err control_hold(struct host *h, int64_t effect, const struct decision *d,
                      struct fault *f);
/* held, and planned while nothing was sent -> where it stands; limits do not hold it
 * again. ERR_STATE for any other, and for a warehouse with writes = "observe";
 * ERR_CONFLICT when the same was planned again since. */
enum err control_release(struct host *h, int64_t effect, const struct decision *d,
                         struct fault *f);
/* held, failed, rejected, unknown -> ready: it is sent once more, whatever was before.
 * The same errors as release. */
enum err control_retry(struct host *h, int64_t effect, const struct decision *d,
                       struct fault *f);
/* held, unknown, accepted -> what the person knows: EFFECT_SUCCEEDED, EFFECT_FAILED or
 * EFFECT_CANCELLED. */
enum err control_settle(struct host *h, int64_t effect, enum effect_state as,
                        const struct decision *d, struct fault *f);
/* Answers the question of a held effect with fields under Amazon's names (containers …),
 * and releases it. */
enum err control_answer(struct host *h, int64_t effect, const struct json *fields,
                        const struct decision *d, struct fault *f);

/* Sends of a warehouse (NULL: all) stop; polls and proofs go on. ERR_STATE when it is
 * frozen already, or, to thaw, when it is not. */
enum err control_freeze(struct host *h, const char *warehouse, const struct decision *d,
                        struct fault *f);
enum err control_thaw(struct host *h, const char *warehouse, const struct decision *d,
                      struct fault *f);
/* Since when (UTC), or 0: not frozen. */
int64_t control_frozen(struct host *h, const char *warehouse);

/* At start, and when warehouses were renewed: what was to be sent from a warehouse that
 * now has writes = "observe" goes back to planned. */
enum err control_open(struct host *h, struct fault *f);
/* The last look before an effect is sent: *stopped when its warehouse is frozen or only
 * observes; it is then moved to where it waits. */
enum err control_gate(struct host *h, struct effect *e, bool *stopped, struct fault *f);

/* An order from before the account's `since`, or an imported one that is still open at
 * Amazon, is worked on from now on. ERR_STATE: it is not left alone, or all is over. */
enum err control_adopt(struct host *h, int64_t record, const struct decision *d,
                       struct fault *f);

#endif
