/* log.info("sentence", { fields }): lines on stderr with typed fields (law 10). */
#include "base/log.h"

#include <string.h>

#include "bind/bind.h"
#include "bind/handle.h"
#include "engine/trouble.h"

enum { FIELDS_MAX = 8 };

/* Fields in the order of their names; texts are masked unless the name is a safe one. */
struct fields {
    struct log_field list[FIELDS_MAX];
    size_t count;
};

static struct log_field field_of(lua_State *L, const char *name)
{
    switch (lua_type(L, -1)) {
    case LUA_TSTRING:
        return log_body(name, lua_tostring(L, -1));
    case LUA_TBOOLEAN:
        return log_safe(name, lua_toboolean(L, -1) ? "true" : "false");
    case LUA_TNUMBER:
        if (lua_isinteger(L, -1))
            return log_number(name, lua_tointeger(L, -1));
        break;
    default:
        break;
    }
    trouble_error(
        L, ERR_INPUT,
        "log: field \"%s\": expected a text, a whole number or true/false, got a %s",
        name, luaL_typename(L, -1));
    return LOG_END;
}

static void insert(struct fields *f, struct log_field field)
{
    size_t at = f->count++;
    while (at > 0 && strcmp(f->list[at - 1].name, field.name) > 0) {
        f->list[at] = f->list[at - 1];
        at--;
    }
    f->list[at] = field;
}

static void read_fields(lua_State *L, struct fields *f)
{
    if (lua_isnoneornil(L, 2))
        return;
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_pushnil(L);
    while (lua_next(L, 2) != 0) {
        if (lua_type(L, -2) != LUA_TSTRING)
            trouble_error(L, ERR_INPUT,
                          "log: fields have names: { purchaseOrderNumber = ... }");
        if (f->count == FIELDS_MAX)
            trouble_error(L, ERR_INPUT, "log: more than %d fields", FIELDS_MAX);
        insert(f, field_of(L, lua_tostring(L, -2)));
        lua_pop(L, 1);
    }
}

/* log.LEVEL(message, fields?); the level is upvalue 1 */
static int l_log_write(lua_State *L)
{
    enum log_level level = (enum log_level)lua_tointeger(L, lua_upvalueindex(1));
    const char *message = luaL_checkstring(L, 1);
    struct fields f = {0};
    lua_settop(L, 2);
    read_fields(L, &f);
    const struct log_field *l = f.list; /* unused ones end the line */
    log_write(level, message, l[0], l[1], l[2], l[3], l[4], l[5], l[6], l[7], LOG_END);
    return 0;
}

void bind_log_open(lua_State *L)
{
    static const char *const names[] = {[LOG_DEBUG] = "debug",
                                        [LOG_INFO] = "info",
                                        [LOG_WARN] = "warn",
                                        [LOG_ERROR] = "error"};
    lua_newtable(L);
    for (int level = LOG_DEBUG; level <= LOG_ERROR; level++) {
        lua_pushinteger(L, level);
        lua_pushcclosure(L, l_log_write, 1);
        lua_setfield(L, -2, names[level]);
    }
    sandbox_protect(L, "log");
    lua_setfield(L, -2, "log");
}
