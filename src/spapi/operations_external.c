/* The rows of External Fulfillment, shipments 2024-09-11 (domain.md 1.6).
 *
 * Amazon's model names no usage plan: one call a second each, until a reply's header or
 * the project file says more. No token but the plain one. All writes can be looked up in
 * the shipment itself; an invoice and a label can also be fetched again. The query
 * parameter `status` of updatePackageStatus is deprecated and has no place here: so its
 * body, which the model calls optional, is needed. */
#include "spapi/operation.h"

#include "base/instant.h"

#define SHIPMENTS "/externalFulfillment/2024-09-11/shipments"
#define ONE SHIPMENTS "/{shipmentId}"
#define PACKAGES ONE "/packages"
#define PACKAGE PACKAGES "/{packageId}"

enum {
    TIMEOUT_CALL = 12 * MS_SECOND,
    TIMEOUT_DOCUMENTS = 60 * MS_SECOND /* Amazon makes the document meanwhile */
};

static const char *const states[] = {"CREATED",
                                     "ACCEPTED",
                                     "CONFIRMED",
                                     "PACKAGE_CREATED",
                                     "PICKUP_SLOT_RETRIEVED",
                                     "INVOICE_GENERATED",
                                     "SHIPLABEL_GENERATED",
                                     "CANCELLED",
                                     "SHIPPED",
                                     "DELIVERED",
                                     NULL};
static const char *const answers[] = {"CONFIRM", "REJECT", NULL};
static const char *const label_operations[] = {"GENERATE", "REGENERATE", NULL};

static const struct param list_params[] = {
    {.name = "locationId", .place = PARAM_QUERY, .kind = PARAM_TEXT, .max = 36},
    {.name = "marketplaceId", .place = PARAM_QUERY, .kind = PARAM_TEXT},
    {.name = "channelName", .place = PARAM_QUERY, .kind = PARAM_TEXT, .max = 10},
    {.name = "status",
     .place = PARAM_QUERY,
     .kind = PARAM_CHOICE,
     .required = true,
     .choices = states},
    {.name = "lastUpdatedAfter", .place = PARAM_QUERY, .kind = PARAM_TIME},
    {.name = "lastUpdatedBefore", .place = PARAM_QUERY, .kind = PARAM_TIME},
    {.name = "maxResults",
     .place = PARAM_QUERY,
     .kind = PARAM_COUNT,
     .min = 1,
     .max = 100},
    {.name = "paginationToken", .place = PARAM_QUERY, .kind = PARAM_TEXT},
    {.name = NULL},
};
static const struct param by_shipment[] = {
    {.name = "shipmentId", .place = PARAM_PATH, .kind = PARAM_TEXT, .required = true},
    {.name = NULL},
};
static const struct param by_package[] = {
    {.name = "shipmentId", .place = PARAM_PATH, .kind = PARAM_TEXT, .required = true},
    {.name = "packageId", .place = PARAM_PATH, .kind = PARAM_TEXT, .required = true},
    {.name = NULL},
};
static const struct param process_params[] = {
    {.name = "shipmentId", .place = PARAM_PATH, .kind = PARAM_TEXT, .required = true},
    {.name = "operation",
     .place = PARAM_QUERY,
     .kind = PARAM_CHOICE,
     .required = true,
     .choices = answers},
    {.name = NULL},
};
static const struct param options_params[] = {
    {.name = "shipmentId", .place = PARAM_PATH, .kind = PARAM_TEXT, .required = true},
    {.name = "packageId", .place = PARAM_QUERY, .kind = PARAM_TEXT, .required = true},
    {.name = NULL},
};
static const struct param label_params[] = {
    {.name = "shipmentId", .place = PARAM_PATH, .kind = PARAM_TEXT, .required = true},
    {.name = "shippingOptionId", .place = PARAM_QUERY, .kind = PARAM_TEXT},
    {.name = "operation",
     .place = PARAM_QUERY,
     .kind = PARAM_CHOICE,
     .required = true,
     .choices = label_operations},
    {.name = NULL},
};

#define ROW(ID) [(ID)-OP_EXTERNAL]
/* What all of them share. */
#define EACH(ID) .id = (ID), .rate = 1, .burst = 1, .token = TOKEN_LWA

const struct operation operations_external[] = {
    ROW(OP_GET_SHIPMENTS) =
        {
            EACH(OP_GET_SHIPMENTS),
            .name = "getShipments",
            .method = "GET",
            .path = SHIPMENTS,
            .params = list_params,
            .ok = 200,
            .list = "shipments",
            .page_token = "paginationToken",
            .page_limit = "maxResults",
            .page_size = 100,
            .may_be_empty = true,
            .repeat = REPEAT_HARMLESS,
            .timeout_ms = TIMEOUT_CALL,
        },
    ROW(OP_GET_SHIPMENT) =
        {
            EACH(OP_GET_SHIPMENT),
            .name = "getShipment",
            .method = "GET",
            .path = ONE,
            .params = by_shipment,
            .ok = 200,
            .repeat = REPEAT_HARMLESS,
            .timeout_ms = TIMEOUT_CALL,
        },
    ROW(OP_PROCESS_SHIPMENT) =
        {
            EACH(OP_PROCESS_SHIPMENT),
            .name = "processShipment",
            .method = "POST",
            .path = ONE,
            .params = process_params,
            .body = &shape_shipment_acknowledgement,
            .body_optional = true,
            .ok = 204,
            .repeat = REPEAT_LOOK_FIRST,
            .timeout_ms = TIMEOUT_CALL,
        },
    ROW(OP_CREATE_PACKAGES) =
        {
            EACH(OP_CREATE_PACKAGES),
            .name = "createPackages",
            .method = "POST",
            .path = PACKAGES,
            .params = by_shipment,
            .body = &shape_packages,
            .ok = 204,
            .repeat = REPEAT_LOOK_FIRST,
            .timeout_ms = TIMEOUT_CALL,
        },
    ROW(OP_UPDATE_PACKAGE) =
        {
            EACH(OP_UPDATE_PACKAGE),
            .name = "updatePackage",
            .method = "PUT",
            .path = PACKAGE,
            .params = by_package,
            .body = &shape_package,
            .ok = 204,
            .repeat = REPEAT_LOOK_FIRST,
            .timeout_ms = TIMEOUT_CALL,
        },
    ROW(OP_UPDATE_PACKAGE_STATUS) =
        {
            EACH(OP_UPDATE_PACKAGE_STATUS),
            .name = "updatePackageStatus",
            .method = "PATCH",
            .path = PACKAGE,
            .params = by_package,
            .body = &shape_package_delivery_status,
            .ok = 204,
            .repeat = REPEAT_LOOK_FIRST,
            .timeout_ms = TIMEOUT_CALL,
        },
    ROW(OP_RETRIEVE_SHIPPING_OPTIONS) =
        {
            EACH(OP_RETRIEVE_SHIPPING_OPTIONS),
            .name = "retrieveShippingOptions",
            .method = "GET",
            .path = ONE "/shippingOptions",
            .params = options_params,
            .ok = 200,
            .may_be_empty = true, /* where marketplace and channel leave no choice */
            .repeat = REPEAT_HARMLESS,
            .timeout_ms = TIMEOUT_CALL,
        },
    ROW(OP_GENERATE_INVOICE) =
        {
            EACH(OP_GENERATE_INVOICE),
            .name = "generateInvoice",
            .method = "POST",
            .path = ONE "/invoice",
            .params = by_shipment,
            .ok = 200,
            .content = "content",
            .repeat = REPEAT_LOOK_FIRST, /* retrieveInvoice */
            .timeout_ms = TIMEOUT_DOCUMENTS,
        },
    ROW(OP_RETRIEVE_INVOICE) =
        {
            EACH(OP_RETRIEVE_INVOICE),
            .name = "retrieveInvoice",
            .method = "GET",
            .path = ONE "/invoice",
            .params = by_shipment,
            .ok = 200,
            .content = "content",
            .repeat = REPEAT_HARMLESS,
            .timeout_ms = TIMEOUT_DOCUMENTS,
        },
    ROW(OP_GENERATE_SHIP_LABELS) =
        {
            EACH(OP_GENERATE_SHIP_LABELS),
            .name = "generateShipLabels",
            .method = "PUT",
            .path = ONE "/shipLabels",
            .params = label_params,
            .body = &shape_ship_labels_input,
            .body_optional = true,
            .ok = 200,
            .list = "packageShipLabelList",
            .secret = true,              /* fileData.url */
            .repeat = REPEAT_LOOK_FIRST, /* GENERATE again gives the same label */
            .timeout_ms = TIMEOUT_DOCUMENTS,
        },
};
