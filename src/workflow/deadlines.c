/* Clocks as events. */
#include "workflow/deadlines.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "store/deadline.h"
#include "workflow/clocks.h"
#include "workflow/round.h"

enum {
    AT_ONCE = 200, /* orders a round */
    SOON_MS = 5 * MS_MINUTE
};
/* A parcel that nobody scanned for so long is not asked for any more. */
static const int64_t scans_end_ms = 30 * (int64_t)MS_DAY;

struct deadlines {
    struct host *host;
    struct round_guest guest;
    struct timer timer;
    int64_t next_ms; /* UTC; an order may be due by then */
};

/* ---- what starts clocks ---- */

static int64_t near_of(const struct host *h, const struct record *r, enum clock_kind k)
{
    const struct account *a = host_account(h, r->account);
    return a == NULL ? clock_limit_ms(k) : a->near_ms[k];
}

static enum err wake(struct host *h, int64_t record, int64_t at_ms, struct fault *f)
{
    if (h->deadlines != NULL && at_ms < h->deadlines->next_ms)
        h->deadlines->next_ms = at_ms;
    return deadline_wake(h->store, record, at_ms, f);
}

/* To be acknowledged, and to be shipped. */
static enum err wake_order(struct host *h, const struct record *r, struct fault *f)
{
    int64_t at = INT64_MAX;
    if (r->ordered_ms > 0)
        at = r->ordered_ms + near_of(h, r, CLOCK_ACKNOWLEDGE);
    if (r->ship_by_ms > 0 && r->ship_by_ms - near_of(h, r, CLOCK_SHIP) < at)
        at = r->ship_by_ms - near_of(h, r, CLOCK_SHIP);
    if (at == INT64_MAX || (r->flags & RECORD_OLD) != 0)
        return ERR_OK;
    return wake(h, r->id, at, f);
}

/* To be shipped. */
static enum err wake_shipment(struct host *h, const struct record *r, struct fault *f)
{
    if (r->ship_by_ms <= 0 || (r->flags & RECORD_OLD) != 0)
        return ERR_OK;
    return wake(h, r->id, r->ship_by_ms - near_of(h, r, CLOCK_SHIP), f);
}

enum err deadlines_hear(struct host *h, const struct record *r, const char *what,
                        struct fault *f)
{
    if (r->kind == RECORD_SHIPMENT)
        return strncmp(what, "shipment.", 9) == 0 ? wake_shipment(h, r, f) : ERR_OK;
    if (strcmp(what, "order.new") == 0 || strcmp(what, "order.changed") == 0)
        return wake_order(h, r, f);
    if (strcmp(what, "picked_up") == 0 || strcmp(what, "order.adopted") == 0)
        return wake(h, r->id, host_now(h), f);
    if (strcmp(what, "order.shipped") == 0 && (r->flags & RECORD_OWN_LABEL) != 0)
        return wake(h, r->id, host_now(h) + near_of(h, r, CLOCK_SCAN), f);
    return ERR_OK;
}

enum err deadlines_hear_effect(struct host *h, const struct effect *e, struct fault *f)
{
    const struct account *a = host_account(h, e->account);
    if (e->kind == EFFECT_LABEL && e->state == EFFECT_ACCEPTED && a != NULL)
        return wake(h, e->record, host_now(h) + a->near_ms[DEADLINE_LABEL], f);
    if (e->kind == EFFECT_SHIP && e->sends == 0 && !effect_state_final(e->state))
        return wake(h, e->record, host_now(h) + SOON_MS, f);
    return ERR_OK;
}

/* ---- looking at one order ---- */

/* What one look found: when to look again. */
struct look {
    struct host *host;
    struct arena memory;
    struct record row;
    int64_t now_ms, again_ms;
    bool open; /* a clock still runs, or ran out unmet */
};

static void look_by(struct look *l, int64_t at_ms)
{
    if (at_ms < l->again_ms)
        l->again_ms = at_ms;
}

static enum err tell(struct look *l, const struct clock_run *c, int64_t due_ms,
                     bool missed, struct fault *f)
{
    struct arena *a = &l->memory;
    char at[INSTANT_TEXT];
    bool fresh;
    const struct deadline_word word = {.record = l->row.id,
                                       .kind = (int)c->kind,
                                       .missed = missed,
                                       .due_ms = due_ms,
                                       .package = c->package};

    enum err e = deadline_say(l->host->store, &word, &fresh, f);
    if (e != ERR_OK || !fresh)
        return e;
    struct json *detail = json_object(a);
    struct json *deadline = json_set(a, detail, "deadline", json_object(a));
    instant_format(due_ms, at);
    json_set_str(a, deadline, "kind", clock_name(c->kind));
    json_set_str(a, deadline, "at", at);
    json_set_str(a, deadline, "package", c->package[0] == '\0' ? NULL : c->package);
    return host_event(l->host, &l->row, missed ? "deadline.missed" : "deadline.near",
                      detail, f);
}

/* Of scans: one every day; the last one that is over, or the first. */
static int64_t due_of(const struct look *l, const struct clock_run *c)
{
    const int64_t limit = clock_limit_ms(CLOCK_SCAN);
    if (c->kind != CLOCK_SCAN || l->now_ms < c->due_ms)
        return c->due_ms;
    return c->due_ms + (l->now_ms - c->due_ms) / limit * limit;
}

static enum err look_at_run(struct look *l, const struct clock_run *c, struct fault *f)
{
    const int64_t due = due_of(l, c), near = near_of(l->host, &l->row, c->kind);
    const int64_t warn =
        c->kind == CLOCK_SHIP ? due - near : due - clock_limit_ms(c->kind) + near;

    if (c->met_ms != 0 || (c->kind == CLOCK_SCAN && l->now_ms > c->due_ms + scans_end_ms))
        return ERR_OK;
    l->open = true;
    if (l->now_ms >= due) {
        if (c->kind == CLOCK_SCAN)
            look_by(l, due + clock_limit_ms(CLOCK_SCAN));
        return tell(l, c, due, true, f);
    }
    look_by(l, l->now_ms >= warn ? due : warn);
    return l->now_ms >= warn ? tell(l, c, due, false, f) : ERR_OK;
}

static enum err look_in(struct look *l, struct fault *f)
{
    struct clock_run *list;
    size_t count;
    enum err e = clocks_list(l->host->store, &l->memory, &l->row, &list, &count, f);
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = look_at_run(l, &list[i], f);
    if (e == ERR_OK && !l->open)
        e = deadline_over(l->host->store, l->row.id, f);
    else if (e == ERR_OK)
        e = deadline_set(l->host->store, l->row.id, l->again_ms, f);
    return e;
}

static enum err look_at(struct host *h, int64_t record, struct fault *f)
{
    struct look l = {.host = h, .now_ms = host_now(h), .again_ms = INT64_MAX};
    arena_init(&l.memory);
    enum err e = record_get(h->store, &l.memory, record, false, &l.row, f);
    if (e == ERR_OK)
        e = look_in(&l, f);
    arena_clear(&l.memory);
    return e;
}

/* ---- in rounds ---- */

static void on_timer(void *arg)
{
    (void)arg; /* the round looks at the time itself */
}

static enum err look_at_due(struct deadlines *d, struct fault *f)
{
    struct host *h = d->host;
    int64_t records[AT_ONCE];
    size_t count = AT_ONCE;
    enum err e = deadline_due(h->store, host_now(h), records, &count, f);
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = look_at(h, records[i], f);
    return e == ERR_OK ? deadline_next(h->store, &d->next_ms, f) : e;
}

static void step(void *arg)
{
    struct deadlines *d = arg;
    struct fault f;
    if (host_now(d->host) >= d->next_ms && look_at_due(d, &f) != ERR_OK)
        host_trouble(d->host, &f);
    if (d->next_ms != INT64_MAX)
        timer_set(d->host->loop, &d->timer, host_mono(d->host, d->next_ms), on_timer, d);
    else
        timer_stop(d->host->loop, &d->timer);
}

static bool busy(void *arg)
{
    const struct deadlines *d = arg;
    return !deadlines_settled(d);
}

void deadlines_begin(struct host *h)
{
    if (h->deadlines != NULL)
        return;
    struct deadlines *d = mem_new(sizeof *d);
    d->host = h;
    d->guest.party = (struct round_party){.step = step, .busy = busy, .arg = d};
    round_join(h, &d->guest);
    h->deadlines = d;
}

void deadlines_free(struct deadlines *d)
{
    if (d == NULL)
        return;
    round_leave(d->host, &d->guest);
    timer_stop(d->host->loop, &d->timer);
    free(d);
}

bool deadlines_settled(const struct deadlines *d)
{
    return d == NULL || host_now(d->host) < d->next_ms;
}
