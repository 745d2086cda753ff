/* Finds out what became of what was sent. */
#include "workflow/prover.h"

#include <stdlib.h>

#include "base/mem.h"
#include "workflow/external.h"
#include "workflow/external_look.h"
#include "workflow/lookup.h"
#include "workflow/poller.h"
#include "workflow/proof.h"
#include "workflow/vendor.h"
#include "workflow/wall.h"

enum {
    SOONER_CHECKS = 30, /* looks that `poll` may hasten */
    ALL_KINDS = (1 << EFFECT_KIND_COUNT) - 1
};

struct prover {
    struct host *host;
    struct timer timer;
    struct wall wall;
    bool awake;
    LIST_HEAD(, prover_wait) waits;
};

static void wake(void *arg)
{
    struct prover *p = arg;
    p->awake = true;
}

struct prover *prover_new(struct host *h)
{
    struct prover *p = mem_new(sizeof *p);
    p->host = h;
    p->awake = true;
    LIST_INIT(&p->waits);
    wall_init(&p->wall, h);
    return p;
}

void prover_free(struct prover *p)
{
    if (p == NULL)
        return;
    lookup_forget(p->host);
    external_forget(p->host);
    timer_stop(p->host->loop, &p->timer);
    free(p);
}

void prover_wake(struct prover *p, int64_t when_ms)
{
    int64_t mono = host_mono(p->host, when_ms);
    if (when_ms == INT64_MAX)
        return;
    if (mono <= clock_mono_ms(p->host->clock))
        p->awake = true;
    else if (p->timer.slot == 0 || p->timer.due_ms > mono)
        timer_set(p->host->loop, &p->timer, mono, wake, p);
}

int64_t prover_quiet(enum effect_kind kind, int64_t sent_ms)
{
    return flow_of(kind)->quiet(kind, sent_ms);
}

/* Somebody waits for it, or for everything. */
static bool awaited(const struct host *h, const struct effect *e)
{
    const struct prover_wait *w;
    LIST_FOREACH(w, &h->prover->waits, link)
    if (e != NULL && w->effect == e->id)
        return true;
    return h->eager > 0;
}

/* `poll = { transactions = "5s" }` of an account asks sooner, for a while. */
static int64_t sooner(const struct host *h, const struct effect *e, int64_t checks,
                      int64_t next_ms)
{
    const struct account *a = e == NULL ? NULL : host_account(h, e->account);
    if (a == NULL || checks >= SOONER_CHECKS)
        return next_ms;
    const int64_t every_ms = account_poll_ms(a, "transactions", next_ms);
    return every_ms < next_ms ? every_ms : next_ms;
}

int64_t prover_next(const struct host *h, const struct effect *e, int64_t checks)
{
    static const int64_t waited[] = {0, 1 * MS_SECOND, 2 * MS_SECOND, 5 * MS_SECOND};
    static const int64_t calm[] = {1 * MS_MINUTE,  2 * MS_MINUTE,  5 * MS_MINUTE,
                                   10 * MS_MINUTE, 15 * MS_MINUTE, 60 * MS_MINUTE};
    enum {
        WAITED = sizeof waited / sizeof waited[0],
        CALM = sizeof calm / sizeof calm[0]
    };
    const bool soon = awaited(h, e);

    if (soon && checks < WAITED)
        return host_now(h) + waited[checks];
    if (soon)
        checks -= WAITED; /* what is not there in seconds is there in minutes */
    const int64_t next = calm[checks < CALM ? checks : CALM - 1];
    return host_now(h) + sooner(h, e, checks, next);
}

enum err prover_later(struct host *h, struct effect *e, bool checked, int64_t next_ms,
                      struct fault *f)
{
    const struct effect_change change = {
        .to = e->state, .next_ms = next_ms, .checked = checked};
    return host_move(h, e, &change, f);
}

/* Somebody begins to wait for it: it is asked about at once, however often it was asked
 * about before. */
static enum err look_now(struct host *h, struct effect *e, struct fault *f)
{
    const struct effect_change change = {
        .to = e->state, .next_ms = host_now(h), .anew = true};
    if ((e->state != EFFECT_ACCEPTED && e->state != EFFECT_WAITING) ||
        e->next_ms == INT64_MAX || (e->checks == 0 && e->next_ms <= host_now(h)))
        return ERR_OK;
    return host_move(h, e, &change, f);
}

enum err prover_wait_begin(struct host *h, struct prover_wait *w, int64_t effect,
                           struct fault *f)
{
    struct arena a;
    struct effect e;
    enum err err = ERR_OK;

    prover_wait_end(w);
    arena_init(&a);
    if (w->effect != effect) {
        err = effect_get(h->store, &a, effect, false, &e, f);
        if (err == ERR_OK)
            err = look_now(h, &e, f);
    }
    if (err == ERR_OK) {
        w->effect = effect;
        w->set = true;
        LIST_INSERT_HEAD(&h->prover->waits, w, link);
    }
    arena_clear(&a);
    return err;
}

void prover_wait_end(struct prover_wait *w)
{
    if (w->set)
        LIST_REMOVE(w, link);
    w->set = false;
}

enum err prover_hurry(struct host *h, struct fault *f)
{
    struct arena a;
    struct effect *list;
    size_t count;
    const struct effect_filter filter = {
        .states = 1u << EFFECT_ACCEPTED | 1u << EFFECT_WAITING, .due_ms = INT64_MAX - 1};

    arena_init(&a);
    enum err e = effect_list(h->store, &a, &filter, &list, &count, f);
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = look_now(h, &list[i], f);
    if (e == ERR_OK && count > 0)
        prover_wake(h->prover, host_now(h));
    arena_clear(&a);
    return e;
}

/* The list that may bring what an effect waits for. Amazon shows some packing slips only
 * to who asks for that one, and others only in the list: every third look asks both. */
static void ask_for(struct host *h, const struct effect *e, enum poll_kind need)
{
    struct account *a = host_account(h, e->account);
    if (need == POLL_SLIPS && e->checks % 3 == 2)
        lookup_slip(h, e);
    if (!poller_asking(h->poller, a, need))
        poller_ask(h->poller, a, need, NULL, NULL);
}

static enum err look_again(struct host *h, struct effect *e, struct fault *f)
{
    struct stand stand;
    enum err err = flow_of(e->kind)->stand(h, e, &stand, f);
    if (err != ERR_OK)
        return err;
    if (stand.step == STEP_WAIT && (stand.need < POLL_KIND_COUNT || stand.need_order)) {
        if (stand.need_order)
            flow_of(e->kind)->look_at(h, e);
        else
            ask_for(h, e, stand.need);
        return prover_later(h, e, true, prover_next(h, e, e->checks + 1), f);
    }
    return flow_follow(h, e, &stand, f);
}

static enum err look_up(struct host *h, struct effect *e, struct fault *f)
{
    enum err err = prover_later(h, e, true, prover_quiet(e->kind, host_now(h)), f);
    if (err == ERR_OK)
        flow_of(e->kind)->look_up(h, e); /* last: it may decide at once */
    return err;
}

static enum err look_at(struct host *h, struct effect *list, size_t count,
                        struct fault *f)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < count && e == ERR_OK; i++)
        e = list[i].state == EFFECT_WAITING ? look_again(h, &list[i], f)
                                            : look_up(h, &list[i], f);
    return e;
}

/* Effects of an account that are due, the first PROVER_LOOKS of them. */
static enum err list_due(struct host *h, const struct account *a, unsigned states,
                         unsigned kinds, struct arena *memory, struct effect **list,
                         size_t *count, struct fault *f)
{
    const struct effect_filter filter = {.account = a->id,
                                         .states = states,
                                         .kinds = kinds,
                                         .due_ms = host_now(h),
                                         .due_order = true,
                                         .limit = PROVER_LOOKS};
    return effect_list(h->store, memory, &filter, list, count, f);
}

static enum err look_at_open(struct prover *p, struct account *a, struct arena *memory,
                             struct fault *f)
{
    struct effect *list;
    size_t count;

    enum err e = list_due(p->host, a, 1u << EFFECT_WAITING | 1u << EFFECT_UNKNOWN,
                          ALL_KINDS, memory, &list, &count, f);
    if (e == ERR_OK && count == PROVER_LOOKS)
        p->awake = true; /* the next step goes on */
    return e == ERR_OK ? look_at(p->host, list, count, f) : e;
}

static enum err look_at_accepted(struct prover *p, struct account *a,
                                 struct arena *memory, struct fault *f)
{
    struct effect *list;
    size_t count;
    unsigned kinds;

    enum err e = proof_ripe(p->host, a, &kinds, f);
    if (e != ERR_OK || kinds == 0)
        return e;
    e = list_due(p->host, a, 1u << EFFECT_ACCEPTED, kinds, memory, &list, &count, f);
    if (e == ERR_OK && count == PROVER_LOOKS)
        prover_wake(p, host_now(p->host) + PROVER_AGAIN_MS);
    return e == ERR_OK ? proof_seek(p->host, a, memory, list, count, f) : e;
}

static enum err look_at_account(struct prover *p, struct account *a, struct fault *f)
{
    struct arena memory;
    arena_init(&memory);
    enum err e = look_at_open(p, a, &memory, f);
    if (e == ERR_OK)
        e = look_at_accepted(p, a, &memory, f);
    arena_clear(&memory);
    return e;
}

static enum err look_at_due(struct prover *p, struct fault *f)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < p->host->account_count && e == ERR_OK; i++)
        e = look_at_account(p, p->host->accounts[i], f);
    return e;
}

static enum err plan_next_look(struct prover *p, struct fault *f)
{
    const unsigned states =
        1u << EFFECT_WAITING | 1u << EFFECT_ACCEPTED | 1u << EFFECT_UNKNOWN;
    int64_t next;
    enum err e = host_next(p->host, states, host_now(p->host), &next, f);
    if (e == ERR_OK)
        prover_wake(p, next);
    return e;
}

enum err prover_step(struct prover *p, struct fault *f)
{
    bool set;
    enum err e = wall_step(&p->wall, p->host, &set, f);
    if (e == ERR_OK)
        e = external_look_step(p->host, f);

    p->awake = p->awake || set;
    if (e != ERR_OK || !p->awake)
        return e;
    p->awake = false;
    timer_stop(p->host->loop, &p->timer);
    e = look_at_due(p, f);
    return e == ERR_OK ? plan_next_look(p, f) : e;
}

bool prover_busy(const struct prover *p)
{
    return p->awake || external_look_busy(p->host);
}
