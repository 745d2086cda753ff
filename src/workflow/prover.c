/* Finds out what became of what was sent. */
#include "workflow/prover.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "workflow/external.h"
#include "workflow/external_look.h"
#include "workflow/lookup.h"
#include "workflow/poller.h"
#include "workflow/vendor.h"
#include "workflow/wall.h"

enum {
    LOOK_MAX = 2000, /* effects looked at in one step */
    TOGETHER_MS = 500,
    POSTPONE_EACH_MS = 5,
    LIST_WORTH = 20 /* due effects that a page of a list must be good for */
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
    return host_now(h) + calm[checks < CALM ? checks : CALM - 1];
}

/* Asked, or looked at, once more; the state stays. */
static enum err later(struct host *h, struct effect *e, bool checked, int64_t next_ms,
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
    const struct effect_filter filter = {.states = 1u << EFFECT_ACCEPTED |
                                                   1u << EFFECT_WAITING};

    arena_init(&a);
    enum err e = effect_list(h->store, &a, &filter, &list, &count, f);
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = look_now(h, &list[i], f);
    if (e == ERR_OK && count > 0)
        prover_wake(h->prover, host_now(h));
    arena_clear(&a);
    return e;
}

/* ---- effects that wait ---- */

static enum err look_again(struct host *h, struct effect *e, struct fault *f)
{
    struct stand stand;
    enum err err = flow_of(e->kind)->stand(h, e, &stand, f);
    if (err != ERR_OK)
        return err;
    struct account *a = host_account(h, e->account);
    if (stand.step == STEP_WAIT && (stand.need < POLL_KIND_COUNT || stand.need_order)) {
        if (stand.need_order)
            flow_of(e->kind)->look_at(h, e);
        else if (!poller_asking(h->poller, a, stand.need))
            poller_ask(h->poller, a, stand.need, NULL, NULL);
        return later(h, e, true, prover_next(h, e, e->checks + 1), f);
    }
    return flow_follow(h, e, &stand, f);
}

/* ---- effects that Amazon took ---- */

/* The list that would prove effects like this one; POLL_KIND_COUNT: none. */
static enum poll_kind proving_list(const struct effect *e)
{
    switch (verb_find(e->verb)) {
    case VERB_ACCEPT:
        return POLL_ACCEPTED;
    case VERB_CONFIRM:
        return POLL_SHIPPED;
    case VERB_REQUEST_LABEL:
        return POLL_LABELS;
    case VERB_REJECT:
    case VERB_FLOOR_DENY:
        return POLL_CANCELLED;
    default:
        return POLL_KIND_COUNT;
    }
}

/* Accepted effects of one account and verb that are due. */
struct group {
    struct effect **effects;
    size_t count;
    size_t transactions; /* distinct ones */
    bool listed; /* the list was asked often enough without proof of one of them */
};

/* A vendor's effects are proved verb by verb, a seller's all together. */
static bool same_group(const struct effect *a, const struct effect *b)
{
    return strcmp(a->account, b->account) == 0 && flow_of(a->kind) == flow_of(b->kind) &&
           (flow_of(a->kind)->prove != NULL || strcmp(a->verb, b->verb) == 0);
}

/* Effects of one request stand side by side. */
static bool same_transaction(const struct group *g, const struct effect *e)
{
    return g->count > 0 &&
           strcmp(g->effects[g->count - 1]->transaction, e->transaction) == 0;
}

/* Takes every effect like `list[from]` out of the list. */
static void gather(struct group *g, struct effect *list, bool *taken, size_t from,
                   size_t count)
{
    g->count = g->transactions = 0;
    g->listed = false;
    for (size_t i = from; i < count; i++) {
        if (taken[i] || list[i].state != EFFECT_ACCEPTED ||
            !same_group(&list[from], &list[i]))
            continue;
        taken[i] = true;
        g->transactions += !same_transaction(g, &list[i]);
        g->listed = g->listed || list[i].checks % 3 == 2;
        g->effects[g->count++] = &list[i];
    }
}

static bool take_any(void *arg, const struct effect *e)
{
    (void)e;
    *(bool *)arg = true;
    return false;
}

/* More of the same kind will be sent in a moment: one list later proves them all. */
static enum err more_coming(struct host *h, const struct effect *e, bool *more,
                            struct fault *f)
{
    enum err err = ERR_OK;
    *more = false;
    for (int s = EFFECT_READY; s <= EFFECT_SENDING && err == ERR_OK && !*more; s++) {
        const struct effect_filter filter = {.account = e->account,
                                             .kinds = 1u << e->kind,
                                             .states = 1u << s,
                                             .due_order = true,
                                             .limit = 1};
        err = effect_each(h->store, &filter, take_any, more, f);
    }
    return err;
}

/* Looks that are due within half a second of each other become one. */
static int64_t together_at(int64_t next_ms)
{
    return (next_ms + TOGETHER_MS - 1) / TOGETHER_MS * TOGETHER_MS;
}

static enum err look_later(struct host *h, struct group *g, struct fault *f)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < g->count && e == ERR_OK; i++)
        e = later(h, g->effects[i], true,
                  together_at(prover_next(h, g->effects[i], g->effects[i]->checks + 1)),
                  f);
    return e;
}

/* Not asked yet: a list is under way, or more is being sent. The more wait, the longer
 * that takes, and each look costs a write. */
static enum err postpone(struct host *h, struct group *g, struct fault *f)
{
    const int64_t next =
        together_at(host_now(h) + MS_SECOND + (int64_t)g->count * POSTPONE_EACH_MS);
    enum err e = ERR_OK;
    for (size_t i = 0; i < g->count && e == ERR_OK; i++)
        e = later(h, g->effects[i], false, next, f);
    return e;
}

static enum err ask_transactions(struct host *h, struct group *g, struct fault *f)
{
    for (size_t i = 0; i < g->count; i++)
        lookup_transaction(h, g->effects[i]);
    return look_later(h, g, f);
}

/* The cheaper way to prove a group: one list, or a call for each transaction. What a list
 * did not prove twice is asked by transaction: only that tells a failure. */
static enum err prove_listed(struct host *h, struct group *g, struct account *a,
                             enum poll_kind kind, struct fault *f)
{
    const int64_t cost = poller_cost(h->poller, a, kind);
    const bool dear = (int64_t)g->transactions > 2 * cost;
    const bool few = kind == POLL_LABELS ? h->eager == 0 && g->count < LIST_WORTH
                                         : (int64_t)g->transactions < cost;
    bool more = false;

    enum err e = more_coming(h, g->effects[0], &more, f);
    if (e != ERR_OK)
        return e;
    if (h->eager > 0 && more && (int64_t)g->count < LIST_WORTH * cost)
        return postpone(h, g, f);
    if (!dear && (g->listed || few))
        return ask_transactions(h, g, f);
    if (poller_asking(h->poller, a, kind) ||
        (more && (int64_t)g->count < LIST_WORTH * cost))
        return postpone(h, g, f);
    poller_ask(h->poller, a, kind, NULL, NULL);
    return look_later(h, g, f);
}

static enum err prove_group(struct host *h, struct group *g, struct fault *f)
{
    const enum poll_kind kind = proving_list(g->effects[0]);
    struct account *a = host_account(h, g->effects[0]->account);

    if (a == NULL)
        return postpone(h, g, f);
    if (flow_of(g->effects[0]->kind)->prove != NULL)
        return flow_of(g->effects[0]->kind)->prove(h, a, g->effects, g->count, f);
    if (kind == POLL_KIND_COUNT)
        return ask_transactions(h, g, f);
    return prove_listed(h, g, a, kind, f);
}

static enum err prove_all(struct host *h, struct arena *a, struct effect *list,
                          size_t count, struct fault *f)
{
    bool *taken = arena_new(a, count * sizeof *taken + 1);
    struct group g = {.effects = arena_new(a, (count + 1) * sizeof *g.effects)};
    enum err e = ERR_OK;

    for (size_t i = 0; i < count && e == ERR_OK; i++) {
        if (taken[i] || list[i].state != EFFECT_ACCEPTED)
            continue;
        gather(&g, list, taken, i, count);
        e = prove_group(h, &g, f);
    }
    return e;
}

/* ---- effects of which nobody knows ---- */

static enum err look_up(struct host *h, struct effect *e, struct fault *f)
{
    enum err err = later(h, e, true, prover_quiet(e->kind, host_now(h)), f);
    if (err == ERR_OK)
        flow_of(e->kind)->look_up(h, e); /* last: it may decide at once */
    return err;
}

static enum err look_at(struct prover *p, struct arena *a, struct effect *list,
                        size_t count, struct fault *f)
{
    struct host *h = p->host;
    enum err e = ERR_OK;

    for (size_t i = 0; i < count && e == ERR_OK; i++) {
        if (list[i].state == EFFECT_WAITING)
            e = look_again(h, &list[i], f);
        else if (list[i].state == EFFECT_UNKNOWN)
            e = look_up(h, &list[i], f);
    }
    return e == ERR_OK ? prove_all(h, a, list, count, f) : e;
}

static enum err look_at_due(struct prover *p, struct fault *f)
{
    struct arena a;
    struct effect *list;
    size_t count;
    const struct effect_filter filter = {
        .states = 1u << EFFECT_WAITING | 1u << EFFECT_ACCEPTED | 1u << EFFECT_UNKNOWN,
        .due_ms = host_now(p->host),
        .due_order = true,
        .limit = LOOK_MAX};

    arena_init(&a);
    enum err e = effect_list(p->host->store, &a, &filter, &list, &count, f);
    if (e == ERR_OK)
        e = look_at(p, &a, list, count, f);
    arena_clear(&a);
    return e;
}

static enum err plan_next_look(struct prover *p, struct fault *f)
{
    int64_t next;
    enum err e = effect_next(
        p->host->store,
        1u << EFFECT_WAITING | 1u << EFFECT_ACCEPTED | 1u << EFFECT_UNKNOWN, &next, f);
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
