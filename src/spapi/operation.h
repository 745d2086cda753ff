/* Amazon's operations, one row each (design 7; domain.md 1.2 to 1.8).
 *
 * Direct Fulfillment and Tokens come first, External Fulfillment after them. */
#ifndef DRAY_SPAPI_OPERATION_H
#define DRAY_SPAPI_OPERATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/json.h"
#include "spapi/shape.h"

enum operation_id {
    OP_GET_ORDERS,
    OP_GET_ORDER,
    OP_SUBMIT_ACKNOWLEDGEMENT,
    OP_SUBMIT_SHIPPING_LABEL_REQUEST,
    OP_GET_SHIPPING_LABELS,
    OP_GET_SHIPPING_LABEL,
    OP_SUBMIT_SHIPMENT_CONFIRMATIONS,
    OP_SUBMIT_SHIPMENT_STATUS_UPDATES,
    OP_GET_PACKING_SLIPS,
    OP_GET_PACKING_SLIP,
    OP_GET_CUSTOMER_INVOICES,
    OP_GET_CUSTOMER_INVOICE,
    OP_GET_TRANSACTION_STATUS,
    OP_CREATE_RESTRICTED_DATA_TOKEN,
    OP_GET_SHIPMENTS, /* External Fulfillment from here on */
    OP_GET_SHIPMENT,
    OP_PROCESS_SHIPMENT,
    OP_CREATE_PACKAGES,
    OP_UPDATE_PACKAGE,
    OP_UPDATE_PACKAGE_STATUS,
    OP_RETRIEVE_SHIPPING_OPTIONS,
    OP_GENERATE_INVOICE,
    OP_RETRIEVE_INVOICE,
    OP_GENERATE_SHIP_LABELS,
    OP_COUNT,
    OP_EXTERNAL = OP_GET_SHIPMENTS
};

enum token_kind {
    TOKEN_LWA,       /* the account's access token */
    TOKEN_RESTRICTED /* a restricted data token, the plain one as a fallback (domain.md 3)
                      */
};

/* What a second, equal call does; for the sender and for help texts. */
enum repeat {
    REPEAT_HARMLESS,   /* a read */
    REPEAT_LOOK_FIRST, /* there is a look-up that tells whether the first one worked */
    REPEAT_UNKNOWABLE  /* nothing tells (status updates) */
};

enum param_place { PARAM_PATH, PARAM_QUERY };
enum param_kind { PARAM_TEXT, PARAM_ORDER, PARAM_TIME, PARAM_COUNT, PARAM_CHOICE };

struct param {
    const char *name;
    enum param_place place;
    enum param_kind kind;
    bool required;
    const char *const *choices; /* PARAM_CHOICE; ends with NULL */
    int min, max; /* PARAM_COUNT: range; PARAM_TEXT: at most max characters, 0: free */
};

struct operation {
    enum operation_id id;
    const char *name;   /* Amazon's operationId */
    const char *method; /* GET POST PUT PATCH */
    const char *path;   /* with {names} */
    double rate;        /* calls a second, the model's usage plan */
    int burst;
    enum token_kind token;
    const struct param *params; /* ends with a NULL name */
    const struct shape *body;   /* NULL: no body */
    bool body_optional;         /* the body may be left out */
    int ok;                     /* the status of success: 200, 202, 204 */
    const char *list; /* member of the reply that holds the list, "orders"; NULL: none */
    const char *content;    /* member of an element that holds base64, "content"; NULL */
    const char *page_token; /* query parameter of the next page, "nextToken"; NULL */
    const char *page_limit; /* query parameter of a page's size, "limit"; NULL: none */
    int page_size;     /* the limit that dray sends: 100, or 10 for invoices; 0 none */
    bool may_be_empty; /* `{}`, `null` or nothing at all is an answer, too */
    bool windowed;     /* createdAfter/createdBefore, at most 7 days apart */
    bool secret; /* the reply holds a token or presigned URLs: nothing of it stays */
    enum repeat repeat;
    int64_t timeout_ms;
};

/* The rows of External Fulfillment, from OP_EXTERNAL on; for operation_get. */
extern const struct operation operations_external[OP_COUNT - OP_EXTERNAL];

const struct operation *operation_get(enum operation_id id);
/* By Amazon's name; ERR_NOT_FOUND with a suggestion. */
enum err operation_find(const char *name, const struct operation **op, struct fault *f);
const struct param *operation_param(const struct operation *op, const char *name);

/* Checks `params` (an object of strings, integers or booleans) against the row and writes
 * path and query, encoded, into `out`. ERR_INPUT names the parameter: unknown (with a
 * suggestion), missing, of a wrong form, a window over 7 days. */
enum err operation_target(const struct operation *op, const struct json *params,
                          struct buf *out, struct fault *f);

#endif
