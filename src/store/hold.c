/* Holds of rules. */
#include "store/hold.h"

#include "store/inside.h"
#include "store/statement.h"

enum err hold_begin(struct store *s, const struct hold *h, bool *new, struct fault *f)
{
    struct query q;
    int64_t changes = 0;
    query_write(&q, s,
                "INSERT OR IGNORE INTO hold(record, rule, event, since_ms, due_ms)"
                " VALUES (?, ?, ?, ?, ?)",
                f);
    query_int(&q, h->record);
    query_int(&q, h->rule);
    query_int(&q, h->event);
    query_int(&q, h->since_ms);
    query_int(&q, h->due_ms);
    enum err e = query_run(&q, &changes);
    *new = changes > 0;
    return e;
}

enum err hold_end(struct store *s, int64_t rule, int64_t record, bool *was,
                  struct fault *f)
{
    struct query q;
    int64_t changes = 0;
    query_write(&q, s, "DELETE FROM hold WHERE record = ? AND rule = ?", f);
    query_int(&q, record);
    query_int(&q, rule);
    enum err e = query_run(&q, &changes);
    if (was != NULL)
        *was = changes > 0;
    return e;
}

static void read_hold(const struct query *q, struct hold *h)
{
    *h = (struct hold){
        .record = row_int(q, 0),
        .rule = row_int(q, 1),
        .event = row_int(q, 2),
        .since_ms = row_int(q, 3),
        .due_ms = row_int(q, 4),
    };
}

enum err hold_get(struct store *s, int64_t rule, int64_t record, struct hold *h,
                  struct fault *f)
{
    struct query q;
    query_read(&q, s,
               "SELECT record, rule, event, since_ms, due_ms FROM hold"
               " WHERE record = ? AND rule = ?",
               f);
    query_int(&q, record);
    query_int(&q, rule);
    bool there = query_row(&q);
    if (there)
        read_hold(&q, h);
    enum err e = query_end(&q);
    return e == ERR_OK && !there ? ERR_NOT_FOUND : e;
}

static void add_filter(struct clause *c, const struct hold_filter *filter)
{
    clause_init(c, "SELECT record, rule, event, since_ms, due_ms FROM hold WHERE 1");
    if (filter->record != 0)
        clause_int(c, " AND record = ?", filter->record);
    if (filter->rule != 0)
        clause_int(c, " AND rule = ?", filter->rule);
    if (filter->due_ms != 0)
        clause_int(c, " AND due_ms <= ?", filter->due_ms);
    clause_add(c, " ORDER BY due_ms, record, rule");
    if (filter->limit != 0)
        clause_int(c, " LIMIT ?", filter->limit);
}

/* A growing list in an arena. */
static void add_hold(struct arena *a, struct hold **list, size_t *count, size_t *room,
                     const struct query *q)
{
    *list = arena_grow(a, *list, *count, room, sizeof **list);
    read_hold(q, &(*list)[(*count)++]);
}

enum err hold_list(struct store *s, struct arena *a, const struct hold_filter *filter,
                   struct hold **list, size_t *count, struct fault *f)
{
    struct clause c;
    struct query q;
    size_t room = 0;
    *list = NULL;
    *count = 0;
    add_filter(&c, filter);
    query_clause(&q, s, &c, f);
    while (query_row(&q))
        add_hold(a, list, count, &room, &q);
    enum err e = query_end(&q);
    clause_clear(&c);
    return e;
}

enum err hold_next(struct store *s, int64_t *due_ms, int64_t *count, struct fault *f)
{
    struct query q;
    *due_ms = INT64_MAX;
    *count = 0;
    query_read(&q, s, "SELECT min(due_ms), count(*) FROM hold", f);
    if (query_row(&q)) {
        *count = row_int(&q, 1);
        if (*count > 0)
            *due_ms = row_int(&q, 0);
    }
    return query_end(&q);
}
