/* document:print "dock-1": one copy of a document on a printer, once. */
#include "bind/print.h"

#include "bind/bind.h"
#include "bind/handle.h"
#include "engine/trouble.h"
#include "workflow/print.h"

enum { COPY_MAX = 1000000 };

/* The option `copy` of the table at index 1, which may be absent. */
static int64_t read_copy(lua_State *L)
{
    static const char *const names[] = {"copy", NULL};
    int whole = 1;
    options_check(L, "document:print", names);
    lua_pushstring(L, "copy");
    lua_Integer copy = lua_rawget(L, 1) == LUA_TNIL ? 1 : lua_tointegerx(L, -1, &whole);
    if (!whole || copy < 1 || copy > COPY_MAX)
        trouble_error(L, ERR_INPUT,
                      "document:print: copy: expected a whole number from 1 to %d",
                      (int)COPY_MAX);
    return copy;
}

static int push_plan(lua_State *L, const struct plan *plan)
{
    if (plan->outcome == PLAN_IMPOSSIBLE) {
        lua_pushnil(L);
        lua_pushstring(L, plan->why);
        return 2;
    }
    if (plan->outcome == PLAN_EXISTING && sandbox_of(L)->script != NULL)
        script_meet(sandbox_of(L)->script, plan->effect);
    handle_push(L, HANDLE_EFFECT, plan->effect);
    return 1;
}

/* document, printer, options */
int bind_document_print(lua_State *L)
{
    int64_t id = handle_check(L, 1, HANDLE_DOCUMENT);
    const char *name = luaL_checkstring(L, 2);
    struct host *h = bind_host(L);
    const struct printer *printer;
    struct plan plan = {0};
    struct fault f = {0};
    trouble_check(L, print_find(h, name, &printer, &f), &f);
    lua_settop(L, 3);
    lua_replace(L, 1);
    lua_settop(L, 1);
    int64_t copy = read_copy(L);
    trouble_check(L, print_plan(h, id, printer, copy, &plan, &f), &f);
    return push_plan(L, &plan);
}
