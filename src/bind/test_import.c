/* `dray import` in a spec: more of a spec's host. */
#include <lauxlib.h>

#include "bind/test.h"
#include "workflow/import.h"
#include "workflow/round.h"

/* The import that goes on; windows are added to the list on top of L. Tables of specs are
 * small: nothing raises but for want of memory, which ends the spec. */
struct reading {
    lua_State *L;
    struct import *import;
    lua_Integer windows;
};

static void push_counts(lua_State *L, const struct import_counts *c)
{
    lua_newtable(L);
    test_set_integer(L, "listed", c->listed);
    test_set_integer(L, "imported", c->imported);
    test_set_integer(L, "changed", c->changed);
    test_set_integer(L, "known", c->known);
    test_set_integer(L, "open", c->open);
}

static void add_window(void *arg, const struct import_window *w)
{
    struct reading *r = arg;
    push_counts(r->L, &w->counts);
    test_set_text(r->L, "account", w->account->id);
    test_set_integer(r->L, "from", w->from_ms);
    test_set_integer(r->L, "to", w->to_ms);
    if (w->fault.code != ERR_OK)
        test_set_text(r->L, "error", w->fault.text);
    lua_rawseti(r->L, -2, ++r->windows);
}

static bool has_ended(void *arg)
{
    const struct reading *r = arg;
    return import_ended(r->import);
}

/* host:import(since_ms, again) -> totals, windows; time goes on as needed */
static int l_test_import(lua_State *L)
{
    struct host *h = test_host_of(L);
    struct reading r = {.L = L};
    struct fault f = {0};
    const struct import_options options = {.since_ms = luaL_checkinteger(L, 2),
                                           .again = lua_toboolean(L, 3),
                                           .tell = add_window,
                                           .arg = &r};
    lua_settop(L, 3);
    lua_newtable(L);
    r.import = import_begin(h, &options);
    const enum err e = round_run(h, NULL, has_ended, &r, INT64_MAX, &f);
    const struct import_counts counts = *import_counts(r.import);
    import_free(r.import);
    if (e != ERR_OK)
        return luaL_error(L, "%s", f.text);
    push_counts(L, &counts);
    lua_insert(L, -2);
    return 2;
}

void test_import_open(lua_State *L)
{
    static const luaL_Reg methods[] = {{"import", l_test_import}, {NULL, NULL}};
    luaL_setfuncs(L, methods, 0);
}
