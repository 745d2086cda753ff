/* Copies a head from the state of its file into the one that checks it. */
#include "engine/head_copy.h"

#include <stdbool.h>

#include <lauxlib.h>

enum { COPY_DEPTH = 8, COPY_MEMBERS = 2000 };

/* Stands for a function of a rule file. */
static int l_stand_in(lua_State *L)
{
    (void)L;
    return 0;
}

/* Copies between two states; raw, bounded in depth and number. While a table is copied,
 * `from` has table and key, and `to` the copy, for each level on the way to it. */
struct copy {
    lua_State *from, *to;
    int depth;        /* tables that are open */
    int members;      /* copied so far */
    const char *over; /* why the copy is not whole; NULL */
};

static void open_table(struct copy *c)
{
    lua_newtable(c->to);
    lua_pushnil(c->from); /* its first key */
    c->depth++;
}

/* Pushes a copy of the value on top of `from`, which is no table. */
static void copy_plain(struct copy *c)
{
    size_t len;
    const char *text;
    switch (lua_type(c->from, -1)) {
    case LUA_TBOOLEAN:
        lua_pushboolean(c->to, lua_toboolean(c->from, -1));
        break;
    case LUA_TNUMBER:
        if (lua_isinteger(c->from, -1))
            lua_pushinteger(c->to, lua_tointeger(c->from, -1));
        else
            lua_pushnumber(c->to, lua_tonumber(c->from, -1));
        break;
    case LUA_TSTRING:
        text = lua_tolstring(c->from, -1, &len);
        lua_pushlstring(c->to, text, len);
        break;
    case LUA_TFUNCTION:
        lua_pushcfunction(c->to, l_stand_in);
        break;
    default: /* null, a handle, what is too deep: wrong wherever it stands */
        lua_pushlightuserdata(c->to, NULL);
        break;
    }
}

/* The key below the top of `from`; false for one that has no place in a head. */
static bool copy_key(struct copy *c)
{
    int type = lua_type(c->from, -2);
    if (type != LUA_TSTRING && type != LUA_TNUMBER)
        return false;
    lua_pushvalue(c->from, -2);
    copy_plain(c);
    lua_pop(c->from, 1);
    return true;
}

/* One member, key and value on top of `from`; a table is opened. */
static void copy_member(struct copy *c)
{
    c->members++;
    if (!copy_key(c)) {
        lua_pop(c->from, 1);
        return;
    }
    if (lua_istable(c->from, -1) && c->depth < COPY_DEPTH) {
        open_table(c);
        return;
    }
    if (lua_istable(c->from, -1))
        c->over = "has tables that are nested too deep";
    copy_plain(c);
    lua_rawset(c->to, -3);
    lua_pop(c->from, 1);
}

/* A table is complete: it becomes a member of the one around it. */
static void close_table(struct copy *c)
{
    c->depth--;
    if (c->depth == 0)
        return;
    lua_pop(c->from, 1);
    lua_rawset(c->to, -3);
}

const char *head_copy(lua_State *from, lua_State *to)
{
    struct copy c = {.from = from, .to = to};
    luaL_checkstack(from, 4 * COPY_DEPTH, NULL);
    luaL_checkstack(to, 4 * COPY_DEPTH, NULL);
    open_table(&c);
    while (c.depth > 0) {
        if (c.members >= COPY_MEMBERS) {
            c.over = "has more than 2000 values";
            lua_pop(from, 1);
            close_table(&c);
        } else if (lua_next(from, -2) == 0) {
            close_table(&c);
        } else {
            copy_member(&c);
        }
    }
    return c.over;
}
