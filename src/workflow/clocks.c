/* The clocks of an order that Amazon measures. */
#include "workflow/clocks.h"

#include <string.h>

#include "base/instant.h"
#include "base/json.h"

enum {
    ACKNOWLEDGE_MS = 24 * MS_HOUR,
    CONFIRM_MS = 4 * MS_HOUR /* the guide's limit; 30 minutes is the aim */
};

const char *clock_name(enum clock_kind k)
{
    static const char *const names[CLOCK_COUNT] = {"acknowledge", "ship", "confirm"};
    return k < CLOCK_COUNT ? names[k] : "";
}

static bool reached_amazon(const struct effect *e)
{
    return e->state == EFFECT_ACCEPTED || e->state == EFFECT_SUCCEEDED;
}

/* The newest effect of one kind; id 0 when there is none that still counts. */
static enum err newest(struct store *s, struct arena *a, const struct record *r,
                       enum effect_kind kind, bool with_body, struct effect *e,
                       struct fault *f)
{
    enum err err = effect_by_key(s, a, r->account, kind, r->name, false, e, f);
    if (err == ERR_NOT_FOUND) {
        *e = (struct effect){0};
        return ERR_OK;
    }
    if (err == ERR_OK && effect_state_final(e->state) && e->state != EFFECT_SUCCEEDED)
        e->id = 0; /* it came to nothing */
    if (err == ERR_OK && e->id != 0 && with_body)
        err = effect_get(s, a, e->id, true, e, f);
    return err;
}

static bool is_open(const struct record *r)
{
    switch ((enum order_state)r->state) {
    case ORDER_REJECTED:
    case ORDER_DENIED:
    case ORDER_CANCELLED:
        return false;
    default:
        return (r->flags & RECORD_OLD) == 0;
    }
}

/* Answered elsewhere, the time of the answer is not known: no clock. */
static enum err acknowledge(struct store *s, struct arena *a, const struct record *r,
                            struct order_clocks *c, struct fault *f)
{
    struct effect e;
    const bool waits = r->state == ORDER_NEW || r->state == ORDER_ACCEPTING ||
                       r->state == ORDER_REJECTING;

    enum err err = newest(s, a, r, EFFECT_ACKNOWLEDGE, false, &e, f);
    if (err != ERR_OK || r->ordered_ms <= 0 || (e.id == 0 && !waits))
        return err;
    c->of[CLOCK_ACKNOWLEDGE].due_ms = r->ordered_ms + ACKNOWLEDGE_MS;
    if (e.id != 0 && reached_amazon(&e))
        c->of[CLOCK_ACKNOWLEDGE].met_ms = e.sent_ms > 0 ? e.sent_ms : e.changed_ms;
    return ERR_OK;
}

/* When the parcel left, as the confirmation says; 0 when it does not. */
static int64_t departure(struct arena *a, const struct effect *e)
{
    int64_t at = 0;
    const struct json *body = json_parse(a, e->body, e->body_len, NULL);
    const char *text = json_str(json_path(body, "shipmentDetails.shippedDate"));
    if (text == NULL || instant_parse(text, &at, NULL, NULL) != ERR_OK)
        return 0;
    return at;
}

static void confirmation(const struct record *r, const struct effect *e, int64_t left_ms,
                         struct order_clocks *c)
{
    const int64_t sent = !reached_amazon(e) ? 0
                         : e->sent_ms > 0   ? e->sent_ms
                                            : e->changed_ms;
    if (r->ship_by_ms > 0) {
        c->of[CLOCK_SHIP].due_ms = r->ship_by_ms;
        c->of[CLOCK_SHIP].met_ms = left_ms != 0 ? left_ms : sent;
    }
    if (left_ms != 0) {
        c->of[CLOCK_CONFIRM].due_ms = left_ms + CONFIRM_MS;
        c->of[CLOCK_CONFIRM].met_ms = sent;
    }
}

static enum err ship(struct store *s, struct arena *a, const struct record *r,
                     struct order_clocks *c, struct fault *f)
{
    struct effect e;
    const bool over = r->state == ORDER_SHIPPED || r->state == ORDER_DELIVERED;

    enum err err = newest(s, a, r, EFFECT_SHIP, true, &e, f);
    if (err != ERR_OK || r->state == ORDER_REJECTING)
        return err;
    if (e.id != 0 && strcmp(e.verb, "confirm") == 0)
        confirmation(r, &e, departure(a, &e), c);
    else if (r->ship_by_ms > 0 && !over)
        c->of[CLOCK_SHIP].due_ms = r->ship_by_ms;
    return ERR_OK;
}

enum err clocks_read(struct store *s, const struct record *order, struct order_clocks *c,
                     struct fault *f)
{
    struct arena a;

    *c = (struct order_clocks){0};
    if (!is_open(order))
        return ERR_OK;
    arena_init(&a);
    enum err e = acknowledge(s, &a, order, c, f);
    if (e == ERR_OK)
        e = ship(s, &a, order, c, f);
    arena_clear(&a);
    return e;
}

bool clock_missed(const struct order_clocks *c, enum clock_kind k, int64_t now_ms)
{
    const int64_t due = c->of[k].due_ms, met = c->of[k].met_ms;
    return due != 0 && (met != 0 ? met : now_ms) > due;
}

enum clock_kind clocks_next(const struct order_clocks *c)
{
    enum clock_kind next = CLOCK_COUNT;
    for (int k = 0; k < CLOCK_COUNT; k++)
        if (c->of[k].due_ms != 0 && c->of[k].met_ms == 0 &&
            (next == CLOCK_COUNT || c->of[k].due_ms < c->of[next].due_ms))
            next = (enum clock_kind)k;
    return next;
}
