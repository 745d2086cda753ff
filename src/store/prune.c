/* Old rows go, a small portion at a time. */
#include "store/prune.h"

#include "store/effect.h"
#include "store/inside.h"
#include "store/statement.h"

/* An effect that something still comes of; `planned` only is not. */
#define EFFECT_OPEN "state BETWEEN 1 AND 6"

_Static_assert(EFFECT_PLANNED == 0 && EFFECT_WAITING == 1 && EFFECT_HELD == 6 &&
                   EFFECT_SUCCEEDED == 7,
               "the numbers above");

/* Runs a deletion whose values are bound, and counts. */
static enum err finish(struct query *q, struct portion *p)
{
    int64_t changes = 0;
    const enum err e = query_run(q, &changes);
    p->gone += changes;
    return e;
}

/* Reads (key, time) pairs in the order of the keys: *last is the last one that is old
 * enough, or p->after. Ends the query. */
static enum err find_last(struct query *q, struct portion *p, int64_t *last)
{
    int64_t seen = 0;
    bool old = true;
    *last = p->after;
    while (old && query_row(q)) {
        old = row_int(q, 1) < p->before_ms;
        if (old)
            *last = row_int(q, 0);
        seen++;
    }
    p->more = old && seen == p->limit;
    return query_end(q);
}

/* Binds what the queries for find_last take. */
static void bind_portion(struct query *q, const struct portion *p)
{
    query_int(q, p->after);
    query_int(q, p->limit);
}

/* Binds from where to where a deletion goes, runs it, and says how far it went when
 * anything did. */
static enum err finish_span(struct query *q, struct portion *p, int64_t last,
                            const char *cursor)
{
    struct store *s = q->store;
    struct fault *f = q->fault;
    const int64_t before = p->gone;

    query_int(q, p->after);
    query_int(q, last);
    p->after = last;
    const enum err e = finish(q, p);
    return e == ERR_OK && p->gone > before ? cursor_set(s, "", cursor, last, f) : e;
}

enum err prune_runs(struct store *s, struct portion *p, struct fault *f)
{
    struct query q;
    int64_t last;

    query_read(&q, s, "SELECT id, begun_ms FROM run WHERE id > ? ORDER BY id LIMIT ?", f);
    bind_portion(&q, p);
    enum err e = find_last(&q, p, &last);
    if (e != ERR_OK || last == p->after)
        return e;
    query_write(&q, s,
                "DELETE FROM run WHERE id > ? AND id <= ? AND state <> 0"
                " AND id < (SELECT max(id) FROM run)"
                " AND NOT EXISTS (SELECT 1 FROM effect WHERE effect.run > 0 AND"
                " effect.run = run.id AND effect." EFFECT_OPEN ")",
                f);
    return finish_span(&q, p, last, PRUNED_RUNS);
}

enum err prune_verdicts(struct store *s, struct portion *p, struct fault *f)
{
    struct query q;
    int64_t last;

    query_read(&q, s,
               "SELECT event, coalesce((SELECT at_ms FROM log WHERE id = event), 0)"
               " FROM verdict WHERE event > ? ORDER BY event LIMIT ?",
               f);
    bind_portion(&q, p);
    enum err e = find_last(&q, p, &last);
    if (e != ERR_OK || last == p->after)
        return e;
    query_write(&q, s, "DELETE FROM verdict WHERE event > ? AND event <= ?", f);
    return finish_span(&q, p, last, PRUNED_VERDICTS);
}

enum err prune_told(struct store *s, struct portion *p, struct fault *f)
{
    struct query q;
    const int64_t before = p->gone;

    query_write(&q, s,
                "DELETE FROM told WHERE key IN (SELECT key FROM told WHERE told_ms < ?"
                " ORDER BY told_ms LIMIT ?)",
                f);
    query_int(&q, p->before_ms);
    query_int(&q, p->limit);
    const enum err e = finish(&q, p);
    p->more = p->gone - before == p->limit;
    return e;
}

/* The next rule after p->after; 0: none. */
static enum err next_rule(struct store *s, const struct portion *p, int64_t *rule,
                          struct fault *f)
{
    struct query q;
    query_read(&q, s, "SELECT min(id) FROM rule WHERE id > ?", f);
    query_int(&q, p->after);
    return query_number(&q, 0, rule);
}

enum err prune_fires(struct store *s, struct portion *p, struct fault *f)
{
    struct query q;
    int64_t rule;
    const int64_t before = p->gone;

    enum err e = next_rule(s, p, &rule, f);
    p->more = rule != 0;
    if (e != ERR_OK || rule == 0)
        return e;
    query_write(&q, s,
                "DELETE FROM fire WHERE rule = ?1 AND at_ms IN (SELECT at_ms FROM fire"
                " WHERE rule = ?1 AND at_ms < ?2 AND state <> 0 ORDER BY at_ms LIMIT ?3)",
                f);
    query_int(&q, rule);
    query_int(&q, p->before_ms);
    query_int(&q, p->limit);
    e = finish(&q, p);
    if (p->gone - before < p->limit)
        p->after = rule; /* all of this one */
    return e;
}
