/* What a verb gives back to a script, whoever's verb it is. */
#ifndef DRAY_BIND_PLAN_H
#define DRAY_BIND_PLAN_H

#include <lua.h>

#include "workflow/plan.h"

/* Pushes the effect, or nil and the reason, and notes it in the run's trace; gives how
 * many values those are. */
int plan_give(lua_State *L, const char *verb, const struct plan *p);

#endif
