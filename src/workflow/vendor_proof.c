/* What is learned of a vendor's orders: their own state, transactions, documents (laws 6
 * and 7). */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "store/paper.h"
#include "workflow/vendor.h"

enum {
    OPEN_STATES = 1u << EFFECT_WAITING | 1u << EFFECT_READY | 1u << EFFECT_SENDING |
                  1u << EFFECT_ACCEPTED | 1u << EFFECT_UNKNOWN | 1u << EFFECT_HELD,
    UNSENT_STATES = 1u << EFFECT_WAITING | 1u << EFFECT_READY | 1u << EFFECT_HELD
};

/* Where a proved effect brings its order. */
static enum order_state reached(const struct effect *e, const char **event)
{
    switch (verb_find(e->verb)) {
    case VERB_ACCEPT:
        *event = "order.accepted";
        return ORDER_ACCEPTED;
    case VERB_REJECT:
        *event = "order.rejected";
        return ORDER_REJECTED;
    case VERB_CONFIRM:
        *event = "order.shipped";
        return ORDER_SHIPPED;
    case VERB_FLOOR_DENY:
        *event = "order.denied";
        return ORDER_DENIED;
    default:
        *event = NULL;
        return ORDER_STATE_COUNT;
    }
}

/* A proof may come late: an order never goes back for it, and one that Amazon cancelled
 * stays cancelled. */
static bool may_reach(enum order_state now, enum order_state state)
{
    switch (state) {
    case ORDER_ACCEPTED:
        return now == ORDER_NEW || now == ORDER_ACCEPTING;
    case ORDER_SHIPPED:
    case ORDER_DENIED:
        return now == ORDER_ACCEPTED || now == ORDER_CONFIRMING || now == ORDER_DENYING;
    case ORDER_DELIVERED:
        return now == ORDER_SHIPPED;
    default:
        return now == ORDER_NEW || now == ORDER_REJECTING;
    }
}

static enum err advance(struct host *h, const struct effect *e, struct fault *f)
{
    struct arena a;
    struct record r;
    const char *event;
    enum order_state state = reached(e, &event);
    bool delivered;

    enum err err = vendor_delivered(h, e, &delivered, f);
    if (delivered) {
        state = ORDER_DELIVERED;
        event = "order.delivered";
    }
    if (err != ERR_OK || state == ORDER_STATE_COUNT)
        return err;
    arena_init(&a);
    err = record_get(h->store, &a, e->record, false, &r, f);
    if (err == ERR_OK && may_reach((enum order_state)r.state, state))
        err = host_state(h, &r, state, event, f);
    arena_clear(&a);
    return err;
}

enum err vendor_succeeded(struct host *h, struct effect *e, const char *evidence,
                          struct fault *f)
{
    enum err err = flow_proved(h, e, evidence, f);
    if (err == ERR_OK)
        err = advance(h, e, f);
    return err == ERR_OK ? flow_reconsider(h, e->record, f) : err;
}

/* Where an order goes back to when its step failed. */
static enum order_state before(const struct effect *e, enum order_state now)
{
    if (e->kind == EFFECT_ACKNOWLEDGE &&
        (now == ORDER_ACCEPTING || now == ORDER_REJECTING))
        return ORDER_NEW;
    if (e->kind == EFFECT_SHIP && (now == ORDER_CONFIRMING || now == ORDER_DENYING))
        return ORDER_ACCEPTED;
    return now;
}

static enum err step_back(struct host *h, const struct effect *e, struct fault *f)
{
    struct arena a;
    struct record r;
    arena_init(&a);
    enum err err = record_get(h->store, &a, e->record, false, &r, f);
    if (err == ERR_OK)
        err = host_state(h, &r, before(e, (enum order_state)r.state), NULL, f);
    arena_clear(&a);
    return err;
}

enum err vendor_failed(struct host *h, struct effect *e, enum effect_state state,
                       const char *why, struct fault *f)
{
    enum err err = flow_end(h, e, state, why, f);
    if (err == ERR_OK)
        err = step_back(h, e, f);
    return err == ERR_OK ? flow_reconsider(h, e->record, f) : err;
}

/* The effects of an order of one kind in some states, each given to `fn`. *found (may be
 * NULL) says how many there were. */
typedef enum err each_fn(struct host *h, struct effect *e, const char *text,
                         struct fault *f);

static enum err each_effect(struct host *h, int64_t record, unsigned kinds,
                            unsigned states, const char *verb, const char *text,
                            each_fn *fn, size_t *found, struct fault *f)
{
    struct arena a;
    struct effect *list;
    size_t count;
    const struct effect_filter filter = {
        .record = record, .kinds = kinds, .states = states};

    arena_init(&a);
    enum err e = effect_list(h->store, &a, &filter, &list, &count, f);
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        if (verb == NULL || strcmp(list[i].verb, verb) == 0)
            e = fn(h, &list[i], text, f);
    if (found != NULL)
        *found = count;
    arena_clear(&a);
    return e;
}

static enum err prove(struct host *h, struct effect *e, const char *text, struct fault *f)
{
    return vendor_succeeded(h, e, text, f);
}

static enum err cancel(struct host *h, struct effect *e, const char *text,
                       struct fault *f)
{
    const struct effect_change change = {
        .to = EFFECT_CANCELLED, .why = text, .next_ms = INT64_MAX};
    return host_move(h, e, &change, f);
}

/* The row as it stands after effects were proved. */
static enum err reload(struct host *h, struct record *r, struct fault *f)
{
    struct arena a;
    struct record now;
    arena_init(&a);
    enum err e = record_get(h->store, &a, r->id, false, &now, f);
    if (e == ERR_OK)
        r->state = now.state;
    arena_clear(&a);
    return e;
}

static enum err status_accepted(struct host *h, struct record *r, struct fault *f)
{
    enum err e = each_effect(h, r->id, 1u << EFFECT_ACKNOWLEDGE, OPEN_STATES, "accept",
                             "the order shows as ACCEPTED", prove, NULL, f);
    if (e == ERR_OK)
        e = reload(h, r, f);
    if (e == ERR_OK && (r->state == ORDER_NEW || r->state == ORDER_ACCEPTING))
        e = host_state(h, r, ORDER_ACCEPTED, "order.accepted", f);
    return e;
}

static enum err status_shipped(struct host *h, struct record *r, struct fault *f)
{
    enum err e = each_effect(h, r->id, 1u << EFFECT_SHIP, OPEN_STATES, "confirm",
                             "the order shows as SHIPPED", prove, NULL, f);
    if (e == ERR_OK)
        e = reload(h, r, f);
    if (e == ERR_OK && r->state != ORDER_SHIPPED && r->state != ORDER_DELIVERED)
        e = host_state(h, r, ORDER_SHIPPED, "order.shipped", f);
    return e;
}

/* Nobody here asked for it: whatever is not sent is withdrawn; a parcel may have to be
 * pulled. */
static enum err cancelled_by_amazon(struct host *h, struct record *r, struct fault *f)
{
    log_write(LOG_WARN, "Amazon cancelled an order; pull the parcel if it is packed",
              log_safe("account", r->account), log_body("purchaseOrderNumber", r->name),
              log_safe("warehouse", r->warehouse), LOG_END);
    enum err e = each_effect(h, r->id, 0, UNSENT_STATES, NULL, "the order was cancelled",
                             cancel, NULL, f);
    return e == ERR_OK ? host_state(h, r, ORDER_CANCELLED, "order.cancelled", f) : e;
}

static enum err status_cancelled(struct host *h, struct record *r, struct fault *f)
{
    const char *evidence = "the order shows as CANCELLED";
    const int state = r->state;

    if (state == ORDER_REJECTED || state == ORDER_DENIED || state == ORDER_CANCELLED)
        return ERR_OK;
    if (state == ORDER_REJECTING)
        return each_effect(h, r->id, 1u << EFFECT_ACKNOWLEDGE, OPEN_STATES, "reject",
                           evidence, prove, NULL, f);
    if (state == ORDER_DENYING)
        return each_effect(h, r->id, 1u << EFFECT_SHIP, OPEN_STATES, "floor_deny",
                           evidence, prove, NULL, f);
    return cancelled_by_amazon(h, r, f);
}

enum err vendor_order_status(struct host *h, struct record *r, const char *status,
                             struct fault *f)
{
    enum err e = ERR_OK;
    if (strcmp(r->status, status) != 0)
        e = record_set_status(h->store, r->id, status, f);
    r->status = status;
    if (e == ERR_OK)
        e = reload(h, r, f);
    if (e != ERR_OK)
        return e;
    if (strcmp(status, "ACCEPTED") == 0)
        e = status_accepted(h, r, f);
    else if (strcmp(status, "SHIPPED") == 0)
        e = status_shipped(h, r, f);
    else if (strcmp(status, "CANCELLED") == 0)
        e = status_cancelled(h, r, f);
    return e == ERR_OK ? flow_reconsider(h, r->id, f) : e;
}

enum err vendor_labels_answer(struct host *h, int64_t record, int64_t first,
                              int64_t *replaced, struct fault *f)
{
    const struct effect_filter filter = {
        .record = record,
        .kinds = 1u << EFFECT_LABEL,
        .states = 1u << EFFECT_SENDING | 1u << EFFECT_ACCEPTED | 1u << EFFECT_UNKNOWN};
    int64_t asked = 0, count = 0;

    enum err e = effect_count(h->store, &filter, &asked, f);
    if (e == ERR_OK && asked > 0)
        e = paper_outdate(h->store, record, PAPER_LABEL, first, &count, f);
    *replaced += count;
    return e;
}

enum err vendor_paper_ready(struct host *h, const struct paper *p, int64_t replaced,
                            struct fault *f)
{
    const int64_t record = p->record;
    const unsigned sent =
        1u << EFFECT_SENDING | 1u << EFFECT_ACCEPTED | 1u << EFFECT_UNKNOWN;
    size_t proved = 0;

    enum err e = flow_tell_paper(h, p, replaced, f);
    if (e == ERR_OK && p->kind == PAPER_LABEL)
        e = each_effect(h, record, 1u << EFFECT_LABEL, sent, NULL, "the label is here",
                        prove, &proved, f);
    if (e != ERR_OK || proved > 0)
        return e; /* what waits was looked at again with the proof */
    return flow_reconsider(h, record, f);
}
