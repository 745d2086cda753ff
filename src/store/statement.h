/* Statements of SQLite, so short to use that the rest of the room reads well.
 *
 * A query is begun, its parameters are bound in order, its rows are read, and query_end
 * says how all of it went: a failure on the way makes every later step do nothing. */
#ifndef DRAY_STORE_STATEMENT_H
#define DRAY_STORE_STATEMENT_H

#include "store/inside.h"

struct query {
    struct store *store;
    sqlite3_stmt *stmt; /* NULL after a failure to prepare */
    struct fault *fault;
    enum err err;
    int bound; /* parameters so far */
    bool once; /* not kept: finalized at the end */
};

/* `sql` is a literal: its address is its name. */
void query_read(struct query *q, struct store *s, const char *sql, struct fault *f);
/* The same for a statement that writes: opens transaction and savepoint first. */
void query_write(struct query *q, struct store *s, const char *sql, struct fault *f);

void query_int(struct query *q, int64_t value);
/* Borrowed until query_end; NULL is SQL's NULL. */
void query_text(struct query *q, const char *text);
void query_text_n(struct query *q, const char *text, size_t len);
void query_digest(struct query *q, const struct digest *d);

/* The next row; false at the end and after a failure. */
bool query_row(struct query *q);
enum err query_end(struct query *q);
/* For statements without rows: runs and ends. `changes` (may be NULL) is how many rows
 * changed. */
enum err query_run(struct query *q, int64_t *changes);
/* The first column of the only row as a number; `otherwise` when there is none or it is
 * NULL. */
enum err query_number(struct query *q, int64_t otherwise, int64_t *number);

/* Columns of the present row. Texts are borrowed until the next row; NULL is SQL's NULL.
 */
int64_t row_int(const struct query *q, int column);
const char *row_text(const struct query *q, int column);
size_t row_len(const struct query *q, int column);
void row_digest(const struct query *q, int column, struct digest *d);
/* The name of the account whose row's id this is. */
const char *row_account(struct query *q, int column);

/* A statement that is put together from parts: each adds text and what is bound in it. */
enum { CLAUSE_VALUES = 16 };
struct clause {
    struct buf sql;
    struct {
        const char *text; /* NULL: a number */
        int64_t number;
    } values[CLAUSE_VALUES];
    int count;
};
void clause_init(struct clause *c, const char *sql);
void clause_clear(struct clause *c);
void clause_add(struct clause *c, const char *sql);
void clause_int(struct clause *c, const char *sql, int64_t value);
void clause_text(struct clause *c, const char *sql, const char *text);
/* " AND column IN (1,2)" for the bits that are set; nothing when none is. It can use an
 * index, but a list of several costs SQLite a table of its own at every run. */
void clause_bits(struct clause *c, const char *column, unsigned bits);
/* The same as a test of each row, which costs nearly nothing and uses no index. */
void clause_test(struct clause *c, const char *column, unsigned bits);
/* " AND account = ?" by name, where a name is given; an unknown one matches nothing. */
enum err clause_account(struct clause *c, struct store *s, const char *account,
                        struct fault *f);
void query_clause(struct query *q, struct store *s, const struct clause *c,
                  struct fault *f);

#endif
