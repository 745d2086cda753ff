/* Handles and lists of handles. */
#include "bind/handle.h"

#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "engine/sandbox.h"
#include "engine/script.h"
#include "engine/trouble.h"
#include "store/record.h"

#define LIST "dray.list"

static const char *const types[] = {"dray.order", "dray.effect", "dray.document",
                                    "dray.shipment"};
static const char *const names[] = {"order", "effect", "document", "shipment"};

static const char scratch_key; /* its address is a key of the registry */

struct handle {
    int64_t id;
    lua_Integer place; /* in the list that it was taken from; 0 */
    uint64_t slice;    /* in which its user value was kept */
};

struct list {
    enum handle_kind kind;
    size_t count;
    int64_t ids[];
};

/* ---- what every binding needs ---- */

struct host *bind_host(lua_State *L)
{
    struct host *h = sandbox_of(L)->host;
    const char *refuse = sandbox_of(L)->refuse;
    if (h == NULL)
        trouble_error(L, ERR_STATE, "%s",
                      refuse != NULL ? refuse
                                     : "this word works only while a script runs");
    return h;
}

const char *bind_folder(lua_State *L, const char *what)
{
    const struct sandbox *b = sandbox_of(L);
    if (b->script != NULL)
        return script_folder(b->script);
    if (b->folder == NULL)
        trouble_error(L, ERR_STATE, "%s only while a script runs", what);
    return b->folder;
}

static int l_scratch_gc(lua_State *L)
{
    arena_clear(lua_touserdata(L, 1));
    return 0;
}

static struct arena *scratch_new(lua_State *L)
{
    struct arena *a = lua_newuserdatauv(L, sizeof *a, 0);
    arena_init(a);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, l_scratch_gc);
    lua_setfield(L, -2, "__gc");
    lua_setmetatable(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &scratch_key);
    return a;
}

struct arena *bind_scratch(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &scratch_key);
    struct arena *a = lua_touserdata(L, -1);
    lua_pop(L, 1);
    if (a == NULL)
        return scratch_new(L);
    arena_reset(a);
    return a;
}

/* ---- handles ---- */

void handle_push(lua_State *L, enum handle_kind kind, int64_t id)
{
    struct handle *h = lua_newuserdatauv(L, sizeof *h, 1);
    *h = (struct handle){.id = id};
    luaL_setmetatable(L, types[kind]);
}

void handle_push_record(lua_State *L, enum handle_kind kind, int64_t record)
{
    struct record r = {0};
    struct fault f = {0};
    trouble_check(
        L, record_get(bind_host(L)->store, bind_scratch(L), record, false, &r, &f), &f);
    if ((r.kind == RECORD_SHIPMENT) == (kind == HANDLE_SHIPMENT))
        handle_push(L, kind, record);
    else
        lua_pushnil(L);
}

int64_t handle_check(lua_State *L, int index, enum handle_kind kind)
{
    const struct handle *h = luaL_testudata(L, index, types[kind]);
    if (h == NULL)
        return luaL_typeerror(L, index, names[kind]); /* raises */
    return h->id;
}

bool handle_is(lua_State *L, int index, enum handle_kind kind, int64_t *id)
{
    const struct handle *h = luaL_testudata(L, index, types[kind]);
    if (h != NULL)
        *id = h->id;
    return h != NULL;
}

bool handle_kept(lua_State *L, int index)
{
    const struct handle *h = lua_touserdata(L, index);
    if (h->slice == 0 || h->slice != sandbox_of(L)->slice)
        return false;
    lua_getiuservalue(L, index, 1);
    return true;
}

void handle_keep(lua_State *L, int index)
{
    struct handle *h = lua_touserdata(L, index);
    h->slice = sandbox_of(L)->slice;
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, index, 1);
}

/* The names that a handle knows, in an arena: methods are at upvalue 1, fields at
 * upvalue 2. */
static const char *nearest_name(lua_State *L, const struct handle_field *fields,
                                const char *name)
{
    const char *known[64];
    size_t count = 0;
    for (; fields->name != NULL && count < 64; fields++)
        known[count++] = fields->name;
    lua_pushnil(L);
    while (lua_next(L, lua_upvalueindex(1)) != 0) {
        lua_pop(L, 1);
        if (count < 64)
            known[count++] = lua_tostring(L, -1);
    }
    return suggest(name, known, count);
}

/* handle.name: upvalues are the methods, the fields and the name of the kind */
static int l_handle_index(lua_State *L)
{
    const struct handle_field *fields = lua_touserdata(L, lua_upvalueindex(2));
    const struct handle *h = lua_touserdata(L, 1);
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
        return 1;
    for (const struct handle_field *f = fields; f->name != NULL; f++) {
        if (strcmp(f->name, name) == 0) {
            lua_settop(L, 2);
            f->push(L, h->id);
            return 1;
        }
    }
    const char *kind = lua_tostring(L, lua_upvalueindex(3));
    const char *near = nearest_name(L, fields, name);
    if (near != NULL)
        return trouble_error(L, ERR_INPUT,
                             "%s has no field \"%s\" (did you mean \"%s\"?)", kind, name,
                             near);
    return trouble_error(L, ERR_INPUT, "%s has no field \"%s\"", kind, name);
}

static int l_handle_newindex(lua_State *L)
{
    return trouble_error(L, ERR_INPUT, "the fields of %s cannot be set",
                         lua_tostring(L, lua_upvalueindex(1)));
}

static int l_handle_eq(lua_State *L)
{
    const struct handle *a = lua_touserdata(L, 1), *b = lua_touserdata(L, 2);
    bool same_kind =
        lua_getmetatable(L, 1) && lua_getmetatable(L, 2) && lua_rawequal(L, -1, -2);
    lua_pushboolean(L, same_kind && a->id == b->id);
    return 1;
}

static int l_handle_tostring(lua_State *L)
{
    const struct handle *h = lua_touserdata(L, 1);
    lua_pushfstring(L, "%s %I", lua_tostring(L, lua_upvalueindex(1)), (LUAI_UACINT)h->id);
    return 1;
}

/* metatable -> metatable, with a function whose upvalue is the kind's name */
/* pairs(order) */
static int l_handle_pairs(lua_State *L)
{
    const char *name = lua_tostring(L, lua_upvalueindex(1));
    int64_t id;
    if (handle_is(L, 1, HANDLE_ORDER, &id) || handle_is(L, 1, HANDLE_SHIPMENT, &id))
        return trouble_error(L, ERR_INPUT,
                             "pairs: ask for what there is of the %s by name, such as "
                             "%s.state; what Amazon sent is a table: pairs(%s.body)",
                             name, name, name);
    return trouble_error(
        L, ERR_INPUT, "pairs: ask for what there is of the %s by name, such as %s.%s",
        name, name, handle_is(L, 1, HANDLE_EFFECT, &id) ? "state" : "kind");
}

static void set_named(lua_State *L, const char *event, lua_CFunction fn, const char *name)
{
    lua_pushstring(L, name);
    lua_pushcclosure(L, fn, 1);
    lua_setfield(L, -2, event);
}

void handle_define(lua_State *L, enum handle_kind kind, const luaL_Reg *methods,
                   const struct handle_field *fields)
{
    luaL_newmetatable(L, types[kind]);
    set_named(L, "__tostring", l_handle_tostring, names[kind]);
    set_named(L, "__newindex", l_handle_newindex, names[kind]);
    set_named(L, "__pairs", l_handle_pairs, names[kind]);
    lua_pushcfunction(L, l_handle_eq);
    lua_setfield(L, -2, "__eq");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_newtable(L);
    luaL_setfuncs(L, methods, 0); /* metatable, methods */
    lua_pushvalue(L, -1);
    lua_pushlightuserdata(L, (void *)(uintptr_t)fields);
    lua_pushstring(L, names[kind]);
    lua_pushcclosure(L, l_handle_index, 3);
    lua_setfield(L, -3, "__index");
    lua_remove(L, -2);
}

/* ---- lists ---- */

void id_list_add(struct arena *a, struct id_list *list, int64_t id)
{
    list->ids = arena_grow(a, list->ids, list->count, &list->room, sizeof *list->ids);
    list->ids[list->count++] = id;
}

int64_t list_id(lua_State *L, int index, lua_Integer place)
{
    const struct list *list = lua_touserdata(L, index);
    return list->ids[place - 1];
}

void list_at(lua_State *L, int index, lua_Integer place)
{
    const struct list *list = lua_touserdata(L, index);
    handle_push(L, list->kind, list->ids[place - 1]);
    struct handle *h = lua_touserdata(L, -1);
    h->place = place;
}

/* for x in list do: list(nil, previous) -> next */
static int l_list_call(lua_State *L)
{
    const struct list *list = luaL_checkudata(L, 1, LIST);
    lua_Integer place = 1;
    if (!lua_isnoneornil(L, 3)) {
        const struct handle *previous = luaL_testudata(L, 3, types[list->kind]);
        if (previous == NULL || previous->place == 0)
            return luaL_error(L, "a list is gone through with: for x in list do");
        place = previous->place + 1;
    }
    if (place > (lua_Integer)list->count)
        return 0;
    list_at(L, 1, place);
    return 1;
}

static int l_list_len(lua_State *L)
{
    const struct list *list = luaL_checkudata(L, 1, LIST);
    lua_pushinteger(L, (lua_Integer)list->count);
    return 1;
}

/* list[i], list.count */
static int l_list_index(lua_State *L)
{
    const struct list *list = luaL_checkudata(L, 1, LIST);
    if (lua_isinteger(L, 2)) {
        lua_Integer place = lua_tointeger(L, 2);
        if (place < 1 || place > (lua_Integer)list->count)
            return 0;
        list_at(L, 1, place);
        return 1;
    }
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";
    if (strcmp(name, "count") != 0)
        return trouble_error(
            L, ERR_INPUT,
            "a list has no field \"%s\"; it has list[1], #list, list:count()", name);
    lua_pushcfunction(L, l_list_len);
    return 1;
}

static void list_metatable(lua_State *L)
{
    static const luaL_Reg events[] = {{"__call", l_list_call},
                                      {"__len", l_list_len},
                                      {"__index", l_list_index},
                                      {NULL, NULL}};
    if (luaL_newmetatable(L, LIST)) {
        luaL_setfuncs(L, events, 0);
        lua_pushboolean(L, 0);
        lua_setfield(L, -2, "__metatable");
    }
    lua_setmetatable(L, -2);
}

void list_push(lua_State *L, enum handle_kind kind, const struct id_list *ids)
{
    struct list *list =
        lua_newuserdatauv(L, sizeof *list + ids->count * sizeof ids->ids[0], 0);
    list->kind = kind;
    list->count = ids->count;
    if (ids->count > 0)
        memcpy(list->ids, ids->ids, ids->count * sizeof ids->ids[0]);
    list_metatable(L);
}

lua_Integer list_count(lua_State *L, int index)
{
    const struct list *list = luaL_testudata(L, index, LIST);
    return list == NULL ? -1 : (lua_Integer)list->count;
}

/* ---- options ---- */

static size_t count_words(const char *const *words)
{
    size_t count = 0;
    while (words[count] != NULL)
        count++;
    return count;
}

int options_unknown(lua_State *L, const char *word, const char *what, const char *got,
                    const char *const *choices)
{
    const char *near = suggest(got, choices, count_words(choices));
    if (near != NULL)
        return trouble_error(L, ERR_INPUT, "%s: unknown %s \"%s\" (did you mean \"%s\"?)",
                             word, what, got, near);
    return trouble_error(L, ERR_INPUT, "%s: unknown %s \"%s\"", word, what, got);
}

static bool is_among(const char *text, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (strcmp(text, *words) == 0)
            return true;
    }
    return false;
}

void options_check(lua_State *L, const char *word, const char *const *allowed)
{
    if (lua_isnoneornil(L, 1)) {
        lua_settop(L, 0);
        lua_newtable(L);
    }
    if (!lua_istable(L, 1))
        trouble_error(L, ERR_INPUT, "%s: expected a table of options, got a %s", word,
                      luaL_typename(L, 1));
    lua_settop(L, 1);
    lua_pushnil(L);
    while (lua_next(L, 1) != 0) {
        lua_pop(L, 1);
        const char *name = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "[1]";
        if (!is_among(name, allowed))
            options_unknown(L, word, "option", name, allowed);
    }
}

/* Pushes a raw member of the options; gives its type. */
static int push_option(lua_State *L, const char *name)
{
    lua_pushstring(L, name);
    return lua_rawget(L, 1);
}

const char *options_text(lua_State *L, const char *word, const char *name)
{
    int type = push_option(L, name);
    const char *text = type == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
    if (text == NULL && type != LUA_TNIL)
        trouble_error(L, ERR_INPUT, "%s: %s: expected a text, got a %s", word, name,
                      lua_typename(L, type));
    lua_pop(L, 1);
    return text;
}

bool options_flag(lua_State *L, const char *word, const char *name, bool otherwise)
{
    int type = push_option(L, name);
    if (type != LUA_TNIL && type != LUA_TBOOLEAN)
        trouble_error(L, ERR_INPUT, "%s: %s: expected true or false, got a %s", word,
                      name, lua_typename(L, type));
    bool flag = type == LUA_TNIL ? otherwise : lua_toboolean(L, -1);
    lua_pop(L, 1);
    return flag;
}

/* One text on top of the stack. */
static void take_choice(lua_State *L, const char *word, const char *name,
                        const char *const *choices, bool (*take)(void *, const char *),
                        void *arg)
{
    if (lua_type(L, -1) != LUA_TSTRING)
        trouble_error(L, ERR_INPUT,
                      "%s: %s: expected a text or a list of texts, got a %s", word, name,
                      luaL_typename(L, -1));
    if (!take(arg, lua_tostring(L, -1)))
        options_unknown(L, word, name, lua_tostring(L, -1), choices);
}

void options_choices(lua_State *L, const char *word, const char *name,
                     const char *const *choices,
                     bool (*take)(void *arg, const char *text), void *arg)
{
    int type = push_option(L, name);
    if (type == LUA_TTABLE) {
        lua_Integer count = (lua_Integer)lua_rawlen(L, -1);
        for (lua_Integer i = 1; i <= count; i++) {
            lua_rawgeti(L, -1, i);
            take_choice(L, word, name, choices, take, arg);
            lua_pop(L, 1);
        }
    } else if (type != LUA_TNIL) {
        take_choice(L, word, name, choices, take, arg);
    }
    lua_pop(L, 1);
}
