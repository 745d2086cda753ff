/* Facts: the latest payload of each event about an order, per box where the event is per
 * box (design 2, 9). */
#ifndef DRAY_STORE_FACT_H
#define DRAY_STORE_FACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "store/store.h"

struct fact {
    int64_t record;
    const char *name;    /* the event's: "picked_up" */
    const char *box;     /* "": the order as a whole */
    int64_t event;       /* the log's entry that said so */
    int64_t at_ms;       /* when it happened */
    const char *payload; /* JSON object */
    size_t payload_len;
};

/* Takes the place of the fact with the same record, name and box. A fact of a named box
 * also takes the place of the one of the order as a whole. */
enum err fact_put(struct store *s, const struct fact *fact, struct fault *f);
/* Of one box; ERR_NOT_FOUND (f untouched) when there is none. Texts in the arena. */
enum err fact_get(struct store *s, struct arena *a, int64_t record, const char *name,
                  const char *box, struct fact *fact, struct fault *f);
/* All facts of a record, or those of one event; by name, then when they happened, then
 * when they were told. In the arena. */
enum err fact_list(struct store *s, struct arena *a, int64_t record, const char *name,
                   struct fact **list, size_t *count, struct fault *f);

#endif
