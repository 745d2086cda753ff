/* Documents on their way from a page to a row. */
#include "workflow/intake.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/mem.h"
#include "workflow/export.h"
#include "workflow/flow.h"

/* A document whose file is written and whose row waits. */
struct pending {
    struct paper paper; /* strings in `memory` */
    struct arena memory;
    int64_t mark;
    int64_t
        replaced; /* the earlier document of the same package, once the row is there */
    struct pending *next;
    LIST_ENTRY(pending) near; /* in the list of its record and of some others */
};

enum { RECORD_LISTS = 256 };
LIST_HEAD(near, pending);

struct intake {
    struct host *host;
    struct pending *first, **end; /* in order of arrival */
    struct near near[RECORD_LISTS];
    struct archive_batch *batch; /* being flushed; NULL: none */
    bool flushed;                /* the pool is done with it */
    int64_t batch_mark;          /* the last document of the batch */
    int64_t mark;                /* documents taken */
    int64_t settled;             /* documents with rows */
};

struct intake *intake_new(struct host *h)
{
    struct intake *in = mem_new(sizeof *in);
    in->host = h;
    in->end = &in->first;
    return in;
}

static void pending_free(struct pending *p)
{
    LIST_REMOVE(p, near);
    arena_clear(&p->memory);
    free(p);
}

void intake_free(struct intake *in)
{
    if (in == NULL)
        return;
    while (in->batch != NULL && !in->flushed)
        loop_turn(in->host->loop, clock_mono_ms(in->host->clock) + MS_SECOND);
    if (in->batch != NULL)
        archive_batch_end(in->batch, NULL);
    while (in->first != NULL) {
        struct pending *next = in->first->next;
        pending_free(in->first);
        in->first = next;
    }
    free(in);
}

static struct near *near_record(struct intake *in, int64_t record)
{
    return &in->near[(uint64_t)record % RECORD_LISTS];
}

/* The same document came twice before the first one had its row. */
static bool waits_already(struct intake *in, const struct paper *p)
{
    const struct pending *w;
    LIST_FOREACH(w, near_record(in, p->record), near)
    if (w->paper.record == p->record && w->paper.kind == p->kind &&
        strcmp(w->paper.package, p->package) == 0 &&
        memcmp(&w->paper.digest, &p->digest, sizeof p->digest) == 0)
        return true;
    return false;
}

static enum err already_there(struct intake *in, const struct paper *p, bool *known,
                              struct fault *f)
{
    *known = waits_already(in, p);
    if (*known)
        return ERR_OK;
    return paper_known(in->host->store, p->record, p->kind, p->package, &p->digest, known,
                       f);
}

static enum err write_file(struct intake *in, const struct paper *p,
                           struct page_document *d, char path[ARCHIVE_PATH],
                           struct fault *f)
{
    int64_t now = host_now(in->host);
    if (d->large == NULL)
        return archive_put(in->host->archive, p->id, d->finding.format, now, d->data,
                           d->len, path, f);
    struct archive_writer *large = d->large;
    d->large = NULL;
    return archive_finish(large, p->id, d->finding.format, now, path, f);
}

static void remember(struct intake *in, const struct paper *p, const char *path)
{
    struct pending *w = mem_new(sizeof *w);

    arena_init(&w->memory);
    w->paper = *p;
    w->paper.account = arena_text(&w->memory, p->account);
    w->paper.name = arena_text(&w->memory, p->name);
    w->paper.package = arena_text(&w->memory, p->package);
    w->paper.tracking = arena_text(&w->memory, p->tracking);
    w->paper.ship_method = arena_text(&w->memory, p->ship_method);
    w->paper.said = arena_text(&w->memory, p->said);
    w->paper.is = arena_text(&w->memory, p->is);
    w->paper.flaw = arena_text(&w->memory, p->flaw);
    w->paper.path = arena_text(&w->memory, path);
    w->mark = ++in->mark;
    *in->end = w;
    in->end = &w->next;
    LIST_INSERT_HEAD(near_record(in, p->record), w, near);
}

/* What is wrong with a document, Amazon's word about its format included; "" when
 * nothing. */
static void describe_flaw(struct paper *p, const struct finding *found, char *out,
                          size_t size)
{
    if (found->flaw[0] != '\0')
        snprintf(out, size, "%s", found->flaw);
    else if (p->said[0] != '\0' && format_from_name(p->said) != found->format)
        snprintf(out, size, "Amazon calls it %s, its bytes are %s", p->said, p->is);
    else
        out[0] = '\0';
    if (out[0] != '\0')
        log_write(LOG_WARN, "a document is not what it should be",
                  log_body("purchaseOrderNumber", p->name),
                  log_safe("kind", paper_kind_name(p->kind)),
                  log_body("packageIdentifier", p->package), log_safe("flaw", out),
                  LOG_END);
}

static enum err broken(struct intake *in, const struct record *r, const struct paper *p,
                       const char *why, struct fault *f)
{
    struct arena a;
    arena_init(&a);
    struct json *detail = json_object(&a);
    json_set_str(&a, detail, "kind", paper_kind_name(p->kind));
    json_set_str(&a, detail, "package", p->package);
    json_set_str(&a, detail, "why", why);
    log_write(LOG_WARN,
              "a document cannot be decoded; it is asked for again with the next poll",
              log_body("purchaseOrderNumber", r->name),
              log_safe("kind", paper_kind_name(p->kind)),
              log_body("packageIdentifier", p->package), log_safe("why", why), LOG_END);
    enum err e = host_event(in->host, r, "document.broken", detail, f);
    arena_clear(&a);
    return e;
}

/* It was void or replaced, and is valid again. */
static enum err revive(struct intake *in, const struct paper *p, int64_t *fresh,
                       struct fault *f)
{
    struct paper again = *p;
    again.received_ms = host_now(in->host);
    enum err e = paper_revive(in->host->store, &again, &again.id, f);
    if (e != ERR_OK || again.id == 0)
        return e;
    (*fresh)++;
    return flow_of_account(in->host, p->account)->paper_ready(in->host, &again, 0, f);
}

enum err intake_document(struct intake *in, const struct record *r, const struct paper *p,
                         struct page_document *d, int64_t *fresh, struct fault *f)
{
    char flaw[200], path[ARCHIVE_PATH];
    bool known;

    if (d->broken[0] != '\0')
        return broken(in, r, p, d->broken, f);
    struct paper whole = *p;
    whole.digest = d->digest;
    enum err e = already_there(in, &whole, &known, f);
    if (e == ERR_OK && known && r->kind == RECORD_SHIPMENT)
        e = revive(in, &whole, fresh, f);
    if (e != ERR_OK || known)
        return e;
    whole.id = paper_next_id(in->host->store);
    whole.size = (int64_t)d->len;
    whole.is = format_name(d->finding.format);
    describe_flaw(&whole, &d->finding, flaw, sizeof flaw);
    whole.flaw = flaw;
    whole.received_ms = host_now(in->host);
    whole.latest = true;
    e = write_file(in, &whole, d, path, f);
    if (e != ERR_OK)
        return e;
    remember(in, &whole, path);
    (*fresh)++;
    return ERR_OK;
}

static struct page_document *document_at(const struct page_item *item,
                                         const struct json *holder)
{
    int64_t at;
    if (!json_int(json_get(holder, "content"), &at) || at < 0 ||
        (size_t)at >= item->document_count)
        return NULL;
    return &item->documents[at];
}

static enum err take_packages(struct intake *in, const struct record *r,
                              struct paper base, const struct page_item *item,
                              int64_t *fresh, struct fault *f)
{
    const struct json *data = json_get(item->value, "labelData");
    enum err e = ERR_OK;

    base.said = json_get_str(item->value, "labelFormat", "");
    for (const struct json *d = data == NULL ? NULL : data->first;
         d != NULL && e == ERR_OK; d = d->next) {
        struct paper p = base;
        struct page_document *document = document_at(item, d);
        p.package = json_get_str(d, "packageIdentifier", "");
        p.tracking = json_get_str(d, "trackingNumber", "");
        p.ship_method = json_get_str(d, "shipMethod", "");
        e = document == NULL ? broken(in, r, &p, "it has no content", f)
                             : intake_document(in, r, &p, document, fresh, f);
    }
    return e;
}

enum err intake_take(struct intake *in, struct account *a, enum paper_kind kind,
                     const struct page_item *item, int64_t *fresh, struct fault *f)
{
    struct arena memory;
    struct record r;
    struct fault unknown;
    const char *po = json_get_str(item->value, "purchaseOrderNumber", "");

    arena_init(&memory);
    enum err e = record_find(in->host->store, &memory, RECORD_ORDER, a->id, po, false, &r,
                             &unknown);
    if (e == ERR_NOT_FOUND) {
        log_write(
            LOG_WARN,
            "a document belongs to an order that dray has not seen; it is passed over",
            log_safe("account", a->id), log_body("purchaseOrderNumber", po),
            log_safe("kind", paper_kind_name(kind)), LOG_END);
        arena_clear(&memory);
        return ERR_OK;
    }
    if (e != ERR_OK) {
        arena_clear(&memory);
        return fault_set(f, e, "%s", unknown.text);
    }
    struct paper p = {.kind = kind,
                      .record = r.id,
                      .account = a->id,
                      .name = r.name,
                      .package = "",
                      .tracking = "",
                      .ship_method = "",
                      .said = ""};
    if (kind == PAPER_LABEL) {
        e = take_packages(in, &r, p, item, fresh, f);
    } else {
        struct page_document *document = document_at(item, item->value);
        p.said = json_get_str(item->value, "contentType", "");
        e = document == NULL ? broken(in, &r, &p, "it has no content", f)
                             : intake_document(in, &r, &p, document, fresh, f);
    }
    arena_clear(&memory);
    return e;
}

static void flush_work(void *arg)
{
    struct intake *in = arg;
    archive_batch_flush(in->batch);
}

static void flush_done(void *arg)
{
    struct intake *in = arg;
    in->flushed = true;
}

static const struct flow *flow_for(const struct intake *in, const struct pending *w)
{
    return flow_of_account(in->host, w->paper.account);
}

/* The labels of one order come together: what it had before them gives way. */
static enum err outdate(struct intake *in, struct pending *batch, struct fault *f)
{
    int64_t record = 0;
    enum err e = ERR_OK;
    for (struct pending *w = batch; w != NULL && e == ERR_OK; w = w->next) {
        if (w->paper.kind == PAPER_LABEL && w->paper.record != record)
            e = flow_for(in, w)->papers_answer(in->host, w->paper.record, w->paper.id,
                                               &w->replaced, f);
        record = w->paper.kind == PAPER_LABEL ? w->paper.record : 0;
    }
    return e;
}

/* Rows first, then what they mean: an order with two labels is looked at when both are
 * there. */
static enum err add_rows(struct intake *in, struct pending *batch, struct fault *f)
{
    enum err e = ERR_OK;
    for (struct pending *w = batch; w != NULL && e == ERR_OK; w = w->next)
        e = paper_add(in->host->store, &w->paper, &w->replaced, f);
    if (e == ERR_OK)
        e = outdate(in, batch, f);
    for (struct pending *w = batch; w != NULL && e == ERR_OK; w = w->next)
        e = flow_for(in, w)->paper_ready(in->host, &w->paper, w->replaced, f);
    return e;
}

/* Takes the documents of the flushed batch off the list. */
static struct pending *take_batch(struct intake *in)
{
    struct pending *batch = in->first, **at = &in->first;
    while (*at != NULL && (*at)->mark <= in->batch_mark)
        at = &(*at)->next;
    in->first = *at;
    *at = NULL;
    if (in->first == NULL)
        in->end = &in->first;
    return batch;
}

static enum err settle_batch(struct intake *in, struct fault *f)
{
    struct pending *batch = take_batch(in);
    enum err e = add_rows(in, batch, f);

    in->settled = in->batch_mark;
    export_wake(in->host->export);
    while (batch != NULL) {
        struct pending *next = batch->next;
        pending_free(batch);
        batch = next;
    }
    return e;
}

enum err intake_step(struct intake *in, struct fault *f)
{
    enum err e = ERR_OK;

    if (in->batch != NULL && in->flushed) {
        e = archive_batch_end(in->batch, f);
        in->batch = NULL;
        if (e == ERR_OK)
            e = settle_batch(in, f);
    }
    if (e == ERR_OK && in->batch == NULL && in->first != NULL) {
        in->batch = archive_seal(in->host->archive);
        in->batch_mark = in->mark;
        in->flushed = false;
        assert(in->batch !=
               NULL); /* every waiting document was put since the last seal */
        loop_work(in->host->loop, flush_work, flush_done, in);
    }
    return e;
}

bool intake_waits(const struct intake *in, int64_t record, enum paper_kind kind)
{
    for (const struct pending *w = in->first; w != NULL; w = w->next)
        if (w->paper.record == record && w->paper.kind == kind)
            return true;
    return false;
}

int64_t intake_mark(const struct intake *in)
{
    return in->mark;
}

bool intake_settled(const struct intake *in, int64_t mark)
{
    return in->settled >= mark;
}
