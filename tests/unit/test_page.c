/* The page reader: the same elements however the reply is cut, documents checked on the
 * way, nothing kept that grows with the page. */
#include "check.h"

#include <stdlib.h>
#include <unistd.h>

#include "document/base64.h"
#include "document/sample.h"
#include "spapi/page.h"

enum { LOG_MAX = 8 * 1024 * 1024 };

/* What a page told: one line an element and a document, then how it ended. */
static struct buf told;

static void tell_document(const struct page_document *d)
{
    char hex[DIGEST_HEX + 1];
    digest_hex(&d->digest, hex);
    buf_format(&told, "  %zu %s %s [%s] [%s]\n", d->len, hex,
               format_name(d->finding.format), d->finding.flaw, d->broken);
}

static enum err tell(void *arg, const struct page_item *item, struct fault *f)
{
    (void)arg;
    (void)f;
    json_write(&told, item->value);
    buf_char(&told, '\n');
    for (size_t i = 0; i < item->document_count; i++) {
        struct page_document *d = &item->documents[i];
        struct digest again;
        if (d->data != NULL) {
            digest_of(d->data, d->len, &again);
            buf_text(&told,
                     memcmp(&again, &d->digest, sizeof again) == 0 ? "" : "WRONG BYTES ");
        } else if (d->broken[0] == '\0' && d->large == NULL) {
            buf_text(&told, "NO BYTES ");
        }
        tell_document(d);
    }
    if (item->text != NULL) {
        buf_add(&told, item->text, item->text_len);
        buf_char(&told, '\n');
    }
    return ERR_OK;
}

static const struct page_options ORDERS = {.list = "orders", .item = tell};
static const struct page_options ORDERS_TEXT = {
    .list = "orders", .keep_text = true, .item = tell};
static const struct page_options LABELS = {
    .list = "shippingLabels", .content = "content", .item = tell};
static const struct page_options LABEL = {.content = "content", .item = tell};
static const struct page_options SINGLE = {.item = tell};
static const struct page_options SINGLE_TEXT = {.keep_text = true, .item = tell};

/* Reads a reply in pieces of `first`, then `rest` bytes (0: all that is left). */
static const char *read_cut(const struct page_options *options, const char *reply,
                            size_t len, size_t first, size_t rest)
{
    struct fault f = {0};
    const char *token = NULL;
    buf_clear(&told);
    buf_init(&told, LOG_MAX);
    struct page *p = page_new(options);
    enum err e = ERR_OK;
    for (size_t at = 0, piece = first; e == ERR_OK && at < len;
         at += piece, piece = rest) {
        if (piece == 0 || piece > len - at)
            piece = len - at;
        char *copy = malloc(piece); /* so that reading beyond it is noticed */
        memcpy(copy, reply + at, piece);
        e = page_feed(p, copy, piece, &f);
        free(copy);
    }
    if (e == ERR_OK)
        e = page_end(p, &token, &f);
    if (e == ERR_OK)
        buf_format(&told, "%zu elements, next \"%s\"\n", page_count(p), token);
    else
        buf_format(&told, "%s: %s\n", err_name(e), f.text);
    page_free(p);
    return buf_str(&told);
}

static const char *read_page(const struct page_options *options, const char *reply)
{
    return read_cut(options, reply, strlen(reply), 0, 0);
}

/* ---- replies that look like Amazon's ---- */

static void put_document(struct buf *out, const struct buf *bytes)
{
    buf_char(out, '"');
    base64_encode(bytes->data, bytes->len, out);
    buf_char(out, '"');
}

static void put_label(struct buf *out, int number)
{
    struct buf zpl, png;
    char order[24], tracking[24];
    buf_init(&zpl, 1024 * 1024);
    buf_init(&png, 1024 * 1024);
    snprintf(order, sizeof order, "PO%d", number);
    snprintf(tracking, sizeof tracking, "1Z%06d", number);
    sample_zpl(&zpl, order, tracking, "UPS_GROUND");
    sample_png(&png, order, tracking);
    buf_format(
        out, "%s{\"purchaseOrderNumber\":\"%s\",\"labelFormat\":\"ZPL\",\"labelData\":[",
        number == 0 ? "" : ",\n ", order);
    buf_format(out, "{\"packageIdentifier\":\"P\\u00e9\\/%d\",\"content\":", number);
    put_document(out, &zpl);
    buf_format(out, ",\"trackingNumber\":\"%s\"},{\"content\":", tracking);
    put_document(out, &png);
    buf_text(out, "}]}");
    buf_clear(&zpl);
    buf_clear(&png);
}

/* A page of labels with everything around it that Amazon's pages have. */
static void label_page(struct buf *out, int count)
{
    buf_init(out, 64 * 1024 * 1024);
    buf_text(out,
             "{\"payload\": {\"pagination\":{\"nextToken\":\"a+b\\/c==\",\"x\":[{}]},"
             "\"other\":{\"deep\":[[1,{\"content\":\"!\"}],\"text\",null]},\n"
             "\"shippingLabels\" : [ ");
    for (int i = 0; i < count; i++)
        put_label(out, i);
    buf_text(out, "] }, \"errors\":null }");
}

/* What the whole tree says about the same page, document by document. */
static void oracle_content(struct json *content, size_t *number, struct buf *lines)
{
    struct buf bytes;
    struct base64 state = {0};
    struct page_document d = {0};
    buf_init(&bytes, 4 * 1024 * 1024);
    CHECK_INT(base64_take(&state, content->text, content->len, &bytes, NULL), ERR_OK);
    digest_of(bytes.data, bytes.len, &d.digest);
    format_examine(bytes.data, bytes.len, &d.finding);
    d.len = bytes.len;
    char hex[DIGEST_HEX + 1];
    digest_hex(&d.digest, hex);
    buf_format(lines, "  %zu %s %s [%s] []\n", d.len, hex, format_name(d.finding.format),
               d.finding.flaw);
    buf_clear(&bytes);
    content->type = JSON_INT;
    content->number = (int64_t)(*number)++;
}

static void oracle(const char *reply, size_t len, struct buf *out)
{
    struct arena arena;
    struct fault f = {0};
    arena_init(&arena);
    struct json *root = json_parse(&arena, reply, len, &f);
    CHECK(root != NULL);
    const struct json *list = json_path(root, "payload.shippingLabels");
    for (struct json *e = list->first; e != NULL; e = e->next) {
        size_t number = 0;
        struct buf lines;
        buf_init(&lines, LOG_MAX);
        for (struct json *d = json_get(e, "labelData")->first; d != NULL; d = d->next)
            for (struct json *m = d->first; m != NULL; m = m->next)
                if (strcmp(m->key, "content") == 0)
                    oracle_content(m, &number, &lines);
        json_write(out, e);
        buf_char(out, '\n');
        buf_add(out, buf_str(&lines), lines.len);
        buf_clear(&lines);
    }
    buf_format(out, "%zu elements, next \"%s\"\n", list->count,
               json_str(json_path(root, "payload.pagination.nextToken")));
    arena_clear(&arena);
}

static void same_as_whole(void)
{
    struct buf page, want;
    label_page(&page, 20);
    buf_init(&want, LOG_MAX);
    oracle(page.data, page.len, &want);
    static const size_t pieces[] = {0, 1, 2, 3, 7, 64, 4095, 16384, 70000};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++)
        CHECK_STR(read_cut(&LABELS, page.data, page.len, pieces[i], pieces[i]),
                  buf_str(&want));
    CHECK(strstr(buf_str(&want), "ZPL []") != NULL &&
          strstr(buf_str(&want), "PNG []") != NULL);
    buf_clear(&page);
    buf_clear(&want);
}

static const char ORDER_PAGE[] =
    " {\"payload\":{\"orders\":[ "
    "{\"purchaseOrderNumber\":\"A1\",\"n\":[1,-2.50,1e9,true,null]},"
    "{ \"purchaseOrderNumber\" : \"B\\u00e92\" , "
    "\"orderDetails\":{\"items\":[{\"a\":{}}],"
    "\"content\":\"not base64!\"}},{}],\"pagination\":{\"nextToken\":\"t\\u002b1\"}}}\n";
static const char ORDER_TOLD[] =
    "{\"purchaseOrderNumber\":\"A1\",\"n\":[1,-2.50,1e9,true,null]}\n"
    "{\"purchaseOrderNumber\":\"A1\",\"n\":[1,-2.50,1e9,true,null]}\n"
    "{\"purchaseOrderNumber\":\"B\xc3\xa9"
    "2\",\"orderDetails\":{\"items\":[{\"a\":{}}],\"content\":\"not base64!\"}}\n"
    "{ \"purchaseOrderNumber\" : \"B\\u00e92\" , "
    "\"orderDetails\":{\"items\":[{\"a\":{}}],"
    "\"content\":\"not base64!\"}}\n"
    "{}\n{}\n"
    "3 elements, next \"t+1\"\n";

static void cut_everywhere(void)
{
    for (size_t first = 1; first < sizeof ORDER_PAGE; first++) {
        CHECK_STR(read_cut(&ORDERS_TEXT, ORDER_PAGE, sizeof ORDER_PAGE - 1, first, 0),
                  ORDER_TOLD);
        CHECK_STR(read_cut(&ORDERS_TEXT, ORDER_PAGE, sizeof ORDER_PAGE - 1, first, 5),
                  ORDER_TOLD);
    }
    CHECK_STR(read_cut(&ORDERS_TEXT, ORDER_PAGE, sizeof ORDER_PAGE - 1, 1, 1),
              ORDER_TOLD);
}

static void cut_labels_everywhere(void)
{
    struct buf page, whole;
    label_page(&page, 1);
    buf_init(&whole, LOG_MAX);
    buf_text(&whole, read_cut(&LABELS, page.data, page.len, 0, 0));
    CHECK(strstr(buf_str(&whole), "1 elements, next \"a+b/c==\"") != NULL);
    size_t step = page.len > 3000 ? page.len / 3000 + 1 : 1;
    for (size_t first = 1; first < page.len; first += first < 400 ? 1 : step)
        CHECK_STR(read_cut(&LABELS, page.data, page.len, first, 0), buf_str(&whole));
    for (size_t last = 1; last < 120; last++)
        CHECK_STR(read_cut(&LABELS, page.data, page.len, page.len - last, 0),
                  buf_str(&whole));
    buf_clear(&page);
    buf_clear(&whole);
}

static void cut_off(void)
{
    for (size_t len = 1; len < sizeof ORDER_PAGE - 3; len++) {
        const char *said = read_cut(&ORDERS, ORDER_PAGE, len, 0, 0);
        CHECK(strstr(said, "input: ends after byte") != NULL);
        CHECK(strstr(said, "elements, next") == NULL);
    }
}

static void with_and_without_payload(void)
{
    CHECK_STR(read_page(&ORDERS,
                        "{\"orders\":[{\"a\":1}],\"pagination\":{\"nextToken\":\"N\"}}"),
              "{\"a\":1}\n1 elements, next \"N\"\n");
    CHECK_STR(read_page(&ORDERS, "{\"payload\":{\"orders\":[{\"a\":1}]},"
                                 "\"pagination\":{\"nextToken\":\"N\"}}"),
              "{\"a\":1}\n1 elements, next \"N\"\n");
    CHECK_STR(
        read_page(&ORDERS, "{\"payload\":{\"orders\":[{\"a\":1}],\"pagination\":{}}}"),
        "{\"a\":1}\n1 elements, next \"\"\n");
    CHECK_STR(read_page(&ORDERS,
                        "{\"orders\":[{\"a\":1}],\"pagination\":{\"nextToken\":null}}"),
              "{\"a\":1}\n1 elements, next \"\"\n");
    CHECK_STR(read_page(&ORDERS,
                        "{\"orders\":[{\"a\":1}],\"pagination\":{\"nextToken\":\"\"}}"),
              "{\"a\":1}\n1 elements, next \"\"\n");
}

static void empty_page(void)
{
    CHECK_STR(read_page(&ORDERS, "{\"payload\":{\"orders\":[],"
                                 "\"pagination\":{\"nextToken\":\"N\"}}}"),
              "0 elements, next \"N\"\n");
    CHECK_STR(read_page(&ORDERS, "{\"payload\":{\"orders\":null}}"),
              "0 elements, next \"\"\n");
    CHECK_STR(read_page(&ORDERS, "{\"payload\":{\"pagination\":{\"nextToken\":\"N\"}}}"),
              "0 elements, next \"N\"\n");
}

static void one_element(void)
{
    CHECK_STR(read_page(&SINGLE,
                        "{\"payload\":{\"purchaseOrderNumber\":\"A\",\"errors\":[1]}}"),
              "{\"purchaseOrderNumber\":\"A\",\"errors\":[1]}\n1 elements, next \"\"\n");
    CHECK_STR(
        read_page(&SINGLE, "{\"purchaseOrderNumber\":\"A\",\"x\":{\"payload\":1}}"),
        "{\"purchaseOrderNumber\":\"A\",\"x\":{\"payload\":1}}\n1 elements, next \"\"\n");
    CHECK_STR(
        read_page(&SINGLE, "{\"errors\":null,\"payload\":{\"transactionStatus\":{}}}"),
        "{\"transactionStatus\":{}}\n1 elements, next \"\"\n");
    CHECK_STR(read_page(&SINGLE, "{\"transactionStatus\":{},\"errors\":[]}"),
              "{\"transactionStatus\":{}}\n1 elements, next \"\"\n");
    CHECK_STR(
        read_page(&SINGLE, "{\"meta\":[1,{}],\"payload\":{\"a\":1},\"more\":{\"b\":2}}"),
        "{\"a\":1}\n1 elements, next \"\"\n");
    CHECK_STR(read_page(&SINGLE_TEXT, " { \"a\" : 1 } "),
              "{\"a\":1}\n{ \"a\" : 1 }\n1 elements, next \"\"\n");
    CHECK_STR(read_page(&SINGLE_TEXT, "{\"m\":0,\"payload\": { \"a\" : 1 } }"),
              "{\"a\":1}\n{ \"a\" : 1 }\n1 elements, next \"\"\n");
}

/* "^XA^XZ" twice is not a whole label, but its bytes are known. */
static void one_slip(void)
{
    static const char *const slips[] = {
        "{\"purchaseOrderNumber\":\"A\",\"content\":\"XlhBXlha\",\"contentType\":\"x\"}",
        "{\"payload\":{\"purchaseOrderNumber\":\"A\",\"content\":\"XlhBXlha\","
        "\"contentType\":"
        "\"x\"}}",
        "{\"content\":\"!!\",\"payload\":{\"purchaseOrderNumber\":\"A\",\"content\":"
        "\"X\\u006chBXlha\",\"contentType\":\"x\"}}"};
    static const char start[] =
        "{\"purchaseOrderNumber\":\"A\",\"content\":0,\"contentType\":"
        "\"x\"}\n  6 ";
    for (size_t i = 0; i < 3; i++) {
        for (size_t first = 1; first < strlen(slips[i]); first++) {
            const char *said = read_cut(&LABEL, slips[i], strlen(slips[i]), first, 0);
            CHECK(strncmp(said, start, sizeof start - 1) == 0);
            CHECK(strstr(said, "1 elements") != NULL && strstr(said, "WRONG") == NULL);
        }
    }
}

static void empty_success(void)
{
    static const char want[] =
        "not_found: with an empty object: there is nothing, or not yet\n";
    CHECK_STR(read_page(&ORDERS, "{}"), want);
    CHECK_STR(read_page(&ORDERS, "{\"payload\":{}}"), want);
    CHECK_STR(read_page(&ORDERS, "{\"payload\":null}"), want);
    CHECK_STR(read_page(&SINGLE, "{}"), want);
    CHECK_STR(read_page(&SINGLE, "{\"payload\":{}}"), want);
    CHECK_STR(read_page(&SINGLE, "{\"payload\":null,\"errors\":[]}"), want);
}

static void errors_in_success(void)
{
    static const char want[] = "amazon: 200 InternalFailure: try later (and 1 more)\n";
    static const char errors[] =
        "\"errors\":[{\"code\":\"InternalFailure\",\"message\":\"try later\"},{}]";
    char reply[200];
    snprintf(reply, sizeof reply, "{%s}", errors);
    CHECK_STR(read_page(&ORDERS, reply), want);
    CHECK_STR(read_page(&SINGLE, reply), want);
    snprintf(reply, sizeof reply, "{\"payload\":null,%s}", errors);
    CHECK_STR(read_page(&SINGLE, reply), want);
    snprintf(reply, sizeof reply, "{\"payload\":{\"orders\":[],%s}}", errors);
    CHECK_STR(read_page(&ORDERS, reply), want);
}

static void broken_base64(void)
{
    static const struct {
        const char *content, *why;
    } all[] = {
        {"\"XlhB!\"", "base64 character 4: 0x21 is not in the alphabet"},
        {"\"XlhBX\"", "the base64 text ends inside a quantum after 5 characters"},
        {"\"\"", "the base64 text is empty"},
    };
    char reply[300], want[400], zeros[DIGEST_HEX + 1];
    digest_hex(&(struct digest){{0}}, zeros);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        snprintf(reply, sizeof reply,
                 "{\"shippingLabels\":[{\"labelData\":[{\"content\":%s},{\"content\":"
                 "null}]}]}",
                 all[i].content);
        snprintf(want, sizeof want,
                 "{\"labelData\":[{\"content\":0},{\"content\":null}]}\n  0 %s unknown "
                 "[] [%s]\n"
                 "1 elements, next \"\"\n",
                 zeros, all[i].why);
        CHECK_STR(read_page(&LABELS, reply), want);
    }
}

static void wrong_forms(void)
{
    static const struct {
        const char *reply, *want;
    } all[] = {
        {"[]", "input: the reply is not an object\n"},
        {"\"x\"", "input: the reply is not an object\n"},
        {"{\"orders\":{}}", "input: the reply's \"orders\" is not a list\n"},
        {"{\"orders\":\"x\"}", "input: the reply's \"orders\" is not a list\n"},
        {"{\"orders\":[[]]}",
         "input: \"orders\" holds something that is not an object\n"},
        {"{\"orders\":[\"\"]}",
         "input: \"orders\" holds something that is not an object\n"},
        {"{\"orders\":[null]}",
         "input: \"orders\" holds something that is not an object\n"},
        {"{\"payload\":[]}", "input: the reply's \"payload\" is not an object\n"},
        {"{\"pagination\":\"x\"}",
         "input: the reply's \"pagination\" is not an object\n"},
        {"{\"pagination\":{\"nextToken\":5}}",
         "input: the reply's \"nextToken\" is not text\n"},
        {"{\"orders\":[],\"orders\":[]}", "input: the reply has \"orders\" twice\n"},
        {"{\"orders\":[],\"payload\":{\"orders\":[]}}",
         "input: the reply has \"orders\" twice\n"},
        {"{\"errors\":[],\"errors\":[]}", "input: the reply has \"errors\" twice\n"},
        {"{\"orders\":[{\"a\":1,\"a\":2}]}",
         "input: the key \"a\" stands twice in one object\n"},
        {"{\"others\":[{}]}", "input: the reply has no \"orders\"\n"},
        {"<html>", "input: byte 1: expected a value, got '<'\n"},
        {"", "input: ends after byte 0 before a value\n"},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        CHECK_STR(read_page(&ORDERS, all[i].reply), all[i].want);
    CHECK_STR(read_page(&LABELS, "{\"shippingLabels\":[{\"content\":3}]}"),
              "input: \"content\" is not text\n");
    CHECK_STR(read_page(&SINGLE, "{\"errors\":[{}],\"errors\":[]}"),
              "input: the reply has \"errors\" twice\n");
}

/* ---- limits ---- */

static const char *read_long(const struct page_options *options, const char *before,
                             size_t length, const char *after)
{
    struct buf reply;
    buf_init(&reply, 64 * 1024 * 1024);
    buf_text(&reply, before);
    memset(buf_room(&reply, length), 'A', length);
    reply.len += length;
    buf_text(&reply, after);
    const char *said = read_cut(options, reply.data, reply.len, 16384, 16384);
    buf_clear(&reply);
    return said;
}

static void limits(void)
{
    CHECK(strstr(read_long(&ORDERS, "{\"orders\":[{\"a\":\"", 1024 * 1024, "\"}]}"),
                 "1 elements") != NULL);
    CHECK_STR(read_long(&ORDERS, "{\"orders\":[{\"a\":\"", 1024 * 1024 + 1, "\"}]}"),
              "limit: a string is longer than 1048576 bytes\n");
    CHECK(strstr(read_long(&ORDERS, "{\"pagination\":{\"nextToken\":\"", 16384, "\"}}"),
                 "0 elements") != NULL);
    CHECK_STR(read_long(&ORDERS, "{\"pagination\":{\"nextToken\":\"", 16385, "\"}}"),
              "limit: the reply's nextToken is longer than 16384 bytes\n");
    CHECK_STR(read_long(&ORDERS, "{\"junk\":\"", 9 * 1024 * 1024, "\",\"orders\":[]}"),
              "0 elements, next \"\"\n");
}

static void large_element(void)
{
    struct buf reply;
    buf_init(&reply, 64 * 1024 * 1024);
    buf_text(&reply, "{\"orders\":[{\"a\":[0");
    for (int i = 0; i < 400000; i++)
        buf_text(&reply, ",0");
    buf_text(&reply, "]}]}");
    CHECK_STR(read_page(&ORDERS, buf_str(&reply)),
              "limit: one element of the reply is larger than 4194304 bytes\n");
    buf_reset(&reply);
    buf_text(&reply, "{\"orders\":[{\"a\":[0");
    memset(buf_room(&reply, 5 * 1024 * 1024), ' ', 5 * 1024 * 1024);
    reply.len += 5 * 1024 * 1024;
    buf_text(&reply, "]}]}");
    CHECK_STR(read_page(&ORDERS, buf_str(&reply)),
              "{\"a\":[0]}\n1 elements, next \"\"\n");
    CHECK_STR(read_page(&ORDERS_TEXT, buf_str(&reply)),
              "limit: one element of the reply is larger than 4194304 bytes\n");
    buf_clear(&reply);
}

/* ---- stopping ---- */

static enum err refuse_second(void *arg, const struct page_item *item, struct fault *f)
{
    int *count = arg;
    (void)item;
    if (++*count == 2)
        return fault_set(f, ERR_CONFLICT, "enough");
    return ERR_OK;
}

static void stopped(void)
{
    int count = 0;
    struct page_options options = {
        .list = "orders", .item = refuse_second, .arg = &count};
    struct fault f = {0};
    struct page *p = page_new(&options);
    static const char reply[] = "{\"orders\":[{},{},{}]}";
    CHECK_INT(page_feed(p, reply, sizeof reply - 1, &f), ERR_CONFLICT);
    CHECK_STR(f.text, "enough");
    CHECK_INT(page_feed(p, " ", 1, &f), ERR_CONFLICT);
    CHECK_INT(page_feed(p, NULL, 0, &f), ERR_CONFLICT);
    page_free(p);
    CHECK_INT(count, 2);
}

static void abandoned(void)
{
    struct page *p = page_new(&LABELS);
    static const char reply[] =
        "{\"shippingLabels\":[{\"labelData\":[{\"content\":\"XlhB";
    CHECK_INT(page_feed(p, reply, sizeof reply - 1, NULL), ERR_OK);
    page_free(p);
    page_free(NULL);
}

/* ---- large documents ---- */

static char folder[] = "/tmp/dray-page-XXXXXX";
static struct archive *archive;

struct large_seen {
    bool take; /* archive_finish it */
    size_t documents, large, broken;
    size_t len[64];
    char path[ARCHIVE_PATH];
};

static enum err see_large(void *arg, const struct page_item *item, struct fault *f)
{
    struct large_seen *seen = arg;
    enum err e = ERR_OK;
    for (size_t i = 0; i < item->document_count && e == ERR_OK; i++) {
        struct page_document *d = &item->documents[i];
        seen->len[seen->documents++ % 64] = d->len;
        seen->broken += d->broken[0] != '\0';
        seen->large += d->large != NULL;
        if (d->large == NULL || !seen->take)
            continue;
        struct archive_writer *w = d->large;
        d->large = NULL;
        e = archive_finish(w, 17, FORMAT_TEXT, 1795392000000, seen->path, f);
    }
    return e;
}

static void feed(struct page *p, const char *text)
{
    CHECK_INT(page_feed(p, text, strlen(text), NULL), ERR_OK);
}

/* Reads a label whose documents have `lengths` bytes each ('A' decodes to zero bytes). */
static void read_large(struct large_seen *seen, struct archive *to, const size_t *lengths,
                       size_t count)
{
    struct page_options options = {
        .content = "content", .archive = to, .item = see_large, .arg = seen};
    struct fault f = {0};
    struct page *p = page_new(&options);
    const char *token;
    static char piece[16000];
    memset(piece, 'A', sizeof piece);
    feed(p, "{\"labelData\":[{}");
    for (size_t i = 0; i < count; i++) {
        feed(p, ",{\"content\":\"");
        for (size_t left = lengths[i] / 3 * 4; left > 0;) {
            size_t len = left < sizeof piece ? left : sizeof piece;
            CHECK_INT(page_feed(p, piece, len, &f), ERR_OK);
            left -= len;
        }
        feed(p, "\"}");
    }
    feed(p, "]}");
    CHECK_INT(page_end(p, &token, &f), ERR_OK);
    page_free(p);
}

static bool named_nothing(void *arg, const char *path)
{
    (void)arg;
    (void)path;
    return false;
}

/* Ends the batch as a round does, then removes every file; gives their number. */
static size_t files_left(void)
{
    struct archive_batch *batch = archive_seal(archive);
    if (batch != NULL) {
        archive_batch_flush(batch);
        CHECK_INT(archive_batch_end(batch, NULL), ERR_OK);
    }
    return archive_sweep(archive, named_nothing, NULL);
}

static void large_is_written(void)
{
    static const size_t lengths[] = {3000, 6 * 1024 * 1024, 1024 * 1024 - 1};
    struct large_seen seen = {.take = true};
    read_large(&seen, archive, lengths, 3);
    CHECK_INT(seen.documents, 3);
    CHECK_INT(seen.large, 1);
    CHECK_INT(seen.len[1], lengths[1]);
    CHECK_INT(seen.len[2], lengths[2]);
    char *data = NULL;
    size_t len = 0;
    CHECK_INT(archive_read(archive, seen.path, &data, &len, NULL), ERR_OK);
    CHECK_INT(len, lengths[1]);
    for (size_t i = 0; i < len; i++)
        CHECK(data[i] == 0);
    free(data);
    CHECK_INT(files_left(), 1);
}

static void large_is_given_up(void)
{
    static const size_t lengths[] = {3 * 1024 * 1024, 3 * 1024 * 1024};
    struct large_seen seen = {0};
    read_large(&seen, archive, lengths, 2);
    CHECK_INT(seen.large, 2);
    CHECK_INT(files_left(), 0);
}

static void large_without_archive(void)
{
    static const size_t lengths[] = {3 * 1024 * 1024, 300};
    struct large_seen seen = {0};
    read_large(&seen, NULL, lengths, 2);
    CHECK_INT(seen.documents, 2);
    CHECK_INT(seen.broken, 1);
    CHECK_INT(seen.len[0], 0);
    CHECK_INT(seen.len[1], 300);
}

/* Forty documents of nearly a MiB each in one element: memory stays bounded, bytes do not
 * go. */
static void many_documents(void)
{
    size_t lengths[40];
    for (size_t i = 0; i < 40; i++)
        lengths[i] = 900000;
    struct large_seen seen = {0};
    read_large(&seen, archive, lengths, 40);
    CHECK_INT(seen.documents, 40);
    CHECK_INT(seen.broken, 0);
    CHECK(seen.large >= 20 && seen.large < 40);
    for (size_t i = 0; i < 40; i++)
        CHECK_INT(seen.len[i], 900000);
    CHECK_INT(files_left(), 0);
}

static void open_archive(void)
{
    CHECK(mkdtemp(folder) != NULL);
    archive = archive_open(folder, NULL);
    CHECK(archive != NULL);
}

static void close_archive(void)
{
    archive_free(archive);
    CHECK_INT(rmdir(folder), 0);
    buf_clear(&told);
}

TESTS_MAIN({"labels read in pieces of any size are the labels of the whole page",
            same_as_whole},
           {"a page of orders may be cut at every byte", cut_everywhere},
           {"a page of labels may be cut at every byte", cut_labels_everywhere},
           {"a reply that breaks off is never taken for a whole one", cut_off},
           {"Amazon answers with and without payload", with_and_without_payload},
           {"an empty page is a page", empty_page},
           {"a reply may be one element, in its envelope or bare", one_element},
           {"a packing slip is one element with a document", one_slip},
           {"an empty object is no success", empty_success},
           {"errors inside a success are told in Amazon's words", errors_in_success},
           {"content that is no base64 spoils its document, not the page", broken_base64},
           {"replies of another form are refused with a sentence", wrong_forms},
           {"nothing grows beyond its limit, and junk is passed over", limits},
           {"an element is limited in nodes and in text", large_element},
           {"who takes the elements can stop the page", stopped},
           {"a page can be dropped in the middle of a label", abandoned},
           {"the archive opens", open_archive},
           {"a document above a MiB goes to the disk as it comes", large_is_written},
           {"a document that nobody took leaves no file", large_is_given_up},
           {"without an archive a large document is broken, the others are not",
            large_without_archive},
           {"many documents in one element do not fill the memory", many_documents},
           {"the archive leaves an empty folder", close_archive})
