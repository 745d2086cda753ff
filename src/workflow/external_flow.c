/* A seller's side of the table of flows: one effect, one request; the shipment itself is
 * the evidence. */
#include "workflow/external.h"

#include <string.h>

#include "base/instant.h"
#include "workflow/external_body.h"
#include "workflow/external_labels.h"
#include "workflow/external_look.h"
#include "workflow/intake.h"
#include "workflow/prover.h"
#include "workflow/sender.h"

enum {
    QUIET_MS = 3 * MS_MINUTE, /* Amazon may still be working on a write */
    TOGETHER_MS = 500,
    POSTPONE_MS = MS_SECOND,
    PAGE = 100,
    PATIENCE_MS = 30 * MS_SECOND, /* what a list proves waits so long for more */
    UNDER_WAY_MS = MS_MINUTE,
    KINDS = 1u << EFFECT_PROCESS | 1u << EFFECT_PACKAGES | 1u << EFFECT_PACKAGE |
            1u << EFFECT_OPTIONS | 1u << EFFECT_INVOICE | 1u << EFFECT_SHIP_LABELS |
            1u << EFFECT_STATUS
};

static enum err stand(struct host *h, const struct effect *e, struct stand *out,
                      struct fault *f)
{
    struct shipment s;
    enum err err = shipment_open(h, e->record, &s, f);
    if (err == ERR_OK)
        err = external_stand_of(h, &s, e, out, f);
    shipment_close(&s);
    return err;
}

static enum err ready(struct host *h, const struct effect *e, struct fault *f)
{
    (void)e;
    (void)f;
    sender_wake(h->sender);
    return ERR_OK;
}

static const char *list(enum effect_kind kind)
{
    (void)kind;
    return NULL;
}

static int batch(const struct account *a, const struct effect *e)
{
    (void)a;
    (void)e;
    return 1;
}

/* ---- sending ---- */

/* What was asked, with what has come since: the option that Amazon recommends. */
static enum err complete(struct host *h, struct shipment *s, const struct effect *e,
                         const struct json *asked, struct outgoing *out, struct fault *f)
{
    out->params = (struct json *)(uintptr_t)json_get(asked, "params");
    out->body = (struct json *)(uintptr_t)json_get(asked, "body");
    if (e->kind != EFFECT_SHIP_LABELS)
        return ERR_OK;
    return external_choose(h, s, out->params, out->body, f);
}

static enum err request(struct host *h, struct arena *a, const struct effect *e,
                        struct outgoing *out, struct fault *f)
{
    struct shipment s;
    const struct json *asked = NULL;

    *out = (struct outgoing){0};
    enum err err = shipment_open(h, e->record, &s, f);
    if (err == ERR_OK)
        err = external_asked(h, &s, e, &asked, f);
    if (err == ERR_OK)
        err = complete(h, &s, e, asked, out, f);
    if (err == ERR_OK) {
        out->params = json_copy(a, out->params);
        out->body = out->body == NULL ? NULL : json_copy(a, out->body);
    }
    shipment_close(&s);
    return err;
}

static bool streams(enum effect_kind kind)
{
    return kind == EFFECT_INVOICE;
}

static enum err item(struct host *h, int64_t effect, const struct page_item *element,
                     struct fault *f)
{
    struct arena a;
    struct effect e;
    int64_t fresh = 0;

    arena_init(&a);
    enum err err = effect_get(h->store, &a, effect, false, &e, f);
    if (err == ERR_OK)
        err = external_take_invoice(h, e.record, element, &fresh, f);
    arena_clear(&a);
    return err;
}

/* `{document: {format, content}}`; content is the number of the decoded document. */
enum err external_take_invoice(struct host *h, int64_t record,
                               const struct page_item *element, int64_t *fresh,
                               struct fault *f)
{
    const struct json *document = json_get(element->value, "document");
    struct arena a;
    struct record r;
    int64_t at;

    if (!json_int(json_get(document, "content"), &at) || at < 0 ||
        (size_t)at >= element->document_count)
        return ERR_OK; /* what asked for it says that none came */
    arena_init(&a);
    enum err e = record_get(h->store, &a, record, false, &r, f);
    const struct paper p = {
        .kind = PAPER_INVOICE,
        .record = record,
        .account = r.account,
        .name = r.name,
        .package = "",
        .tracking = "",
        .ship_method = "",
        .said = json_get_str(document, "format", ""),
    };
    if (e == ERR_OK)
        e = intake_document(h->intake, &r, &p, &element->documents[at], fresh, f);
    arena_clear(&a);
    return e;
}

/* ---- proving ---- */

static int64_t quiet(enum effect_kind kind, int64_t sent_ms)
{
    const bool harmless = kind == EFFECT_OPTIONS || kind == EFFECT_SHIP_LABELS;
    return sent_ms + external_operation(kind)->timeout_ms + (harmless ? 0 : QUIET_MS);
}

static enum err later(struct host *h, struct effect *e, bool checked, int64_t next_ms,
                      struct fault *f)
{
    const struct effect_change change = {.to = e->state,
                                         .checked = checked,
                                         .next_ms = (next_ms + TOGETHER_MS - 1) /
                                                    TOGETHER_MS * TOGETHER_MS};
    return host_move(h, e, &change, f);
}

/* How many effects are still on their way to Amazon. */
static enum err count_coming(struct host *h, const struct account *a, int64_t *count,
                             struct fault *f)
{
    const struct effect_filter filter = {
        .account = a->id,
        .kinds = KINDS,
        .states = 1u << EFFECT_WAITING | 1u << EFFECT_READY | 1u << EFFECT_SENDING};
    *count = 0;
    return effect_count(h->store, &filter, count, f);
}

/* Documents that are on their way; nothing on its way: asked for again. */
static enum err look_at_document(struct host *h, struct effect *e, struct fault *f)
{
    enum err err = later(h, e, true, host_now(h) + UNDER_WAY_MS, f);
    if (err == ERR_OK && e->kind == EFFECT_SHIP_LABELS)
        return labels_settle(h, e, "dray was stopped while they were fetched", f);
    if (err != ERR_OK || intake_waits(h->intake, e->record, PAPER_INVOICE))
        return err;
    const struct effect_change lost = {
        .to = EFFECT_UNKNOWN, .why = "its document did not come", .next_ms = host_now(h)};
    return host_move(h, e, &lost, f);
}

static bool is_document(const struct effect *e)
{
    return e->kind == EFFECT_SHIP_LABELS || e->kind == EFFECT_INVOICE;
}

/* One shipment, or one that lists did not show: it is asked for itself. */
static bool wants_itself(const struct effect *e, size_t shipments)
{
    return shipments < 2 || e->checks % 3 == 2;
}

static size_t count_shipments(struct effect **due, size_t count)
{
    size_t shipments = 0;
    for (size_t i = 0; i < count; i++) {
        bool first = !is_document(due[i]);
        for (size_t k = 0; first && k < i; k++)
            first = due[k]->record != due[i]->record || is_document(due[k]);
        shipments += first;
    }
    return shipments;
}

static enum err postpone(struct host *h, struct effect **due, size_t count,
                         struct fault *f)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < count && e == ERR_OK; i++)
        if (!is_document(due[i]) && due[i]->state == EFFECT_ACCEPTED)
            e = later(h, due[i], false, host_now(h) + POSTPONE_MS, f);
    return e;
}

/* None of them waits for long. */
static bool is_fresh(const struct host *h, struct effect **due, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!is_document(due[i]) && host_now(h) - due[i]->sent_ms > PATIENCE_MS)
            return false;
    return true;
}

static enum err prove_shown(struct host *h, struct account *a, struct effect **due,
                            size_t count, struct fault *f)
{
    const size_t shipments = count_shipments(due, count);
    bool lists = false;
    int64_t coming = 0;

    enum err e = count_coming(h, a, &coming, f);
    const bool early = (int64_t)count < coming && count < PAGE && is_fresh(h, due, count);
    if (e == ERR_OK && (early || poller_asking(h->poller, a, POLL_PROOF)))
        return postpone(h, due, count, f);
    for (size_t i = 0; i < count && e == ERR_OK; i++) {
        if (is_document(due[i]))
            continue;
        if (wants_itself(due[i], shipments))
            external_look_at(h, due[i]);
        else
            lists = true;
        e = later(h, due[i], true, prover_next(h, due[i], due[i]->checks + 1), f);
    }
    if (e == ERR_OK && lists)
        poller_ask(h->poller, a, POLL_PROOF, NULL, NULL);
    return e;
}

static enum err prove(struct host *h, struct account *a, struct effect **due,
                      size_t count, struct fault *f)
{
    bool shown = false;
    enum err e = ERR_OK;
    for (size_t i = 0; i < count && e == ERR_OK; i++) {
        shown = shown || !is_document(due[i]);
        if (is_document(due[i]))
            e = look_at_document(h, due[i], f);
    }
    return e == ERR_OK && shown ? prove_shown(h, a, due, count, f) : e;
}

/* ---- answers of a person, documents ---- */

static enum err amend(struct host *h, struct effect *e, const struct json *fields,
                      struct buf *body, struct fault *f)
{
    struct shipment s;
    const struct json *asked = NULL;
    struct json *built = NULL;

    enum err err = shipment_open(h, e->record, &s, f);
    if (err == ERR_OK)
        err = external_asked(h, &s, e, &asked, f);
    if (err == ERR_OK)
        err =
            external_amend(h, &s, external_verb_find(e->verb), asked, fields, &built, f);
    if (err == ERR_OK)
        json_write(body, built);
    shipment_close(&s);
    return err;
}

static enum err papers_answer(struct host *h, int64_t record, int64_t first,
                              int64_t *replaced, struct fault *f)
{
    (void)h;
    (void)record;
    (void)first;
    (void)replaced;
    (void)f;
    return ERR_OK; /* every package has its own label */
}

/* The document that a request waits for is here. */
static enum err prove_document(struct host *h, const struct paper *p, struct fault *f)
{
    struct arena a;
    struct effect *all;
    size_t count;
    const bool label = p->kind == PAPER_LABEL;
    const struct effect_filter filter = {
        .record = p->record,
        .kinds = label ? 1u << EFFECT_SHIP_LABELS : 1u << EFFECT_INVOICE,
        .states = 1u << EFFECT_ACCEPTED | (label ? 0 : 1u << EFFECT_UNKNOWN)};

    arena_init(&a);
    enum err e = effect_list(h->store, &a, &filter, &all, &count, f);
    for (size_t i = 0; i < count && e == ERR_OK; i++)
        e = label ? labels_settle(h, &all[i], "", f)
                  : external_succeeded(h, &all[i], "the invoice is here", f);
    arena_clear(&a);
    return e;
}

static enum err paper_ready(struct host *h, const struct paper *p, int64_t replaced,
                            struct fault *f)
{
    enum err e = flow_tell_paper(h, p, replaced, f);
    if (e == ERR_OK && (p->kind == PAPER_LABEL || p->kind == PAPER_INVOICE))
        e = prove_document(h, p, f);
    return e == ERR_OK ? flow_reconsider(h, p->record, f) : e;
}

const struct flow external_flow = {
    .stand = stand,
    .ready = ready,
    .succeeded = external_succeeded,
    .failed = external_failed,
    .operation = external_operation,
    .list = list,
    .batch = batch,
    .request = request,
    .item = item,
    .streams = streams,
    .answered = external_answered,
    .refused = external_refused,
    .quiet = quiet,
    .look_up = external_look_up,
    .look_at = external_look_at,
    .prove = prove,
    .amend = amend,
    .papers_answer = papers_answer,
    .paper_ready = paper_ready,
};
