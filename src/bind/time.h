/* Durations as scripts write them, for all words that take one. */
#ifndef DRAY_BIND_TIME_H
#define DRAY_BIND_TIME_H

#include <stdint.h>

#include <lua.h>

/* "30m", "1h30m", or a number of seconds; milliseconds. `what` begins the message of a
 * wrong one, which raises. */
int64_t time_duration(lua_State *L, int index, const char *what);

#endif
