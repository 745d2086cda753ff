/* An order opened for reading. */
#include "workflow/order.h"

#include <stdlib.h>
#include <string.h>

enum err order_open_row(struct host *h, int64_t record, struct order *o, struct fault *f)
{
    memset(o, 0, sizeof *o);
    arena_init(&o->memory);
    enum err e = record_get(h->store, &o->memory, record, false, &o->row, f);
    if (e != ERR_OK)
        return e;
    o->account = host_account(h, o->row.account);
    if (o->account == NULL)
        return fault_set(
            f, ERR_STATE,
            "order %s: its account \"%s\" is not in the project file any more",
            o->row.name, o->row.account);
    o->house = account_warehouse(o->account, o->row.warehouse);
    return ERR_OK;
}

static enum err read_body(struct host *h, struct order *o, struct fault *f)
{
    struct arena a;
    const char *text;
    size_t len;

    arena_init(&a);
    enum err e = record_get_body(h->store, &a, o->row.id, &text, &len, f);
    if (e == ERR_OK) {
        o->body = bodies_read(h->bodies, o->row.id, &o->row.digest, text, len, f);
        if (o->body == NULL)
            e = fault_prefix(f, "order %s: its stored text", o->row.name);
    }
    arena_clear(&a);
    return e;
}

enum err order_open(struct host *h, int64_t record, struct order *o, struct fault *f)
{
    enum err e = order_open_row(h, record, o, f);
    if (e != ERR_OK)
        return e;
    o->body = bodies_find(h->bodies, record, &o->row.digest);
    if (o->body == NULL)
        e = read_body(h, o, f);
    if (e != ERR_OK)
        return e;
    o->details = json_get(o->body->root, "orderDetails");
    o->items = json_get(o->details, "items");
    return ERR_OK;
}

void order_close(struct order *o)
{
    body_release(o->body);
    arena_clear(&o->memory);
}

int64_t line_number(const struct json *item)
{
    const struct json *value = json_get(item, "itemSequenceNumber");
    int64_t number = 0;
    if (json_int(value, &number))
        return number;
    const char *text = json_str(value);
    if (text == NULL || text[0] == '\0')
        return 0;
    char *end;
    long long parsed = strtoll(text, &end, 10);
    return *end == '\0' && parsed > 0 ? (int64_t)parsed : 0;
}

int64_t line_ordered(const struct json *item)
{
    int64_t amount;
    return json_int(json_path(item, "orderedQuantity.amount"), &amount) ? amount : 0;
}

const struct json *order_line(const struct order *o, int64_t number)
{
    for (const struct json *item = o->items == NULL ? NULL : o->items->first;
         item != NULL; item = item->next)
        if (line_number(item) == number)
            return item;
    return NULL;
}

enum err order_papers(struct host *h, struct order *o, enum paper_kind kind,
                      struct paper **list, size_t *count, struct fault *f)
{
    const struct paper_filter filter = {
        .account = o->row.account,
        .record = o->row.id,
        .kinds = 1u << kind,
        .latest = true,
    };
    return paper_list(h->store, &o->memory, &filter, list, count, f);
}
