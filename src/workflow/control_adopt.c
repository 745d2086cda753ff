/* A person takes over an order that is left alone: one older than the account's `since`,
 * or an open one out of Amazon's record of the past. */
#include "workflow/control.h"
#include "workflow/vendor_lines.h"

/* An order out of Amazon's record of the past is taken over only where something is left
 * to do. */
static enum err check_imported(const struct record *r, struct fault *f)
{
    const bool order = r->kind == RECORD_ORDER;
    const bool open = order ? r->state == ORDER_NEW || r->state == ORDER_ACCEPTED
                            : r->state < SHIPMENT_SHIPPED;
    if ((r->flags & RECORD_IMPORTED) == 0 || open)
        return ERR_OK;
    return fault_set(
        f, ERR_STATE,
        "%s %s was imported from Amazon's record of the past, where it is %s "
        "already; nothing is left to do for it",
        order ? "order" : "shipment", r->name, r->status);
}

/* What it wants of the stock counts from now on. */
static enum err adopt_lines(struct host *h, const struct record *r, struct fault *f)
{
    struct arena a;
    struct record full;

    if (r->kind != RECORD_ORDER || (r->flags & RECORD_IMPORTED) == 0)
        return ERR_OK;
    arena_init(&a);
    enum err e = record_get(h->store, &a, r->id, true, &full, f);
    const struct json *body =
        e == ERR_OK ? json_parse(&a, full.body, full.body_len, f) : NULL;
    if (e == ERR_OK)
        e = body == NULL ? f->code : vendor_lines(h, r->id, body, f);
    arena_clear(&a);
    return e;
}

enum err control_adopt(struct host *h, int64_t record, const struct decision *d,
                       struct fault *f)
{
    const unsigned left_alone = RECORD_OLD | RECORD_IMPORTED;
    struct arena a;
    struct record r;

    arena_init(&a);
    enum err e = record_get(h->store, &a, record, false, &r, f);
    if (e == ERR_OK && (r.flags & RECORD_OLD) == 0)
        e = fault_set(f, ERR_STATE,
                      "order %s is not left alone; there is nothing to adopt", r.name);
    if (e == ERR_OK)
        e = check_imported(&r, f);
    if (e == ERR_OK)
        e = adopt_lines(h, &r, f);
    if (e == ERR_OK)
        e = record_set_flags(h->store, record, (r.flags & ~left_alone) | RECORD_ADOPTED,
                             f);
    if (e == ERR_OK) {
        struct json *detail = json_object(&a);
        json_set_str(&a, detail, "actor", d->actor);
        json_set_str(&a, detail, "why", d->why);
        e = host_event(h, &r,
                       r.kind == RECORD_ORDER ? "order.adopted" : "shipment.adopted",
                       detail, f);
    }
    arena_clear(&a);
    return e;
}
