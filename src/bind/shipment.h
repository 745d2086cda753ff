/* What a shipment does, for who defines what it is. */
#ifndef DRAY_BIND_SHIPMENT_H
#define DRAY_BIND_SHIPMENT_H

#include <lua.h>

/* Adds the verbs, options() and invoice() to the methods on top of the stack. */
void shipment_add_verbs(lua_State *L);

#endif
