/* Shipping options as Amazon offered them, one row a package of a shipment, until they
 * are void. */
#ifndef DRAY_STORE_OFFER_H
#define DRAY_STORE_OFFER_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "store/store.h"

struct offer {
    int64_t received_ms;
    const char *body; /* Amazon's answer, JSON; "{}" when there was nothing to choose */
    size_t body_len;
};

/* Takes the place of what was offered for that package before. */
enum err offer_put(struct store *s, int64_t record, const char *package, const char *body,
                   size_t len, struct fault *f);
/* ERR_NOT_FOUND (f untouched) when nothing was asked for, or it is void. */
enum err offer_get(struct store *s, struct arena *a, int64_t record, const char *package,
                   struct offer *o, struct fault *f);
/* Those of one package, NULL: of all, are void. *count of them were. */
enum err offer_drop(struct store *s, int64_t record, const char *package, int64_t *count,
                    struct fault *f);

#endif
