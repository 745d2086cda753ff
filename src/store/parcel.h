/* Tracking numbers and whose they are: from labels, confirmations and the floor's packed
 * boxes. Carriers' files know nothing else. */
#ifndef DRAY_STORE_PARCEL_H
#define DRAY_STORE_PARCEL_H

#include <stdint.h>

#include "base/arena.h"
#include "store/store.h"

struct parcel {
    int64_t record;
    const char *box; /* "": not known */
};

/* Remembers it; *fresh (may be NULL) is whether it was not known for this record. A box
 * that is named later is taken. */
enum err parcel_put(struct store *s, const char *tracking, const struct parcel *p,
                    bool *fresh, struct fault *f);
/* The newest record with this number, of `account` (NULL: any); or only the record
 * p->record, when that is not 0. ERR_NOT_FOUND (f untouched) when there is none. The box
 * is in the arena. */
enum err parcel_find(struct store *s, struct arena *a, const char *account,
                     const char *tracking, struct parcel *p, struct fault *f);

/* The tracking numbers of a record, in their order; in the arena. */
enum err parcel_list(struct store *s, struct arena *a, int64_t record,
                     const char ***numbers, size_t *count, struct fault *f);

#endif
