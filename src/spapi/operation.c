/* The table of Amazon's operations: one row each, and all that differs between them is in
 * the row. Here are Direct Fulfillment v1 and Tokens; operations_external.c has the rest.
 *
 * A new operation is one more id in operation.h and one more row here.
 * tests/unit/test_contract.c compares the rows with Amazon's models. How a row becomes a
 * request line is in target.c. */
#include "spapi/operation.h"

#include <assert.h>
#include <string.h>

#include "base/instant.h"
#include "base/suggest.h"

#define ORDERS "/vendor/directFulfillment/orders/v1"
#define SHIPPING "/vendor/directFulfillment/shipping/v1"
#define TRANSACTIONS "/vendor/directFulfillment/transactions/v1"

enum {
    TIMEOUT_CALL = 12 * MS_SECOND,
    TIMEOUT_DOCUMENTS = 60 * MS_SECOND, /* a page of labels is megabytes */
};

static const char *const order_states[] = {"NEW", "SHIPPED", "ACCEPTED", "CANCELLED",
                                           NULL};
static const char *const sort_orders[] = {"ASC", "DESC", NULL};
static const char *const yes_or_no[] = {"true", "false", NULL};

#define PARAM_LAST                                                                       \
    {                                                                                    \
        .name = NULL                                                                     \
    }
#define QUERY_FROM                                                                       \
    {                                                                                    \
        "shipFromPartyId", PARAM_QUERY, PARAM_TEXT, false, NULL, 0, 0                    \
    }
#define QUERY_LIMIT                                                                      \
    {                                                                                    \
        "limit", PARAM_QUERY, PARAM_COUNT, false, NULL, 1, 100                           \
    }
#define QUERY_AFTER                                                                      \
    {                                                                                    \
        "createdAfter", PARAM_QUERY, PARAM_TIME, true, NULL, 0, 0                        \
    }
#define QUERY_BEFORE                                                                     \
    {                                                                                    \
        "createdBefore", PARAM_QUERY, PARAM_TIME, true, NULL, 0, 0                       \
    }
#define QUERY_SORT                                                                       \
    {                                                                                    \
        "sortOrder", PARAM_QUERY, PARAM_CHOICE, false, sort_orders, 0, 0                 \
    }
#define QUERY_NEXT                                                                       \
    {                                                                                    \
        "nextToken", PARAM_QUERY, PARAM_TEXT, false, NULL, 0, 0                          \
    }

static const struct param no_params[] = {PARAM_LAST};
static const struct param by_order[] = {
    {"purchaseOrderNumber", PARAM_PATH, PARAM_ORDER, true, NULL, 0, 0},
    PARAM_LAST,
};
static const struct param by_transaction[] = {
    {"transactionId", PARAM_PATH, PARAM_TEXT, true, NULL, 0, 0},
    PARAM_LAST,
};
static const struct param order_list[] = {
    QUERY_FROM,   {"status", PARAM_QUERY, PARAM_CHOICE, false, order_states, 0, 0},
    QUERY_LIMIT,  QUERY_AFTER,
    QUERY_BEFORE, QUERY_SORT,
    QUERY_NEXT,   {"includeDetails", PARAM_QUERY, PARAM_CHOICE, false, yes_or_no, 0, 0},
    PARAM_LAST,
};
static const struct param document_list[] = {
    QUERY_FROM, QUERY_LIMIT, QUERY_AFTER, QUERY_BEFORE,
    QUERY_SORT, QUERY_NEXT,  PARAM_LAST,
};

static const struct operation operations[OP_EXTERNAL] = {
    [OP_GET_ORDERS] =
        {
            .id = OP_GET_ORDERS,
            .name = "getOrders",
            .method = "GET",
            .path = ORDERS "/purchaseOrders",
            .rate = 10,
            .burst = 10,
            .token = TOKEN_RESTRICTED,
            .params = order_list,
            .ok = 200,
            .list = "orders",
            .page_token = "nextToken",
            .page_limit = "limit",
            .page_size = 100,
            .windowed = true,
            .repeat = REPEAT_HARMLESS,
            .timeout_ms = TIMEOUT_CALL,
        },
    [OP_GET_ORDER] =
        {
            .id = OP_GET_ORDER,
            .name = "getOrder",
            .method = "GET",
            .path = ORDERS "/purchaseOrders/{purchaseOrderNumber}",
            .rate = 10,
            .burst = 10,
            .token = TOKEN_RESTRICTED,
            .params = by_order,
            .ok = 200,
            .repeat = REPEAT_HARMLESS,
            .timeout_ms = TIMEOUT_CALL,
        },
    [OP_SUBMIT_ACKNOWLEDGEMENT] =
        {
            .id = OP_SUBMIT_ACKNOWLEDGEMENT,
            .name = "submitAcknowledgement",
            .method = "POST",
            .path = ORDERS "/acknowledgements",
            .rate = 10,
            .burst = 10,
            .token = TOKEN_LWA,
            .params = no_params,
            .body = &shape_acknowledgement_list,
            .ok = 202,
            .repeat = REPEAT_LOOK_FIRST,
            .timeout_ms = TIMEOUT_CALL,
        },
    [OP_SUBMIT_SHIPPING_LABEL_REQUEST] =
        {
            .id = OP_SUBMIT_SHIPPING_LABEL_REQUEST,
            .name = "submitShippingLabelRequest",
            .method = "POST",
            .path = SHIPPING "/shippingLabels",
            .rate = 10,
            .burst = 10,
            .token = TOKEN_LWA,
            .params = no_params,
            .body = &shape_label_request_list,
            .ok = 202,
            .repeat = REPEAT_LOOK_FIRST,
            .timeout_ms = TIMEOUT_CALL,
        },
    [OP_GET_SHIPPING_LABELS] =
        {
            .id = OP_GET_SHIPPING_LABELS,
            .name = "getShippingLabels",
            .method = "GET",
            .path = SHIPPING "/shippingLabels",
            .rate = 10,
            .burst = 10,
            .token = TOKEN_RESTRICTED,
            .params = document_list,
            .ok = 200,
            .list = "shippingLabels",
            .content = "content",
            .page_token = "nextToken",
            .page_limit = "limit",
            .page_size = 100,
            .windowed = true,
            .repeat = REPEAT_HARMLESS,
            .timeout_ms = TIMEOUT_DOCUMENTS,
        },
    [OP_GET_SHIPPING_LABEL] =
        {
            .id = OP_GET_SHIPPING_LABEL,
            .name = "getShippingLabel",
            .method = "GET",
            .path = SHIPPING "/shippingLabels/{purchaseOrderNumber}",
            .rate = 10,
            .burst = 10,
            .token = TOKEN_RESTRICTED,
            .params = by_order,
            .ok = 200,
            .content = "content",
            .repeat = REPEAT_HARMLESS,
            .timeout_ms = TIMEOUT_DOCUMENTS,
        },
    [OP_SUBMIT_SHIPMENT_CONFIRMATIONS] =
        {
            .id = OP_SUBMIT_SHIPMENT_CONFIRMATIONS,
            .name = "submitShipmentConfirmations",
            .method = "POST",
            .path = SHIPPING "/shipmentConfirmations",
            .rate = 10,
            .burst = 10,
            .token = TOKEN_LWA,
            .params = no_params,
            .body = &shape_confirmation_list,
            .ok = 202,
            .repeat = REPEAT_LOOK_FIRST,
            .timeout_ms = TIMEOUT_CALL,
        },
    [OP_SUBMIT_SHIPMENT_STATUS_UPDATES] =
        {
            .id = OP_SUBMIT_SHIPMENT_STATUS_UPDATES,
            .name = "submitShipmentStatusUpdates",
            .method = "POST",
            .path = SHIPPING "/shipmentStatusUpdates",
            .rate = 10,
            .burst = 10,
            .token = TOKEN_LWA,
            .params = no_params,
            .body = &shape_status_update_list,
            .ok = 202,
            .repeat = REPEAT_UNKNOWABLE,
            .timeout_ms = TIMEOUT_CALL,
        },
    [OP_GET_PACKING_SLIPS] =
        {
            .id = OP_GET_PACKING_SLIPS,
            .name = "getPackingSlips",
            .method = "GET",
            .path = SHIPPING "/packingSlips",
            .rate = 10,
            .burst = 10,
            .token = TOKEN_RESTRICTED,
            .params = document_list,
            .ok = 200,
            .list = "packingSlips",
            .content = "content",
            .page_token = "nextToken",
            .page_limit = "limit",
            .page_size = 100,
            .windowed = true,
            .repeat = REPEAT_HARMLESS,
            .timeout_ms = TIMEOUT_DOCUMENTS,
        },
    [OP_GET_PACKING_SLIP] =
        {
            .id = OP_GET_PACKING_SLIP,
            .name = "getPackingSlip",
            .method = "GET",
            .path = SHIPPING "/packingSlips/{purchaseOrderNumber}",
            .rate = 10,
            .burst = 10,
            .token = TOKEN_RESTRICTED,
            .params = by_order,
            .ok = 200,
            .content = "content",
            .repeat = REPEAT_HARMLESS,
            .timeout_ms = TIMEOUT_DOCUMENTS,
        },
    [OP_GET_CUSTOMER_INVOICES] =
        {
            .id = OP_GET_CUSTOMER_INVOICES,
            .name = "getCustomerInvoices",
            .method = "GET",
            .path = SHIPPING "/customerInvoices",
            .rate = 10,
            .burst = 10,
            .token = TOKEN_RESTRICTED,
            .params = document_list,
            .ok = 200,
            .list = "customerInvoices",
            .content = "content",
            .page_token = "nextToken",
            .page_limit = "limit",
            .page_size = 10, /* the model says 100, Amazon's guide 10 (domain.md 10 #2) */
            .windowed = true,
            .repeat = REPEAT_HARMLESS,
            .timeout_ms = TIMEOUT_DOCUMENTS,
        },
    [OP_GET_CUSTOMER_INVOICE] =
        {
            .id = OP_GET_CUSTOMER_INVOICE,
            .name = "getCustomerInvoice",
            .method = "GET",
            .path = SHIPPING "/customerInvoices/{purchaseOrderNumber}",
            .rate = 10,
            .burst = 10,
            .token = TOKEN_RESTRICTED,
            .params = by_order,
            .ok = 200,
            .content = "content",
            .repeat = REPEAT_HARMLESS,
            .timeout_ms = TIMEOUT_DOCUMENTS,
        },
    [OP_GET_TRANSACTION_STATUS] =
        {
            .id = OP_GET_TRANSACTION_STATUS,
            .name = "getTransactionStatus",
            .method = "GET",
            .path = TRANSACTIONS "/transactions/{transactionId}",
            .rate = 10,
            .burst = 10,
            .token = TOKEN_LWA,
            .params = by_transaction,
            .ok = 200,
            .repeat = REPEAT_HARMLESS,
            .timeout_ms = TIMEOUT_CALL,
        },
    [OP_CREATE_RESTRICTED_DATA_TOKEN] =
        {
            .id = OP_CREATE_RESTRICTED_DATA_TOKEN,
            .name = "createRestrictedDataToken",
            .method = "POST",
            .path = "/tokens/2021-03-01/restrictedDataToken",
            .rate = 1,
            .burst = 10,
            .token = TOKEN_LWA,
            .params = no_params,
            .body = &shape_restricted_data_token,
            .ok = 200,
            .secret = true,
            .repeat = REPEAT_HARMLESS,
            .timeout_ms = TIMEOUT_CALL,
        },
};

const struct operation *operation_get(enum operation_id id)
{
    assert(id < OP_COUNT);
    const struct operation *op =
        id < OP_EXTERNAL ? &operations[id] : &operations_external[id - OP_EXTERNAL];
    assert(op->name != NULL && op->id == id);
    return op;
}

static enum err fail_unknown(const char *name, struct fault *f)
{
    const char *names[OP_COUNT];
    for (enum operation_id id = 0; id < OP_COUNT; id++)
        names[id] = operation_get(id)->name;
    const char *near = suggest(name, names, OP_COUNT);
    if (near == NULL)
        return fault_set(f, ERR_NOT_FOUND, "there is no operation \"%.60s\"", name);
    return fault_set(f, ERR_NOT_FOUND,
                     "there is no operation \"%.60s\"; did you mean \"%s\"?", name, near);
}

enum err operation_find(const char *name, const struct operation **op, struct fault *f)
{
    for (enum operation_id id = 0; id < OP_COUNT; id++) {
        if (strcmp(operation_get(id)->name, name) == 0) {
            *op = operation_get(id);
            return ERR_OK;
        }
    }
    return fail_unknown(name, f);
}

const struct param *operation_param(const struct operation *op, const char *name)
{
    for (const struct param *p = op->params; p->name != NULL; p++)
        if (strcmp(p->name, name) == 0)
            return p;
    return NULL;
}
