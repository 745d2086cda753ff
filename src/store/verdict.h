/* What each rule said to each event: for explain, also where nothing came of it. */
#ifndef DRAY_STORE_VERDICT_H
#define DRAY_STORE_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

enum verdict {
    VERDICT_RAN,        /* `when` was true, or there is none: a run began */
    VERDICT_NO,         /* `when` was false */
    VERDICT_HOLDS,      /* true; it must stay so for a while */
    VERDICT_FORGOT,     /* false while it held: the hold is forgotten */
    VERDICT_INCOMPLETE, /* not all events of `all` have happened */
    VERDICT_ONCE,       /* `all` has fired for this order before */
    VERDICT_OLD,        /* the order is left alone */
    VERDICT_DROPPED,    /* a person dropped it */
    VERDICT_FAILED,     /* `when` raised an error */
    VERDICT_COUNT
};
const char *verdict_name(enum verdict v); /* "ran" "no" "holds" … */

struct verdict_row {
    int64_t event;
    int64_t rule;
    enum verdict outcome;
    int64_t line; /* in the rule's file, that decided; 0 unknown */
    int64_t run;  /* that began; 0 */
};
/* New, or in the place of an earlier one of that event and rule. */
enum err verdict_put(struct store *s, const struct verdict_row *v, struct fault *f);
typedef bool verdict_fn(void *arg, const struct verdict_row *v);
/* About one event (id of the log's entry), in order of the rules. */
enum err verdict_each(struct store *s, int64_t event, verdict_fn *fn, void *arg,
                      struct fault *f);

#endif
