/* The words of plain Lua for scripts. What is not in these tables is not there. */
#include "engine/plain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <lualib.h>

#include "engine/budget.h"
#include "engine/pattern.h"
#include "engine/sandbox.h"
#include "engine/trouble.h"

enum {
    TEXT_MAX = 1024 * 1024, /* bytes that string.rep makes */
    REPEATS_STEP = 4,       /* of string.rep in the time of one */
    SORT_STEPS = 20,        /* of one member among a million */
};

/* Wrappers have the library's own function as upvalue 1. */
static int call_original(lua_State *L)
{
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

/* ---- table ---- */

/* A table without metamethods that could make the library loop or run script code. */
static void check_plain(lua_State *L, int index)
{
    static const char *const methods[] = {"__index", "__newindex", "__len"};
    luaL_checktype(L, index, LUA_TTABLE);
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (luaL_getmetafield(L, index, methods[i]) != LUA_TNIL)
            luaL_argerror(L, index, "expected a plain table, got one with a metatable");
    }
}

/* How many members a plain table has. The length of one that has powers of two as keys
 * may be anything. */
static lua_Integer check_list(lua_State *L, int index)
{
    check_plain(L, index);
    const lua_Unsigned length = lua_rawlen(L, index);
    luaL_argcheck(L, length <= SANDBOX_LIST_MAX, index, "more than a million members");
    return (lua_Integer)length;
}

/* The members from argument `from` (else the first) to argument `to` (else `length`). */
static void check_range(lua_State *L, int from, int to, lua_Integer length)
{
    const lua_Integer first = luaL_optinteger(L, from, 1),
                      last = luaL_optinteger(L, to, length);
    if (last <= first)
        return;
    const uint64_t count = (uint64_t)last - (uint64_t)first;
    luaL_argcheck(L, count < SANDBOX_LIST_MAX, to, "more than a million members");
    budget_charge(L, count);
}

/* What stands behind the place in argument 2 moves. */
static void charge_moved(lua_State *L, lua_Integer length)
{
    const lua_Integer place = lua_tointeger(L, 2);
    if (place > 0 && place < length)
        budget_charge(L, (uint64_t)(length - place));
}

/* table.insert(list, [place,] value) */
static int l_plain_insert(lua_State *L)
{
    const lua_Integer length = check_list(L, 1);
    if (lua_gettop(L) > 2)
        charge_moved(L, length);
    return call_original(L);
}

/* table.remove(list, place) */
static int l_plain_remove(lua_State *L)
{
    const lua_Integer length = check_list(L, 1);
    if (lua_gettop(L) > 1)
        charge_moved(L, length);
    return call_original(L);
}

/* The comparison of a sort without one: texts can be long. */
static int l_less(lua_State *L)
{
    if (lua_type(L, 1) == LUA_TSTRING)
        budget_charge_bytes(L, lua_rawlen(L, 1));
    lua_pushboolean(L, lua_compare(L, 1, 2, LUA_OPLT));
    return 1;
}

/* table.sort(list, comparator) */
static int l_plain_sort(lua_State *L)
{
    const lua_Integer length = check_list(L, 1);
    budget_charge(L, (uint64_t)length * SORT_STEPS);
    if (lua_isnoneornil(L, 2)) {
        lua_settop(L, 1);
        lua_pushcfunction(L, l_less);
    }
    return call_original(L);
}

/* table.concat(list, sep, i, j) */
static int l_plain_concat(lua_State *L)
{
    check_range(L, 3, 4, check_list(L, 1));
    return call_original(L);
}

/* table.unpack(list, i, j) */
static int l_plain_unpack(lua_State *L)
{
    check_range(L, 2, 3, check_list(L, 1));
    return call_original(L);
}

/* table.move(a1, from, to, at, a2) */
static int l_plain_move(lua_State *L)
{
    check_plain(L, 1);
    if (!lua_isnoneornil(L, 5))
        check_plain(L, 5);
    luaL_checkinteger(L, 2);
    luaL_checkinteger(L, 3);
    check_range(L, 2, 3, 0);
    return call_original(L);
}

/* ---- string ---- */

static size_t count_bytes(lua_State *L)
{
    const int count = lua_gettop(L);
    size_t bytes = 0;
    for (int i = 1; i <= count; i++) {
        if (lua_type(L, i) == LUA_TSTRING)
            bytes += lua_rawlen(L, i);
    }
    return bytes;
}

/* Functions that look at each byte of their texts once, */
static int l_plain_text(lua_State *L)
{
    budget_charge_bytes(L, count_bytes(L));
    return call_original(L);
}

/* and those that decode it. */
static int l_plain_decode(lua_State *L)
{
    budget_charge(L, count_bytes(L));
    return call_original(L);
}

/* string.rep(s, n, sep) */
static int l_plain_rep(lua_State *L)
{
    size_t len, sep, all;
    luaL_checklstring(L, 1, &len);
    lua_Integer n = luaL_checkinteger(L, 2);
    luaL_optlstring(L, 3, "", &sep);
    if (n > 0 && (__builtin_add_overflow(len, sep, &all) ||
                  __builtin_mul_overflow(all, (size_t)n, &all) || all > TEXT_MAX))
        return luaL_error(L, "string.rep: the result would be longer than 1 MiB");
    if (n <= 0 || all == 0) {
        lua_pushliteral(L, ""); /* the library would go round for nothing */
        return 1;
    }
    budget_charge(L, (uint64_t)n / REPEATS_STEP);
    return call_original(L);
}

/* ---- base ---- */

/* What Lua asks a metatable for. */
static const char *const events[] = {
    "__index", "__newindex", "__call",   "__tostring", "__name", "__len", "__eq",
    "__lt",    "__le",       "__concat", "__unm",      "__add",  "__sub", "__mul",
    "__div",   "__mod",      "__pow",    "__idiv",     "__band", "__bor", "__bxor",
    "__shl",   "__shr",      "__bnot",   "__metatable"};

static void refuse_events(lua_State *L, int index)
{
    static const char *const refused[] = {"__gc", "__close", "__mode"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        lua_pushstring(L, refused[i]);
        if (lua_rawget(L, index) != LUA_TNIL)
            luaL_error(L, "setmetatable: %s is not possible here", refused[i]);
        lua_pop(L, 1);
    }
}

/* Pushes a table with the events of the one at `index`. */
static void push_events(lua_State *L, int index)
{
    lua_newtable(L);
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        lua_pushstring(L, events[i]);
        lua_pushvalue(L, -1);
        if (lua_rawget(L, index) == LUA_TNIL)
            lua_pop(L, 2);
        else
            lua_rawset(L, -3);
    }
}

/* setmetatable(table, metatable): without what runs while memory is collected or blocks
 * are left. A copy is set, so that nothing of the kind comes into it later. */
static int l_plain_setmetatable(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_argexpected(L, lua_isnil(L, 2) || lua_istable(L, 2), 2, "nil or table");
    if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL)
        return luaL_error(L, "cannot change a protected metatable");
    lua_settop(L, 2);
    if (lua_istable(L, 2)) {
        refuse_events(L, 2);
        push_events(L, 2);
    }
    lua_setmetatable(L, 1);
    lua_settop(L, 1);
    return 1;
}

/* Runs after the function, at once or after it waited. */
static int pcall_done(lua_State *L, int status, lua_KContext ctx)
{
    (void)ctx;
    if (status == LUA_OK || status == LUA_YIELD)
        return lua_gettop(L);
    if (sandbox_doomed(L))
        return lua_error(L); /* the end of a run is not caught */
    lua_pushboolean(L, 0);
    lua_insert(L, -2);
    return 2;
}

/* pcall(fn, ...) -> true, results | false, err */
static int l_plain_pcall(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_pushboolean(L, 1);
    lua_insert(L, 1); /* true, fn, ... */
    return pcall_done(L, lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 0, 0, pcall_done),
                      0);
}

static int try_done(lua_State *L, int status, lua_KContext ctx)
{
    (void)ctx;
    if (status == LUA_OK || status == LUA_YIELD)
        return lua_gettop(L);
    if (sandbox_doomed(L))
        return lua_error(L);
    lua_pushnil(L);
    trouble_push(L, -2);
    return 2;
}

/* try(fn, ...) -> results | nil, {code, message, where} */
static int l_plain_try(lua_State *L)
{
    luaL_checkany(L, 1);
    return try_done(L, lua_pcallk(L, lua_gettop(L) - 1, LUA_MULTRET, 0, 0, try_done), 0);
}

/* print(...): a line on stdout, tabs in between */
static int l_plain_print(lua_State *L)
{
    int count = lua_gettop(L);
    luaL_Buffer line;
    luaL_buffinit(L, &line);
    for (int i = 1; i <= count; i++) {
        if (i > 1)
            luaL_addchar(&line, '\t');
        luaL_tolstring(L, i, NULL);
        luaL_addvalue(&line);
    }
    luaL_addchar(&line, '\n');
    luaL_pushresult(&line);
    size_t len;
    const char *text = lua_tolstring(L, -1, &len);
    FILE *out = sandbox_of(L)->out == NULL ? stdout : sandbox_of(L)->out;
    if (fwrite(text, 1, len, out) != len || fflush(out) != 0)
        return trouble_error(L, ERR_IO, "print: stdout cannot be written");
    return 0;
}

/* ---- pairs in sorted order ---- */

/* A key to sort: whole numbers, other numbers, texts, then the rest as it comes. */
struct key {
    int rank;
    lua_Integer integer;
    lua_Number number;
    const char *text; /* anchored by the table that is gone through */
    size_t len;
    lua_Integer place; /* in the list of keys */
};

static int compare_texts(const struct key *l, const struct key *r)
{
    size_t len = l->len < r->len ? l->len : r->len;
    int order = memcmp(l->text, r->text, len);
    if (order != 0)
        return order;
    return (l->len > r->len) - (l->len < r->len);
}

static int compare_keys(const void *left, const void *right)
{
    const struct key *l = left, *r = right;
    if (l->rank != r->rank)
        return l->rank - r->rank;
    if (l->rank == 0)
        return (l->integer > r->integer) - (l->integer < r->integer);
    if (l->rank == 1)
        return (l->number > r->number) - (l->number < r->number);
    if (l->rank == 2)
        return compare_texts(l, r);
    return (l->place > r->place) - (l->place < r->place);
}

static void read_key(lua_State *L, int index, struct key *k)
{
    int type = lua_type(L, index);
    k->rank = 3;
    if (type == LUA_TSTRING) {
        k->rank = 2;
        k->text = lua_tolstring(L, index, &k->len);
    } else if (lua_isinteger(L, index)) {
        k->rank = 0;
        k->integer = lua_tointeger(L, index);
    } else if (type == LUA_TNUMBER) {
        k->rank = 1;
        k->number = lua_tonumber(L, index);
    }
}

/* Pushes the list of raw keys of the table at 1 as they come; gives their number. */
static lua_Integer push_keys(lua_State *L)
{
    lua_Integer count = 0;
    lua_newtable(L);
    lua_pushnil(L);
    while (lua_next(L, 1) != 0) {
        lua_pop(L, 1);
        lua_pushvalue(L, -1);
        lua_rawseti(L, 2, ++count);
    }
    return count;
}

/* table, keys -> table, keys, sorted */
static void push_sorted(lua_State *L, lua_Integer count)
{
    struct key *keys = lua_newuserdatauv(L, (size_t)(count + 1) * sizeof *keys, 0);
    for (lua_Integer i = 0; i < count; i++) {
        keys[i] = (struct key){.place = i + 1};
        lua_rawgeti(L, 2, i + 1);
        read_key(L, -1, &keys[i]);
        lua_pop(L, 1);
    }
    qsort(keys, (size_t)count, sizeof *keys, compare_keys);
    lua_createtable(L, (int)count, 0);
    for (lua_Integer i = 0; i < count; i++) {
        lua_rawgeti(L, 2, keys[i].place);
        lua_rawseti(L, -2, i + 1);
    }
    lua_replace(L, 3);
}

/* The iterator: upvalues are the sorted keys and the next place. */
static int l_next_pair(lua_State *L)
{
    lua_Integer place = lua_tointeger(L, lua_upvalueindex(2));
    for (;;) {
        if (lua_rawgeti(L, lua_upvalueindex(1), place) == LUA_TNIL)
            return 1;
        lua_pushvalue(L, -1);
        place++;
        if (lua_rawget(L, 1) != LUA_TNIL)
            break;
        lua_pop(L, 2); /* removed meanwhile */
    }
    lua_pushinteger(L, place);
    lua_replace(L, lua_upvalueindex(2));
    return 2;
}

/* A thing of dray may have a table to go through: its `__pairs` gives it, or raises. Puts
 * it in its place. */
static void take_table_of_thing(lua_State *L)
{
    if (lua_type(L, 1) != LUA_TUSERDATA || luaL_getmetafield(L, 1, "__pairs") == LUA_TNIL)
        return;
    lua_pushvalue(L, 1);
    lua_call(L, 1, 1);
    lua_replace(L, 1);
}

/* pairs(table): whole numbers upwards, then names in order of their bytes */
static int l_plain_pairs(lua_State *L)
{
    take_table_of_thing(L);
    if (lua_type(L, 1) != LUA_TTABLE)
        return luaL_error(L,
                          "pairs: expected a table, got a %s; a list of dray is gone "
                          "through with: for x in list do",
                          luaL_typename(L, 1));
    lua_settop(L, 1);
    const lua_Integer count = push_keys(L);
    budget_charge(L, (uint64_t)count * SORT_STEPS);
    push_sorted(L, count); /* table, keys, sorted */
    lua_pushinteger(L, 1);
    lua_pushcclosure(L, l_next_pair, 2);
    lua_pushvalue(L, 1);
    return 2;
}

/* ---- the tables ---- */

/* A function of a library, and its wrapper if it has one. */
struct plain {
    const char *name;
    lua_CFunction wrapper; /* NULL: as it is */
};

static const struct plain base_list[] = {
    {"assert", NULL}, {"error", NULL},    {"ipairs", NULL},   {"select", NULL},
    {"type", NULL},   {"tonumber", NULL}, {"tostring", NULL}, {NULL, NULL},
};
static const luaL_Reg own_list[] = {
    {"pairs", l_plain_pairs}, {"pcall", l_plain_pcall},
    {"print", l_plain_print}, {"setmetatable", l_plain_setmetatable},
    {"try", l_plain_try},     {NULL, NULL},
};
static const struct plain string_list[] = {
    {"byte", l_plain_text},
    {"char", NULL},
    {"find", l_pattern_find},
    {"format", l_plain_text},
    {"gmatch", l_pattern_gmatch},
    {"gsub", l_pattern_gsub},
    {"len", NULL},
    {"lower", l_plain_text},
    {"match", l_pattern_match},
    {"rep", l_plain_rep},
    {"reverse", l_plain_text},
    {"sub", l_plain_text},
    {"upper", l_plain_text},
    {NULL, NULL},
};
static const struct plain table_list[] = {
    {"concat", l_plain_concat}, {"insert", l_plain_insert},
    {"move", l_plain_move},     {"pack", NULL},
    {"remove", l_plain_remove}, {"sort", l_plain_sort},
    {"unpack", l_plain_unpack}, {NULL, NULL},
};
static const struct plain math_list[] = {
    {"abs", NULL},   {"acos", NULL},       {"asin", NULL},      {"atan", NULL},
    {"ceil", NULL},  {"cos", NULL},        {"deg", NULL},       {"exp", NULL},
    {"floor", NULL}, {"fmod", NULL},       {"huge", NULL},      {"log", NULL},
    {"max", NULL},   {"maxinteger", NULL}, {"min", NULL},       {"mininteger", NULL},
    {"modf", NULL},  {"pi", NULL},         {"rad", NULL},       {"sin", NULL},
    {"sqrt", NULL},  {"tan", NULL},        {"tointeger", NULL}, {"type", NULL},
    {"ult", NULL},   {NULL, NULL},
};
static const struct plain utf8_list[] = {
    {"char", NULL},
    {"charpattern", NULL},
    {"codes", NULL},
    {"codepoint", l_plain_decode},
    {"len", l_plain_decode},
    {"offset", l_plain_decode},
    {NULL, NULL},
};

/* library, target: copies what the list names from one into the other */
static void copy_list(lua_State *L, const struct plain *list)
{
    for (; list->name != NULL; list++) {
        lua_getfield(L, -2, list->name);
        if (list->wrapper != NULL)
            lua_pushcclosure(L, list->wrapper, 1);
        lua_setfield(L, -2, list->name);
    }
}

/* words: adds a protected copy of a library as a word; leaves words */
static void add_library(lua_State *L, const char *name, lua_CFunction open,
                        const struct plain *list)
{
    luaL_requiref(L, name, open, 0);
    lua_newtable(L);
    copy_list(L, list); /* words, library, copy */
    lua_remove(L, -2);
    sandbox_protect(L, name);
    lua_setfield(L, -2, name);
}

/* Methods of strings are the wrapped ones too, and their metatable is out of reach. */
static void set_string_methods(lua_State *L)
{
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    lua_getfield(L, -3, "string"); /* words, "", metatable, facade */
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 2);
}

void plain_open(lua_State *L)
{
    luaL_requiref(L, "_G", luaopen_base, 0);
    lua_insert(L, -2);
    copy_list(L, base_list);
    lua_remove(L, -2);
    luaL_setfuncs(L, own_list, 0);
    add_library(L, "string", luaopen_string, string_list);
    add_library(L, "table", luaopen_table, table_list);
    add_library(L, "math", luaopen_math, math_list);
    add_library(L, "utf8", luaopen_utf8, utf8_list);
    set_string_methods(L);
}
