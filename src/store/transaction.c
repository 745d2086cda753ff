/* One open transaction a round, slices within it, and what happens when the disk fails.
 *
 * BEGIN comes with the first write of a round and SAVEPOINT with the first write of a
 * slice, so a task that writes nothing costs nothing. After a failed flush nobody knows
 * what is on the disk: the same fault answers every later write, and only a new start
 * reads what is there. */
#include "store/inside.h"

#include <errno.h>
#include <string.h>

#include "store/statement.h"

enum {
    CHECKPOINT_PAGES = 4000, /* of the write-ahead log */
    CHECKPOINT_AGAIN = 1000  /* more before the next try, when a reader was in the way */
};

static enum err disk_full(const struct store *s, struct fault *f)
{
    return fault_set(f, ERR_IO,
                     "the disk of %s is full: make room, then start dray again; what was "
                     "committed is safe",
                     s->path);
}

static enum err disk_failed(const struct store *s, struct fault *f)
{
    int number = sqlite3_system_errno(s->db);
    if (number == ENOSPC || number == EDQUOT)
        return disk_full(s, f);
    return fault_set(
        f, ERR_IO,
        "the disk of %s failed (%s%s%s): look at the disk, then start dray again",
        s->path, sqlite3_errmsg(s->db), number == 0 ? "" : ", ",
        number == 0 ? "" : strerror(number));
}

static enum err describe(const struct store *s, int rc, struct fault *f)
{
    switch (rc & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return fault_set(f, ERR_BUSY, "another program holds %s: close it there",
                         s->path);
    case SQLITE_FULL:
        return disk_full(s, f);
    case SQLITE_IOERR:
        return disk_failed(s, f);
    case SQLITE_CANTOPEN:
        return fault_set(
            f, ERR_IO,
            "cannot open %s or the files beside it: look at its rights, and at "
            "those of its folder",
            s->path);
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return fault_set(f, ERR_DENIED, "%s cannot be written: it is read-only", s->path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return fault_set(
            f, ERR_INPUT,
            "%s is damaged: keep a copy of it as it is, and bring an earlier one "
            "back",
            s->path);
    case SQLITE_NOMEM:
        return fault_set(f, ERR_IO, "not enough memory to work on %s", s->path);
    default:
        return fault_set(f, ERR_BUG, "a statement on %s failed: %s", s->path,
                         sqlite3_errmsg(s->db));
    }
}

/* Leaves no doubt about the file: a clash, or a mistake of ours that SQLite refused. */
static bool harmless(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_CONSTRAINT:
    case SQLITE_ERROR:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
    case SQLITE_TOOBIG:
    case SQLITE_SCHEMA:
        return true;
    default:
        return false;
    }
}

static void forget_writes(struct store *s)
{
    s->writing = s->reading = s->savepoint = false;
    s->tail = s->kept_tail;
    account_forget(s);
}

/* What the rollback says changes nothing: the next start recovers the file in any case.
 */
static void give_up(struct store *s, const struct fault *why)
{
    if (s->fatal.code == ERR_OK)
        fault_set(&s->fatal, ERR_IO, "%s", why->text);
    if (sqlite3_get_autocommit(s->db) == 0)
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    forget_writes(s);
}

enum err store_sqlite_fault(struct store *s, int rc, struct fault *f)
{
    struct fault why = {0};
    describe(s, rc, &why);
    if (s->mode == STORE_OWN && !harmless(rc)) {
        give_up(s, &why);
        if (s->opened)
            why.code = ERR_IO;
    }
    return fault_set(f, why.code, "%s", why.text);
}

static enum err fatal_again(const struct store *s, struct fault *f)
{
    return fault_set(f, s->fatal.code, "%s", s->fatal.text);
}

enum err store_execute(struct store *s, const char *sql, struct fault *f)
{
    int rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? ERR_OK : store_sqlite_fault(s, rc, f);
}

/* A kept statement of this file's own, past store_write. */
static enum err control(struct store *s, const char *sql, struct fault *f)
{
    struct query q;
    query_read(&q, s, sql, f);
    return query_run(&q, NULL);
}

enum err store_begin(struct store *s, struct fault *f)
{
    if (s->writing || s->reading || s->fatal.code != ERR_OK)
        return ERR_OK; /* the first write tells what is wrong */
    enum err e = control(s, "BEGIN", f);
    s->reading = e == ERR_OK;
    return e;
}

static enum err end_reading(struct store *s, struct fault *f)
{
    if (!s->reading)
        return ERR_OK;
    s->reading = false;
    return control(s, "COMMIT", f);
}

/* What was only read so far is let go first: BEGIN IMMEDIATE waits for a lock that
 * another program holds, while a transaction that reads could not. */
static enum err begin(struct store *s, struct fault *f)
{
    enum err e = end_reading(s, f);
    if (e == ERR_OK)
        e = control(s, "BEGIN IMMEDIATE", f);
    if (e == ERR_OK)
        s->writing = true;
    return e;
}

static enum err begin_savepoint(struct store *s, struct fault *f)
{
    enum err e = control(s, "SAVEPOINT slice", f);
    if (e == ERR_OK) {
        s->savepoint = true;
        s->slice_tail = s->tail;
    }
    return e;
}

enum err store_write(struct store *s, struct fault *f)
{
    enum err e = ERR_OK;
    if (s->fatal.code != ERR_OK)
        return fatal_again(s, f);
    if (s->mode == STORE_LOOK)
        return fault_set(f, ERR_STATE, "%s is open for looking only", s->path);
    if (!s->writing)
        e = begin(s, f);
    if (e == ERR_OK && s->slice && !s->savepoint)
        e = begin_savepoint(s, f);
    return e;
}

bool store_dirty(const struct store *s)
{
    return s->writing;
}

bool store_broken(const struct store *s)
{
    return s->fatal.code != ERR_OK;
}

/* A COMMIT that failed for whatever reason leaves the round in doubt, so every reason is
 * fatal. */
enum err store_commit(struct store *s, struct fault *f)
{
    struct fault why = {0};
    if (s->fatal.code != ERR_OK)
        return fatal_again(s, f);
    if (s->slice)
        return fault_set(f, ERR_BUG, "a commit in the middle of a task's slice");
    if (!s->writing)
        return end_reading(s, f);
    if (journal_keep_moment(s, &why) != ERR_OK || control(s, "COMMIT", &why) != ERR_OK) {
        give_up(s, &why);
        return fatal_again(s, f);
    }
    s->writing = false;
    s->kept_tail = s->tail;
    return ERR_OK;
}

enum err store_undo(struct store *s, struct fault *f)
{
    if (s->fatal.code != ERR_OK)
        return fatal_again(s, f);
    if (s->slice)
        return fault_set(f, ERR_BUG, "an undo in the middle of a task's slice");
    if (!s->writing)
        return end_reading(s, f);
    enum err e = control(s, "ROLLBACK", f);
    forget_writes(s);
    return e;
}

enum err store_slice_begin(struct store *s, struct fault *f)
{
    if (s->fatal.code != ERR_OK)
        return fatal_again(s, f);
    if (s->slice)
        return fault_set(f, ERR_BUG, "a task's slice within a slice");
    s->slice = true;
    return ERR_OK;
}

/* Ends the slice; true when there is a savepoint to end too. */
static bool end_slice(struct store *s)
{
    bool wrote = s->savepoint;
    s->slice = s->savepoint = false;
    return wrote;
}

enum err store_slice_keep(struct store *s, struct fault *f)
{
    bool wrote = end_slice(s);
    if (s->fatal.code != ERR_OK)
        return fatal_again(s, f);
    return wrote ? control(s, "RELEASE slice", f) : ERR_OK;
}

enum err store_slice_undo(struct store *s, struct fault *f)
{
    bool wrote = end_slice(s);
    if (s->fatal.code != ERR_OK)
        return fatal_again(s, f);
    if (!wrote)
        return ERR_OK;
    enum err e = control(s, "ROLLBACK TO slice", f);
    if (e == ERR_OK)
        e = control(s, "RELEASE slice", f);
    s->tail = s->slice_tail;
    account_forget(s);
    return e;
}

static int count_pages(void *arg, sqlite3 *db, const char *name, int pages)
{
    (void)db;
    (void)name;
    ((struct store *)arg)->wal_pages = pages;
    return SQLITE_OK;
}

void store_watch_wal(struct store *s)
{
    s->checkpoint_at = CHECKPOINT_PAGES;
    sqlite3_wal_hook(s->db, count_pages, s);
}

/* Without waiting: a reader in the way only means that the rest is done another time. */
static void checkpoint(struct store *s, int how)
{
    int in_log = 0, done = 0;
    sqlite3_busy_timeout(s->db, 0);
    int rc = sqlite3_wal_checkpoint_v2(s->db, NULL, how, &in_log, &done);
    sqlite3_busy_timeout(s->db, STORE_PATIENCE_MS);
    if (rc != SQLITE_OK && (rc & 0xff) != SQLITE_BUSY)
        store_sqlite_fault(s, rc, NULL); /* the next write or commit tells */
    if (rc == SQLITE_OK && in_log == done) {
        s->wal_pages = 0;
        s->checkpoint_at = CHECKPOINT_PAGES;
    } else {
        s->checkpoint_at = s->wal_pages + CHECKPOINT_AGAIN;
    }
}

void store_tidy(struct store *s, bool idle)
{
    if (s->mode == STORE_LOOK || s->writing || s->reading || s->fatal.code != ERR_OK)
        return;
    if (idle && s->wal_pages > 0)
        checkpoint(s, SQLITE_CHECKPOINT_TRUNCATE);
    else if (s->wal_pages >= s->checkpoint_at)
        checkpoint(s, SQLITE_CHECKPOINT_PASSIVE);
}
