/* Facts about orders: one row for each record, event and box. */
#include "store/fact.h"

#include "store/statement.h"

#define FACT_COLUMNS "record, name, box, event, at_ms, payload"

static enum err forget_whole(struct store *s, const struct fact *fact, struct fault *f)
{
    struct query q;
    query_write(&q, s, "DELETE FROM fact WHERE record = ? AND name = ? AND box = ''", f);
    query_int(&q, fact->record);
    query_text(&q, fact->name);
    return query_run(&q, NULL);
}

enum err fact_put(struct store *s, const struct fact *fact, struct fault *f)
{
    struct query q;
    query_write(&q, s,
                "INSERT OR REPLACE INTO fact(" FACT_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?)",
                f);
    query_int(&q, fact->record);
    query_text(&q, fact->name);
    query_text(&q, text_or_empty(fact->box));
    query_int(&q, fact->event);
    query_int(&q, fact->at_ms);
    query_text_n(&q, fact->payload, fact->payload_len);
    enum err e = query_run(&q, NULL);
    if (e == ERR_OK && text_or_empty(fact->box)[0] != '\0')
        e = forget_whole(s, fact, f);
    return e;
}

static void read_fact(const struct query *q, struct arena *a, struct fact *fact)
{
    fact->record = row_int(q, 0);
    fact->name = arena_text(a, row_text(q, 1));
    fact->box = arena_text(a, row_text(q, 2));
    fact->event = row_int(q, 3);
    fact->at_ms = row_int(q, 4);
    fact->payload_len = row_len(q, 5);
    fact->payload = arena_copy(a, row_text(q, 5), fact->payload_len);
}

enum err fact_get(struct store *s, struct arena *a, int64_t record, const char *name,
                  const char *box, struct fact *fact, struct fault *f)
{
    struct query q;
    bool found;
    query_read(
        &q, s,
        "SELECT " FACT_COLUMNS " FROM fact WHERE record = ? AND name = ? AND box = ?", f);
    query_int(&q, record);
    query_text(&q, name);
    query_text(&q, text_or_empty(box));
    found = query_row(&q);
    if (found)
        read_fact(&q, a, fact);
    enum err e = query_end(&q);
    return e == ERR_OK && !found ? ERR_NOT_FOUND : e;
}

/* A list that grows in an arena. */
struct gathered {
    struct fact *list;
    size_t count, room;
};

static struct fact *next_place(struct arena *a, struct gathered *g)
{
    g->list = arena_grow(a, g->list, g->count, &g->room, sizeof *g->list);
    return &g->list[g->count++];
}

enum err fact_list(struct store *s, struct arena *a, int64_t record, const char *name,
                   struct fact **list, size_t *count, struct fault *f)
{
    struct query q;
    struct gathered g = {0};
    query_read(&q, s,
               "SELECT " FACT_COLUMNS " FROM fact WHERE record = ?1"
               " AND (?2 IS NULL OR name = ?2) ORDER BY name, at_ms, event",
               f);
    query_int(&q, record);
    query_text(&q, name);
    while (query_row(&q))
        read_fact(&q, a, next_place(a, &g));
    *list = g.list;
    *count = g.count;
    return query_end(&q);
}
