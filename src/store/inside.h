/* What the files of this room share; nobody outside includes it. */
#ifndef DRAY_STORE_INSIDE_H
#define DRAY_STORE_INSIDE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/digest.h"
#include "store/store.h"

/* The end of the log: the newest entry's id and hash, zeroes before the first; and how
 * many changes of records and documents came after it. */
struct chain {
    int64_t id;
    struct digest hash;
    int64_t ticks;
};

/* The names of accounts by their row's id; a copy of the table, forgotten when rows are
 * undone. */
struct accounts {
    char **names; /* names[id]; NULL where unknown */
    int64_t count;
    int64_t latest; /* the id that was asked for last */
};

/* A prepared statement that stays for as long as the store is open. */
struct kept {
    const char *sql; /* a literal for `fixed`, owned for `built` */
    sqlite3_stmt *stmt;
};
enum { KEPT_FIXED = 256, KEPT_BUILT = 64 };

/* How long SQLite waits for another program's lock. */
enum { STORE_PATIENCE_MS = 2000 };

struct store {
    sqlite3 *db;
    enum store_mode mode;
    const struct clock *clock; /* borrowed */
    char *folder;              /* as the user named it, for sentences */
    char *path;                /* of the file */
    int lock;                  /* descriptor of the lock file; -1 without one */
    bool opened;               /* opening is over */
    bool writing;              /* a transaction is open */
    bool reading;              /* one is open that has written nothing */
    bool slice;                /* a slice has begun */
    bool savepoint;            /* and has written something */
    struct fault fatal;        /* ERR_OK while writing is possible */
    struct chain tail;         /* of the log, with what is not committed */
    struct chain slice_tail;   /* at the start of the slice's writes */
    struct chain kept_tail;    /* at the last commit */
    struct digester *digester;
    int64_t next_paper;
    int wal_pages;     /* in the write-ahead log after the last commit */
    int checkpoint_at; /* when it is as long as this, the next tidying checkpoints */
    struct accounts accounts;
    struct kept fixed[KEPT_FIXED]; /* by the literal's address */
    struct kept
        built[KEPT_BUILT]; /* by content; a newer one takes the place of an older */
    struct buf scratch;    /* for texts within one function */
};

/* A folder and the name of a file in it; the caller frees. */
char *store_file(const char *folder, const char *name);

/* What SQLite's result code means for people. For an owner, whatever leaves the file in
 * doubt (disk, damage, memory) rolls back and is fatal from then on. */
enum err store_sqlite_fault(struct store *s, int rc, struct fault *f);

/* Before every write: opens the round's transaction and the slice's savepoint where
 * needed. */
enum err store_write(struct store *s, struct fault *f);
/* A statement without parameters and rows. */
enum err store_execute(struct store *s, const char *sql, struct fault *f);
/* Counts the pages of the write-ahead log from now on, for store_tidy. */
void store_watch_wal(struct store *s);

/* Brings an open database's tables to the present version; ERR_INPUT when it is from a
 * newer dray or, only looking, from an older one. */
enum err schema_apply(struct store *s, struct fault *f);
/* Makes `path` a complete, empty dray file that survives a power cut as a whole or not at
 * all. */
enum err schema_create(const char *folder, const char *path, struct fault *f);
/* Looks at the first bytes only, so that a strange file is not touched: ERR_INPUT with a
 * sentence when it is not ours or newer. */
enum err schema_check_header(const char *path, struct fault *f);

/* The lock of a folder: a descriptor that is held, or -1 with ERR_BUSY. */
int lock_take(const char *folder, struct fault *f);
void lock_release(int lock);

/* Reads the end of the log. */
enum err journal_open(struct store *s, struct fault *f);
/* The last entry that was cut off the log's beginning; zeroes when none was
 * (prune_log.c). */
enum err journal_cut(struct store *s, struct chain *cut, struct fault *f);
/* A record or a document is about to change: the moment of that, which the row's trail
 * names (store/past.h). */
enum err journal_tick(struct store *s, int64_t *moment, struct fault *f);
/* SQL that adds a line to a row's trail: the moment, a letter for the column, what stands
 * there before the change. Follows "past = past". */
#define TRAIL_WAS(moment, letter, column)                                                \
    " || " moment " || ' " letter "' || replace(" column ", char(10), ' ') || char(10)"
/* The trail of a new row. */
#define TRAIL_NEW "? || ' n' || char(10)"
/* Before a commit: a moment that the log alone does not tell outlives a restart. */
enum err journal_keep_moment(struct store *s, struct fault *f);
/* The chain of the whole log: ERR_INPUT names the first entry that is not as it was
 * written. */
enum err journal_verify(struct store *s, struct fault *f);
/* Reads the highest id of a document. */
enum err paper_open(struct store *s, struct fault *f);

/* A record went from one state to another: what it holds of the stock goes with it. */
enum err stock_state(struct store *s, int64_t record, int from, int to, struct fault *f);
/* A record is about to go to another warehouse, and has gone there: what it holds of the
 * stock goes with it. */
enum err stock_leave(struct store *s, int64_t record, struct fault *f);
enum err stock_arrive(struct store *s, int64_t record, struct fault *f);

/* The row of an account; 0 for "" and NULL, -1 when there is none of that name. */
enum err account_find(struct store *s, const char *name, int64_t *id, struct fault *f);
/* The same, made when there is none. */
enum err account_intern(struct store *s, const char *name, int64_t *id, struct fault *f);
/* Its name, "" for 0; NULL and *f filled when it cannot be read. Borrowed until the next
 * undo. */
const char *account_name(struct store *s, int64_t id, struct fault *f);
void account_forget(struct store *s);

static inline int64_t store_now(const struct store *s)
{
    return clock_wall_ms(s->clock);
}

static inline const char *text_or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

#endif
