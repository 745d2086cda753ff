/* Where orders and shipments stand, by name. */
#include <string.h>

#include "store/record.h"

static const char *const state_names[ORDER_STATE_COUNT] = {
    [ORDER_NEW] = "new",
    [ORDER_ACCEPTING] = "accepting",
    [ORDER_REJECTING] = "rejecting",
    [ORDER_ACCEPTED] = "accepted",
    [ORDER_CONFIRMING] = "confirming",
    [ORDER_DENYING] = "denying",
    [ORDER_SHIPPED] = "shipped",
    [ORDER_DENIED] = "denied",
    [ORDER_REJECTED] = "rejected",
    [ORDER_CANCELLED] = "cancelled",
    [ORDER_DELIVERED] = "delivered",
};

const char *order_state_name(enum order_state s)
{
    return state_names[s];
}

enum order_state order_state_find(const char *name)
{
    int s = 0;
    while (s < ORDER_STATE_COUNT && strcmp(state_names[s], name) != 0)
        s++;
    return (enum order_state)s;
}

static const struct {
    const char *name, *status;
} shipment_states[SHIPMENT_STATE_COUNT] = {
    [SHIPMENT_CREATED] = {"created", "CREATED"},
    [SHIPMENT_ACCEPTED] = {"accepted", "ACCEPTED"},
    [SHIPMENT_CONFIRMED] = {"confirmed", "CONFIRMED"},
    [SHIPMENT_PACKAGE_CREATED] = {"package_created", "PACKAGE_CREATED"},
    [SHIPMENT_PICKUP_SLOT_RETRIEVED] = {"pickup_slot_retrieved", "PICKUP_SLOT_RETRIEVED"},
    [SHIPMENT_INVOICE_GENERATED] = {"invoice_generated", "INVOICE_GENERATED"},
    [SHIPMENT_SHIPLABEL_GENERATED] = {"shiplabel_generated", "SHIPLABEL_GENERATED"},
    [SHIPMENT_SHIPPED] = {"shipped", "SHIPPED"},
    [SHIPMENT_DELIVERED] = {"delivered", "DELIVERED"},
    [SHIPMENT_CANCELLED] = {"cancelled", "CANCELLED"},
    [SHIPMENT_UNKNOWN] = {"unknown", NULL},
};

const char *shipment_state_name(enum shipment_state s)
{
    return shipment_states[s].name;
}

enum shipment_state shipment_state_find(const char *name)
{
    int s = 0;
    while (s < SHIPMENT_STATE_COUNT && strcmp(shipment_states[s].name, name) != 0)
        s++;
    return (enum shipment_state)s;
}

enum shipment_state shipment_state_of(const char *status)
{
    int s = 0;
    while (s < SHIPMENT_UNKNOWN && strcmp(shipment_states[s].status, status) != 0)
        s++;
    return (enum shipment_state)s;
}

const char *shipment_status(enum shipment_state s)
{
    return shipment_states[s].status;
}

const char *record_state_name(enum record_kind kind, int state)
{
    return kind == RECORD_ORDER ? order_state_name((enum order_state)state)
                                : shipment_state_name((enum shipment_state)state);
}
