/* The append-only log.
 *
 * Each entry's hash is SHA-256 over the hash before it and every member of the entry,
 * with lengths, so that no two logs have the same chain. The newest hash and id stay in
 * memory; what is undone takes them back (transaction.c). */
#include "store/journal.h"

#include <assert.h>
#include <string.h>

#include "store/inside.h"
#include "store/statement.h"

enum { COLUMN_ID, COLUMN_AT, COLUMN_ACCOUNT, COLUMN_RECORD, COLUMN_EFFECT, COLUMN_RUN };
enum { COLUMN_WHAT = COLUMN_RUN + 1, COLUMN_DETAIL, COLUMN_HASH };
#define ENTRY_COLUMNS "id, at_ms, account, record, effect, run, what, detail, hash"

static void put_number(unsigned char *out, uint64_t number)
{
    for (int i = 7; i >= 0; i--, number >>= 8)
        out[i] = (unsigned char)number;
}

static void hash_numbers(struct digester *d, const int64_t *numbers, size_t count)
{
    unsigned char bytes[8 * 8];
    assert(count <= 8);
    for (size_t i = 0; i < count; i++)
        put_number(bytes + 8 * i, (uint64_t)numbers[i]);
    digester_add(d, bytes, 8 * count);
}

/* The hash of an entry that follows `before`. A detail that is not there has length -1.
 */
static void hash_entry(struct digester *d, const struct digest *before,
                       const struct entry *e, struct digest *out)
{
    size_t what_len = strlen(e->what), account_len = strlen(e->account);
    const int64_t numbers[] = {e->id,
                               e->at_ms,
                               e->record,
                               e->effect,
                               e->run,
                               (int64_t)what_len,
                               (int64_t)account_len,
                               e->detail == NULL ? -1 : (int64_t)e->detail_len};
    digester_start(d);
    digester_add(d, before->bytes, DIGEST_SIZE);
    hash_numbers(d, numbers, sizeof numbers / sizeof numbers[0]);
    digester_add(d, e->what, what_len);
    digester_add(d, e->account, account_len);
    if (e->detail != NULL)
        digester_add(d, e->detail, e->detail_len);
    digester_end(d, out);
}

static void read_entry(struct query *q, struct entry *e)
{
    e->id = row_int(q, COLUMN_ID);
    e->at_ms = row_int(q, COLUMN_AT);
    e->account = row_account(q, COLUMN_ACCOUNT);
    e->record = row_int(q, COLUMN_RECORD);
    e->effect = row_int(q, COLUMN_EFFECT);
    e->run = row_int(q, COLUMN_RUN);
    e->what = row_text(q, COLUMN_WHAT);
    e->detail = row_text(q, COLUMN_DETAIL);
    e->detail_len = row_len(q, COLUMN_DETAIL);
}

static const char cursor_name[] = "moment";

/* Changes that came after the newest entry before the last stop. */
static enum err read_ticks(struct store *s, struct fault *f)
{
    int64_t moment = 0;
    enum err e = cursor_get(s, "", cursor_name, &moment, f);
    if (e == ERR_OK && moment / MOMENTS == s->tail.id)
        s->tail.ticks = moment % MOMENTS;
    s->kept_tail = s->tail;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err journal_open(struct store *s, struct fault *f)
{
    struct query q;
    query_read(&q, s, "SELECT id, hash FROM log ORDER BY id DESC LIMIT 1", f);
    if (query_row(&q)) {
        s->tail.id = row_int(&q, 0);
        row_digest(&q, 1, &s->tail.hash);
    }
    enum err e = query_end(&q);
    return e == ERR_OK ? read_ticks(s, f) : e;
}

static enum err insert_entry(struct store *s, const struct entry *e, int64_t account,
                             const struct digest *hash, struct fault *f)
{
    struct query q;
    query_write(&q, s,
                "INSERT INTO log(" ENTRY_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                f);
    query_int(&q, e->id);
    query_int(&q, e->at_ms);
    query_int(&q, account);
    query_int(&q, e->record);
    query_int(&q, e->effect);
    query_int(&q, e->run);
    query_text(&q, e->what);
    query_text_n(&q, e->detail, e->detail_len);
    query_digest(&q, hash);
    return query_run(&q, NULL);
}

/* The transaction and savepoint are opened first, since with them goes the place in the
 * chain. */
enum err journal_add(struct store *s, struct entry *e, struct fault *f)
{
    int64_t account;
    struct chain next = {.ticks = 0};
    enum err err = store_write(s, f);
    if (err == ERR_OK)
        err = account_intern(s, e->account, &account, f);
    if (err != ERR_OK)
        return err;
    e->account = text_or_empty(e->account);
    next.id = e->id = s->tail.id + 1;
    e->at_ms = store_now(s);
    hash_entry(s->digester, &s->tail.hash, e, &next.hash);
    err = insert_entry(s, e, account, &next.hash, f);
    if (err == ERR_OK)
        s->tail = next;
    return err;
}

int64_t journal_last(const struct store *s)
{
    return s->tail.id;
}

int64_t journal_moment(const struct store *s)
{
    return s->tail.id * MOMENTS + s->tail.ticks;
}

/* More changes in a row than there are moments between two entries share the last one. */
enum err journal_tick(struct store *s, int64_t *moment, struct fault *f)
{
    enum err e = store_write(s, f);
    if (e == ERR_OK && s->tail.ticks < MOMENTS - 1)
        s->tail.ticks++;
    *moment = journal_moment(s);
    return e;
}

enum err journal_keep_moment(struct store *s, struct fault *f)
{
    if (s->tail.ticks == 0)
        return ERR_OK;
    return cursor_set(s, "", cursor_name, journal_moment(s), f);
}

static void add_what(struct clause *c, const char *what)
{
    size_t len = strlen(what);
    if (len == 0 || what[len - 1] != '*') {
        clause_text(c, " AND what = ?", what);
        return;
    }
    clause_int(c, " AND substr(what, 1, ?)", (int64_t)len - 1);
    clause_text(c, " = substr(?", what);
    clause_int(c, ", 1, ?)", (int64_t)len - 1);
}

/* There is no index by effect: its entries are found among those of its order, where it
 * has one. */
static enum err add_effect(struct clause *c, struct store *s, int64_t effect,
                           struct fault *f)
{
    struct query q;
    int64_t record;
    query_read(&q, s, "SELECT record FROM effect WHERE id = ?", f);
    query_int(&q, effect);
    enum err e = query_number(&q, 0, &record);
    if (record != 0)
        clause_int(c, " AND record > 0 AND record = ?", record);
    clause_int(c, " AND effect = ?", effect);
    return e;
}

static enum err add_entry_filter(struct clause *c, struct store *s,
                                 const struct entry_filter *filter, struct fault *f)
{
    enum err e = ERR_OK;
    if (filter->record != 0)
        clause_int(c, " AND record > 0 AND record = ?", filter->record);
    if (filter->effect != 0)
        e = add_effect(c, s, filter->effect, f);
    if (filter->run != 0)
        clause_int(c, " AND run > 0 AND run = ?", filter->run);
    if (filter->what != NULL)
        add_what(c, filter->what);
    if (filter->after_id != 0)
        clause_int(c, " AND id > ?", filter->after_id);
    clause_add(c, " ORDER BY id");
    if (filter->limit != 0)
        clause_int(c, " LIMIT ?", filter->limit);
    return e;
}

static enum err walk(struct query *q, entry_fn *fn, void *arg)
{
    while (query_row(q)) {
        struct entry e;
        read_entry(q, &e);
        if (q->err != ERR_OK || !fn(arg, &e))
            break;
    }
    return query_end(q);
}

enum err journal_each(struct store *s, const struct entry_filter *filter, entry_fn *fn,
                      void *arg, struct fault *f)
{
    struct clause c;
    struct query q;
    clause_init(&c, "SELECT " ENTRY_COLUMNS " FROM log WHERE 1");
    enum err err = add_entry_filter(&c, s, filter, f);
    if (err == ERR_OK) {
        query_clause(&q, s, &c, f);
        err = walk(&q, fn, arg);
    }
    clause_clear(&c);
    return err;
}

enum err journal_get(struct store *s, struct arena *a, int64_t id, struct entry *e,
                     struct fault *f)
{
    struct query q;
    query_read(&q, s, "SELECT " ENTRY_COLUMNS " FROM log WHERE id = ?", f);
    query_int(&q, id);
    bool there = query_row(&q);
    if (there) {
        read_entry(&q, e);
        e->account = arena_text(a, text_or_empty(e->account));
        e->what = arena_text(a, e->what);
        if (e->detail != NULL)
            e->detail = arena_copy(a, e->detail, e->detail_len);
    }
    enum err err = query_end(&q);
    if (err == ERR_OK && !there)
        err = fault_set(f, ERR_NOT_FOUND, "there is no entry %lld in the log",
                        (long long)id);
    return err;
}

/* True when this entry is what was written after `*tail`, which then moves on. */
static bool follows(struct store *s, struct query *q, const struct entry *e,
                    struct chain *tail)
{
    struct digest stored, computed;
    if (e->id != tail->id + 1)
        return false;
    row_digest(q, COLUMN_HASH, &stored);
    hash_entry(s->digester, &tail->hash, e, &computed);
    tail->id = e->id;
    tail->hash = computed;
    return memcmp(&stored, &computed, sizeof stored) == 0;
}

static enum err broken(const struct store *s, int64_t id, struct fault *f)
{
    return fault_set(
        f, ERR_INPUT,
        "the log in %s is broken at entry %lld: it, or what stood before it, is "
        "not as it was written",
        s->path, (long long)id);
}

enum err journal_verify(struct store *s, struct fault *f)
{
    struct query q;
    struct chain tail;
    int64_t wrong = 0;
    enum err err = journal_cut(s, &tail, f);
    if (err != ERR_OK)
        return err;
    query_read(&q, s, "SELECT " ENTRY_COLUMNS " FROM log ORDER BY id", f);
    while (wrong == 0 && query_row(&q)) {
        struct entry e;
        read_entry(&q, &e);
        if (q.err == ERR_OK && !follows(s, &q, &e, &tail))
            wrong = e.id;
    }
    err = query_end(&q);
    if (err == ERR_OK && wrong == 0 && s->mode == STORE_OWN && tail.id != s->tail.id)
        wrong = tail.id + 1;
    return err == ERR_OK && wrong != 0 ? broken(s, wrong, f) : err;
}
