/* Orders as Amazon lists them become rows: new, changed or the same (design 9). */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "workflow/floor.h"
#include "workflow/vendor.h"
#include "workflow/vendor_lines.h"

static int64_t instant_of(const struct json *details, const char *path)
{
    const char *text = json_str(json_path(details, path));
    int64_t ms;
    return text != NULL && instant_parse(text, &ms, NULL, NULL) == ERR_OK ? ms : 0;
}

static bool number_ok(const char *po)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    return po[0] != '\0' && strspn(po, letters) == strlen(po);
}

static unsigned flags_of(const struct account *a, const struct json *details,
                         const struct record *r)
{
    const struct json *s = json_get(details, "shipmentDetails");
    const struct warehouse *w = account_warehouse(a, r->warehouse);
    unsigned flags = 0;

    if (json_get_bool(s, "isGift", false))
        flags |= RECORD_GIFT;
    if (json_get_bool(s, "isPslipRequired", false))
        flags |= RECORD_SLIP;
    if (json_get_bool(s, "isScheduledDeliveryShipment", false))
        flags |= RECORD_SCHEDULED;
    if (strcmp(json_get_str(json_get(details, "shipToParty"), "countryCode", ""), "IN") ==
        0)
        flags |= RECORD_INVOICED; /* customer invoices: India only (domain.md 4.11) */
    if (w != NULL && !w->amazon_labels)
        flags |= RECORD_OWN_LABEL;
    if (a->since_ms != INSTANT_NONE && r->ordered_ms < a->since_ms)
        flags |= RECORD_OLD;
    return flags;
}

static enum order_state state_of(const char *status)
{
    if (strcmp(status, "ACCEPTED") == 0)
        return ORDER_ACCEPTED;
    if (strcmp(status, "SHIPPED") == 0)
        return ORDER_SHIPPED;
    if (strcmp(status, "CANCELLED") == 0)
        return ORDER_CANCELLED;
    return ORDER_NEW;
}

static void digest_body(const struct json *order, struct digest *out)
{
    struct buf text;
    buf_init(&text, 8 << 20);
    json_write_sorted(&text, order);
    digest_of(buf_str(&text), text.len, out);
    buf_clear(&text);
}

static enum err take_known(struct host *h, struct record *r, enum record_change change,
                           const char *status, struct fault *f)
{
    enum err e = ERR_OK;
    if (change == RECORD_NEW) {
        e = host_event(h, r, "order.new", NULL, f);
        return e == ERR_OK ? floor_order_seen(h, r, f) : e;
    }
    if (change == RECORD_CHANGED)
        e = host_event(h, r, "order.changed", NULL, f);
    if (e == ERR_OK && change == RECORD_CHANGED && status[0] != '\0')
        e = vendor_order_status(h, r, status, f);
    return e;
}

/* An order that a person took over stays taken over when Amazon changes it. */
static enum err keep_adopted(struct host *h, struct record *r, struct fault *f)
{
    struct arena a;
    struct record there;
    enum err e;

    if ((r->flags & RECORD_OLD) == 0)
        return ERR_OK;
    arena_init(&a);
    e = record_find(h->store, &a, r->kind, r->account, r->name, false, &there, f);
    if (e == ERR_OK && (there.flags & RECORD_ADOPTED) != 0)
        r->flags = (r->flags & ~(unsigned)RECORD_OLD) | RECORD_ADOPTED;
    arena_clear(&a);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

bool vendor_row(struct host *h, const struct account *a, const struct json *order,
                const char *text, size_t len, struct record *r, struct digest *digest)
{
    const char *po = json_get_str(order, "purchaseOrderNumber", "");
    const struct json *details = json_get(order, "orderDetails");

    if (!number_ok(po) || details == NULL) {
        log_write(LOG_WARN,
                  details == NULL
                      ? "Amazon listed an order without details; it is passed over"
                      : "Amazon listed an order whose number is not letters and "
                        "digits; it is passed over",
                  log_safe("account", a->id), LOG_END);
        return false;
    }
    *r = (struct record){
        .kind = RECORD_ORDER,
        .account = a->id,
        .name = po,
        .warehouse = json_get_str(json_get(details, "shipFromParty"), "partyId", ""),
        .status = json_get_str(details, "orderStatus", ""),
        .ordered_ms = instant_of(details, "orderDate"),
        .ship_by_ms =
            instant_of(details, "shipmentDetails.shipmentDates.requiredShipDate"),
        .seen_ms = host_now(h),
        .changed_ms = host_now(h),
        .body = text,
        .body_len = len,
    };
    r->state = (int)state_of(r->status);
    r->flags = flags_of(a, details, r);
    digest_body(order, digest);
    return true;
}

enum err vendor_take_order(struct host *h, struct account *a, const struct json *order,
                           const char *text, size_t len, enum record_change *change,
                           struct fault *f)
{
    struct record r;
    struct digest digest;

    *change = RECORD_SAME;
    if (!vendor_row(h, a, order, text, len, &r, &digest))
        return ERR_OK;
    const char *status = r.status;
    enum err e = keep_adopted(h, &r, f);
    if (e == ERR_OK)
        e = record_put(h->store, &r, &digest, change, f);
    if (e == ERR_OK && *change != RECORD_SAME)
        e = vendor_lines(h, r.id, order, f);
    return e == ERR_OK ? take_known(h, &r, *change, status, f) : e;
}
