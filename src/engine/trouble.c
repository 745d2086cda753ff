/* Errors as scripts see them. */
#include "engine/trouble.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "base/secret.h"
#include "engine/sandbox.h"

#define TROUBLE "dray.error"

/* Pushes the raw member `name` of our error table at `index`, "" when it is no string. */
static const char *member(lua_State *L, int index, const char *name)
{
    index = lua_absindex(L, index);
    lua_pushstring(L, name);
    lua_rawget(L, index);
    if (lua_type(L, -1) == LUA_TSTRING)
        return lua_tostring(L, -1);
    lua_pop(L, 1);
    return lua_pushstring(L, "");
}

static bool is_trouble(lua_State *L, int index)
{
    if (lua_type(L, index) != LUA_TTABLE || !lua_getmetatable(L, index))
        return false;
    luaL_getmetatable(L, TROUBLE);
    bool ours = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return ours;
}

/* A byte within a character of UTF-8. */
static bool is_inside(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

void trouble_push_text(lua_State *L, int index)
{
    index = lua_absindex(L, index);
    if (is_trouble(L, index)) {
        member(L, index, "where");
        member(L, index, "message");
        lua_concat(L, 2);
    } else if (lua_type(L, index) == LUA_TSTRING || lua_type(L, index) == LUA_TNUMBER) {
        lua_pushvalue(L, index);
        lua_tostring(L, -1); /* a number becomes its text */
    } else {
        lua_pushfstring(L, "(an error that is a %s value)", luaL_typename(L, index));
    }
}

void trouble_push_clean(lua_State *L, int index)
{
    enum { CLEAN_MAX = 2000 };
    char text[CLEAN_MAX + 1];
    trouble_push_text(L, index);
    size_t len = strlen(lua_tostring(L, -1));
    if (len > CLEAN_MAX)
        for (len = CLEAN_MAX; len > 0 && is_inside(lua_tostring(L, -1)[len]);)
            len--;
    memcpy(text, lua_tostring(L, -1), len);
    text[len] = '\0';
    for (char *c = text; *c != '\0'; c++) {
        if (((unsigned char)*c < ' ' && *c != '\n' && *c != '\t') || *c == '\x7f')
            *c = '?';
    }
    lua_pop(L, 1);
    lua_pushstring(L, secret_redact(text));
}

/* tostring(err) */
static int l_trouble_tostring(lua_State *L)
{
    trouble_push_text(L, 1);
    return 1;
}

/* "a" .. err, err .. "b" */
static int l_trouble_concat(lua_State *L)
{
    trouble_push_text(L, 1);
    trouble_push_text(L, 2);
    lua_concat(L, 2);
    return 1;
}

static void set_metatable(lua_State *L)
{
    if (luaL_newmetatable(L, TROUBLE)) {
        lua_pushcfunction(L, l_trouble_tostring);
        lua_setfield(L, -2, "__tostring");
        lua_pushcfunction(L, l_trouble_concat);
        lua_setfield(L, -2, "__concat");
        lua_pushboolean(L, 0);
        lua_setfield(L, -2, "__metatable");
    }
    lua_setmetatable(L, -2);
}

/* where -> where, table */
static void push_table(lua_State *L, const char *code, const char *message)
{
    lua_createtable(L, 0, 3);
    lua_pushstring(L, code);
    lua_setfield(L, -2, "code");
    lua_pushstring(L, message);
    lua_setfield(L, -2, "message");
    lua_pushvalue(L, -2);
    lua_setfield(L, -2, "where");
    set_metatable(L);
}

int trouble_raise(lua_State *L, const struct fault *given)
{
    struct fault f = *given;
    sandbox_where(L);
    push_table(L, err_name(f.code), secret_redact(f.text));
    lua_error(L);
    abort(); /* lua_error does not come back, and does not say so */
}

int trouble_error(lua_State *L, enum err code, const char *format, ...)
{
    struct fault f = {.code = code};
    va_list args;
    va_start(args, format);
    vsnprintf(f.text, sizeof f.text, format, args);
    va_end(args);
    trouble_raise(L, &f);
}

void trouble_check(lua_State *L, enum err e, const struct fault *f)
{
    if (e != ERR_OK)
        trouble_raise(L, f);
}

void trouble_push(lua_State *L, int index)
{
    index = lua_absindex(L, index);
    if (is_trouble(L, index)) {
        lua_pushvalue(L, index);
        return;
    }
    lua_pushstring(L, "");
    trouble_push_text(L, index);
    lua_insert(L, -2); /* text, where */
    push_table(L, "script", lua_tostring(L, -2));
    lua_replace(L, -3);
    lua_pop(L, 1);
}
