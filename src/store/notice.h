/* Texts for people that rules wrote: they leave when what wrote them is durable, and are
 * gone when they left. */
#ifndef DRAY_STORE_NOTICE_H
#define DRAY_STORE_NOTICE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "store/store.h"

struct notice {
    int64_t id;
    int64_t run;      /* that wrote it; 0 */
    const char *to;   /* a notifier's name */
    const char *text; /* without NUL */
    size_t len;
};

/* n->id is set. */
enum err notice_add(struct store *s, struct notice *n, struct fault *f);
/* Those with a higher id than `after`, by id, at most `limit` (0: all); in the arena. */
enum err notice_list(struct store *s, struct arena *a, int64_t after, int64_t limit,
                     struct notice **list, size_t *count, struct fault *f);
enum err notice_remove(struct store *s, int64_t id, struct fault *f);

#endif
