/* Effects: their rows, their changes by compare-and-set, and what the log says of each.
 *
 * The body stands in a table of its own, since it is written once and read once while the
 * row changes half a dozen times. */
#include "store/effect.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/json.h"
#include "store/inside.h"
#include "store/past.h"
#include "store/journal.h"
#include "store/statement.h"

#define EFFECT_COLUMNS                                                                   \
    "id, kind, state, version, account, record, revision, sends, checks, next_ms, "      \
    "planned_ms, sent_ms, changed_ms, run, released, verb, name, key, transaction_id, "  \
    "why, "                                                                              \
    "evidence, "                                                                         \
    "digest"
#define EFFECT_BODY "(SELECT body FROM effect_body WHERE effect = effect.id)"
enum { COLUMN_BODY = 22, ASSUMED_MS = 30 * MS_MINUTE };

/* The term of the index effect_due, word for word: without it SQLite does not use that
 * index. */
#define EFFECT_OPEN "state < 7"
enum { OPEN_STATES = (1 << EFFECT_SUCCEEDED) - 1 };
static_assert(EFFECT_SUCCEEDED == 7 && EFFECT_ACCEPTED == 4,
              "the partial indexes of the schema name them");

static const char *const state_names[EFFECT_STATE_COUNT] = {
    [EFFECT_PLANNED] = "planned",     [EFFECT_WAITING] = "waiting",
    [EFFECT_READY] = "ready",         [EFFECT_SENDING] = "sending",
    [EFFECT_ACCEPTED] = "accepted",   [EFFECT_SUCCEEDED] = "succeeded",
    [EFFECT_FAILED] = "failed",       [EFFECT_REJECTED] = "rejected",
    [EFFECT_UNKNOWN] = "unknown",     [EFFECT_HELD] = "held",
    [EFFECT_CANCELLED] = "cancelled",
};

const char *effect_state_name(enum effect_state s)
{
    return state_names[s];
}

enum effect_state effect_state_find(const char *name)
{
    int s = 0;
    while (s < EFFECT_STATE_COUNT && strcmp(state_names[s], name) != 0)
        s++;
    return (enum effect_state)s;
}

bool effect_state_final(enum effect_state s)
{
    return s >= EFFECT_SUCCEEDED;
}

const char *effect_shown(const struct effect *e, int64_t now_ms)
{
    const bool old = e->kind == EFFECT_PRINT || now_ms - e->sent_ms >= ASSUMED_MS;
    if (e->state == EFFECT_ACCEPTED && old)
        return "assumed";
    return effect_state_name(e->state);
}

const char *effect_kind_name(enum effect_kind k)
{
    static const char *const names[EFFECT_KIND_COUNT] = {
        "acknowledge", "label",   "ship",    "scan",        "process", "packages",
        "package",     "options", "invoice", "ship_labels", "status",  "print"};
    return names[k];
}

static void add_text(struct buf *b, const char *name, const char *text)
{
    if (text_or_empty(text)[0] == '\0')
        return;
    buf_text(b, ",\"");
    buf_text(b, name);
    buf_text(b, "\":");
    json_write_string(b, text, strlen(text));
}

/* One change for the log. `from` is NULL for a new effect. The run is named where it
 * acted: at the beginning; later changes are dray's own or a person's. */
static enum err log_change(struct store *s, const struct effect *e, const char *from,
                           const struct effect_change *c, struct fault *f)
{
    struct buf *b = &s->scratch;
    char what[32];
    snprintf(what, sizeof what, "effect.%s", state_names[c->to]);
    buf_reset(b);
    buf_format(b, "{\"sends\":%lld", (long long)e->sends);
    add_text(b, "verb", e->verb);
    add_text(b, "from", from);
    add_text(b, "to", state_names[c->to]);
    add_text(b, "why", c->why);
    add_text(b, "evidence", c->evidence);
    add_text(b, "transactionId", c->transaction);
    add_text(b, "requestId", c->request_id);
    add_text(b, "actor", c->actor);
    buf_char(b, '}');
    if (!buf_ok(b))
        return fault_set(f, ERR_LIMIT, "effect %lld: what is to be logged is too long",
                         (long long)e->id);
    struct entry entry = {.what = what,
                          .account = e->account,
                          .record = e->record,
                          .effect = e->id,
                          .run = from == NULL ? e->run : 0,
                          .detail = b->data,
                          .detail_len = b->len};
    return journal_add(s, &entry, f);
}

static enum err put_body(struct store *s, int64_t id, const char *body, size_t len,
                         struct fault *f)
{
    struct query q;
    if (body == NULL)
        return ERR_OK;
    query_write(&q, s, "INSERT OR REPLACE INTO effect_body(effect, body) VALUES (?, ?)",
                f);
    query_int(&q, id);
    query_text_n(&q, body, len);
    return query_run(&q, NULL);
}

enum err effect_keep_body(struct store *s, int64_t id, const char *body, size_t len,
                          struct fault *f)
{
    return put_body(s, id, body, len, f);
}

static void bind_new(struct query *q, const struct effect *e, int64_t account)
{
    query_int(q, e->kind);
    query_int(q, e->state);
    query_int(q, e->version);
    query_int(q, account);
    query_int(q, e->record);
    query_int(q, e->revision);
    query_int(q, e->sends);
    query_int(q, e->checks);
    query_int(q, e->next_ms);
    query_int(q, e->planned_ms);
    query_int(q, e->sent_ms);
    query_int(q, e->changed_ms);
    query_int(q, e->run);
    query_int(q, e->released);
    query_text(q, e->verb);
    query_text(q, text_or_empty(e->name));
    query_text(q, e->key);
    query_text(q, text_or_empty(e->transaction));
    query_text(q, text_or_empty(e->why));
    query_text(q, text_or_empty(e->evidence));
    query_digest(q, &e->digest);
}

static enum err insert(struct store *s, struct effect *e, int64_t account,
                       struct fault *f)
{
    struct query q;
    int64_t changes;
    query_write(&q, s,
                "INSERT INTO effect(" EFFECT_COLUMNS
                ") VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?,"
                " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT(key, kind, account, revision) DO NOTHING",
                f);
    bind_new(&q, e, account);
    enum err err = query_run(&q, &changes);
    if (err == ERR_OK && changes == 0)
        err = fault_set(f, ERR_CONFLICT, "the %s of %s is decided already",
                        effect_kind_name(e->kind), text_or_empty(e->name));
    if (err == ERR_OK)
        e->id = sqlite3_last_insert_rowid(s->db);
    return err;
}

enum err effect_add(struct store *s, struct effect *e, struct fault *f)
{
    int64_t account;
    enum err err = account_intern(s, e->account, &account, f);
    if (err != ERR_OK)
        return err;
    e->version = 1;
    e->changed_ms = store_now(s);
    if (e->planned_ms == 0)
        e->planned_ms = e->changed_ms;
    err = insert(s, e, account, f);
    if (err == ERR_OK)
        err = put_body(s, e->id, e->body, e->body_len, f);
    if (err != ERR_OK)
        return err;
    struct effect_change c = {.to = e->state,
                              .why = e->why,
                              .evidence = e->evidence,
                              .transaction = e->transaction};
    return log_change(s, e, NULL, &c, f);
}

/* What the effect is after the change. */
static struct effect changed(const struct effect *e, const struct effect_change *c,
                             int64_t now_ms)
{
    struct effect next = *e;
    next.state = c->to;
    next.version++;
    next.why = c->why == NULL ? e->why : c->why;
    next.evidence = c->evidence == NULL ? e->evidence : c->evidence;
    next.transaction = c->transaction == NULL ? e->transaction : c->transaction;
    next.next_ms = c->next_ms;
    next.changed_ms = now_ms;
    next.checks = c->sent || c->anew ? 0 : e->checks + c->checked;
    next.released = e->released || c->released;
    if (c->sent) {
        next.sends++;
        next.sent_ms = now_ms;
    }
    if (c->body != NULL) {
        next.body = c->body;
        next.body_len = c->body_len;
    }
    return next;
}

#define SET_CHANGED                                                                      \
    "UPDATE effect SET state = ?, version = ?, why = ?, evidence = ?, transaction_id = " \
    "?, "                                                                                \
    "next_ms = ?, changed_ms = ?, checks = ?, released = ?"
#define WHERE_AS_READ " WHERE id = ? AND version = ?"

static void bind_changed(struct query *q, const struct effect *next)
{
    query_int(q, next->state);
    query_int(q, next->version);
    query_text(q, text_or_empty(next->why));
    query_text(q, text_or_empty(next->evidence));
    query_text(q, text_or_empty(next->transaction));
    query_int(q, next->next_ms);
    query_int(q, next->changed_ms);
    query_int(q, next->checks);
    query_int(q, next->released);
}

/* The time of sending stands in an index, so only a send names it. */
static enum err update(struct store *s, const struct effect *e, const struct effect *next,
                       bool sent, struct fault *f)
{
    struct query q;
    int64_t changes;
    if (sent)
        query_write(&q, s, SET_CHANGED ", sends = ?, sent_ms = ?" WHERE_AS_READ, f);
    else
        query_write(&q, s, SET_CHANGED WHERE_AS_READ, f);
    bind_changed(&q, next);
    if (sent) {
        query_int(&q, next->sends);
        query_int(&q, next->sent_ms);
    }
    query_int(&q, e->id);
    query_int(&q, e->version);
    enum err err = query_run(&q, &changes);
    if (err == ERR_OK && changes == 0)
        err = fault_set(f, ERR_CONFLICT,
                        "effect %lld was changed meanwhile: look at it again",
                        (long long)e->id);
    return err;
}

enum err effect_move(struct store *s, struct effect *e, const struct effect_change *c,
                     struct fault *f)
{
    struct effect next = changed(e, c, store_now(s));
    bool tell = c->to != e->state ||
                (c->why != NULL && strcmp(c->why, text_or_empty(e->why)) != 0);
    enum err err = update(s, e, &next, c->sent, f);
    if (err == ERR_OK)
        err = put_body(s, e->id, c->body, c->body_len, f);
    if (err == ERR_OK && tell)
        err = log_change(s, &next, state_names[e->state], c, f);
    if (err == ERR_OK)
        *e = next;
    return err;
}

static void read_effect(struct query *q, bool with_body, struct effect *e)
{
    e->id = row_int(q, 0);
    e->kind = (enum effect_kind)row_int(q, 1);
    e->state = (enum effect_state)row_int(q, 2);
    e->version = row_int(q, 3);
    e->account = row_account(q, 4);
    e->record = row_int(q, 5);
    e->revision = row_int(q, 6);
    e->sends = row_int(q, 7);
    e->checks = row_int(q, 8);
    e->next_ms = row_int(q, 9);
    e->planned_ms = row_int(q, 10);
    e->sent_ms = row_int(q, 11);
    e->changed_ms = row_int(q, 12);
    e->run = row_int(q, 13);
    e->released = row_int(q, 14) != 0;
    e->verb = row_text(q, 15);
    e->name = row_text(q, 16);
    e->key = row_text(q, 17);
    e->transaction = row_text(q, 18);
    e->why = row_text(q, 19);
    e->evidence = row_text(q, 20);
    row_digest(q, 21, &e->digest);
    e->body = with_body ? row_text(q, COLUMN_BODY) : NULL;
    e->body_len = with_body ? row_len(q, COLUMN_BODY) : 0;
}

static void copy_effect(struct arena *a, struct effect *e)
{
    e->account = arena_text(a, e->account);
    e->verb = arena_text(a, e->verb);
    e->name = arena_text(a, e->name);
    e->key = arena_text(a, e->key);
    e->transaction = arena_text(a, e->transaction);
    e->why = arena_text(a, e->why);
    e->evidence = arena_text(a, e->evidence);
    if (e->body != NULL)
        e->body = arena_copy(a, e->body, e->body_len);
}

/* Reads the only row into the arena; `found` says whether there was one. */
static enum err take_effect(struct query *q, struct arena *a, bool with_body,
                            struct effect *e, bool *found)
{
    *found = query_row(q);
    if (*found) {
        read_effect(q, with_body, e);
        copy_effect(a, e);
    }
    return query_end(q);
}

enum err effect_get(struct store *s, struct arena *a, int64_t id, bool with_body,
                    struct effect *e, struct fault *f)
{
    bool found;
    struct query q;
    if (with_body)
        query_read(&q, s,
                   "SELECT " EFFECT_COLUMNS ", " EFFECT_BODY " FROM effect WHERE id = ?",
                   f);
    else
        query_read(&q, s, "SELECT " EFFECT_COLUMNS " FROM effect WHERE id = ?", f);
    query_int(&q, id);
    enum err err = take_effect(&q, a, with_body, e, &found);
    if (err == ERR_OK && !found)
        err = fault_set(f, ERR_NOT_FOUND, "there is no effect %lld", (long long)id);
    return err;
}

enum err past_effect(struct store *s, struct arena *a, int64_t id, struct effect *e,
                     struct fault *f)
{
    bool found;
    struct query q;
    query_read(&q, s, "SELECT " EFFECT_COLUMNS " FROM old.effect WHERE id = ?", f);
    query_int(&q, id);
    enum err err = take_effect(&q, a, false, e, &found);
    if (err == ERR_OK && !found)
        err = fault_set(f, ERR_NOT_FOUND, "there was no effect %lld", (long long)id);
    return err;
}

#define WHERE_NEWEST                                                                     \
    " FROM effect WHERE key = ? AND kind = ? AND account = ?"                            \
    " ORDER BY revision DESC LIMIT 1"

enum err effect_by_key(struct store *s, struct arena *a, const char *account,
                       enum effect_kind kind, const char *key, bool with_body,
                       struct effect *e, struct fault *f)
{
    bool found;
    int64_t number;
    struct query q;
    enum err err = account_find(s, account, &number, f);
    if (err != ERR_OK)
        return err;
    if (with_body)
        query_read(&q, s, "SELECT " EFFECT_COLUMNS ", " EFFECT_BODY WHERE_NEWEST, f);
    else
        query_read(&q, s, "SELECT " EFFECT_COLUMNS WHERE_NEWEST, f);
    query_text(&q, key);
    query_int(&q, kind);
    query_int(&q, number);
    err = take_effect(&q, a, with_body, e, &found);
    return err == ERR_OK && !found ? ERR_NOT_FOUND : err;
}

static bool only(unsigned bits, unsigned allowed)
{
    return bits != 0 && (bits & ~allowed) == 0;
}

static void add_ids(struct clause *c, const struct effect_filter *filter)
{
    if (filter->record != 0)
        clause_int(c, " AND record = ?", filter->record);
    if (filter->run != 0)
        clause_int(c, " AND run > 0 AND run = ?", filter->run);
    if (filter->script != NULL)
        clause_text(c,
                    " AND run > 0 AND run IN (SELECT id FROM run"
                    " WHERE instr('/' || script || char(10), '/' || ? || char(10)) > 0)",
                    filter->script);
    if (filter->transaction != NULL)
        clause_text(c, " AND transaction_id = ?", filter->transaction);
    if (filter->warehouse != NULL)
        clause_text(c,
                    " AND EXISTS (SELECT 1 FROM record WHERE record.id = effect.record"
                    " AND record.warehouse = ?)",
                    filter->warehouse);
}

/* The terms of the partial indexes are repeated where they hold. */
static enum err add_effect_filter(struct clause *c, struct store *s,
                                  const struct effect_filter *filter, struct fault *f)
{
    enum err e = clause_account(c, s, filter->account, f);
    add_ids(c, filter);
    if (filter->record != 0)
        clause_test(c, "state", filter->states);
    else
        clause_bits(c, "state", filter->states);
    if (only(filter->states, OPEN_STATES))
        clause_add(c, " AND " EFFECT_OPEN);
    if (filter->record != 0)
        clause_test(c, "kind", filter->kinds);
    else
        clause_bits(c, "kind", filter->kinds);
    if (filter->due_ms != 0)
        clause_int(c, " AND next_ms <= ?", filter->due_ms);
    return e;
}

static void add_order(struct clause *c, const struct effect_filter *filter)
{
    clause_add(c, filter->due_order   ? " ORDER BY next_ms, id"
                  : filter->by_change ? " ORDER BY changed_ms, id"
                                      : " ORDER BY id");
    if (filter->limit != 0)
        clause_int(c, " LIMIT ?", filter->limit);
}

static enum err walk(struct query *q, bool with_body, effect_fn *fn, void *arg)
{
    while (query_row(q)) {
        struct effect e;
        read_effect(q, with_body, &e);
        if (q->err != ERR_OK || !fn(arg, &e))
            break;
    }
    return query_end(q);
}

enum err effect_each(struct store *s, const struct effect_filter *filter, effect_fn *fn,
                     void *arg, struct fault *f)
{
    struct clause c;
    struct query q;
    clause_init(&c, "SELECT " EFFECT_COLUMNS);
    clause_add(&c, filter->with_body ? ", " EFFECT_BODY " FROM effect WHERE 1"
                                     : " FROM effect WHERE 1");
    enum err e = add_effect_filter(&c, s, filter, f);
    add_order(&c, filter);
    if (e == ERR_OK) {
        query_clause(&q, s, &c, f);
        e = walk(&q, filter->with_body, fn, arg);
    }
    clause_clear(&c);
    return e;
}

/* A list that grows in an arena. */
struct gathering {
    struct arena *arena;
    struct effect *effects;
    size_t count, room;
};

static bool gather(void *arg, const struct effect *e)
{
    struct gathering *g = arg;
    g->effects = arena_grow(g->arena, g->effects, g->count, &g->room, sizeof *g->effects);
    g->effects[g->count] = *e;
    copy_effect(g->arena, &g->effects[g->count++]);
    return true;
}

enum err effect_list(struct store *s, struct arena *a, const struct effect_filter *filter,
                     struct effect **list, size_t *count, struct fault *f)
{
    struct gathering g = {.arena = a};
    enum err e = effect_each(s, filter, gather, &g, f);
    *list = g.effects;
    *count = g.count;
    return e;
}

static bool note_one(void *arg, const struct effect *e)
{
    (void)e;
    *(bool *)arg = true;
    return false;
}

enum err effect_any(struct store *s, const struct effect_filter *filter, bool *any,
                    struct fault *f)
{
    *any = false;
    return effect_each(s, filter, note_one, any, f);
}

enum err effect_count(struct store *s, const struct effect_filter *filter, int64_t *count,
                      struct fault *f)
{
    struct clause c;
    struct query q;
    clause_init(&c, "SELECT count(*) FROM effect WHERE 1");
    enum err e = add_effect_filter(&c, s, filter, f);
    if (e == ERR_OK) {
        query_clause(&q, s, &c, f);
        e = query_number(&q, 0, count);
    }
    clause_clear(&c);
    return e;
}

static enum err next_of(struct store *s, int64_t account, int state, int kind,
                        int64_t after_ms, int64_t *next_ms, struct fault *f)
{
    struct query q;
    query_read(&q, s,
               "SELECT min(next_ms) FROM effect WHERE state = ? AND kind = ?"
               " AND account = ? AND next_ms > ? AND " EFFECT_OPEN,
               f);
    query_int(&q, state);
    query_int(&q, kind);
    query_int(&q, account);
    query_int(&q, after_ms);
    return query_number(&q, INT64_MAX, next_ms);
}

/* State by state and kind by kind, since each alone is one look into the index. */
enum err effect_next(struct store *s, const char *account, unsigned states,
                     int64_t after_ms, int64_t *next_ms, struct fault *f)
{
    int64_t number;
    enum err e = account_find(s, account, &number, f);
    *next_ms = INT64_MAX;
    for (int i = 0; i < EFFECT_SUCCEEDED * EFFECT_KIND_COUNT && e == ERR_OK; i++) {
        const int state = i / EFFECT_KIND_COUNT, kind = i % EFFECT_KIND_COUNT;
        int64_t at_ms = INT64_MAX;
        if ((states & 1U << state) != 0)
            e = next_of(s, number, state, kind, after_ms, &at_ms, f);
        if (e == ERR_OK && at_ms < *next_ms)
            *next_ms = at_ms;
    }
    return e;
}

enum err effect_sent_since(struct store *s, const char *account, const char *warehouse,
                           const char *verb, int64_t since_ms, int64_t *count,
                           struct fault *f)
{
    struct clause c;
    struct query q;
    clause_init(&c, "SELECT count(*) FROM effect WHERE sent_ms > 0");
    enum err e = clause_account(&c, s, account, f);
    clause_text(&c, " AND verb = ?", verb);
    clause_int(&c, " AND sent_ms >= ?", since_ms);
    add_ids(&c, &(struct effect_filter){.warehouse = warehouse});
    if (e == ERR_OK) {
        query_clause(&q, s, &c, f);
        e = query_number(&q, 0, count);
    }
    clause_clear(&c);
    return e;
}
