/* Which entries of the log were given to the rules together, and what the rules could see
 * then. */
#ifndef DRAY_STORE_DISPATCHED_H
#define DRAY_STORE_DISPATCHED_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

/* A round in which the rules read the log. */
struct dispatched {
    int64_t upto;  /* id of the last entry that was read */
    int64_t seen;  /* the moment of that (store/journal.h); 0: it was never read, there
                      were no rules yet */
    int64_t at_ms; /* when */
};
enum err dispatched_put(struct store *s, const struct dispatched *d, struct fault *f);

#endif
