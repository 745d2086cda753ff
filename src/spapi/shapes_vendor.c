/* Direct Fulfillment v1: the bodies of submitAcknowledgement (Orders), of label requests,
 * confirmations and status updates (Shipping), and of createRestrictedDataToken (Tokens).
 *
 * Every field of Amazon's types under its own name, required where Amazon's model says
 * so. One exception: the address of a status update needs only its country, since
 * Amazon's own examples send no more (domain.md 10 #4). tests/unit/test_contract.c
 * compares all of it with the models. */
#include "spapi/shape_table.h"

static const struct shape text = {.kind = SHAPE_TEXT};
static const struct shape order_number = {.kind = SHAPE_ORDER};
static const struct shape instant = {.kind = SHAPE_TIME};
static const struct shape decimal = {.name = "Decimal", .kind = SHAPE_DECIMAL};
static const struct shape whole = {.kind = SHAPE_INT};
static const struct shape boolean = {.kind = SHAPE_BOOL};

static const char *const tax_type_words[] = {"VAT", "GST", NULL};
static const struct shape tax_type = ONE_OF(tax_type_words);

/* Orders v1 */

static const struct field order_address_fields[] = {
    {"name", &text, true},
    {"attention", &text, false},
    {"addressLine1", &text, true},
    {"addressLine2", &text, false},
    {"addressLine3", &text, false},
    {"city", &text, false},
    {"county", &text, false},
    {"district", &text, false},
    {"stateOrRegion", &text, true},
    {"postalCode", &text, false},
    {"countryCode", &text, true},
    {"phone", &text, false},
    END,
};
static const struct shape order_address = OBJECT("Address", order_address_fields);

static const struct field order_tax_fields[] = {
    {"taxRegistrationType", &tax_type, false},
    {"taxRegistrationNumber", &text, true},
    {"taxRegistrationAddress", &order_address, false},
    {"taxRegistrationMessages", &text, false},
    END,
};
static const struct shape order_tax = OBJECT("TaxRegistrationDetails", order_tax_fields);

static const struct field order_party_fields[] = {
    {"partyId", &text, true},
    {"address", &order_address, false},
    {"taxInfo", &order_tax, false},
    END,
};
static const struct shape order_party = OBJECT("PartyIdentification", order_party_fields);

static const struct field acknowledgement_status_fields[] = {
    {"code", &text, false},
    {"description", &text, false},
    END,
};
static const struct shape acknowledgement_status =
    OBJECT("AcknowledgementStatus", acknowledgement_status_fields);

static const char *const each_words[] = {"Each", NULL};
static const struct shape each = ONE_OF(each_words);
static const struct field order_quantity_fields[] = {
    {"amount", &whole, false},
    {"unitOfMeasure", &each, false},
    END,
};
static const struct shape order_quantity = OBJECT("ItemQuantity", order_quantity_fields);

static const struct field item_acknowledgement_fields[] = {
    {"itemSequenceNumber", &text, true},
    {"buyerProductIdentifier", &text, false},
    {"vendorProductIdentifier", &text, false},
    {"acknowledgedQuantity", &order_quantity, true},
    END,
};
static const struct shape item_acknowledgement =
    OBJECT("OrderItemAcknowledgement", item_acknowledgement_fields);
static const struct shape item_acknowledgements = LIST_OF(item_acknowledgement);

static const struct field acknowledgement_fields[] = {
    {"purchaseOrderNumber", &order_number, true},
    {"vendorOrderNumber", &text, true},
    {"acknowledgementDate", &instant, true},
    {"acknowledgementStatus", &acknowledgement_status, true},
    {"sellingParty", &order_party, true},
    {"shipFromParty", &order_party, true},
    {"itemAcknowledgements", &item_acknowledgements, true},
    END,
};
const struct shape shape_acknowledgement =
    OBJECT("OrderAcknowledgementItem", acknowledgement_fields);

static const struct shape acknowledgements = LIST_OF(shape_acknowledgement);
static const struct field acknowledgement_list_fields[] = {
    {"orderAcknowledgements", &acknowledgements, false},
    END,
};
const struct shape shape_acknowledgement_list =
    OBJECT("SubmitAcknowledgementRequest", acknowledgement_list_fields);

/* Shipping v1: parts */

static const struct field address_fields[] = {
    {"name", &text, true},          {"addressLine1", &text, true},
    {"addressLine2", &text, false}, {"addressLine3", &text, false},
    {"city", &text, false},         {"county", &text, false},
    {"district", &text, false},     {"stateOrRegion", &text, false},
    {"postalCode", &text, false},   {"countryCode", &text, true},
    {"phone", &text, false},        END,
};
static const struct shape address = OBJECT("Address", address_fields);

static const struct field location_fields[] = {
    {"name", &text, false},         {"addressLine1", &text, false},
    {"addressLine2", &text, false}, {"addressLine3", &text, false},
    {"city", &text, false},         {"county", &text, false},
    {"district", &text, false},     {"stateOrRegion", &text, false},
    {"postalCode", &text, false},   {"countryCode", &text, true},
    {"phone", &text, false},        END,
};
static const struct shape location = OBJECT("StatusLocationAddress", location_fields);

static const struct field tax_fields[] = {
    {"taxRegistrationType", &tax_type, false},
    {"taxRegistrationNumber", &text, true},
    {"taxRegistrationAddress", &address, false},
    {"taxRegistrationMessages", &text, false},
    END,
};
static const struct shape tax = OBJECT("TaxRegistrationDetails", tax_fields);
static const struct shape taxes = LIST_OF(tax);

static const struct field party_fields[] = {
    {"partyId", &text, true},
    {"address", &address, false},
    {"taxRegistrationDetails", &taxes, false},
    END,
};
static const struct shape party = OBJECT("PartyIdentification", party_fields);

static const struct field quantity_fields[] = {
    {"amount", &whole, true},
    {"unitOfMeasure", &text, true},
    END,
};
static const struct shape quantity = OBJECT("ItemQuantity", quantity_fields);

static const char *const length_words[] = {"IN", "CM", NULL};
static const struct shape length_unit = ONE_OF(length_words);
static const struct field dimensions_fields[] = {
    {"length", &decimal, true},
    {"width", &decimal, true},
    {"height", &decimal, true},
    {"unitOfMeasure", &length_unit, true},
    END,
};
static const struct shape dimensions = OBJECT("Dimensions", dimensions_fields);

static const char *const weight_words[] = {"KG", "LB", NULL};
static const struct shape weight_unit = ONE_OF(weight_words);
static const struct field weight_fields[] = {
    {"unitOfMeasure", &weight_unit, true},
    {"value", &decimal, true},
    END,
};
static const struct shape weight = OBJECT("Weight", weight_fields);

static const struct field packed_item_fields[] = {
    {"itemSequenceNumber", &whole, true},
    {"buyerProductIdentifier", &text, false},
    {"vendorProductIdentifier", &text, false},
    {"packedQuantity", &quantity, true},
    END,
};
static const struct shape packed_item = OBJECT("PackedItem", packed_item_fields);
static const struct shape packed_items = LIST_OF(packed_item);

static const char *const container_words[] = {"carton", "pallet", NULL};
static const struct shape container_type = ONE_OF(container_words);
static const struct field container_fields[] = {
    {"containerType", &container_type, true},
    {"containerIdentifier", &text, true},
    {"trackingNumber", &text, false},
    {"manifestId", &text, false},
    {"manifestDate", &text, false},
    {"shipMethod", &text, false},
    {"scacCode", &text, false},
    {"carrier", &text, false},
    {"containerSequenceNumber", &whole, false},
    {"dimensions", &dimensions, false},
    {"weight", &weight, true},
    {"packedItems", &packed_items, true},
    END,
};
static const struct shape container = OBJECT("Container", container_fields);
static const struct shape containers = LIST_OF(container);

/* Shipping v1: label requests */

static const struct field label_request_fields[] = {
    {"purchaseOrderNumber", &order_number, true},
    {"sellingParty", &party, true},
    {"shipFromParty", &party, true},
    {"containers", &containers, false},
    END,
};
const struct shape shape_label_request =
    OBJECT("ShippingLabelRequest", label_request_fields);

static const struct shape label_requests = LIST_OF(shape_label_request);
static const struct field label_request_list_fields[] = {
    {"shippingLabelRequests", &label_requests, false},
    END,
};
const struct shape shape_label_request_list =
    OBJECT("SubmitShippingLabelsRequest", label_request_list_fields);

/* Shipping v1: confirmations */

static const struct field item_fields[] = {
    {"itemSequenceNumber", &whole, true},
    {"buyerProductIdentifier", &text, false},
    {"vendorProductIdentifier", &text, false},
    {"shippedQuantity", &quantity, true},
    END,
};
static const struct shape item = OBJECT("Item", item_fields);
static const struct shape items = LIST_OF(item);

static const char *const shipment_words[] = {"SHIPPED", "FLOOR_DENIAL", NULL};
static const struct shape shipment_status = ONE_OF(shipment_words);
static const struct field shipment_details_fields[] = {
    {"shippedDate", &instant, true},
    {"shipmentStatus", &shipment_status, true},
    {"isPriorityShipment", &boolean, false},
    {"vendorOrderNumber", &text, false},
    {"estimatedDeliveryDate", &instant, false},
    END,
};
static const struct shape shipment_details =
    OBJECT("ShipmentDetails", shipment_details_fields);

static const struct field confirmation_fields[] = {
    {"purchaseOrderNumber", &order_number, true},
    {"shipmentDetails", &shipment_details, true},
    {"sellingParty", &party, true},
    {"shipFromParty", &party, true},
    {"items", &items, true},
    {"containers", &containers, false},
    END,
};
const struct shape shape_confirmation =
    OBJECT("ShipmentConfirmation", confirmation_fields);

static const struct shape confirmations = LIST_OF(shape_confirmation);
static const struct field confirmation_list_fields[] = {
    {"shipmentConfirmations", &confirmations, false},
    END,
};
const struct shape shape_confirmation_list =
    OBJECT("SubmitShipmentConfirmationsRequest", confirmation_list_fields);

/* Shipping v1: status updates */

static const struct field schedule_fields[] = {
    {"estimatedDeliveryDateTime", &instant, false},
    {"apptWindowStartDateTime", &instant, false},
    {"apptWindowEndDateTime", &instant, false},
    END,
};
static const struct shape schedule = OBJECT("shipmentSchedule", schedule_fields);

static const struct field status_details_fields[] = {
    {"trackingNumber", &text, true},
    {"statusCode", &text, true},
    {"reasonCode", &text, true},
    {"statusDateTime", &instant, true},
    {"statusLocationAddress", &location, true},
    {"shipmentSchedule", &schedule, false},
    END,
};
static const struct shape status_details =
    OBJECT("StatusUpdateDetails", status_details_fields);

static const struct field status_update_fields[] = {
    {"purchaseOrderNumber", &order_number, true},
    {"sellingParty", &party, true},
    {"shipFromParty", &party, true},
    {"statusUpdateDetails", &status_details, true},
    END,
};
const struct shape shape_status_update =
    OBJECT("ShipmentStatusUpdate", status_update_fields);

static const struct shape status_updates = {
    .kind = SHAPE_LIST, .item = &shape_status_update, .min = 1};
static const struct field status_update_list_fields[] = {
    {"shipmentStatusUpdates", &status_updates, false},
    END,
};
const struct shape shape_status_update_list =
    OBJECT("SubmitShipmentStatusUpdatesRequest", status_update_list_fields);

/* Tokens 2021-03-01 */

static const struct shape data_elements = LIST_OF(text);
static const char *const method_words[] = {"GET", "PUT", "POST", "DELETE", NULL};
static const struct shape restricted_method = ONE_OF(method_words);
static const struct field restricted_resource_fields[] = {
    {"method", &restricted_method, true},
    {"path", &text, true},
    {"dataElements", &data_elements, false},
    END,
};
static const struct shape restricted_resource =
    OBJECT("RestrictedResource", restricted_resource_fields);
static const struct shape restricted_resources = {
    .kind = SHAPE_LIST, .item = &restricted_resource, .max = 50};
static const struct field restricted_data_token_fields[] = {
    {"targetApplication", &text, false},
    {"restrictedResources", &restricted_resources, true},
    END,
};
const struct shape shape_restricted_data_token =
    OBJECT("CreateRestrictedDataTokenRequest", restricted_data_token_fields);
