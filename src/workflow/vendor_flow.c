/* A vendor's side of the table of flows: batches that name a transaction. */
#include "workflow/vendor.h"

#include "base/instant.h"
#include "workflow/lookup.h"
#include "workflow/order.h"
#include "workflow/prover.h"
#include "workflow/vendor_body.h"
#include "workflow/vendor_step.h"

enum { REQUEST_TIMEOUT_MS = 12 * MS_SECOND };

static enum err build(struct host *h, struct arena *a, const struct effect *e,
                      struct outgoing *out, struct fault *f)
{
    *out = (struct outgoing){0};
    return vendor_request(h, a, e, &out->body, f);
}

static bool streams(enum effect_kind kind)
{
    (void)kind;
    return false;
}

static enum err answered(struct host *h, struct effect *e, const struct call_reply *r,
                         struct fault *f)
{
    const char *id = json_get_str(r->body, "transactionId", "");
    const struct effect_change taken = {.to = EFFECT_ACCEPTED,
                                        .why = "Amazon took it; not proved yet",
                                        .transaction = id,
                                        .request_id = r->request_id,
                                        .next_ms = prover_next(h, e, 0)};
    const struct effect_change lost = {.to = EFFECT_UNKNOWN,
                                       .why = "Amazon's answer named no transaction",
                                       .request_id = r->request_id,
                                       .next_ms = prover_quiet(e->kind, e->sent_ms)};
    return host_move(h, e, id[0] != '\0' ? &taken : &lost, f);
}

static enum err refused(struct host *h, struct effect *e, const struct call_reply *r,
                        const char *why, struct fault *f)
{
    (void)r;
    return vendor_failed(h, e, EFFECT_REJECTED, why, f);
}

/* Amazon shows acknowledgements and labels within 15 minutes, the others within 10
 * (durability.md 1.2, domain.md 4.2). */
static int64_t quiet(enum effect_kind kind, int64_t sent_ms)
{
    const bool slow = kind == EFFECT_ACKNOWLEDGE || kind == EFFECT_LABEL;
    return sent_ms + REQUEST_TIMEOUT_MS + (slow ? 16 : 11) * MS_MINUTE;
}

/* The asked fields with the answer merged in, checked as at planning. */
static enum err vendor_amend(struct host *h, struct effect *e, const struct json *fields,
                             struct buf *body, struct fault *f)
{
    struct order o;
    struct json *asked = NULL, *answer = NULL, *element;
    struct paper *labels = NULL;
    size_t count = 0;

    enum err err = order_open(h, e->record, &o, f);
    if (err == ERR_OK)
        err = vendor_asked(h, &o, e, &asked, f);
    if (err == ERR_OK)
        err = body_asked(&o, verb_find(e->verb), fields, &answer, f);
    if (err == ERR_OK)
        err = order_papers(h, &o, PAPER_LABEL, &labels, &count, f);
    if (err == ERR_OK) {
        json_merge(&o.memory, asked, answer);
        err = body_build(h, &o, verb_find(e->verb), asked, labels, count, &element, f);
    }
    if (err == ERR_OK)
        json_write(body, asked);
    order_close(&o);
    return err;
}

const struct flow vendor_flow = {
    .stand = vendor_stand,
    .ready = vendor_ready,
    .succeeded = vendor_succeeded,
    .failed = vendor_failed,
    .operation = vendor_operation,
    .list = vendor_list,
    .batch = vendor_batch,
    .request = build,
    .streams = streams,
    .answered = answered,
    .refused = refused,
    .quiet = quiet,
    .look_up = lookup_unknown,
    .look_at = lookup_order,
    .amend = vendor_amend,
    .papers_answer = vendor_labels_answer,
    .paper_ready = vendor_paper_ready,
};
