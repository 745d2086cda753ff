/* One document behind a presigned URL: a plain GET, without token, over TLS (or to this
 * machine), no redirect, a limit of size and time. The URL is a secret: it leads to an
 * address, and appears in no log, message, file or state (design 7; domain.md 1.7). */
#ifndef DRAY_WORKFLOW_FETCH_H
#define DRAY_WORKFLOW_FETCH_H

#include "base/secret.h"
#include "net/transport.h"
#include "spapi/page.h"

/* What came. `document` is borrowed for the call; `why` is "" when it is whole. */
struct fetch_end {
    struct page_document document;
    char said[96]; /* Content-Type */
    char why[200]; /* without any part of the URL */
};
typedef void fetch_done_fn(void *arg, struct fetch_end *end);

struct fetch;
/* The URL is cleansed with the fetch. `done` is called once from transport_drain. NULL
 * with `why` filled when that URL is never asked. */
struct fetch *fetch_start(struct transport *t, const char *url, fetch_done_fn *done,
                          void *arg, char why[200]);
void fetch_withdraw(struct fetch *x);

#endif
