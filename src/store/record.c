/* Orders and shipments: one short row each, and the text Amazon sent beside it.
 *
 * When the text changes, the one before it is kept with the time until which it held.
 * What else changes leaves its old value in the row's own trail, `past` (store/past.h):
 * lines such as "41984 s2", the moment, which column, what stood there. That costs no row
 * more. */
#include "store/record.h"

#include <string.h>

#include "base/instant.h"
#include "store/inside.h"
#include "store/statement.h"

#define RECORD_COLUMNS                                                                   \
    "id, kind, account, state, flags, ordered_ms, ship_by_ms, seen_ms, changed_ms, "     \
    "name, "                                                                             \
    "warehouse, status, digest"
#define RECORD_BODY "(SELECT body FROM record_body WHERE record = record.id)"
enum { COLUMN_DIGEST = 12, COLUMN_BODY };

static const char *kind_word(enum record_kind kind)
{
    return kind == RECORD_ORDER ? "order" : "shipment";
}

/* What is stored of a record before it is put. */
struct stored {
    int64_t id; /* 0: nothing */
    struct digest digest;
    unsigned flags;
    bool moves; /* it goes to another warehouse */
};

static enum err find_stored(struct store *s, const struct record *r, int64_t account,
                            struct stored *old, struct fault *f)
{
    struct query q;
    *old = (struct stored){0};
    query_read(
        &q, s,
        "SELECT id, digest, flags, warehouse FROM record WHERE name = ? AND kind = ?"
        " AND account = ?",
        f);
    query_text(&q, r->name);
    query_int(&q, r->kind);
    query_int(&q, account);
    if (query_row(&q)) {
        old->id = row_int(&q, 0);
        row_digest(&q, 1, &old->digest);
        old->flags = (unsigned)row_int(&q, 2);
        old->moves = strcmp(row_text(&q, 3), text_or_empty(r->warehouse)) != 0;
    }
    return query_end(&q);
}

static enum err put_body(struct store *s, const struct record *r, struct fault *f)
{
    struct query q;
    if (r->body == NULL)
        return ERR_OK;
    query_write(&q, s, "INSERT OR REPLACE INTO record_body(record, body) VALUES (?, ?)",
                f);
    query_int(&q, r->id);
    query_text_n(&q, r->body, r->body_len);
    return query_run(&q, NULL);
}

static enum err insert(struct store *s, struct record *r, int64_t account,
                       const struct digest *digest, struct fault *f)
{
    struct query q;
    int64_t moment;
    enum err e = journal_tick(s, &moment, f);
    if (e != ERR_OK)
        return e;
    query_write(&q, s,
                "INSERT INTO record(kind, account, state, flags, ordered_ms, ship_by_ms,"
                " seen_ms, changed_ms, name, warehouse, status, digest, past)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, " TRAIL_NEW ")",
                f);
    query_int(&q, r->kind);
    query_int(&q, account);
    query_int(&q, r->state);
    query_int(&q, r->flags);
    query_int(&q, r->ordered_ms);
    query_int(&q, r->ship_by_ms);
    query_int(&q, r->seen_ms);
    query_int(&q, r->changed_ms);
    query_text(&q, r->name);
    query_text(&q, text_or_empty(r->warehouse));
    query_text(&q, text_or_empty(r->status));
    query_digest(&q, digest);
    query_int(&q, moment);
    e = query_run(&q, NULL);
    if (e != ERR_OK)
        return e;
    r->id = sqlite3_last_insert_rowid(s->db);
    return put_body(s, r, f);
}

static enum err keep_past(struct store *s, int64_t id, int64_t moment, struct fault *f)
{
    struct query q;
    query_write(&q, s,
                "INSERT INTO record_past(record, until_ms, moment, body)"
                " SELECT record, ?, ?, body FROM record_body WHERE record = ?",
                f);
    query_int(&q, store_now(s));
    query_int(&q, moment);
    query_int(&q, id);
    return query_run(&q, NULL);
}

/* RECORD_OLD says whether somebody adopted the order, so it stays as it is stored. */
static enum err update(struct store *s, const struct record *r, unsigned old_flags,
                       const struct digest *digest, int64_t moment, struct fault *f)
{
    struct query q;
    query_write(
        &q, s,
        "UPDATE record SET past = past" TRAIL_WAS("?1", "f", "flags") TRAIL_WAS(
            "?1", "o", "ordered_ms") TRAIL_WAS("?1", "d", "ship_by_ms")
            TRAIL_WAS("?1", "w", "warehouse") TRAIL_WAS("?1", "t", "status") TRAIL_WAS(
                "?1", "b",
                "''") ", flags = ?, ordered_ms = ?, ship_by_ms = ?, changed_ms = ?,"
                      " warehouse = ?, status = ?, digest = ? WHERE id = ?",
        f);
    query_int(&q, moment);
    query_int(&q, (r->flags & ~(unsigned)RECORD_OLD) | (old_flags & RECORD_OLD));
    query_int(&q, r->ordered_ms);
    query_int(&q, r->ship_by_ms);
    query_int(&q, store_now(s));
    query_text(&q, text_or_empty(r->warehouse));
    query_text(&q, text_or_empty(r->status));
    query_digest(&q, digest);
    query_int(&q, r->id);
    return query_run(&q, NULL);
}

/* What an order holds of the stock goes with it to another warehouse. */
static enum err replace(struct store *s, const struct record *r, const struct stored *old,
                        const struct digest *digest, struct fault *f)
{
    int64_t moment;
    enum err e = journal_tick(s, &moment, f);
    if (e == ERR_OK)
        e = keep_past(s, r->id, moment, f);
    if (e == ERR_OK && old->moves)
        e = stock_leave(s, r->id, f);
    if (e == ERR_OK)
        e = update(s, r, old->flags, digest, moment, f);
    if (e == ERR_OK && old->moves)
        e = stock_arrive(s, r->id, f);
    return e == ERR_OK ? put_body(s, r, f) : e;
}

enum err record_put(struct store *s, struct record *r, const struct digest *digest,
                    enum record_change *change, struct fault *f)
{
    int64_t account;
    struct stored old;
    enum err e = account_find(s, r->account, &account, f);
    if (e == ERR_OK)
        e = find_stored(s, r, account, &old, f);
    if (e != ERR_OK)
        return e;
    *change = RECORD_SAME;
    r->id = old.id;
    if (old.id != 0 && ((old.flags ^ r->flags) & RECORD_IMPORTED) != 0)
        return ERR_OK;
    if (old.id == 0) {
        *change = RECORD_NEW;
        e = account_intern(s, r->account, &account, f);
        return e == ERR_OK ? insert(s, r, account, digest, f) : e;
    }
    if (memcmp(&old.digest, digest, sizeof *digest) == 0)
        return ERR_OK;
    *change = RECORD_CHANGED;
    return replace(s, r, &old, digest, f);
}

static enum err no_record(int64_t id, struct fault *f)
{
    return fault_set(f, ERR_NOT_FOUND, "there is no order or shipment with the id %lld",
                     (long long)id);
}

/* Ends "UPDATE record SET x = ?, changed_ms = ? WHERE id = ?", whose first value is
 * bound. */
static enum err finish_set(struct query *q, int64_t id)
{
    int64_t changes;
    query_int(q, store_now(q->store));
    query_int(q, id);
    enum err e = query_run(q, &changes);
    return e == ERR_OK && changes == 0 ? no_record(id, q->fault) : e;
}

enum err record_set_status(struct store *s, int64_t id, const char *status,
                           struct fault *f)
{
    struct query q;
    int64_t moment;
    enum err e = journal_tick(s, &moment, f);
    if (e != ERR_OK)
        return e;
    query_write(&q, s,
                "UPDATE record SET past = past" TRAIL_WAS(
                    "?", "t", "status") ", status = ?, changed_ms = ? WHERE id = ?",
                f);
    query_int(&q, moment);
    query_text(&q, status);
    return finish_set(&q, id);
}

static enum err read_state(struct store *s, int64_t id, int *state, bool *order,
                           struct fault *f)
{
    struct query q;
    query_read(&q, s, "SELECT state, kind FROM record WHERE id = ?", f);
    query_int(&q, id);
    const bool found = query_row(&q);
    if (found) {
        *state = (int)row_int(&q, 0);
        *order = row_int(&q, 1) == RECORD_ORDER;
    }
    enum err e = query_end(&q);
    return e == ERR_OK && !found ? no_record(id, f) : e;
}

/* An order takes what it holds of the stock along. */
enum err record_set_state(struct store *s, int64_t id, int state, struct fault *f)
{
    struct query q;
    int64_t moment = 0;
    int from = state;
    bool order = false;
    enum err e = read_state(s, id, &from, &order, f);
    if (e != ERR_OK || from == state)
        return e;
    e = journal_tick(s, &moment, f);
    if (e == ERR_OK && order)
        e = stock_state(s, id, from, state, f);
    if (e != ERR_OK)
        return e;
    query_write(&q, s,
                "UPDATE record SET past = past" TRAIL_WAS(
                    "?", "s", "state") ", state = ?, changed_ms = ? WHERE id = ?",
                f);
    query_int(&q, moment);
    query_int(&q, state);
    return finish_set(&q, id);
}

enum err record_set_flags(struct store *s, int64_t id, unsigned flags, struct fault *f)
{
    struct query q;
    int64_t moment;
    enum err e = journal_tick(s, &moment, f);
    if (e != ERR_OK)
        return e;
    query_write(&q, s,
                "UPDATE record SET past = past" TRAIL_WAS(
                    "?", "f", "flags") ", flags = ?, changed_ms = ? WHERE id = ?",
                f);
    query_int(&q, moment);
    query_int(&q, flags);
    return finish_set(&q, id);
}

static void read_record(struct query *q, bool with_body, struct record *r)
{
    r->id = row_int(q, 0);
    r->kind = (enum record_kind)row_int(q, 1);
    r->account = row_account(q, 2);
    r->state = (int)row_int(q, 3);
    r->flags = (unsigned)row_int(q, 4);
    r->ordered_ms = row_int(q, 5);
    r->ship_by_ms = row_int(q, 6);
    r->seen_ms = row_int(q, 7);
    r->changed_ms = row_int(q, 8);
    r->name = row_text(q, 9);
    r->warehouse = row_text(q, 10);
    r->status = row_text(q, 11);
    row_digest(q, COLUMN_DIGEST, &r->digest);
    r->body = with_body ? row_text(q, COLUMN_BODY) : NULL;
    r->body_len = with_body ? row_len(q, COLUMN_BODY) : 0;
}

static void copy_record(struct arena *a, struct record *r)
{
    r->account = arena_text(a, r->account);
    r->name = arena_text(a, r->name);
    r->warehouse = arena_text(a, r->warehouse);
    r->status = arena_text(a, r->status);
    if (r->body != NULL)
        r->body = arena_copy(a, r->body, r->body_len);
}

/* Reads the only row into the arena; `found` says whether there was one. */
static enum err take_record(struct query *q, struct arena *a, bool with_body,
                            struct record *r, bool *found)
{
    *found = query_row(q);
    if (*found) {
        read_record(q, with_body, r);
        copy_record(a, r);
    }
    return query_end(q);
}

enum err record_get(struct store *s, struct arena *a, int64_t id, bool with_body,
                    struct record *r, struct fault *f)
{
    bool found;
    struct query q;
    if (with_body)
        query_read(&q, s,
                   "SELECT " RECORD_COLUMNS ", " RECORD_BODY " FROM record WHERE id = ?",
                   f);
    else
        query_read(&q, s, "SELECT " RECORD_COLUMNS " FROM record WHERE id = ?", f);
    query_int(&q, id);
    enum err e = take_record(&q, a, with_body, r, &found);
    return e == ERR_OK && !found ? no_record(id, f) : e;
}

enum err record_get_body(struct store *s, struct arena *a, int64_t id, const char **body,
                         size_t *len, struct fault *f)
{
    struct query q;
    query_read(&q, s, "SELECT body FROM record_body WHERE record = ?", f);
    query_int(&q, id);
    const bool found = query_row(&q);
    if (found) {
        *len = row_len(&q, 0);
        *body = arena_copy(a, row_text(&q, 0), *len);
    }
    enum err e = query_end(&q);
    return e == ERR_OK && !found ? no_record(id, f) : e;
}

/* How many rows have this name, and the accounts of up to two of them. */
struct namesakes {
    int count;
    int64_t id;
    char *accounts[2];
};

static enum err find_namesakes(struct store *s, struct arena *a, enum record_kind kind,
                               const char *name, struct namesakes *same, struct fault *f)
{
    struct query q;
    *same = (struct namesakes){0};
    query_read(
        &q, s,
        "SELECT id, account FROM record WHERE name = ? AND kind = ? ORDER BY account"
        " LIMIT 2",
        f);
    query_text(&q, name);
    query_int(&q, kind);
    while (query_row(&q)) {
        same->id = row_int(&q, 0);
        same->accounts[same->count++] = arena_text(a, row_account(&q, 1));
    }
    return query_end(&q);
}

static enum err find_anywhere(struct store *s, struct arena *a, enum record_kind kind,
                              const char *name, int64_t *id, struct fault *f)
{
    struct namesakes same;
    enum err e = find_namesakes(s, a, kind, name, &same, f);
    if (e != ERR_OK)
        return e;
    if (same.count == 0)
        return fault_set(f, ERR_NOT_FOUND, "there is no %s %s here", kind_word(kind),
                         name);
    if (same.count > 1)
        return fault_set(f, ERR_CONFLICT,
                         "%s %s is there for the accounts %s and %s: say which one",
                         kind_word(kind), name, same.accounts[0], same.accounts[1]);
    *id = same.id;
    return ERR_OK;
}

#define WHERE_NAMED " FROM record WHERE name = ? AND kind = ? AND account = ?"

static enum err find_of_account(struct store *s, struct arena *a, enum record_kind kind,
                                const char *account, const char *name, bool with_body,
                                struct record *r, struct fault *f)
{
    bool found;
    struct query q;
    int64_t number;
    enum err e = account_find(s, account, &number, f);
    if (e != ERR_OK)
        return e;
    if (with_body)
        query_read(&q, s, "SELECT " RECORD_COLUMNS ", " RECORD_BODY WHERE_NAMED, f);
    else
        query_read(&q, s, "SELECT " RECORD_COLUMNS WHERE_NAMED, f);
    query_text(&q, name);
    query_int(&q, kind);
    query_int(&q, number);
    e = take_record(&q, a, with_body, r, &found);
    if (e == ERR_OK && !found)
        e = fault_set(f, ERR_NOT_FOUND, "account %s has no %s %s", account,
                      kind_word(kind), name);
    return e;
}

enum err record_find(struct store *s, struct arena *a, enum record_kind kind,
                     const char *account, const char *name, bool with_body,
                     struct record *r, struct fault *f)
{
    int64_t id = 0;
    if (account != NULL)
        return find_of_account(s, a, kind, account, name, with_body, r, f);
    enum err e = find_anywhere(s, a, kind, name, &id, f);
    return e == ERR_OK ? record_get(s, a, id, with_body, r, f) : e;
}

enum err record_find_any(struct store *s, struct arena *a, const char *account,
                         const char *name, bool with_body, struct record *r,
                         struct fault *f)
{
    struct record other = {0};
    struct fault none = {0};
    *r = other;
    enum err order = record_find(s, a, RECORD_ORDER, account, name, with_body, r, f);
    if (order != ERR_OK && order != ERR_NOT_FOUND)
        return order;
    enum err shipment =
        record_find(s, a, RECORD_SHIPMENT, account, name, with_body, &other, &none);
    if (shipment == ERR_NOT_FOUND)
        return order == ERR_OK ? ERR_OK
                               : fault_set(f, ERR_NOT_FOUND,
                                           "there is no order or shipment %s here", name);
    if (shipment != ERR_OK)
        return fault_set(f, shipment, "%s", none.text);
    if (order == ERR_OK)
        return fault_set(f, ERR_CONFLICT,
                         "%s is an order of %s and a shipment of %s: say which account",
                         name, r->account == NULL ? "" : r->account,
                         other.account == NULL ? "" : other.account);
    *r = other;
    return ERR_OK;
}

/* Without an account the accounts are gone through, so that the index by state serves. */
static enum err add_record_filter(struct clause *c, struct store *s,
                                  const struct record_filter *filter, struct fault *f)
{
    enum err e = clause_account(c, s, filter->account, f);
    if (filter->account == NULL && filter->states != 0)
        clause_add(c, " AND account IN (SELECT id FROM account)");
    clause_int(c, " AND kind = ?", filter->kind);
    clause_bits(c, "state", filter->states);
    if (filter->warehouse != NULL)
        clause_text(c, " AND warehouse = ?", filter->warehouse);
    if (filter->flags != 0)
        clause_int(c, " AND (flags & ?) <> 0", filter->flags);
    if (filter->ship_after_ms != 0)
        clause_int(c, " AND ship_by_ms >= ?", filter->ship_after_ms);
    if (filter->ship_before_ms != 0)
        clause_int(c, " AND ship_by_ms < ?", filter->ship_before_ms);
    if (!filter->with_old || !filter->with_imported)
        clause_int(c, " AND (flags & ?) = 0",
                   filter->with_old ? RECORD_IMPORTED : RECORD_OLD);
    return e;
}

static enum err walk(struct query *q, record_fn *fn, void *arg)
{
    while (query_row(q)) {
        struct record r;
        read_record(q, false, &r);
        if (q->err != ERR_OK || !fn(arg, &r))
            break;
    }
    return query_end(q);
}

enum err record_each(struct store *s, const struct record_filter *filter, record_fn *fn,
                     void *arg, struct fault *f)
{
    struct clause c;
    struct query q;
    clause_init(&c, "SELECT " RECORD_COLUMNS " FROM record WHERE 1");
    enum err e = add_record_filter(&c, s, filter, f);
    clause_add(&c, " ORDER BY ship_by_ms, name, id");
    if (filter->limit != 0)
        clause_int(&c, " LIMIT ?", filter->limit);
    if (e == ERR_OK) {
        query_clause(&q, s, &c, f);
        e = walk(&q, fn, arg);
    }
    clause_clear(&c);
    return e;
}

enum err record_count(struct store *s, const struct record_filter *filter, int64_t *count,
                      struct fault *f)
{
    struct clause c;
    struct query q;
    clause_init(&c, "SELECT count(*) FROM record WHERE 1");
    enum err e = add_record_filter(&c, s, filter, f);
    if (e == ERR_OK) {
        query_clause(&q, s, &c, f);
        e = query_number(&q, 0, count);
    }
    clause_clear(&c);
    return e;
}

static enum err read_span(struct query *q, int64_t *oldest_ms, int64_t *newest_ms,
                          int64_t *count)
{
    *oldest_ms = *newest_ms = INSTANT_NONE;
    *count = 0;
    if (query_row(q))
        *count = row_int(q, 2);
    if (*count > 0) {
        *oldest_ms = row_int(q, 0);
        *newest_ms = row_int(q, 1);
    }
    return query_end(q);
}

enum err record_span(struct store *s, const char *account, unsigned states,
                     int64_t *oldest_ms, int64_t *newest_ms, int64_t *count,
                     struct fault *f)
{
    struct clause c;
    struct query q;
    clause_init(&c,
                "SELECT min(ordered_ms), max(ordered_ms), count(*) FROM record WHERE 1");
    enum err e = clause_account(&c, s, account, f);
    clause_int(&c, " AND kind = ?", RECORD_ORDER);
    clause_int(&c, " AND (flags & ?) = 0", RECORD_IMPORTED);
    clause_bits(&c, "state", states);
    if (e == ERR_OK) {
        query_clause(&q, s, &c, f);
        e = read_span(&q, oldest_ms, newest_ms, count);
    }
    clause_clear(&c);
    return e;
}
