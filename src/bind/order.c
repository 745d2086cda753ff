/* orders { ... }, order("PO"), and what an order shows and does. */
#include <string.h>

#include "base/instant.h"
#include "base/json.h"
#include "bind/belongings.h"
#include "bind/bind.h"
#include "bind/listing.h"
#include "bind/floor.h"
#include "bind/handle.h"
#include "bind/plan.h"
#include "bind/value.h"
#include "engine/task.h"
#include "engine/trouble.h"
#include "store/paper.h"
#include "store/record.h"
#include "workflow/order.h"
#include "workflow/vendor.h"

/* ---- fields ---- */

/* The row, in the scratch arena. */
static struct record read_row(lua_State *L, int64_t id, bool with_body)
{
    struct record r = {0};
    struct fault f = {0};
    struct arena *a = bind_scratch(L);
    trouble_check(L, record_get(bind_host(L)->store, a, id, with_body, &r, &f), &f);
    return r;
}

static void push_number(lua_State *L, int64_t id)
{
    lua_pushstring(L, read_row(L, id, false).name);
}

static void push_account(lua_State *L, int64_t id)
{
    lua_pushstring(L, read_row(L, id, false).account);
}

static void push_warehouse(lua_State *L, int64_t id)
{
    lua_pushstring(L, read_row(L, id, false).warehouse);
}

static void push_state(lua_State *L, int64_t id)
{
    lua_pushstring(L, order_state_name((enum order_state)read_row(L, id, false).state));
}

static void push_status(lua_State *L, int64_t id)
{
    lua_pushstring(L, read_row(L, id, false).status);
}

static void push_own_label(lua_State *L, int64_t id)
{
    lua_pushboolean(L, (read_row(L, id, false).flags & RECORD_OWN_LABEL) != 0);
}

static void push_gift(lua_State *L, int64_t id)
{
    lua_pushboolean(L, (read_row(L, id, false).flags & RECORD_GIFT) != 0);
}

static void push_instant(lua_State *L, int64_t ms)
{
    char text[INSTANT_TEXT];
    if (ms == INSTANT_NONE) {
        lua_pushnil(L);
        return;
    }
    instant_format(ms, text);
    lua_pushstring(L, text);
}

static void push_ordered(lua_State *L, int64_t id)
{
    push_instant(L, read_row(L, id, false).ordered_ms);
}

static void push_ship_by(lua_State *L, int64_t id)
{
    push_instant(L, read_row(L, id, false).ship_by_ms);
}

/* The order's details as Amazon sent them, with the number beside; in the scratch arena.
 */
static struct json *read_details(lua_State *L, int64_t id, struct record *r)
{
    struct fault f = {0};
    struct arena *a = bind_scratch(L);
    trouble_check(L, record_get(bind_host(L)->store, a, id, true, r, &f), &f);
    struct json *body = json_parse(a, r->body, r->body_len, &f);
    if (body == NULL)
        trouble_raise(L, &f);
    struct json *details = (struct json *)(uintptr_t)json_get(body, "orderDetails");
    if (details == NULL || details->type != JSON_OBJECT)
        details = body;
    if (json_get(details, "purchaseOrderNumber") == NULL)
        json_set_str(a, details, "purchaseOrderNumber", r->name);
    return details;
}

/* One table for each slice; what a script changes in it changes nothing else. */
static void push_body(lua_State *L, int64_t id)
{
    if (handle_kept(L, 1))
        return;
    struct record r = {0};
    value_push(L, read_details(L, id, &r));
    handle_keep(L, 1);
}

/* Amazon's fields of each line, `line`, its number as an integer, and `free`, the stock
 * that nobody holds. */
static void push_items(lua_State *L, int64_t id)
{
    struct record r = {0};
    const struct json *items = json_get(read_details(L, id, &r), "items");
    value_push(L, items);
    lua_Integer place = 0;
    for (const struct json *item = items == NULL ? NULL : items->first; item != NULL;
         item = item->next) {
        lua_rawgeti(L, -1, ++place);
        lua_pushinteger(L, line_number(item));
        lua_setfield(L, -2, "line");
        floor_push_free(L, &r, item);
        lua_setfield(L, -2, "free");
        lua_pop(L, 1);
    }
}

/* ---- fields: what belongs to an order ---- */

static void push_labels(lua_State *L, int64_t id)
{
    record_push_papers(L, id, PAPER_LABEL);
}

static void push_one_paper(lua_State *L, int64_t id, enum paper_kind kind)
{
    struct id_list ids = record_papers(L, id, kind);
    if (ids.count == 0)
        lua_pushnil(L);
    else
        handle_push(L, HANDLE_DOCUMENT, ids.ids[ids.count - 1]);
}

static void push_slip(lua_State *L, int64_t id)
{
    push_one_paper(L, id, PAPER_SLIP);
}

static void push_invoice(lua_State *L, int64_t id)
{
    push_one_paper(L, id, PAPER_INVOICE);
}

static const struct handle_field fields[] = {
    {"purchaseOrderNumber", push_number},
    {"account", push_account},
    {"warehouse", push_warehouse},
    {"state", push_state},
    {"status", push_status},
    {"own_label", push_own_label},
    {"gift", push_gift},
    {"orderDate", push_ordered},
    {"shipBy", push_ship_by},
    {"body", push_body},
    {"items", push_items},
    {"labels", push_labels},
    {"slip", push_slip},
    {"invoice", push_invoice},
    {"effects", record_push_effects},
    {"facts", floor_push_facts},
    {NULL, NULL},
};

/* ---- verbs ---- */

static struct json *read_asked(lua_State *L, enum verb verb)
{
    struct json *asked = NULL;
    struct fault f = {0};
    if (lua_isnoneornil(L, 2))
        return NULL;
    if (!lua_istable(L, 2))
        trouble_error(L, ERR_INPUT, "%s: expected a table of fields, got a %s",
                      verb_name(verb), luaL_typename(L, 2));
    trouble_check(L, value_read(L, 2, verb_name(verb), bind_scratch(L), &asked, &f), &f);
    if (asked->type == JSON_ARRAY)
        trouble_error(L, ERR_INPUT, "%s: expected a table of fields, got a list",
                      verb_name(verb));
    return asked;
}

/* order:accept { ... } and the others -> effect | nil, reason; the verb is upvalue 1 */
static int l_order_verb(lua_State *L)
{
    enum verb verb = (enum verb)lua_tointeger(L, lua_upvalueindex(1));
    int64_t id = handle_check(L, 1, HANDLE_ORDER);
    struct plan plan = {0};
    struct fault f = {0};
    task_may_act(L, verb_name(verb));
    enum err e = vendor_plan(bind_host(L), id, verb, read_asked(L, verb), &plan, &f);
    if (e == ERR_INPUT && strncmp(f.text, "order ", 6) != 0)
        fault_prefix(&f, "%s", verb_name(verb));
    trouble_check(L, e, &f);
    return plan_give(L, verb_name(verb), &plan);
}

/* methods -> methods, with all verbs */
static void add_verbs(lua_State *L)
{
    for (int verb = 0; verb < VERB_COUNT; verb++) {
        lua_pushinteger(L, verb);
        lua_pushcclosure(L, l_order_verb, 1);
        lua_setfield(L, -2, verb_name((enum verb)verb));
    }
}

/* ---- lists ---- */

static const struct listing_kind listing = {
    .record = RECORD_ORDER,
    .handle = HANDLE_ORDER,
    .word = "orders",
    .one = "order",
    .place = "warehouse",
    .states = ORDER_STATE_COUNT,
    .unshipped = 1u << ORDER_NEW | 1u << ORDER_ACCEPTING | 1u << ORDER_ACCEPTED |
                 1u << ORDER_CONFIRMING,
};

void bind_order_open(lua_State *L)
{
    static const luaL_Reg methods[] = {{"fillable", l_floor_fillable}, {NULL, NULL}};
    handle_define(L, HANDLE_ORDER, methods, fields);
    add_verbs(L);
    lua_pop(L, 1);
    listing_define(L, &listing);
}
