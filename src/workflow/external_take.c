/* Shipments as Amazon shows them become rows: new, changed or the same, with what that
 * means (domain.md 5.2, 5.3). */
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/log.h"
#include "workflow/external.h"
#include "workflow/external_gift.h"
#include "workflow/floor.h"

enum {
    OWN_UPDATE_MS = 10 * MS_MINUTE, /* a step back this long after an own update is its */
    UNSENT = 1u << EFFECT_PLANNED | 1u << EFFECT_WAITING | 1u << EFFECT_READY |
             1u << EFFECT_HELD
};

/* What is there before a shipment is taken. */
struct before {
    bool known;
    struct record row;
    const struct json *body; /* NULL: unknown */
};

static enum err read_before(struct host *h, struct arena *a, const char *account,
                            const char *id, struct before *b, struct fault *f)
{
    enum err e = record_find(h->store, a, RECORD_SHIPMENT, account, id, true, &b->row, f);
    b->known = e == ERR_OK;
    b->body = NULL;
    if (e == ERR_NOT_FOUND)
        return ERR_OK;
    if (e == ERR_OK)
        b->body = json_parse(a, b->row.body, b->row.body_len, NULL);
    return e;
}

static bool is_gift(const struct json *body)
{
    const struct json *items = json_get(body, "lineItems");
    for (const struct json *i = items == NULL ? NULL : items->first; i != NULL;
         i = i->next) {
        const struct json *gift = json_get(i, "giftAttributes");
        if (strcmp(json_get_str(gift, "giftWrapRequirement", ""), "REQUIRED") == 0 ||
            strcmp(json_get_str(gift, "giftMessagePresence", ""), "PRESENT") == 0)
            return true;
    }
    return false;
}

static unsigned flags_of(const struct json *body)
{
    unsigned flags = 0;
    if (is_gift(body))
        flags |= RECORD_GIFT;
    if (shipment_requires(body, "pSlip"))
        flags |= RECORD_SLIP;
    if (shipment_requires(body, "invoice"))
        flags |= RECORD_INVOICED;
    if (shipment_is_self(body))
        flags |= RECORD_OWN_LABEL;
    return flags;
}

/* Older than `since`, unless a person took it over. */
static unsigned age_of(const struct account *a, const struct record *r,
                       const struct before *b)
{
    if (b->known && (b->row.flags & RECORD_ADOPTED) != 0)
        return RECORD_ADOPTED;
    return a->since_ms != INSTANT_NONE && r->ordered_ms < a->since_ms ? RECORD_OLD : 0;
}

static void digest_body(const struct json *body, struct digest *out)
{
    struct buf text;
    buf_init(&text, 8 << 20);
    json_write_sorted(&text, body);
    digest_of(buf_str(&text), text.len, out);
    buf_clear(&text);
}

/* ---- what changed ---- */

static const char *sub_status(const struct json *body)
{
    return json_get_str(body, "subStatus", "");
}

static struct json *detail_of(struct arena *a, const struct record *r,
                              const struct json *body, const struct before *b)
{
    struct json *detail = json_object(a);
    const char *sub = sub_status(body);

    json_set_str(a, detail, "state", shipment_state_name((enum shipment_state)r->state));
    if (sub[0] != '\0')
        json_set_str(a, detail, "subStatus", sub);
    if (b->known)
        json_set_str(a, detail, "was",
                     shipment_state_name((enum shipment_state)b->row.state));
    if (b->known && sub_status(b->body)[0] != '\0')
        json_set_str(a, detail, "wasSubStatus", sub_status(b->body));
    return detail;
}

static enum err withdraw_unsent(struct host *h, const struct record *r, struct fault *f)
{
    struct arena a;
    struct effect *list;
    size_t count;
    const struct effect_filter filter = {.record = r->id, .states = UNSENT};
    const struct effect_change change = {.to = EFFECT_CANCELLED,
                                         .why = "the shipment was cancelled",
                                         .next_ms = INT64_MAX};

    arena_init(&a);
    enum err e = effect_list(h->store, &a, &filter, &list, &count, f);
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        if (strcmp(list[i].verb, "reject") != 0) /* that one is proved by it */
            e = host_move(h, &list[i], &change, f);
    arena_clear(&a);
    return e;
}

/* A label that was made, here or in another tool, may be on a parcel already. */
static enum err cancelled(struct host *h, const struct record *r, struct json *detail,
                          struct arena *a, const struct before *b, struct fault *f)
{
    int64_t label = 0;
    enum err e = paper_latest(h->store, r->id, PAPER_LABEL, &label, f);
    if (e != ERR_OK)
        return e;
    const bool pull =
        label != 0 || (b->known && b->row.state >= SHIPMENT_SHIPLABEL_GENERATED);
    log_write(LOG_WARN,
              pull ? "a shipment was cancelled after its label was made; pull the parcel"
                   : "a shipment was cancelled",
              log_safe("account", r->account), log_body("shipmentId", r->name),
              log_safe("location", r->warehouse), LOG_END);
    json_set(a, detail, "pull", json_boolean(a, pull));
    if (pull)
        json_set_str(a, detail, "why", "its label was made; pull the parcel");
    e = withdraw_unsent(h, r, f);
    return e == ERR_OK ? host_event(h, r, "shipment.cancelled", detail, f) : e;
}

static bool has_package(const struct json *body, const char *id)
{
    const struct json *all = json_get(body, "packages");
    for (const struct json *p = all == NULL ? NULL : all->first; p != NULL; p = p->next)
        if (strcmp(json_get_str(p, "id", ""), id) == 0)
            return true;
    return false;
}

/* Every package that is shown for the first time. */
static enum err tell_packages(struct host *h, const struct record *r, struct arena *a,
                              const struct json *body, const struct before *b,
                              struct fault *f)
{
    const struct json *all = json_get(body, "packages");
    enum err e = ERR_OK;
    for (const struct json *p = all == NULL ? NULL : all->first; p != NULL && e == ERR_OK;
         p = p->next) {
        const char *id = json_get_str(p, "id", "");
        struct json *detail = json_object(a);
        if (id[0] == '\0' || (b->known && has_package(b->body, id)))
            continue;
        json_set_str(a, detail, "package", id);
        e = host_event(h, r, "package.created", detail, f);
    }
    return e;
}

/* An own update leads back by itself, when Amazon took it. */
static enum err updated_here(struct host *h, const struct record *r, int64_t read_ms,
                             bool *own, struct fault *f)
{
    struct arena a;
    struct effect *list;
    size_t count;
    const struct effect_filter filter = {.record = r->id, .kinds = 1u << EFFECT_PACKAGE};

    *own = false;
    arena_init(&a);
    enum err e = effect_list(h->store, &a, &filter, &list, &count, f);
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        *own = *own || list[i].sent_ms > read_ms - OWN_UPDATE_MS;
    arena_clear(&a);
    return e;
}

/* Somebody changed a package in another tool, or Amazon withdrew the label. */
static enum err step_back(struct host *h, const struct record *r, const struct json *body,
                          const struct before *b, int64_t read_ms, struct fault *f)
{
    const char *sub = sub_status(body);
    const bool again = b->known && r->state < b->row.state &&
                       r->state >= SHIPMENT_CONFIRMED &&
                       b->row.state <= SHIPMENT_SHIPLABEL_GENERATED;
    const bool slot = b->known && strcmp(sub, sub_status(b->body)) != 0 &&
                      (strcmp(sub, "LABEL_CANCELED") == 0 ||
                       (strcmp(sub, "PENDING_SCHEDULE") == 0 &&
                        b->row.state >= SHIPMENT_SHIPLABEL_GENERATED));
    bool own = false;

    if (slot)
        return external_back(h, r, true,
                             "Amazon withdrew the label: a new slot is to be chosen", f);
    enum err e = again ? updated_here(h, r, read_ms, &own, f) : ERR_OK;
    if (e == ERR_OK && again && !own)
        e = external_back(h, r, false,
                          "the shipment went back to an earlier step elsewhere", f);
    return e;
}

/* What the floor reported before dray knew the shipment is taken now. */
static enum err tell_new(struct host *h, const struct record *r,
                         const struct json *detail, struct fault *f)
{
    enum err e = host_event(h, r, "shipment.new", detail, f);
    return e == ERR_OK ? floor_order_seen(h, r, f) : e;
}

static enum err tell_changed(struct host *h, const struct record *r, struct arena *a,
                             const struct json *body, const struct before *b,
                             int64_t read_ms, struct fault *f)
{
    struct json *detail = detail_of(a, r, body, b);
    enum err e = ERR_OK;

    if (r->state == SHIPMENT_UNKNOWN && (!b->known || b->row.state != SHIPMENT_UNKNOWN))
        log_write(LOG_WARN, "a shipment has a status that this dray does not know",
                  log_safe("account", r->account), log_body("shipmentId", r->name),
                  log_body("status", r->status), LOG_END);
    if (!b->known)
        e = tell_new(h, r, detail, f);
    else if (r->state == SHIPMENT_CANCELLED && b->row.state != SHIPMENT_CANCELLED)
        e = cancelled(h, r, detail, a, b, f);
    else
        e = host_event(h, r, "shipment.changed", detail, f);
    if (e == ERR_OK)
        e = tell_packages(h, r, a, body, b, f);
    return e == ERR_OK ? step_back(h, r, body, b, read_ms, f) : e;
}

/* ---- taking one ---- */

/* What it shows proves effects, and lets others go on. */
static enum err learn(struct host *h, int64_t record, int64_t news_ms, struct fault *f)
{
    struct shipment s;
    enum err e = shipment_open(h, record, &s, f);
    s.news_ms = news_ms;
    if (e == ERR_OK)
        e = external_prove(h, &s, f);
    shipment_close(&s);
    return e == ERR_OK ? flow_reconsider(h, record, f) : e;
}

static enum err store_it(struct host *h, struct arena *memory, const struct json *body,
                         struct record *r, const struct digest *digest,
                         const struct before *b, int64_t read_ms,
                         enum record_change *change, struct fault *f)
{
    enum err e = record_put(h->store, r, digest, change, f);
    if (e == ERR_OK && *change == RECORD_CHANGED && b->row.state != r->state)
        e = record_set_state(h->store, r->id, r->state, f);
    if (e == ERR_OK && *change != RECORD_SAME)
        e = tell_changed(h, r, memory, body, b, read_ms, f);
    if (e == ERR_OK && *change != RECORD_SAME)
        e = gift_take(h, r, body, f);
    return e == ERR_OK ? learn(h, r->id, *change == RECORD_SAME ? 0 : read_ms, f) : e;
}

/* An answer that was overtaken by a newer one says nothing. */
static bool is_stale(const struct json *body, const struct before *b)
{
    return b->known && shipment_instant(body, "lastUpdatedDateTime") <
                           shipment_instant(b->body, "lastUpdatedDateTime");
}

/* What was over before dray ever saw it is none of its work. */
static bool is_past(const struct record *r, const struct before *b)
{
    return !b->known &&
           (r->state == SHIPMENT_CANCELLED || r->state == SHIPMENT_DELIVERED);
}

bool external_row(struct host *h, const struct account *a, const struct json *shipment,
                  const char *text, size_t len, struct record *r, struct digest *digest)
{
    const char *id = json_get_str(shipment, "id", "");

    if (id[0] == '\0' || json_get(shipment, "lineItems") == NULL) {
        log_write(LOG_WARN,
                  "Amazon listed a shipment without id or lines; it is passed over",
                  log_safe("account", a->id), LOG_END);
        return false;
    }
    *r = (struct record){
        .kind = RECORD_SHIPMENT,
        .account = a->id,
        .name = id,
        .warehouse = json_get_str(shipment, "locationId", ""),
        .status = json_get_str(shipment, "status", ""),
        .ordered_ms = shipment_instant(shipment, "creationDateTime"),
        .ship_by_ms =
            shipment_instant(shipment, "shippingInfo.expectedShippingDateTimeInUTC"),
        .seen_ms = host_now(h),
        .changed_ms = host_now(h),
        .body = text,
        .body_len = len,
    };
    r->state = (int)shipment_state_of(r->status);
    r->flags = flags_of(shipment);
    digest_body(shipment, digest);
    return true;
}

/* Rows of the past are none of a poll's work. */
static bool passes_over(const struct json *shipment, const struct record *r,
                        const struct before *b)
{
    return is_stale(shipment, b) || is_past(r, b) ||
           (b->known && (b->row.flags & RECORD_IMPORTED) != 0);
}

enum err external_take(struct host *h, struct account *a, const struct json *shipment,
                       const char *text, size_t len, int64_t read_ms,
                       enum record_change *change, struct fault *f)
{
    struct arena memory;
    struct before before;
    struct record r;
    struct digest digest;

    *change = RECORD_SAME;
    if (!external_row(h, a, shipment, text, len, &r, &digest))
        return ERR_OK;
    arena_init(&memory);
    enum err e = read_before(h, &memory, a->id, r.name, &before, f);
    r.flags |= age_of(a, &r, &before);
    if (e == ERR_OK && !passes_over(shipment, &r, &before))
        e = store_it(h, &memory, shipment, &r, &digest, &before, read_ms, change, f);
    arena_clear(&memory);
    return e;
}
