/* Which list of which account is asked when. */
#include "workflow/rhythm.h"

#include <stdlib.h>

#include "base/mem.h"
#include "workflow/poller.h"
#include "workflow/round.h"

enum {
    AGAIN_MS = MS_MINUTE, /* after a list that could not be had */
    APART_MS = 50         /* between the beginnings of accounts */
};

/* Orders that wait for a slip, or for an invoice: accepted by Amazon, not shipped. */
enum { STATES_OPEN = 1u << ORDER_ACCEPTED | 1u << ORDER_CONFIRMING };

typedef enum err wanted_fn(struct host *h, const struct account *a, bool *yes,
                           struct fault *f);

static enum err any_order(struct host *h, const struct account *a, unsigned flags,
                          bool *yes, struct fault *f)
{
    const struct record_filter filter = {.kind = RECORD_ORDER,
                                         .account = a->id,
                                         .states = STATES_OPEN,
                                         .flags = flags,
                                         .limit = 1};
    int64_t count = 0;
    enum err e = record_count(h->store, &filter, &count, f);
    *yes = count > 0;
    return e;
}

static enum err wants_slip(struct host *h, const struct account *a, bool *yes,
                           struct fault *f)
{
    return any_order(h, a, RECORD_SLIP, yes, f);
}

static enum err wants_invoice(struct host *h, const struct account *a, bool *yes,
                              struct fault *f)
{
    return any_order(h, a, RECORD_INVOICED, yes, f);
}

/* A label was asked for and is not there yet. */
static enum err wants_label(struct host *h, const struct account *a, bool *yes,
                            struct fault *f)
{
    const struct effect_filter filter = {
        .account = a->id,
        .kinds = 1u << EFFECT_LABEL,
        .states = 1u << EFFECT_SENDING | 1u << EFFECT_ACCEPTED | 1u << EFFECT_UNKNOWN,
        .limit = 1};
    return effect_any(h->store, &filter, yes, f);
}

/* How often each list is asked: every `often_ms`, and while nothing wants it only every
 * `seldom_ms`. Labels are due within 15 minutes of their request, and a slip or an
 * invoice lies in the box that waits for it. */
static const struct beat {
    enum program program;
    enum poll_kind kind;
    int64_t often_ms, seldom_ms;
    wanted_fn *wanted; /* NULL: always */
} beats[] = {
    {PROGRAM_VENDOR, POLL_ORDERS, 5 * MS_MINUTE, 5 * MS_MINUTE, NULL},
    {PROGRAM_VENDOR, POLL_ACCEPTED, MS_HOUR, MS_HOUR, NULL},
    {PROGRAM_VENDOR, POLL_SHIPPED, MS_HOUR, MS_HOUR, NULL},
    {PROGRAM_VENDOR, POLL_CANCELLED, MS_HOUR, MS_HOUR, NULL},
    {PROGRAM_VENDOR, POLL_LABELS, 5 * MS_MINUTE, MS_HOUR, wants_label},
    {PROGRAM_VENDOR, POLL_SLIPS, 5 * MS_MINUTE, MS_HOUR, wants_slip},
    {PROGRAM_VENDOR, POLL_INVOICES, 5 * MS_MINUTE, MS_HOUR, wants_invoice},
    {PROGRAM_EXTERNAL, POLL_SHIPMENTS, 5 * MS_MINUTE, 5 * MS_MINUTE, NULL},
    {PROGRAM_EXTERNAL, POLL_PROGRESS, 10 * MS_MINUTE, 10 * MS_MINUTE, NULL},
};
enum { BEATS = sizeof beats / sizeof beats[0] };

/* One list of one account. */
struct turn {
    struct rhythm *rhythm;
    struct account *account;
    const struct beat *beat;
    int64_t due_ms;   /* monotonic; looked at then */
    int64_t asked_ms; /* monotonic */
    struct poll_wait *wait;
    bool answered; /* at least once */
    bool failed;   /* the last time */
};

struct rhythm {
    struct host *host;
    struct round_guest guest;
    struct timer timer;
    bool awake;
    struct turn *turns;
    size_t count;
};

static void wake(void *arg)
{
    struct rhythm *r = arg;
    r->awake = true;
}

static void add_turns(struct rhythm *r, size_t nth)
{
    struct account *a = r->host->accounts[nth];
    const int64_t first = clock_mono_ms(r->host->clock) + (int64_t)nth * APART_MS;

    for (size_t b = 0; b < BEATS; b++)
        if (beats[b].program == a->program)
            r->turns[r->count++] = (struct turn){
                .rhythm = r, .account = a, .beat = &beats[b], .due_ms = first};
}

void rhythm_free(struct rhythm *r)
{
    if (r == NULL)
        return;
    for (size_t i = 0; i < r->count; i++)
        if (r->turns[i].wait != NULL)
            poller_withdraw(r->turns[i].wait);
    round_leave(r->host, &r->guest);
    timer_stop(r->host->loop, &r->timer);
    free(r->turns);
    free(r);
}

/* ---- one list ---- */

static int64_t often_ms(const struct turn *t)
{
    return account_poll_ms(t->account, poll_name(t->beat->kind), t->beat->often_ms);
}

static void set_due(struct turn *t, int64_t after_ms)
{
    t->due_ms = clock_mono_ms(t->rhythm->host->clock) + after_ms;
    t->rhythm->awake = true; /* the timer is set anew */
}

static void answered(void *arg, const struct poll_end *end)
{
    struct turn *t = arg;
    const int64_t often = often_ms(t);

    t->wait = NULL;
    t->answered = true;
    t->failed = end->err != ERR_OK;
    set_due(t, t->failed && often > AGAIN_MS ? AGAIN_MS : often);
}

static enum err look(struct turn *t, int64_t now_ms, struct fault *f)
{
    struct host *h = t->rhythm->host;
    const int64_t age = now_ms - t->asked_ms;
    bool wanted =
        t->beat->wanted == NULL || !t->answered || t->failed || age >= t->beat->seldom_ms;
    enum err e = wanted ? ERR_OK : t->beat->wanted(h, t->account, &wanted, f);

    if (e != ERR_OK)
        return e;
    if (!wanted) {
        set_due(t, often_ms(t));
        return ERR_OK;
    }
    t->asked_ms = now_ms;
    t->wait = poller_ask(h->poller, t->account, t->beat->kind, answered, t);
    return ERR_OK;
}

/* ---- all of them ---- */

static void set_timer(struct rhythm *r)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < r->count; i++)
        if (r->turns[i].wait == NULL && r->turns[i].due_ms < next)
            next = r->turns[i].due_ms;
    if (next != INT64_MAX)
        timer_set(r->host->loop, &r->timer, next, wake, r);
}

static void step(void *arg)
{
    struct rhythm *r = arg;
    const int64_t now = clock_mono_ms(r->host->clock);
    struct fault f;
    enum err e = ERR_OK;

    if (!r->awake)
        return;
    r->awake = false;
    for (size_t i = 0; i < r->count && e == ERR_OK; i++)
        if (r->turns[i].wait == NULL && r->turns[i].due_ms <= now)
            e = look(&r->turns[i], now, &f);
    set_timer(r);
    if (e != ERR_OK)
        host_trouble(r->host, &f);
}

static bool is_busy(void *arg)
{
    const struct rhythm *r = arg;
    return r->awake;
}

void rhythm_begin(struct host *h)
{
    struct rhythm *r = mem_new(sizeof *r);
    r->host = h;
    r->awake = true;
    r->turns = mem_array(h->account_count * BEATS, sizeof *r->turns);
    for (size_t i = 0; i < h->account_count; i++)
        add_turns(r, i);
    r->guest.party = (struct round_party){step, NULL, is_busy, r};
    round_join(h, &r->guest);
    h->rhythm = r;
}

void rhythm_renew(struct host *h)
{
    struct rhythm *r = h->rhythm;
    if (r == NULL)
        return;
    for (size_t i = 0; i < r->count; i++) {
        struct turn *t = &r->turns[i];
        if (t->answered && !t->failed)
            t->due_ms = t->asked_ms + often_ms(t);
    }
    r->awake = true;
}

bool rhythm_settled(const struct rhythm *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (!r->turns[i].answered)
            return false;
    return true;
}

size_t rhythm_failures(const struct rhythm *r)
{
    size_t failures = 0;
    for (size_t i = 0; i < r->count; i++)
        failures += r->turns[i].failed;
    return failures;
}
