/* Rows that name documents. Ids are counted in memory, so one may be skipped but none is
 * ever given twice: files without a row are swept at every start. */
#include "store/paper.h"

#include <stdlib.h>
#include <string.h>

#include "store/inside.h"
#include "store/statement.h"

#define PAPER_COLUMNS                                                                    \
    "id, kind, record, account, size, received_ms, latest, name, package, tracking, "    \
    "ship_method, said, found, flaw, path, digest, void_ms"

const char *paper_kind_name(enum paper_kind k)
{
    static const char *const names[PAPER_KIND_COUNT] = {"label", "slip", "invoice",
                                                        "gift", "wrap"};
    return names[k];
}

enum err paper_open(struct store *s, struct fault *f)
{
    struct query q;
    query_read(&q, s, "SELECT max(id) + 1 FROM paper", f);
    return query_number(&q, 1, &s->next_paper);
}

int64_t paper_next_id(struct store *s)
{
    return s->next_paper++;
}

int64_t paper_last_id(const struct store *s)
{
    return s->next_paper - 1;
}

enum err paper_known(struct store *s, int64_t record, enum paper_kind kind,
                     const char *package, const struct digest *digest, bool *known,
                     struct fault *f)
{
    struct query q;
    int64_t id;
    query_read(&q, s,
               "SELECT id FROM paper WHERE record = ? AND kind = ? AND package = ?"
               " AND digest = ?",
               f);
    query_int(&q, record);
    query_int(&q, kind);
    query_text(&q, package);
    query_digest(&q, digest);
    enum err e = query_number(&q, 0, &id);
    *known = id != 0;
    return e;
}

static enum err find_latest(struct store *s, const struct paper *p, int64_t *id,
                            struct fault *f)
{
    struct query q;
    query_read(&q, s,
               "SELECT id FROM paper WHERE record = ? AND kind = ? AND package = ?"
               " AND latest = 1",
               f);
    query_int(&q, p->record);
    query_int(&q, p->kind);
    query_text(&q, text_or_empty(p->package));
    return query_number(&q, 0, id);
}

static enum err insert(struct store *s, const struct paper *p, int64_t account,
                       struct fault *f)
{
    struct query q;
    int64_t changes, moment;
    enum err e = journal_tick(s, &moment, f);
    if (e != ERR_OK)
        return e;
    query_write(&q, s,
                "INSERT INTO paper(" PAPER_COLUMNS ", past)"
                " VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, " TRAIL_NEW
                ") ON CONFLICT DO NOTHING",
                f);
    query_int(&q, p->id);
    query_int(&q, p->kind);
    query_int(&q, p->record);
    query_int(&q, account);
    query_int(&q, p->size);
    query_int(&q, p->received_ms);
    query_text(&q, text_or_empty(p->name));
    query_text(&q, text_or_empty(p->package));
    query_text(&q, text_or_empty(p->tracking));
    query_text(&q, text_or_empty(p->ship_method));
    query_text(&q, text_or_empty(p->said));
    query_text(&q, text_or_empty(p->is));
    query_text(&q, text_or_empty(p->flaw));
    query_text(&q, p->path);
    query_digest(&q, &p->digest);
    query_int(&q, moment);
    e = query_run(&q, &changes);
    if (e == ERR_OK && changes == 0)
        e = fault_set(f, ERR_CONFLICT, "the %s of %s is there already",
                      paper_kind_name(p->kind), text_or_empty(p->name));
    return e;
}

static enum err replace(struct store *s, int64_t id, struct fault *f)
{
    struct query q;
    int64_t moment;
    enum err e = journal_tick(s, &moment, f);
    if (e != ERR_OK)
        return e;
    query_write(&q, s,
                "UPDATE paper SET past = past" TRAIL_WAS(
                    "?", "l", "latest") ", latest = 0 WHERE id = ?",
                f);
    query_int(&q, moment);
    query_int(&q, id);
    return query_run(&q, NULL);
}

enum err paper_add(struct store *s, const struct paper *p, int64_t *replaced,
                   struct fault *f)
{
    int64_t account;
    enum err e = find_latest(s, p, replaced, f);
    if (e == ERR_OK)
        e = account_intern(s, p->account, &account, f);
    if (e == ERR_OK)
        e = insert(s, p, account, f);
    if (e == ERR_OK && *replaced != 0)
        e = replace(s, *replaced, f);
    return e;
}

enum err paper_set_details(struct store *s, int64_t record, enum paper_kind kind,
                           const char *package, const char *tracking,
                           const char *ship_method, bool *changed, struct fault *f)
{
    struct query q;
    int64_t changes, moment;
    enum err e = journal_tick(s, &moment, f);
    if (e != ERR_OK)
        return e;
    query_write(
        &q, s,
        "UPDATE paper SET past = past" TRAIL_WAS("?6", "k", "tracking") TRAIL_WAS(
            "?6", "m", "ship_method") ", tracking = coalesce(?1, tracking),"
                                      " ship_method = coalesce(?2, ship_method)"
                                      " WHERE record = ?3 AND kind = ?4 AND package = ?5 "
                                      "AND latest = 1"
                                      " AND (tracking <> coalesce(?1, tracking)"
                                      " OR ship_method <> coalesce(?2, ship_method))",
        f);
    query_text(&q, tracking);
    query_text(&q, ship_method);
    query_int(&q, record);
    query_int(&q, kind);
    query_text(&q, package);
    query_int(&q, moment);
    e = query_run(&q, &changes);
    *changed = changes > 0;
    return e;
}

enum err paper_outdate(struct store *s, int64_t record, enum paper_kind kind,
                       int64_t first, int64_t *count, struct fault *f)
{
    struct query q;
    int64_t moment;
    enum err e = journal_tick(s, &moment, f);
    if (e != ERR_OK)
        return e;
    query_write(&q, s,
                "UPDATE paper SET past = past" TRAIL_WAS(
                    "?", "l", "latest") ", latest = 0 WHERE record = ? AND kind = ? AND "
                                        "latest = 1 AND id < ?",
                f);
    query_int(&q, moment);
    query_int(&q, record);
    query_int(&q, kind);
    query_int(&q, first);
    return query_run(&q, count);
}

enum err paper_void(struct store *s, int64_t record, unsigned kinds, const char *package,
                    int64_t *count, struct fault *f)
{
    struct query q;
    int64_t moment;
    enum err e = journal_tick(s, &moment, f);
    if (e != ERR_OK)
        return e;
    query_write(
        &q, s,
        "UPDATE paper SET past = past" TRAIL_WAS("?1", "l", "latest") TRAIL_WAS(
            "?1", "v", "void_ms") ", latest = 0, void_ms = ?"
                                  " WHERE record = ? AND latest = 1 AND (? >> kind) & 1"
                                  " AND package = coalesce(?, package)",
        f);
    query_int(&q, moment);
    query_int(&q, store_now(s));
    query_int(&q, record);
    query_int(&q, kinds);
    query_text(&q, package);
    return query_run(&q, count);
}

enum err paper_latest(struct store *s, int64_t record, enum paper_kind kind, int64_t *id,
                      struct fault *f)
{
    struct query q;
    query_read(&q, s,
               "SELECT max(id) FROM paper WHERE record = ? AND kind = ? AND latest = 1",
               f);
    query_int(&q, record);
    query_int(&q, kind);
    return query_number(&q, 0, id);
}

/* The row with this content, unless it is the latest. */
static enum err find_old(struct store *s, const struct paper *p, int64_t *id,
                         struct fault *f)
{
    struct query q;
    query_read(&q, s,
               "SELECT id FROM paper WHERE record = ? AND kind = ? AND package = ?"
               " AND digest = ? AND latest = 0",
               f);
    query_int(&q, p->record);
    query_int(&q, p->kind);
    query_text(&q, text_or_empty(p->package));
    query_digest(&q, &p->digest);
    return query_number(&q, 0, id);
}

enum err paper_revive(struct store *s, const struct paper *p, int64_t *id,
                      struct fault *f)
{
    struct query q;
    int64_t latest = 0, moment;
    enum err e = find_old(s, p, id, f);
    if (e != ERR_OK || *id == 0)
        return e;
    e = find_latest(s, p, &latest, f);
    if (e == ERR_OK && latest != 0)
        e = replace(s, latest, f);
    if (e == ERR_OK)
        e = journal_tick(s, &moment, f);
    if (e != ERR_OK)
        return e;
    query_write(&q, s,
                "UPDATE paper SET past = past" TRAIL_WAS("?1", "l", "latest")
                    TRAIL_WAS("?1", "v", "void_ms") TRAIL_WAS("?1", "r", "received_ms")
                        TRAIL_WAS("?1", "k", "tracking") TRAIL_WAS(
                            "?1", "m",
                            "ship_method") ", latest = 1, void_ms = 0, received_ms = ?,"
                                           " tracking = ?, ship_method = ? WHERE id = ?",
                f);
    query_int(&q, moment);
    query_int(&q, p->received_ms);
    query_text(&q, text_or_empty(p->tracking));
    query_text(&q, text_or_empty(p->ship_method));
    query_int(&q, *id);
    return query_run(&q, NULL);
}

static enum err add_paper_filter(struct clause *c, struct store *s,
                                 const struct paper_filter *filter, struct fault *f)
{
    enum err e = clause_account(c, s, filter->account, f);
    if (filter->record != 0)
        clause_int(c, " AND record = ?", filter->record);
    clause_test(c, "kind", filter->kinds);
    if (filter->id != 0)
        clause_int(c, " AND id = ?", filter->id);
    if (filter->latest)
        clause_add(c, " AND latest = 1");
    if (filter->after_ms != 0)
        clause_int(c, " AND received_ms >= ?", filter->after_ms);
    if (filter->after_id != 0)
        clause_int(c, " AND id > ?", filter->after_id);
    clause_add(c, filter->by_id ? " ORDER BY id" : " ORDER BY record, kind, package, id");
    if (filter->limit != 0)
        clause_int(c, " LIMIT ?", filter->limit);
    return e;
}

static void read_paper(struct query *q, struct paper *p)
{
    p->id = row_int(q, 0);
    p->kind = (enum paper_kind)row_int(q, 1);
    p->record = row_int(q, 2);
    p->account = row_account(q, 3);
    p->size = row_int(q, 4);
    p->received_ms = row_int(q, 5);
    p->latest = row_int(q, 6) != 0;
    p->name = row_text(q, 7);
    p->package = row_text(q, 8);
    p->tracking = row_text(q, 9);
    p->ship_method = row_text(q, 10);
    p->said = row_text(q, 11);
    p->is = row_text(q, 12);
    p->flaw = row_text(q, 13);
    p->path = row_text(q, 14);
    row_digest(q, 15, &p->digest);
    p->void_ms = row_int(q, 16);
}

static enum err walk(struct query *q, paper_fn *fn, void *arg)
{
    while (query_row(q)) {
        struct paper p;
        read_paper(q, &p);
        if (q->err != ERR_OK || !fn(arg, &p))
            break;
    }
    return query_end(q);
}

enum err paper_each(struct store *s, const struct paper_filter *filter, paper_fn *fn,
                    void *arg, struct fault *f)
{
    struct clause c;
    struct query q;
    clause_init(&c, "SELECT " PAPER_COLUMNS " FROM paper WHERE 1");
    enum err e = add_paper_filter(&c, s, filter, f);
    if (e == ERR_OK) {
        query_clause(&q, s, &c, f);
        e = walk(&q, fn, arg);
    }
    clause_clear(&c);
    return e;
}

/* A list that grows in an arena. */
struct gathering {
    struct arena *arena;
    struct paper *papers;
    size_t count, room;
};

static void copy_paper(struct arena *a, struct paper *p)
{
    p->account = arena_text(a, p->account);
    p->name = arena_text(a, p->name);
    p->package = arena_text(a, p->package);
    p->tracking = arena_text(a, p->tracking);
    p->ship_method = arena_text(a, p->ship_method);
    p->said = arena_text(a, p->said);
    p->is = arena_text(a, p->is);
    p->flaw = arena_text(a, p->flaw);
    p->path = arena_text(a, p->path);
}

static bool gather(void *arg, const struct paper *p)
{
    struct gathering *g = arg;
    g->papers = arena_grow(g->arena, g->papers, g->count, &g->room, sizeof *g->papers);
    g->papers[g->count] = *p;
    copy_paper(g->arena, &g->papers[g->count++]);
    return true;
}

enum err paper_list(struct store *s, struct arena *a, const struct paper_filter *filter,
                    struct paper **list, size_t *count, struct fault *f)
{
    struct gathering g = {.arena = a};
    enum err e = paper_each(s, filter, gather, &g, f);
    *list = g.papers;
    *count = g.count;
    return e;
}

/* A document's file is called by its id, so that no index of paths is kept. */
static int64_t id_in(const char *path)
{
    const char *name = strrchr(path, '/');
    return strtoll(name == NULL ? path : name + 1, NULL, 10);
}

/* In doubt a file is named: it is not swept. */
bool paper_named(struct store *s, const char *path)
{
    struct query q;
    int64_t id;
    query_read(&q, s, "SELECT id FROM paper WHERE id = ? AND path = ?", NULL);
    query_int(&q, id_in(path));
    query_text(&q, path);
    return query_number(&q, 0, &id) != ERR_OK || id != 0;
}
