/* What is asked for by lists. */
#include "workflow/poller.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "spapi/listing.h"
#include "workflow/external.h"
#include "workflow/external_lists.h"
#include "workflow/intake.h"
#include "workflow/prover.h"
#include "workflow/vendor.h"

enum {
    OVERLAP_MS =
        10 * MS_MINUTE, /* a list's window begins this long before the last one ended */
    AHEAD_MS = 1 * MS_MINUTE, /* Amazon's clock may be ahead of ours */
    /* The first poll looks back this far at least; a week is one window of a list. */
    FIRST_REACH_MS = 7 * MS_DAY - AHEAD_MS,
    SEEN_STATES_OPEN = 1u << ORDER_NEW | 1u << ORDER_ACCEPTING | 1u << ORDER_REJECTING |
                       1u << ORDER_ACCEPTED | 1u << ORDER_CONFIRMING |
                       1u << ORDER_DENYING,
    PAGE = 100
};

static const struct {
    const char *name;
    enum operation_id op;
    const char *status;    /* of orders; NULL: not asked */
    enum paper_kind paper; /* PAPER_KIND_COUNT: orders */
    unsigned states;       /* orders whose creation spans the window; 0: by cursor */
} kinds[POLL_KIND_COUNT] = {
    [POLL_ORDERS] = {"orders", OP_GET_ORDERS, NULL, PAPER_KIND_COUNT, 0},
    [POLL_ACCEPTED] = {"accepted", OP_GET_ORDERS, "ACCEPTED", PAPER_KIND_COUNT,
                       1u << ORDER_NEW | 1u << ORDER_ACCEPTING},
    [POLL_SHIPPED] = {"shipped", OP_GET_ORDERS, "SHIPPED", PAPER_KIND_COUNT,
                      SEEN_STATES_OPEN},
    [POLL_CANCELLED] = {"cancelled", OP_GET_ORDERS, "CANCELLED", PAPER_KIND_COUNT,
                        SEEN_STATES_OPEN},
    [POLL_LABELS] = {"labels", OP_GET_SHIPPING_LABELS, NULL, PAPER_LABEL, 0},
    [POLL_SLIPS] = {"slips", OP_GET_PACKING_SLIPS, NULL, PAPER_SLIP, 0},
    [POLL_INVOICES] = {"invoices", OP_GET_CUSTOMER_INVOICES, NULL, PAPER_INVOICE, 0},
    [POLL_SHIPMENTS] = {"shipments", OP_GET_SHIPMENTS, NULL, PAPER_KIND_COUNT, 0},
    [POLL_PROGRESS] = {"progress", OP_GET_SHIPMENTS, NULL, PAPER_KIND_COUNT, 0},
    [POLL_PROOF] = {"proof", OP_GET_SHIPMENTS, NULL, PAPER_KIND_COUNT, 0},
};

struct poll_wait {
    struct poll *poll;
    poll_done_fn *done;
    void *arg;
    bool next; /* asked while a poll was under way: the one after it answers */
    struct poll_wait *link;
};

enum poll_phase { POLL_IDLE, POLL_LISTING, POLL_SETTLING };

/* One list of one account. */
struct poll {
    struct poller *poller;
    struct account *account;
    enum poll_kind kind;
    enum poll_phase phase;
    struct listing *listing;
    struct poll_wait *waits;
    struct poll_end end;
    int64_t started_ms;          /* UTC */
    bool asked;                  /* there was something to ask for */
    int64_t mark;                /* of the intake, when the listing ended */
    int64_t pages;               /* calls of the last one */
    struct external_lists lists; /* a seller's poll: one list after the other */
    size_t nth;
};

struct poller {
    struct host *host;
    struct poll *polls; /* account by account, kind by kind */
    size_t count;
};

const char *poll_name(enum poll_kind k)
{
    return k < POLL_KIND_COUNT ? kinds[k].name : "";
}

enum program poll_program(enum poll_kind k)
{
    return k >= POLL_SHIPMENTS ? PROGRAM_EXTERNAL : PROGRAM_VENDOR;
}

enum poll_kind poll_find(const char *name)
{
    for (int k = 0; k < POLL_KIND_COUNT; k++)
        if (strcmp(kinds[k].name, name) == 0)
            return (enum poll_kind)k;
    return POLL_KIND_COUNT;
}

struct poller *poller_new(struct host *h)
{
    struct poller *p = mem_new(sizeof *p);
    p->host = h;
    p->count = h->account_count * POLL_KIND_COUNT;
    p->polls = mem_array(p->count, sizeof *p->polls);
    for (size_t i = 0; i < p->count; i++) {
        p->polls[i].poller = p;
        p->polls[i].account = h->accounts[i / POLL_KIND_COUNT];
        p->polls[i].kind = (enum poll_kind)(i % POLL_KIND_COUNT);
    }
    return p;
}

void poller_free(struct poller *p)
{
    if (p == NULL)
        return;
    for (size_t i = 0; i < p->count; i++) {
        if (p->polls[i].listing != NULL)
            listing_withdraw(p->polls[i].listing);
        while (p->polls[i].waits != NULL) {
            struct poll_wait *w = p->polls[i].waits;
            p->polls[i].waits = w->link;
            free(w);
        }
    }
    free(p->polls);
    free(p);
}

static struct poll *poll_of(const struct poller *p, const struct account *a,
                            enum poll_kind kind)
{
    for (size_t i = 0; i < p->count; i += POLL_KIND_COUNT)
        if (p->polls[i].account == a)
            return &p->polls[i + (size_t)kind];
    return NULL;
}

/* ---- what comes ---- */

static enum err take_status(struct poll *p, const struct page_item *item, struct fault *f)
{
    struct host *h = p->poller->host;
    const char *po = json_get_str(item->value, "purchaseOrderNumber", "");
    struct arena a;
    struct record r;

    arena_init(&a);
    enum err e =
        record_find(h->store, &a, RECORD_ORDER, p->account->id, po, false, &r, f);
    if (e == ERR_OK && (r.flags & RECORD_IMPORTED) == 0 &&
        strcmp(r.status, kinds[p->kind].status) != 0) {
        p->end.changed++;
        e = vendor_order_status(h, &r, kinds[p->kind].status, f);
    } else if (e == ERR_NOT_FOUND) {
        e = ERR_OK; /* an order from before `since`, or of another tool */
    }
    arena_clear(&a);
    return e;
}

static enum err take_order(struct poll *p, const struct page_item *item, struct fault *f)
{
    enum record_change change;
    enum err e = vendor_take_order(p->poller->host, p->account, item->value, item->text,
                                   item->text_len, &change, f);
    if (e == ERR_OK && change != RECORD_SAME)
        p->end.changed++;
    return e;
}

static enum err take_shipment(struct poll *p, const struct page_item *item,
                              struct fault *f)
{
    enum record_change change;
    enum err e = external_take(p->poller->host, p->account, item->value, item->text,
                               item->text_len, p->started_ms, &change, f);
    if (e == ERR_OK && change != RECORD_SAME)
        p->end.changed++;
    return e;
}

static enum err take_item(void *arg, const struct page_item *item, struct fault *f)
{
    struct poll *p = arg;
    p->end.items++;
    if (poll_program(p->kind) == PROGRAM_EXTERNAL)
        return take_shipment(p, item, f);
    if (kinds[p->kind].status != NULL)
        return take_status(p, item, f);
    if (kinds[p->kind].paper == PAPER_KIND_COUNT)
        return take_order(p, item, f);
    return intake_take(p->poller->host->intake, p->account, kinds[p->kind].paper, item,
                       &p->end.changed, f);
}

static enum err next_list(struct poll *p, bool *more, struct fault *f);

static void settle(struct poll *p)
{
    p->phase = POLL_SETTLING;
    p->mark = intake_mark(p->poller->host->intake);
}

static void listed(void *arg, const struct listing_end *end)
{
    struct poll *p = arg;
    bool more = false;

    p->listing = NULL;
    p->pages += (int64_t)end->calls;
    if (end->outcome != CALL_OK) {
        p->end.fault = end->fault;
        p->end.err = end->fault.code == ERR_OK ? ERR_NETWORK : end->fault.code;
    } else if (poll_program(p->kind) == PROGRAM_EXTERNAL) {
        p->end.err = next_list(p, &more, &p->end.fault);
    }
    if (!more || p->end.err != ERR_OK)
        settle(p);
}

/* ---- what is asked ---- */

struct window {
    int64_t after_ms, before_ms;
    bool empty; /* nothing could be in it */
};

static bool oldest_request(void *arg, const struct effect *e)
{
    int64_t *oldest = arg;
    if (e->sent_ms > 0 && e->sent_ms < *oldest)
        *oldest = e->sent_ms;
    return true;
}

/* No label is older than the oldest request that is open. */
static enum err open_requests(struct poll *p, int64_t *after_ms, struct fault *f)
{
    int64_t oldest = INT64_MAX;
    const struct effect_filter filter = {
        .account = p->account->id,
        .kinds = 1u << EFFECT_LABEL,
        .states = 1u << EFFECT_SENDING | 1u << EFFECT_ACCEPTED | 1u << EFFECT_UNKNOWN,
    };
    enum err e = effect_each(p->poller->host->store, &filter, oldest_request, &oldest, f);
    if (oldest != INT64_MAX)
        *after_ms = oldest - MS_MINUTE;
    return e;
}

/* Back to `since`, or further: the orders before it are shown, too (design 9). */
static int64_t first_reach(const struct account *a, int64_t now_ms)
{
    const int64_t since = a->since_ms, reach = now_ms - FIRST_REACH_MS;
    return since != INSTANT_NONE && since < reach ? since : reach;
}

/* The beginning of the window that a list by cursor has when it is asked at `now_ms`. */
static enum err reach_by_cursor(struct host *h, const struct account *a,
                                enum poll_kind kind, int64_t now_ms, int64_t *after_ms,
                                struct fault *f)
{
    int64_t last;
    enum err e = cursor_get(h->store, a->id, kinds[kind].name, &last, f);

    if (e == ERR_OK && last > now_ms)
        last = now_ms; /* the clock was set back */
    *after_ms = e == ERR_OK ? last - OVERLAP_MS : first_reach(a, now_ms);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err window_by_cursor(struct poll *p, struct window *w, struct fault *f)
{
    w->before_ms = p->started_ms + AHEAD_MS;
    enum err e = reach_by_cursor(p->poller->host, p->account, p->kind, p->started_ms,
                                 &w->after_ms, f);
    return e == ERR_OK && p->kind == POLL_LABELS ? open_requests(p, &w->after_ms, f) : e;
}

static enum err window_by_orders(struct poll *p, struct window *w, struct fault *f)
{
    int64_t oldest, newest, count;
    enum err e = record_span(p->poller->host->store, p->account->id,
                             kinds[p->kind].states, &oldest, &newest, &count, f);
    w->empty = e == ERR_OK && count == 0;
    if (e != ERR_OK || w->empty)
        return e;
    w->after_ms = oldest - MS_SECOND;
    w->before_ms = newest + MS_SECOND;
    return e;
}

static enum err list(struct poll *p, const struct window *w, struct fault *f)
{
    struct arena a;
    arena_init(&a);
    struct json *params = json_object(&a);
    if (kinds[p->kind].status != NULL) {
        json_set_str(&a, params, "status", kinds[p->kind].status);
        json_set_str(&a, params, "includeDetails", "false");
    }
    const struct listing_request request = {
        .account = p->account,
        .op = operation_get(kinds[p->kind].op),
        .params = params,
        .after_ms = w->after_ms,
        .before_ms = w->before_ms,
        .item = take_item,
        .arg = p,
        .keep_text = p->kind == POLL_ORDERS,
        .archive = p->poller->host->archive,
    };
    enum err e = listing_start(p->poller->host->spapi, &request, listed, &p->listing, f);
    arena_clear(&a);
    return e;
}

/* The next one of a seller's lists. */
static enum err next_list(struct poll *p, bool *more, struct fault *f)
{
    struct arena a;
    enum err e = ERR_OK;

    arena_init(&a);
    const struct listing_request request = {
        .account = p->account,
        .op = operation_get(kinds[p->kind].op),
        .params = external_lists_nth(&p->lists, p->account, p->nth++, &a),
        .item = take_item,
        .arg = p,
        .keep_text = true,
        .archive = p->poller->host->archive,
    };
    *more = request.params != NULL;
    if (*more)
        e = listing_start(p->poller->host->spapi, &request, listed, &p->listing, f);
    arena_clear(&a);
    return e;
}

/* What a seller's lists are asked for at `now_ms`. */
static enum err plan_lists(struct host *h, struct account *a, enum poll_kind kind,
                           int64_t now_ms, struct external_lists *lists, struct fault *f)
{
    int64_t last = INSTANT_NONE;
    enum err e = cursor_get(h->store, a->id, kinds[kind].name, &last, f);
    if (e != ERR_OK && e != ERR_NOT_FOUND)
        return e;
    return external_lists_plan(h, a, kind, now_ms, last, lists, f);
}

static enum err start_shipments(struct poll *p, struct fault *f)
{
    p->nth = 0;
    enum err e =
        plan_lists(p->poller->host, p->account, p->kind, p->started_ms, &p->lists, f);
    return e == ERR_OK ? next_list(p, &p->asked, f) : e;
}

enum err poller_reach(struct host *h, struct account *a, enum poll_kind kind,
                      int64_t *after_ms, struct fault *f)
{
    struct external_lists lists = {0};
    if (poll_program(kind) == PROGRAM_VENDOR)
        return reach_by_cursor(h, a, kind, host_now(h), after_ms, f);
    enum err e = plan_lists(h, a, kind, host_now(h), &lists, f);
    *after_ms = lists.after_ms;
    return e;
}

/* Customer invoices are made within India only (domain.md 4.11). */
static enum err window_of_invoices(struct poll *p, struct window *w, struct fault *f)
{
    const struct record_filter filter = {
        .kind = RECORD_ORDER, .account = p->account->id, .flags = RECORD_INVOICED};
    int64_t count = 0;
    enum err e = record_count(p->poller->host->store, &filter, &count, f);
    w->empty = e == ERR_OK && count == 0;
    return e != ERR_OK || w->empty ? e : window_by_cursor(p, w, f);
}

static enum err window_of(struct poll *p, struct window *w, struct fault *f)
{
    if (kinds[p->kind].states != 0)
        return window_by_orders(p, w, f);
    return p->kind == POLL_INVOICES ? window_of_invoices(p, w, f)
                                    : window_by_cursor(p, w, f);
}

static enum err start_windows(struct poll *p, struct fault *f)
{
    struct window w = {0};
    enum err e = window_of(p, &w, f);
    p->asked = e == ERR_OK && !w.empty;
    return p->asked ? list(p, &w, f) : e;
}

static void start(struct poll *p)
{
    struct fault *f = &p->end.fault;

    memset(&p->end, 0, sizeof p->end);
    p->started_ms = host_now(p->poller->host);
    p->phase = POLL_LISTING;
    p->pages = 0;
    p->asked = false;
    p->end.err = poll_program(p->kind) == PROGRAM_EXTERNAL ? start_shipments(p, f)
                                                           : start_windows(p, f);
    if (p->end.err != ERR_OK || !p->asked)
        settle(p);
}

static enum err finish(struct poll *p, struct fault *f)
{
    if (p->end.err != ERR_OK)
        log_write(LOG_WARN, "a list could not be read; it is asked for again",
                  log_safe("account", p->account->id),
                  log_safe("list", kinds[p->kind].name),
                  log_safe("why", p->end.fault.text), LOG_END);
    if (p->end.err == ERR_OK && p->asked && kinds[p->kind].states == 0 &&
        p->kind != POLL_SHIPMENTS && p->kind != POLL_PROOF)
        return cursor_set(p->poller->host->store, p->account->id, kinds[p->kind].name,
                          p->started_ms, f);
    return ERR_OK;
}

/* Answers who asked before the poll began; who asked later waits for the next one. */
static void answer(struct poll *p)
{
    const struct poll_end end = p->end;
    bool more = false;

    p->phase = POLL_IDLE;
    prover_wake(p->poller->host->prover, p->started_ms); /* what waited for its end */
    for (struct poll_wait **at = &p->waits; *at != NULL;) {
        struct poll_wait *w = *at;
        if (w->next) {
            w->next = false;
            more = true;
            at = &w->link;
            continue;
        }
        *at = w->link;
        if (w->done != NULL)
            w->done(w->arg, &end);
        free(w);
    }
    if (more && p->phase == POLL_IDLE)
        start(p);
}

enum err poller_step(struct poller *p, struct fault *f)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < p->count && e == ERR_OK; i++) {
        struct poll *poll = &p->polls[i];
        if (poll->phase != POLL_SETTLING || !intake_settled(p->host->intake, poll->mark))
            continue;
        e = finish(poll, f);
        if (e == ERR_OK)
            answer(poll);
    }
    return e;
}

bool poller_busy(const struct poller *p)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->polls[i].phase == POLL_SETTLING &&
            intake_settled(p->host->intake, p->polls[i].mark))
            return true;
    return false;
}

struct poll_wait *poller_ask(struct poller *p, struct account *a, enum poll_kind kind,
                             poll_done_fn *done, void *arg)
{
    struct poll *poll = poll_of(p, a, kind);
    struct poll_wait *w = mem_new(sizeof *w), **at = &poll->waits;

    w->poll = poll;
    w->done = done;
    w->arg = arg;
    w->next = poll->phase != POLL_IDLE;
    while (*at != NULL)
        at = &(*at)->link;
    *at = w;
    if (poll->phase == POLL_IDLE)
        start(poll);
    return w;
}

void poller_withdraw(struct poll_wait *w)
{
    struct poll_wait **at = &w->poll->waits;
    while (*at != w)
        at = &(*at)->link;
    *at = w->link;
    free(w);
}

int64_t poller_cost(struct poller *p, struct account *a, enum poll_kind kind)
{
    const struct poll *poll = poll_of(p, a, kind);
    const struct record_filter filter = {.kind = RECORD_ORDER,
                                         .account = a->id,
                                         .states = kinds[kind].states,
                                         .with_old = true};
    int64_t count = 0;
    if (poll->pages > 0)
        return poll->pages;
    if (kinds[kind].states != 0 &&
        record_count(p->host->store, &filter, &count, NULL) != ERR_OK)
        return 1;
    return 1 + count / PAGE;
}

int64_t poller_brought(const struct poller *p, const struct account *a,
                       enum poll_kind kind)
{
    return poll_of(p, a, kind)->end.items;
}

bool poller_asking(const struct poller *p, const struct account *a, enum poll_kind kind)
{
    return poll_of(p, a, kind)->phase != POLL_IDLE;
}
