/* Reading the tables that the Lua half of the project reader leaves, for the files that
 * turn them into C. The table is on top of the stack. */
#ifndef DRAY_BIND_PROJECT_TABLE_H
#define DRAY_BIND_PROJECT_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include <lua.h>

/* A text; NULL when there is none. The table keeps it alive. */
const char *project_text(lua_State *L, const char *key);
int64_t project_integer(lua_State *L, const char *key, int64_t otherwise);
/* Pushes a member that is a table; false (nothing pushed) when it is not there. */
bool project_push_table(lua_State *L, const char *key);
/* A path of the project file, as it stands when it is absolute, else below the folder;
 * the caller frees. */
char *project_path(const char *folder, const char *path);

#endif
