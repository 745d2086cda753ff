/* The verbs of a vendor's order: what may be planned, under which key. */
#include "workflow/vendor.h"

#include <stdio.h>
#include <string.h>

#include "workflow/sender.h"
#include "workflow/floor.h"
#include "workflow/vendor_body.h"
#include "workflow/vendor_packed.h"
#include "workflow/vendor_step.h"

static const struct {
    const char *name;
    enum effect_kind kind;
    enum order_state
        meanwhile; /* where the order stands while the effect is on its way */
} verbs[VERB_COUNT] = {
    [VERB_ACCEPT] = {"accept", EFFECT_ACKNOWLEDGE, ORDER_ACCEPTING},
    [VERB_REJECT] = {"reject", EFFECT_ACKNOWLEDGE, ORDER_REJECTING},
    [VERB_REQUEST_LABEL] = {"request_label", EFFECT_LABEL, ORDER_STATE_COUNT},
    [VERB_CONFIRM] = {"confirm", EFFECT_SHIP, ORDER_CONFIRMING},
    [VERB_FLOOR_DENY] = {"floor_deny", EFFECT_SHIP, ORDER_DENYING},
    [VERB_SCAN] = {"scan", EFFECT_SCAN, ORDER_STATE_COUNT},
};

const char *verb_name(enum verb v)
{
    return v < VERB_COUNT ? verbs[v].name : "";
}

enum verb verb_find(const char *name)
{
    for (int v = 0; v < VERB_COUNT; v++)
        if (strcmp(verbs[v].name, name) == 0)
            return (enum verb)v;
    return VERB_COUNT;
}

enum effect_kind verb_kind(enum verb v)
{
    return verbs[v].kind;
}

/* What a warehouse of this kind never does (domain.md 4.7). */
static enum err check_warehouse(const struct order *o, enum verb verb, struct fault *f)
{
    const enum err e = plan_allowed(&o->row, o->house, f);
    if (e != ERR_OK)
        return e;
    if (verb == VERB_REQUEST_LABEL && !o->house->amazon_labels)
        return fault_set(
            f, ERR_STATE,
            "order %s: warehouse %s ships with its own carrier, which makes its own "
            "labels; Amazon refuses label requests for it",
            o->row.name, o->row.warehouse);
    if (verb == VERB_SCAN && o->house->amazon_labels)
        return fault_set(
            f, ERR_STATE,
            "order %s: warehouse %s ships with Amazon's labels, whose carriers report "
            "scans themselves",
            o->row.name, o->row.warehouse);
    return ERR_OK;
}

/* The order has come to its end, or past the step. */
static const char *impossible(const struct order *o, enum verb verb)
{
    switch ((enum order_state)o->row.state) {
    case ORDER_CANCELLED:
        return "the order is cancelled";
    case ORDER_REJECTED:
        return verb == VERB_REJECT ? NULL : "the order is rejected";
    case ORDER_DENIED:
        return verb == VERB_FLOOR_DENY ? NULL : "the order is denied";
    case ORDER_SHIPPED:
    case ORDER_DELIVERED:
        return verb == VERB_CONFIRM || verb == VERB_SCAN ? NULL : "the order is shipped";
    default:
        return NULL;
    }
}

/* Identifies an effect within its account and kind (durability.md 1.3). */
static void business_key(const struct order *o, enum verb verb, const struct json *asked,
                         struct buf *key)
{
    buf_text(key, o->row.name);
    if (verb != VERB_SCAN)
        return;
    const struct json *d = json_get(asked, "statusUpdateDetails");
    int64_t at = 0;
    instant_parse(json_get_str(d, "statusDateTime", ""), &at, NULL, NULL);
    buf_format(key, "|%s|%s|%s|%lld", json_get_str(d, "trackingNumber", ""),
               json_get_str(d, "statusCode", ""), json_get_str(d, "reasonCode", ""),
               (long long)(at / MS_SECOND));
}

enum err vendor_ready(struct host *h, const struct effect *e, struct fault *f)
{
    const enum order_state meanwhile = verbs[verb_find(e->verb)].meanwhile;

    sender_wake(h->sender);
    if (meanwhile == ORDER_STATE_COUNT)
        return ERR_OK;
    return record_set_state(h->store, e->record, (int)meanwhile, f);
}

/* Builds the request once with what is there, so that a wrong argument raises where it
 * was written. */
static enum err try_body(struct host *h, struct order *o, enum verb verb,
                         const struct json *asked, struct fault *f)
{
    char question[200] = "";
    bool packed = false;
    struct json *element, *fields = json_copy(&o->memory, asked);
    enum err e = ERR_OK;

    if (verb == VERB_CONFIRM && json_get(asked, "containers") == NULL)
        e = packed_inherit(h, o, fields, &packed, f);
    if (e == ERR_OK && packed)
        e = packed_question(h, o->row.id, json_get(fields, "containers"), question,
                            sizeof question, f);
    else if (verb == VERB_CONFIRM && json_get(asked, "containers") == NULL)
        body_question(o, asked, NULL, 0, question, sizeof question);
    if (e != ERR_OK || question[0] != '\0')
        return e; /* the effect will be held with the question */
    return body_build(h, o, verb, fields, NULL, 0, &element, f);
}

static struct effect wanted_effect(struct host *h, struct order *o, enum verb verb,
                                   const struct json *asked)
{
    struct buf key;

    buf_init(&key, PLAN_KEY_MAX);
    business_key(o, verb, asked, &key);
    const struct effect e = plan_effect(h, &o->memory, &o->row, verbs[verb].kind,
                                        verb_name(verb), buf_str(&key), asked);
    buf_clear(&key);
    return e;
}

/* Plans it, or finds the effect that has its key already. */
static enum err plan_wanted(struct host *h, struct order *o, struct effect *wanted,
                            bool again, struct plan *out, struct fault *f)
{
    struct stand stand = {.step = STEP_HOLD, .next_ms = INT64_MAX};
    const struct wish wish = {
        .effect = wanted, .what = "order", .writes = o->house->writes, .again = again};

    enum err e = plan_settle(h, &o->memory, &wish, out, f);
    if (e != ERR_OK || out->outcome != PLAN_NEW)
        return e;
    if (wish.writes == WRITES_LIVE)
        e = vendor_stand_of(h, o, wanted, &stand, f);
    return e == ERR_OK ? plan_add(h, &wish, &stand, out, f) : e;
}

/* The carrier will know the boxes by the numbers that are confirmed. */
static enum err learn_tracking(struct host *h, const struct order *o,
                               const struct json *asked, struct fault *f)
{
    const struct json *boxes = json_get(asked, "containers");
    enum err e = ERR_OK;
    for (const struct json *box = boxes == NULL ? NULL : boxes->first;
         e == ERR_OK && box != NULL; box = box->next)
        e = floor_tracking_seen(h, &o->row, json_str(json_get(box, "trackingNumber")),
                                json_get_str(box, "containerIdentifier", ""), f);
    return e;
}

static enum err plan_in(struct host *h, struct order *o, enum verb verb,
                        const struct json *given, struct plan *out, struct fault *f)
{
    struct json *asked;
    const char *no = impossible(o, verb);

    enum err e = check_warehouse(o, verb, f);
    if (e == ERR_OK)
        e = body_asked(o, verb, given, &asked, f);
    if (e == ERR_OK)
        e = try_body(h, o, verb, asked, f);
    if (e != ERR_OK)
        return e;
    if (no != NULL) {
        plan_impossible(out, no);
        return ERR_OK;
    }
    struct effect wanted = wanted_effect(h, o, verb, asked);
    const bool again = json_get_bool(json_get(asked, "dray"), "again", false);
    e = plan_wanted(h, o, &wanted, again, out, f);
    return e == ERR_OK ? learn_tracking(h, o, asked, f) : e;
}

enum err vendor_plan(struct host *h, int64_t record, enum verb verb,
                     const struct json *asked, struct plan *out, struct fault *f)
{
    struct order o;
    memset(out, 0, sizeof *out);
    enum err e = order_open(h, record, &o, f);
    if (e == ERR_OK)
        e = plan_in(h, &o, verb, asked, out, f);
    order_close(&o);
    return e;
}

const struct operation *vendor_operation(enum effect_kind kind)
{
    static const enum operation_id ids[EFFECT_KIND_COUNT] = {
        [EFFECT_ACKNOWLEDGE] = OP_SUBMIT_ACKNOWLEDGEMENT,
        [EFFECT_LABEL] = OP_SUBMIT_SHIPPING_LABEL_REQUEST,
        [EFFECT_SHIP] = OP_SUBMIT_SHIPMENT_CONFIRMATIONS,
        [EFFECT_SCAN] = OP_SUBMIT_SHIPMENT_STATUS_UPDATES,
    };
    return operation_get(ids[kind]);
}

const char *vendor_list(enum effect_kind kind)
{
    static const char *const lists[EFFECT_KIND_COUNT] = {
        [EFFECT_ACKNOWLEDGE] = "orderAcknowledgements",
        [EFFECT_LABEL] = "shippingLabelRequests",
        [EFFECT_SHIP] = "shipmentConfirmations",
        [EFFECT_SCAN] = "shipmentStatusUpdates",
    };
    return lists[kind];
}

/* A batch that failed is halved with every further send: the failed one does not say who
 * it was. */
int vendor_batch(const struct account *a, const struct effect *e)
{
    int most = 1;
    switch (e->kind) {
    case EFFECT_ACKNOWLEDGE:
        most = a->batch_acknowledgements;
        break;
    case EFFECT_LABEL:
        most = a->batch_labels;
        break;
    case EFFECT_SHIP:
        most = a->batch_confirmations;
        break;
    case EFFECT_SCAN:
        most = a->batch_scans;
        break;
    default:
        break;
    }
    for (int64_t i = 0; i < e->sends && most > 1; i++)
        most = most / 2;
    return most;
}

enum err vendor_request(struct host *h, struct arena *a, const struct effect *e,
                        struct json **element, struct fault *f)
{
    struct order o;
    struct paper *labels = NULL;
    size_t count = 0;
    struct json *built = NULL, *asked = NULL;

    enum err err = order_open(h, e->record, &o, f);
    if (err == ERR_OK)
        err = check_warehouse(&o, verb_find(e->verb), f);
    if (err == ERR_OK)
        err = vendor_asked(h, &o, e, &asked, f);
    if (err == ERR_OK && e->kind == EFFECT_SHIP)
        err = order_papers(h, &o, PAPER_LABEL, &labels, &count, f);
    if (err == ERR_OK)
        err = body_build(h, &o, verb_find(e->verb), asked, labels, count, &built, f);
    if (err == ERR_OK)
        *element = json_copy(a, built);
    order_close(&o);
    return err;
}
