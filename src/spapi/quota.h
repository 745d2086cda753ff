/* Amazon's token buckets as seen from here: never over, and as near to it as jitter
 * allows (design 7, durability.md 5.3). One quota per account, one bucket per operation.
 *
 * burst is reduced by what the network's jitter could bunch up (b' = b - ceil(r*J)), the
 * rate by 10^-4; a 429 empties the bucket and slows it; x-amzn-RateLimit-Limit corrects
 * it. At most 10 % of calls may be repeats. Times are monotonic milliseconds. No timers
 * here: the caller asks when. */
#ifndef DRAY_SPAPI_QUOTA_H
#define DRAY_SPAPI_QUOTA_H

#include <stdbool.h>
#include <stdint.h>

#include "spapi/account.h"

/* Buckets start with one token: after a restart nobody knows what is left. */
struct quota *quota_new(const struct account *a, int64_t now_ms);
void quota_free(struct quota *q);

/* The project file says other rates now; what was learned of the others stays. */
void quota_renew(struct quota *q, const struct account *a);

/* When the next call of this operation may leave: `now_ms` or a later instant. */
int64_t quota_next(const struct quota *q, enum operation_id op, int64_t now_ms);
/* Takes one token if there is one. */
bool quota_take(struct quota *q, enum operation_id op, int64_t now_ms);
/* Gives back a token for a call that certainly never left. */
void quota_return(struct quota *q, enum operation_id op);

/* What an answer tells: its status and x-amzn-RateLimit-Limit (0: none). */
void quota_answered(struct quota *q, enum operation_id op, int status, double rate_limit,
                    int64_t now_ms);

/* An answer to the call that left at `sent_ms` came now, and was no 429. Where the burst
 * leaves no room for jitter, calls are spaced by the largest one; the time that this call
 * took says how late it can have arrived at most, so the next may leave sooner. */
void quota_timed(struct quota *q, enum operation_id op, int64_t sent_ms, int64_t now_ms);

/* May this operation be repeated now, by the budget of repeats (10 %, at least 3 a
 * minute)? Counts the repeat when it says yes. */
bool quota_repeat(struct quota *q, enum operation_id op, int64_t now_ms);

struct quota_count {
    int64_t calls, repeats, throttled;
};
struct quota_count quota_counts(const struct quota *q, enum operation_id op);
/* The present rate, a second. */
double quota_rate(const struct quota *q, enum operation_id op);

#endif
