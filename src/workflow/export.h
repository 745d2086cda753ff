/* `export "labels/"`: each stored document also as a named file for other programs,
 * PO-PACKAGE.zpl (slips and invoices PO-slip.pdf, PO-invoice.pdf), in a folder of its own
 * per account when there are several.
 *
 * Written on libuv's pool after the row is durable; a cursor "export" remembers how far,
 * so that what is missing is made up at the next start. A file may be written twice, when
 * a crash comes between file and cursor, never not at all. A failure is a warning: the
 * document itself is safe in the archive. */
#ifndef DRAY_WORKFLOW_EXPORT_H
#define DRAY_WORKFLOW_EXPORT_H

#include <stdbool.h>

#include "workflow/host.h"

/* `folder` is taken over; NULL: nothing is exported. */
struct export *export_new(struct host *h, char *folder);
/* Where files go; NULL: nowhere. */
const char *export_folder(const struct export *x);
/* Waits for files that are being written. */
void export_free(struct export *x);

/* At start: the first time documents are exported those that are there already are left
 * out, since other programs may act on every file. */
enum err export_open(struct export *x, struct fault *f);
/* Rows of documents were added. */
void export_wake(struct export *x);
/* Notes what was written since; once a round, before its commit. */
enum err export_step(struct export *x, struct fault *f);
/* Begins to write what is durable; once a round, after its commit. */
enum err export_durable(struct export *x, struct fault *f);
/* Nothing is to be written, or can be. */
bool export_idle(const struct export *x);

#endif
