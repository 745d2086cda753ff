/* Runs of scripts and rules. */
#include "store/run.h"

#include "store/inside.h"
#include "store/past.h"
#include "store/statement.h"

#define RUN_COLUMNS                                                                      \
    "id, state, begun_ms, ended_ms, script, error, source, rule, event, record, tries, " \
    "seen, seen_ms"
enum { COLUMN_TRACE = 13 };

const char *run_state_name(enum run_state s)
{
    static const char *const names[] = {"running", "done", "failed", "crashed",
                                        "stopped"};
    return names[s];
}

enum err run_begin_rule(struct store *s, const struct run_row *r, int64_t *id,
                        struct fault *f)
{
    struct query q;
    query_write(&q, s,
                "INSERT INTO run(state, begun_ms, ended_ms, script, error, source, rule,"
                " event, record, tries, seen, seen_ms, trace)"
                " VALUES (0, ?, 0, ?, '', ?, ?, ?, ?, ?, 0, 0, '')",
                f);
    query_int(&q, store_now(s));
    query_text(&q, r->script);
    query_digest(&q, &r->source);
    query_int(&q, r->rule);
    query_int(&q, r->event);
    query_int(&q, r->record);
    query_int(&q, r->tries);
    enum err e = query_run(&q, NULL);
    if (e == ERR_OK)
        *id = sqlite3_last_insert_rowid(s->db);
    return e;
}

enum err run_begin(struct store *s, const char *script, const struct digest *source,
                   int64_t *id, struct fault *f)
{
    const struct run_row r = {.script = script, .source = *source};
    return run_begin_rule(s, &r, id, f);
}

static enum err no_run(int64_t id, struct fault *f)
{
    return fault_set(f, ERR_NOT_FOUND, "there is no run %lld", (long long)id);
}

enum err run_end_traced(struct store *s, const struct run_row *r, struct fault *f)
{
    struct query q;
    int64_t changes;
    query_write(&q, s,
                "UPDATE run SET state = ?, ended_ms = ?, error = ?, seen = ?,"
                " seen_ms = ?, trace = ? WHERE id = ?",
                f);
    query_int(&q, r->state);
    query_int(&q, store_now(s));
    query_text(&q, text_or_empty(r->error));
    query_int(&q, r->seen);
    query_int(&q, r->seen_ms);
    query_text_n(&q, text_or_empty(r->trace), r->trace_len);
    query_int(&q, r->id);
    enum err e = query_run(&q, &changes);
    return e == ERR_OK && changes == 0 ? no_run(r->id, f) : e;
}

enum err run_end(struct store *s, int64_t id, enum run_state state, const char *error,
                 struct fault *f)
{
    const struct run_row r = {.id = id, .state = state, .error = error};
    return run_end_traced(s, &r, f);
}

enum err run_recover(struct store *s, int64_t *crashed, struct fault *f)
{
    struct query q;
    query_write(&q, s, "UPDATE run SET state = ?, ended_ms = ? WHERE state = 0", f);
    query_int(&q, RUN_CRASHED);
    query_int(&q, store_now(s));
    return query_run(&q, crashed);
}

/* Texts are borrowed from the statement. */
static void read_row(struct query *q, struct run_row *r)
{
    *r = (struct run_row){
        .id = row_int(q, 0),
        .state = (enum run_state)row_int(q, 1),
        .begun_ms = row_int(q, 2),
        .ended_ms = row_int(q, 3),
        .script = row_text(q, 4),
        .error = row_text(q, 5),
        .rule = row_int(q, 7),
        .event = row_int(q, 8),
        .record = row_int(q, 9),
        .tries = row_int(q, 10),
        .seen = row_int(q, 11),
        .seen_ms = row_int(q, 12),
        .trace = "",
    };
    row_digest(q, 6, &r->source);
}

/* The only row, its texts in the arena. */
static enum err take_row(struct query *q, struct arena *a, struct run_row *r, bool *there)
{
    *there = query_row(q);
    if (*there) {
        read_row(q, r);
        r->script = arena_text(a, r->script);
        r->error = arena_text(a, r->error);
        r->trace_len = row_len(q, COLUMN_TRACE);
        r->trace = arena_copy(a, row_text(q, COLUMN_TRACE), r->trace_len);
    }
    return query_end(q);
}

enum err past_run(struct store *s, struct arena *a, int64_t event, int64_t rule,
                  int64_t n, struct run_row *r, bool *there, struct fault *f)
{
    struct query q;
    query_read(&q, s,
               "SELECT " RUN_COLUMNS ", trace FROM old.run WHERE event > 0 AND event = ?"
               " AND rule = ? ORDER BY id LIMIT 1 OFFSET ?",
               f);
    query_int(&q, event);
    query_int(&q, rule);
    query_int(&q, n);
    return take_row(&q, a, r, there);
}

enum err past_run_get(struct store *s, struct arena *a, int64_t id, struct run_row *r,
                      struct fault *f)
{
    struct query q;
    bool there;
    query_read(&q, s, "SELECT " RUN_COLUMNS ", trace FROM old.run WHERE id = ?", f);
    query_int(&q, id);
    enum err e = take_row(&q, a, r, &there);
    return e == ERR_OK && !there ? no_run(id, f) : e;
}

enum err run_get(struct store *s, struct arena *a, int64_t id, struct run_row *r,
                 struct fault *f)
{
    struct query q;
    bool there;
    query_read(&q, s, "SELECT " RUN_COLUMNS ", trace FROM run WHERE id = ?", f);
    query_int(&q, id);
    enum err e = take_row(&q, a, r, &there);
    return e == ERR_OK && !there ? no_run(id, f) : e;
}

static void add_filter(struct clause *c, const struct run_filter *filter)
{
    clause_init(c, "SELECT " RUN_COLUMNS " FROM run WHERE 1");
    if (filter->rule != 0)
        clause_int(c, " AND rule = ?", filter->rule);
    if (filter->record != 0)
        clause_int(c, " AND record = ?", filter->record);
    if (filter->event != 0)
        clause_int(c, " AND event > 0 AND event = ?", filter->event);
    clause_bits(c, "state", filter->states);
    clause_add(c, " ORDER BY id DESC");
    if (filter->limit != 0)
        clause_int(c, " LIMIT ?", filter->limit);
}

enum err run_each(struct store *s, const struct run_filter *filter, run_fn *fn, void *arg,
                  struct fault *f)
{
    struct clause c;
    struct query q;
    struct run_row r;
    add_filter(&c, filter);
    query_clause(&q, s, &c, f);
    while (query_row(&q)) {
        read_row(&q, &r);
        if (!fn(arg, &r))
            break;
    }
    enum err e = query_end(&q);
    clause_clear(&c);
    return e;
}
