/* Stock per warehouse and product, and what open orders take of it. */
#include "store/stock.h"

#include "store/inside.h"
#include "store/statement.h"

/* accepting, accepted, confirming: they hold what they want. */
#define HOLDING "(1, 3, 4)"
/* new, accepting, accepted: a change of stock matters to them. */
#define CONCERNED "(0, 1, 3)"
#define FLAG_OLD "32"

_Static_assert(ORDER_NEW == 0 && ORDER_ACCEPTING == 1 && ORDER_ACCEPTED == 3 &&
                   ORDER_CONFIRMING == 4 && RECORD_OLD == 32,
               "the numbers above");

enum { NOBODY = -1 }; /* stock.told: nobody is to be told */

bool stock_holds(int state)
{
    return state == ORDER_ACCEPTING || state == ORDER_ACCEPTED ||
           state == ORDER_CONFIRMING;
}

static bool is_over(int state)
{
    return state == ORDER_SHIPPED || state == ORDER_DENIED || state == ORDER_REJECTED ||
           state == ORDER_CANCELLED || state == ORDER_DELIVERED;
}

/* ---- what is held ---- */

/* Adds what a record's lines want, `sign` times, to what is held of each product. */
static enum err shift(struct store *s, int64_t record, int sign, struct fault *f)
{
    struct query q;
    query_write(&q, s,
                "UPDATE stock SET held = held + ?1 * (SELECT quantity FROM line WHERE "
                "record = ?2 AND product = stock.product)"
                " WHERE (account, warehouse) = (SELECT account, warehouse FROM record "
                "WHERE id = ?2) AND product IN (SELECT product FROM line WHERE record = "
                "?2)",
                f);
    query_int(&q, sign);
    query_int(&q, record);
    return query_run(&q, NULL);
}

static enum err forget_lines(struct store *s, int64_t record, struct fault *f)
{
    struct query q;
    query_write(&q, s, "DELETE FROM line WHERE record = ?", f);
    query_int(&q, record);
    return query_run(&q, NULL);
}

enum err stock_any(struct store *s, bool *any, struct fault *f)
{
    int64_t found;
    struct query q;
    query_read(&q, s, "SELECT 1 FROM stock LIMIT 1", f);
    enum err e = query_number(&q, 0, &found);
    *any = found != 0;
    return e;
}

enum err stock_state(struct store *s, int64_t record, int from, int to, struct fault *f)
{
    bool any;
    enum err e = ERR_OK;
    if (stock_holds(from) == stock_holds(to) && !is_over(to))
        return ERR_OK;
    e = stock_any(s, &any, f);
    if (e != ERR_OK || !any)
        return e;
    if (stock_holds(from) != stock_holds(to))
        e = shift(s, record, stock_holds(to) ? 1 : -1, f);
    return e == ERR_OK && is_over(to) ? forget_lines(s, record, f) : e;
}

/* ---- lines ---- */

static enum err state_of(struct store *s, int64_t record, int *state, struct fault *f)
{
    int64_t number;
    struct query q;
    query_read(&q, s, "SELECT state FROM record WHERE id = ?", f);
    query_int(&q, record);
    enum err e = query_number(&q, ORDER_CANCELLED, &number);
    *state = (int)number;
    return e;
}

static enum err shift_held(struct store *s, int64_t record, int sign, struct fault *f)
{
    int state;
    enum err e = state_of(s, record, &state, f);
    return e == ERR_OK && stock_holds(state) ? shift(s, record, sign, f) : e;
}

enum err stock_leave(struct store *s, int64_t record, struct fault *f)
{
    return shift_held(s, record, -1, f);
}

enum err stock_arrive(struct store *s, int64_t record, struct fault *f)
{
    return shift_held(s, record, 1, f);
}

static enum err add_line(struct store *s, int64_t record, const struct stock_line *line,
                         struct fault *f)
{
    struct query q;
    query_write(&q, s,
                "INSERT INTO line(record, product, quantity) VALUES (?, ?, ?) ON "
                "CONFLICT DO UPDATE SET quantity = quantity + excluded.quantity",
                f);
    query_int(&q, record);
    query_text(&q, line->product);
    query_int(&q, line->quantity);
    return query_run(&q, NULL);
}

enum err stock_lines(struct store *s, int64_t record, const struct stock_line *lines,
                     size_t count, struct fault *f)
{
    int state;
    enum err e = state_of(s, record, &state, f);
    if (e == ERR_OK && stock_holds(state))
        e = shift(s, record, -1, f);
    if (e == ERR_OK)
        e = forget_lines(s, record, f);
    for (size_t i = 0; e == ERR_OK && i < count && !is_over(state); i++)
        e = add_line(s, record, &lines[i], f);
    return e == ERR_OK && stock_holds(state) ? shift(s, record, 1, f) : e;
}

enum err stock_own(struct store *s, int64_t record, const char *product, int64_t *own,
                   struct fault *f)
{
    struct query q;
    query_read(&q, s, "SELECT quantity FROM line WHERE record = ? AND product = ?", f);
    query_int(&q, record);
    query_text(&q, product);
    return query_number(&q, 0, own);
}

enum err stock_before(struct store *s, int64_t record, const char *product,
                      int64_t *before, struct fault *f)
{
    struct query q;
    query_read(&q, s,
               "SELECT sum(quantity) FROM line JOIN record ON record.id = line.record"
               " JOIN record AS own ON own.id = ?1"
               " WHERE product = ?2 AND record.account = own.account"
               " AND record.warehouse = own.warehouse AND record.state IN " HOLDING
               " AND (record.ship_by_ms, record.id) < (own.ship_by_ms, own.id)",
               f);
    query_int(&q, record);
    query_text(&q, product);
    return query_number(&q, 0, before);
}

/* ---- reports ---- */

enum err stock_get(struct store *s, struct stock *stock, struct fault *f)
{
    struct query q;
    int64_t account;
    enum err e = account_find(s, stock->account, &account, f);
    if (e != ERR_OK)
        return e;
    query_read(&q, s,
               "SELECT quantity, held, at_ms FROM stock WHERE product = ? AND warehouse "
               "= ? AND account = ?",
               f);
    query_text(&q, stock->product);
    query_text(&q, stock->warehouse);
    query_int(&q, account);
    const bool found = query_row(&q);
    if (found) {
        stock->quantity = row_int(&q, 0);
        stock->held = row_int(&q, 1);
        stock->at_ms = row_int(&q, 2);
    }
    e = query_end(&q);
    return e == ERR_OK && !found ? ERR_NOT_FOUND : e;
}

static void bind_report(struct query *q, const struct stock *stock, int64_t account)
{
    query_int(q, account);
    query_text(q, stock->warehouse);
    query_text(q, stock->product);
    query_int(q, stock->quantity);
    query_int(q, stock->at_ms);
}

/* The first report of a product: what is held of it is added up once. */
static enum err insert(struct store *s, const struct stock *stock, int64_t account,
                       struct fault *f)
{
    struct query q;
    query_write(
        &q, s,
        "INSERT INTO stock(account, warehouse, product, quantity, at_ms, told, held)"
        " VALUES (?1, ?2, ?3, ?4, ?5, 0, (SELECT coalesce(sum(line.quantity), 0) FROM "
        "line JOIN record ON record.id = line.record WHERE product = ?3 AND account = ?1"
        " AND warehouse = ?2 AND state IN " HOLDING "))",
        f);
    bind_report(&q, stock, account);
    return query_run(&q, NULL);
}

static enum err update(struct store *s, const struct stock *stock, int64_t account,
                       bool changed, struct fault *f)
{
    struct query q;
    query_write(&q, s,
                "UPDATE stock SET quantity = ?4, at_ms = ?5,"
                " told = CASE WHEN ?6 THEN 0 ELSE told END"
                " WHERE account = ?1 AND warehouse = ?2 AND product = ?3",
                f);
    bind_report(&q, stock, account);
    query_int(&q, changed);
    return query_run(&q, NULL);
}

enum err stock_put(struct store *s, const struct stock *stock, bool *changed,
                   struct fault *f)
{
    int64_t account;
    struct stock there = *stock;
    enum err e = account_intern(s, stock->account, &account, f);
    if (e == ERR_OK)
        e = stock_get(s, &there, f);
    *changed = e == ERR_NOT_FOUND || there.quantity != stock->quantity;
    if (e == ERR_NOT_FOUND)
        return insert(s, stock, account, f);
    return e == ERR_OK ? update(s, stock, account, *changed, f) : e;
}

enum err stock_each(struct store *s, const char *warehouse, stock_fn *fn, void *arg,
                    struct fault *f)
{
    struct query q;
    query_read(&q, s,
               "SELECT account, warehouse, product, quantity, held, at_ms FROM stock"
               " WHERE ?1 IS NULL OR warehouse = ?1 ORDER BY account, warehouse, product",
               f);
    query_text(&q, warehouse);
    while (query_row(&q)) {
        const struct stock stock = {.account = row_account(&q, 0),
                                    .warehouse = row_text(&q, 1),
                                    .product = row_text(&q, 2),
                                    .quantity = row_int(&q, 3),
                                    .held = row_int(&q, 4),
                                    .at_ms = row_int(&q, 5)};
        if (q.err != ERR_OK || !fn(arg, &stock))
            break;
    }
    return query_end(&q);
}

/* ---- telling the orders ---- */

static enum err find_untold(struct store *s, struct arena *a, struct stock *stock,
                            int64_t *account, int64_t *told, struct fault *f)
{
    struct query q;
    query_read(&q, s,
               "SELECT account, account, warehouse, product, quantity, held, at_ms, told"
               " FROM stock WHERE told >= 0 ORDER BY at_ms, product LIMIT 1",
               f);
    const bool found = query_row(&q);
    if (found) {
        *account = row_int(&q, 0);
        stock->account = arena_text(a, row_account(&q, 1));
        stock->warehouse = arena_text(a, row_text(&q, 2));
        stock->product = arena_text(a, row_text(&q, 3));
        stock->quantity = row_int(&q, 4);
        stock->held = row_int(&q, 5);
        stock->at_ms = row_int(&q, 6);
        *told = row_int(&q, 7);
    }
    enum err e = query_end(&q);
    return e == ERR_OK && !found ? ERR_NOT_FOUND : e;
}

static enum err find_concerned(struct store *s, int64_t account, int64_t told,
                               size_t limit, struct stock_change *change, struct fault *f)
{
    struct query q;
    query_read(&q, s,
               "SELECT line.record FROM line JOIN record ON record.id = line.record"
               " WHERE product = ? AND line.record > ? AND account = ? AND warehouse = ?"
               " AND state IN " CONCERNED " AND (flags & " FLAG_OLD ") = 0"
               " ORDER BY line.record LIMIT ?",
               f);
    query_text(&q, change->stock.product);
    query_int(&q, told);
    query_int(&q, account);
    query_text(&q, change->stock.warehouse);
    query_int(&q, (int64_t)limit);
    while (query_row(&q))
        change->records[change->count++] = row_int(&q, 0);
    return query_end(&q);
}

static enum err mark_told(struct store *s, int64_t account,
                          const struct stock_change *change, int64_t told,
                          struct fault *f)
{
    struct query q;
    query_write(&q, s,
                "UPDATE stock SET told = ? WHERE product = ? AND warehouse = ? AND "
                "account = ?",
                f);
    query_int(&q, told);
    query_text(&q, change->stock.product);
    query_text(&q, change->stock.warehouse);
    query_int(&q, account);
    return query_run(&q, NULL);
}

enum err stock_untold(struct store *s, struct arena *a, size_t limit,
                      struct stock_change *change, struct fault *f)
{
    int64_t account, told;
    *change = (struct stock_change){.records = arena_new(a, limit * sizeof(int64_t))};
    enum err e = find_untold(s, a, &change->stock, &account, &told, f);
    if (e == ERR_OK)
        e = find_concerned(s, account, told, limit, change, f);
    if (e != ERR_OK)
        return e;
    told = change->count < limit ? NOBODY : change->records[change->count - 1];
    return mark_told(s, account, change, told, f);
}
