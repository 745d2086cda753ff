/* The operations of External Fulfillment: request lines, bodies, replies without
 * anything, pages that ask for the same. */
#include "fake_transport.h"

#include "spapi/listing.h"

#define SHIPMENTS "/externalFulfillment/2024-09-11/shipments"
#define BY_PACKAGE "{\"shipmentId\":\"D1\",\"packageId\":\"1\"}"

static struct arena arena;

/* The target of an operation, or the sentence that refuses it. */
static const char *target(enum operation_id id, const char *params)
{
    static struct buf out;
    static struct fault f;
    f = (struct fault){0};
    arena_clear(&arena);
    buf_clear(&out);
    buf_init(&out, 64 * 1024);
    const struct json *value = json_parse(&arena, params, strlen(params), &f);
    CHECK(value != NULL);
    enum err e = operation_target(operation_get(id), value, &out, &f);
    return e == ERR_OK ? buf_str(&out) : f.text;
}

static void request_lines(void)
{
    CHECK_STR(target(OP_PROCESS_SHIPMENT,
                     "{\"operation\":\"CONFIRM\",\"shipmentId\":\"Dg79mc6BT\"}"),
              SHIPMENTS "/Dg79mc6BT?operation=CONFIRM");
    CHECK_STR(
        target(OP_UPDATE_PACKAGE, "{\"shipmentId\":\"D1\",\"packageId\":\"a/1 b\"}"),
        SHIPMENTS "/D1/packages/a%2F1%20b");
    CHECK_STR(target(OP_RETRIEVE_SHIPPING_OPTIONS,
                     "{\"shipmentId\":\"D1\",\"packageId\":\"1\"}"),
              SHIPMENTS "/D1/shippingOptions?packageId=1");
    CHECK_STR(target(OP_GENERATE_SHIP_LABELS,
                     "{\"shipmentId\":\"D1\",\"operation\":\"REGENERATE\","
                     "\"shippingOptionId\":\"FF9FCL\"}"),
              SHIPMENTS "/D1/shipLabels?shippingOptionId=FF9FCL&operation=REGENERATE");
    CHECK_STR(target(OP_GET_SHIPMENTS,
                     "{\"status\":\"CREATED\",\"locationId\":\"ABCD\","
                     "\"channelName\":\"FBA\",\"lastUpdatedAfter\":"
                     "\"2026-11-20T01:00:00+01:00\",\"maxResults\":50}"),
              SHIPMENTS "?locationId=ABCD&channelName=FBA&status=CREATED"
                        "&lastUpdatedAfter=2026-11-20T00%3A00%3A00Z&maxResults=50");
}

static void refused_lines(void)
{
    CHECK_STR(target(OP_GET_SHIPMENTS, "{\"status\":\"NEW\"}"),
              "getShipments: status: expected \"CREATED\", \"ACCEPTED\", \"CONFIRMED\", "
              "\"PACKAGE_CREATED\", \"PICKUP_SLOT_RETRIEVED\", \"INVOICE_GENERATED\", "
              "\"SHIPLABEL_GENERATED\", \"CANCELLED\", \"SHIPPED\" or \"DELIVERED\", got "
              "\"NEW\"");
    CHECK_STR(target(OP_GET_SHIPMENTS, "{\"locationId\":\"ABCD\"}"),
              "getShipments: status: required, but missing");
    CHECK_STR(target(OP_GET_SHIPMENTS,
                     "{\"status\":\"CREATED\",\"channelName\":\"12345678901\"}"),
              "getShipments: channelName: expected at most 10 characters, got 11");
    CHECK_STR(
        target(OP_UPDATE_PACKAGE_STATUS,
               "{\"shipmentId\":\"D1\",\"packageId\":\"1\",\"status\":\"SHIPPED\"}"),
        "updatePackageStatus: unknown parameter \"status\"");
    CHECK_STR(target(OP_GET_SHIPMENT, "{\"shipmentId\":\"..\"}"),
              "getShipment: shipmentId: \"..\" would lead to another path");
}

/* The checker's sentence about a body; "" when it is right. */
static const char *verdict(enum operation_id id, const char *body)
{
    static struct fault f;
    f = (struct fault){0};
    arena_clear(&arena);
    const struct json *value = json_parse(&arena, body, strlen(body), &f);
    CHECK(value != NULL);
    shape_check(operation_get(id)->body, value, "", &f);
    return f.text;
}

#define SIDE "{\"value\":\"10.5\",\"dimensionUnit\":\"CM\"}"
#define PACKAGE_OF(items)                                                                \
    "{\"id\":\"1\",\"dimensions\":{\"length\":" SIDE ",\"width\":" SIDE                  \
    ",\"height\":" SIDE "},\"weight\":{\"value\":\"250\",\"weightUnit\":\"G\"},"         \
    "\"hazmatLabels\":[],\"packageHandlingRequirements\":\"FRAGILE\","                   \
    "\"packageLineItems\":[" items "]}"

static void bodies(void)
{
    CHECK_STR(verdict(OP_CREATE_PACKAGES,
                      "{\"packages\":[" PACKAGE_OF(
                          "{\"packageLineItemId\":\"0\",\"quantity\":2,"
                          "\"serialNumbers\":[\"S1\",\"S2\"],\"pieces\":1,"
                          "\"countryOfOrigin\":\"IN\",\"itemValue\":{\"value\":\"160\","
                          "\"currencyCode\":\"INR\"}}") "]}"),
              "");
    CHECK_STR(verdict(OP_CREATE_PACKAGES, "{\"packages\":[]}"),
              "packages: expected at least 1 member, got 0");
    CHECK_STR(verdict(OP_UPDATE_PACKAGE,
                      PACKAGE_OF("{\"packageLineItemId\":\"0\",\"quantity\":1,"
                                 "\"pieces\":0}")),
              "packageLineItems[1].pieces: expected a whole number from 1 to "
              "2147483647, got 0");
    CHECK_STR(verdict(OP_PROCESS_SHIPMENT,
                      "{\"lineItems\":[{\"lineItem\":{\"id\":\"0\",\"quantity\":0},"
                      "\"reason\":\"OUT_OF_STOK\"}]}"),
              "lineItems[1].reason: expected \"OUT_OF_STOCK\" or "
              "\"CUSTOMER_REQUESTED\", got \"OUT_OF_STOK\"");
    CHECK_STR(verdict(OP_GENERATE_SHIP_LABELS,
                      "{\"packageIds\":[\"1\"],\"courierSupportedAttributes\":"
                      "{\"carrierName\":\"X\"}}"),
              "courierSupportedAttributes.trackingId: required, but missing");
}

static void reason_in_characters(void)
{
    struct buf body;
    buf_init(&body, 4096);
    buf_text(&body, "{\"subStatus\":\"NOT_DELIVERED\",\"reason\":\"");
    for (int i = 0; i < 128; i++)
        buf_text(&body, "ü");
    size_t len = body.len;
    buf_text(&body, "\"}");
    CHECK_STR(verdict(OP_UPDATE_PACKAGE_STATUS, buf_str(&body)), "");
    body.len = len;
    buf_text(&body, "ü\"}");
    CHECK_STR(verdict(OP_UPDATE_PACKAGE_STATUS, buf_str(&body)),
              "reason: expected at most 128 characters, got 129");
    buf_clear(&body);
}

/* ---- calls ---- */

static const char *reply;
static int reply_status;

static void scripted(struct world *w, const struct seen *r, struct answer_of *a)
{
    (void)w;
    (void)r;
    say(a, reply_status, "%s", reply);
}

/* A whole call whose answer is given. */
static struct ended answered(enum operation_id id, const char *params, const char *body,
                             int status, const char *text)
{
    struct world *w = world_new(scripted);
    struct call_request request = request_of(w, id);
    request.body = body;
    request.body_len = body == NULL ? 0 : strlen(body);
    request.once = true;
    reply = text;
    reply_status = status;
    struct ended e = one_call(w, request, params);
    CHECK(seen_last(w)->write == (operation_get(id)->repeat != REPEAT_HARMLESS));
    world_free(w);
    return e;
}

static void without_content(void)
{
    CHECK_INT(answered(OP_UPDATE_PACKAGE_STATUS, BY_PACKAGE, "{\"status\":\"SHIPPED\"}",
                       204, "")
                  .outcome,
              CALL_OK);
    CHECK_INT(answered(OP_RETRIEVE_SHIPPING_OPTIONS, BY_PACKAGE, NULL, 200, "{}").outcome,
              CALL_OK);
    CHECK_INT(answered(OP_RETRIEVE_SHIPPING_OPTIONS, BY_PACKAGE, NULL, 200, "").outcome,
              CALL_OK);
    CHECK_INT(
        answered(OP_RETRIEVE_SHIPPING_OPTIONS, BY_PACKAGE, NULL, 200, "null").outcome,
        CALL_OK);
    CHECK_INT(
        answered(OP_GET_SHIPMENTS, "{\"status\":\"CREATED\"}", NULL, 200, "{}").outcome,
        CALL_OK);
    CHECK_INT(
        answered(OP_GET_SHIPMENT, "{\"shipmentId\":\"D1\"}", NULL, 200, "{}").outcome,
        CALL_UNKNOWN);
}

static void optional_body(void)
{
    static const char *const confirm =
        "{\"shipmentId\":\"D1\",\"operation\":\"CONFIRM\"}";
    CHECK_INT(answered(OP_PROCESS_SHIPMENT, confirm, NULL, 204, "").outcome, CALL_OK);
    CHECK_INT(
        answered(OP_PROCESS_SHIPMENT, confirm, "{\"lineItems\":[]}", 204, "").outcome,
        CALL_OK);
    struct world *w = world_new(scripted);
    struct call_request request = request_of(w, OP_CREATE_PACKAGES);
    struct call *call = NULL;
    struct fault f = {0};
    request.params = json_parse(&arena, "{\"shipmentId\":\"D1\"}", 19, NULL);
    CHECK_INT(call_start(w->spapi, &request, on_end, NULL, &call, &f), ERR_INPUT);
    CHECK_STR(f.text, "createPackages: a body is missing");
    world_free(w);
}

/* ---- documents and pages ---- */

static enum err one_document(void *arg, const struct page_item *item, struct fault *f)
{
    size_t *len = arg;
    (void)f;
    CHECK_INT(item->document_count, 1);
    CHECK_STR(json_get_str(json_get(item->value, "document"), "format", ""), "PDF");
    *len = item->documents[0].len;
    return ERR_OK;
}

static void invoice_is_a_document(void)
{
    struct world *w = world_new(scripted);
    struct call_request request = request_of(w, OP_RETRIEVE_INVOICE);
    size_t len = 0;
    request.item = one_document;
    request.item_arg = &len;
    reply = "{\"document\":{\"format\":\"PDF\",\"content\":\"JVBERi0x\"}}";
    reply_status = 200;
    CHECK_INT(one_call(w, request, "{\"shipmentId\":\"D1\"}").outcome, CALL_OK);
    CHECK_INT(len, 6);
    world_free(w);
}

static void two_pages(struct world *w, const struct seen *r, struct answer_of *a)
{
    (void)r;
    say(a, 200, "%s",
        w->api_calls == 1 ? "{\"shipments\":[],\"pagination\":{\"nextToken\":\"a+b=\"}}"
                          : "{\"shipments\":[{\"id\":\"D1\"}],\"pagination\":"
                            "{\"nextToken\":null}}");
}

static enum err count_item(void *arg, const struct page_item *item, struct fault *f)
{
    (void)item;
    (void)f;
    ++*(int *)arg;
    return ERR_OK;
}

static void ended_well(void *arg, const struct listing_end *end)
{
    (void)arg;
    CHECK_INT(end->outcome, CALL_OK);
    CHECK_INT(end->calls, 2);
}

static void pages_ask_the_same(void)
{
    static const char params[] = "{\"status\":\"ACCEPTED\",\"locationId\":\"ABCD\","
                                 "\"lastUpdatedAfter\":\"2026-11-20T00:00:00Z\"}";
    struct world *w = world_new(two_pages);
    struct listing *l;
    int items = 0;
    arena_clear(&arena);
    const struct listing_request request = {
        .account = w->account,
        .op = operation_get(OP_GET_SHIPMENTS),
        .params = json_parse(&arena, params, sizeof params - 1, NULL),
        .item = count_item,
        .arg = &items};
    CHECK_INT(listing_start(w->spapi, &request, ended_well, &l, NULL), ERR_OK);
    world_run(w);
    CHECK_INT(items, 1);
    const char *last = seen_last(w)->url, *first = w->seen[w->seen_count - 2].url;
    CHECK(strstr(first, "locationId=ABCD&status=ACCEPTED&lastUpdatedAfter=2026-11-20T00%"
                        "3A00%3A00Z&maxResults=100") != NULL);
    CHECK(strncmp(last, first, strlen(first)) == 0);
    CHECK_STR(last + strlen(first), "&paginationToken=a%2Bb%3D");
    world_free(w);
}

TESTS_MAIN({"an operation's parameters go where Amazon wants them", request_lines},
           {"a wrong parameter is named before anything is sent", refused_lines},
           {"bodies have Amazon's form, or the sentence says what is wrong", bodies},
           {"a reason of 128 characters fits in every language", reason_in_characters},
           {"a success without content is one only where Amazon gives nothing",
            without_content},
           {"a shipment is confirmed with or without a body, packages need one",
            optional_body},
           {"an invoice inside its reply is decoded on the way", invoice_is_a_document},
           {"the next page of shipments is asked for with the same arguments",
            pages_ask_the_same})
