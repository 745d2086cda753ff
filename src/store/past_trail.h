/* Trails read: from what rows are and what stood in them before to the changes in the
 * order in which they happened. For store/past.c only. */
#ifndef DRAY_STORE_PAST_TRAIL_H
#define DRAY_STORE_PAST_TRAIL_H

#include "store/inside.h"
#include "store/past.h"

/* A column of a row has another value from a moment on. */
struct change {
    int64_t moment;
    int64_t row;
    int place;           /* among those of the row */
    enum past_kind kind; /* of the row */
    char column;         /* a letter; 'n': the row begins, with what it is at last;
                            'b': a record's text */
    const char *value;   /* as text, in the arena; "" for 'n' and 'b' */
};

struct trail {
    struct arena memory;
    struct change *list; /* owned */
    size_t count, room;
};

/* All changes of all records and documents of the attached past, in order. trail_clear
 * frees, also after a failure. */
enum err trail_read(struct trail *t, struct store *s, struct fault *f);
void trail_clear(struct trail *t);

#endif
