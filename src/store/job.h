/* What rules still have to do when a round ends: an event that waits for its turn, for
 * another try, or for the rule to be resumed. */
#ifndef DRAY_STORE_JOB_H
#define DRAY_STORE_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

enum job_kind {
    JOB_EVENT, /* the rule listens to the event */
    JOB_DUE,   /* the event began a hold, which is over */
    JOB_ASK    /* a later event of an order for which the rule holds */
};

/* One event for one rule. */
struct job_row {
    int64_t event; /* id of the log's entry */
    int64_t rule;
    int64_t record; /* 0: none */
    enum job_kind kind;
    int64_t tries;  /* that failed */
    int64_t due_ms; /* not before that; 0: at once */
};

/* New, or in the place of the one of that event and rule. */
enum err job_put(struct store *s, const struct job_row *j, struct fault *f);
enum err job_remove(struct store *s, int64_t event, int64_t rule, struct fault *f);
typedef void job_fn(void *arg, const struct job_row *j);
/* Of a rule (0: of all), in order of the events. `fn` must not write to the store. */
enum err job_each(struct store *s, int64_t rule, job_fn *fn, void *arg, struct fault *f);
enum err job_count(struct store *s, int64_t rule, int64_t *count, struct fault *f);
/* Forgets all of a rule; each gets the verdict "dropped". */
enum err job_drop(struct store *s, int64_t rule, int64_t *count, struct fault *f);

#endif
