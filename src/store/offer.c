/* Shipping options, one row a package. */
#include "store/offer.h"

#include "store/inside.h"
#include "store/statement.h"

enum err offer_put(struct store *s, int64_t record, const char *package, const char *body,
                   size_t len, struct fault *f)
{
    struct query q;
    query_write(&q, s,
                "INSERT OR REPLACE INTO offer(record, package, received_ms, body)"
                " VALUES (?, ?, ?, ?)",
                f);
    query_int(&q, record);
    query_text(&q, package);
    query_int(&q, store_now(s));
    query_text_n(&q, body, len);
    return query_run(&q, NULL);
}

enum err offer_get(struct store *s, struct arena *a, int64_t record, const char *package,
                   struct offer *o, struct fault *f)
{
    struct query q;
    query_read(&q, s,
               "SELECT received_ms, body FROM offer WHERE record = ? AND package = ?", f);
    query_int(&q, record);
    query_text(&q, package);
    const bool there = query_row(&q);
    if (there) {
        o->received_ms = row_int(&q, 0);
        o->body_len = row_len(&q, 1);
        o->body = arena_copy(a, row_text(&q, 1), o->body_len);
    }
    enum err e = query_end(&q);
    return e == ERR_OK && !there ? ERR_NOT_FOUND : e;
}

enum err offer_drop(struct store *s, int64_t record, const char *package, int64_t *count,
                    struct fault *f)
{
    struct query q;
    query_write(&q, s,
                "DELETE FROM offer WHERE record = ? AND package = coalesce(?, package)",
                f);
    query_int(&q, record);
    query_text(&q, package);
    return query_run(&q, count);
}
