/* Which entries of the log were given to the rules together. */
#include "store/dispatched.h"

#include "store/past.h"
#include "store/statement.h"

enum err dispatched_put(struct store *s, const struct dispatched *d, struct fault *f)
{
    struct query q;
    query_write(&q, s,
                "INSERT OR REPLACE INTO dispatched(upto, seen, at_ms) VALUES (?, ?, ?)",
                f);
    query_int(&q, d->upto);
    query_int(&q, d->seen);
    query_int(&q, d->at_ms);
    return query_run(&q, NULL);
}

enum err past_dispatched(struct store *s, int64_t event, struct dispatched *d,
                         bool *there, struct fault *f)
{
    struct query q;
    query_read(&q, s,
               "SELECT upto, seen, at_ms FROM old.dispatched WHERE upto >= ?"
               " ORDER BY upto LIMIT 1",
               f);
    query_int(&q, event);
    *there = query_row(&q);
    if (*there)
        *d = (struct dispatched){row_int(&q, 0), row_int(&q, 1), row_int(&q, 2)};
    return query_end(&q);
}
