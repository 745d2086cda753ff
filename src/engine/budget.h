/* What a run may use up: the instructions of Lua, and in the same coin what the library
 * does in C between two of them. Part of the sandbox; shared by its files.
 *
 * A count hook looks every thousand instructions. A budget that is used up ends the run
 * with an error that no pcall keeps. */
#ifndef DRAY_ENGINE_BUDGET_H
#define DRAY_ENGINE_BUDGET_H

#include <stddef.h>
#include <stdint.h>

#include <lua.h>

#include "engine/sandbox.h"

enum { BUDGET_STEP = 1000 }; /* instructions between two looks */

/* The hook: to be called for each LUA_HOOKCOUNT. */
void budget_look(lua_State *L, lua_Debug *ar);
/* Sets it on a main state; the threads that are made afterwards have it, too. */
void budget_hook_on(lua_State *L);

/* Within a slice, before this thread goes on: where the budget of its run is used up
 * already, it ends at its first instruction. Slices can be too short for a look. */
void budget_arm(lua_State *L);

/* A function in C is going to do, or did, so much work. Raises when it was too much. */
void budget_charge(lua_State *L, uint64_t steps);
/* Work on so many bytes: about as many as a processor passes over in one step of Lua. */
void budget_charge_bytes(lua_State *L, size_t bytes);
/* A block was allocated: counts, never raises; the hook does. */
void budget_charge_memory(struct sandbox *b, size_t bytes);

/* A function in C that may take long begins: the watchdog is told the line. */
void budget_note(lua_State *L);

#endif
