/* Base64 in, checked documents out, in slices that stay in the processor's cache while
 * they are decoded, hashed and examined. Memory is bounded per document and per element.
 */
#include "spapi/contents.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "document/base64.h"

enum {
    DOCUMENT_MAX = 1024 * 1024,     /* one document in memory */
    ELEMENT_MAX = 16 * 1024 * 1024, /* all documents of an element in memory */
    SLICE = 32 * 1024,              /* base64 taken at a time */
    KEPT = 8                        /* buffers that stay allocated between elements */
};

struct contents {
    struct archive *archive;
    struct page_document *documents;
    struct buf *bytes; /* of each document that is in memory */
    size_t count, cap;
    size_t held; /* bytes in memory */
    struct base64 base64;
    struct buf slice; /* decoded */
    struct digester *digester;
    struct examiner *examiner;
};

struct contents *contents_new(struct archive *archive)
{
    struct contents *c = mem_new(sizeof *c);
    c->archive = archive;
    buf_init(&c->slice, 2 * SLICE);
    c->digester = digester_new();
    c->examiner = examiner_new();
    return c;
}

void contents_free(struct contents *c)
{
    if (c == NULL)
        return;
    contents_reset(c);
    for (size_t i = 0; i < c->cap; i++)
        buf_clear(&c->bytes[i]);
    free(c->bytes);
    free(c->documents);
    buf_clear(&c->slice);
    digester_free(c->digester);
    examiner_free(c->examiner);
    free(c);
}

/* Gives up what is kept of a document. */
static void drop(struct contents *c, size_t i)
{
    if (c->documents[i].large != NULL)
        archive_give_up(c->documents[i].large);
    c->documents[i].large = NULL;
    c->held -= c->bytes[i].len;
    if (i < KEPT)
        buf_reset(&c->bytes[i]);
    else
        buf_clear(&c->bytes[i]);
}

void contents_reset(struct contents *c)
{
    for (size_t i = 0; i < c->count; i++)
        drop(c, i);
    c->count = 0;
    assert(c->held == 0);
}

static void grow(struct contents *c)
{
    size_t cap = c->cap == 0 ? KEPT : 2 * c->cap;
    c->documents = mem_resize(c->documents, cap * sizeof *c->documents);
    c->bytes = mem_resize(c->bytes, cap * sizeof *c->bytes);
    for (size_t i = c->cap; i < cap; i++)
        buf_init(&c->bytes[i], DOCUMENT_MAX);
    c->cap = cap;
}

void contents_start(struct contents *c)
{
    if (c->count == c->cap)
        grow(c);
    c->documents[c->count++] = (struct page_document){0};
    c->base64 = (struct base64){0};
    digester_start(c->digester);
    examiner_start(c->examiner);
}

/* From here on the present document's text is passed over. */
static void give_up(struct contents *c, const char *why)
{
    struct page_document *d = &c->documents[c->count - 1];
    drop(c, c->count - 1);
    d->len = 0;
    snprintf(d->broken, sizeof d->broken, "%.150s", why);
}

/* The present document is too large for memory: what there is of it goes to the archive.
 */
static enum err move_out(struct contents *c, struct fault *f)
{
    struct page_document *d = &c->documents[c->count - 1];
    struct buf *bytes = &c->bytes[c->count - 1];
    if (c->archive == NULL) {
        give_up(c, "the document is larger than what is kept in memory");
        return ERR_OK;
    }
    d->large = archive_begin(c->archive, f);
    if (d->large == NULL)
        return f->code;
    enum err e = archive_add(d->large, buf_str(bytes), bytes->len, f);
    c->held -= bytes->len;
    buf_reset(bytes);
    return e;
}

/* Keeps the decoded slice, in memory or in the archive. */
static enum err keep(struct contents *c, struct fault *f)
{
    struct page_document *d = &c->documents[c->count - 1];
    struct buf *bytes = &c->bytes[c->count - 1];
    size_t len = c->slice.len;
    bool fits = bytes->len + len <= DOCUMENT_MAX && c->held + len <= ELEMENT_MAX;
    enum err e = d->large == NULL && !fits ? move_out(c, f) : ERR_OK;
    if (e != ERR_OK || d->broken[0] != '\0')
        return e;
    d->len += len;
    if (d->large != NULL)
        return archive_add(d->large, buf_str(&c->slice), len, f);
    buf_add(bytes, buf_str(&c->slice), len);
    c->held += len;
    return ERR_OK;
}

static enum err take_slice(struct contents *c, const char *text, size_t len,
                           struct fault *f)
{
    struct fault why;
    buf_reset(&c->slice);
    if (base64_take(&c->base64, text, len, &c->slice, &why) != ERR_OK) {
        give_up(c, why.text);
        return ERR_OK;
    }
    digester_add(c->digester, buf_str(&c->slice), c->slice.len);
    examiner_take(c->examiner, buf_str(&c->slice), c->slice.len);
    return keep(c, f);
}

enum err contents_take(struct contents *c, const char *text, size_t len, struct fault *f)
{
    const struct page_document *d = &c->documents[c->count - 1];
    enum err e = ERR_OK;
    while (e == ERR_OK && len > 0 && d->broken[0] == '\0') {
        size_t piece = len < SLICE ? len : SLICE;
        e = take_slice(c, text, piece, f);
        text += piece;
        len -= piece;
    }
    return e;
}

size_t contents_end(struct contents *c)
{
    struct page_document *d = &c->documents[c->count - 1];
    struct fault why;
    if (d->broken[0] == '\0' && base64_end(&c->base64, &why) != ERR_OK)
        give_up(c, why.text);
    if (d->broken[0] == '\0') {
        digester_end(c->digester, &d->digest);
        examiner_end(c->examiner, &d->finding);
    }
    return c->count - 1;
}

struct page_document *contents_list(struct contents *c, size_t *count)
{
    for (size_t i = 0; i < c->count; i++) {
        struct page_document *d = &c->documents[i];
        bool here = d->large == NULL && d->broken[0] == '\0';
        d->data = here ? buf_str(&c->bytes[i]) : NULL;
    }
    *count = c->count;
    return c->documents;
}
