/* The documents inside one element of a reply, decoded as they arrive; a part of
 * spapi/page.
 *
 * Small ones stay in memory until the element is over, large ones go to the archive at
 * once. One at a time: contents_start, contents_take for each piece of base64,
 * contents_end. */
#ifndef DRAY_SPAPI_CONTENTS_H
#define DRAY_SPAPI_CONTENTS_H

#include "spapi/page.h"

struct contents;

/* The archive is borrowed; NULL: a document that is too large for memory is broken. */
struct contents *contents_new(struct archive *archive);
void contents_free(struct contents *c);
/* Forgets every document; a file that nobody took is removed. */
void contents_reset(struct contents *c);

void contents_start(struct contents *c);
/* Text that is no base64 makes the document `broken` and is no error; ERR_IO is the
 * disk's. */
enum err contents_take(struct contents *c, const char *text, size_t len, struct fault *f);
/* Gives the document's number in the list. */
size_t contents_end(struct contents *c);

/* All of them, with `data` set; borrowed until contents_reset. */
struct page_document *contents_list(struct contents *c, size_t *count);

#endif
