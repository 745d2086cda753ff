/* Orders and shipments that nothing happened to for long go, with all that belongs to
 * them. */
#include "store/effect.h"
#include "store/inside.h"
#include "store/prune.h"
#include "store/record.h"
#include "store/statement.h"

enum { AT_ONCE = 64 };

/* What belongs to a record; the record itself is last. */
static const char *const belongings[] = {
    "DELETE FROM effect_body WHERE effect IN (SELECT id FROM effect WHERE record = ?)",
    "DELETE FROM effect WHERE record = ?",
    "DELETE FROM paper WHERE record = ?",
    "DELETE FROM offer WHERE record = ?",
    "DELETE FROM fact WHERE record = ?",
    "DELETE FROM parcel WHERE record = ?",
    "DELETE FROM deadline WHERE record = ?",
    "DELETE FROM deadline_said WHERE record = ?",
    "DELETE FROM rule_fired WHERE record = ?",
    "DELETE FROM record_past WHERE record = ?",
    "DELETE FROM record_body WHERE record = ?",
    "DELETE FROM record WHERE id = ?",
};
enum { BELONGINGS = sizeof belongings / sizeof belongings[0] };

_Static_assert(RECORD_OLD == 32 && RECORD_ORDER == 0 && ORDER_SHIPPED == 6 &&
                   ORDER_DENIED > 6 && ORDER_REJECTED > 6 && ORDER_CANCELLED > 6 &&
                   ORDER_DELIVERED > 6 && SHIPMENT_SHIPPED == 7 &&
                   SHIPMENT_DELIVERED > 7 && SHIPMENT_CANCELLED > 7 &&
                   EFFECT_WAITING == 1 && EFFECT_HELD == 6 && EFFECT_SUCCEEDED == 7,
               "the numbers below");

/* The records of one portion that may go. */
struct harvest {
    int64_t ids[AT_ONCE];
    size_t count;
};

/* It is over, or is left alone; nothing is under way for it, and its numbers and those of
 * its rows are not the newest. */
static const char candidates[] =
    "SELECT id, seen_ms, changed_ms < ?1 AND id < (SELECT max(id) FROM record)"
    " AND ((flags & 32) <> 0 OR state >= CASE kind WHEN 0 THEN 6 ELSE 7 END)"
    " AND NOT EXISTS (SELECT 1 FROM effect WHERE effect.record = record.id AND"
    " (state BETWEEN 1 AND 6 OR effect.id = (SELECT max(id) FROM effect)))"
    " AND NOT EXISTS (SELECT 1 FROM paper WHERE paper.record = record.id AND"
    " paper.id = (SELECT max(id) FROM paper))"
    " AND NOT EXISTS (SELECT 1 FROM hold WHERE hold.record = record.id)"
    " AND id NOT IN (SELECT record FROM job)"
    " FROM record WHERE id > ?2 ORDER BY id LIMIT ?3";

/* Who was seen later is younger; so the first one that is too young ends it. */
static enum err gather(struct store *s, struct portion *p, struct harvest *h,
                       struct fault *f)
{
    struct query q;
    const int64_t limit = p->limit < AT_ONCE ? p->limit : AT_ONCE;
    int64_t seen = 0;
    bool old = true;

    query_read(&q, s, candidates, f);
    query_int(&q, p->before_ms);
    query_int(&q, p->after);
    query_int(&q, limit);
    while (old && query_row(&q)) {
        old = row_int(&q, 1) < p->before_ms;
        if (old)
            p->after = row_int(&q, 0);
        if (old && row_int(&q, 2) != 0)
            h->ids[h->count++] = row_int(&q, 0);
        seen++;
    }
    p->more = old && seen == limit;
    return query_end(&q);
}

static enum err tell_paths(struct store *s, int64_t record, prune_path_fn *path,
                           void *arg, struct fault *f)
{
    struct query q;
    query_read(&q, s, "SELECT path FROM paper WHERE record = ?", f);
    query_int(&q, record);
    while (query_row(&q))
        path(arg, row_text(&q, 0));
    return query_end(&q);
}

/* What an order that nobody ended holds of the stock is free, and its lines go. */
static enum err free_stock(struct store *s, int64_t record, struct fault *f)
{
    struct query q;
    int64_t state;
    query_read(&q, s, "SELECT state FROM record WHERE id = ? AND kind = 0", f);
    query_int(&q, record);
    const enum err e = query_number(&q, -1, &state);
    return e != ERR_OK || state < 0
               ? e
               : stock_state(s, record, (int)state, ORDER_CANCELLED, f);
}

static enum err forget(struct store *s, int64_t record, struct fault *f)
{
    enum err e = free_stock(s, record, f);
    for (size_t i = 0; e == ERR_OK && i < BELONGINGS; i++) {
        struct query q;
        query_write(&q, s, belongings[i], f);
        query_int(&q, record);
        e = query_run(&q, NULL);
    }
    return e;
}

enum err prune_records(struct store *s, struct portion *p, prune_path_fn *path, void *arg,
                       struct fault *f)
{
    struct harvest h = {.count = 0};
    enum err e = gather(s, p, &h, f);

    for (size_t i = 0; e == ERR_OK && i < h.count; i++) {
        e = tell_paths(s, h.ids[i], path, arg, f);
        if (e == ERR_OK)
            e = forget(s, h.ids[i], f);
        p->gone += e == ERR_OK;
    }
    return e;
}
