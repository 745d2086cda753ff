/* Whether a seller's effect may leave now: too early waits, no longer possible is
 * cancelled, already done is proved (design 6; domain.md 5.2, 5.3). */
#include <stdio.h>
#include <string.h>

#include "workflow/control.h"
#include "workflow/external_before.h"
#include "workflow/external_packages.h"

enum { TAKEN = 1u << EFFECT_ACCEPTED | 1u << EFFECT_SUCCEEDED };

enum err external_asked(struct host *h, struct shipment *s, const struct effect *e,
                        const struct json **asked, struct fault *f)
{
    struct effect whole = *e;
    if (e->body == NULL) {
        enum err err = effect_get(h->store, &s->memory, e->id, true, &whole, f);
        if (err != ERR_OK)
            return err;
    }
    *asked = json_parse(&s->memory, whole.body, whole.body_len, f);
    if (*asked == NULL)
        return fault_prefix(f, "effect %lld of shipment %s", (long long)e->id,
                            s->row.name);
    return ERR_OK;
}

/* ---- each step ---- */

static bool is_rejectable(const struct shipment *s)
{
    const struct json *states =
        json_path(s->body, "shipmentInfo.orderStatesEligibleForRejection");

    if (states == NULL)
        return shipment_state(s) == SHIPMENT_CREATED ||
               shipment_state(s) == SHIPMENT_ACCEPTED;
    for (const struct json *m = states->first; m != NULL; m = m->next)
        if (json_str(m) != NULL && strcmp(json_str(m), s->row.status) == 0)
            return true;
    return false;
}

static bool too_early(struct host *h, const struct shipment *s, struct stand *out)
{
    const int64_t earliest = shipment_instant(s->body, "earliestPackDateTime");
    if (earliest <= host_now(h))
        return false;
    stand_until(s, out, earliest, "the earliest time to pack (earliestPackDateTime)");
    return true;
}

static void stand_confirm(struct host *h, const struct shipment *s, struct stand *out)
{
    if (shipment_reached(s, SHIPMENT_CONFIRMED))
        stand_say(out, STEP_DONE, 0, "Amazon shows the shipment as confirmed already");
    else if (shipment_state(s) == SHIPMENT_CREATED)
        stand_wait(h, out, "waits for ACCEPTED: Amazon sees too little stock");
    else if (!too_early(h, s, out))
        stand_ready(out);
}

static void stand_reject(const struct shipment *s, struct stand *out)
{
    char why[160];
    if (is_rejectable(s)) {
        stand_ready(out);
        return;
    }
    snprintf(why, sizeof why,
             "Amazon takes no rejection of a shipment in status %s "
             "(orderStatesEligibleForRejection)",
             s->row.status);
    stand_say(out, STEP_IMPOSSIBLE, 0, why);
}

/* All of the asked packages are shown, as asked; or something else is in their place. */
static bool packages_there(const struct shipment *s, const struct json *asked,
                           struct stand *out)
{
    const struct json *packages = json_path(asked, "body.packages");
    bool all = true;

    if (s->shown == NULL)
        return false;
    for (const struct json *p = packages->first; p != NULL; p = p->next)
        all = all && package_shows(shipment_package(s, json_get_str(p, "id", "")), p);
    if (all)
        stand_say(out, STEP_DONE, 0, "Amazon shows the packages already");
    else
        stand_say(out, STEP_IMPOSSIBLE, 0,
                  "the shipment has other packages already; update_package changes one");
    return true;
}

static void stand_create(struct host *h, const struct shipment *s,
                         const struct effect *me, const struct json *asked,
                         struct stand *out)
{
    if (!packages_there(s, asked, out) && !before_confirmed(h, s, out) &&
        !too_early(h, s, out) && !too_soon(h, s, me, out))
        stand_ready(out);
}

static void stand_update(struct host *h, const struct shipment *s,
                         const struct effect *me, const struct json *asked,
                         const char *package, struct stand *out)
{
    if (shipment_reached(s, SHIPMENT_SHIPPED))
        stand_say(out, STEP_IMPOSSIBLE, 0, "the shipment is shipped");
    else if (before_package(h, s, package, out))
        return;
    else if (s->shown != NULL &&
             package_shows(shipment_package(s, package), json_get(asked, "body")))
        stand_say(out, STEP_DONE, 0, "Amazon shows the package so already");
    else if (!before_settled(s, EFFECT_PACKAGE, package, me,
                             "waits for the update before it", out) &&
             !too_soon(h, s, me, out))
        stand_ready(out);
}

static void stand_options(struct host *h, const struct shipment *s,
                          const struct effect *me, const char *package, struct stand *out)
{
    if (shipment_reached(s, SHIPMENT_SHIPPED))
        stand_say(out, STEP_IMPOSSIBLE, 0, "the shipment is shipped");
    else if (!before_package(h, s, package, out) &&
             !before_settled(s, EFFECT_PACKAGE, package, me,
                             "waits for the package's update", out) &&
             !too_soon(h, s, me, out))
        stand_ready(out);
}

/* The first package that is known; "" when there is none yet. */
static const char *any_package(const struct shipment *s)
{
    return s->packages == NULL || s->packages->count == 0
               ? ""
               : json_get_str(s->packages->first, "id", "");
}

static void stand_invoice(struct host *h, const struct shipment *s,
                          const struct effect *me, struct stand *out)
{
    if (!shipment_requires(s->body, "invoice"))
        stand_say(out, STEP_IMPOSSIBLE, 0, "the shipment requires no invoice");
    else if (!before_package(h, s, any_package(s), out) &&
             !before_settled(s, EFFECT_PACKAGE, NULL, me,
                             "waits for the package's update", out) &&
             !before_settled(s, EFFECT_OPTIONS, NULL, me,
                             "waits for the shipping options", out) &&
             !too_soon(h, s, me, out))
        stand_ready(out);
}

static enum err stand_labels(struct host *h, struct shipment *s, const struct effect *me,
                             const struct json *asked, struct stand *out, struct fault *f)
{
    const struct json *ids = json_path(asked, "body.packageIds");
    const char *first = ids == NULL || ids->first == NULL ? NULL : json_str(ids->first);
    const char *operation = json_str(json_path(asked, "params.operation"));
    bool there = false, waits = false;

    if (shipment_reached(s, SHIPMENT_SHIPPED)) {
        stand_say(out, STEP_IMPOSSIBLE, 0, "the shipment is shipped");
        return ERR_OK;
    }
    if (before_package(h, s, first == NULL ? "" : first, out) ||
        before_settled(s, EFFECT_PACKAGE, NULL, me, "waits for the package's update",
                       out) ||
        before_settled(s, EFFECT_OPTIONS, first, me, "waits for the shipping options",
                       out))
        return ERR_OK;
    enum err e = shipment_labelled(h, s, ids, &there, f);
    if (e == ERR_OK && there && operation != NULL && strcmp(operation, "GENERATE") == 0) {
        stand_say(out, STEP_DONE, 0, "its labels are here");
        return ERR_OK;
    }
    if (e == ERR_OK)
        e = before_invoice(h, s, out, &waits, f);
    if (e == ERR_OK && !waits && !too_soon(h, s, me, out))
        stand_ready(out);
    return e;
}

/* Its label was withdrawn: a new slot has to be chosen first. */
static bool label_gone(const struct shipment *s, struct stand *out)
{
    const char *sub = json_get_str(s->body, "subStatus", "");
    if (strcmp(sub, "LABEL_CANCELED") != 0)
        return false;
    stand_say(
        out, STEP_WAIT, INT64_MAX,
        "waits for a new label: Amazon cancelled the one there was (LABEL_CANCELED)");
    return true;
}

static void stand_shipped(struct host *h, const struct shipment *s,
                          const struct effect *me, const char *package, struct stand *out)
{
    const struct json *p = shipment_package(s, package);
    const enum shipment_state at =
        p == NULL ? shipment_state(s) : shipment_package_state(s, p);

    if (p != NULL && (at == SHIPMENT_SHIPPED || at == SHIPMENT_DELIVERED))
        stand_say(out, STEP_DONE, 0, "Amazon shows the package as shipped already");
    else if (before_package(h, s, package, out) || label_gone(s, out))
        return;
    else if ((at >= SHIPMENT_SHIPLABEL_GENERATED && at <= SHIPMENT_DELIVERED) ||
             !held_up(h, shipment_effect(s, EFFECT_SHIP_LABELS, package, 0), "the label",
                      out)) {
        if (!too_soon(h, s, me, out))
            stand_ready(out);
    }
}

static void stand_delivery(struct host *h, const struct shipment *s,
                           const struct effect *me, const char *package,
                           struct stand *out)
{
    const struct json *p = shipment_package(s, package);
    const enum shipment_state at =
        p == NULL ? shipment_state(s) : shipment_package_state(s, p);
    const struct effect *last = shipment_effect(s, EFFECT_STATUS, package, 0);

    if (at == SHIPMENT_DELIVERED)
        stand_say(out,
                  strstr(me->key, "|DELIVERED") != NULL ? STEP_DONE : STEP_IMPOSSIBLE, 0,
                  "Amazon shows the package as delivered already");
    else if (before_settled(s, EFFECT_STATUS, package, me,
                            "waits for the status before it", out) ||
             before_shown(h, s, me, out))
        return;
    else if (at != SHIPMENT_SHIPPED && (last == NULL || (1u << last->state & TAKEN) == 0))
        stand_wait(h, out, "waits for SHIPPED");
    else if (!too_soon(h, s, me, out))
        stand_ready(out);
}

/* ---- all of them ---- */

static bool over(const struct shipment *s, enum external_verb verb, struct stand *out)
{
    char why[120];

    if (s->house == NULL) {
        stand_say(out, STEP_HOLD, INT64_MAX,
                  "the project file names its location no more");
        return true;
    }
    if (shipment_state(s) == SHIPMENT_CANCELLED) {
        stand_say(out, verb == EXTERNAL_REJECT ? STEP_DONE : STEP_IMPOSSIBLE, 0,
                  "Amazon shows the shipment as cancelled");
        return true;
    }
    if (shipment_state(s) == SHIPMENT_UNKNOWN) {
        snprintf(why, sizeof why, "its status %.60s is unknown to this dray",
                 s->row.status);
        stand_say(out, STEP_HOLD, INT64_MAX, why);
        return true;
    }
    return false;
}

/* By its verb, for a shipment that is not over. */
static enum err stand_by_verb(struct host *h, struct shipment *s, const struct effect *e,
                              const struct json *asked, struct stand *out,
                              struct fault *f)
{
    const char *package = json_str(json_path(asked, "params.packageId"));

    package = package == NULL ? "" : package;
    switch (external_verb_find(e->verb)) {
    case EXTERNAL_CONFIRM:
        stand_confirm(h, s, out);
        return ERR_OK;
    case EXTERNAL_REJECT:
        stand_reject(s, out);
        return ERR_OK;
    case EXTERNAL_CREATE_PACKAGES:
        stand_create(h, s, e, asked, out);
        return ERR_OK;
    case EXTERNAL_UPDATE_PACKAGE:
        stand_update(h, s, e, asked, package, out);
        return ERR_OK;
    case EXTERNAL_SHIPPING_OPTIONS:
        stand_options(h, s, e, package, out);
        return ERR_OK;
    case EXTERNAL_GENERATE_INVOICE:
        stand_invoice(h, s, e, out);
        return ERR_OK;
    case EXTERNAL_GENERATE_LABELS:
        return stand_labels(h, s, e, asked, out, f);
    case EXTERNAL_MARK_SHIPPED:
        stand_shipped(h, s, e, package, out);
        return ERR_OK;
    case EXTERNAL_DELIVERY:
        stand_delivery(h, s, e, package, out);
        return ERR_OK;
    case EXTERNAL_VERB_COUNT:
        break;
    }
    return fault_set(f, ERR_BUG, "effect %lld has no verb", (long long)e->id);
}

static enum err stand_in(struct host *h, struct shipment *s, const struct effect *e,
                         struct stand *out, struct fault *f)
{
    const struct json *asked;

    if (over(s, external_verb_find(e->verb), out))
        return ERR_OK;
    enum err err = external_asked(h, s, e, &asked, f);
    return err == ERR_OK ? stand_by_verb(h, s, e, asked, out, f) : err;
}

enum err external_stand_of(struct host *h, struct shipment *s, const struct effect *e,
                           struct stand *out, struct fault *f)
{
    memset(out, 0, sizeof *out);
    out->need = POLL_KIND_COUNT;
    enum err err = stand_in(h, s, e, out, f);
    if (err == ERR_OK && out->step == STEP_READY &&
        control_frozen(h, s->row.warehouse) != 0)
        stand_say(out, STEP_WAIT, INT64_MAX, "frozen: nothing is sent until `dray thaw`");
    return err;
}
