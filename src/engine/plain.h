/* The part of plain Lua that scripts are given: an allow-list, with the functions wrapped
 * that could loop in C or reach what a script must not touch (lua-hosts.md 3.3, 3.5). */
#ifndef DRAY_ENGINE_PLAIN_H
#define DRAY_ENGINE_PLAIN_H

#include <lua.h>

/* Fills the table of words on top of the stack. */
void plain_open(lua_State *L);

#endif
