/* What open orders want, by product: kept from the first report of stock on.
 *
 * Most warehouses report none to dray, and then two rows a line and their indexes would
 * be written and removed for every order in vain. */
#include "workflow/vendor_lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/stock.h"
#include "workflow/order.h"

enum {
    OPEN_STATES = 1u << ORDER_NEW | 1u << ORDER_ACCEPTING | 1u << ORDER_REJECTING |
                  1u << ORDER_ACCEPTED | 1u << ORDER_CONFIRMING | 1u << ORDER_DENYING
};

/* Under the buyer's and the vendor's name of each product. */
static enum err keep(struct host *h, int64_t record, const struct json *items,
                     struct fault *f)
{
    struct arena a;
    size_t count = 0;

    arena_init(&a);
    struct stock_line *lines =
        arena_new(&a, ((items == NULL ? 0 : items->count) * 2 + 1) * sizeof *lines);
    for (const struct json *item = items == NULL ? NULL : items->first; item != NULL;
         item = item->next) {
        const char *vendor = json_get_str(item, "vendorProductIdentifier", "");
        const char *buyer = json_get_str(item, "buyerProductIdentifier", "");
        if (vendor[0] != '\0')
            lines[count++] = (struct stock_line){vendor, line_ordered(item)};
        if (buyer[0] != '\0' && strcmp(vendor, buyer) != 0)
            lines[count++] = (struct stock_line){buyer, line_ordered(item)};
    }
    enum err e = stock_lines(h->store, record, lines, count, f);
    arena_clear(&a);
    return e;
}

enum err vendor_lines(struct host *h, int64_t record, const struct json *order,
                      struct fault *f)
{
    bool any;
    enum err e = stock_any(h->store, &any, f);
    if (e == ERR_OK && any)
        e = keep(h, record, json_path(order, "orderDetails.items"), f);
    return e;
}

/* The ids of open orders. */
struct open_orders {
    int64_t *ids;
    size_t count, room;
};

static bool note_order(void *arg, const struct record *r)
{
    struct open_orders *o = arg;
    if (o->count == o->room) {
        o->room = o->room == 0 ? 64 : 2 * o->room;
        o->ids = mem_resize(o->ids, o->room * sizeof *o->ids);
    }
    o->ids[o->count++] = r->id;
    return true;
}

static enum err keep_of(struct host *h, int64_t record, struct fault *f)
{
    struct order o;
    enum err e = order_open(h, record, &o, f);
    if (e == ERR_OK)
        e = keep(h, record, o.items, f);
    else if (e == ERR_STATE)
        e = ERR_OK; /* its account is not in the project file any more */
    order_close(&o);
    return e;
}

enum err vendor_lines_learn(struct host *h, struct fault *f)
{
    const struct record_filter filter = {
        .kind = RECORD_ORDER, .states = OPEN_STATES, .with_old = true};
    struct open_orders open = {0};
    bool any;

    enum err e = stock_any(h->store, &any, f);
    if (e != ERR_OK || any)
        return e;
    e = record_each(h->store, &filter, note_order, &open, f);
    for (size_t i = 0; e == ERR_OK && i < open.count; i++)
        e = keep_of(h, open.ids[i], f);
    free(open.ids);
    return e;
}
