/* Reports about orders that nobody knows yet. */
#include "store/waiting.h"

#include "store/statement.h"

#define WAITING_COLUMNS "id, told_ms, event, account, name, tracking, source, why, fields"

enum err waiting_add(struct store *s, struct waiting *w, const struct digest *content,
                     bool *fresh, struct fault *f)
{
    struct query q;
    int64_t changes = 0;
    query_write(&q, s,
                "INSERT INTO waiting(told_ms, event, account, name, tracking, source, "
                "why, fields, digest) VALUES (?, ?, ?, ?, ?, ?, '', ?, ?)"
                " ON CONFLICT DO NOTHING",
                f);
    query_int(&q, w->told_ms);
    query_text(&q, w->event);
    query_text(&q, text_or_empty(w->account));
    query_text(&q, text_or_empty(w->order));
    query_text(&q, text_or_empty(w->tracking));
    query_text(&q, text_or_empty(w->source));
    query_text_n(&q, w->fields, w->fields_len);
    query_digest(&q, content);
    enum err e = query_run(&q, &changes);
    *fresh = changes > 0;
    if (e == ERR_OK && *fresh)
        w->id = sqlite3_last_insert_rowid(s->db);
    return e;
}

enum err waiting_remove(struct store *s, int64_t id, struct fault *f)
{
    struct query q;
    int64_t changes = 0;
    query_write(&q, s, "DELETE FROM waiting WHERE id = ?", f);
    query_int(&q, id);
    enum err e = query_run(&q, &changes);
    if (e == ERR_OK && changes == 0)
        e = fault_set(f, ERR_NOT_FOUND, "there is no report %lld that waits",
                      (long long)id);
    return e;
}

enum err waiting_refused(struct store *s, int64_t id, const char *why, struct fault *f)
{
    struct query q;
    query_write(&q, s, "UPDATE waiting SET why = ? WHERE id = ?", f);
    query_text(&q, why);
    query_int(&q, id);
    return query_run(&q, NULL);
}

static void read_waiting(const struct query *q, struct arena *a, struct waiting *w)
{
    w->id = row_int(q, 0);
    w->told_ms = row_int(q, 1);
    w->event = arena_text(a, row_text(q, 2));
    w->account = arena_text(a, row_text(q, 3));
    w->order = arena_text(a, row_text(q, 4));
    w->tracking = arena_text(a, row_text(q, 5));
    w->source = arena_text(a, row_text(q, 6));
    w->why = arena_text(a, row_text(q, 7));
    w->fields_len = row_len(q, 8);
    w->fields = arena_copy(a, row_text(q, 8), w->fields_len);
}

static enum err gather(struct query *q, struct arena *a, struct waiting **list,
                       size_t *count)
{
    size_t room = 0;
    *list = NULL;
    *count = 0;
    while (query_row(q)) {
        *list = arena_grow(a, *list, *count, &room, sizeof **list);
        read_waiting(q, a, &(*list)[(*count)++]);
    }
    return query_end(q);
}

enum err waiting_list(struct store *s, struct arena *a,
                      const struct waiting_filter *filter, struct waiting **list,
                      size_t *count, struct fault *f)
{
    struct clause c;
    struct query q;
    clause_init(&c, "SELECT " WAITING_COLUMNS " FROM waiting WHERE 1");
    if (filter->order != NULL)
        clause_text(&c, " AND name = ?", filter->order);
    if (filter->tracking != NULL)
        clause_text(&c, " AND name = '' AND tracking = ?", filter->tracking);
    if (filter->account != NULL)
        clause_text(&c, " AND account IN ('', ?)", filter->account);
    clause_add(&c, " ORDER BY id");
    if (filter->limit != 0)
        clause_int(&c, " LIMIT ?", filter->limit);
    query_clause(&q, s, &c, f);
    enum err e = gather(&q, a, list, count);
    clause_clear(&c);
    return e;
}
