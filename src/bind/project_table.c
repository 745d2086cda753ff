/* Members of the tables that the project file's Lua half leaves; raw access only. */
#include "bind/project_table.h"

#include "base/buf.h"

const char *project_text(lua_State *L, const char *key)
{
    lua_getfield(L, -1, key);
    const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
    lua_pop(L, 1); /* the table keeps the string alive */
    return text;
}

int64_t project_integer(lua_State *L, const char *key, int64_t otherwise)
{
    lua_getfield(L, -1, key);
    int64_t number = lua_isinteger(L, -1) ? (int64_t)lua_tointeger(L, -1) : otherwise;
    lua_pop(L, 1);
    return number;
}

bool project_push_table(lua_State *L, const char *key)
{
    lua_getfield(L, -1, key);
    if (lua_istable(L, -1))
        return true;
    lua_pop(L, 1);
    return false;
}

char *project_path(const char *folder, const char *path)
{
    struct buf b;
    buf_init(&b, 8192);
    if (path[0] != '/')
        buf_format(&b, "%s/", folder);
    buf_text(&b, path);
    return buf_take(&b, NULL);
}
