/* document:print "dock-1": one copy of a document on a printer, once. */
#include "bind/print.h"

#include "bind/bind.h"
#include "bind/handle.h"
#include "bind/plan.h"
#include "engine/task.h"
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

/* document, printer, options */
int bind_document_print(lua_State *L)
{
    int64_t id = handle_check(L, 1, HANDLE_DOCUMENT);
    const char *name = luaL_checkstring(L, 2);
    struct host *h = bind_host(L);
    const struct printer *printer;
    struct plan plan = {0};
    struct fault f = {0};
    task_may_act(L, "document:print");
    trouble_check(L, print_find(h, name, &printer, &f), &f);
    lua_settop(L, 3);
    lua_replace(L, 1);
    lua_settop(L, 1);
    int64_t copy = read_copy(L);
    trouble_check(L, print_plan(h, id, printer, copy, &plan, &f), &f);
    return plan_give(L, "print", &plan);
}
