/* `dray report DAY --observed`: what dray would have done while it only observed, beside
 * what people did. */
#include "cli/report_observed.h"

#include <stdlib.h>
#include <string.h>

#include "cli/report_find.h"
#include "store/journal.h"
#include "workflow/observed.h"

struct totals {
    int64_t orders, is[OBSERVED_COUNT];
};

struct comparison {
    const struct invocation *in;
    const struct session *session;
    const struct report_day *day;
    struct rows *rows;
    struct arena memory; /* of one order */
    struct totals totals;
};

/* ---- one order ---- */

static bool is_on_day(void *arg, const struct entry *e)
{
    struct span *day = arg;
    if (!span_has(day, e->at_ms))
        return true;
    day->end_ms = day->begin_ms; /* found: nothing more is wanted */
    return false;
}

static enum err was_touched(struct store *s, int64_t record, struct span day, bool *yes,
                            struct fault *f)
{
    const struct entry_filter filter = {.record = record};
    const enum err e = journal_each(s, &filter, is_on_day, &day, f);
    *yes = day.end_ms == day.begin_ms;
    return e;
}

/* Its warehouse only observes now. */
static bool is_observed(const struct comparison *c, const struct record *r)
{
    const struct project *p = c->session->project;
    for (size_t i = 0; i < p->account_count; i++) {
        const struct warehouse *w = account_warehouse(p->accounts[i], r->warehouse);
        if (strcmp(p->accounts[i]->id, r->account) == 0)
            return w != NULL && w->writes == WRITES_OBSERVE;
    }
    return false;
}

static void show(struct comparison *c, const struct record *r, const struct zone *zone,
                 const struct span *day, const struct observed *o)
{
    const bool order = r->kind == RECORD_ORDER;

    rows_begin(c->rows);
    rows_text(c->rows, order ? "purchaseOrderNumber" : "shipmentId", r->name);
    rows_extra(c->rows, "account", r->account);
    rows_text(c->rows, "warehouse", r->warehouse);
    rows_text(c->rows, "step", o->step);
    rows_text(c->rows, "dray", o->verb);
    report_day_time(c->rows, zone, day, "planned", o->planned_ms);
    rows_text(c->rows, "people", o->people);
    report_day_time(c->rows, zone, day, "seen", o->seen_ms);
    rows_text(c->rows, "is", observed_name(o->is));
    rows_text(c->rows, "by", o->by);
    rows_end(c->rows);
}

static bool any_planned(const struct observed *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].verb[0] != '\0')
            return true;
    return false;
}

static enum err compare(struct comparison *c, const struct record *r,
                        const struct zone *zone, const struct span *day, struct fault *f)
{
    struct observed *list;
    size_t count;

    const enum err e = observed_list(c->session->store, &c->memory, r, &list, &count, f);
    if (e != ERR_OK || (!is_observed(c, r) && !any_planned(list, count)))
        return e;
    c->totals.orders += count > 0;
    for (size_t i = 0; i < count; i++) {
        c->totals.is[list[i].is]++;
        show(c, r, zone, day, &list[i]);
    }
    return e;
}

static enum err compare_one(struct comparison *c, int64_t record, struct fault *f)
{
    struct store *s = c->session->store;
    struct record r;
    struct span day;
    bool touched = false;

    arena_reset(&c->memory);
    enum err e = record_get(s, &c->memory, record, false, &r, f);
    if (e != ERR_OK || !report_wants(c->in, &r))
        return e;
    const struct zone *zone = session_zone(c->session, r.account, r.warehouse);
    report_day_in(c->day, zone, &day);
    e = was_touched(s, record, day, &touched, f);
    return e == ERR_OK && touched ? compare(c, &r, zone, &day, f) : e;
}

/* ---- all of them ---- */

static enum err compare_all(struct comparison *c, struct fault *f)
{
    struct span all;
    int64_t *ids = NULL;
    size_t found = 0;

    report_day_widest(c->day, c->session, &all);
    enum err e = report_find(c->session->store, &all, &ids, &found, f);
    for (size_t i = 0; e == ERR_OK && i < found; i++)
        e = compare_one(c, ids[i], f);
    free(ids);
    return e;
}

static void print_totals(const struct comparison *c, bool json)
{
    const struct totals *t = &c->totals;
    if (json) {
        printf("{\"totals\":{\"orders\":%lld,\"same\":%lld,\"different\":%lld,\"notYet\":"
               "%lld,\"unseen\":%lld}}\n",
               (long long)t->orders, (long long)t->is[OBSERVED_SAME],
               (long long)t->is[OBSERVED_DIFFERENT], (long long)t->is[OBSERVED_NOT_YET],
               (long long)t->is[OBSERVED_UNSEEN]);
        return;
    }
    if (t->orders == 0)
        return;
    report_day_zones(c->session);
    printf(
        "%lld orders: %lld steps the same, %lld different, %lld not yet done by people, "
        "%lld unseen\n",
        (long long)t->orders, (long long)t->is[OBSERVED_SAME],
        (long long)t->is[OBSERVED_DIFFERENT], (long long)t->is[OBSERVED_NOT_YET],
        (long long)t->is[OBSERVED_UNSEEN]);
}

int report_observed(const struct invocation *in, struct session *s,
                    const struct report_day *day)
{
    static const char *const headings[] = {"order",   "warehouse", "step", "dray would",
                                           "at",      "people",    "seen", "is",
                                           "by rule", NULL};
    const bool json = flag_given(in, "json");
    struct comparison c = {.in = in, .session = s, .day = day};
    struct fault f;

    c.rows = rows_new(json ? NULL : headings, stdout);
    arena_init(&c.memory);
    const enum err e = compare_all(&c, &f);
    arena_clear(&c.memory);
    rows_print(c.rows, "nothing was planned without being sent on that day");
    if (e != ERR_OK)
        return complain_fault(in, &f);
    print_totals(&c, json);
    return EXIT_DONE;
}
