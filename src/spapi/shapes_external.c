/* External Fulfillment shipments 2024-09-11: the bodies of processShipment,
 * createPackages, updatePackage, updatePackageStatus and generateShipLabels.
 *
 * Every field of Amazon's types under its own name, required where Amazon's model says
 * so; tests/unit/test_contract.c compares all of it with the model. What depends on the
 * shipment (which serial numbers must be there, which must not) is not a matter of form
 * and not checked here. */
#include "spapi/shape_table.h"

static const struct shape text = {.kind = SHAPE_TEXT};
static const struct shape texts = LIST_OF(text);
static const struct shape decimal = {.name = "Decimal", .kind = SHAPE_DECIMAL};
static const struct shape whole = {.kind = SHAPE_INT};
static const struct shape pieces = {.kind = SHAPE_INT, .min = 1, .max = INT32_MAX};

/* processShipment */

static const struct field line_item_fields[] = {
    {"id", &text, true},
    {"quantity", &whole, false},
    END,
};
static const struct shape line_item = OBJECT("LineItem", line_item_fields);

static const char *const rejection_words[] = {"OUT_OF_STOCK", "CUSTOMER_REQUESTED", NULL};
static const struct shape rejection = ONE_OF(rejection_words);
static const struct field line_item_reason_fields[] = {
    {"lineItem", &line_item, true},
    {"reason", &rejection, false},
    END,
};
static const struct shape line_item_reason =
    OBJECT("LineItemWithReason", line_item_reason_fields);
static const struct shape line_item_reasons = LIST_OF(line_item_reason);

static const struct field shipment_acknowledgement_fields[] = {
    {"referenceId", &text, false},
    {"lineItems", &line_item_reasons, true},
    END,
};
const struct shape shape_shipment_acknowledgement =
    OBJECT("ShipmentAcknowledgementRequest", shipment_acknowledgement_fields);

/* Packages */

static const char *const length_words[] = {"CM", "M", "IN", NULL};
static const struct shape length_unit = ONE_OF(length_words);
static const struct field dimension_fields[] = {
    {"value", &decimal, true},
    {"dimensionUnit", &length_unit, true},
    END,
};
static const struct shape dimension = OBJECT("Dimension", dimension_fields);

static const struct field dimensions_fields[] = {
    {"length", &dimension, true},
    {"width", &dimension, true},
    {"height", &dimension, true},
    END,
};
static const struct shape dimensions = OBJECT("PackageDimensions", dimensions_fields);

static const char *const weight_words[] = {"G", "KG", "LB", "OZ", NULL};
static const struct shape weight_unit = ONE_OF(weight_words);
static const struct field weight_fields[] = {
    {"value", &decimal, true},
    {"weightUnit", &weight_unit, true},
    END,
};
static const struct shape weight = OBJECT("Weight", weight_fields);

static const struct field amount_fields[] = {
    {"value", &decimal, true},
    {"currencyCode", &text, true},
    END,
};
static const struct shape amount = OBJECT("Amount", amount_fields);

static const struct field package_line_item_fields[] = {
    {"packageLineItemId", &text, true},
    {"quantity", &whole, true},
    {"serialNumbers", &texts, false},
    {"pieces", &pieces, false},
    {"countryOfOrigin", &text, false},
    {"itemValue", &amount, false},
    END,
};
static const struct shape package_line_item =
    OBJECT("PackageLineItem", package_line_item_fields);
static const struct shape package_line_items = LIST_OF(package_line_item);

static const char *const package_words[] = {"CREATED",           "PICKUP_SLOT_RETRIEVED",
                                            "INVOICE_GENERATED", "SHIPLABEL_GENERATED",
                                            "SHIPPED",           "DELIVERED",
                                            "CANCELLED",         NULL};
static const struct shape package_state = ONE_OF(package_words);
static const char *const handling_words[] = {"NORMAL", "FRAGILE", NULL};
static const struct shape handling = ONE_OF(handling_words);
static const struct field package_fields[] = {
    {"id", &text, true},
    {"dimensions", &dimensions, true},
    {"weight", &weight, true},
    {"hazmatLabels", &texts, false},
    {"packageLineItems", &package_line_items, true},
    {"status", &package_state, false},
    {"packageHandlingRequirements", &handling, false},
    END,
};
const struct shape shape_package = OBJECT("Package", package_fields);

static const struct shape package_list = {
    .kind = SHAPE_LIST, .item = &shape_package, .min = 1};
static const struct field packages_fields[] = {
    {"packages", &package_list, true},
    END,
};
const struct shape shape_packages = OBJECT("Packages", packages_fields);

/* updatePackageStatus */

static const char *const status_words[] = {"CREATED",
                                           "PICKUP_SLOT_RETRIEVED",
                                           "INVOICE_GENERATED",
                                           "SHIPLABEL_GENERATED",
                                           "SHIPPED",
                                           "DELIVERED",
                                           NULL};
static const struct shape status = ONE_OF(status_words);
static const char *const sub_status_words[] = {"OUT_FOR_DELIVERY", "DELIVERED",
                                               "NOT_DELIVERED", "UNDELIVERABLE", NULL};
static const struct shape sub_status = ONE_OF(sub_status_words);
static const struct shape reason = {.kind = SHAPE_TEXT, .max = 128};
static const struct field package_delivery_status_fields[] = {
    {"status", &status, false},
    {"subStatus", &sub_status, false},
    {"reason", &reason, false},
    END,
};
const struct shape shape_package_delivery_status =
    OBJECT("PackageDeliveryStatus", package_delivery_status_fields);

/* generateShipLabels */

static const struct field courier_fields[] = {
    {"carrierName", &text, true},
    {"trackingId", &text, true},
    END,
};
static const struct shape courier = OBJECT("CourierSupportedAttributes", courier_fields);

static const struct shape package_ids = {.kind = SHAPE_LIST, .item = &text, .max = 50};
static const struct field ship_labels_input_fields[] = {
    {"packageIds", &package_ids, true},
    {"courierSupportedAttributes", &courier, false},
    END,
};
const struct shape shape_ship_labels_input =
    OBJECT("ShipLabelsInput", ship_labels_input_fields);
