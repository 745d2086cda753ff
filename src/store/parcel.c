/* Tracking numbers and whose they are. */
#include "store/parcel.h"

#include "store/statement.h"

static enum err name_box(struct store *s, const char *tracking, const struct parcel *p,
                         struct fault *f)
{
    struct query q;
    query_write(&q, s,
                "UPDATE parcel SET box = ?1 WHERE tracking = ?2 AND record = ?3"
                " AND ?1 <> '' AND box <> ?1",
                f);
    query_text(&q, text_or_empty(p->box));
    query_text(&q, tracking);
    query_int(&q, p->record);
    return query_run(&q, NULL);
}

enum err parcel_put(struct store *s, const char *tracking, const struct parcel *p,
                    bool *fresh, struct fault *f)
{
    struct query q;
    int64_t changes = 0;
    query_write(&q, s,
                "INSERT INTO parcel(tracking, record, box) VALUES (?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                f);
    query_text(&q, tracking);
    query_int(&q, p->record);
    query_text(&q, text_or_empty(p->box));
    enum err e = query_run(&q, &changes);
    if (fresh != NULL)
        *fresh = changes > 0;
    return e == ERR_OK && changes == 0 ? name_box(s, tracking, p, f) : e;
}

enum err parcel_find(struct store *s, struct arena *a, const char *account,
                     const char *tracking, struct parcel *p, struct fault *f)
{
    struct query q;
    int64_t number = 0;
    enum err e = account_find(s, account, &number, f);
    if (e != ERR_OK)
        return e;
    query_read(&q, s,
               "SELECT parcel.record, box FROM parcel JOIN record ON record.id = "
               "parcel.record WHERE tracking = ?1 AND (?2 = 0 OR parcel.record = ?2)"
               " AND (?3 = 0 OR record.account = ?3) ORDER BY parcel.record DESC LIMIT 1",
               f);
    query_text(&q, tracking);
    query_int(&q, p->record);
    query_int(&q, number);
    const bool found = query_row(&q);
    if (found) {
        p->record = row_int(&q, 0);
        p->box = arena_text(a, row_text(&q, 1));
    }
    e = query_end(&q);
    return e == ERR_OK && !found ? ERR_NOT_FOUND : e;
}

enum err parcel_list(struct store *s, struct arena *a, int64_t record,
                     const char ***numbers, size_t *count, struct fault *f)
{
    struct query q;
    size_t room = 0;
    *numbers = NULL;
    *count = 0;
    query_read(&q, s, "SELECT tracking FROM parcel WHERE record = ? ORDER BY tracking",
               f);
    query_int(&q, record);
    while (query_row(&q)) {
        *numbers = arena_grow(a, *numbers, *count, &room, sizeof **numbers);
        (*numbers)[(*count)++] = arena_text(a, row_text(&q, 0));
    }
    return query_end(&q);
}
