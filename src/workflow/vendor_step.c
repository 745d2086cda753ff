/* Whether an effect may leave now: too early waits, no longer possible is cancelled,
 * already done is proved (design 6; domain.md 4.1, 4.5). */
#include <stdio.h>
#include <string.h>

#include "workflow/control.h"
#include "workflow/prover.h"
#include "workflow/vendor.h"
#include "workflow/vendor_body.h"
#include "workflow/vendor_packed.h"
#include "workflow/vendor_step.h"

enum { LABEL_LIFE_DAYS = 90 };

static void say(struct stand *s, enum step step, int64_t next_ms, const char *why)
{
    s->step = step;
    s->next_ms = next_ms;
    s->need = POLL_KIND_COUNT;
    snprintf(s->why, sizeof s->why, "%s", why);
}

static void wait_for(struct stand *s, const char *why)
{
    say(s, STEP_WAIT, INT64_MAX, why);
}

/* What it waits for is held: nothing goes on before a person decides. */
static void wait_for_person(struct stand *s, const char *why)
{
    char text[200];
    snprintf(text, sizeof text, "%s, which is held for a person", why);
    wait_for(s, text);
}

/* A document that a list may bring. */
static void wait_for_list(struct host *h, struct stand *s, enum poll_kind need,
                          const char *why)
{
    say(s, STEP_WAIT, prover_next(h, NULL, 0), why);
    s->need = need;
}

/* For a confirmation that gives no containers: what the floor packed, else those of the
 * order's label request. */
static enum err inherit_containers(struct host *h, struct order *o, struct json *asked,
                                   struct fault *f)
{
    struct effect label;
    struct arena *a = &o->memory;
    bool packed;

    if (json_get(asked, "containers") != NULL)
        return ERR_OK;
    enum err e = packed_inherit(h, o, asked, &packed, f);
    if (e != ERR_OK || packed)
        return e;
    e = effect_by_key(h->store, a, o->row.account, EFFECT_LABEL, o->row.name, true,
                      &label, f);
    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    const struct json *request = json_parse(a, label.body, label.body_len, f);
    const struct json *boxes = json_get(request, "containers");
    if (boxes != NULL)
        json_set(a, asked, "containers", json_copy(a, boxes));
    return ERR_OK;
}

/* The fields as they were asked. */
static enum err own_fields(struct host *h, struct order *o, const struct effect *e,
                           struct json **asked, struct fault *f)
{
    struct effect whole = *e;
    if (e->body == NULL) {
        enum err err = effect_get(h->store, &o->memory, e->id, true, &whole, f);
        if (err != ERR_OK)
            return err;
    }
    *asked = json_parse(&o->memory, whole.body, whole.body_len, f);
    if (*asked == NULL)
        return fault_prefix(f, "effect %lld of order %s", (long long)e->id, o->row.name);
    return ERR_OK;
}

enum err vendor_asked(struct host *h, struct order *o, const struct effect *e,
                      struct json **asked, struct fault *f)
{
    enum err err = own_fields(h, o, e, asked, f);
    if (err == ERR_OK && strcmp(e->verb, "confirm") == 0)
        err = inherit_containers(h, o, *asked, f);
    return err;
}

static void stand_acknowledge(const struct order *o, enum verb verb, struct stand *s)
{
    const char *status = o->row.status;
    if (strcmp(status, "NEW") == 0 || status[0] == '\0')
        say(s, STEP_READY, 0, "");
    else if (verb == VERB_ACCEPT && strcmp(status, "CANCELLED") != 0)
        say(s, STEP_DONE, 0, "Amazon shows the order as accepted already");
    else if (verb == VERB_REJECT && strcmp(status, "CANCELLED") == 0)
        say(s, STEP_DONE, 0, "Amazon shows the order as cancelled already");
    else
        say(s, STEP_IMPOSSIBLE, 0,
            verb == VERB_ACCEPT ? "the order is cancelled"
                                : "the order is accepted already");
}

/* What an effect waits for is another one, which ended badly: then a person must look.
 * When it succeeded, only the order's own state is behind, and is asked for. */
static enum err wait_on(struct host *h, struct order *o, enum effect_kind kind,
                        const char *why, const char *broken, struct stand *s,
                        struct fault *f)
{
    struct effect e;
    enum err err = effect_by_key(h->store, &o->memory, o->row.account, kind, o->row.name,
                                 false, &e, f);

    wait_for(s, why);
    if (err == ERR_NOT_FOUND)
        return ERR_OK;
    if (err == ERR_OK && e.state == EFFECT_HELD) {
        wait_for_person(s, why);
    } else if (err == ERR_OK && e.state == EFFECT_SUCCEEDED) {
        s->next_ms = prover_next(h, NULL, 0);
        s->need_order = true;
    } else if (err == ERR_OK && effect_state_final(e.state)) {
        say(s, STEP_HOLD, INT64_MAX, broken);
    }
    return err;
}

/* Amazon shows the order as accepted, or as shipped since. A transaction's Success comes
 * earlier, but what follows is refused until the order itself says so. */
static bool acceptance_shown(const struct order *o)
{
    return strcmp(o->row.status, "ACCEPTED") == 0 ||
           strcmp(o->row.status, "SHIPPED") == 0;
}

static enum err wait_for_acceptance(struct host *h, struct order *o, struct stand *s,
                                    struct fault *f)
{
    return wait_on(h, o, EFFECT_ACKNOWLEDGE, "waits for the proved acceptance",
                   "the acceptance did not succeed", s, f);
}

static const char *ended(const struct order *o)
{
    switch ((enum order_state)o->row.state) {
    case ORDER_CANCELLED:
        return "the order was cancelled meanwhile";
    case ORDER_REJECTED:
        return "the order is rejected";
    case ORDER_DENIED:
        return "the order is denied";
    default:
        return NULL;
    }
}

/* Labels are made only on the day the order is due to ship, and no later than 90 days
 * after. */
static void stand_ship_day(struct host *h, const struct order *o, struct stand *s)
{
    int64_t begin, end, now = host_now(h);
    char text[INSTANT_TEXT], why[120];

    if (o->row.ship_by_ms <= 0) { /* a date that nobody can read: Amazon decides */
        say(s, STEP_READY, 0, "");
        return;
    }
    zone_day(o->house->zone, o->row.ship_by_ms, &begin, &end);
    if (now >= begin + LABEL_LIFE_DAYS * (int64_t)MS_DAY) {
        say(s, STEP_IMPOSSIBLE, 0,
            "the ship day is 90 days past; Amazon makes no more labels");
        return;
    }
    if (now >= begin) {
        say(s, STEP_READY, 0, "");
        return;
    }
    zone_format(o->house->zone, begin, text);
    snprintf(why, sizeof why, "waits for the ship day, %.10s in %s", text,
             zone_name(o->house->zone));
    say(s, STEP_WAIT, begin, why);
}

static enum err stand_label(struct host *h, struct order *o, struct stand *s,
                            struct fault *f)
{
    if (o->row.state == ORDER_SHIPPED || o->row.state == ORDER_DELIVERED) {
        say(s, STEP_IMPOSSIBLE, 0, "the order is shipped; Amazon makes no more labels");
        return ERR_OK;
    }
    stand_ship_day(h, o, s);
    if (s->step == STEP_IMPOSSIBLE || acceptance_shown(o))
        return ERR_OK;
    return wait_for_acceptance(h, o, s, f);
}

/* The newest label request of the order: not settled, the confirmation must echo its
 * answer; failed, a person must look. */
static enum err stand_request(struct host *h, struct order *o, bool labelled,
                              struct stand *s, struct fault *f)
{
    struct effect e;
    enum err err = effect_by_key(h->store, &o->memory, o->row.account, EFFECT_LABEL,
                                 o->row.name, false, &e, f);

    if (err == ERR_OK && e.state == EFFECT_SUCCEEDED)
        err = ERR_NOT_FOUND;
    if (err == ERR_NOT_FOUND) {
        if (!labelled)
            wait_for_list(h, s, POLL_LABELS, "waits for Amazon's label");
        return ERR_OK;
    }
    if (err == ERR_OK && e.state == EFFECT_HELD)
        wait_for_person(s, "waits for the latest label");
    else if (err == ERR_OK && !effect_state_final(e.state))
        wait_for(s, "waits for the latest label");
    else if (err == ERR_OK && !labelled)
        say(s, STEP_HOLD, INT64_MAX, "the label request did not succeed");
    return err;
}

static enum err stand_labelled(struct host *h, struct order *o, struct json *asked,
                               struct stand *s, struct fault *f)
{
    struct paper *labels = NULL;
    size_t count = 0;
    char question[200];

    enum err e = order_papers(h, o, PAPER_LABEL, &labels, &count, f);
    if (e == ERR_OK && o->house->amazon_labels)
        e = stand_request(h, o, count > 0, s, f);
    if (e == ERR_OK && s->step == STEP_READY)
        e = inherit_containers(h, o, asked, f);
    if (e != ERR_OK || s->step != STEP_READY)
        return e;
    body_question(o, asked, labels, count, question, sizeof question);
    if (question[0] == '\0' && packed_asked(asked))
        e = packed_question(h, o->row.id, json_get(asked, "containers"), question,
                            sizeof question, f);
    if (e == ERR_OK && question[0] != '\0')
        say(s, STEP_HOLD, INT64_MAX, question);
    return e;
}

static enum err stand_confirm(struct host *h, struct order *o, struct json *asked,
                              struct stand *s, struct fault *f)
{
    struct paper *slips = NULL;
    size_t count = 0;

    int64_t shipped;

    say(s, STEP_READY, 0, "");
    if (instant_parse(json_get_str(json_get(asked, "shipmentDetails"), "shippedDate", ""),
                      &shipped, NULL, NULL) == ERR_OK &&
        shipped > host_now(h)) {
        say(s, STEP_WAIT, shipped, "waits for its shippedDate: the clock was set back");
        return ERR_OK;
    }
    enum err e = stand_labelled(h, o, asked, s, f);
    if (e != ERR_OK || s->step != STEP_READY || (o->row.flags & RECORD_SLIP) == 0 ||
        o->house->slips_elsewhere)
        return e;
    e = order_papers(h, o, PAPER_SLIP, &slips, &count, f);
    if (e == ERR_OK && count == 0)
        wait_for_list(h, s, POLL_SLIPS,
                      "waits for the packing slip that this order requires");
    return e;
}

static enum err stand_ship(struct host *h, struct order *o, const struct effect *effect,
                           enum verb verb, struct stand *s, struct fault *f)
{
    struct json *asked;

    if (strcmp(o->row.status, "SHIPPED") == 0) {
        say(s, verb == VERB_CONFIRM ? STEP_DONE : STEP_IMPOSSIBLE, 0,
            "Amazon shows the order as shipped already");
        return ERR_OK;
    }
    if (!acceptance_shown(o))
        return wait_for_acceptance(h, o, s, f);
    say(s, STEP_READY, 0, "");
    if (verb == VERB_FLOOR_DENY)
        return ERR_OK;
    enum err e = own_fields(h, o, effect, &asked, f);
    return e == ERR_OK ? stand_confirm(h, o, asked, s, f) : e;
}

enum err vendor_confirmed_boxes(struct host *h, struct order *o,
                                const struct json **boxes, struct fault *f)
{
    struct effect ship;
    struct json *asked;

    *boxes = NULL;
    enum err e = effect_by_key(h->store, &o->memory, o->row.account, EFFECT_SHIP,
                               o->row.name, false, &ship, f);
    if (e == ERR_NOT_FOUND)
        return ERR_OK;
    if (e == ERR_OK)
        e = vendor_asked(h, o, &ship, &asked, f);
    if (e == ERR_OK)
        *boxes = json_get(asked, "containers");
    return e;
}

/* A scan's number must be one of the confirmed ones, letter by letter. `any`: there are
 * some at all. */
static enum err tracking_confirmed(struct host *h, struct order *o, const char *number,
                                   bool *confirmed, bool *any, struct fault *f)
{
    const struct json *boxes;

    *any = *confirmed = false;
    const enum err e = vendor_confirmed_boxes(h, o, &boxes, f);
    if (e != ERR_OK || boxes == NULL)
        return e;
    for (const struct json *b = boxes->first; b != NULL; b = b->next) {
        *any = true;
        *confirmed =
            *confirmed || strcmp(json_get_str(b, "trackingNumber", ""), number) == 0;
    }
    return ERR_OK;
}

static enum err stand_scan(struct host *h, struct order *o, const struct effect *effect,
                           struct stand *s, struct fault *f)
{
    struct json *asked;
    bool confirmed, any;

    if (strcmp(o->row.status, "SHIPPED") != 0)
        return wait_on(h, o, EFFECT_SHIP, "waits for the proved confirmation",
                       "the confirmation did not succeed", s, f);
    enum err e = vendor_asked(h, o, effect, &asked, f);
    if (e != ERR_OK)
        return e;
    const char *number =
        json_get_str(json_get(asked, "statusUpdateDetails"), "trackingNumber", "");
    e = tracking_confirmed(h, o, number, &confirmed, &any, f);
    if (e != ERR_OK)
        return e;
    if (any && !confirmed)
        say(s, STEP_HOLD, INT64_MAX,
            "its tracking number is not the confirmed one; Amazon refuses such a scan");
    else
        say(s, STEP_READY, 0, "");
    return ERR_OK;
}

static enum err stand_in(struct host *h, struct order *o, const struct effect *e,
                         struct stand *s, struct fault *f)
{
    const enum verb verb = verb_find(e->verb);
    const char *over = ended(o);

    if (o->house == NULL) {
        say(s, STEP_HOLD, INT64_MAX, "the project file names its warehouse no more");
        return ERR_OK;
    }
    if (over != NULL && e->kind != EFFECT_ACKNOWLEDGE && verb != VERB_FLOOR_DENY) {
        say(s, STEP_IMPOSSIBLE, 0, over);
        return ERR_OK;
    }
    switch (e->kind) {
    case EFFECT_ACKNOWLEDGE:
        stand_acknowledge(o, verb, s);
        return ERR_OK;
    case EFFECT_LABEL:
        return stand_label(h, o, s, f);
    case EFFECT_SHIP:
        if (over != NULL) {
            say(s, o->row.state == ORDER_DENIED ? STEP_DONE : STEP_IMPOSSIBLE, 0, over);
            return ERR_OK;
        }
        return stand_ship(h, o, e, verb, s, f);
    case EFFECT_SCAN:
        return stand_scan(h, o, e, s, f);
    default:
        break;
    }
    return fault_set(f, ERR_BUG, "effect %lld has no kind", (long long)e->id);
}

enum err vendor_stand_of(struct host *h, struct order *o, const struct effect *e,
                         struct stand *out, struct fault *f)
{
    memset(out, 0, sizeof *out);
    enum err err = stand_in(h, o, e, out, f);
    if (err == ERR_OK && out->step == STEP_READY &&
        control_frozen(h, o->row.warehouse) != 0)
        wait_for(out, "frozen: nothing is sent until `dray thaw`");
    return err;
}

enum err vendor_stand(struct host *h, const struct effect *e, struct stand *out,
                      struct fault *f)
{
    struct order o;
    enum err err = order_open_row(h, e->record, &o, f);
    if (err == ERR_OK)
        err = vendor_stand_of(h, &o, e, out, f);
    order_close(&o);
    return err;
}
