/* What each rule said to each event. */
#include "store/verdict.h"

#include "store/inside.h"
#include "store/past.h"
#include "store/statement.h"

#define VERDICT_COLUMNS "event, rule, at_ms, seen, outcome, line, run, due_ms"

const char *verdict_name(enum verdict v)
{
    static const char *const names[VERDICT_COUNT] = {
        "ran", "no", "holds", "forgot", "incomplete", "once", "old", "dropped", "failed"};
    return names[v];
}

enum err verdict_put(struct store *s, const struct verdict_row *v, struct fault *f)
{
    struct query q;
    query_write(&q, s,
                "INSERT OR REPLACE INTO verdict(" VERDICT_COLUMNS ")"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                f);
    query_int(&q, v->event);
    query_int(&q, v->rule);
    query_int(&q, v->at_ms);
    query_int(&q, v->seen);
    query_int(&q, v->outcome);
    query_int(&q, v->line);
    query_int(&q, v->run);
    query_int(&q, v->due_ms);
    return query_run(&q, NULL);
}

static void read_verdict(const struct query *q, struct verdict_row *v)
{
    *v = (struct verdict_row){
        .event = row_int(q, 0),
        .rule = row_int(q, 1),
        .at_ms = row_int(q, 2),
        .seen = row_int(q, 3),
        .outcome = (enum verdict)row_int(q, 4),
        .line = row_int(q, 5),
        .run = row_int(q, 6),
        .due_ms = row_int(q, 7),
    };
}

/* Gives the last of each rule and ends the query, whose rows come by event, then rule. */
static enum err give_last(struct query *q, verdict_fn *fn, void *arg)
{
    struct verdict_row v, last = {0};
    bool more = true;
    while (more && query_row(q)) {
        read_verdict(q, &v);
        if (last.rule != 0 && (last.rule != v.rule || last.event != v.event))
            more = fn(arg, &last);
        last = v;
    }
    if (more && last.rule != 0)
        fn(arg, &last);
    return query_end(q);
}

enum err verdict_each(struct store *s, int64_t event, verdict_fn *fn, void *arg,
                      struct fault *f)
{
    struct query q;
    query_read(&q, s,
               "SELECT " VERDICT_COLUMNS " FROM verdict WHERE event = ?"
               " ORDER BY rule, at_ms, seen",
               f);
    query_int(&q, event);
    return give_last(&q, fn, arg);
}

enum err verdict_count(struct store *s, int64_t event, int64_t rule, int64_t *count,
                       struct fault *f)
{
    struct query q;
    query_read(&q, s, "SELECT count(*) FROM verdict WHERE event = ? AND rule = ?", f);
    query_int(&q, event);
    query_int(&q, rule);
    return query_number(&q, 0, count);
}

enum err verdict_since(struct store *s, int64_t since_ms, verdict_fn *fn, void *arg,
                       struct fault *f)
{
    struct query q;
    query_read(&q, s,
               "SELECT " VERDICT_COLUMNS " FROM verdict WHERE event IN"
               " (SELECT id FROM log WHERE log.at_ms >= ?)"
               " ORDER BY event, rule, at_ms, seen",
               f);
    query_int(&q, since_ms);
    return give_last(&q, fn, arg);
}

enum err past_verdict(struct store *s, int64_t event, int64_t rule, int64_t n,
                      struct verdict_row *v, bool *there, struct fault *f)
{
    struct query q;
    query_read(&q, s,
               "SELECT " VERDICT_COLUMNS " FROM old.verdict WHERE event = ? AND rule = ?"
               " ORDER BY at_ms, seen LIMIT 1 OFFSET ?",
               f);
    query_int(&q, event);
    query_int(&q, rule);
    query_int(&q, n);
    *there = query_row(&q);
    if (*there)
        read_verdict(&q, v);
    return query_end(&q);
}

enum err past_verdicts(struct store *s, int64_t since_ms, verdict_fn *fn, void *arg,
                       struct fault *f)
{
    struct query q;
    query_read(&q, s,
               "SELECT " VERDICT_COLUMNS " FROM old.verdict WHERE event IN"
               " (SELECT id FROM old.log WHERE log.at_ms >= ?)"
               " ORDER BY event, rule, at_ms, seen",
               f);
    query_int(&q, since_ms);
    return give_last(&q, fn, arg);
}
