/* Stock: levels that the warehouse reports, whether an order can be filled from them, and
 * whom a change concerns. */
#include "workflow/floor_stock.h"

#include <string.h>

#include "base/suggest.h"
#include "store/journal.h"
#include "store/stock.h"
#include "workflow/floor_inside.h"
#include "workflow/order.h"
#include "workflow/vendor_lines.h"

enum { TOLD_AT_ONCE = 500, CODES_MAX = 256 };

static const char *const words[] = {"warehouse", "product", "quantity", "account", "at"};
enum { WORDS = sizeof words / sizeof words[0] };

/* ---- a report ---- */

static enum err check_words(const struct json *fields, struct fault *f)
{
    for (const struct json *m = fields->first; m != NULL; m = m->next) {
        size_t i = 0;
        while (i < WORDS && strcmp(words[i], m->key) != 0)
            i++;
        if (i < WORDS)
            continue;
        const char *near = suggest(m->key, words, WORDS);
        return fault_set(f, ERR_INPUT, "%.60s: stock has no such field%s%s%s", m->key,
                         near == NULL ? "" : " (did you mean \"",
                         near == NULL ? "" : near, near == NULL ? "" : "\"?)");
    }
    return ERR_OK;
}

static enum err unknown_warehouse(const struct host *h, const char *code, struct fault *f)
{
    const char *codes[CODES_MAX];
    size_t n = 0;
    for (size_t i = 0; i < h->account_count; i++)
        for (size_t k = 0; k < h->accounts[i]->warehouse_count && n < CODES_MAX; k++)
            codes[n++] = h->accounts[i]->warehouses[k].code;
    const char *near = suggest(code, codes, n);
    return fault_set(f, ERR_INPUT,
                     "warehouse: dray.lua names no warehouse \"%.60s\"%s%s%s", code,
                     near == NULL ? "" : " (did you mean \"", near == NULL ? "" : near,
                     near == NULL ? "" : "\"?)");
}

/* Whose warehouse it is. */
static enum err find_account(const struct host *h, const char *code, const char *named,
                             const char **account, struct fault *f)
{
    *account = NULL;
    for (size_t i = 0; i < h->account_count; i++) {
        const struct account *a = h->accounts[i];
        if ((named != NULL && strcmp(named, a->id) != 0) ||
            account_warehouse(a, code) == NULL)
            continue;
        if (*account != NULL)
            return fault_set(f, ERR_CONFLICT,
                             "account: warehouse %s is there for the accounts %s and %s: "
                             "say which one",
                             code, *account, a->id);
        *account = a->id;
    }
    return *account == NULL ? unknown_warehouse(h, code, f) : ERR_OK;
}

static enum err need_text(const struct json *fields, const char *key, const char **text,
                          struct fault *f)
{
    *text = json_get_str(fields, key, "");
    return (*text)[0] != '\0'
               ? ERR_OK
               : fault_set(f, ERR_INPUT, "%s: missing: expected a text", key);
}

static enum err read_stock(struct host *h, const struct report *r, struct stock *stock,
                           struct fault *f)
{
    const struct zone *zone = r->zone;
    enum err e = check_words(r->fields, f);
    if (e == ERR_OK)
        e = need_text(r->fields, "warehouse", &stock->warehouse, f);
    if (e == ERR_OK)
        e = need_text(r->fields, "product", &stock->product, f);
    if (e == ERR_OK && !json_int(json_get(r->fields, "quantity"), &stock->quantity))
        e = fault_set(f, ERR_INPUT, "quantity: expected a whole number");
    if (e == ERR_OK)
        e = find_account(h, stock->warehouse, json_str(json_get(r->fields, "account")),
                         &stock->account, f);
    if (e != ERR_OK)
        return e;
    if (zone == NULL)
        zone = account_warehouse(host_account(h, stock->account), stock->warehouse)->zone;
    return floor_at(h, zone, r->fields, &stock->at_ms, f);
}

/* The log says what was reported, once for all orders. */
static enum err tell_log(struct host *h, const struct stock *stock, int64_t *event,
                         struct fault *f)
{
    struct arena a;
    struct buf text;
    char at[INSTANT_TEXT];

    arena_init(&a);
    buf_init(&text, 16 * 1024);
    struct json *detail = json_object(&a);
    instant_format(stock->at_ms, at);
    json_set_str(&a, detail, "warehouse", stock->warehouse);
    json_set_str(&a, detail, "product", stock->product);
    json_set(&a, detail, "quantity", json_integer(&a, stock->quantity));
    json_set_str(&a, detail, "at", at);
    json_write(&text, detail);
    struct entry entry = {.what = "stock",
                          .account = stock->account,
                          .run = h->run,
                          .detail = buf_str(&text),
                          .detail_len = text.len};
    enum err e = journal_add(h->store, &entry, f);
    *event = entry.id;
    buf_clear(&text);
    arena_clear(&a);
    return e;
}

enum err floor_stock_report(struct host *h, const struct report *r,
                            struct report_result *out, struct fault *f)
{
    struct stock stock = {0};
    bool changed = false;

    enum err e = read_stock(h, r, &stock, f);
    if (e == ERR_OK)
        e = vendor_lines_learn(h, f);
    if (e == ERR_OK)
        e = stock_put(h->store, &stock, &changed, f);
    out->outcome = e == ERR_OK && changed ? REPORT_TAKEN : REPORT_SAME;
    if (e != ERR_OK || !changed)
        return e;
    h->stock_moved = true;
    return tell_log(h, &stock, &out->event, f);
}

/* ---- whom it concerns ---- */

static enum err tell_order(struct host *h, struct arena *a, int64_t record,
                           const struct stock *stock, struct fault *f)
{
    struct record r;
    struct json *detail = json_object(a);

    json_set_str(a, detail, "warehouse", stock->warehouse);
    json_set_str(a, detail, "product", stock->product);
    json_set(a, detail, "quantity", json_integer(a, stock->quantity));
    json_set(a, detail, "free", json_integer(a, stock->quantity - stock->held));
    enum err e = record_get(h->store, a, record, false, &r, f);
    return e == ERR_OK ? host_event(h, &r, "stock.changed", detail, f) : e;
}

enum err floor_stock_step(struct host *h, struct fault *f)
{
    struct arena a;
    struct stock_change change;

    if (!h->stock_moved)
        return ERR_OK;
    arena_init(&a);
    enum err e = stock_untold(h->store, &a, TOLD_AT_ONCE, &change, f);
    if (e == ERR_NOT_FOUND) {
        h->stock_moved = false;
        e = ERR_OK;
    } else {
        for (size_t i = 0; e == ERR_OK && i < change.count; i++)
            e = tell_order(h, &a, change.records[i], &change.stock, f);
    }
    arena_clear(&a);
    return e;
}

/* ---- whether an order can be filled ---- */

static enum err stock_of(struct host *h, const struct record *r, const char *product,
                         struct stock *stock, struct fault *f)
{
    *stock = (struct stock){
        .account = r->account, .warehouse = r->warehouse, .product = product};
    return product == NULL ? ERR_NOT_FOUND : stock_get(h->store, stock, f);
}

enum err floor_item_stock(struct host *h, const struct record *r, const struct json *item,
                          struct stock *stock, struct fault *f)
{
    enum err e =
        stock_of(h, r, json_get_str(item, "vendorProductIdentifier", NULL), stock, f);
    if (e == ERR_NOT_FOUND)
        e = stock_of(h, r, json_get_str(item, "buyerProductIdentifier", NULL), stock, f);
    return e;
}

static enum err no_report(const struct record *r, const struct json *item,
                          struct fault *f)
{
    const char *buyer = json_get_str(item, "buyerProductIdentifier", "?");
    return fault_set(f, ERR_STATE,
                     "order %s: no stock of product \"%s\" was reported for warehouse %s",
                     r->name, json_get_str(item, "vendorProductIdentifier", buyer),
                     r->warehouse);
}

/* A new order comes behind all that are accepted; of those, who is to ship sooner is
 * first. */
static enum err item_fits(struct host *h, const struct record *r, const struct json *item,
                          bool *fits, struct fault *f)
{
    struct stock stock;
    int64_t taken = 0, own = 0;
    enum err e = floor_item_stock(h, r, item, &stock, f);
    if (e == ERR_NOT_FOUND)
        return no_report(r, item, f);
    if (e == ERR_OK)
        e = stock_own(h->store, r->id, stock.product, &own, f);
    taken = stock.held;
    if (e == ERR_OK && stock_holds(r->state) && stock.quantity < stock.held)
        e = stock_before(h->store, r->id, stock.product, &taken, f);
    else if (stock_holds(r->state))
        taken -= own; /* there is enough for all who hold it */
    *fits = stock.quantity >= taken + own;
    return e;
}

enum err floor_fillable(struct host *h, int64_t record, bool *fillable, struct fault *f)
{
    struct order o;
    enum err e = order_open(h, record, &o, f);
    *fillable = e == ERR_OK;
    for (const struct json *item = e != ERR_OK || o.items == NULL ? NULL : o.items->first;
         e == ERR_OK && item != NULL; item = item->next) {
        bool fits = false;
        e = item_fits(h, &o.row, item, &fits, f);
        *fillable = *fillable && fits;
    }
    order_close(&o);
    return e;
}
