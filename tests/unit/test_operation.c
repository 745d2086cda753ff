/* The table of operations and the request lines made from it. */
#include "check.h"

#include "spapi/operation.h"

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
    const struct json *value = NULL;
    if (params != NULL) {
        value = json_parse(&arena, params, strlen(params), &f);
        CHECK(value != NULL);
    }
    enum err e = operation_target(operation_get(id), value, &out, &f);
    CHECK_INT(f.code, e);
    return e == ERR_OK ? buf_str(&out) : f.text;
}

#define WINDOW                                                                           \
    "\"createdAfter\":\"2026-11-20T00:00:00Z\",\"createdBefore\":\"2026-11-27T00:00:"    \
    "00Z\""
#define LIST_ORDERS "/vendor/directFulfillment/orders/v1/purchaseOrders"
#define LIST_WINDOW                                                                      \
    "createdAfter=2026-11-20T00%3A00%3A00Z&createdBefore=2026-11-27T00%3A00%3A00Z"

static void rows_are_whole(void)
{
    for (int i = 0; i < OP_COUNT; i++) {
        const struct operation *op = operation_get((enum operation_id)i), *found = NULL;
        CHECK_INT(operation_find(op->name, &found, NULL), ERR_OK);
        CHECK(found == op && op->id == (enum operation_id)i);
        CHECK(op->path[0] == '/' && op->rate > 0 && op->burst > 0 && op->timeout_ms > 0);
        CHECK(op->params != NULL);
        CHECK(op->ok == 200 || op->ok == 202 || op->ok == 204);
        CHECK(op->body == NULL || strcmp(op->method, "GET") != 0);
        CHECK(strcmp(op->method, "GET") != 0 || op->repeat == REPEAT_HARMLESS);
        CHECK(op->windowed == (operation_param(op, "createdAfter") != NULL));
        CHECK((op->page_token == NULL) == (op->page_size == 0));
        CHECK((op->page_token == NULL) == (op->page_limit == NULL));
        CHECK(op->page_token == NULL || op->list != NULL);
    }
}

static void restricted_reads(void)
{
    static const char *const restricted[] = {
        "getOrders",       "getOrder",       "getShippingLabels",   "getShippingLabel",
        "getPackingSlips", "getPackingSlip", "getCustomerInvoices", "getCustomerInvoice"};
    size_t count = 0;
    for (int i = 0; i < OP_COUNT; i++)
        count += operation_get((enum operation_id)i)->token == TOKEN_RESTRICTED;
    CHECK_INT(count, 8);
    for (size_t i = 0; i < 8; i++) {
        const struct operation *op = NULL;
        CHECK_INT(operation_find(restricted[i], &op, NULL), ERR_OK);
        CHECK_INT(op->token, TOKEN_RESTRICTED);
    }
}

static void repeats(void)
{
    CHECK_INT(operation_get(OP_SUBMIT_SHIPMENT_STATUS_UPDATES)->repeat,
              REPEAT_UNKNOWABLE);
    CHECK_INT(operation_get(OP_SUBMIT_SHIPMENT_CONFIRMATIONS)->repeat, REPEAT_LOOK_FIRST);
    CHECK_INT(operation_get(OP_SUBMIT_ACKNOWLEDGEMENT)->repeat, REPEAT_LOOK_FIRST);
    CHECK_INT(operation_get(OP_SUBMIT_SHIPPING_LABEL_REQUEST)->repeat, REPEAT_LOOK_FIRST);
    CHECK_INT(operation_get(OP_GET_ORDERS)->repeat, REPEAT_HARMLESS);
    for (enum operation_id id = OP_PROCESS_SHIPMENT; id <= OP_UPDATE_PACKAGE_STATUS; id++)
        CHECK_INT(operation_get(id)->repeat, REPEAT_LOOK_FIRST);
    CHECK_INT(operation_get(OP_GENERATE_SHIP_LABELS)->repeat, REPEAT_LOOK_FIRST);
    CHECK_INT(operation_get(OP_GET_CUSTOMER_INVOICES)->page_size, 10);
    CHECK_INT(operation_get(OP_GET_SHIPPING_LABELS)->page_size, 100);
}

static void unknown_operation(void)
{
    const struct operation *op = NULL;
    struct fault f = {0};
    CHECK_INT(operation_find("getOrdes", &op, &f), ERR_NOT_FOUND);
    CHECK_STR(f.text, "there is no operation \"getOrdes\"; did you mean \"getOrders\"?");
    CHECK_INT(operation_find("frobnicate", &op, &f), ERR_NOT_FOUND);
    CHECK_STR(f.text, "there is no operation \"frobnicate\"");
    CHECK(op == NULL);
}

static void list_target(void)
{
    CHECK_STR(target(OP_GET_ORDERS,
                     "{\"includeDetails\":false,\"nextToken\":\"a+b/c==\",\"limit\":100,"
                     "\"status\":\"NEW\"," WINDOW ",\"shipFromPartyId\":\"AB CD\","
                     "\"sortOrder\":\"DESC\"}"),
              LIST_ORDERS
              "?shipFromPartyId=AB%20CD&status=NEW&limit=100&" LIST_WINDOW
              "&sortOrder=DESC&nextToken=a%2Bb%2Fc%3D%3D&includeDetails=false");
    CHECK_STR(target(OP_GET_PACKING_SLIPS, "{" WINDOW "}"),
              "/vendor/directFulfillment/shipping/v1/packingSlips?" LIST_WINDOW);
}

static void command_line_values(void)
{
    CHECK_STR(
        target(OP_GET_ORDERS, "{" WINDOW ",\"limit\":\"5\",\"includeDetails\":\"true\"}"),
        LIST_ORDERS "?limit=5&" LIST_WINDOW "&includeDetails=true");
}

static void local_time(void)
{
    CHECK_STR(target(OP_GET_SHIPPING_LABELS,
                     "{\"createdAfter\":\"2026-11-23T06:00-06:00\","
                     "\"createdBefore\":\"2026-11-24T05:30:00.5+0530\"}"),
              "/vendor/directFulfillment/shipping/v1/shippingLabels"
              "?createdAfter=2026-11-23T12%3A00%3A00Z&createdBefore=2026-11-24T00%3A00%"
              "3A00.500Z");
}

static void utf8_value(void)
{
    CHECK_STR(
        target(OP_GET_ORDERS, "{" WINDOW ",\"shipFromPartyId\":\"K\\u00f6ln~-._\"}"),
        LIST_ORDERS "?shipFromPartyId=K%C3%B6ln~-._&" LIST_WINDOW);
}

static void one_order(void)
{
    CHECK_STR(target(OP_GET_SHIPPING_LABEL, "{\"purchaseOrderNumber\":\"2JK3S9VC\"}"),
              "/vendor/directFulfillment/shipping/v1/shippingLabels/2JK3S9VC");
    CHECK_STR(
        target(OP_GET_TRANSACTION_STATUS, "{\"transactionId\":\"2019-ab/cd?x=1\"}"),
        "/vendor/directFulfillment/transactions/v1/transactions/2019-ab%2Fcd%3Fx%3D1");
    CHECK_STR(target(OP_SUBMIT_ACKNOWLEDGEMENT, NULL),
              "/vendor/directFulfillment/orders/v1/acknowledgements");
    CHECK_STR(target(OP_SUBMIT_ACKNOWLEDGEMENT, "{}"),
              "/vendor/directFulfillment/orders/v1/acknowledgements");
}

static void no_way_out_of_the_path(void)
{
    CHECK_STR(
        target(OP_GET_ORDER, "{\"purchaseOrderNumber\":\"../../etc/x\"}"),
        "getOrder: purchaseOrderNumber: a purchase order number is text of letters and "
        "digits only, got \"../../etc/x\"");
    CHECK_STR(target(OP_GET_TRANSACTION_STATUS, "{\"transactionId\":\"..\"}"),
              "getTransactionStatus: transactionId: \"..\" would lead to another path");
    CHECK_STR(
        target(OP_GET_ORDER, "{\"purchaseOrderNumber\":\"\"}"),
        "getOrder: purchaseOrderNumber: a purchase order number is text of letters and "
        "digits only, got \"\"");
    CHECK_STR(target(OP_GET_TRANSACTION_STATUS, "{\"transactionId\":\"\"}"),
              "getTransactionStatus: transactionId: expected text");
    CHECK_STR(target(OP_GET_TRANSACTION_STATUS, "{\"transactionId\":\"a\\u0000b\"}"),
              "getTransactionStatus: transactionId: expected text");
    CHECK_STR(
        target(OP_GET_ORDER, "{\"purchaseOrderNumber\":123}"),
        "getOrder: purchaseOrderNumber: a purchase order number is text of letters and "
        "digits only, got \"something else\"");
}

static void wrong_parameters(void)
{
    CHECK_STR(target(OP_GET_ORDERS, "{" WINDOW ",\"limt\":5}"),
              "getOrders: unknown parameter \"limt\"; did you mean \"limit\"?");
    CHECK_STR(target(OP_GET_SHIPPING_LABELS, "{" WINDOW ",\"status\":\"NEW\"}"),
              "getShippingLabels: unknown parameter \"status\"");
    CHECK_STR(target(OP_GET_ORDERS, "{\"createdAfter\":\"2026-11-20T00:00:00Z\"}"),
              "getOrders: createdBefore: required, but missing");
    CHECK_STR(target(OP_GET_ORDER, NULL),
              "getOrder: purchaseOrderNumber: required, but missing");
    CHECK_STR(target(OP_GET_ORDERS, "[]"), "getOrders: expected parameters as an object");
    CHECK_STR(target(OP_GET_ORDERS, "{" WINDOW ",\"limit\":101}"),
              "getOrders: limit: expected a whole number from 1 to 100, got 101");
    CHECK_STR(target(OP_GET_ORDERS, "{" WINDOW ",\"limit\":\"0\"}"),
              "getOrders: limit: expected a whole number from 1 to 100, got 0");
    CHECK_STR(target(OP_GET_ORDERS, "{" WINDOW ",\"limit\":\"1e2\"}"),
              "getOrders: limit: expected a whole number from 1 to 100");
    CHECK_STR(target(OP_GET_ORDERS, "{" WINDOW ",\"limit\":null}"),
              "getOrders: limit: expected a whole number from 1 to 100");
    CHECK_STR(target(OP_GET_ORDERS, "{" WINDOW ",\"status\":\"new\"}"),
              "getOrders: status: expected \"NEW\", \"SHIPPED\", \"ACCEPTED\" or "
              "\"CANCELLED\", "
              "got \"new\"");
    CHECK_STR(target(OP_GET_ORDERS, "{" WINDOW ",\"includeDetails\":1}"),
              "getOrders: includeDetails: expected \"true\" or \"false\", got "
              "\"something else\"");
}

static void windows(void)
{
    CHECK_STR(
        target(OP_GET_ORDERS, "{\"createdAfter\":\"2026-11-20T00:00:00Z\","
                              "\"createdBefore\":\"2026-11-27T00:00:01Z\"}"),
        "getOrders: createdBefore: Amazon gives at most 7 days at once; ask for several "
        "windows");
    CHECK_STR(target(OP_GET_ORDERS, "{\"createdAfter\":\"2026-11-20T00:00:00Z\","
                                    "\"createdBefore\":\"2026-11-20T00:00:00Z\"}"),
              "getOrders: createdBefore: must be later than createdAfter");
    CHECK_STR(target(OP_GET_ORDERS, "{\"createdAfter\":\"2026-11-20T00:00:00\","
                                    "\"createdBefore\":\"2026-11-21T00:00:00Z\"}"),
              "getOrders: createdAfter: expected a time with a zone such as "
              "\"2026-11-23T06:00:00Z\", got \"2026-11-20T00:00:00\"");
}

static void long_token(void)
{
    char *params = malloc(40000);
    CHECK(params != NULL);
    int len = snprintf(params, 40000, "{" WINDOW ",\"nextToken\":\"");
    memset(params + len, '=', 16000);
    memcpy(params + len + 16000, "\"}", 3);
    CHECK_INT(strlen(target(OP_GET_ORDERS, params)),
              strlen(LIST_ORDERS "?" LIST_WINDOW "&nextToken=") + 3 * 16000);
    memset(params + len, '=', 30000);
    memcpy(params + len + 30000, "\"}", 3);
    CHECK_STR(target(OP_GET_ORDERS, params),
              "getOrders: nextToken: longer than 24576 bytes");
    free(params);
}

static void full_buffer(void)
{
    struct buf out;
    struct fault f = {0};
    buf_init(&out, 20);
    CHECK_INT(operation_target(operation_get(OP_SUBMIT_ACKNOWLEDGEMENT), NULL, &out, &f),
              ERR_LIMIT);
    buf_clear(&out);
}

TESTS_MAIN({"every row of the table is whole", rows_are_whole},
           {"the eight reads with customers' data ask for a restricted token",
            restricted_reads},
           {"what a repeat means is in the row", repeats},
           {"a mistyped operation gets a suggestion", unknown_operation},
           {"a list's request line is encoded, in a fixed order", list_target},
           {"a command line may give numbers and flags as text", command_line_values},
           {"local times go out as UTC", local_time},
           {"text beyond ASCII goes out as UTF-8", utf8_value},
           {"one order and one transaction by path", one_order},
           {"no value leads to another path", no_way_out_of_the_path},
           {"a wrong parameter is named, with what was expected", wrong_parameters},
           {"a window is at most seven days, forwards, with zones", windows},
           {"Amazon's longest page tokens fit", long_token},
           {"a request line that does not fit is refused, not cut", full_buffer})
