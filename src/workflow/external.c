/* The verbs of a seller's shipment: what may be planned, under which key. */
#include "workflow/external.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/offer.h"
#include "workflow/external_body.h"
#include "workflow/external_packages.h"

static const struct {
    const char *name;
    enum effect_kind kind;
} verbs[EXTERNAL_VERB_COUNT] = {
    [EXTERNAL_CONFIRM] = {"confirm", EFFECT_PROCESS},
    [EXTERNAL_REJECT] = {"reject", EFFECT_PROCESS},
    [EXTERNAL_CREATE_PACKAGES] = {"create_packages", EFFECT_PACKAGES},
    [EXTERNAL_UPDATE_PACKAGE] = {"update_package", EFFECT_PACKAGE},
    [EXTERNAL_SHIPPING_OPTIONS] = {"shipping_options", EFFECT_OPTIONS},
    [EXTERNAL_GENERATE_INVOICE] = {"generate_invoice", EFFECT_INVOICE},
    [EXTERNAL_GENERATE_LABELS] = {"generate_labels", EFFECT_SHIP_LABELS},
    [EXTERNAL_MARK_SHIPPED] = {"mark_shipped", EFFECT_STATUS},
    [EXTERNAL_DELIVERY] = {"delivery", EFFECT_STATUS},
};

const char *external_verb_name(enum external_verb v)
{
    return v < EXTERNAL_VERB_COUNT ? verbs[v].name : "";
}

enum external_verb external_verb_find(const char *name)
{
    int v = 0;
    while (v < EXTERNAL_VERB_COUNT && strcmp(verbs[v].name, name) != 0)
        v++;
    return (enum external_verb)v;
}

enum effect_kind external_kind(enum external_verb v)
{
    return verbs[v].kind;
}

static enum err check_shipment(const struct shipment *s, enum external_verb verb,
                               struct fault *f)
{
    const enum err e = plan_allowed(&s->row, s->house, f);
    if (e != ERR_OK)
        return e;
    if (verb == EXTERNAL_DELIVERY && !shipment_is_self(s->body))
        return fault_set(f, ERR_STATE,
                         "shipment %s: Amazon's carrier reports its delivery itself "
                         "(shippingType is not SELF)",
                         s->row.name);
    return ERR_OK;
}

/* ---- keys ---- */

static int by_text(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

/* The ids of a list, sorted, with commas between them. `member`: where a member that is
 * an object has its id. */
static void add_ids(struct shipment *s, const struct json *list, const char *member,
                    struct buf *key)
{
    const char **ids = arena_new(&s->memory, (list->count + 1) * sizeof *ids);
    size_t count = 0;

    for (const struct json *m = list->first; m != NULL; m = m->next)
        ids[count++] = m->type == JSON_OBJECT ? json_get_str(m, member, "") : m->text;
    qsort(ids, count, sizeof *ids, by_text);
    for (size_t i = 0; i < count; i++)
        buf_format(key, "%s%s", i == 0 ? "|" : ",", ids[i]);
}

/* Identifies an effect within its account and kind (durability.md 1.3). */
static void business_key(struct shipment *s, enum external_verb verb,
                         const struct json *asked, struct buf *key)
{
    const char *package = json_str(json_path(asked, "params.packageId"));

    buf_text(key, s->row.name);
    if (verb == EXTERNAL_CREATE_PACKAGES)
        add_ids(s, json_path(asked, "body.packages"), "id", key);
    else if (verb == EXTERNAL_GENERATE_LABELS)
        add_ids(s, json_path(asked, "body.packageIds"), NULL, key);
    else if (package != NULL)
        buf_format(key, "|%s", package);
    if (verb == EXTERNAL_MARK_SHIPPED)
        buf_text(key, "|SHIPPED");
    else if (verb == EXTERNAL_DELIVERY)
        buf_format(key, "|%s", json_str(json_path(asked, "body.subStatus")));
}

static struct effect wanted_effect(struct host *h, struct shipment *s,
                                   enum external_verb verb, const struct json *asked)
{
    struct buf key;

    buf_init(&key, PLAN_KEY_MAX);
    business_key(s, verb, asked, &key);
    const struct effect e = plan_effect(h, &s->memory, &s->row, verbs[verb].kind,
                                        verbs[verb].name, buf_str(&key), asked);
    buf_clear(&key);
    return e;
}

/* ---- whether what was done still stands ---- */

/* One wish and what is needed to judge it. */
struct asking {
    struct host *host;
    struct shipment *shipment;
    enum external_verb verb;
    const struct json *asked;
    const struct effect *wanted;
};

/* The package was changed since, or is to be changed to something else. */
static bool updated_since(const struct asking *q, const struct effect *there)
{
    const struct json *package =
        shipment_package(q->shipment, json_get_str(json_get(q->asked, "body"), "id", ""));
    if (memcmp(&there->digest, &q->wanted->digest, sizeof there->digest) != 0)
        return true;
    return there->state == EFFECT_SUCCEEDED && q->shipment->shown != NULL &&
           !package_shows(package, json_get(q->asked, "body"));
}

static bool offer_gone(const struct asking *q)
{
    struct offer o;
    const char *package = json_str(json_path(q->asked, "params.packageId"));
    return offer_get(q->host->store, &q->shipment->memory, q->shipment->row.id, package,
                     &o, NULL) == ERR_NOT_FOUND;
}

static bool invoice_gone(const struct asking *q)
{
    struct paper *list;
    size_t count = 0;
    return shipment_papers(q->host, q->shipment, PAPER_INVOICE, &list, &count, NULL) ==
               ERR_OK &&
           count == 0;
}

static bool label_gone(const struct asking *q)
{
    bool all;
    return shipment_labelled(q->host, q->shipment, json_path(q->asked, "body.packageIds"),
                             &all, NULL) == ERR_OK &&
           !all;
}

/* Another status was told since: NOT_DELIVERED today, OUT_FOR_DELIVERY again tomorrow. */
static bool status_since(const struct asking *q, const struct effect *there)
{
    const char *package = json_str(json_path(q->asked, "params.packageId"));
    const struct effect *last = shipment_effect(q->shipment, EFFECT_STATUS, package, 0);
    return q->verb == EXTERNAL_DELIVERY && last != NULL && last->id != there->id;
}

static bool outlived(void *arg, const struct effect *there)
{
    const struct asking *q = arg;
    const bool proved = there->state == EFFECT_SUCCEEDED;
    switch (there->kind) {
    case EFFECT_PROCESS:
        return proved && q->verb == EXTERNAL_REJECT &&
               strcmp(there->verb, "confirm") == 0;
    case EFFECT_PACKAGE:
        return updated_since(q, there);
    case EFFECT_OPTIONS:
        return proved && offer_gone(q);
    case EFFECT_INVOICE:
        return proved && invoice_gone(q);
    case EFFECT_SHIP_LABELS:
        return proved && label_gone(q);
    case EFFECT_STATUS:
        return status_since(q, there);
    default:
        return false;
    }
}

/* ---- planning ---- */

/* Amazon has the invoice: it is fetched, not made again. */
static enum err fetch_instead(struct host *h, struct shipment *s, struct effect *e,
                              struct fault *f)
{
    const struct effect_change change = {.to = EFFECT_UNKNOWN,
                                         .why = "Amazon has the invoice already; it is "
                                                "fetched",
                                         .next_ms = host_now(h)};
    const char *status =
        json_str(json_path(s->body, "shipmentRequirements.invoice.status"));
    if (e->kind != EFFECT_INVOICE || e->state != EFFECT_READY || status == NULL ||
        strcmp(status, "AVAILABLE") != 0)
        return ERR_OK;
    return host_move(h, e, &change, f);
}

bool external_is_refused(const struct effect *e)
{
    return strncmp(e->why, "422", 3) == 0;
}

/* Amazon refused it for what it said (422): it gives way to what is asked now. */
static enum err supersede_refused(struct host *h, struct shipment *s,
                                  const struct effect *wanted, struct fault *f)
{
    struct effect there;
    const struct effect_change change = {.to = EFFECT_CANCELLED,
                                         .why = "Amazon refused it; asked for with other "
                                                "content since",
                                         .next_ms = INT64_MAX};
    enum err e = effect_by_key(h->store, &s->memory, wanted->account, wanted->kind,
                               wanted->key, false, &there, f);
    if (e == ERR_NOT_FOUND)
        return ERR_OK;
    if (e != ERR_OK || there.state != EFFECT_HELD || !external_is_refused(&there) ||
        memcmp(&there.digest, &wanted->digest, sizeof there.digest) == 0)
        return e;
    return host_move(h, &there, &change, f);
}

static enum err plan_wanted(struct asking *q, struct effect *wanted, struct plan *out,
                            struct fault *f)
{
    struct host *h = q->host;
    struct shipment *s = q->shipment;
    struct stand stand = {.step = STEP_HOLD, .next_ms = INT64_MAX};
    const struct wish wish = {
        .effect = wanted,
        .what = "shipment",
        .writes = s->house->writes,
        .again = json_get_bool(json_get(q->asked, "dray"), "again", false),
        .outlived = outlived,
        .arg = q,
    };

    enum err e = supersede_refused(h, s, wanted, f);
    if (e == ERR_OK)
        e = plan_settle(h, &s->memory, &wish, out, f);
    if (e != ERR_OK || out->outcome != PLAN_NEW)
        return e;
    if (wish.writes == WRITES_LIVE)
        e = external_stand_of(h, s, wanted, &stand, f);
    if (e == ERR_OK)
        e = plan_add(h, &wish, &stand, out, f);
    return e == ERR_OK && out->outcome == PLAN_NEW ? fetch_instead(h, s, wanted, f) : e;
}

static enum err plan_in(struct host *h, struct shipment *s, enum external_verb verb,
                        const struct json *given, struct plan *out, struct fault *f)
{
    struct asking q = {.host = h, .shipment = s, .verb = verb};
    struct json *asked = NULL;

    enum err e = check_shipment(s, verb, f);
    if (e == ERR_OK && shipment_state(s) == SHIPMENT_CANCELLED) {
        plan_impossible(out, "the shipment is cancelled");
        return ERR_OK;
    }
    if (e == ERR_OK)
        e = external_build(h, s, verb, given, &asked, f);
    if (e != ERR_OK)
        return e;
    struct effect wanted = wanted_effect(h, s, verb, asked);
    q.asked = asked;
    q.wanted = &wanted;
    return plan_wanted(&q, &wanted, out, f);
}

enum err external_plan(struct host *h, int64_t record, enum external_verb verb,
                       const struct json *asked, struct plan *out, struct fault *f)
{
    struct shipment s;
    memset(out, 0, sizeof *out);
    enum err e = shipment_open(h, record, &s, f);
    if (e == ERR_OK)
        e = plan_in(h, &s, verb, asked, out, f);
    shipment_close(&s);
    return e;
}
