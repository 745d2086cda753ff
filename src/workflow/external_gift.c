/* Gift messages become documents. */
#include "workflow/external_gift.h"

#include <stdio.h>
#include <string.h>

#include "document/base64.h"
#include "workflow/intake.h"

enum { GIFT_MAX = 1 << 20 };

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
    d->data = buf_str(bytes);
    d->len = bytes->len;
    digest_of(d->data, d->len, &d->digest);
    format_examine(d->data, d->len, &d->finding);
    if (d->finding.format == FORMAT_TEXT) /* a person's words may be few */
        d->finding.flaw[0] = '\0';
}

static enum err take_message(struct host *h, const struct record *r,
                             const struct json *line, const struct json *message,
                             struct fault *f)
{
    struct page_document d = {0};
    struct buf bytes;
    int64_t fresh = 0;
    const struct paper p = {
        .kind = PAPER_GIFT,
        .record = r->id,
        .account = r->account,
        .name = r->name,
        .package = json_get_str(line, "shipmentLineItemId", ""),
        .tracking = "",
        .ship_method = "",
        .said = json_get_str(message, "format", ""),
    };

    buf_init(&bytes, GIFT_MAX);
    decode(json_get_str(message, "content", ""), &bytes, &d);
    enum err e = intake_document(h->intake, r, &p, &d, &fresh, f);
    buf_clear(&bytes);
    return e;
}

enum err gift_take(struct host *h, const struct record *r, const struct json *body,
                   struct fault *f)
{
    const struct json *items = json_get(body, "lineItems");
    enum err e = ERR_OK;

    for (const struct json *i = items == NULL ? NULL : items->first;
         i != NULL && e == ERR_OK; i = i->next) {
        const struct json *message = json_path(i, "giftAttributes.giftMessage");
        if (message != NULL && message->type == JSON_OBJECT)
            e = take_message(h, r, i, message, f);
    }
    return e;
}
