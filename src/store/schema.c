/* The tables, and how a file comes to have them.
 *
 * A new file is made complete under another name and then renamed, so `dray.db` is never
 * half there. A file from an older dray is brought forward step by step in one
 * transaction. Bodies stand in tables of their own: a change of state then rewrites a
 * short row. Indexes that only serve what still moves are partial, so that a year of
 * finished orders costs nothing. */
#include "store/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/statement.h"

enum {
    APPLICATION_ID = 0x64726179, /* "dray" */
    HEADER_SIZE = 100,
    HEADER_VERSION = 60,
    HEADER_APPLICATION = 68
};

/* The language promises 4095 bytes for one text. */
static const char version_1_core[] =
    "CREATE TABLE account(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;"

    "CREATE TABLE cursor(account INTEGER NOT NULL, name TEXT NOT NULL, value INTEGER NOT "
    "NULL,"
    " PRIMARY KEY(account, name)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE record(id INTEGER PRIMARY KEY, kind INTEGER NOT NULL,"
    " account INTEGER NOT NULL, state INTEGER NOT NULL, flags INTEGER NOT NULL,"
    " ordered_ms INTEGER NOT NULL, ship_by_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL,"
    " changed_ms INTEGER NOT NULL, name TEXT NOT NULL, warehouse TEXT NOT NULL,"
    " status TEXT NOT NULL, digest BLOB NOT NULL, past TEXT NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX record_name ON record(name, kind, account);"
    "CREATE INDEX record_state ON record(account, kind, state, ship_by_ms);"
    "CREATE TABLE record_body(record INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;"
    "CREATE TABLE record_past(record INTEGER NOT NULL, until_ms INTEGER NOT NULL,"
    " moment INTEGER NOT NULL, body TEXT NOT NULL) STRICT;"
    "CREATE INDEX record_past_record ON record_past(record);"

    "CREATE TABLE effect(id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, state INTEGER "
    "NOT NULL,"
    " version INTEGER NOT NULL, account INTEGER NOT NULL, record INTEGER NOT NULL,"
    " revision INTEGER NOT NULL, sends INTEGER NOT NULL, checks INTEGER NOT NULL,"
    " next_ms INTEGER NOT NULL, planned_ms INTEGER NOT NULL, sent_ms INTEGER NOT NULL,"
    " changed_ms INTEGER NOT NULL, run INTEGER NOT NULL, released INTEGER NOT NULL,"
    " verb TEXT NOT NULL,"
    " name TEXT NOT NULL, key TEXT NOT NULL, transaction_id TEXT NOT NULL, why TEXT NOT "
    "NULL,"
    " evidence TEXT NOT NULL, digest BLOB NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX effect_key ON effect(key, kind, account, revision);"
    "CREATE INDEX effect_record ON effect(record);"
    "CREATE INDEX effect_due ON effect(state, kind, account, next_ms) WHERE state < 7;"
    "CREATE INDEX effect_transaction ON effect(transaction_id) WHERE state = 4;"
    "CREATE INDEX effect_sent ON effect(account, verb, sent_ms) WHERE sent_ms > 0;"
    "CREATE INDEX effect_run ON effect(run) WHERE run > 0;"
    "CREATE TABLE effect_body(effect INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;"

    "CREATE TABLE paper(id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, record INTEGER "
    "NOT NULL,"
    " account INTEGER NOT NULL, size INTEGER NOT NULL, received_ms INTEGER NOT NULL,"
    " latest INTEGER NOT NULL, name TEXT NOT NULL, package TEXT NOT NULL,"
    " tracking TEXT NOT NULL, ship_method TEXT NOT NULL, said TEXT NOT NULL,"
    " found TEXT NOT NULL, flaw TEXT NOT NULL, path TEXT NOT NULL, digest BLOB NOT "
    "NULL, void_ms INTEGER NOT NULL, past TEXT NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX paper_content ON paper(record, kind, package, digest);"

    "CREATE TABLE offer(record INTEGER NOT NULL, package TEXT NOT NULL,"
    " received_ms INTEGER NOT NULL, body TEXT NOT NULL,"
    " PRIMARY KEY(record, package)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE log(id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, account INTEGER "
    "NOT NULL,"
    " record INTEGER NOT NULL, effect INTEGER NOT NULL, run INTEGER NOT NULL,"
    " what TEXT NOT NULL, detail TEXT, hash BLOB NOT NULL) STRICT;"
    "CREATE INDEX log_record ON log(record) WHERE record > 0;"
    "CREATE INDEX log_run ON log(run) WHERE run > 0;";

/* What the floor reports. */
static const char version_1_floor[] =
    "CREATE TABLE fact(record INTEGER NOT NULL, name TEXT NOT NULL, box TEXT NOT NULL,"
    " event INTEGER NOT NULL, at_ms INTEGER NOT NULL, payload TEXT NOT NULL,"
    " PRIMARY KEY(record, name, box)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE told(key BLOB PRIMARY KEY, content BLOB NOT NULL, told_ms INTEGER NOT "
    "NULL) STRICT, WITHOUT ROWID;"
    "CREATE INDEX told_time ON told(told_ms);"

    "CREATE TABLE parcel(tracking TEXT NOT NULL, record INTEGER NOT NULL, box TEXT NOT "
    "NULL,"
    " PRIMARY KEY(tracking, record)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX parcel_record ON parcel(record);"

    "CREATE TABLE line(record INTEGER NOT NULL, product TEXT NOT NULL,"
    " quantity INTEGER NOT NULL, PRIMARY KEY(record, product)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX line_product ON line(product, record);"
    "CREATE TABLE stock(product TEXT NOT NULL, warehouse TEXT NOT NULL,"
    " account INTEGER NOT NULL, quantity INTEGER NOT NULL, held INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL, told INTEGER NOT NULL,"
    " PRIMARY KEY(product, warehouse, account)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX stock_untold ON stock(at_ms, product) WHERE told >= 0;"

    "CREATE TABLE deadline(record INTEGER PRIMARY KEY, next_ms INTEGER NOT NULL) STRICT;"
    "CREATE INDEX deadline_next ON deadline(next_ms);"
    "CREATE TABLE deadline_said(record INTEGER NOT NULL, kind INTEGER NOT NULL,"
    " missed INTEGER NOT NULL, due_ms INTEGER NOT NULL, package TEXT NOT NULL,"
    " PRIMARY KEY(record, kind, missed, due_ms, package)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE notice(id INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL,"
    " who TEXT NOT NULL, text TEXT NOT NULL) STRICT;"

    "CREATE TABLE waiting(id INTEGER PRIMARY KEY, told_ms INTEGER NOT NULL, event TEXT "
    "NOT NULL,"
    " account TEXT NOT NULL, name TEXT NOT NULL, tracking TEXT NOT NULL,"
    " source TEXT NOT NULL, why TEXT NOT NULL, fields TEXT NOT NULL,"
    " digest BLOB NOT NULL UNIQUE) STRICT;"
    "CREATE INDEX waiting_name ON waiting(name, tracking);";

static const char version_1_runs[] =
    "CREATE TABLE run(id INTEGER PRIMARY KEY, state INTEGER NOT NULL, begun_ms INTEGER "
    "NOT NULL,"
    " ended_ms INTEGER NOT NULL, script TEXT NOT NULL, error TEXT NOT NULL,"
    " source BLOB NOT NULL, rule INTEGER NOT NULL, event INTEGER NOT NULL,"
    " record INTEGER NOT NULL, tries INTEGER NOT NULL, seen INTEGER NOT NULL,"
    " seen_ms INTEGER NOT NULL, trace TEXT NOT NULL) STRICT;"
    "CREATE INDEX run_running ON run(state) WHERE state = 0;"
    "CREATE INDEX run_event ON run(event) WHERE event > 0;"

    "CREATE TABLE rule(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
    " file TEXT NOT NULL, head TEXT NOT NULL, paused_ms INTEGER NOT NULL,"
    " why TEXT NOT NULL, failures INTEGER NOT NULL, last_run INTEGER NOT NULL,"
    " last_ms INTEGER NOT NULL, outcome INTEGER NOT NULL) STRICT;"
    "CREATE TABLE rule_data(rule INTEGER PRIMARY KEY, data TEXT NOT NULL) STRICT;"
    "CREATE TABLE rule_fired(record INTEGER NOT NULL, rule INTEGER NOT NULL,"
    " PRIMARY KEY(record, rule)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE job(event INTEGER NOT NULL, rule INTEGER NOT NULL,"
    " record INTEGER NOT NULL, kind INTEGER NOT NULL, tries INTEGER NOT NULL,"
    " due_ms INTEGER NOT NULL, PRIMARY KEY(event, rule)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE hold(record INTEGER NOT NULL, rule INTEGER NOT NULL,"
    " event INTEGER NOT NULL, since_ms INTEGER NOT NULL, due_ms INTEGER NOT NULL,"
    " PRIMARY KEY(record, rule)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX hold_due ON hold(due_ms);"
    "CREATE TABLE verdict(event INTEGER NOT NULL, rule INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL, seen INTEGER NOT NULL, outcome INTEGER NOT NULL,"
    " line INTEGER NOT NULL, run INTEGER NOT NULL, due_ms INTEGER NOT NULL,"
    " PRIMARY KEY(event, rule, at_ms, seen)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE dispatched(upto INTEGER PRIMARY KEY, seen INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL) STRICT;"

    "CREATE TABLE crash(file TEXT PRIMARY KEY, version TEXT NOT NULL,"
    " count INTEGER NOT NULL, at_ms INTEGER NOT NULL, what TEXT NOT NULL,"
    " place TEXT NOT NULL) STRICT, WITHOUT ROWID;"

    "CREATE TABLE schedule(rule INTEGER PRIMARY KEY, until_ms INTEGER NOT NULL,"
    " words TEXT NOT NULL) STRICT;"
    "CREATE TABLE fire(rule INTEGER NOT NULL, at_ms INTEGER NOT NULL,"
    " seen_ms INTEGER NOT NULL, event INTEGER NOT NULL, state INTEGER NOT NULL,"
    " why TEXT NOT NULL, PRIMARY KEY(rule, at_ms)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX fire_begun ON fire(rule) WHERE state = 0;";

/* steps[n] brings a file from version n to n + 1. */
static const char *const version_1[] = {version_1_core, version_1_floor, version_1_runs,
                                        NULL};
static const char *const *const steps[] = {version_1};
enum { VERSION = sizeof steps / sizeof steps[0] };

static enum err too_new(const char *path, int64_t version, struct fault *f)
{
    return fault_set(
        f, ERR_INPUT,
        "%s was made by a newer dray (its version is %lld, this dray knows %d): "
        "use the newer dray; the file was left as it is",
        path, (long long)version, (int)VERSION);
}

static enum err not_ours(const char *path, struct fault *f)
{
    return fault_set(
        f, ERR_INPUT,
        "%s is not a dray file: move it away, or use another --state folder; "
        "it was left as it is",
        path);
}

static int64_t big_endian(const unsigned char *p)
{
    return (int64_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

static enum err judge_header(const char *path, const unsigned char *header,
                             struct fault *f)
{
    if (memcmp(header, "SQLite format 3", 16) != 0 ||
        big_endian(header + HEADER_APPLICATION) != APPLICATION_ID)
        return not_ours(path, f);
    int64_t version = big_endian(header + HEADER_VERSION);
    return version > VERSION ? too_new(path, version, f) : ERR_OK;
}

enum err schema_check_header(const char *path, struct fault *f)
{
    unsigned char header[HEADER_SIZE];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fault_errno(f, "cannot open %s", path);
    ssize_t n = pread(fd, header, sizeof header, 0);
    enum err e = n < 0 ? fault_errno(f, "cannot read %s", path) : ERR_OK;
    close(fd);
    if (e != ERR_OK)
        return e;
    if (n < HEADER_SIZE)
        return fault_set(
            f, ERR_INPUT,
            "%s is damaged: it ends after %zd bytes; bring it back from a copy, or "
            "move it away to begin anew",
            path, n);
    return judge_header(path, header, f);
}

static enum err pragma_number(struct store *s, const char *sql, int64_t *number,
                              struct fault *f)
{
    struct query q;
    query_read(&q, s, sql, f);
    return query_number(&q, 0, number);
}

static enum err migrate_from(struct store *s, int64_t version, struct fault *f)
{
    char stamp[80];
    enum err e = ERR_OK;
    for (; e == ERR_OK && version < VERSION; version++)
        for (size_t i = 0; e == ERR_OK && steps[version][i] != NULL; i++)
            e = store_execute(s, steps[version][i], f);
    snprintf(stamp, sizeof stamp, "PRAGMA user_version=%d; PRAGMA application_id=%d",
             (int)VERSION, (int)APPLICATION_ID);
    return e == ERR_OK ? store_execute(s, stamp, f) : e;
}

/* The checkpoint brings the new version into the file's first bytes, where
 * schema_check_header looks. */
static enum err migrate(struct store *s, int64_t version, struct fault *f)
{
    enum err e = store_execute(s, "BEGIN IMMEDIATE", f);
    if (e != ERR_OK)
        return e;
    e = migrate_from(s, version, f);
    if (e != ERR_OK) {
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL,
                     NULL); /* the first failure is the news */
        return e;
    }
    e = store_execute(s, "COMMIT", f);
    return e == ERR_OK ? store_execute(s, "PRAGMA wal_checkpoint(TRUNCATE)", f) : e;
}

enum err schema_apply(struct store *s, struct fault *f)
{
    int64_t id = 0, version = 0;
    enum err e = pragma_number(s, "PRAGMA application_id", &id, f);
    if (e == ERR_OK)
        e = pragma_number(s, "PRAGMA user_version", &version, f);
    if (e != ERR_OK)
        return e;
    if (id != APPLICATION_ID && s->folder != NULL)
        return not_ours(s->path, f);
    if (version > VERSION)
        return too_new(s->path, version, f);
    if (version == VERSION)
        return ERR_OK;
    if (s->mode == STORE_LOOK)
        return fault_set(f, ERR_INPUT,
                         "%s was made by an older dray: start dray once in this project, "
                         "which brings it forward",
                         s->path);
    return migrate(s, version, f);
}

static enum err sqlite_said(sqlite3 *db, const char *path, struct fault *f)
{
    return fault_set(f, ERR_IO, "cannot make %s: %s", path, sqlite3_errmsg(db));
}

/* All tables in a file of which nobody knows yet: it needs no journal, one flush at the
 * end. */
static enum err fill(const char *path, struct fault *f)
{
    struct store s = {.mode = STORE_OWN, .path = (char *)(uintptr_t)path};
    int rc =
        sqlite3_open_v2(path, &s.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    enum err e = rc == SQLITE_OK ? ERR_OK : sqlite_said(s.db, path, f);
    if (e == ERR_OK)
        e = store_execute(&s, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;", f);
    if (e == ERR_OK)
        e = store_execute(&s, "BEGIN", f);
    if (e == ERR_OK)
        e = migrate_from(&s, 0, f);
    if (e == ERR_OK)
        e = store_execute(&s, "COMMIT; PRAGMA journal_mode=WAL", f);
    if (sqlite3_close(s.db) != SQLITE_OK && e == ERR_OK)
        e = fault_set(f, ERR_IO, "cannot close %s", path);
    return e;
}

static enum err flush(const char *path, int flags, struct fault *f)
{
    int fd = open(path, flags | O_CLOEXEC);
    if (fd < 0)
        return fault_errno(f, "cannot open %s", path);
    enum err e = fsync(fd) == 0 ? ERR_OK : fault_errno(f, "cannot flush %s", path);
    close(fd);
    return e;
}

/* An empty file that only its owner can read; what an earlier attempt left is removed. */
static enum err make_empty(const char *path, struct fault *f)
{
    if (unlink(path) != 0 && errno != ENOENT)
        return fault_errno(f, "cannot remove %s", path);
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return fault_errno(f, "cannot make %s", path);
    close(fd);
    return ERR_OK;
}

/* SQLite would play an old write-ahead log into a new file of the same name. */
static enum err refuse_orphan(const char *folder, const char *path, struct fault *f)
{
    struct stat st;
    char *wal = store_file(folder, "dray.db-wal");
    enum err e = ERR_OK;
    if (stat(wal, &st) == 0 && st.st_size > 0)
        e = fault_set(
            f, ERR_INPUT,
            "%s is missing, but what was written last is there in %s: bring the "
            "file back, or move both away to begin anew",
            path, wal);
    free(wal);
    return e;
}

enum err schema_create(const char *folder, const char *path, struct fault *f)
{
    char *made = store_file(folder, "dray.db.new");
    enum err e = refuse_orphan(folder, path, f);
    if (e == ERR_OK)
        e = make_empty(made, f);
    if (e == ERR_OK)
        e = fill(made, f);
    if (e == ERR_OK)
        e = flush(made, O_RDWR, f);
    if (e == ERR_OK && rename(made, path) != 0)
        e = fault_errno(f, "cannot rename %s", made);
    if (e == ERR_OK)
        e = flush(folder, O_RDONLY | O_DIRECTORY, f);
    free(made);
    return e;
}
