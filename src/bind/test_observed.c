/* `dray report --observed` in a spec: more of a spec's host. */
#include <lauxlib.h>

#include "bind/test.h"
#include "workflow/host.h"
#include "workflow/observed.h"

/* host:observed(order) -> each step that dray only planned, beside what people did */
static int l_test_observed(lua_State *L)
{
    struct host *h = test_host_of(L);
    const char *name = luaL_checkstring(L, 2);
    struct fault f = {0};
    struct record r = {0};
    struct observed *list;
    size_t count = 0;

    struct arena *a = test_push_arena(L);
    enum err e = record_find_any(h->store, a, NULL, name, false, &r, &f);
    if (e == ERR_OK)
        e = observed_list(h->store, a, &r, &list, &count, &f);
    if (e != ERR_OK)
        return luaL_error(L, "%s", f.text);
    lua_newtable(L);
    for (size_t i = 0; i < count; i++) {
        lua_newtable(L);
        test_set_text(L, "step", list[i].step);
        test_set_text(L, "dray", list[i].verb);
        test_set_integer(L, "planned", list[i].planned_ms);
        test_set_text(L, "people", list[i].people);
        test_set_integer(L, "seen", list[i].seen_ms);
        test_set_text(L, "is", observed_name(list[i].is));
        test_set_text(L, "by", list[i].by);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

void test_observed_open(lua_State *L)
{
    static const luaL_Reg methods[] = {{"observed", l_test_observed}, {NULL, NULL}};
    luaL_setfuncs(L, methods, 0);
}
