/* The clocks of an order or shipment that Amazon measures. */
#include "workflow/clocks.h"

#include <string.h>

#include "base/instant.h"
#include "base/json.h"
#include "store/fact.h"
#include "store/paper.h"
#include "store/parcel.h"
#include "workflow/vendor_codes.h"

enum {
    ACKNOWLEDGE_MS = 24 * MS_HOUR,
    LABEL_MS = 30 * MS_MINUTE,
    CONFIRM_MS = 4 * MS_HOUR, /* the guide's limit; 30 minutes is the aim */
    SCAN_MS = 24 * MS_HOUR
};

const char *clock_name(enum clock_kind k)
{
    return deadline_name((enum deadline)k);
}

int64_t clock_limit_ms(enum clock_kind k)
{
    static const int64_t limits[CLOCK_COUNT] = {[CLOCK_ACKNOWLEDGE] = ACKNOWLEDGE_MS,
                                                [CLOCK_LABEL] = LABEL_MS,
                                                [CLOCK_CONFIRM] = CONFIRM_MS,
                                                [CLOCK_SCAN] = SCAN_MS};
    return limits[k];
}

/* What is found out about one order. */
struct finding {
    struct store *store;
    struct arena *arena;
    const struct record *order;
    struct clock_run *list;
    size_t count, room;
};

static void add_run(struct finding *g, enum clock_kind kind, const char *package,
                    int64_t due_ms, int64_t met_ms)
{
    g->list = arena_grow(g->arena, g->list, g->count, &g->room, sizeof *g->list);
    g->list[g->count++] = (struct clock_run){
        .kind = kind, .package = package, .due_ms = due_ms, .met_ms = met_ms};
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

/* When it reached Amazon; 0: it did not. */
static int64_t sent_at(const struct effect *e)
{
    if (e->id == 0 || !reached_amazon(e))
        return 0;
    return e->sent_ms > 0 ? e->sent_ms : e->changed_ms;
}

/* Answered elsewhere, the time of the answer is not known: no clock. */
static enum err acknowledge(struct finding *g, struct fault *f)
{
    struct effect e;
    const struct record *r = g->order;
    const bool waits = r->state == ORDER_NEW || r->state == ORDER_ACCEPTING ||
                       r->state == ORDER_REJECTING;

    enum err err = newest(g->store, g->arena, r, EFFECT_ACKNOWLEDGE, false, &e, f);
    if (err != ERR_OK || r->ordered_ms <= 0 || (e.id == 0 && !waits))
        return err;
    add_run(g, CLOCK_ACKNOWLEDGE, "", r->ordered_ms + ACKNOWLEDGE_MS, sent_at(&e));
    return ERR_OK;
}

/* When the newest label came; 0 when none is there. */
static enum err labelled_at(struct finding *g, int64_t *at_ms, struct fault *f)
{
    const struct paper_filter filter = {
        .record = g->order->id, .kinds = 1u << PAPER_LABEL, .latest = true};
    struct paper *list;
    size_t count;

    *at_ms = 0;
    enum err e = paper_list(g->store, g->arena, &filter, &list, &count, f);
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        *at_ms = list[i].received_ms > *at_ms ? list[i].received_ms : *at_ms;
    return e;
}

/* Amazon took the request; a label that is older does not answer it. */
static enum err label(struct finding *g, struct fault *f)
{
    struct effect e;
    int64_t came;
    enum err err = newest(g->store, g->arena, g->order, EFFECT_LABEL, false, &e, f);
    const int64_t asked = err == ERR_OK ? sent_at(&e) : 0;

    if (err != ERR_OK || asked == 0)
        return err;
    err = labelled_at(g, &came, f);
    if (e.state == EFFECT_SUCCEEDED && came < asked)
        came = e.changed_ms; /* proved without a new document */
    add_run(g, CLOCK_LABEL, "", asked + LABEL_MS, came >= asked ? came : 0);
    return err;
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

/* When the carrier took the last box, as the floor says; 0 when it does not. */
static enum err picked_up_at(struct finding *g, int64_t *at_ms, struct fault *f)
{
    struct fact *list;
    size_t count;
    enum err e =
        fact_list(g->store, g->arena, g->order->id, "picked_up", &list, &count, f);
    *at_ms = e == ERR_OK && count > 0 ? list[count - 1].at_ms : 0;
    return e;
}

static void leave(struct finding *g, int64_t left_ms, int64_t sent_ms)
{
    const struct record *r = g->order;
    if (r->ship_by_ms > 0)
        add_run(g, CLOCK_SHIP, "", r->ship_by_ms, left_ms != 0 ? left_ms : sent_ms);
    if (left_ms != 0)
        add_run(g, CLOCK_CONFIRM, "", left_ms + CONFIRM_MS, sent_ms);
}

static enum err ship(struct finding *g, struct effect *e, struct fault *f)
{
    const struct record *r = g->order;
    const bool over = r->state == ORDER_SHIPPED || r->state == ORDER_DELIVERED;
    int64_t left = 0;

    enum err err = newest(g->store, g->arena, r, EFFECT_SHIP, true, e, f);
    if (err != ERR_OK || r->state == ORDER_REJECTING)
        return err;
    const bool confirms = e->id != 0 && strcmp(e->verb, "confirm") == 0;
    if (confirms)
        left = departure(g->arena, e);
    if (left == 0 && !over)
        err = picked_up_at(g, &left, f);
    if (confirms || !over)
        leave(g, left, confirms ? sent_at(e) : 0);
    return err;
}

/* The last scan of a parcel that Amazon has; *last when none is expected after it. Its
 * key is "order|tracking number|status|reason|seconds". */
static void newest_scan(struct finding *g, const struct effect *scans, size_t count,
                        const char *number, int64_t *at_ms, bool *last)
{
    const size_t name = strlen(g->order->name) + 1, length = strlen(number);
    for (size_t i = 0; i < count; i++) {
        const char *key = scans[i].key + (strlen(scans[i].key) > name ? name : 0);
        if (strncmp(key, number, length) != 0 || key[length] != '|')
            continue;
        char *status = arena_text(g->arena, key + length + 1);
        char *reason = strchr(status, '|');
        char *end = reason == NULL ? NULL : strchr(reason + 1, '|');
        if (end == NULL)
            continue;
        *reason = *end = '\0';
        *last = *last || scan_is_last(status, reason + 1);
        *at_ms = sent_at(&scans[i]) > *at_ms ? sent_at(&scans[i]) : *at_ms;
    }
}

/* The vendor's own carrier is heard of every day until the parcel arrived, or never will.
 */
static enum err scan(struct finding *g, const struct effect *ship, struct fault *f)
{
    const struct effect_filter filter = {.record = g->order->id,
                                         .kinds = 1u << EFFECT_SCAN,
                                         .states = 1u << EFFECT_ACCEPTED |
                                                   1u << EFFECT_SUCCEEDED};
    const char **numbers;
    struct effect *scans;
    size_t count, parcels;

    if (g->order->state != ORDER_SHIPPED || sent_at(ship) == 0 ||
        (g->order->flags & RECORD_OWN_LABEL) == 0)
        return ERR_OK;
    enum err e = effect_list(g->store, g->arena, &filter, &scans, &count, f);
    if (e == ERR_OK)
        e = parcel_list(g->store, g->arena, g->order->id, &numbers, &parcels, f);
    for (size_t i = 0; e == ERR_OK && i < parcels; i++) {
        int64_t at = sent_at(ship);
        bool last = false;
        newest_scan(g, scans, count, numbers[i], &at, &last);
        if (!last)
            add_run(g, CLOCK_SCAN, numbers[i], at + SCAN_MS, 0);
    }
    return e;
}

/* A seller's shipment has one clock: expectedShippingDateTimeInUTC. It is met by what was
 * told, or by what Amazon shows. */
static enum err shipment(struct finding *g, struct fault *f)
{
    const struct record *r = g->order;
    struct effect *list;
    size_t count;
    const struct effect_filter filter = {.record = r->id, .kinds = 1u << EFFECT_STATUS};
    const bool left = r->state == SHIPMENT_SHIPPED || r->state == SHIPMENT_DELIVERED;
    int64_t met = 0;

    if (r->state == SHIPMENT_CANCELLED || (r->flags & RECORD_OLD) != 0 ||
        r->ship_by_ms <= 0)
        return ERR_OK;
    enum err e = effect_list(g->store, g->arena, &filter, &list, &count, f);
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        if (strcmp(list[i].verb, "mark_shipped") == 0 && sent_at(&list[i]) != 0)
            met = sent_at(&list[i]);
    if (e == ERR_OK)
        add_run(g, CLOCK_SHIP, "", r->ship_by_ms, met == 0 && left ? r->changed_ms : met);
    return e;
}

enum err clocks_list(struct store *s, struct arena *a, const struct record *order,
                     struct clock_run **list, size_t *count, struct fault *f)
{
    struct finding g = {.store = s, .arena = a, .order = order};
    struct effect shipped = {0};

    const bool open = order->kind == RECORD_ORDER && is_open(order);
    enum err e = order->kind == RECORD_SHIPMENT ? shipment(&g, f) : ERR_OK;
    if (e == ERR_OK && open)
        e = acknowledge(&g, f);
    if (e == ERR_OK && open)
        e = label(&g, f);
    if (e == ERR_OK && open)
        e = ship(&g, &shipped, f);
    if (e == ERR_OK && open)
        e = scan(&g, &shipped, f);
    *list = g.list;
    *count = g.count;
    return e;
}

enum err clocks_read(struct store *s, const struct record *order, struct order_clocks *c,
                     struct fault *f)
{
    struct arena a;
    struct clock_run *list;
    size_t count;

    *c = (struct order_clocks){0};
    arena_init(&a);
    enum err e = clocks_list(s, &a, order, &list, &count, f);
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        const enum clock_kind k = list[i].kind;
        if (c->of[k].due_ms != 0 && c->of[k].due_ms <= list[i].due_ms)
            continue;
        c->of[k].due_ms = list[i].due_ms;
        c->of[k].met_ms = list[i].met_ms;
    }
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
