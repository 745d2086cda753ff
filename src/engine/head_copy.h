/* A plain copy of what a rule file wrote, for a state in which the Lua half of dray
 * works.
 *
 * Raw: no metamethod runs. A function becomes one that does nothing; what has no place in
 * a head becomes a light userdata; what is too deep or too much is left out, and said. */
#ifndef DRAY_ENGINE_HEAD_COPY_H
#define DRAY_ENGINE_HEAD_COPY_H

#include <lua.h>

/* Pushes onto `to` a copy of the table on top of `from`, which stays. The memory limit of
 * `from` must not hold. Gives NULL, or why the copy is not whole: "has more than …". */
const char *head_copy(lua_State *from, lua_State *to);

#endif
