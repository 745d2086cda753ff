/* `dray test`: a Lua state with everything, in which busted runs. */
#include "bind/test.h"

#include <stdio.h>
#include <stdlib.h>

#include <lauxlib.h>
#include <lualib.h>

#include "base/log.h"
#include "bind/sim.h"

enum { EXIT_BUG = 70 };

static const char exit_mark; /* its address is the error that os.exit raises */

/* os.exit(code): ends busted, not the process, so that everything is freed. */
static int l_test_exit(lua_State *L)
{
    lua_Integer *code = lua_touserdata(L, lua_upvalueindex(1));
    if (lua_isboolean(L, 1))
        *code = lua_toboolean(L, 1) ? EXIT_SUCCESS : EXIT_FAILURE;
    else
        *code = luaL_optinteger(L, 1, EXIT_SUCCESS);
    lua_pushlightuserdata(L, (void *)(uintptr_t)&exit_mark);
    return lua_error(L);
}

static void set_exit(lua_State *L, lua_Integer *code)
{
    lua_getglobal(L, "os");
    lua_pushlightuserdata(L, code);
    lua_pushcclosure(L, l_test_exit, 1);
    lua_setfield(L, -2, "exit");
    lua_pop(L, 1);
}

/* The global `arg`, which busted reads. */
static void set_arguments(lua_State *L, int argc, char *const *argv)
{
    lua_createtable(L, argc, 1);
    for (int i = 0; i < argc; i++) {
        lua_pushstring(L, argv[i]);
        lua_rawseti(L, -2, i);
    }
    lua_setglobal(L, "arg");
}

static void preload(lua_State *L, const char *name, lua_CFunction open)
{
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    lua_pushcfunction(L, open);
    lua_setfield(L, -2, name);
    lua_pop(L, 1);
}

/* What the protected part is told. */
struct test_call {
    int argc;
    char *const *argv;
    lua_Integer *code;
};

static int l_test_main(lua_State *L)
{
    static const char text[] = "require('busted.runner')({ standalone = false })";
    const struct test_call *call = lua_touserdata(L, 1);
    luaL_openlibs(L);
    sim_install(L);
    preload(L, "dray.test.core", luaopen_dray_test_core);
    set_arguments(L, call->argc, call->argv);
    set_exit(L, call->code);
    if (luaL_loadbuffer(L, text, sizeof text - 1, "=dray test") != LUA_OK)
        return lua_error(L);
    lua_call(L, 0, 0);
    return 0;
}

static int at_error(lua_State *L)
{
    if (lua_islightuserdata(L, 1))
        return 1;
    luaL_traceback(L, L, luaL_tolstring(L, 1, NULL), 1);
    return 1;
}

/* The error on top of the stack is the end of busted, or a failure of it. */
static int judge(lua_State *L, lua_Integer code)
{
    if (lua_islightuserdata(L, -1) && lua_touserdata(L, -1) == &exit_mark)
        return code == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    fprintf(stderr,
            "dray test: busted could not run (scripts/setup.sh test installs it): %s\n",
            lua_isstring(L, -1) ? lua_tostring(L, -1) : "no text");
    return EXIT_BUG;
}

int test_run(int argc, char *const *argv)
{
    lua_Integer code = EXIT_SUCCESS;
    struct test_call call = {argc, argv, &code};
    lua_State *L = luaL_newstate();
    int exit_code = EXIT_SUCCESS;
    log_stream_set(NULL); /* what hosts of specs log is not busted's output */
    lua_pushcfunction(L, at_error);
    lua_pushcfunction(L, l_test_main);
    lua_pushlightuserdata(L, &call);
    if (lua_pcall(L, 1, 0, 1) != LUA_OK)
        exit_code = judge(L, code);
    lua_close(L);
    return exit_code;
}
