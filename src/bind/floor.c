/* event("packed", order, { ... }), order.facts, shipment.facts and order:fillable(): the
 * floor as scripts see it. */
#include "bind/floor.h"

#include <string.h>

#include "base/instant.h"
#include "bind/bind.h"
#include "bind/handle.h"
#include "bind/value.h"
#include "engine/task.h"
#include "engine/trouble.h"
#include "store/fact.h"
#include "workflow/floor.h"
#include "workflow/floor_stock.h"

/* ---- facts ---- */

/* parent -> parent, payload as a table */
static void push_payload(lua_State *L, struct arena *a, const struct fact *fact)
{
    struct fault f = {0};
    const struct json *payload = json_parse(a, fact->payload, fact->payload_len, &f);
    if (payload == NULL)
        trouble_raise(L, &f);
    value_push(L, payload);
}

/* facts, latest -> facts, latest; latest[BOX] is found among its boxes */
static void look_into_boxes(lua_State *L)
{
    lua_createtable(L, 0, 2);
    lua_getfield(L, -2, "boxes");
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
}

/* The facts of one event, from `from` on; gives the first of the next event. They come in
 * the order in which they happened. */
static size_t push_event(lua_State *L, struct arena *a, const struct fact *list,
                         size_t from, size_t count)
{
    size_t i = from;
    lua_newtable(L); /* facts, boxes */
    for (; i < count && strcmp(list[i].name, list[from].name) == 0; i++) {
        push_payload(L, a, &list[i]);
        lua_setfield(L, -2, list[i].box);
    }
    push_payload(L, a, &list[i - 1]); /* facts, boxes, latest */
    lua_insert(L, -2);
    lua_setfield(L, -2, "boxes");
    look_into_boxes(L);
    lua_setfield(L, -2, list[from].name);
    return i;
}

void floor_push_facts(lua_State *L, int64_t id)
{
    struct arena *a = bind_scratch(L);
    struct fact *list = NULL;
    struct fault f = {0};
    size_t count = 0;
    trouble_check(L, fact_list(bind_host(L)->store, a, id, NULL, &list, &count, &f), &f);
    lua_newtable(L);
    for (size_t i = 0; i < count;)
        i = push_event(L, a, list, i, count);
}

/* ---- stock ---- */

void floor_push_free(lua_State *L, const struct record *r, const struct json *item)
{
    struct stock stock;
    struct fault f = {0};
    enum err e = floor_item_stock(bind_host(L), r, item, &stock, &f);
    if (e == ERR_NOT_FOUND) {
        lua_pushnil(L);
        return;
    }
    trouble_check(L, e, &f);
    lua_pushinteger(L, stock.quantity - stock.held);
}

int l_floor_fillable(lua_State *L)
{
    bool fillable = false;
    struct fault f = {0};
    int64_t id = handle_check(L, 1, HANDLE_ORDER);
    trouble_check(L, floor_fillable(bind_host(L), id, &fillable, &f), &f);
    lua_pushboolean(L, fillable);
    return 1;
}

/* ---- reports ---- */

/* The fields at index 3, or none. */
static struct json *read_fields(lua_State *L, struct arena *a)
{
    struct json *fields = NULL;
    struct fault f = {0};
    if (lua_isnoneornil(L, 3))
        return json_object(a);
    luaL_checktype(L, 3, LUA_TTABLE);
    trouble_check(L, value_read(L, 3, "event", a, &fields, &f), &f);
    if (fields->type != JSON_OBJECT)
        trouble_error(L, ERR_INPUT, "event: expected a table of fields, got a list");
    return fields;
}

/* The handle of an order or a shipment says its account and number; a text says its
 * number; nil: the fields say it. */
static void set_order(lua_State *L, struct arena *a, struct json *fields)
{
    int64_t id;
    struct record r = {0};
    struct fault f = {0};
    if (lua_isnoneornil(L, 2))
        return;
    if (!handle_is(L, 2, HANDLE_ORDER, &id) && !handle_is(L, 2, HANDLE_SHIPMENT, &id)) {
        json_set_str(a, fields, "order", luaL_checkstring(L, 2));
        return;
    }
    trouble_check(L, record_get(bind_host(L)->store, a, id, false, &r, &f), &f);
    json_set_str(a, fields, "order", r.name);
    json_set_str(a, fields, "account", r.account);
}

/* event(name, order | shipment | number | nil, fields?, id?) -> "taken" | "same" |
 * "waiting" */
static int l_floor_event(lua_State *L)
{
    struct arena *a = bind_scratch(L);
    struct report_result result;
    struct fault f = {0};
    struct report report = {.event = luaL_checkstring(L, 1),
                            .id = luaL_optstring(L, 4, NULL),
                            .source = "script"};
    task_may_act(L, "event");
    struct json *fields = read_fields(L, a);
    set_order(L, a, fields);
    report.fields = fields;
    enum err e = floor_report(bind_host(L), &report, &result, &f);
    if (e == ERR_INPUT)
        fault_prefix(&f, "event");
    trouble_check(L, e, &f);
    lua_pushstring(L, report_outcome_name(result.outcome));
    return 1;
}

void bind_floor_open(lua_State *L)
{
    lua_pushcfunction(L, l_floor_event);
    lua_setfield(L, -2, "event");
}
