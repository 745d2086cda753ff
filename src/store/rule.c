/* What is remembered of each rule. */
#include "store/rule.h"

#include "store/inside.h"
#include "store/statement.h"

#define RULE_COLUMNS                                                                     \
    "id, name, file, head, paused_ms, why, failures, last_run, last_ms, outcome"

/* Texts are borrowed from the statement. */
static void read_row(const struct query *q, struct rule_row *r)
{
    *r = (struct rule_row){
        .id = row_int(q, 0),
        .name = row_text(q, 1),
        .file = row_text(q, 2),
        .head = row_text(q, 3),
        .paused_ms = row_int(q, 4),
        .why = row_text(q, 5),
        .failures = row_int(q, 6),
        .last_run = row_int(q, 7),
        .last_ms = row_int(q, 8),
        .outcome = (enum run_state)row_int(q, 9),
    };
}

static void own_texts(struct arena *a, struct rule_row *r)
{
    r->name = arena_text(a, r->name);
    r->file = arena_text(a, r->file);
    r->head = arena_text(a, r->head);
    r->why = arena_text(a, r->why);
}

static enum err find_id(struct store *s, const char *name, int64_t *id, struct fault *f)
{
    struct query q;
    query_read(&q, s, "SELECT id FROM rule WHERE name = ?", f);
    query_text(&q, name);
    return query_number(&q, 0, id);
}

enum err rule_intern(struct store *s, const char *name, int64_t *id, struct fault *f)
{
    struct query q;
    enum err e = find_id(s, name, id, f);
    if (e != ERR_OK || *id != 0)
        return e;
    query_write(&q, s,
                "INSERT INTO rule(name, file, head, paused_ms, why, failures, last_run,"
                " last_ms, outcome) VALUES (?, '', '', 0, '', 0, 0, 0, 0)",
                f);
    query_text(&q, name);
    e = query_run(&q, NULL);
    if (e == ERR_OK)
        *id = sqlite3_last_insert_rowid(s->db);
    return e;
}

/* The only row of a query that has its parameters. */
static enum err read_only_row(struct query *q, struct arena *a, struct rule_row *r,
                              bool *there)
{
    *there = query_row(q);
    if (*there) {
        read_row(q, r);
        own_texts(a, r);
    }
    return query_end(q);
}

enum err rule_get(struct store *s, struct arena *a, int64_t id, struct rule_row *r,
                  struct fault *f)
{
    struct query q;
    bool there;
    query_read(&q, s, "SELECT " RULE_COLUMNS " FROM rule WHERE id = ?", f);
    query_int(&q, id);
    enum err e = read_only_row(&q, a, r, &there);
    if (e == ERR_OK && !there)
        e = fault_set(f, ERR_NOT_FOUND, "there is no rule %lld", (long long)id);
    return e;
}

enum err rule_find(struct store *s, struct arena *a, const char *name, struct rule_row *r,
                   struct fault *f)
{
    struct query q;
    bool there;
    query_read(&q, s, "SELECT " RULE_COLUMNS " FROM rule WHERE name = ?", f);
    query_text(&q, name);
    enum err e = read_only_row(&q, a, r, &there);
    if (e == ERR_OK && !there)
        e = fault_set(f, ERR_NOT_FOUND,
                      "there is no rule \"%s\"; `dray rules` shows them all", name);
    return e;
}

enum err rule_each(struct store *s, rule_fn *fn, void *arg, struct fault *f)
{
    struct query q;
    struct rule_row r;
    query_read(&q, s, "SELECT " RULE_COLUMNS " FROM rule ORDER BY name", f);
    while (query_row(&q)) {
        read_row(&q, &r);
        if (!fn(arg, &r))
            break;
    }
    return query_end(&q);
}

enum err rule_loaded(struct store *s, int64_t id, const char *file, const char *head,
                     struct fault *f)
{
    struct query q;
    query_write(&q, s,
                "UPDATE rule SET file = ?2, head = ?3 WHERE id = ?1"
                " AND (file != ?2 OR head != ?3)",
                f);
    query_int(&q, id);
    query_text(&q, file);
    query_text(&q, head);
    return query_run(&q, NULL);
}

enum err rule_ended(struct store *s, int64_t id, int64_t run, enum run_state outcome,
                    int64_t failures, struct fault *f)
{
    struct query q;
    query_write(&q, s,
                "UPDATE rule SET last_run = ?, outcome = ?, failures = ?, last_ms = ?"
                " WHERE id = ?",
                f);
    query_int(&q, run);
    query_int(&q, outcome);
    query_int(&q, failures);
    query_int(&q, store_now(s));
    query_int(&q, id);
    return query_run(&q, NULL);
}

enum err rule_set_pause(struct store *s, int64_t id, int64_t since_ms, const char *why,
                        struct fault *f)
{
    struct query q;
    query_write(&q, s,
                "UPDATE rule SET paused_ms = ?1, why = ?2,"
                " failures = iif(?1 = 0, 0, failures) WHERE id = ?3",
                f);
    query_int(&q, since_ms);
    query_text(&q, text_or_empty(why));
    query_int(&q, id);
    return query_run(&q, NULL);
}

enum err rule_data(struct store *s, struct arena *a, int64_t id, const char **text,
                   size_t *len, struct fault *f)
{
    struct query q;
    *text = NULL;
    query_read(&q, s, "SELECT data FROM rule_data WHERE rule = ?", f);
    query_int(&q, id);
    if (query_row(&q)) {
        *len = row_len(&q, 0);
        *text = arena_copy(a, row_text(&q, 0), *len);
    }
    return query_end(&q);
}

enum err rule_set_data(struct store *s, int64_t id, const char *text, size_t len,
                       struct fault *f)
{
    struct query q;
    query_write(&q, s, "INSERT OR REPLACE INTO rule_data(rule, data) VALUES (?, ?)", f);
    query_int(&q, id);
    query_text_n(&q, text, len);
    return query_run(&q, NULL);
}

enum err rule_fire_once(struct store *s, int64_t id, int64_t record, struct fault *f)
{
    struct query q;
    query_write(&q, s, "INSERT OR IGNORE INTO rule_fired(record, rule) VALUES (?, ?)", f);
    query_int(&q, record);
    query_int(&q, id);
    return query_run(&q, NULL);
}

enum err rule_fired(struct store *s, int64_t id, int64_t record, bool *fired,
                    struct fault *f)
{
    struct query q;
    int64_t there;
    query_read(&q, s, "SELECT 1 FROM rule_fired WHERE record = ? AND rule = ?", f);
    query_int(&q, record);
    query_int(&q, id);
    enum err e = query_number(&q, 0, &there);
    *fired = there != 0;
    return e;
}
