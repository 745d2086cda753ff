/* A reply read as it arrives (law 13): each element of its list is handed over when it is
 * complete, its base64 decoded, hashed and examined on the way; nothing else is kept.
 *
 * Works for lists and for replies that are one element, with and without `payload`. */
#ifndef DRAY_SPAPI_PAGE_H
#define DRAY_SPAPI_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/json.h"
#include "document/archive.h"
#include "document/format.h"

/* One decoded document of an element. Borrowed for the call of the item function. */
struct page_document {
    const char *data; /* the bytes; NULL when they went to `large` or are broken */
    size_t len;       /* decoded size */
    struct archive_writer
        *large;             /* above 1 MiB: written already; take it (set to NULL) with
                               archive_finish, or it is given up after the call */
    struct digest digest;   /* SHA-256 of the decoded bytes */
    struct finding finding; /* what they are, and what is wrong with them */
    char broken[160];       /* "" or why it is no base64: no bytes are kept then */
};

/* One element: value's content members are replaced by JSON_INT indexes into `documents`.
 */
struct page_item {
    const struct json *value; /* in an arena that is reset after the call */
    const char *text; /* the element as Amazon sent it, when page_options.keep_text */
    size_t text_len;
    struct page_document *documents;
    size_t document_count;
};

/* Anything but ERR_OK stops the page and is what page_feed returns. */
typedef enum err page_item_fn(void *arg, const struct page_item *item, struct fault *f);

struct page_options {
    const char
        *list; /* the reply's list, "shippingLabels"; NULL: the payload is the element */
    const char *content; /* "content"; NULL: no documents inside */
    bool keep_text;      /* hand over each element's own text */
    struct archive
        *archive; /* for documents above 1 MiB; NULL: such a document is `broken` */
    page_item_fn *item;
    void *arg;
};

struct page;

struct page *page_new(const struct page_options *options);
void page_free(struct page *p);
enum err page_feed(struct page *p, const char *data, size_t len, struct fault *f);
/* The reply is over. *next_token is "" at the last page; borrowed until page_free. The
 * empty object `{}` is ERR_NOT_FOUND ("empty success", domain.md 8 #6). */
enum err page_end(struct page *p, const char **next_token, struct fault *f);
/* Elements handed over so far. */
size_t page_count(const struct page *p);

#endif
