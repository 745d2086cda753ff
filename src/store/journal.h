/* The one append-only log: what happened, in order, hash-chained (design 8). */
#ifndef DRAY_STORE_JOURNAL_H
#define DRAY_STORE_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/digest.h"
#include "store/run.h"
#include "store/store.h"

/* One thing that happened. */
struct entry {
    int64_t id;
    int64_t at_ms;
    const char *what; /* "order.new", "effect.sending", "call", "document.ready", … */
    const char *account; /* "" when none */
    int64_t record;      /* 0 when none */
    int64_t effect;      /* 0 when none */
    int64_t run;         /* 0 when none */
    const char *detail;  /* JSON object, nothing personal; NULL when none */
    size_t detail_len;
};

/* Appends; e->id and e->at_ms are set. The entry's hash covers its content and the hash
 * before. */
enum err journal_add(struct store *s, struct entry *e, struct fault *f);

/* The id of the newest entry; 0 when there is none. */
int64_t journal_last(const struct store *s);

/* Moments order everything that rules can see: an entry's is its id times this, and
 * changes of records and documents that follow it are counted on. */
enum { MOMENTS = 1024 };
/* The present moment: who asks now sees all that has an earlier one or the same, and
 * nothing else. It outlives restarts and is taken back with what is undone. */
int64_t journal_moment(const struct store *s);

struct entry_filter {
    int64_t record, effect, run; /* 0: any */
    const char *what;            /* exact, or a beginning that ends with '*'; NULL: any */
    int64_t after_id;
    int64_t limit;
};
typedef bool entry_fn(void *arg, const struct entry *e);
/* One entry, its texts in the arena; ERR_NOT_FOUND with a sentence when there is none. */
enum err journal_get(struct store *s, struct arena *a, int64_t id, struct entry *e,
                     struct fault *f);
enum err journal_each(struct store *s, const struct entry_filter *filter, entry_fn *fn,
                      void *arg, struct fault *f);

#endif
