/* What a shipment shows proves what was asked (laws 6 and 7), and the way back to step 3.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "store/offer.h"
#include "workflow/external.h"
#include "workflow/external_packages.h"

enum {
    MAYBE_TAKEN = 1u << EFFECT_SENDING | 1u << EFFECT_UNKNOWN | 1u << EFFECT_ACCEPTED |
                  1u << EFFECT_SUCCEEDED,
    OPEN_STATES = 1u << EFFECT_WAITING | 1u << EFFECT_READY | 1u << EFFECT_SENDING |
                  1u << EFFECT_ACCEPTED | 1u << EFFECT_UNKNOWN | 1u << EFFECT_HELD
};

/* ---- evidence ---- */

static bool shows_packages(const struct shipment *s, const struct json *asked)
{
    const struct json *packages = json_path(asked, "body.packages");
    for (const struct json *p = packages == NULL ? NULL : packages->first; p != NULL;
         p = p->next)
        if (!package_shows(shipment_package(s, json_get_str(p, "id", "")), p))
            return false;
    return packages != NULL && s->shown != NULL;
}

static bool has_sub_status(const struct effect *e, const char *sub)
{
    const char *at = strrchr(e->key, '|');
    return strcmp(e->verb, "delivery") == 0 && at != NULL && strcmp(at + 1, sub) == 0;
}

/* The sub-status is the whole shipment's. Where the same was told more than once, of
 * another package or again, it proves the last one, when the shipment changed since. */
static bool shows_sub_status(const struct shipment *s, const struct effect *e,
                             const char *sub)
{
    bool alone = true, last = true;

    if (e->sends == 0 || strcmp(json_get_str(s->body, "subStatus", ""), sub) != 0)
        return false;
    for (size_t i = 0; i < s->effect_count; i++) {
        const struct effect *other = &s->effects[i];
        if (other->id == e->id || other->sends == 0 || !has_sub_status(other, sub) ||
            (1u << other->state & MAYBE_TAKEN) == 0)
            continue;
        alone = false;
        last = last && other->sent_ms <= e->sent_ms;
    }
    return alone || (last && s->news_ms >= e->sent_ms);
}

static bool shows_status(const struct shipment *s, const struct json *asked,
                         const struct effect *e)
{
    const char *id = json_str(json_path(asked, "params.packageId"));
    const char *sub = json_str(json_path(asked, "body.subStatus"));
    const struct json *p =
        s->shown == NULL || id == NULL ? NULL : shipment_package(s, id);

    if (p == NULL)
        return false;
    const enum shipment_state at = shipment_package_state(s, p);
    if (at == SHIPMENT_DELIVERED) /* what came before it is shown no more */
        return strcmp(e->verb, "mark_shipped") == 0 || e->sends > 0;
    if (strcmp(e->verb, "mark_shipped") == 0)
        return at == SHIPMENT_SHIPPED;
    return sub != NULL && shows_sub_status(s, e, sub);
}

/* A document is the evidence of an invoice and of labels, its answer that of options. */
static bool is_shown(const struct shipment *s, const struct json *asked,
                     const struct effect *e)
{
    switch (external_verb_find(e->verb)) {
    case EXTERNAL_CONFIRM:
        return shipment_reached(s, SHIPMENT_CONFIRMED);
    case EXTERNAL_REJECT:
        return shipment_state(s) == SHIPMENT_CANCELLED;
    case EXTERNAL_CREATE_PACKAGES:
        return shows_packages(s, asked);
    case EXTERNAL_UPDATE_PACKAGE:
        return s->shown != NULL &&
               package_shows(
                   shipment_package(s, json_get_str(json_get(asked, "body"), "id", "")),
                   json_get(asked, "body"));
    case EXTERNAL_MARK_SHIPPED:
    case EXTERNAL_DELIVERY:
        return shows_status(s, asked, e);
    default:
        return false;
    }
}

/* Amazon took it, or may have, and then the shipment was over: it will never be shown. */
static bool is_lost(const struct shipment *s, const struct effect *e)
{
    return shipment_state(s) == SHIPMENT_CANCELLED &&
           (e->state == EFFECT_ACCEPTED || e->state == EFFECT_UNKNOWN);
}

static enum err prove_one(struct host *h, struct shipment *s, const struct effect *e,
                          struct fault *f)
{
    char evidence[120];
    const struct json *asked;
    struct effect now = *e;

    enum err err = external_asked(h, s, e, &asked, f);
    if (err == ERR_OK && !is_shown(s, asked, e) && is_lost(s, e))
        return external_failed(h, &now, EFFECT_CANCELLED, "the shipment was cancelled",
                               f);
    if (err != ERR_OK || !is_shown(s, asked, e))
        return err;
    snprintf(evidence, sizeof evidence, "the shipment shows as %.60s", s->row.status);
    return external_succeeded(h, &now, evidence, f);
}

enum err external_prove(struct host *h, struct shipment *s, struct fault *f)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < s->effect_count && e == ERR_OK; i++)
        if ((1u << s->effects[i].state & OPEN_STATES) != 0)
            e = prove_one(h, s, &s->effects[i], f);
    return e;
}

/* ---- ends ---- */

enum err external_succeeded(struct host *h, struct effect *e, const char *evidence,
                            struct fault *f)
{
    const int64_t record = e->record;
    enum err err = flow_proved(h, e, evidence, f);
    return err == ERR_OK ? flow_reconsider(h, record, f) : err;
}

enum err external_failed(struct host *h, struct effect *e, enum effect_state state,
                         const char *why, struct fault *f)
{
    const int64_t record = e->record;
    enum err err = flow_end(h, e, state, why, f);
    return err == ERR_OK ? flow_reconsider(h, record, f) : err;
}

/* ---- back to step 3 ---- */

/* Labels that were to be asked for with options that are void. */
static enum err withdraw(struct host *h, const struct record *r, const char *why,
                         struct fault *f)
{
    struct arena a;
    struct effect *list;
    size_t count;
    const struct effect_filter filter = {
        .record = r->id, .kinds = 1u << EFFECT_SHIP_LABELS, .states = 1u << EFFECT_READY};
    const struct effect_change change = {
        .to = EFFECT_CANCELLED, .why = why, .next_ms = INT64_MAX};

    arena_init(&a);
    enum err e = effect_list(h->store, &a, &filter, &list, &count, f);
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = host_move(h, &list[i], &change, f);
    arena_clear(&a);
    return e;
}

static enum err tell_void(struct host *h, const struct record *r, const char *why,
                          struct fault *f)
{
    struct arena a;
    arena_init(&a);
    struct json *detail = json_object(&a);
    json_set_str(&a, detail, "why", why);
    enum err e = host_event(h, r, "label.void", detail, f);
    arena_clear(&a);
    return e;
}

enum err external_back(struct host *h, const struct record *r, bool slot, const char *why,
                       struct fault *f)
{
    int64_t offers = 0, labels = 0, invoices = 0;

    enum err e = offer_drop(h->store, r->id, NULL, &offers, f);
    if (e == ERR_OK)
        e = paper_void(h->store, r->id, 1u << PAPER_LABEL, NULL, &labels, f);
    if (e == ERR_OK && !slot)
        e = paper_void(h->store, r->id, 1u << PAPER_INVOICE, NULL, &invoices, f);
    if (e == ERR_OK)
        e = withdraw(h, r, why, f);
    if (e != ERR_OK || labels == 0)
        return e;
    log_write(LOG_WARN, "a printed label is void; do not use it",
              log_safe("account", r->account), log_body("shipmentId", r->name),
              log_number("labels", labels), log_safe("why", why), LOG_END);
    return tell_void(h, r, why, f);
}
