/* `dray report`: a day's orders and shipments from received to proved, with what is open
 * and why. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cli/command.h"
#include "cli/report_day.h"
#include "cli/report_find.h"
#include "cli/report_methods.h"
#include "cli/report_observed.h"
#include "cli/rows.h"
#include "cli/session.h"
#include "store/journal.h"
#include "workflow/clocks.h"

static const struct flag flags[] = {
    {"account", 'a', "NAME", false, "only this account's orders"},
    {"warehouse", 'w', "CODE", false, "only this warehouse's"},
    {"observed", 0, NULL, false,
     "what dray would have done while it only observed, beside what people did"},
    {"methods", 0, NULL, false,
     "the day's requests for labels by ship method, and how they ended"},
    FLAG_JSON,
    FLAG_PROJECT,
    FLAG_STATE,
    FLAG_END};

enum stage { STAGE_RECEIVED, STAGE_ACCEPTED, STAGE_LABEL, STAGE_SENT, STAGE_PROVED };
enum { STAGES = STAGE_PROVED + 1, OPEN_MAX = 1000 };

/* One order's way. */
struct way {
    struct record order;
    const struct zone *zone;
    struct span day;       /* in its warehouse */
    bool touched;          /* something happened to it on that day */
    int64_t at_ms[STAGES]; /* 0: not yet */
    struct order_clocks clocks;
    bool late[CLOCK_COUNT];
    bool held, unknown, failed, assumed;
    struct buf open;
};

struct totals {
    int64_t orders, shipped, assumed, denied, rejected, cancelled, held, unknown, failed,
        late;
};

struct report {
    const struct invocation *in;
    struct session session;
    struct report_day day;
    struct rows *rows;
    struct totals totals;
    struct arena memory; /* of one order */
};

/* ---- one order ---- */

static void reach(struct way *w, enum stage stage, int64_t at_ms)
{
    if (w->at_ms[stage] == 0)
        w->at_ms[stage] = at_ms;
}

/* How far a shipment had come by then. */
static void take_state(struct way *w, const struct entry *e)
{
    struct arena a;

    arena_init(&a);
    const struct json *detail =
        e->detail == NULL ? NULL : json_parse(&a, e->detail, e->detail_len, NULL);
    const enum shipment_state state =
        shipment_state_find(json_get_str(detail, "state", ""));
    if (state >= SHIPMENT_CONFIRMED && state <= SHIPMENT_DELIVERED)
        reach(w, STAGE_ACCEPTED, e->at_ms);
    if (state == SHIPMENT_SHIPPED || state == SHIPMENT_DELIVERED)
        reach(w, STAGE_PROVED, e->at_ms);
    arena_clear(&a);
}

static bool take_entry(void *arg, const struct entry *e)
{
    struct way *w = arg;

    if (span_has(&w->day, e->at_ms))
        w->touched = true;
    if (strcmp(e->what, "shipment.changed") == 0)
        take_state(w, e);
    if (strcmp(e->what, "order.accepted") == 0)
        reach(w, STAGE_ACCEPTED, e->at_ms);
    else if (strcmp(e->what, "label.ready") == 0)
        reach(w, STAGE_LABEL, e->at_ms);
    else if (strcmp(e->what, "order.shipped") == 0 ||
             strcmp(e->what, "order.denied") == 0 ||
             strcmp(e->what, "order.rejected") == 0)
        reach(w, STAGE_PROVED, e->at_ms);
    return true;
}

static void note_open(struct way *w, const struct effect *e, int64_t now_ms)
{
    const char *shown = effect_shown(e, now_ms);
    if (w->open.len > 0)
        buf_text(&w->open, "; ");
    buf_format(&w->open, "%s (effect %lld) %s%s%s", e->verb, (long long)e->id, shown,
               e->why[0] == '\0' ? "" : ": ", e->why);
    w->held = w->held || e->state == EFFECT_HELD;
    w->unknown = w->unknown || e->state == EFFECT_UNKNOWN;
    w->failed = w->failed || e->state == EFFECT_FAILED || e->state == EFFECT_REJECTED;
    w->assumed = w->assumed || strcmp(shown, "assumed") == 0;
}

/* A later effect of the same key took its place. */
static bool is_past(const struct effect *list, size_t count, const struct effect *e)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].kind == e->kind && list[i].revision > e->revision &&
            strcmp(list[i].key, e->key) == 0)
            return true;
    return false;
}

static enum err take_effects(struct report *r, struct way *w, struct fault *f)
{
    const struct effect_filter filter = {.record = w->order.id};
    struct effect *list;
    size_t count;

    enum err err = effect_list(r->session.store, &r->memory, &filter, &list, &count, f);
    for (size_t i = 0; err == ERR_OK && i < count; i++) {
        const struct effect *e = &list[i];
        if ((e->kind == EFFECT_SHIP || e->kind == EFFECT_STATUS) && e->sent_ms > 0)
            w->at_ms[STAGE_SENT] = e->sent_ms;
        if (e->state != EFFECT_SUCCEEDED && e->state != EFFECT_CANCELLED &&
            !is_past(list, count, e))
            note_open(w, e, r->day.now_ms);
    }
    return err;
}

/* Nothing is under way, and the order is not at its end. */
static const char *idle(const struct record *o)
{
    if ((o->flags & RECORD_OLD) != 0)
        return "older than `since`: left alone";
    if (o->kind == RECORD_SHIPMENT)
        return o->state <= SHIPMENT_ACCEPTED ? "nothing was decided yet" : "";
    if (o->state == ORDER_NEW)
        return "nothing was decided yet";
    return o->state == ORDER_ACCEPTED ? "nothing more was asked for yet" : "";
}

static enum err read_way(struct report *r, int64_t record, struct way *w, struct fault *f)
{
    const struct entry_filter log = {.record = record};

    enum err e = record_get(r->session.store, &r->memory, record, false, &w->order, f);
    if (e != ERR_OK)
        return e;
    w->zone = session_zone(&r->session, w->order.account, w->order.warehouse);
    report_day_in(&r->day, w->zone, &w->day);
    w->at_ms[STAGE_RECEIVED] = w->order.seen_ms;
    e = journal_each(r->session.store, &log, take_entry, w, f);
    if (e == ERR_OK && w->touched)
        e = take_effects(r, w, f);
    if (e == ERR_OK && w->touched)
        e = clocks_read(r->session.store, &w->order, &w->clocks, f);
    for (int k = 0; k < CLOCK_COUNT; k++)
        w->late[k] = clock_missed(&w->clocks, (enum clock_kind)k, r->day.now_ms);
    if (w->open.len == 0)
        buf_text(&w->open, idle(&w->order));
    return e;
}

static bool is_late(const struct way *w)
{
    for (int k = 0; k < CLOCK_COUNT; k++)
        if (w->late[k])
            return true;
    return false;
}

static void count_order(struct totals *t, enum order_state s)
{
    t->shipped += s == ORDER_SHIPPED || s == ORDER_DELIVERED;
    t->denied += s == ORDER_DENIED;
    t->rejected += s == ORDER_REJECTED;
    t->cancelled += s == ORDER_CANCELLED;
}

static void count_shipment(struct totals *t, enum shipment_state s)
{
    t->shipped += s == SHIPMENT_SHIPPED || s == SHIPMENT_DELIVERED;
    t->cancelled += s == SHIPMENT_CANCELLED;
}

static void count(struct totals *t, const struct way *w)
{
    t->orders++;
    if (w->order.kind == RECORD_SHIPMENT)
        count_shipment(t, (enum shipment_state)w->order.state);
    else
        count_order(t, (enum order_state)w->order.state);
    t->assumed += w->assumed;
    t->held += w->held;
    t->unknown += w->unknown;
    t->failed += w->failed;
    t->late += is_late(w);
}

/* ---- printing ---- */

static void show_late(struct report *r, const struct way *w)
{
    char text[64] = "";
    size_t len = 0;

    for (int k = 0; k < CLOCK_COUNT; k++)
        if (w->late[k])
            len += (size_t)snprintf(text + len, sizeof text - len, "%s%s",
                                    len > 0 ? ", " : "", clock_name((enum clock_kind)k));
    rows_text(r->rows, "late", text);
}

static void show(struct report *r, const struct way *w)
{
    static const char *const names[STAGES] = {"received", "accepted", "label", "sent",
                                              "proved"};
    rows_begin(r->rows);
    const bool order = w->order.kind == RECORD_ORDER;
    rows_text(r->rows, order ? "purchaseOrderNumber" : "shipmentId", w->order.name);
    rows_extra(r->rows, "account", w->order.account);
    rows_text(r->rows, "warehouse", w->order.warehouse);
    rows_text(r->rows, "state", record_state_name(w->order.kind, w->order.state));
    for (int i = 0; i < STAGES; i++)
        report_day_time(r->rows, w->zone, &w->day, names[i], w->at_ms[i]);
    show_late(r, w);
    rows_text(r->rows, "open", buf_str(&w->open));
    rows_end(r->rows);
}

static void print_totals(const struct report *r)
{
    const struct totals *t = &r->totals;
    report_day_zones(&r->session);
    printf("%lld orders: %lld shipped and proved, %lld assumed, %lld denied, %lld "
           "rejected, %lld cancelled, %lld held, %lld unknown, %lld failed, %lld late\n",
           (long long)t->orders, (long long)t->shipped, (long long)t->assumed,
           (long long)t->denied, (long long)t->rejected, (long long)t->cancelled,
           (long long)t->held, (long long)t->unknown, (long long)t->failed,
           (long long)t->late);
}

static void json_totals(const struct report *r)
{
    const struct totals *t = &r->totals;
    const struct {
        const char *name;
        int64_t count;
    } members[] = {{"orders", t->orders},     {"shipped", t->shipped},
                   {"assumed", t->assumed},   {"denied", t->denied},
                   {"rejected", t->rejected}, {"cancelled", t->cancelled},
                   {"held", t->held},         {"unknown", t->unknown},
                   {"failed", t->failed},     {"late", t->late}};
    printf("{\"totals\":{");
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        printf("%s\"%s\":%lld", i == 0 ? "" : ",", members[i].name,
               (long long)members[i].count);
    printf("}}\n");
}

/* ---- all of it ---- */

static enum err report_one(struct report *r, int64_t record, struct fault *f)
{
    struct way w = {0};

    arena_reset(&r->memory);
    buf_init(&w.open, OPEN_MAX);
    enum err e = read_way(r, record, &w, f);
    if (e == ERR_OK && w.touched && report_wants(r->in, &w.order)) {
        count(&r->totals, &w);
        show(r, &w);
    }
    buf_clear(&w.open);
    return e;
}

static enum err report_all(struct report *r, struct fault *f)
{
    struct span all;
    int64_t *ids = NULL;
    size_t found = 0;

    report_day_widest(&r->day, &r->session, &all);
    enum err e = report_find(r->session.store, &all, &ids, &found, f);
    for (size_t i = 0; e == ERR_OK && i < found; i++)
        e = report_one(r, ids[i], f);
    free(ids);
    return e;
}

static int print_report(struct report *r)
{
    static const char *const headings[] = {"order",    "warehouse", "state", "received",
                                           "accepted", "label",     "sent",  "proved",
                                           "late",     "open",      NULL};
    const bool json = flag_given(r->in, "json");
    struct fault f;

    r->rows = rows_new(json ? NULL : headings, stdout);
    arena_init(&r->memory);
    enum err e = report_all(r, &f);
    arena_clear(&r->memory);
    rows_print(r->rows, "nothing happened to any order on that day");
    if (e != ERR_OK)
        return complain_fault(r->in, &f);
    if (json)
        json_totals(r);
    else if (r->totals.orders > 0)
        print_totals(r);
    return EXIT_DONE;
}

static int print(struct report *r)
{
    if (flag_given(r->in, "observed"))
        return report_observed(r->in, &r->session, &r->day);
    if (flag_given(r->in, "methods"))
        return report_methods(r->in, &r->session, &r->day);
    return print_report(r);
}

static int report(const struct invocation *in)
{
    struct report r = {.in = in};
    int exit = report_day_read(in, &r.day);

    if (exit == EXIT_DONE && flag_given(in, "observed") && flag_given(in, "methods"))
        return complain(in, EXIT_USAGE, "--observed and --methods are two reports");
    if (exit == EXIT_DONE)
        exit = session_survey(in, &r.session);
    if (exit == EXIT_DONE)
        r.day.now_ms = clock_wall_ms(r.session.clock);
    if (exit == EXIT_DONE)
        exit = print(&r);
    session_close(&r.session);
    return exit;
}

const struct command command_report = {
    .name = "report",
    .arguments = "[DAY]",
    .summary =
        "a day's orders and shipments from received to proved, with what is open and why",
    .details =
        "DAY is 2026-11-23, today (the default) or yesterday, in the zone of each "
        "order's warehouse. "
        "An order belongs to every\nday on which something happened to it; so does a "
        "seller's shipment. `late` names the clocks that ran out: acknowledge (24 "
        "hours),\nlabel (30 minutes), ship (the "
        "required ship date), confirm (4 hours after the parcel left), scan\n(24 hours). "
        "With --json the last line holds the totals.\n--observed: for orders of "
        "warehouses "
        "with writes = \"observe\", each step that the rules planned, beside "
        "what\nAmazon "
        "shows of what people did: the same, something different, nothing yet, or "
        "unseen, "
        "since no list\nof Amazon's tells (scans, prints). A step that people did and no "
        "rule wanted is different, too.\n--methods: for each ship method the requests "
        "for "
        "labels that left on that day, how many labels came\nand after how many seconds, "
        "how many failed or are open, and what Amazon said to the last that failed.",
    .most = 1,
    .flags = flags,
    .run = report,
};
