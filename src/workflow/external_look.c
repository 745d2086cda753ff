/* Asks Amazon about single shipments: their own state, or their invoice (domain.md 2.4,
 * 5.4). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/mem.h"
#include "workflow/external.h"
#include "workflow/external_labels.h"
#include "workflow/external_look.h"
#include "workflow/intake.h"

enum {
    SENDS_MAX = 2,     /* without a person (durability.md 1.2) */
    CONFLICTS_MAX = 8, /* of 409, where nothing was processed */
    HARMLESS_MAX = 5,  /* of what gives the same again: options, GENERATE */
    CONFLICT_MS = 2 * MS_SECOND,
    CONFLICT_MOST_MS = 5 * MS_MINUTE
};

/* One question under way. */
struct external_look {
    struct host *host;
    struct account *account;
    int64_t record, effect; /* effect 0: none asks for a verdict */
    bool invoice;
    int64_t read_ms; /* when it was asked */
    int64_t fresh;   /* documents that came */
    int64_t mark;    /* of the intake, when the answer came */
    bool answered;   /* waits for the row of what came */
    bool there;
    struct fault why;
    external_done_fn *done;
    void *arg;
    struct call *call;
    struct external_look *next;
};

static void end_look(struct external_look *l)
{
    struct external_look **at = &l->host->looks;
    while (*at != l)
        at = &(*at)->next;
    *at = l->next;
    free(l);
}

void external_look_withdraw(struct external_look *l)
{
    if (!l->answered)
        call_withdraw(l->call);
    end_look(l);
}

void external_forget(struct host *h)
{
    while (h->looks != NULL)
        external_look_withdraw(h->looks);
    labels_forget(h);
}

static bool under_way(const struct host *h, int64_t record, bool invoice)
{
    for (const struct external_look *l = h->looks; l != NULL; l = l->next)
        if (l->record == record && l->invoice == invoice && l->done == NULL)
            return true;
    return false;
}

/* ---- what an unknown effect becomes ---- */

static int64_t conflict_backoff(const struct effect *e)
{
    int64_t wait = CONFLICT_MS;
    for (int64_t i = 1; i < e->sends && wait < CONFLICT_MOST_MS; i++)
        wait *= 2;
    return wait;
}

/* To where it stands now: the shipment may have moved meanwhile. */
static enum err send_again(struct host *h, struct effect *e, const char *why,
                           int64_t next_ms, struct fault *f)
{
    struct stand stand;
    const struct effect_change change = {
        .to = EFFECT_READY, .why = why, .next_ms = next_ms};

    enum err err = external_flow.stand(h, e, &stand, f);
    if (err != ERR_OK)
        return err;
    return stand.step == STEP_READY ? host_move(h, e, &change, f)
                                    : flow_follow(h, e, &stand, f);
}

static bool is_conflict(const struct effect *e)
{
    return strncmp(e->why, "409", 3) == 0;
}

/* A late SHIPPED is called a duplicate: Amazon's carrier was quicker. */
static bool is_duplicate_shipped(const struct effect *e)
{
    return is_conflict(e) && strcmp(e->verb, "mark_shipped") == 0 &&
           strstr(e->why, "DuplicateRequest") != NULL && e->sends > 1;
}

static void learn_busy(struct host *h, const struct effect *e)
{
    struct account *a = host_account(h, e->account);
    if (a != NULL && is_conflict(e))
        external_pause_learn(a, true);
}

/* Refused with 422: what the shipment makes impossible by now is over, what it shows as
 * done was done; the rest is for a person, or for who asks with other content. */
static enum err settle_refused(struct host *h, struct effect *e, struct fault *f)
{
    struct stand stand;
    char why[400];

    enum err err = external_flow.stand(h, e, &stand, f);
    if (err != ERR_OK)
        return err;
    if (stand.step == STEP_DONE)
        return external_succeeded(h, e, stand.why, f);
    if (stand.step == STEP_IMPOSSIBLE)
        snprintf(why, sizeof why, "%.200s (%.190s)", stand.why, e->why);
    else
        snprintf(why, sizeof why, "%s", e->why);
    return external_failed(
        h, e, stand.step == STEP_IMPOSSIBLE ? EFFECT_CANCELLED : EFFECT_HELD, why, f);
}

static enum err not_shown(struct host *h, struct effect *e, struct fault *f)
{
    if (external_is_refused(e))
        return settle_refused(h, e, f);
    learn_busy(h, e);
    if (is_duplicate_shipped(e))
        return external_succeeded(h, e, "Amazon calls it a duplicate", f);
    if (is_conflict(e) && e->sends < CONFLICTS_MAX)
        return send_again(h, e, "Amazon was busy with the shipment; sent once more",
                          host_now(h) + conflict_backoff(e), f);
    if (!is_conflict(e) && e->sends < SENDS_MAX)
        return send_again(h, e, "looked up: it is not there; sent once more", 0, f);
    return external_failed(h, e, EFFECT_HELD,
                           is_conflict(e)
                               ? "Amazon stays busy with the shipment (409); look in "
                                 "Seller Central, then `dray settle` or `dray retry`"
                               : "sent twice and not found at Amazon; look in Seller "
                                 "Central, then `dray settle` or `dray retry`",
                           f);
}

/* `read`: Amazon showed the shipment; else it will not, and only what it had refused is
 * judged by what is known. */
static enum err verdict(struct external_look *l, bool read, struct arena *a,
                        struct fault *f)
{
    struct effect e;
    if (l->effect == 0)
        return ERR_OK;
    enum err err = effect_get(l->host->store, a, l->effect, false, &e, f);
    if (err != ERR_OK || e.state != EFFECT_UNKNOWN || !(read || external_is_refused(&e)))
        return err;
    return not_shown(l->host, &e, f);
}

/* ---- the shipment itself ---- */

static enum err take_shipment(void *arg, const struct page_item *item, struct fault *f)
{
    struct external_look *l = arg;
    enum record_change change;
    return external_take(l->host, l->account, item->value, item->text, item->text_len,
                         l->read_ms, &change, f);
}

static void shipment_done(void *arg, const struct call_reply *reply)
{
    struct external_look *l = arg;
    const bool read = reply->outcome == CALL_OK;
    struct arena a;
    struct fault f;

    arena_init(&a);
    if ((read || reply->outcome == CALL_REFUSED) && verdict(l, read, &a, &f) != ERR_OK)
        host_trouble(l->host, &f);
    arena_clear(&a);
    end_look(l);
}

/* ---- its invoice ---- */

static enum err take_invoice(void *arg, const struct page_item *item, struct fault *f)
{
    struct external_look *l = arg;
    return external_take_invoice(l->host, l->record, item, &l->fresh, f);
}

static void invoice_done(void *arg, const struct call_reply *reply)
{
    struct external_look *l = arg;
    const bool missing =
        reply->outcome == CALL_REFUSED && reply->refusal.kind == REFUSAL_NOT_FOUND;

    if (reply->outcome != CALL_OK && !missing && l->done == NULL) {
        end_look(l); /* asked again when its time comes */
        return;
    }
    if (reply->outcome != CALL_OK && !missing)
        l->why = reply->fault;
    l->answered = true;
    l->mark = intake_mark(l->host->intake);
}

/* ---- asking ---- */

static struct external_look *ask(struct host *h, struct account *account, int64_t record,
                                 const char *id, int64_t effect, bool invoice)
{
    struct arena a;
    struct fault f;
    struct external_look *l = mem_new(sizeof *l);

    l->host = h;
    l->account = account;
    l->record = record;
    l->effect = effect;
    l->invoice = invoice;
    l->read_ms = host_now(h);
    l->next = h->looks;
    h->looks = l;
    arena_init(&a);
    struct json *params = json_object(&a);
    json_set_str(&a, params, "shipmentId", id);
    const struct call_request request = {
        .account = account,
        .op = operation_get(invoice ? OP_RETRIEVE_INVOICE : OP_GET_SHIPMENT),
        .params = params,
        .item = invoice ? take_invoice : take_shipment,
        .item_arg = l,
        .keep_text = !invoice,
        .archive = h->archive,
    };
    if (call_start(h->spapi, &request, invoice ? invoice_done : shipment_done, l,
                   &l->call, &f) != ERR_OK) {
        host_trouble(h, &f);
        end_look(l);
        l = NULL;
    }
    arena_clear(&a);
    return l;
}

/* ---- what came of an invoice ---- */

static enum err invoice_verdict(struct external_look *l, struct arena *a, struct fault *f)
{
    struct effect e;
    if (l->effect == 0)
        return ERR_OK;
    enum err err = effect_get(l->host->store, a, l->effect, false, &e, f);
    if (err != ERR_OK || e.state != EFFECT_UNKNOWN)
        return err;
    if (l->there)
        return external_succeeded(l->host, &e, "the invoice is here", f);
    if (!external_is_refused(&e))
        return not_shown(l->host, &e, f);
    ask(l->host, l->account, l->record, e.name, e.id, false); /* why it was refused */
    return ERR_OK;
}

/* Its row is there, or none will come. */
static void invoice_settled(struct external_look *l)
{
    struct arena a;
    struct fault f;
    int64_t id = 0;
    external_done_fn *done = l->done;
    void *arg = l->arg;

    arena_init(&a);
    enum err e = paper_latest(l->host->store, l->record, PAPER_INVOICE, &id, &f);
    l->there = e == ERR_OK && id != 0;
    if (e == ERR_OK)
        e = invoice_verdict(l, &a, &f);
    if (e != ERR_OK)
        host_trouble(l->host, &f);
    arena_clear(&a);
    const bool there = l->there;
    const struct fault why = l->why;
    end_look(l);
    if (done != NULL)
        done(arg, there, &why);
}

enum err external_look_step(struct host *h, struct fault *f)
{
    (void)f;
    for (struct external_look *l = h->looks, *next; l != NULL; l = next) {
        next = l->next;
        if (l->answered && intake_settled(h->intake, l->mark))
            invoice_settled(l);
    }
    return ERR_OK;
}

bool external_look_busy(const struct host *h)
{
    for (const struct external_look *l = h->looks; l != NULL; l = l->next)
        if (l->answered && intake_settled(h->intake, l->mark))
            return true;
    return false;
}

/* ---- the ways in ---- */

void external_look_at(struct host *h, const struct effect *e)
{
    struct account *a = host_account(h, e->account);
    if (a != NULL && !under_way(h, e->record, false))
        ask(h, a, e->record, e->name, 0, false);
}

static enum err send_anew(struct host *h, struct effect *e, struct fault *f)
{
    const bool busy = is_conflict(e);

    learn_busy(h, e);
    if (e->sends >= (busy ? CONFLICTS_MAX : HARMLESS_MAX))
        return external_failed(h, e, EFFECT_HELD,
                               busy
                                   ? "Amazon stays busy with the shipment (409); `dray "
                                     "retry` asks again"
                                   : "Amazon does not answer it; `dray retry` asks again",
                               f);
    return send_again(h, e,
                      busy ? "Amazon was busy with the shipment; asked again"
                           : "asked again: the answer was lost",
                      host_now(h) + conflict_backoff(e), f);
}

/* What gives the same again is simply asked for again. */
static enum err ask_anew(struct host *h, const struct effect *unknown, struct fault *f)
{
    struct arena a;
    struct effect e;

    arena_init(&a);
    enum err err = effect_get(h->store, &a, unknown->id, false, &e, f);
    if (err == ERR_OK && e.state == EFFECT_UNKNOWN)
        err = send_anew(h, &e, f);
    arena_clear(&a);
    return err;
}

void external_look_up(struct host *h, const struct effect *e)
{
    struct account *a = host_account(h, e->account);
    struct fault f;

    if (a == NULL)
        return;
    const bool harmless = e->kind == EFFECT_OPTIONS || e->kind == EFFECT_SHIP_LABELS;
    if (harmless && !external_is_refused(e)) {
        if (ask_anew(h, e, &f) != ERR_OK)
            host_trouble(h, &f);
        return;
    }
    const bool invoice = e->kind == EFFECT_INVOICE;
    if (!under_way(h, e->record, invoice))
        ask(h, a, e->record, e->name, e->id, invoice);
}

struct external_look *external_fetch_invoice(struct host *h, const struct record *r,
                                             external_done_fn *done, void *arg)
{
    struct account *a = host_account(h, r->account);
    struct external_look *l = a == NULL ? NULL : ask(h, a, r->id, r->name, 0, true);
    if (l != NULL) {
        l->done = done;
        l->arg = arg;
    }
    return l;
}
