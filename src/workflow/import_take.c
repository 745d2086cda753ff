/* What an import makes of one order or shipment.
 *
 * The entries of the log are those that dray would have written had it been there, each
 * with the best time that Amazon tells: an order's creation is known, what came of it
 * only by its status, so that is dated at the ship date, or now if that is to come. They
 * are written past host_event: no rule, clock or printer hears of them. */
#include "workflow/import_take.h"

#include <string.h>

#include "base/instant.h"
#include "workflow/external.h"
#include "workflow/poller.h"
#include "workflow/shipment.h"
#include "workflow/vendor.h"

/* The beginning of an import's details, and of nobody else's. */
static const char mark[] = "{\"imported\":true";

bool import_wrote(const struct entry *e)
{
    return e->detail != NULL && strncmp(e->detail, mark, sizeof mark - 1) == 0;
}

void import_count(struct import_counts *sum, const struct import_counts *c)
{
    sum->listed += c->listed;
    sum->imported += c->imported;
    sum->changed += c->changed;
    sum->known += c->known;
    sum->open += c->open;
}

enum err import_take_begin(struct import_take *t, struct host *h, struct account *a,
                           struct fault *f)
{
    *t = (struct import_take){.host = h, .account = a};
    return poller_reach(h, a,
                        a->program == PROGRAM_EXTERNAL ? POLL_PROGRESS : POLL_ORDERS,
                        &t->reach_ms, f);
}

/* ---- the log ---- */

/* Something that happened to a record in the past. */
struct past {
    struct import_take *take;
    const struct record *row;
    struct arena *memory;
};

/* `was` and `state` are left out where NULL. */
static enum err note(const struct past *p, const char *what, int64_t at_ms,
                     const char *was, const char *state, struct fault *f)
{
    struct buf text;
    char at[INSTANT_TEXT];
    struct json *detail = json_object(p->memory);

    instant_format(at_ms, at);
    json_set(p->memory, detail, "imported", json_boolean(p->memory, true));
    json_set_str(p->memory, detail, "at", at);
    json_set_str(p->memory, detail, "was", was);
    json_set_str(p->memory, detail, "state", state);
    buf_init(&text, 4096);
    json_write(&text, detail);
    struct entry entry = {.what = what,
                          .account = p->row->account,
                          .record = p->row->id,
                          .detail = buf_str(&text),
                          .detail_len = text.len};
    const enum err e = journal_add(p->take->host->store, &entry, f);
    buf_clear(&text);
    return e;
}

/* ---- orders ---- */

static int64_t latest_ms(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* By then an order of the past had come to where it stands. */
static int64_t settled_ms(const struct past *p)
{
    const int64_t now = host_now(p->take->host);
    const int64_t at = latest_ms(p->row->ship_by_ms, p->row->ordered_ms);
    return at < now ? at : now;
}

/* What led from one state to the one in which Amazon shows it. */
static enum err tell_order(const struct past *p, enum order_state was, struct fault *f)
{
    const enum order_state state = (enum order_state)p->row->state;
    const char *word = order_state_name(was);
    const bool accepted = state == ORDER_ACCEPTED || state == ORDER_SHIPPED;
    enum err e = ERR_OK;

    if (was == ORDER_NEW && accepted) {
        e = note(p, "order.accepted", p->row->ordered_ms, word, NULL, f);
        word = order_state_name(ORDER_ACCEPTED);
    }
    if (e == ERR_OK && state == ORDER_SHIPPED)
        e = note(p, "order.shipped", settled_ms(p), word, NULL, f);
    else if (e == ERR_OK && state == ORDER_CANCELLED)
        e = note(p, "order.cancelled", settled_ms(p), word, NULL, f);
    return e;
}

/* ---- shipments ---- */

static enum err tell_shipment(const struct past *p, const char *was, int64_t at_ms,
                              struct fault *f)
{
    const enum shipment_state state = (enum shipment_state)p->row->state;
    const char *what =
        state == SHIPMENT_CANCELLED ? "shipment.cancelled" : "shipment.changed";
    if (state == SHIPMENT_CREATED)
        return ERR_OK;
    return note(p, what, at_ms, was, shipment_state_name(state), f);
}

static int64_t updated_ms(const struct past *p, const struct json *shipment)
{
    const int64_t at = shipment_instant(shipment, "lastUpdatedDateTime");
    return latest_ms(at, p->row->ordered_ms);
}

/* ---- one of either ---- */

static enum err tell_new(const struct past *p, const struct json *body, struct fault *f)
{
    const char *created = shipment_state_name(SHIPMENT_CREATED);
    enum err e;

    if (p->row->kind == RECORD_ORDER) {
        e = note(p, "order.new", p->row->ordered_ms, NULL, NULL, f);
        return e == ERR_OK ? tell_order(p, ORDER_NEW, f) : e;
    }
    e = note(p, "shipment.new", p->row->ordered_ms, NULL, created, f);
    return e == ERR_OK ? tell_shipment(p, created, updated_ms(p, body), f) : e;
}

/* It was imported before, and somebody went on with it since. */
static enum err tell_changed(const struct past *p, const struct json *body, int was,
                             struct fault *f)
{
    if (p->row->kind == RECORD_SHIPMENT)
        return tell_shipment(p, shipment_state_name((enum shipment_state)was),
                             updated_ms(p, body), f);
    if (was == p->row->state)
        return note(p, "order.changed", host_now(p->take->host), NULL, NULL, f);
    return tell_order(p, (enum order_state)was, f);
}

static enum err change(const struct past *p, const struct json *body, struct fault *f)
{
    struct record there;
    struct store *s = p->take->host->store;

    enum err e = record_get(s, p->memory, p->row->id, false, &there, f);
    if (e == ERR_OK)
        e = record_set_state(s, p->row->id, p->row->state, f);
    return e == ERR_OK ? tell_changed(p, body, there.state, f) : e;
}

static enum err put(struct import_take *t, struct record *r, const struct digest *digest,
                    const struct json *body, struct fault *f)
{
    enum record_change happened;
    struct arena a;

    arena_init(&a);
    const struct past p = {t, r, &a};
    enum err e = record_put(t->host->store, r, digest, &happened, f);
    if (e == ERR_OK && happened == RECORD_NEW)
        e = tell_new(&p, body, f);
    if (e == ERR_OK && happened == RECORD_CHANGED)
        e = change(&p, body, f);
    t->counts.imported += happened == RECORD_NEW;
    t->counts.changed += happened == RECORD_CHANGED;
    t->counts.known += happened == RECORD_SAME;
    arena_clear(&a);
    return e;
}

/* The ordinary lists bring it, and it is work. */
static bool is_open(const struct import_take *t, const struct record *r,
                    const struct json *body)
{
    if (r->kind == RECORD_ORDER)
        return (r->state == ORDER_NEW || r->state == ORDER_ACCEPTED) &&
               r->ordered_ms >= t->reach_ms;
    return r->state < SHIPMENT_SHIPPED &&
           shipment_instant(body, "lastUpdatedDateTime") >= t->reach_ms;
}

/* Left to the ordinary lists, unless they brought it already. */
static enum err pass_over(struct import_take *t, const struct record *r, struct fault *f)
{
    struct record there;
    struct arena a;

    arena_init(&a);
    const enum err e =
        record_find(t->host->store, &a, r->kind, r->account, r->name, false, &there, f);
    t->counts.known += e == ERR_OK;
    t->counts.open += e == ERR_NOT_FOUND;
    arena_clear(&a);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err import_take(struct import_take *t, const struct page_item *item, struct fault *f)
{
    struct record r = {0};
    struct digest digest = {0};
    const struct account *a = t->account;
    const char *text = item->text;

    t->counts.listed++;
    const bool usable =
        a->program == PROGRAM_EXTERNAL
            ? external_row(t->host, a, item->value, text, item->text_len, &r, &digest)
            : vendor_row(t->host, a, item->value, text, item->text_len, &r, &digest);
    if (!usable)
        return ERR_OK;
    r.flags |= RECORD_OLD | RECORD_IMPORTED;
    return is_open(t, &r, item->value) ? pass_over(t, &r, f)
                                       : put(t, &r, &digest, item->value, f);
}
