/* now, instant, iso, date, duration: time from dray's clock, always with a zone. */
#include "bind/time.h"

#include <lauxlib.h>

#include "base/instant.h"
#include "base/zone.h"
#include "bind/bind.h"
#include "bind/handle.h"
#include "engine/trouble.h"

static const lua_Number seconds_max = 10.0 * 365 * 24 * 3600; /* ten years */

int64_t time_duration(lua_State *L, int index, const char *what)
{
    int64_t ms = 0;
    struct fault f = {0};
    if (lua_type(L, index) == LUA_TNUMBER) {
        lua_Number seconds = lua_tonumber(L, index);
        if (!(seconds >= 0 && seconds <= seconds_max))
            trouble_error(L, ERR_INPUT, "%s: expected a number of seconds from 0 on",
                          what);
        return (int64_t)(seconds * 1000 + 0.5);
    }
    if (lua_type(L, index) != LUA_TSTRING)
        trouble_error(L, ERR_INPUT,
                      "%s: expected a time such as \"30m\" or seconds, got a %s", what,
                      luaL_typename(L, index));
    if (duration_parse(lua_tostring(L, index), &ms, &f) != ERR_OK) {
        fault_prefix(&f, "%s", what);
        trouble_raise(L, &f);
    }
    return ms;
}

/* now() -> UTC milliseconds */
static int l_time_now(lua_State *L)
{
    lua_pushinteger(L, host_now(bind_host(L)));
    return 1;
}

/* instant(text) -> UTC milliseconds */
static int l_time_instant(lua_State *L)
{
    int64_t ms;
    struct fault f = {0};
    trouble_check(L, instant_parse(luaL_checkstring(L, 1), &ms, NULL, &f), &f);
    lua_pushinteger(L, ms);
    return 1;
}

static const struct zone *check_zone(lua_State *L, int index)
{
    const struct zone *zone = NULL;
    struct fault f = {0};
    trouble_check(L, zone_find(luaL_checkstring(L, index), &zone, &f), &f);
    return zone;
}

/* What the calendar of four digits can show. */
static int64_t check_ms(lua_State *L, int index)
{
    int64_t ms = luaL_checkinteger(L, index);
    static const int64_t least = -62135596800000, most = 253402300799999;
    luaL_argcheck(L, ms >= least && ms <= most, index,
                  "milliseconds of a year from 1 to 9999");
    return ms;
}

/* iso(ms, zone?) -> text with a zone */
static int l_time_iso(lua_State *L)
{
    char text[INSTANT_TEXT];
    int64_t ms = check_ms(L, 1);
    if (lua_isnoneornil(L, 2))
        instant_format(ms, text);
    else
        zone_format(check_zone(L, 2), ms, text);
    lua_pushstring(L, text);
    return 1;
}

static void set_integer(lua_State *L, const char *name, lua_Integer value)
{
    lua_pushinteger(L, value);
    lua_setfield(L, -2, name);
}

/* date(ms, zone) -> { year, month, day, hour, minute, second, ms, weekday } */
static int l_time_date(lua_State *L)
{
    static const char *const days[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
    int64_t ms = check_ms(L, 1);
    struct civil c;
    zone_local(check_zone(L, 2), ms, &c);
    lua_createtable(L, 0, 8);
    set_integer(L, "year", c.year);
    set_integer(L, "month", c.month);
    set_integer(L, "day", c.day);
    set_integer(L, "hour", c.hour);
    set_integer(L, "minute", c.minute);
    set_integer(L, "second", c.second);
    set_integer(L, "ms", c.ms);
    lua_pushstring(L, days[civil_weekday(civil_days(c.year, c.month, c.day))]);
    lua_setfield(L, -2, "weekday");
    return 1;
}

/* duration("30m") -> milliseconds */
static int l_time_duration(lua_State *L)
{
    lua_pushinteger(L, time_duration(L, 1, "duration"));
    return 1;
}

void bind_time_open(lua_State *L)
{
    static const luaL_Reg words[] = {
        {"now", l_time_now},   {"instant", l_time_instant},   {"iso", l_time_iso},
        {"date", l_time_date}, {"duration", l_time_duration}, {NULL, NULL},
    };
    luaL_setfuncs(L, words, 0);
}
