/* Orders and shipments as Amazon sent them, with the few columns that queries need. */
#ifndef DRAY_STORE_RECORD_H
#define DRAY_STORE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/digest.h"
#include "store/store.h"

enum record_kind { RECORD_ORDER, RECORD_SHIPMENT };

/* Where an order stands (design 9). */
enum order_state {
    ORDER_NEW,
    ORDER_ACCEPTING,
    ORDER_REJECTING,
    ORDER_ACCEPTED,
    ORDER_CONFIRMING,
    ORDER_DENYING,
    ORDER_SHIPPED,
    ORDER_DENIED,
    ORDER_REJECTED,
    ORDER_CANCELLED,
    ORDER_DELIVERED,
    ORDER_STATE_COUNT
};
const char *order_state_name(enum order_state s); /* "new" … */
/* By name; ORDER_STATE_COUNT when unknown. */
enum order_state order_state_find(const char *name);

/* Where a shipment stands: Amazon's own status, and nothing else (domain.md 5.3). The
 * order is that of its way. */
enum shipment_state {
    SHIPMENT_CREATED,
    SHIPMENT_ACCEPTED,
    SHIPMENT_CONFIRMED,
    SHIPMENT_PACKAGE_CREATED,
    SHIPMENT_PICKUP_SLOT_RETRIEVED,
    SHIPMENT_INVOICE_GENERATED,
    SHIPMENT_SHIPLABEL_GENERATED,
    SHIPMENT_SHIPPED,
    SHIPMENT_DELIVERED,
    SHIPMENT_CANCELLED,
    SHIPMENT_UNKNOWN, /* a status that dray has never heard of */
    SHIPMENT_STATE_COUNT
};
const char *shipment_state_name(enum shipment_state s); /* "created" … "unknown" */
/* By that name; SHIPMENT_STATE_COUNT when unknown. */
enum shipment_state shipment_state_find(const char *name);
/* By Amazon's word, "PACKAGE_CREATED"; SHIPMENT_UNKNOWN for any other. */
enum shipment_state shipment_state_of(const char *status);
/* Amazon's word; NULL for SHIPMENT_UNKNOWN. */
const char *shipment_status(enum shipment_state s);

/* The name of a state of either kind: "new", "created" …. */
const char *record_state_name(enum record_kind kind, int state);

enum record_flag {
    RECORD_GIFT = 1,       /* isGift; a line to be wrapped or with a message */
    RECORD_SLIP = 2,       /* isPslipRequired; pSlip REQUIRED */
    RECORD_SCHEDULED = 4,  /* isScheduledDeliveryShipment */
    RECORD_INVOICED = 8,   /* a customer invoice is to be fetched (ships within India);
                              the shipment requires one */
    RECORD_OWN_LABEL = 16, /* the vendor's or seller's own carrier */
    RECORD_OLD = 32,       /* older than `since` and not adopted: left alone */
    RECORD_ADOPTED = 64,   /* older, and a person took it over */
    RECORD_IMPORTED = 128  /* Amazon's record of the past (workflow/import.h), always
                              with RECORD_OLD; in no list of work */
};

/* A row. Strings live in the arena it was read into, or are borrowed from who writes it.
 */
struct record {
    int64_t id; /* 0: not stored yet */
    enum record_kind kind;
    const char *account;
    const char *name;      /* purchaseOrderNumber, shipmentId */
    const char *warehouse; /* shipFromParty.partyId, locationId */
    int state;             /* enum order_state or shipment_state */
    const char *status;    /* Amazon's own word: "NEW", "ACCEPTED" … "" when unknown */
    int64_t ordered_ms;    /* Amazon's creation date */
    int64_t ship_by_ms;    /* requiredShipDate, expectedShippingDateTimeInUTC */
    int64_t seen_ms;       /* when dray first saw it */
    int64_t changed_ms;    /* when this row last changed */
    unsigned flags;        /* enum record_flag */
    struct digest digest;  /* of the body, as it was put; who puts gives it beside */
    const char *body;      /* the text Amazon sent; NULL when not asked for */
    size_t body_len;
};

enum record_change { RECORD_SAME, RECORD_NEW, RECORD_CHANGED };

/* Stores what a poll brought, by account, kind and name. Compares `digest` (canonical, of
 * the body) with what is there; a new row takes every member of `r`, a changed one body,
 * status, times and flags but keeps `state`. r->id is set. Imported rows are changed by
 * imports only, and all others by polls only: else RECORD_SAME. */
enum err record_put(struct store *s, struct record *r, const struct digest *digest,
                    enum record_change *change, struct fault *f);
/* Amazon's status changed, seen in a list without details. */
enum err record_set_status(struct store *s, int64_t id, const char *status,
                           struct fault *f);
/* Nothing is written when it has that state already. */
enum err record_set_state(struct store *s, int64_t id, int state, struct fault *f);
enum err record_set_flags(struct store *s, int64_t id, unsigned flags, struct fault *f);

/* ERR_NOT_FOUND with a sentence when there is none. `with_body` also reads the body. */
enum err record_get(struct store *s, struct arena *a, int64_t id, bool with_body,
                    struct record *r, struct fault *f);
/* The body alone, in the arena. */
enum err record_get_body(struct store *s, struct arena *a, int64_t id, const char **body,
                         size_t *len, struct fault *f);
/* account NULL: any; ERR_CONFLICT when several accounts have that name. */
enum err record_find(struct store *s, struct arena *a, enum record_kind kind,
                     const char *account, const char *name, bool with_body,
                     struct record *r, struct fault *f);

/* An order of that name, or a shipment; ERR_CONFLICT when there are both. */
enum err record_find_any(struct store *s, struct arena *a, const char *account,
                         const char *name, bool with_body, struct record *r,
                         struct fault *f);

/* What to list; zeroed members do not restrict. */
struct record_filter {
    enum record_kind kind;
    const char *account;
    const char *warehouse;
    unsigned states;        /* bit per state; 0: all */
    unsigned flags;         /* has one of them (enum record_flag); 0: any */
    int64_t ship_after_ms;  /* ship_by_ms >= */
    int64_t ship_before_ms; /* ship_by_ms < */
    bool with_old;          /* also RECORD_OLD ones … */
    bool with_imported;     /* … and RECORD_IMPORTED ones among them */
    int64_t limit;
};
/* In order of ship_by_ms, then name. The row is borrowed for the call. False ends the
 * listing. The function must not write to the store. */
typedef bool record_fn(void *arg, const struct record *r);
enum err record_each(struct store *s, const struct record_filter *filter, record_fn *fn,
                     void *arg, struct fault *f);
enum err record_count(struct store *s, const struct record_filter *filter, int64_t *count,
                      struct fault *f);
/* The creation dates of the oldest and newest orders of an account in these states that
 * are not imported; both INSTANT_NONE when there is none. For the windows of polls. */
enum err record_span(struct store *s, const char *account, unsigned states,
                     int64_t *oldest_ms, int64_t *newest_ms, int64_t *count,
                     struct fault *f);

#endif
