/* Asks Amazon about one effect. */
#include "workflow/lookup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "workflow/intake.h"
#include "workflow/lookup_note.h"
#include "workflow/prover.h"
#include "workflow/vendor.h"

enum { SENDS_MAX = 2 }; /* without a person (durability.md 1.2) */

/* One question under way. */
struct lookup {
    struct host *host;
    struct account *account;
    int64_t effect, record;
    char *transaction; /* NULL: the order or label itself is asked for */
    char *failure;     /* what the transaction said, while the order is asked; NULL: an
                          unknown one */
    bool batch;        /* that transaction carried others, too */
    bool success;      /* the transaction said Success: the same label will do */
    bool only_fetch;   /* a document is wanted; that it is not there says nothing yet */
    bool slip;         /* that document is the packing slip */
    bool only_state;   /* the order's state is wanted, for whoever waits for it */
    int64_t documents; /* new ones that came with a label's look-up */
    int64_t elements;  /* labels that came at all */
    const struct operation *op; /* the question */
    struct call *call;
    struct lookup *next;
};

static struct lookup *lookup_new(struct host *h, const struct effect *e)
{
    struct lookup *l = mem_new(sizeof *l);
    l->host = h;
    l->account = host_account(h, e->account);
    l->effect = e->id;
    l->record = e->record;
    l->next = h->lookups;
    h->lookups = l;
    return l;
}

static void lookup_end(struct lookup *l)
{
    struct lookup **at = &l->host->lookups;
    while (*at != l)
        at = &(*at)->next;
    *at = l->next;
    free(l->transaction);
    free(l->failure);
    free(l);
}

void lookup_forget(struct host *h)
{
    while (h->lookups != NULL) {
        if (h->lookups->call != NULL)
            call_withdraw(h->lookups->call);
        lookup_end(h->lookups);
    }
}

static bool under_way(const struct host *h, const struct effect *e,
                      const char *transaction)
{
    for (const struct lookup *l = h->lookups; l != NULL; l = l->next)
        if (l->effect == e->id || (transaction != NULL && l->transaction != NULL &&
                                   strcmp(l->transaction, transaction) == 0))
            return true;
    return false;
}

bool lookup_asking(const struct host *h, const struct effect *e)
{
    return under_way(h, e, e->transaction);
}

/* ---- the order or label itself ---- */

/* To where it stands now: the order may have been cancelled meanwhile. */
static enum err send_again(struct host *h, struct effect *e, const char *why,
                           struct fault *f)
{
    const struct effect_change change = {.to = EFFECT_READY, .why = why, .next_ms = 0};
    struct stand stand;

    enum err err = vendor_stand(h, e, &stand, f);
    if (err != ERR_OK)
        return err;
    if (stand.step != STEP_READY)
        return flow_follow(h, e, &stand, f);
    return host_move(h, e, &change, f);
}

/* What an unknown effect becomes when its look-up found nothing. */
static enum err not_there(struct host *h, struct effect *e, struct fault *f)
{
    if (e->sends < SENDS_MAX)
        return send_again(h, e, "looked up: it is not there; sent once more", f);
    return vendor_failed(
        h, e, EFFECT_HELD,
        "sent twice and not found at Amazon; look in Vendor Central, then `dray "
        "settle` or `dray retry`",
        f);
}

static enum err absent(struct lookup *l, struct effect *e, struct fault *f)
{
    if (l->success)
        return ERR_OK; /* it is still being made */
    if (l->failure == NULL)
        return not_there(l->host, e, f);
    if (l->batch)
        return send_again(l->host, e,
                          "its batch failed and it is not there; goes again in a "
                          "smaller one",
                          f);
    return vendor_failed(l->host, e, EFFECT_FAILED, l->failure, f);
}

/* The order has a label with a row. */
static enum err has_label(struct host *h, const struct effect *e, bool *there,
                          struct fault *f)
{
    struct arena a;
    struct paper *list;
    size_t count = 0;
    const struct paper_filter filter = {
        .record = e->record, .kinds = 1u << PAPER_LABEL, .latest = true, .limit = 1};

    arena_init(&a);
    enum err err = paper_list(h->store, &a, &filter, &list, &count, f);
    *there = count > 0;
    arena_clear(&a);
    return err;
}

/* Amazon shows a label, and none that is new here. It answers a first request; of one
 * that was asked for again it is the old one. */
static enum err old_label(struct lookup *l, struct effect *e, struct fault *f)
{
    bool there;
    enum err err = has_label(l->host, e, &there, f);
    if (err != ERR_OK || !there)
        return err; /* it cannot be decoded, and is asked for again */
    if (e->revision == 0 || l->success)
        return vendor_succeeded(l->host, e, "its label is there", f);
    return absent(l, e, f);
}

static enum err verdict(struct lookup *l, struct effect *e, struct fault *f)
{
    const struct intake *in = l->host->intake;

    if (l->only_state || l->only_fetch)
        return ERR_OK;
    if (e->state != EFFECT_UNKNOWN && e->state != EFFECT_ACCEPTED)
        return ERR_OK; /* proved meanwhile, perhaps by this very look-up */
    if (l->elements > 0 && !intake_settled(in, intake_mark(in)))
        return ERR_OK; /* the label is on its way to a row, which proves it */
    return l->elements > 0 ? old_label(l, e, f) : absent(l, e, f);
}

/* The order's own state proves what it can. */
static enum err take_order_status(struct lookup *l, const struct effect *e,
                                  const struct call_reply *reply, struct fault *f)
{
    struct arena a;
    struct record r;
    const char *status = json_str(json_path(reply->body, "orderDetails.orderStatus"));

    if (status == NULL)
        return ERR_OK;
    arena_init(&a);
    enum err err = record_get(l->host->store, &a, e->record, false, &r, f);
    if (err == ERR_OK)
        err = vendor_order_status(l->host, &r, status, f);
    arena_clear(&a);
    return err;
}

static enum err looked_up(struct lookup *l, struct arena *a,
                          const struct call_reply *reply, struct fault *f)
{
    struct effect e;
    const bool missing =
        reply->outcome == CALL_REFUSED && reply->refusal.kind == REFUSAL_NOT_FOUND;

    if (reply->outcome != CALL_OK && !missing) /* asked again when its time comes */
        return lookup_note(l->host, l->effect, l->op, reply, f);
    enum err err = effect_get(l->host->store, a, l->effect, false, &e, f);
    if (err == ERR_OK && reply->outcome == CALL_OK && l->op->id == OP_GET_ORDER)
        err = take_order_status(l, &e, reply, f);
    if (err == ERR_OK)
        err = effect_get(l->host->store, a, l->effect, false, &e, f);
    return err == ERR_OK ? verdict(l, &e, f) : err;
}

static void look_done(void *arg, const struct call_reply *reply)
{
    struct lookup *l = arg;
    struct arena a;
    struct fault f;

    arena_init(&a);
    if (looked_up(l, &a, reply, &f) != ERR_OK)
        host_trouble(l->host, &f);
    arena_clear(&a);
    lookup_end(l);
}

static enum err take_document(void *arg, const struct page_item *item, struct fault *f)
{
    struct lookup *l = arg;
    l->elements++;
    return intake_take(l->host->intake, l->account, l->slip ? PAPER_SLIP : PAPER_LABEL,
                       item, &l->documents, f);
}

static enum operation_id question(const struct lookup *l, const struct effect *e)
{
    if (l->slip)
        return OP_GET_PACKING_SLIP;
    return e->kind == EFFECT_LABEL && !l->only_state ? OP_GET_SHIPPING_LABEL
                                                     : OP_GET_ORDER;
}

/* Asks for the order, or for its label or slip. */
static void ask_itself(struct lookup *l, const struct effect *e)
{
    struct arena a;
    struct fault f;

    l->op = operation_get(question(l, e));
    arena_init(&a);
    struct json *params = json_object(&a);
    json_set_str(&a, params, "purchaseOrderNumber", e->name);
    const struct call_request request = {
        .account = l->account,
        .op = l->op,
        .params = params,
        .item = l->op->id == OP_GET_ORDER ? NULL : take_document,
        .item_arg = l,
        .archive = l->host->archive,
    };
    if (call_start(l->host->spapi, &request, look_done, l, &l->call, &f) != ERR_OK) {
        host_trouble(l->host, &f);
        lookup_end(l);
    }
    arena_clear(&a);
}

static bool order_under_way(const struct host *h, int64_t record)
{
    for (const struct lookup *l = h->lookups; l != NULL; l = l->next)
        if (l->only_state && l->record == record)
            return true;
    return false;
}

void lookup_order(struct host *h, const struct effect *e)
{
    if (host_account(h, e->account) == NULL || order_under_way(h, e->record))
        return;
    struct lookup *l = lookup_new(h, e);
    l->only_state = true;
    ask_itself(l, e);
}

void lookup_slip(struct host *h, const struct effect *e)
{
    if (host_account(h, e->account) == NULL || under_way(h, e, NULL))
        return;
    struct lookup *l = lookup_new(h, e);
    l->slip = l->only_fetch = true;
    ask_itself(l, e);
}

void lookup_unknown(struct host *h, const struct effect *e)
{
    struct arena a;
    struct effect now;
    struct fault f;

    if (host_account(h, e->account) == NULL || under_way(h, e, NULL))
        return;
    if (e->kind != EFFECT_SCAN) {
        ask_itself(lookup_new(h, e), e);
        return;
    }
    /* A scan cannot be looked up; its repetition says the same again (durability.md 1.3).
     */
    arena_init(&a);
    enum err err = effect_get(h->store, &a, e->id, false, &now, &f);
    if (err == ERR_OK)
        err = not_there(h, &now, &f);
    if (err != ERR_OK)
        host_trouble(h, &f);
    arena_clear(&a);
}

/* ---- transactions ---- */

static void failure_text(const struct json *status, char *out, size_t size)
{
    const struct json *errors = json_get(status, "errors");
    const struct json *first =
        errors != NULL && errors->type == JSON_ARRAY ? errors->first : NULL;
    const char *code = json_get_str(first, "code", "no code");
    const char *message = json_get_str(first, "message", "Amazon gave no text");
    char *clean = mem_text(message);

    secret_redact(clean);
    snprintf(out, size, "Amazon says Failure: %s: %.300s", code, clean);
    free(clean);
}

/* A label proves its request. Amazon may make the very same one again: then it has to do,
 * once a new one had its time. */
static enum err transaction_success(struct host *h, struct effect *e, struct fault *f)
{
    if (e->kind != EFFECT_LABEL)
        return vendor_succeeded(h, e, "its transaction says Success", f);
    struct account *a = host_account(h, e->account);
    if (host_now(h) >= prover_quiet(e->kind, e->sent_ms)) {
        struct lookup *l = lookup_new(h, e);
        l->success = true;
        ask_itself(l, e);
    } else if (h->eager == 0) { /* few are waited for: one by one, not a list of all */
        struct lookup *l = lookup_new(h, e);
        l->only_fetch = true;
        ask_itself(l, e);
    } else if (!poller_asking(h->poller, a, POLL_LABELS)) {
        poller_ask(h->poller, a, POLL_LABELS, NULL, NULL);
    }
    return ERR_OK;
}

/* Nothing but its transaction speaks of a scan. */
static enum err scan_failure(struct host *h, struct effect *e, const char *why,
                             bool batch, struct fault *f)
{
    return batch ? send_again(h, e, "its batch failed; goes again in a smaller one", f)
                 : vendor_failed(h, e, EFFECT_FAILED, why, f);
}

/* A false Failure exists, and what a failed batch did to its members is not told: the
 * order itself is asked, once Amazon has had the time to show what was done. */
static enum err transaction_failure(struct host *h, struct effect *e, const char *why,
                                    bool batch, struct fault *f)
{
    const struct effect_change doubt = {
        .to = EFFECT_ACCEPTED, .why = why, .next_ms = prover_quiet(e->kind, e->sent_ms)};
    if (e->kind == EFFECT_SCAN)
        return scan_failure(h, e, why, batch, f);
    if (host_now(h) < doubt.next_ms)
        return host_move(h, e, &doubt, f);
    struct lookup *l = lookup_new(h, e);
    l->failure = mem_text(why);
    l->batch = batch;
    ask_itself(l, e);
    return ERR_OK;
}

/* Half an hour later it is still Processing. When its order is cancelled, nothing will
 * prove it any more. */
static enum err still_processing(struct host *h, struct effect *e, struct fault *f)
{
    struct arena a;
    struct record r;

    if (strcmp(effect_shown(e, host_now(h)), "assumed") != 0)
        return ERR_OK;
    arena_init(&a);
    enum err err = record_get(h->store, &a, e->record, false, &r, f);
    if (err == ERR_OK && r.state == ORDER_CANCELLED)
        err = vendor_failed(
            h, e, EFFECT_HELD,
            "the order was cancelled, and Amazon does not say what became of this; look "
            "in Vendor Central, then `dray settle`",
            f);
    arena_clear(&a);
    return err;
}

static enum err apply_status(struct lookup *l, struct arena *a, const struct json *status,
                             struct fault *f)
{
    const char *word = json_get_str(status, "status", "");
    const bool success = strcmp(word, "Success") == 0,
               failure = strcmp(word, "Failure") == 0;
    struct effect *list;
    size_t count;
    char why[400];
    const struct effect_filter filter = {.account = l->account->id,
                                         .transaction = l->transaction,
                                         .states = 1u << EFFECT_ACCEPTED};

    enum err e = effect_list(l->host->store, a, &filter, &list, &count, f);
    if (failure)
        failure_text(status, why, sizeof why);
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = success   ? transaction_success(l->host, &list[i], f)
            : failure ? transaction_failure(l->host, &list[i], why, count > 1, f)
                      : still_processing(l->host, &list[i], f);
    return e;
}

static void transaction_done(void *arg, const struct call_reply *reply)
{
    struct lookup *l = arg;
    struct arena a;
    struct fault f;

    arena_init(&a);
    const enum err e =
        reply->outcome == CALL_OK
            ? apply_status(l, &a, json_get(reply->body, "transactionStatus"), &f)
            : lookup_note(l->host, l->effect, l->op, reply, &f);
    if (e != ERR_OK)
        host_trouble(l->host, &f);
    arena_clear(&a);
    lookup_end(l);
}

void lookup_transaction(struct host *h, const struct effect *e)
{
    struct arena a;
    struct fault f;

    if (e->transaction[0] == '\0' || under_way(h, e, e->transaction))
        return;
    struct lookup *l = lookup_new(h, e);
    l->transaction = mem_text(e->transaction);
    l->op = operation_get(OP_GET_TRANSACTION_STATUS);
    arena_init(&a);
    struct json *params = json_object(&a);
    json_set_str(&a, params, "transactionId", e->transaction);
    const struct call_request request = {
        .account = l->account,
        .op = l->op,
        .params = params,
    };
    if (call_start(h->spapi, &request, transaction_done, l, &l->call, &f) != ERR_OK) {
        host_trouble(h, &f);
        lookup_end(l);
    }
    arena_clear(&a);
}
