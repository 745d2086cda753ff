/* A searcher for require(): the Lua files inside the binary, or those of DRAY_LUA_DIR. */
#include "engine/embedded.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lauxlib.h>
#include <lua.h>

const struct embedded_file *embedded_find(const char *name)
{
    for (const struct embedded_file *f = embedded_files; f->name != NULL; f++)
        if (strcmp(f->name, name) == 0)
            return f;
    return NULL;
}

/* Pushes "sim/amazon.lua" for "sim.amazon"; NULL and nothing pushed for what is no name.
 */
static const char *file_name(lua_State *L, const char *module)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_.";
    if (module[0] == '\0' || module[strspn(module, letters)] != '\0')
        return NULL;
    luaL_gsub(L, module, ".", "/");
    lua_pushliteral(L, ".lua");
    lua_concat(L, 2);
    return lua_tostring(L, -1);
}

/* Loads from the folder; false when it does not have the file. Leaves chunk and chunk
 * name. */
static bool load_from_folder(lua_State *L, const char *folder, const char *name)
{
    const char *path = lua_pushfstring(L, "%s/%s", folder, name);
    if (access(path, R_OK) != 0) {
        lua_pop(L, 1);
        return false;
    }
    if (luaL_loadfilex(L, path, "t") != LUA_OK)
        lua_error(L); /* the message names file and line */
    lua_pushfstring(L, "@%s", path);
    lua_remove(L, -3);
    return true;
}

static void load_from_binary(lua_State *L, const struct embedded_file *f)
{
    const char *chunk = lua_pushfstring(L, "@lua/%s", f->name);
    if (luaL_loadbufferx(L, f->text, f->len, chunk, "t") != LUA_OK)
        lua_error(L);
    lua_insert(L, -2);
}

int embedded_load(lua_State *L, const char *module)
{
    const char *name = file_name(L, module);
    if (name == NULL) {
        lua_pushfstring(L, "no module of dray can be called '%s'", module);
        return 1;
    }
    const char *folder = getenv("DRAY_LUA_DIR");
    if (folder != NULL && folder[0] != '\0' && load_from_folder(L, folder, name))
        return 2;
    const struct embedded_file *f = embedded_find(name);
    if (f == NULL) {
        lua_pushfstring(L, "no file lua/%s inside dray", name);
        return 1;
    }
    load_from_binary(L, f);
    return 2;
}

/* searcher(name) -> chunk, chunk name | why not */
static int l_searcher(lua_State *L)
{
    return embedded_load(L, luaL_checkstring(L, 1));
}

void embedded_install(lua_State *L)
{
    lua_getglobal(L, "package");
    lua_getfield(L, -1, "searchers"); /* package, searchers */
    for (lua_Integer i = luaL_len(L, -1); i >= 2; i--) {
        lua_geti(L, -1, i);
        lua_seti(L, -2, i + 1);
    }
    lua_pushcfunction(L, l_searcher);
    lua_seti(L, -2, 2);
    lua_pop(L, 2);
}
