/* A whole list: windows of at most 7 days, every page of each, empty pages too (design
 * 7).
 *
 * A page token that has expired restarts its window; elements may then come again, so the
 * item function must take one twice. */
#ifndef DRAY_SPAPI_LISTING_H
#define DRAY_SPAPI_LISTING_H

#include <stdint.h>

#include "spapi/call.h"

struct listing_request {
    struct account *account;
    const struct operation *op;
    const struct json *params; /* without window and page token; NULL: none; copied, and
                                  the same for every page */
    int64_t after_ms;          /* createdAfter: cut to six months back */
    int64_t before_ms;         /* createdBefore; both for windowed operations only */
    page_item_fn *item;        /* takes each element */
    void *arg;                 /* for item and done */
    bool keep_text;
    struct archive *archive;
};

/* How it ended. */
struct listing_end {
    enum call_outcome outcome; /* CALL_OK: all pages were read */
    size_t items, calls;
    struct fault fault;
};
typedef void listing_done_fn(void *arg, const struct listing_end *end);

struct listing;
enum err listing_start(struct spapi *s, const struct listing_request *request,
                       listing_done_fn *done, struct listing **listing, struct fault *f);
void listing_withdraw(struct listing *l);

#endif
