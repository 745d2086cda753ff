/* What the parts of this room share; nobody outside includes it. Made and freed in
 * spapi.c. */
#ifndef DRAY_SPAPI_CONTEXT_H
#define DRAY_SPAPI_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "spapi/call.h"
#include "spapi/line.h"

struct listing;

/* The queues of an account, one per operation. */
struct lane {
    const struct account *account;
    struct line lines[OP_COUNT];
};

struct spapi {
    struct loop *loop; /* borrowed, like the two below */
    struct transport *transport;
    struct random *random;
    call_note_fn *note; /* may be NULL */
    void *note_arg;
    struct spapi_memory memory; /* its functions may be NULL */
    struct account **accounts;  /* borrowed members */
    struct lane **lanes;        /* one for each account */
    size_t account_count;
    struct call *calls;       /* under way */
    struct listing *listings; /* under way */
};

/* Monotonic milliseconds of the loop. */
int64_t spapi_now(const struct spapi *s);
/* Full jitter before repeat number `repeat` (from 1): 0 to 1 s, 2 s, 4 s … at most 30 s.
 */
int64_t spapi_backoff(struct spapi *s, int repeat);
/* The queue of an operation; the account was added. */
struct line *spapi_line(struct spapi *s, const struct account *a, enum operation_id op);
/* Tells whoever wants to know about one HTTP attempt. */
void spapi_tell(struct spapi *s, const struct call_note *note);

/* The token number that tokens_want gives for `op` now; 0 while there is none. It tells a
 * call whose token was refused whether another one is there already. */
unsigned tokens_issue(struct tokens *t, const struct operation *op);
/* Ends the refreshes that are under way; those who wait keep waiting. Before tokens_free.
 */
void tokens_stop(struct tokens *t);

/* Every listing is ended as by listing_withdraw. */
void listings_withdraw(struct spapi *s);

#endif
