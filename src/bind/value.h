/* Lua values and JSON trees, both ways.
 *
 * Whole numbers stay integers, decimals come as strings (law 11), lists keep being lists
 * when they are empty (their metatable says so), null is the word `null`. Tables are read
 * raw: no metamethod of a script runs. */
#ifndef DRAY_BIND_VALUE_H
#define DRAY_BIND_VALUE_H

#include <lua.h>

#include "base/json.h"

enum {
    VALUE_MEMBERS_MAX = 200000,        /* values in one tree */
    VALUE_BYTES_MAX = 16 * 1024 * 1024 /* of all its texts */
};

/* Pushes a tree as a Lua value; NULL pushes nil. May raise (memory). */
void value_push(lua_State *L, const struct json *value);
/* Reads the value at `index` into the arena, members in order of their names. `root`
 * begins the path in messages: ERR_INPUT names what has no form in JSON, ERR_LIMIT what
 * is too deep or large. Never raises. */
enum err value_read(lua_State *L, int index, const char *root, struct arena *a,
                    struct json **value, struct fault *f);
/* Marks the table on top as a list. */
void value_mark_list(lua_State *L);
/* The words array and null. */
void value_open(lua_State *L);

#endif
