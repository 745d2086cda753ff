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
    int64_t at_ms; /* when the rule was asked */
    int64_t seen;  /* the moment of that (store/journal.h): what it could see */
    enum verdict outcome;
    int64_t line;   /* in the rule's file, that decided; 0 unknown */
    int64_t run;    /* that began; 0 */
    int64_t due_ms; /* when the hold that it began is over; 0: none began */
};
/* Each time a rule is asked is kept, so that all of them can be played again. */
enum err verdict_put(struct store *s, const struct verdict_row *v, struct fault *f);
/* How often the rule was asked about the event. */
enum err verdict_count(struct store *s, int64_t event, int64_t rule, int64_t *count,
                       struct fault *f);
typedef bool verdict_fn(void *arg, const struct verdict_row *v);
/* About one event (id of the log's entry), the last of each rule, in order of the rules.
 */
enum err verdict_each(struct store *s, int64_t event, verdict_fn *fn, void *arg,
                      struct fault *f);
/* The same about all events from this instant on, in order of the events. */
enum err verdict_since(struct store *s, int64_t since_ms, verdict_fn *fn, void *arg,
                       struct fault *f);

#endif
