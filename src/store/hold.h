/* Rules whose `when` must stay true for a while: since when, for which order, until when.
 */
#ifndef DRAY_STORE_HOLD_H
#define DRAY_STORE_HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "store/store.h"

struct hold {
    int64_t rule;
    int64_t record; /* 0: of no order */
    int64_t event;  /* that began it */
    int64_t since_ms;
    int64_t due_ms;
};

/* Begins one; *new is false, and nothing changes, when there is one already. */
enum err hold_begin(struct store *s, const struct hold *h, bool *new, struct fault *f);
/* Ends it; *was (may be NULL) tells whether there was one. */
enum err hold_end(struct store *s, int64_t rule, int64_t record, bool *was,
                  struct fault *f);
/* ERR_NOT_FOUND (f untouched) when there is none. */
enum err hold_get(struct store *s, int64_t rule, int64_t record, struct hold *h,
                  struct fault *f);

struct hold_filter {
    int64_t record; /* 0: any */
    int64_t rule;   /* 0: any */
    int64_t due_ms; /* due_ms <= ; 0: any */
    int64_t limit;  /* 0: all */
};
/* In order of due_ms, gathered in an arena. */
enum err hold_list(struct store *s, struct arena *a, const struct hold_filter *filter,
                   struct hold **list, size_t *count, struct fault *f);
/* When the next one is due, INT64_MAX when none; *count is how many there are. */
enum err hold_next(struct store *s, int64_t *due_ms, int64_t *count, struct fault *f);

#endif
