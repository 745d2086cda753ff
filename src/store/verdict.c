/* What each rule said to each event. */
#include "store/verdict.h"

#include "store/inside.h"
#include "store/statement.h"

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
                "INSERT OR REPLACE INTO verdict(event, rule, outcome, line, run)"
                " VALUES (?, ?, ?, ?, ?)",
                f);
    query_int(&q, v->event);
    query_int(&q, v->rule);
    query_int(&q, v->outcome);
    query_int(&q, v->line);
    query_int(&q, v->run);
    return query_run(&q, NULL);
}

enum err verdict_each(struct store *s, int64_t event, verdict_fn *fn, void *arg,
                      struct fault *f)
{
    struct query q;
    query_read(&q, s,
               "SELECT event, rule, outcome, line, run FROM verdict WHERE event = ?"
               " ORDER BY rule",
               f);
    query_int(&q, event);
    while (query_row(&q)) {
        const struct verdict_row v = {
            .event = row_int(&q, 0),
            .rule = row_int(&q, 1),
            .outcome = (enum verdict)row_int(&q, 2),
            .line = row_int(&q, 3),
            .run = row_int(&q, 4),
        };
        if (!fn(arg, &v))
            break;
    }
    return query_end(&q);
}
