/* Proves effects that Amazon took: by a list or by their transactions, whichever is
 * cheaper. */
#include "workflow/proof.h"

#include <string.h>

#include "workflow/lookup.h"
#include "workflow/poller.h"
#include "workflow/prover.h"
#include "workflow/vendor.h"

enum {
    TOGETHER_MS = 500,
    LIST_WORTH = 20, /* due effects that a page of a list must be good for */
    LABELS_AGAIN = 4 /* labels that a list may bring for each that is waited for */
};

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
    bool silent;         /* of one of them the cheaper way said nothing, twice */
};

/* A vendor's effects are proved verb by verb, a seller's all together. */
static bool same_group(const struct effect *a, const struct effect *b)
{
    return flow_of(a->kind) == flow_of(b->kind) &&
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
    g->silent = false;
    for (size_t i = from; i < count; i++) {
        if (taken[i] || !same_group(&list[from], &list[i]))
            continue;
        taken[i] = true;
        g->transactions += !same_transaction(g, &list[i]);
        g->silent = g->silent || list[i].checks % 3 == 2;
        g->effects[g->count++] = &list[i];
    }
}

/* More of the same kind will be sent in a moment: one list later proves them all. */
static enum err more_coming(struct host *h, const struct account *a,
                            enum effect_kind kind, bool *more, struct fault *f)
{
    enum err err = ERR_OK;
    *more = false;
    for (int s = EFFECT_READY; s <= EFFECT_SENDING && err == ERR_OK && !*more; s++) {
        const struct effect_filter filter = {
            .account = a->id,
            .kinds = 1u << kind,
            .states = 1u << s,
            .due_ms = s == EFFECT_READY ? host_now(h) + MS_SECOND : 0,
            .due_order = true,
            .limit = 1};
        err = effect_any(h->store, &filter, more, f);
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
        e = prover_later(
            h, g->effects[i], true,
            together_at(prover_next(h, g->effects[i], g->effects[i]->checks + 1)), f);
    return e;
}

/* Not asked yet: a list is under way, or more is being sent. */
static void postpone(struct host *h)
{
    prover_wake(h->prover, host_now(h) + PROVER_AGAIN_MS);
}

static enum err ask_transactions(struct host *h, struct group *g, struct fault *f)
{
    for (size_t i = 0; i < g->count; i++)
        lookup_transaction(h, g->effects[i]);
    return look_later(h, g, f);
}

/* Their transactions are fewer calls than the list, or each of them speaks for as many as
 * a page of it does. */
static bool transactions_do(const struct host *h, const struct group *g,
                            enum poll_kind kind, int64_t cost)
{
    if (kind == POLL_LABELS) /* the list brings the labels themselves */
        return h->eager == 0 && g->count < LIST_WORTH;
    return (int64_t)g->transactions < cost || g->count >= LIST_WORTH * g->transactions;
}

/* So few transactions for so many effects that no list is cheaper. */
static bool few_say_it(const struct group *g)
{
    return g->transactions <= 2 && g->count >= LIST_WORTH * g->transactions;
}

/* A list brings the bytes of every label in its window, also of those that are known: a
 * few are fetched one by one where it would bring many times as many. */
static bool few_of_many(const struct host *h, const struct group *g,
                        const struct account *a)
{
    return h->eager == 0 && g->count < LIST_WORTH &&
           poller_brought(h->poller, a, POLL_LABELS) > LABELS_AGAIN * (int64_t)g->count;
}

static enum err ask_orders(struct host *h, struct group *g, struct fault *f)
{
    for (size_t i = 0; i < g->count; i++)
        flow_of(g->effects[i]->kind)->look_at(h, g->effects[i]);
    return look_later(h, g, f);
}

static enum err ask_list(struct host *h, struct group *g, struct account *a,
                         enum poll_kind kind, int64_t cost, struct fault *f)
{
    bool more = false;
    enum err e = more_coming(h, a, g->effects[0]->kind, &more, f);
    if (e != ERR_OK)
        return e;
    if (poller_asking(h->poller, a, kind) ||
        (more && (int64_t)g->count < LIST_WORTH * cost)) {
        postpone(h);
        return ERR_OK;
    }
    poller_ask(h->poller, a, kind, NULL, NULL);
    return look_later(h, g, f);
}

/* The cheaper way to prove a group, a list or its transactions; where that said nothing
 * twice, the other one: a failure is told by the transaction only, and what became of one
 * that stays Processing by the order only. */
static enum err prove_listed(struct host *h, struct group *g, struct account *a,
                             enum poll_kind kind, struct fault *f)
{
    if (kind != POLL_LABELS && few_say_it(g) && !g->silent)
        return ask_transactions(h, g, f); /* whatever the list would cost */
    const int64_t cost = poller_cost(h->poller, a, kind);
    const bool one_by_one = kind == POLL_LABELS && few_of_many(h, g, a);
    const bool dear = !one_by_one && (int64_t)g->transactions > 2 * cost;
    const bool cheap = !dear && transactions_do(h, g, kind, cost);

    if (cheap ? !g->silent : g->silent && !dear)
        return ask_transactions(h, g, f);
    if (cheap && kind != POLL_LABELS && (int64_t)g->count <= cost)
        return ask_orders(h, g, f);
    return ask_list(h, g, a, kind, cost, f);
}

static enum err prove_group(struct host *h, struct group *g, struct account *a,
                            struct fault *f)
{
    const enum poll_kind kind = proving_list(g->effects[0]);

    if (flow_of(g->effects[0]->kind)->prove != NULL)
        return flow_of(g->effects[0]->kind)->prove(h, a, g->effects, g->count, f);
    if (kind == POLL_KIND_COUNT)
        return ask_transactions(h, g, f);
    return prove_listed(h, g, a, kind, f);
}

/* An answer that takes long is awaited; only what was answered counts as a look. */
static void leave_asked(struct host *h, const struct effect *list, bool *taken,
                        size_t count)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        taken[i] = lookup_asking(h, &list[i]);
        any = any || taken[i];
    }
    if (any)
        postpone(h);
}

enum err proof_seek(struct host *h, struct account *a, struct arena *memory,
                    struct effect *list, size_t count, struct fault *f)
{
    bool *taken = arena_new(memory, count * sizeof *taken + 1);
    struct group g = {.effects = arena_new(memory, (count + 1) * sizeof *g.effects)};
    enum err e = ERR_OK;

    leave_asked(h, list, taken, count);
    for (size_t i = 0; i < count && e == ERR_OK; i++) {
        if (taken[i])
            continue;
        gather(&g, list, taken, i, count);
        e = prove_group(h, &g, a, f);
    }
    return e;
}

static bool list_under_way(const struct host *h, const struct account *a,
                           enum effect_kind kind)
{
    switch (kind) {
    case EFFECT_ACKNOWLEDGE:
        return poller_asking(h->poller, a, POLL_ACCEPTED) ||
               poller_asking(h->poller, a, POLL_CANCELLED);
    case EFFECT_LABEL:
        return poller_asking(h->poller, a, POLL_LABELS);
    case EFFECT_SHIP:
        return poller_asking(h->poller, a, POLL_SHIPPED) ||
               poller_asking(h->poller, a, POLL_CANCELLED);
    default:
        return false;
    }
}

/* Transactions that carry this many prove no less than a list's pages, and need not wait
 * for more. */
static bool large_batches(const struct account *a, enum effect_kind kind)
{
    const struct effect like = {.kind = kind};
    return kind != EFFECT_LABEL && flow_of(kind)->batch(a, &like) >= LIST_WORTH;
}

/* While everything is waited for, many are proved at once: after the list that is under
 * way, and when no more are being sent, or very many are due. */
static enum err ripe(struct host *h, struct account *a, enum effect_kind kind, bool *yes,
                     struct fault *f)
{
    bool more;
    int64_t due = 0;
    const struct effect_filter filter = {.account = a->id,
                                         .kinds = 1u << kind,
                                         .states = 1u << EFFECT_ACCEPTED,
                                         .due_ms = host_now(h)};

    *yes = !list_under_way(h, a, kind);
    if (!*yes || large_batches(a, kind))
        return ERR_OK;
    enum err e = more_coming(h, a, kind, &more, f);
    if (e == ERR_OK && more)
        e = effect_count(h->store, &filter, &due, f);
    *yes = !more || due >= PROVER_LOOKS;
    return e;
}

enum err proof_ripe(struct host *h, struct account *a, unsigned *kinds, struct fault *f)
{
    enum err e = ERR_OK;

    *kinds = 0;
    for (int kind = 0; kind < EFFECT_KIND_COUNT && e == ERR_OK; kind++) {
        bool yes = true;
        if (h->eager > 0 && flow_of((enum effect_kind)kind)->prove == NULL)
            e = ripe(h, a, (enum effect_kind)kind, &yes, f);
        *kinds |= (unsigned)yes << kind;
        if (!yes)
            postpone(h);
    }
    return e;
}
