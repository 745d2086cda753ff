/* The fires of schedules, and up to where each schedule was looked at. */
#include "store/fire.h"

#include "store/past.h"
#include "store/statement.h"

const char *fire_state_name(enum fire_state s)
{
    static const char *const names[FIRE_STATE_COUNT] = {"begun", "done", "failed",
                                                        "skipped"};
    return names[s];
}

enum err fire_add(struct store *s, const struct fire *fire, struct fault *f)
{
    struct query q;
    int64_t changes = 0;
    query_write(&q, s,
                "INSERT INTO fire(rule, at_ms, seen_ms, event, state, why)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                f);
    query_int(&q, fire->rule);
    query_int(&q, fire->at_ms);
    query_int(&q, fire->seen_ms);
    query_int(&q, fire->event);
    query_int(&q, fire->state);
    query_text(&q, text_or_empty(fire->why));
    enum err e = query_run(&q, &changes);
    if (e == ERR_OK && changes == 0)
        e = fault_set(f, ERR_CONFLICT, "this instant of the schedule was decided before");
    return e;
}

enum err fire_known(struct store *s, int64_t rule, int64_t at_ms, bool *known,
                    struct fault *f)
{
    struct query q;
    int64_t count;
    query_read(&q, s, "SELECT count(*) FROM fire WHERE rule = ? AND at_ms = ?", f);
    query_int(&q, rule);
    query_int(&q, at_ms);
    enum err e = query_number(&q, 0, &count);
    *known = e == ERR_OK && count > 0;
    return e;
}

enum err fire_end(struct store *s, int64_t rule, enum fire_state state, const char *why,
                  struct fault *f)
{
    struct query q;
    query_write(&q, s, "UPDATE fire SET state = ?, why = ? WHERE rule = ? AND state = 0",
                f);
    query_int(&q, state);
    query_text(&q, text_or_empty(why));
    query_int(&q, rule);
    return query_run(&q, NULL);
}

enum err fire_open(struct store *s, int64_t rule, bool *open, struct fault *f)
{
    struct query q;
    int64_t count;
    query_read(&q, s, "SELECT count(*) FROM fire WHERE rule = ? AND state = 0", f);
    query_int(&q, rule);
    enum err e = query_number(&q, 0, &count);
    *open = e == ERR_OK && count > 0;
    return e;
}

enum err fire_each(struct store *s, int64_t rule, int64_t limit, fire_fn *fn, void *arg,
                   struct fault *f)
{
    struct query q;
    query_read(&q, s,
               "SELECT at_ms, seen_ms, event, state, why FROM fire WHERE rule = ?"
               " ORDER BY at_ms DESC LIMIT ?",
               f);
    query_int(&q, rule);
    query_int(&q, limit == 0 ? -1 : limit);
    while (query_row(&q)) {
        const struct fire fire = {.rule = rule,
                                  .at_ms = row_int(&q, 0),
                                  .seen_ms = row_int(&q, 1),
                                  .event = row_int(&q, 2),
                                  .state = (enum fire_state)row_int(&q, 3),
                                  .why = row_text(&q, 4)};
        if (!fn(arg, &fire))
            break;
    }
    return query_end(&q);
}

enum err fire_mark(struct store *s, int64_t rule, const char *words, int64_t *until_ms,
                   struct fault *f)
{
    struct query q;
    query_read(&q, s, "SELECT until_ms FROM schedule WHERE rule = ? AND words = ?", f);
    query_int(&q, rule);
    query_text(&q, words);
    bool there = query_row(&q);
    if (there)
        *until_ms = row_int(&q, 0);
    enum err e = query_end(&q);
    return e == ERR_OK && !there ? ERR_NOT_FOUND : e;
}

enum err fire_set_mark(struct store *s, int64_t rule, const char *words, int64_t until_ms,
                       struct fault *f)
{
    struct query q;
    query_write(&q, s,
                "INSERT INTO schedule(rule, until_ms, words) VALUES (?, ?, ?)"
                " ON CONFLICT(rule) DO UPDATE SET until_ms = excluded.until_ms,"
                " words = excluded.words",
                f);
    query_int(&q, rule);
    query_int(&q, until_ms);
    query_text(&q, words);
    return query_run(&q, NULL);
}

enum err past_scheduled(struct store *s, int64_t rule, const char *words, bool *same,
                        struct fault *f)
{
    struct query q;
    int64_t there;
    query_read(&q, s, "SELECT 1 FROM old.schedule WHERE rule = ? AND words = ?", f);
    query_int(&q, rule);
    query_text(&q, words);
    enum err e = query_number(&q, 0, &there);
    *same = there != 0;
    return e;
}
