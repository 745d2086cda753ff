/* What the floor reports in a spec, and what waits: more of a spec's host. */
#include <string.h>

#include <lauxlib.h>

#include "bind/test.h"
#include "bind/value.h"
#include "store/notice.h"
#include "store/waiting.h"
#include "workflow/deadlines.h"
#include "workflow/feed.h"
#include "workflow/floor.h"
#include "workflow/tell.h"

/* The fields at `index`, or none, with the order's number among them. */
static struct json *read_fields(lua_State *L, int index, const char *order,
                                struct arena *a)
{
    struct json *fields = json_object(a);
    struct fault f = {0};
    if (lua_istable(L, index) && value_read(L, index, "event", a, &fields, &f) != ERR_OK)
        luaL_error(L, "%s", f.text);
    json_set_str(a, fields, "order", order);
    return fields;
}

/* host:event(name, order | nil, fields | nil, id | nil) -> outcome | nil, message */
static int l_test_event(lua_State *L)
{
    struct host *h = test_host_of(L);
    struct report_result out;
    struct fault f = {0};
    struct report report = {.event = luaL_checkstring(L, 2),
                            .id = luaL_optstring(L, 5, NULL),
                            .source = "spec"};
    const char *order = luaL_optstring(L, 3, NULL);
    lua_settop(L, 5);
    report.fields = read_fields(L, 4, order, test_push_arena(L));
    enum err e = floor_report(h, &report, &out, &f);
    if (e == ERR_OK && store_dirty(h->store))
        e = store_commit(h->store, &f);
    if (e != ERR_OK) {
        lua_pushnil(L);
        lua_pushstring(L, f.text);
        return 2;
    }
    lua_pushstring(L, report_outcome_name(out.outcome));
    return 1;
}

/* host:waiting() -> reports whose order nobody knows */
static int l_test_waiting(lua_State *L)
{
    struct host *h = test_host_of(L);
    const struct waiting_filter all = {0};
    struct waiting *list = NULL;
    size_t count = 0;
    struct fault f = {0};
    if (waiting_list(h->store, test_push_arena(L), &all, &list, &count, &f) != ERR_OK)
        return luaL_error(L, "%s", f.text);
    lua_newtable(L);
    for (size_t i = 0; i < count; i++) {
        lua_newtable(L);
        test_set_text(L, "event", list[i].event);
        test_set_text(L, "order", list[i].order);
        test_set_text(L, "trackingNumber", list[i].tracking);
        test_set_text(L, "source", list[i].source);
        test_set_text(L, "why", list[i].why);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* host:notices() -> what people are still to be told */
static int l_test_notices(lua_State *L)
{
    struct host *h = test_host_of(L);
    struct notice *list = NULL;
    size_t count = 0;
    struct fault f = {0};
    if (notice_list(h->store, test_push_arena(L), 0, 0, &list, &count, &f) != ERR_OK)
        return luaL_error(L, "%s", f.text);
    lua_newtable(L);
    for (size_t i = 0; i < count; i++) {
        lua_newtable(L);
        test_set_text(L, "to", list[i].to);
        test_set_text(L, "text", list[i].text);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* host:post(): from now on commands tell people */
static int l_test_post(lua_State *L)
{
    tell_begin(test_host_of(L));
    return 0;
}

/* host:clocks(): from now on deadline.near and deadline.missed are told */
static int l_test_clocks(lua_State *L)
{
    deadlines_begin(test_host_of(L));
    return 0;
}

/* host:feeds(): from now on the files of feeds are read as time goes on */
static int l_test_feeds(lua_State *L)
{
    feeds_begin(test_host_of(L));
    return 0;
}

void test_floor_open(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"event", l_test_event},
        {"waiting", l_test_waiting},
        {"feeds", l_test_feeds},
        {"notices", l_test_notices},
        {"post", l_test_post},
        {"clocks", l_test_clocks},
        {NULL, NULL},
    };
    luaL_setfuncs(L, methods, 0);
}
