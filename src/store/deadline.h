/* When the clocks of an order are to be looked at next, and what was said of them.
 *
 * One row for each order whose clocks may still run out: nobody goes through all open
 * orders to find the one that is late. */
#ifndef DRAY_STORE_DEADLINE_H
#define DRAY_STORE_DEADLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/store.h"

/* The record's clocks are looked at by then, or sooner when that was planned. */
enum err deadline_wake(struct store *s, int64_t record, int64_t at_ms, struct fault *f);
/* They are looked at then (INT64_MAX: when it is woken); or never again, and what was
 * said is forgotten. */
enum err deadline_set(struct store *s, int64_t record, int64_t at_ms, struct fault *f);
enum err deadline_over(struct store *s, int64_t record, struct fault *f);
/* The first of those that are due, in the order of their times; at most *count. */
enum err deadline_due(struct store *s, int64_t now_ms, int64_t *records, size_t *count,
                      struct fault *f);
/* When the next one is due; INT64_MAX: none. */
enum err deadline_next(struct store *s, int64_t *at_ms, struct fault *f);

/* What is said of a clock: that it is near, or missed. */
struct deadline_word {
    int64_t record;
    int64_t due_ms; /* of the clock */
    int kind;       /* of the clock */
    bool missed;    /* else near */
    const char *package;
};
/* Remembers it; *fresh is false when it was said before. */
enum err deadline_say(struct store *s, const struct deadline_word *w, bool *fresh,
                      struct fault *f);

#endif
