/* Runs of scripts and rules. */
#include "store/run.h"

#include "store/inside.h"
#include "store/statement.h"

#define RUN_COLUMNS                                                                      \
    "id, state, begun_ms, ended_ms, script, error, source, rule, event, record, tries"
enum { COLUMN_TRACE = 11 };

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
    query_write(
        &q, s,
        "INSERT INTO run(state, begun_ms, ended_ms, script, error, source, rule,"
        " event, record, tries, trace) VALUES (0, ?, 0, ?, '', ?, ?, ?, ?, ?, '')",
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

enum err run_end_traced(struct store *s, int64_t id, enum run_state state,
                        const char *error, const char *trace, size_t len, struct fault *f)
{
    struct query q;
    int64_t changes;
    query_write(&q, s,
                "UPDATE run SET state = ?, ended_ms = ?, error = ?, trace = ?"
                " WHERE id = ?",
                f);
    query_int(&q, state);
    query_int(&q, store_now(s));
    query_text(&q, text_or_empty(error));
    query_text_n(&q, text_or_empty(trace), len);
    query_int(&q, id);
    enum err e = query_run(&q, &changes);
    if (e == ERR_OK && changes == 0)
        e = fault_set(f, ERR_NOT_FOUND, "there is no run %lld", (long long)id);
    return e;
}

enum err run_end(struct store *s, int64_t id, enum run_state state, const char *error,
                 struct fault *f)
{
    return run_end_traced(s, id, state, error, "", 0, f);
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
        .trace = "",
    };
    row_digest(q, 6, &r->source);
}

enum err run_get(struct store *s, struct arena *a, int64_t id, struct run_row *r,
                 struct fault *f)
{
    struct query q;
    query_read(&q, s, "SELECT " RUN_COLUMNS ", trace FROM run WHERE id = ?", f);
    query_int(&q, id);
    bool there = query_row(&q);
    if (there) {
        read_row(&q, r);
        r->script = arena_text(a, r->script);
        r->error = arena_text(a, r->error);
        r->trace_len = row_len(&q, COLUMN_TRACE);
        r->trace = arena_copy(a, row_text(&q, COLUMN_TRACE), r->trace_len);
    }
    enum err e = query_end(&q);
    if (e == ERR_OK && !there)
        e = fault_set(f, ERR_NOT_FOUND, "there is no run %lld", (long long)id);
    return e;
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
