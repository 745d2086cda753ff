/* What the simulator needs from C: real documents, time zones, the clock; and the way
 * into an Amazon that is a Lua object. The transport above it is sim_transport.c. */
#include "bind/sim.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <lua-cjson.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/zone.h"
#include "document/base64.h"
#include "document/sample.h"
#include "engine/embedded.h"

enum { DOCUMENT_MAX = 8 << 20, LINES_MAX = 60, RESPONSE_MAX = 64 << 20 };

/* ---- documents ---- */

/* Scratch of the document makers, an upvalue of each, so that nothing is lost when a
 * push raises. */
struct scratch {
    struct buf document;
    struct buf text;
};

static int l_scratch_gc(lua_State *L)
{
    struct scratch *s = lua_touserdata(L, 1);
    buf_clear(&s->document);
    buf_clear(&s->text);
    return 0;
}

static void push_scratch(lua_State *L)
{
    struct scratch *s = lua_newuserdatauv(L, sizeof *s, 0);
    buf_init(&s->document, DOCUMENT_MAX);
    buf_init(&s->text, 2 * DOCUMENT_MAX);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, l_scratch_gc);
    lua_setfield(L, -2, "__gc");
    lua_setmetatable(L, -2);
}

static struct scratch *scratch_of(lua_State *L)
{
    struct scratch *s = lua_touserdata(L, lua_upvalueindex(1));
    buf_reset(&s->document);
    buf_reset(&s->text);
    return s;
}

static int push_base64(lua_State *L, struct scratch *s)
{
    base64_encode(s->document.data, s->document.len, &s->text);
    if (!buf_ok(&s->document) || !buf_ok(&s->text))
        return luaL_error(L, "a document of the simulator is larger than %d bytes",
                          DOCUMENT_MAX);
    lua_pushlstring(L, buf_str(&s->text), s->text.len);
    return 1;
}

/* zpl(order, tracking, method) -> base64 */
static int l_sim_zpl(lua_State *L)
{
    const char *order = luaL_checkstring(L, 1);
    const char *tracking = luaL_checkstring(L, 2);
    const char *method = luaL_checkstring(L, 3);
    struct scratch *s = scratch_of(L);
    sample_zpl(&s->document, order, tracking, method);
    return push_base64(L, s);
}

/* png(order, tracking) -> base64 */
static int l_sim_png(lua_State *L)
{
    const char *order = luaL_checkstring(L, 1);
    const char *tracking = luaL_checkstring(L, 2);
    struct scratch *s = scratch_of(L);
    sample_png(&s->document, order, tracking);
    return push_base64(L, s);
}

/* pdf(title, {line, ...}) -> base64 */
static int l_sim_pdf(lua_State *L)
{
    const char *lines[LINES_MAX];
    const char *title = luaL_checkstring(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_Unsigned count = lua_rawlen(L, 2);
    luaL_argcheck(L, count <= LINES_MAX, 2, "too many lines");
    luaL_checkstack(L, LINES_MAX, "lines of a document");
    for (lua_Unsigned i = 0; i < count; i++) {
        lua_rawgeti(L, 2, (lua_Integer)i + 1); /* stays on the stack while it is used */
        lines[i] = luaL_checkstring(L, -1);
    }
    struct scratch *s = scratch_of(L);
    sample_pdf(&s->document, title, lines, (size_t)count);
    return push_base64(L, s);
}

/* zone_offset(zone, utc_ms) -> milliseconds east of UTC */
static int l_sim_zone_offset(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    lua_Integer utc_ms = luaL_checkinteger(L, 2);
    const struct zone *zone;
    struct fault f = {0};
    if (zone_find(name, &zone, &f) != ERR_OK)
        return luaL_error(L, "%s", f.text);
    lua_pushinteger(L, (lua_Integer)zone_offset(zone, utc_ms) * 1000);
    return 1;
}

int luaopen_dray_sim(lua_State *L)
{
    static const luaL_Reg makers[] = {
        {"zpl", l_sim_zpl}, {"png", l_sim_png}, {"pdf", l_sim_pdf}, {NULL, NULL}};
    lua_createtable(L, 0, 4);
    push_scratch(L);
    luaL_setfuncs(L, makers, 1);
    lua_pushcfunction(L, l_sim_zone_offset);
    lua_setfield(L, -2, "zone_offset");
    return 1;
}

/* ---- an Amazon ---- */

static void preload(lua_State *L, const char *name, lua_CFunction open)
{
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    lua_pushcfunction(L, open);
    lua_setfield(L, -2, name);
    lua_pop(L, 1);
}

void sim_install(lua_State *L)
{
    preload(L, "cjson", luaopen_cjson);
    preload(L, "dray.sim", luaopen_dray_sim);
    embedded_install(L);
}

/* clock() -> UTC milliseconds */
static int l_sim_clock(lua_State *L)
{
    const struct clock *c = lua_touserdata(L, lua_upvalueindex(1));
    lua_pushinteger(L, clock_wall_ms(c));
    return 1;
}

static void push_module(lua_State *L, const char *name)
{
    lua_getglobal(L, "require");
    lua_pushstring(L, name);
    lua_call(L, 1, 1);
}

/* open(clock, options) -> Amazon; a light pointer, a table */
static int l_sim_open(lua_State *L)
{
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_pushvalue(L, 1);
    lua_pushcclosure(L, l_sim_clock, 1);
    lua_setfield(L, 2, "clock");
    push_module(L, "cjson");
    lua_setfield(L, 2, "cjson");
    push_module(L, "dray.sim"); /* its functions have the names of the documents */
    lua_getfield(L, -1, "zone_offset");
    lua_setfield(L, 2, "zone_offset");
    lua_setfield(L, 2, "documents");
    push_module(L, "sim.amazon");
    lua_getfield(L, -1, "new");
    lua_pushvalue(L, 2);
    lua_call(L, 1, 1);
    return 1;
}

static int l_traceback(lua_State *L)
{
    luaL_traceback(L, L, luaL_tolstring(L, 1, NULL), 1);
    return 1;
}

/* Calls the function below `args` arguments, with a traceback; pops all but the result.
 */
static enum err call(lua_State *L, int args, enum err code, struct fault *f)
{
    int handler = lua_gettop(L) - args;
    lua_pushcfunction(L, l_traceback);
    lua_insert(L, handler);
    int status = lua_pcall(L, args, 1, handler);
    lua_remove(L, handler);
    if (status == LUA_OK)
        return ERR_OK;
    const char *text = lua_tostring(L, -1);
    fault_set(f, code, "%s", text == NULL ? "an error without text" : text);
    lua_pop(L, 1);
    return code;
}

enum err sim_open(lua_State *L, const struct clock *clock, int *ref, struct fault *f)
{
    lua_pushcfunction(L, l_sim_open);
    lua_insert(L, -2);
    lua_pushlightuserdata(L, (void *)clock);
    lua_insert(L, -2); /* open, clock, options */
    enum err e = call(L, 2, ERR_INPUT, f);
    if (e == ERR_OK)
        *ref = luaL_ref(L, LUA_REGISTRYINDEX);
    return e;
}

/* ---- one request ---- */

static void push_lower(lua_State *L, const char *name)
{
    luaL_Buffer b;
    luaL_buffinit(L, &b);
    for (; *name != '\0'; name++)
        luaL_addchar(&b, (char)tolower((unsigned char)*name));
    luaL_pushresult(&b);
}

static void push_headers(lua_State *L, const struct sim_request *r)
{
    lua_createtable(L, 0, (int)r->header_count + 1);
    for (size_t i = 0; i < r->header_count; i++) {
        push_lower(L, r->headers[i].name);
        lua_pushstring(L, r->headers[i].value);
        lua_rawset(L, -3);
    }
    if (r->token != NULL && secret_there(r->token)) {
        lua_pushstring(L, secret_reveal(r->token));
        lua_setfield(L, -2, "x-amz-access-token");
    }
}

static void push_request(lua_State *L, const struct sim_request *r)
{
    lua_createtable(L, 0, 5);
    lua_pushstring(L, r->method);
    lua_setfield(L, -2, "method");
    lua_pushstring(L, r->path);
    lua_setfield(L, -2, "path");
    lua_pushstring(L, r->query);
    lua_setfield(L, -2, "query");
    push_headers(L, r);
    lua_setfield(L, -2, "headers");
    if (r->body != NULL) {
        lua_pushlstring(L, r->body, r->body_len);
        lua_setfield(L, -2, "body");
    }
}

static void take_headers(lua_State *L, struct sim_response *r)
{
    for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING ||
            r->header_count == SIM_HEADERS)
            luaL_error(L, "a response has headers of another form or too many of them");
        struct http_header *h = &r->headers[r->header_count++];
        h->name = mem_text(lua_tostring(L, -2));
        h->value = mem_text(lua_tostring(L, -1));
    }
}

static enum sim_trouble trouble_of(const char *text)
{
    if (text == NULL)
        return SIM_FINE;
    return strcmp(text, "cut_short") == 0 ? SIM_CUT_SHORT : SIM_HANG_UP;
}

/* Fills `r` from the response on top of the stack. */
static void take_response(lua_State *L, struct sim_response *r)
{
    size_t len;
    luaL_checktype(L, -1, LUA_TTABLE);
    int at = lua_gettop(L);
    lua_getfield(L, at, "status");
    lua_getfield(L, at, "body");
    lua_getfield(L, at, "trouble");
    lua_getfield(L, at, "delay_ms");
    lua_getfield(L, at, "headers");
    r->status = (int)luaL_checkinteger(L, at + 1);
    const char *body = luaL_checklstring(L, at + 2, &len);
    r->trouble = trouble_of(lua_tostring(L, at + 3));
    r->delay_ms = luaL_checkinteger(L, at + 4);
    buf_init(&r->body, RESPONSE_MAX);
    buf_add(&r->body, body, len);
    take_headers(L, r);
}

/* ask(request, response, ref); two light pointers and a whole number */
static int l_sim_ask(lua_State *L)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, lua_tointeger(L, 3));
    lua_getfield(L, -1, "handle");
    lua_insert(L, -2); /* handle, Amazon */
    push_request(L, lua_touserdata(L, 1));
    lua_call(L, 2, 1);
    take_response(L, lua_touserdata(L, 2));
    lua_pushboolean(L, true);
    return 1;
}

void sim_response_clear(struct sim_response *r)
{
    for (size_t i = 0; i < r->header_count; i++) {
        free((char *)r->headers[i].name);
        free((char *)r->headers[i].value);
    }
    buf_clear(&r->body);
    *r = (struct sim_response){0};
}

enum err sim_ask(lua_State *L, int ref, const struct sim_request *request,
                 struct sim_response *response, struct fault *f)
{
    lua_pushcfunction(L, l_sim_ask);
    lua_pushlightuserdata(L, (void *)request);
    lua_pushlightuserdata(L, response);
    lua_pushinteger(L, ref);
    enum err e = call(L, 3, ERR_BUG, f);
    if (e == ERR_OK)
        lua_pop(L, 1);
    return e;
}
