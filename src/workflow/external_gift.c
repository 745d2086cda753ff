/* Gift messages and wrap labels become documents. */
#include "workflow/external_gift.h"

#include <stdio.h>
#include <string.h>

#include "document/base64.h"
#include "workflow/intake.h"

enum { GIFT_MAX = 1 << 20 };

static void examine(const char *bytes, size_t len, struct page_document *d)
{
    d->data = bytes;
    d->len = len;
    digest_of(bytes, len, &d->digest);
    format_examine(bytes, len, &d->finding);
    if (d->finding.format == FORMAT_TEXT) /* a person's words may be few */
        d->finding.flaw[0] = '\0';
}

static void decode(const char *content, struct buf *bytes, struct page_document *d)
{
    struct base64 b = {0};
    struct fault why;

    enum err e = base64_take(&b, content, strlen(content), bytes, &why);
    if (e == ERR_OK)
        e = base64_end(&b, &why);
    if (e != ERR_OK) {
        snprintf(d->broken, sizeof d->broken, "%.159s", why.text);
        return;
    }
    examine(buf_str(bytes), bytes->len, d);
}

/* A document of the line; what a person wrote, or a label for the wrapping. */
static enum err keep(struct host *h, const struct record *r, const struct json *line,
                     enum paper_kind kind, const char *said, struct page_document *d,
                     struct fault *f)
{
    int64_t fresh = 0;
    const struct paper p = {
        .kind = kind,
        .record = r->id,
        .account = r->account,
        .name = r->name,
        .package = json_get_str(line, "shipmentLineItemId", ""),
        .tracking = "",
        .ship_method = "",
        .said = said,
    };
    return intake_document(h->intake, r, &p, d, &fresh, f);
}

static enum err take_message(struct host *h, const struct record *r,
                             const struct json *line, const struct json *message,
                             struct fault *f)
{
    struct page_document d = {0};
    struct buf bytes;

    if (message == NULL || message->type != JSON_OBJECT)
        return ERR_OK;
    buf_init(&bytes, GIFT_MAX);
    decode(json_get_str(message, "content", ""), &bytes, &d);
    enum err e = keep(h, r, line, PAPER_GIFT, json_get_str(message, "format", ""), &d, f);
    buf_clear(&bytes);
    return e;
}

/* "The label to be printed on the wrapped gift": a text. */
static enum err take_wrap(struct host *h, const struct record *r, const struct json *line,
                          const struct json *label, struct fault *f)
{
    struct page_document d = {0};

    if (json_str(label) == NULL || label->len == 0)
        return ERR_OK;
    examine(label->text, label->len, &d);
    return keep(h, r, line, PAPER_WRAP, "", &d, f);
}

enum err gift_take(struct host *h, const struct record *r, const struct json *body,
                   struct fault *f)
{
    const struct json *items = json_get(body, "lineItems");
    enum err e = ERR_OK;

    for (const struct json *i = items == NULL ? NULL : items->first;
         i != NULL && e == ERR_OK; i = i->next) {
        const struct json *gift = json_get(i, "giftAttributes");
        e = take_message(h, r, i, json_get(gift, "giftMessage"), f);
        if (e == ERR_OK)
            e = take_wrap(h, r, i, json_get(gift, "giftWrapLabel"), f);
    }
    return e;
}
