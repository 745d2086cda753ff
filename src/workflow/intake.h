/* Documents on their way from a page to a row: files before names (law 14).
 *
 * What a page hands over is written to the archive at once; its row waits until the
 * round's files are durable (on libuv's pool) and joins the next commit. Only then is a
 * label ready. */
#ifndef DRAY_WORKFLOW_INTAKE_H
#define DRAY_WORKFLOW_INTAKE_H

#include "spapi/page.h"
#include "store/paper.h"
#include "workflow/host.h"

struct intake *intake_new(struct host *h);
/* Waits for a flush under way; forgets what has no row yet (the next start sweeps it). */
void intake_free(struct intake *in);

/* One element of getShippingLabels, getPackingSlips or getCustomerInvoices. Elements of
 * orders that dray does not know, and documents that are no base64, are recorded and
 * passed over; a document that is there already counts as nothing. *fresh counts new
 * documents. */
enum err intake_take(struct intake *in, struct account *a, enum paper_kind kind,
                     const struct page_item *item, int64_t *fresh, struct fault *f);

/* One document with what is said of it in `p`, for the record `r`. It is there already:
 * nothing, unless that one was void or replaced; then it is the latest again. */
enum err intake_document(struct intake *in, const struct record *r, const struct paper *p,
                         struct page_document *d, int64_t *fresh, struct fault *f);
/* A document of this record and kind waits for its row. */
bool intake_waits(const struct intake *in, int64_t record, enum paper_kind kind);

/* Starts a flush when something waits and none is under way; adds the rows of what has
 * become durable. Called once a round. */
enum err intake_step(struct intake *in, struct fault *f);

/* A mark that grows with every document, and whether everything up to it has its row. */
int64_t intake_mark(const struct intake *in);
bool intake_settled(const struct intake *in, int64_t mark);

#endif
