/* The shapes of Amazon's request bodies as C tables, and the one checker for them (design
 * 7).
 *
 * One checker serves the verbs, `dray call` and the sender; its message names the field
 * by path: `shipmentConfirmations[1].items[2].shippedQuantity.amount: expected a whole
 * number, got "two"`. Array indexes in messages count from 1. */
#ifndef DRAY_SPAPI_SHAPE_H
#define DRAY_SPAPI_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/json.h"

enum shape_kind {
    SHAPE_TEXT,    /* a string, never empty */
    SHAPE_ORDER,   /* a purchase order number: ^[a-zA-Z0-9]+$ */
    SHAPE_TIME,    /* ISO 8601 with a zone */
    SHAPE_DECIMAL, /* Amazon's decimal string (domain.md 1.1) */
    SHAPE_NUMBER,  /* a JSON number */
    SHAPE_INT,     /* a whole number within min..max */
    SHAPE_BOOL,
    SHAPE_ENUM, /* one of `choices` */
    SHAPE_OBJECT,
    SHAPE_LIST
};

struct shape;

/* A member of an object. */
struct field {
    const char *name;
    const struct shape *shape;
    bool required;
};

/* A type of Amazon's models. */
struct shape {
    const char
        *name; /* the model's type name, "ShipmentConfirmation"; NULL for plain values */
    enum shape_kind kind;
    const struct field *fields; /* SHAPE_OBJECT; ends with a NULL name */
    const struct shape *item;   /* SHAPE_LIST */
    const char *const *choices; /* SHAPE_ENUM; ends with NULL */
    int64_t min, max; /* SHAPE_INT: range; SHAPE_LIST: members; TEXT: characters.
                         0, 0: free */
};

/* ERR_INPUT with the path of the first field that breaks the shape: missing, unknown
 * (with a suggestion), of a wrong type, out of range. `root` begins the path; "" for
 * none. */
enum err shape_check(const struct shape *s, const struct json *value, const char *root,
                     struct fault *f);

/* The member `name` of an object shape, or NULL. */
const struct field *shape_field(const struct shape *s, const char *name);

/* Direct Fulfillment v1, shared with the verbs that build these bodies. */
extern const struct shape shape_acknowledgement_list; /* {orderAcknowledgements:[…]} */
extern const struct shape shape_acknowledgement;      /* OrderAcknowledgementItem */
extern const struct shape shape_label_request_list;   /* {shippingLabelRequests:[…]} */
extern const struct shape shape_label_request;        /* ShippingLabelRequest */
extern const struct shape shape_confirmation_list;    /* {shipmentConfirmations:[…]} */
extern const struct shape shape_confirmation;         /* ShipmentConfirmation */
extern const struct shape shape_status_update_list;   /* {shipmentStatusUpdates:[…]} */
extern const struct shape shape_status_update;        /* ShipmentStatusUpdate */
extern const struct shape
    shape_restricted_data_token; /* CreateRestrictedDataTokenRequest */

/* External Fulfillment shipments 2024-09-11. */
extern const struct shape shape_shipment_acknowledgement; /* …AcknowledgementRequest */
extern const struct shape shape_packages;                 /* {packages:[…]} */
extern const struct shape shape_package;                  /* Package */
extern const struct shape shape_package_delivery_status;  /* PackageDeliveryStatus */
extern const struct shape shape_ship_labels_input;        /* ShipLabelsInput */

#endif
