/* notify("desk", "text"): tells people by a command of the project file. */
#include "bind/bind.h"
#include "bind/handle.h"
#include "engine/task.h"
#include "engine/trouble.h"
#include "workflow/tell.h"

/* notify(who, text): goes on at once */
static int l_notify(lua_State *L)
{
    size_t len;
    struct fault f = {0};
    const char *who = luaL_checkstring(L, 1), *text = luaL_checklstring(L, 2, &len);
    task_may_act(L, "notify");
    enum err e = tell(bind_host(L), who, text, len, &f);
    if (e == ERR_INPUT)
        fault_prefix(&f, "notify");
    trouble_check(L, e, &f);
    return 0;
}

void bind_notify_open(lua_State *L)
{
    lua_pushcfunction(L, l_notify);
    lua_setfield(L, -2, "notify");
}
