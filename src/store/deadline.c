/* When the clocks of an order are to be looked at next. */
#include "store/deadline.h"

#include "store/statement.h"

enum err deadline_wake(struct store *s, int64_t record, int64_t at_ms, struct fault *f)
{
    struct query q;
    query_write(
        &q, s,
        "INSERT INTO deadline(record, next_ms) VALUES (?, ?) ON CONFLICT DO UPDATE "
        "SET next_ms = excluded.next_ms WHERE excluded.next_ms < next_ms",
        f);
    query_int(&q, record);
    query_int(&q, at_ms);
    return query_run(&q, NULL);
}

enum err deadline_set(struct store *s, int64_t record, int64_t at_ms, struct fault *f)
{
    struct query q;
    query_write(&q, s, "UPDATE deadline SET next_ms = ? WHERE record = ?", f);
    query_int(&q, at_ms);
    query_int(&q, record);
    return query_run(&q, NULL);
}

static enum err forget(struct store *s, const char *sql, int64_t record, struct fault *f)
{
    struct query q;
    query_write(&q, s, sql, f);
    query_int(&q, record);
    return query_run(&q, NULL);
}

enum err deadline_over(struct store *s, int64_t record, struct fault *f)
{
    enum err e = forget(s, "DELETE FROM deadline WHERE record = ?", record, f);
    if (e != ERR_OK)
        return e;
    return forget(s, "DELETE FROM deadline_said WHERE record = ?", record, f);
}

enum err deadline_due(struct store *s, int64_t now_ms, int64_t *records, size_t *count,
                      struct fault *f)
{
    struct query q;
    const size_t most = *count;
    *count = 0;
    query_read(&q, s,
               "SELECT record FROM deadline WHERE next_ms <= ? ORDER BY next_ms, record"
               " LIMIT ?",
               f);
    query_int(&q, now_ms);
    query_int(&q, (int64_t)most);
    while (*count < most && query_row(&q))
        records[(*count)++] = row_int(&q, 0);
    return query_end(&q);
}

enum err deadline_next(struct store *s, int64_t *at_ms, struct fault *f)
{
    struct query q;
    query_read(&q, s, "SELECT min(next_ms) FROM deadline", f);
    return query_number(&q, INT64_MAX, at_ms);
}

enum err deadline_say(struct store *s, const struct deadline_word *w, bool *fresh,
                      struct fault *f)
{
    struct query q;
    int64_t changes = 0;
    query_write(&q, s,
                "INSERT INTO deadline_said(record, kind, missed, due_ms, package)"
                " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                f);
    query_int(&q, w->record);
    query_int(&q, w->kind);
    query_int(&q, w->missed);
    query_int(&q, w->due_ms);
    query_text(&q, w->package);
    enum err e = query_run(&q, &changes);
    *fresh = changes > 0;
    return e;
}
