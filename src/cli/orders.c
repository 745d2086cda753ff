/* `dray orders` and `dray shipments`: what is there, and where each stands. */
#include <string.h>

#include "base/json.h"
#include "cli/choice.h"
#include "cli/command.h"
#include "cli/rows.h"
#include "cli/session.h"
#include "store/record.h"
#include "workflow/clocks.h"

#define FLAG_IMPORTED                                                                    \
    {                                                                                    \
        "imported", 0, NULL, false, "those that `dray import` brought, and no others"    \
    }

static const struct flag order_flags[] = {
    FLAG_PROJECT,
    FLAG_STATE,
    {"account", 'a', "NAME", false, "only this account's"},
    {"warehouse", 'w', "CODE", false, "only this warehouse's"},
    {"order-state", 's', "STATE", true, "only these: new, accepted, shipped, denied …"},
    {"due", 'd', "WHEN", false,
     "today: to be shipped today, in the warehouse's zone; late: a clock ran out"},
    FLAG_IMPORTED,
    {"limit", 'n', "COUNT", false, "at most so many"},
    FLAG_JSON,
    FLAG_END,
};

static const struct flag shipment_flags[] = {
    FLAG_PROJECT,
    FLAG_STATE,
    {"account", 'a', "NAME", false, "only this account's"},
    {"location", 'w', "ID", false, "only this location's"},
    {"shipment-state", 's', "STATE", true,
     "only these: created, accepted, confirmed, package_created …"},
    {"due", 'd', "WHEN", false,
     "today: to be shipped today, in the location's zone; late: the time is over"},
    FLAG_IMPORTED,
    {"limit", 'n', "COUNT", false, "at most so many"},
    FLAG_JSON,
    FLAG_END,
};

/* What differs between the two. */
static const struct subject {
    enum record_kind kind;
    const char *place_flag, *state_flag; /* names of flags */
    const char *id, *place, *made;       /* members of JSON */
    const char *none;
    const char *const headings[9];
} subjects[] = {
    [RECORD_ORDER] = {RECORD_ORDER,
                      "warehouse",
                      "order-state",
                      "purchaseOrderNumber",
                      "warehouse",
                      "ordered",
                      "no orders",
                      {"order", "account", "warehouse", "state", "Amazon", "ordered",
                       "ship by", "clock", NULL}},
    [RECORD_SHIPMENT] = {RECORD_SHIPMENT,
                         "location",
                         "shipment-state",
                         "shipmentId",
                         "location",
                         "created",
                         "no shipments",
                         {"shipment", "account", "location", "state", "Amazon", "created",
                          "ship by", "clock", NULL}},
};

enum due { DUE_ANY, DUE_TODAY, DUE_LATE, DUE_UNKNOWN };

struct listing_of {
    const struct subject *subject;
    struct session *session;
    struct rows *rows;
    enum due due;
    int64_t now_ms;
    long left; /* rows until the limit; < 0: no limit */
    enum err err;
    struct fault *fault;
};

/* The local day of the order's warehouse holds its ship date, and it is not shipped. */
static bool due_today(const struct listing_of *l, const struct record *r,
                      const struct order_clocks *c)
{
    int64_t begin = l->now_ms - l->now_ms % MS_DAY, end = begin + MS_DAY;
    const struct zone *zone = session_zone(l->session, r->account, r->warehouse);

    if (zone != NULL)
        zone_day(zone, l->now_ms, &begin, &end);
    return c->of[CLOCK_SHIP].due_ms != 0 && c->of[CLOCK_SHIP].met_ms == 0 &&
           r->ship_by_ms >= begin && r->ship_by_ms < end;
}

/* "ship, 2h 5m late", "acknowledge in 3h" */
static void clock_text(const struct listing_of *l, const struct order_clocks *c,
                       enum clock_kind k, struct buf *out)
{
    char span[INSTANT_TEXT];
    const int64_t minute = (c->of[k].due_ms - l->now_ms) / MS_MINUTE;
    const bool late = clock_missed(c, k, l->now_ms);

    duration_format((minute < 0 ? -minute : minute) * MS_MINUTE, span);
    buf_format(out, late ? "%s, %s late" : "%s in %s", clock_name(k), span);
}

/* The open clock that runs out next, behind those that did. */
static enum clock_kind upcoming(const struct listing_of *l, const struct order_clocks *c)
{
    struct order_clocks rest = *c;
    for (int k = 0; k < CLOCK_COUNT; k++)
        if (clock_missed(c, (enum clock_kind)k, l->now_ms))
            rest.of[k].due_ms = 0;
    return clocks_next(&rest);
}

/* What is late, and what will be next: "ship, 2h 5m late; confirm in 3h", "-". */
static void show_clock(struct listing_of *l, const struct order_clocks *c)
{
    const enum clock_kind first = clocks_next(c), next = upcoming(l, c);
    struct buf text;

    if (first == CLOCK_COUNT) {
        rows_cell(l->rows, "-");
        return;
    }
    buf_init(&text, 1024);
    clock_text(l, c, first, &text);
    if (next != first && next != CLOCK_COUNT) {
        buf_text(&text, "; ");
        clock_text(l, c, next, &text);
    }
    rows_cell(l->rows, buf_str(&text));
    buf_clear(&text);
    rows_extra(l->rows, "clock", clock_name(first));
    rows_extra_time(l->rows, "due", c->of[first].due_ms);
    rows_extra_flag(l->rows, "late", clock_missed(c, first, l->now_ms));
    if (next != first && next != CLOCK_COUNT) {
        rows_extra(l->rows, "nextClock", clock_name(next));
        rows_extra_time(l->rows, "nextDue", c->of[next].due_ms);
    }
}

static void show_order(struct listing_of *l, const struct record *r,
                       const struct order_clocks *c)
{
    struct rows *rows = l->rows;
    rows_begin(rows);
    const struct subject *s = l->subject;
    rows_text(rows, s->id, r->name);
    rows_text(rows, "account", r->account);
    rows_text(rows, s->place, r->warehouse);
    rows_text(rows, "state", record_state_name(s->kind, r->state));
    rows_text(rows, "status", r->status);
    rows_time(rows, s->made, r->ordered_ms);
    rows_time(rows, "shipBy", r->ship_by_ms);
    show_clock(l, c);
    rows_end(rows);
}

static bool wanted(const struct listing_of *l, const struct record *r,
                   const struct order_clocks *c)
{
    const enum clock_kind next = clocks_next(c);
    if (l->due == DUE_TODAY)
        return due_today(l, r, c);
    return l->due == DUE_ANY || (next < CLOCK_COUNT && clock_missed(c, next, l->now_ms));
}

static bool print_order(void *arg, const struct record *r)
{
    struct listing_of *l = arg;
    struct order_clocks clocks;

    l->err = clocks_read(l->session->store, r, &clocks, l->fault);
    if (l->err != ERR_OK)
        return false;
    if (!wanted(l, r, &clocks))
        return true;
    show_order(l, r, &clocks);
    return l->left < 0 || --l->left > 0;
}

static int read_due(const struct invocation *in, enum due *due)
{
    const char *word = flag_text(in, "due", NULL);
    *due = word == NULL                 ? DUE_ANY
           : strcmp(word, "today") == 0 ? DUE_TODAY
           : strcmp(word, "late") == 0  ? DUE_LATE
                                        : DUE_UNKNOWN;
    if (*due == DUE_UNKNOWN)
        return complain(in, EXIT_USAGE, "--due %s: expected today or late", word);
    return EXIT_DONE;
}

static int list(const struct invocation *in, const struct subject *subject,
                struct session *s, const struct record_filter *filter, enum due due,
                long limit)
{
    struct fault f;
    const char *const *headings = flag_given(in, "json") ? NULL : subject->headings;
    struct listing_of l = {.subject = subject,
                           .session = s,
                           .rows = rows_new(headings, stdout),
                           .due = due,
                           .now_ms = clock_wall_ms(s->clock),
                           .left = limit == 0 ? -1 : limit,
                           .fault = &f};
    enum err e = record_each(s->store, filter, print_order, &l, &f);

    rows_print(l.rows, subject->none);
    return e == ERR_OK && l.err == ERR_OK ? EXIT_DONE : complain_fault(in, &f);
}

static int list_kind(const struct invocation *in, enum record_kind kind)
{
    const struct subject *subject = &subjects[kind];
    struct session s = {0};
    long limit;
    enum due due;
    struct record_filter filter = {.kind = kind,
                                   .with_old = true,
                                   .account = flag_text(in, "account", NULL),
                                   .warehouse = flag_text(in, subject->place_flag, NULL)};

    if (!flag_number(in, "limit", 1, 1000000000, 0, &limit))
        return EXIT_USAGE;
    filter.with_imported = flag_given(in, "imported");
    filter.flags = filter.with_imported ? RECORD_IMPORTED : 0;
    int exit =
        choice_record_states(in, subject->state_flag, subject->kind, &filter.states);
    if (exit == EXIT_DONE)
        exit = read_due(in, &due);
    if (exit == EXIT_DONE)
        exit = due == DUE_TODAY ? session_survey(in, &s) : session_look(in, &s);
    if (exit == EXIT_DONE)
        exit = list(in, subject, &s, &filter, due, limit);
    session_close(&s);
    return exit;
}

static int orders(const struct invocation *in)
{
    return list_kind(in, RECORD_ORDER);
}

static int shipments(const struct invocation *in)
{
    return list_kind(in, RECORD_SHIPMENT);
}

const struct command command_orders = {
    .name = "orders",
    .arguments = "",
    .summary = "the orders that are there, and where each stands",
    .details =
        "`clock` is what is late, and what Amazon measures next: acknowledge within "
        "24 hours, a\nlabel within 30 minutes, ship by the required ship date, "
        "confirm within 4 hours after the\nparcel left, scan the own carrier's "
        "parcels every 24 hours until they arrived.",
    .flags = order_flags,
    .run = orders,
};

const struct command command_shipments = {
    .name = "shipments",
    .arguments = "",
    .summary = "a seller's shipments that are there, and where each stands",
    .details = "The state is Amazon's own. `clock` is the time by which it expects the "
               "shipment to leave.",
    .flags = shipment_flags,
    .run = shipments,
};
