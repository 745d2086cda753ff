/* What dray would have done to an order, beside what people did to it meanwhile. */
#include "workflow/observed.h"

#include <string.h>

#include "base/json.h"
#include "store/effect.h"
#include "store/journal.h"
#include "store/paper.h"
#include "store/run.h"

/* What Amazon may show of a record: how far it has come, as a bit each, since a shipment
 * that has left was also confirmed. */
enum shown {
    SHOWN_ACCEPTED, /* an order; a seller's confirmed shipment */
    SHOWN_LABEL,
    SHOWN_PACKED,
    SHOWN_SLOT,
    SHOWN_INVOICED,
    SHOWN_SHIPPED,
    SHOWN_DELIVERED,
    SHOWN_CANCELLED,
    SHOWN_COUNT,
    SHOWN_NOTHING = SHOWN_COUNT /* of a verb: nothing shows it */
};

static const char *const shown_words[SHOWN_COUNT] = {"accepted",  "label",    "packed",
                                                     "slot",      "invoiced", "shipped",
                                                     "delivered", "cancelled"};

/* What shows that people did what the verb would have done, and what that they did not.
 */
static const struct meaning {
    const char *verb;
    enum effect_kind kind;
    const char *step;
    enum shown same;
    enum shown other;
} meanings[] = {
    {"accept", EFFECT_ACKNOWLEDGE, "acknowledge", SHOWN_ACCEPTED, SHOWN_CANCELLED},
    {"reject", EFFECT_ACKNOWLEDGE, "acknowledge", SHOWN_CANCELLED, SHOWN_ACCEPTED},
    {"request_label", EFFECT_LABEL, "label", SHOWN_LABEL, SHOWN_CANCELLED},
    {"confirm", EFFECT_SHIP, "ship", SHOWN_SHIPPED, SHOWN_CANCELLED},
    {"floor_deny", EFFECT_SHIP, "ship", SHOWN_CANCELLED, SHOWN_SHIPPED},
    {"scan", EFFECT_SCAN, "scan", SHOWN_NOTHING, SHOWN_NOTHING},
    {"confirm", EFFECT_PROCESS, "confirm", SHOWN_ACCEPTED, SHOWN_CANCELLED},
    {"reject", EFFECT_PROCESS, "confirm", SHOWN_CANCELLED, SHOWN_ACCEPTED},
    {"create_packages", EFFECT_PACKAGES, "packages", SHOWN_PACKED, SHOWN_CANCELLED},
    {"update_package", EFFECT_PACKAGE, "package", SHOWN_NOTHING, SHOWN_NOTHING},
    {"shipping_options", EFFECT_OPTIONS, "options", SHOWN_SLOT, SHOWN_CANCELLED},
    {"generate_invoice", EFFECT_INVOICE, "invoice", SHOWN_INVOICED, SHOWN_CANCELLED},
    {"generate_labels", EFFECT_SHIP_LABELS, "label", SHOWN_LABEL, SHOWN_CANCELLED},
    {"mark_shipped", EFFECT_STATUS, "ship", SHOWN_SHIPPED, SHOWN_CANCELLED},
    {"delivery", EFFECT_STATUS, "delivery", SHOWN_DELIVERED, SHOWN_CANCELLED},
    {"print", EFFECT_PRINT, "print", SHOWN_NOTHING, SHOWN_NOTHING},
};
enum { MEANINGS = sizeof meanings / sizeof meanings[0] };

/* Steps that people may have done where no rule wanted anything. */
static const struct alone {
    enum record_kind kind;
    unsigned flags; /* the record has one of them; 0: any */
    const char *step;
    enum effect_kind effect;
    enum shown shown;
} alone[] = {
    {RECORD_ORDER, 0, "acknowledge", EFFECT_ACKNOWLEDGE, SHOWN_ACCEPTED},
    {RECORD_ORDER, 0, "label", EFFECT_LABEL, SHOWN_LABEL},
    {RECORD_ORDER, 0, "ship", EFFECT_SHIP, SHOWN_SHIPPED},
    {RECORD_SHIPMENT, 0, "confirm", EFFECT_PROCESS, SHOWN_ACCEPTED},
    {RECORD_SHIPMENT, RECORD_OWN_LABEL, "ship", EFFECT_STATUS, SHOWN_SHIPPED},
};

struct finding {
    struct store *store;
    struct arena *arena;
    const struct record *record;
    int64_t seen_ms[SHOWN_COUNT]; /* 0: not seen */
    struct effect *effects;
    size_t effect_count;
    struct observed *list;
    size_t count;
    struct fault *fault;
};

const char *observed_name(enum observed_is is)
{
    static const char *const names[OBSERVED_COUNT] = {"same", "different", "not yet",
                                                      "unseen"};
    return names[is];
}

/* ---- what people did ---- */

static void see(struct finding *g, enum shown shown, int64_t at_ms)
{
    if (g->seen_ms[shown] == 0)
        g->seen_ms[shown] = at_ms;
}

static void see_order(struct finding *g, enum order_state state, int64_t at_ms)
{
    if (state == ORDER_ACCEPTED || state == ORDER_SHIPPED || state == ORDER_DELIVERED)
        see(g, SHOWN_ACCEPTED, at_ms);
    if (state == ORDER_SHIPPED || state == ORDER_DELIVERED)
        see(g, SHOWN_SHIPPED, at_ms);
    if (state == ORDER_CANCELLED)
        see(g, SHOWN_CANCELLED, at_ms);
}

/* A shipment that has come so far was at every step before. */
static void see_shipment(struct finding *g, enum shipment_state state, int64_t at_ms)
{
    static const struct {
        enum shipment_state from;
        enum shown shown;
    } steps[] = {{SHIPMENT_CONFIRMED, SHOWN_ACCEPTED},
                 {SHIPMENT_PACKAGE_CREATED, SHOWN_PACKED},
                 {SHIPMENT_PICKUP_SLOT_RETRIEVED, SHOWN_SLOT},
                 {SHIPMENT_INVOICE_GENERATED, SHOWN_INVOICED},
                 {SHIPMENT_SHIPLABEL_GENERATED, SHOWN_LABEL},
                 {SHIPMENT_SHIPPED, SHOWN_SHIPPED},
                 {SHIPMENT_DELIVERED, SHOWN_DELIVERED}};
    if (state == SHIPMENT_CANCELLED)
        see(g, SHOWN_CANCELLED, at_ms);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        if (state >= steps[i].from && state <= SHIPMENT_DELIVERED)
            see(g, steps[i].shown, at_ms);
}

static void see_state_of(struct finding *g, const struct entry *e)
{
    const struct json *detail =
        e->detail == NULL ? NULL : json_parse(g->arena, e->detail, e->detail_len, NULL);
    see_shipment(g, shipment_state_find(json_get_str(detail, "state", "")), e->at_ms);
}

static bool see_entry(void *arg, const struct entry *e)
{
    struct finding *g = arg;
    if (g->record->kind == RECORD_SHIPMENT && strncmp(e->what, "shipment.", 9) == 0)
        see_state_of(g, e);
    else if (strcmp(e->what, "order.accepted") == 0)
        see_order(g, ORDER_ACCEPTED, e->at_ms);
    else if (strcmp(e->what, "order.shipped") == 0)
        see_order(g, ORDER_SHIPPED, e->at_ms);
    else if (strcmp(e->what, "order.cancelled") == 0)
        see_order(g, ORDER_CANCELLED, e->at_ms);
    else if (strcmp(e->what, "label.ready") == 0)
        see(g, SHOWN_LABEL, e->at_ms);
    return true;
}

/* What stood there when dray saw the order for the first time has no entry of its own. */
static enum err see_all(struct finding *g)
{
    const struct entry_filter log = {.record = g->record->id};
    const struct record *r = g->record;

    const enum err e = journal_each(g->store, &log, see_entry, g, g->fault);
    if (r->kind == RECORD_ORDER)
        see_order(g, (enum order_state)r->state, r->seen_ms);
    else
        see_shipment(g, (enum shipment_state)r->state, r->seen_ms);
    return e;
}

/* ---- what dray planned ---- */

static const struct meaning *meaning_of(const struct effect *e)
{
    for (size_t i = 0; i < MEANINGS; i++)
        if (meanings[i].kind == e->kind && strcmp(meanings[i].verb, e->verb) == 0)
            return &meanings[i];
    return NULL;
}

static bool was_sent(const struct finding *g, enum effect_kind kind)
{
    for (size_t i = 0; i < g->effect_count; i++)
        if (g->effects[i].kind == kind && g->effects[i].sends > 0)
            return true;
    return false;
}

static bool was_planned(const struct finding *g, enum effect_kind kind)
{
    for (size_t i = 0; i < g->effect_count; i++)
        if (g->effects[i].kind == kind)
            return true;
    return false;
}

static void people_did(const struct finding *g, struct observed *o, enum shown shown)
{
    o->people = shown_words[shown];
    o->seen_ms = g->seen_ms[shown];
}

static void judge(const struct finding *g, const struct meaning *m, struct observed *o)
{
    if (m->same == SHOWN_NOTHING) {
        o->is = OBSERVED_UNSEEN;
    } else if (g->seen_ms[m->same] != 0) {
        o->is = OBSERVED_SAME;
        people_did(g, o, m->same);
    } else if (g->seen_ms[m->other] != 0) {
        o->is = OBSERVED_DIFFERENT;
        people_did(g, o, m->other);
    } else {
        o->is = OBSERVED_NOT_YET;
    }
}

static enum err name_run(struct finding *g, int64_t run, const char **by)
{
    struct run_row row;
    struct fault none;

    *by = "";
    if (run == 0)
        return ERR_OK;
    const enum err e = run_get(g->store, g->arena, run, &row, &none);
    if (e == ERR_OK)
        *by = row.script;
    else if (e != ERR_NOT_FOUND) /* runs are not kept as long as orders */
        *g->fault = none;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err add_planned(struct finding *g, const struct effect *e)
{
    const struct meaning *m = meaning_of(e);
    if (e->state != EFFECT_PLANNED || m == NULL || was_sent(g, e->kind))
        return ERR_OK;
    struct observed *o = &g->list[g->count++];
    *o = (struct observed){
        .step = m->step, .verb = e->verb, .planned_ms = e->planned_ms, .people = ""};
    judge(g, m, o);
    return name_run(g, e->run, &o->by);
}

static void add_alone(struct finding *g, const struct alone *step)
{
    if (step->kind != g->record->kind || g->seen_ms[step->shown] == 0 ||
        (step->flags != 0 && (g->record->flags & step->flags) == 0) ||
        was_planned(g, step->effect))
        return;
    struct observed *o = &g->list[g->count++];
    *o = (struct observed){
        .step = step->step, .verb = "", .by = "", .is = OBSERVED_DIFFERENT};
    people_did(g, o, step->shown);
}

enum err observed_list(struct store *s, struct arena *a, const struct record *r,
                       struct observed **list, size_t *count, struct fault *f)
{
    enum { ALONE = sizeof alone / sizeof alone[0] };
    struct finding g = {.store = s, .arena = a, .record = r, .fault = f};
    const struct effect_filter filter = {.record = r->id};

    enum err e = effect_list(s, a, &filter, &g.effects, &g.effect_count, f);
    if (e == ERR_OK)
        e = see_all(&g);
    g.list = arena_new(a, (g.effect_count + ALONE) * sizeof *g.list);
    for (size_t i = 0; e == ERR_OK && i < g.effect_count; i++)
        e = add_planned(&g, &g.effects[i]);
    for (size_t i = 0; e == ERR_OK && i < ALONE; i++)
        add_alone(&g, &alone[i]);
    *list = g.list;
    *count = g.count;
    return e;
}
