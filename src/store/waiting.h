/* Reports about orders that nobody knows yet: kept, shown, taken when the order appears
 * (design 9, issue "Bad input"). */
#ifndef DRAY_STORE_WAITING_H
#define DRAY_STORE_WAITING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/digest.h"
#include "store/store.h"

struct waiting {
    int64_t id;
    int64_t told_ms;      /* when it was reported */
    const char *event;    /* a kind's name */
    const char *account;  /* "": any */
    const char *order;    /* its number; "": it named a tracking number only */
    const char *tracking; /* "" */
    const char *source;   /* "feed dhl", "dray event" … */
    const char *why;      /* why it could not be taken when the order was there; "" */
    const char *fields;   /* the report's fields, JSON object */
    size_t fields_len;
};

/* Keeps it; w->id is set. *fresh is false when the very same waits already. */
enum err waiting_add(struct store *s, struct waiting *w, const struct digest *content,
                     bool *fresh, struct fault *f);
/* It was taken, or a person dropped it. ERR_NOT_FOUND when it is not there. */
enum err waiting_remove(struct store *s, int64_t id, struct fault *f);
/* It could not be taken though its order is there. */
enum err waiting_refused(struct store *s, int64_t id, const char *why, struct fault *f);

/* What to list; zeroed members do not restrict. */
struct waiting_filter {
    const char *order;    /* of this number */
    const char *tracking; /* without an order, of this number */
    const char *account;  /* that the account may claim: its own, and of any */
    int64_t limit;
};
/* In order of arrival, in the arena. */
enum err waiting_list(struct store *s, struct arena *a,
                      const struct waiting_filter *filter, struct waiting **list,
                      size_t *count, struct fault *f);

#endif
