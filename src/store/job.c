/* What rules still have to do. */
#include "store/job.h"

#include "store/inside.h"
#include "store/journal.h"
#include "store/past.h"
#include "store/statement.h"
#include "store/verdict.h"

enum err job_put(struct store *s, const struct job_row *j, struct fault *f)
{
    struct query q;
    query_write(&q, s,
                "INSERT OR REPLACE INTO job(event, rule, record, kind, tries, due_ms)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                f);
    query_int(&q, j->event);
    query_int(&q, j->rule);
    query_int(&q, j->record);
    query_int(&q, j->kind);
    query_int(&q, j->tries);
    query_int(&q, j->due_ms);
    return query_run(&q, NULL);
}

enum err job_remove(struct store *s, int64_t event, int64_t rule, struct fault *f)
{
    struct query q;
    query_write(&q, s, "DELETE FROM job WHERE event = ? AND rule = ?", f);
    query_int(&q, event);
    query_int(&q, rule);
    return query_run(&q, NULL);
}

enum err job_each(struct store *s, int64_t rule, job_fn *fn, void *arg, struct fault *f)
{
    struct query q;
    query_read(&q, s,
               "SELECT event, rule, record, kind, tries, due_ms FROM job"
               " WHERE ?1 = 0 OR rule = ?1 ORDER BY event, rule",
               f);
    query_int(&q, rule);
    while (query_row(&q)) {
        const struct job_row j = {
            .event = row_int(&q, 0),
            .rule = row_int(&q, 1),
            .record = row_int(&q, 2),
            .kind = (enum job_kind)row_int(&q, 3),
            .tries = row_int(&q, 4),
            .due_ms = row_int(&q, 5),
        };
        fn(arg, &j);
    }
    return query_end(&q);
}

enum err job_count(struct store *s, int64_t rule, int64_t *count, struct fault *f)
{
    struct query q;
    query_read(&q, s, "SELECT count(*) FROM job WHERE rule = ?", f);
    query_int(&q, rule);
    return query_number(&q, 0, count);
}

enum err job_drop(struct store *s, int64_t rule, int64_t *count, struct fault *f)
{
    struct query q;
    query_write(&q, s,
                "INSERT OR REPLACE INTO verdict(event, rule, at_ms, seen, outcome, line,"
                " run, due_ms) SELECT event, rule, ?, ?, ?, 0, 0, 0 FROM job"
                " WHERE rule = ?",
                f);
    query_int(&q, store_now(s));
    query_int(&q, journal_moment(s));
    query_int(&q, VERDICT_DROPPED);
    query_int(&q, rule);
    enum err e = query_run(&q, NULL);
    if (e != ERR_OK)
        return e;
    query_write(&q, s, "DELETE FROM job WHERE rule = ?", f);
    query_int(&q, rule);
    return query_run(&q, count);
}

enum err past_pending(struct store *s, int64_t event, int64_t rule, bool *pending,
                      struct fault *f)
{
    struct query q;
    int64_t there;
    query_read(&q, s, "SELECT 1 FROM old.job WHERE event = ? AND rule = ?", f);
    query_int(&q, event);
    query_int(&q, rule);
    enum err e = query_number(&q, 0, &there);
    *pending = there != 0;
    return e;
}
