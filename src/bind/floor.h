/* What an order shows of the floor; order.c puts it among its fields. */
#ifndef DRAY_BIND_FLOOR_H
#define DRAY_BIND_FLOOR_H

#include <lua.h>

#include "base/json.h"
#include "store/record.h"

/* Pushes order.facts: the latest payload of each event by its name; `boxes` within holds
 * one for each box, which facts.packed["BOX1"] finds, too. */
void floor_push_facts(lua_State *L, int64_t id);
/* Pushes item.free: the stock reported for the line's product minus what is held of it;
 * nil when none was reported. */
void floor_push_free(lua_State *L, const struct record *r, const struct json *item);
/* order:fillable() -> boolean; raises for a product without a report */
int l_floor_fillable(lua_State *L);

#endif
