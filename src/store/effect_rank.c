/* In which order what is ready leaves: by the day on which its order has to ship.
 *
 * While Amazon is up, everything leaves as soon as it is ready. After an outage, or where
 * the quota is small, hundreds wait, and the ones that were asked for first are not the
 * ones that are late first. A ready effect that is due has no use for its time any more,
 * so its rank stands there, in the past, where the index has it in order. */
#include "store/effect.h"

#include "store/inside.h"
#include "store/statement.h"

/* Every rank is before every time, and in the order of the dates of shipping. */
#define RANK_BASE "4503599627370496"
#define READY_AND_DUE                                                                    \
    " WHERE state = 2 AND state < 7 AND kind = ? AND account = ?"                        \
    " AND next_ms BETWEEN 0 AND ?"

static void bind_due(struct query *q, enum effect_kind kind, int64_t account,
                     int64_t now_ms)
{
    query_int(q, kind);
    query_int(q, account);
    query_int(q, now_ms);
}

/* A look first: a write would open a transaction for nothing. */
static enum err unranked(struct store *s, int64_t account, enum effect_kind kind,
                         int64_t now_ms, bool *any, struct fault *f)
{
    struct query q;
    int64_t found = 0;
    query_read(&q, s, "SELECT 1 FROM effect" READY_AND_DUE " LIMIT 1", f);
    bind_due(&q, kind, account, now_ms);
    enum err e = query_number(&q, 0, &found);
    *any = found != 0;
    return e;
}

/* An order whose date nobody can read goes with those that ship now. */
static enum err rank(struct store *s, int64_t account, enum effect_kind kind,
                     int64_t now_ms, struct fault *f)
{
    struct query q;
    query_write(
        &q, s,
        "UPDATE effect SET next_ms = coalesce((SELECT nullif(max(ship_by_ms, 0), 0)"
        " FROM record WHERE record.id = effect.record), ?) - " RANK_BASE READY_AND_DUE,
        f);
    query_int(&q, now_ms);
    bind_due(&q, kind, account, now_ms);
    return query_run(&q, NULL);
}

enum err effect_rank(struct store *s, const char *account, enum effect_kind kind,
                     int64_t now_ms, struct fault *f)
{
    int64_t number;
    bool any = false;
    enum err e = account_find(s, account, &number, f);
    if (e == ERR_OK)
        e = unranked(s, number, kind, now_ms, &any, f);
    return e == ERR_OK && any ? rank(s, number, kind, now_ms, f) : e;
}
