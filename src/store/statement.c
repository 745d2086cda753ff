/* Prepared statements, kept for as long as the store is open.
 *
 * Literals are found by their address, statements that were put together by their text.
 * One that is busy (a listing within a listing of the same form) is prepared again for
 * once. */
#include "store/statement.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { SQL_MAX = 8192, BUILT_NEAR = 8 };

static sqlite3_stmt *prepare(struct query *q, const char *sql, unsigned flags)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v3(q->store->db, sql, -1, flags, &stmt, NULL);
    if (rc != SQLITE_OK)
        q->err = store_sqlite_fault(q->store, rc, q->fault);
    return stmt;
}

static struct kept *find_fixed(struct store *s, const char *sql)
{
    size_t i = ((uintptr_t)sql >> 3) % KEPT_FIXED;
    for (size_t tries = 0; tries < KEPT_FIXED; tries++) {
        if (s->fixed[i].sql == sql || s->fixed[i].sql == NULL)
            return &s->fixed[i];
        i = (i + 1) % KEPT_FIXED;
    }
    assert(!"more literals than places to keep them");
    return NULL;
}

/* The place of this text: where it stands, else one that is free. When all that are near
 * are taken, the first one gives way. */
static struct kept *find_built(struct store *s, const char *sql)
{
    uint32_t hash = 2166136261U;
    for (const char *p = sql; *p != '\0'; p++)
        hash = (hash ^ (unsigned char)*p) * 16777619U;
    struct kept *empty = NULL;
    for (uint32_t i = 0; i < BUILT_NEAR; i++) {
        struct kept *k = &s->built[(hash + i) % KEPT_BUILT];
        if (k->sql != NULL && strcmp(k->sql, sql) == 0)
            return k;
        if (k->sql == NULL && empty == NULL)
            empty = k;
    }
    return empty != NULL ? empty : &s->built[hash % KEPT_BUILT];
}

static bool busy(const struct kept *k)
{
    return k->stmt != NULL && sqlite3_stmt_busy(k->stmt) != 0;
}

static void begin(struct query *q, struct store *s, struct fault *f)
{
    *q = (struct query){.store = s, .fault = f};
}

static void use(struct query *q, struct kept *k, const char *sql)
{
    if (busy(k)) {
        q->once = true;
        q->stmt = prepare(q, sql, 0);
        return;
    }
    if (k->stmt == NULL) {
        k->stmt = prepare(q, sql, SQLITE_PREPARE_PERSISTENT);
        k->sql = k->stmt == NULL ? NULL : sql;
    }
    q->stmt = k->stmt;
}

void query_read(struct query *q, struct store *s, const char *sql, struct fault *f)
{
    begin(q, s, f);
    use(q, find_fixed(s, sql), sql);
}

void query_write(struct query *q, struct store *s, const char *sql, struct fault *f)
{
    begin(q, s, f);
    q->err = store_write(s, f);
    if (q->err == ERR_OK)
        use(q, find_fixed(s, sql), sql);
}

static void bind_done(struct query *q, int rc)
{
    if (rc != SQLITE_OK)
        q->err = store_sqlite_fault(q->store, rc, q->fault);
}

void query_int(struct query *q, int64_t value)
{
    if (q->err == ERR_OK)
        bind_done(q, sqlite3_bind_int64(q->stmt, ++q->bound, value));
}

void query_text_n(struct query *q, const char *text, size_t len)
{
    if (q->err == ERR_OK)
        bind_done(q, sqlite3_bind_text64(q->stmt, ++q->bound, text, len, SQLITE_STATIC,
                                         SQLITE_UTF8));
}

void query_text(struct query *q, const char *text)
{
    query_text_n(q, text, text == NULL ? 0 : strlen(text));
}

void query_digest(struct query *q, const struct digest *d)
{
    if (q->err == ERR_OK)
        bind_done(q, sqlite3_bind_blob64(q->stmt, ++q->bound, d->bytes, DIGEST_SIZE,
                                         SQLITE_STATIC));
}

bool query_row(struct query *q)
{
    if (q->err != ERR_OK)
        return false;
    int rc = sqlite3_step(q->stmt);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        q->err = store_sqlite_fault(q->store, rc, q->fault);
    return rc == SQLITE_ROW;
}

/* What went wrong is known already, so the results of reset and finalize say nothing new.
 */
enum err query_end(struct query *q)
{
    if (q->once)
        (void)sqlite3_finalize(q->stmt);
    else
        (void)sqlite3_reset(q->stmt);
    q->stmt = NULL;
    return q->err;
}

enum err query_run(struct query *q, int64_t *changes)
{
    while (query_row(q))
        ;
    if (changes != NULL)
        *changes = q->err == ERR_OK ? sqlite3_changes64(q->store->db) : 0;
    return query_end(q);
}

enum err query_number(struct query *q, int64_t otherwise, int64_t *number)
{
    *number = otherwise;
    if (query_row(q) && sqlite3_column_type(q->stmt, 0) != SQLITE_NULL)
        *number = row_int(q, 0);
    return query_end(q);
}

int64_t row_int(const struct query *q, int column)
{
    return sqlite3_column_int64(q->stmt, column);
}

const char *row_text(const struct query *q, int column)
{
    return (const char *)sqlite3_column_text(q->stmt, column);
}

size_t row_len(const struct query *q, int column)
{
    return (size_t)sqlite3_column_bytes(q->stmt, column);
}

void row_digest(const struct query *q, int column, struct digest *d)
{
    *d = (struct digest){0};
    const void *bytes = sqlite3_column_blob(q->stmt, column);
    if (bytes != NULL && row_len(q, column) == DIGEST_SIZE)
        memcpy(d->bytes, bytes, DIGEST_SIZE);
}

const char *row_account(struct query *q, int column)
{
    struct fault f;
    const char *name = account_name(q->store, row_int(q, column), &f);
    if (name == NULL)
        q->err = fault_set(q->fault, f.code, "%s", f.text);
    return text_or_empty(name);
}

void clause_init(struct clause *c, const char *sql)
{
    c->count = 0;
    buf_init(&c->sql, SQL_MAX);
    buf_text(&c->sql, sql);
}

void clause_clear(struct clause *c)
{
    buf_clear(&c->sql);
}

void clause_add(struct clause *c, const char *sql)
{
    buf_text(&c->sql, sql);
}

void clause_int(struct clause *c, const char *sql, int64_t value)
{
    assert(c->count < CLAUSE_VALUES);
    clause_add(c, sql);
    c->values[c->count].text = NULL;
    c->values[c->count++].number = value;
}

void clause_text(struct clause *c, const char *sql, const char *text)
{
    assert(c->count < CLAUSE_VALUES && text != NULL);
    clause_add(c, sql);
    c->values[c->count++].text = text;
}

/* One bit is an equation, which the terms of partial indexes ask for. */
static bool clause_bit(struct clause *c, const char *column, unsigned bits)
{
    if ((bits & (bits - 1)) != 0)
        return false;
    for (unsigned i = 0; i < 32; i++)
        if (bits == 1U << i)
            buf_format(&c->sql, " AND %s = %u", column, i);
    return true;
}

void clause_test(struct clause *c, const char *column, unsigned bits)
{
    if (!clause_bit(c, column, bits))
        buf_format(&c->sql, " AND (1 << %s & %u) <> 0", column, bits);
}

void clause_bits(struct clause *c, const char *column, unsigned bits)
{
    if (clause_bit(c, column, bits))
        return;
    buf_format(&c->sql, " AND %s IN (", column);
    const char *comma = "";
    for (unsigned i = 0; i < 32; i++) {
        if ((bits & 1U << i) == 0)
            continue;
        buf_format(&c->sql, "%s%u", comma, i);
        comma = ",";
    }
    buf_char(&c->sql, ')');
}

enum err clause_account(struct clause *c, struct store *s, const char *account,
                        struct fault *f)
{
    if (account == NULL)
        return ERR_OK;
    int64_t id;
    enum err e = account_find(s, account, &id, f);
    if (e == ERR_OK)
        clause_int(c, " AND account = ?", id);
    return e;
}

/* The statement of this text: the one that is there, or a new one in its place. */
static void use_built(struct query *q, const char *sql)
{
    struct kept *k = find_built(q->store, sql);
    bool same = k->sql != NULL && strcmp(k->sql, sql) == 0;
    if (!same && !busy(k)) {
        sqlite3_finalize(k->stmt);
        free((void *)(uintptr_t)k->sql);
        *k = (struct kept){0};
    }
    use(q, k, sql);
    if (!same && !q->once && q->stmt != NULL)
        k->sql = mem_text(sql);
}

void query_clause(struct query *q, struct store *s, const struct clause *c,
                  struct fault *f)
{
    begin(q, s, f);
    assert(buf_ok(&c->sql));
    use_built(q, buf_str(&c->sql));
    for (int i = 0; i < c->count; i++) {
        if (c->values[i].text != NULL)
            query_text(q, c->values[i].text);
        else
            query_int(q, c->values[i].number);
    }
}
