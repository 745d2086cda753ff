/* What must come before a seller's step, and how an effect waits for it. */
#include "workflow/external_before.h"

#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/zone.h"
#include "workflow/prover.h"

enum {
    LEAVING = 1u << EFFECT_READY | 1u << EFFECT_SENDING | 1u << EFFECT_UNKNOWN,
    UNDER_WAY = LEAVING | 1u << EFFECT_WAITING,
    TAKEN = 1u << EFFECT_ACCEPTED | 1u << EFFECT_SUCCEEDED,
    PATIENCE_MS = 30 * MS_MINUTE /* what does not show by then is assumed */
};

void stand_say(struct stand *s, enum step step, int64_t next_ms, const char *why)
{
    s->step = step;
    s->next_ms = next_ms;
    s->need = POLL_KIND_COUNT;
    s->need_order = false;
    snprintf(s->why, sizeof s->why, "%s", why);
}

void stand_ready(struct stand *s)
{
    stand_say(s, STEP_READY, 0, "");
}

/* Until something happens; the shipment itself is asked for meanwhile. */
void stand_wait(struct host *h, struct stand *s, const char *why)
{
    stand_say(s, STEP_WAIT, prover_next(h, NULL, 0), why);
    s->need_order = true;
}

void stand_until(const struct shipment *s, struct stand *out, int64_t ms,
                 const char *what)
{
    char text[INSTANT_TEXT], why[160];
    if (s->house != NULL && s->house->zone != NULL)
        zone_format(s->house->zone, ms, text);
    else
        instant_format(ms, text);
    snprintf(why, sizeof why, "waits for %s, %s", what, text);
    stand_say(out, STEP_WAIT, ms, why);
}

/* The step before is this effect: it is awaited, or what became of it is told. False: it
 * is done, as far as is known. */
bool held_up(struct host *h, const struct effect *before, const char *what,
             struct stand *out)
{
    char why[200];

    if (before == NULL) {
        snprintf(why, sizeof why, "waits for %s", what);
        stand_wait(h, out, why);
        out->next_ms = INT64_MAX; /* nobody asked for it: only a poll can tell */
        out->need_order = false;
        return true;
    }
    if ((1u << before->state & UNDER_WAY) != 0) {
        snprintf(why, sizeof why, "waits for %s", what);
        stand_say(out, STEP_WAIT, INT64_MAX, why);
        return true;
    }
    if (before->state == EFFECT_HELD) {
        snprintf(why, sizeof why, "waits for %s, which is held for a person", what);
        stand_say(out, STEP_WAIT, INT64_MAX, why);
        return true;
    }
    if ((1u << before->state & TAKEN) != 0)
        return false;
    snprintf(why, sizeof why, "%s did not succeed", what);
    stand_say(out, STEP_HOLD, INT64_MAX, why);
    return true;
}

/* Amazon works on what it took last; what comes meanwhile is refused with 409. */
bool too_soon(struct host *h, const struct shipment *s, const struct effect *me,
              struct stand *out)
{
    int64_t last = 0;
    for (size_t i = 0; i < s->effect_count; i++) {
        const struct effect *e = &s->effects[i];
        if (e->id != me->id && e->state == EFFECT_ACCEPTED && e->sent_ms > last &&
            e->kind != EFFECT_SHIP_LABELS)
            last = e->sent_ms;
    }
    const int64_t until = last + external_pause_ms(s->account);
    if (last == 0 || last > host_now(h) || host_now(h) >= until)
        return false;
    stand_say(out, STEP_WAIT, until, "waits for Amazon to apply the step before");
    return true;
}

bool before_confirmed(struct host *h, const struct shipment *s, struct stand *out)
{
    if (shipment_reached(s, SHIPMENT_CONFIRMED))
        return false;
    const struct effect *e = shipment_effect(s, EFFECT_PROCESS, NULL, 0);
    if (e != NULL && strcmp(e->verb, "confirm") != 0)
        e = NULL;
    return held_up(h, e, "the confirmation", out);
}

bool before_package(struct host *h, const struct shipment *s, const char *id,
                    struct stand *out)
{
    const struct json *shown = s->shown;
    for (const struct json *p = shown == NULL ? NULL : shown->first; p != NULL;
         p = p->next)
        if (strcmp(json_get_str(p, "id", ""), id) == 0)
            return false;
    return before_confirmed(h, s, out) ||
           held_up(h, shipment_effect(s, EFFECT_PACKAGES, id, 0), "the package", out);
}

/* An update or a question about the options of the package is under way. */
bool before_settled(const struct shipment *s, enum effect_kind kind, const char *package,
                    const struct effect *me, const char *why, struct stand *out)
{
    const struct effect *e = shipment_effect(s, kind, package, UNDER_WAY);
    if (e == NULL || e->id == me->id || (me->id != 0 && e->id > me->id))
        return false;
    stand_say(out, STEP_WAIT, INT64_MAX, why);
    return true;
}

bool before_shown(struct host *h, const struct shipment *s, const struct effect *me,
                  struct stand *out)
{
    for (size_t i = s->effect_count; i-- > 0;) {
        const struct effect *e = &s->effects[i];
        const bool taken = e->state == EFFECT_ACCEPTED;
        const int64_t until = taken ? e->sent_ms + PATIENCE_MS : INT64_MAX;
        if (e->kind != EFFECT_STATUS || strcmp(e->verb, "delivery") != 0 ||
            (1u << e->state & (LEAVING | 1u << EFFECT_ACCEPTED)) == 0 ||
            e->id == me->id || (me->id != 0 && e->id > me->id) || host_now(h) >= until)
            continue;
        stand_say(out, STEP_WAIT, until, "waits until the status before it shows");
        return true;
    }
    return false;
}

/* Amazon makes no label before the invoice that it requires. */
enum err before_invoice(struct host *h, struct shipment *s, struct stand *out,
                        bool *waits, struct fault *f)
{
    struct paper *list;
    size_t count = 0;
    const char *status =
        json_str(json_path(s->body, "shipmentRequirements.invoice.status"));

    *waits = false;
    if (!shipment_requires(s->body, "invoice") ||
        (status != NULL && strcmp(status, "AVAILABLE") == 0))
        return ERR_OK;
    enum err e = shipment_papers(h, s, PAPER_INVOICE, &list, &count, f);
    if (e == ERR_OK && count == 0)
        *waits = held_up(h, shipment_effect(s, EFFECT_INVOICE, NULL, 0),
                         "the invoice that this shipment requires", out);
    return e;
}
